"""The filter that writes minus signs on what is below zero: which colours of which scale it finds."""

import xml.etree.ElementTree as ElementTree
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from app.paths import folder
from app.rendering.palette import BEYOND, CLEAR, KINDS, ZERO, Kind, Theme, palette

NAME = "{http://www.w3.org/2000/svg}"
AS_GOOD_AS_ZERO = 0.06  # of the scale: too near to its middle for a colour that anyone sees
FILTER = ElementTree.parse(folder("static") / "signs.svg").getroot().find(f"{NAME}filter")  # noqa: S314 - our own file


def numbers(text: str | None) -> NDArray[np.float64]:
    return np.array((text or "").split(), np.float64)


def discrete(channel: str, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a transfer function of the filter makes of levels, 0 to 1, as SVG defines it."""
    assert FILTER is not None
    function = FILTER.find(f"{NAME}feComponentTransfer/{NAME}feFunc{channel}")
    assert function is not None
    table = numbers(function.get("tableValues"))
    return table[np.minimum((x.clip(0, 1) * len(table)).astype(int), len(table) - 1)]


def ink(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the red, green, blue and alpha of the marks on opaque colours (n, 3), 0 to 1."""
    assert FILTER is not None
    matrix = FILTER.find(f"{NAME}feColorMatrix")
    assert matrix is not None
    by = numbers(matrix.get("values")).reshape(4, 5)
    mixed = np.hstack([colours, np.ones((len(colours), 2))]) @ by.T
    return np.stack([discrete(name, mixed[:, i]) for i, name in enumerate("RGBA")], axis=1)


def colours_of(kind: Kind, theme: Theme, *, clips: bool = False) -> NDArray[np.float64]:
    return np.frombuffer(palette(kind, theme, clips=clips), np.uint8).reshape(256, 3)[:CLEAR] / 255


def luminance(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the relative luminance of colours (n, 3), as WCAG defines it."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ (0.2126, 0.7152, 0.0722))


@pytest.mark.parametrize("theme", get_args(Theme))
def test_what_is_below_zero_is_marked_and_nothing_else(theme: Theme) -> None:
    marked = ink(colours_of("signed", theme))[:, 3]
    values = (np.arange(CLEAR) - ZERO) / ZERO
    assert marked[values < -AS_GOOD_AS_ZERO].all()
    assert not marked[values >= 0].any()


@pytest.mark.parametrize("theme", get_args(Theme))
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "signed"])
def test_scales_that_tell_the_sign_by_their_lightness_have_no_marks(kind: Kind, theme: Theme) -> None:
    assert not ink(colours_of(kind, theme))[:, 3].any()


@pytest.mark.parametrize("theme", get_args(Theme))
def test_what_lies_beyond_a_range_has_its_sign_too(theme: Theme) -> None:
    ends = colours_of("signed", theme, clips=True)[[0, -1]]
    assert [bytes(np.rint(end * 255).astype(np.uint8)).hex() for end in ends] == list(BEYOND)
    assert ink(ends)[:, 3].tolist() == [1, 0]


@pytest.mark.parametrize("theme", get_args(Theme))
def test_a_mark_is_seen_on_every_colour_that_has_one(theme: Theme) -> None:
    cells = colours_of("signed", theme)
    marks = ink(cells)
    marked = marks[:, 3] == 1
    light, dark = luminance(cells[marked]), luminance(marks[marked, :3])
    ratio = (np.maximum(light, dark) + 0.05) / (np.minimum(light, dark) + 0.05)
    assert ratio.min() >= 3
