"""A digit drawn on the pad is prepared as the data set prepares its own, and the network that learned them names it."""

import numpy as np
import pytest

from app.errors import Unfit
from app.models import SHIPPED
from app.pictures.digit import BOX, SIDE, as_digit
from app.pictures.picture import Picture, on_scale
from app.training.digits import digits
from tests.strokes import DIGITS, drawn

MODEL = SHIPPED.model("digits")
assert MODEL is not None
LEARNED = [SHIPPED.arrays("digits", index, MODEL.last) if shapes else {} for index, shapes in enumerate(MODEL.shapes)]


def named(pixels: np.ndarray) -> int:
    """What the shipped network calls a picture of 28×28."""
    x = on_scale(pixels[None], "unit")
    for layer, weights in zip(MODEL.layers, LEARNED, strict=True):
        x = layer.forward(x, weights)
    return int(x.argmax())


@pytest.mark.parametrize(("side", "pen", "corner", "size"), [(256, 18, (40, 30), 170), (256, 9, (140, 20), 90)])
def test_eighteen_of_twenty_drawings_are_named_right(side, pen, corner, size):
    pads = [(digit, drawn(strokes, side, pen, corner, size)) for digit, ways in DIGITS.items() for strokes in ways]
    assert len(pads) == 20
    right = [digit == named(as_digit(Picture(pad)).pixels) for digit, pad in pads]
    assert sum(right) >= 18


def test_a_digit_of_the_data_set_comes_back_wherever_and_however_it_was_drawn():
    learned, _, _ = digits()
    apart = []
    for example in learned.pictures[::32, 0]:
        rows, columns = (np.flatnonzero(example.any(axis=axis)) for axis in (1, 0))
        box = example[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        large = box.repeat(6, axis=0).repeat(6, axis=1)
        pad = np.full((200, 300), 250, np.uint8)
        pad[70 : 70 + large.shape[0], 11 : 11 + large.shape[1]] -= (large * (250 / 255)).astype(np.uint8)
        found = as_digit(Picture(np.repeat(pad[..., None], 3, axis=2))).pixels
        apart.append(np.abs(found.astype(int) - example).mean())
    assert np.mean(np.array(apart) < 8) >= 0.95  # of 255; where rounding moves one by a cell, about 20


def test_it_is_white_on_black_in_its_box_and_centred_by_mass():
    pad = np.full((90, 60), 255, np.uint8)
    pad[10:40, 5:11] = 30
    pad[34:40, 5:25] = 30  # an L: its mass lies low and left of its middle
    found = as_digit(Picture(pad)).pixels
    assert found.shape == (SIDE, SIDE)
    rows = np.flatnonzero((found > 60).any(axis=1))
    assert rows[-1] - rows[0] + 1 == BOX
    for axis in (0, 1):
        mass = found.sum(axis=1 - axis, dtype=np.float64)
        assert (mass * np.arange(SIDE)).sum() / mass.sum() == pytest.approx(SIDE / 2, abs=0.75)
    assert found.max() == 255
    assert np.median(found) == 0
    inverse = as_digit(Picture(255 - pad)).pixels
    assert np.abs(inverse.astype(int) - found).max() <= 1


def test_an_empty_pad_is_told():
    with pytest.raises(Unfit, match="Nothing is drawn"):
        as_digit(Picture(np.full((28, 28), 240, np.uint8)))
