"""The curve of a loss: what it draws is what the losses are, however many, and whatever has run away."""

import math
import re

import numpy as np
import pytest

from app.rendering.diagrams.loss_curve import USUAL, Words, loss_curve

WORDS = Words("a label", "only guessing: {loss}", "batch {number}")
GUESS = math.log(4)


def drawn(losses, steps):
    return str(loss_curve(np.array(losses, np.float32), steps, GUESS, WORDS))


def points(svg, name):
    found = re.search(rf'class="{name}" d="M([^"]+)"', svg)
    return [tuple(map(float, part.split())) for part in found[1].split("L")]


def height(svg, loss):
    """Return where a loss lies, by the lines of two whole numbers."""
    ends = {float(text): float(y) - 5 for y, text in re.findall(r'y="([\d.]+)" text-anchor="end">([\d.]+)<', svg)}
    return ends[0] + (ends[1] - ends[0]) * loss


def test_each_batch_and_the_mean_of_25_lie_where_they_are():
    losses = [0.2 + (7 * at % 10) / 10 for at in range(60)]
    svg = drawn(losses, 120)
    each, mean = points(svg, "each"), points(svg, "mean")
    assert [y for _, y in each] == pytest.approx([height(svg, loss) for loss in losses], abs=0.1)
    assert mean[-1][1] == pytest.approx(height(svg, sum(losses[-25:]) / 25), abs=0.1)
    assert mean[0][1] == pytest.approx(height(svg, sum(losses[:5]) / 5), abs=0.1)
    middle = USUAL.left + (USUAL.width - USUAL.left - USUAL.right) / 2
    assert each[-1][0] == mean[-1][0] == pytest.approx(middle, abs=0.1)  # 60 of 120


def test_many_batches_keep_their_extremes_in_few_points():
    losses = np.full(40_000, 0.5)
    losses[12_345], losses[30_000] = 0.1, 1.2
    svg = drawn(losses, 40_000)
    each = points(svg, "each")
    assert len(each) <= USUAL.columns
    assert max(y for _, y in each) == pytest.approx(height(svg, 0.1), abs=0.1)
    assert min(y for _, y in each) == pytest.approx(height(svg, 1.2), abs=0.1)
    assert len(svg) < 20_000


def test_what_has_run_away_is_left_out():
    svg = drawn([1.2, 3.0, 1e30, math.inf, math.nan, math.nan], 12)
    assert not re.search(r"nan|inf\b", svg, re.IGNORECASE)
    assert all(0 <= y <= USUAL.height for _, y in points(svg, "each"))


def test_before_the_first_batch_there_is_the_line_of_who_guesses():
    svg = drawn([], 12)
    assert "only guessing: 1.39" in svg
    assert "batch 0" in svg
    assert 'class="each"' not in svg
