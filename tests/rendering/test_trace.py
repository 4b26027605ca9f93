"""Volumes side by side: on a phone on two lines, of which the second leads back below the first."""

import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from app.numerics.window import Span
from app.rendering.diagrams.trace import Block, trace
from app.rendering.figure.layout import SCREENS
from app.rendering.svg import Face

SIDES = (32, 28, 28, 14, 12, 6)


def blocks(count: int, gaps: tuple[int, ...] = ()) -> list[Block]:
    return [
        Block(
            Face("", (side, side), 0, 0, side, side),
            1,
            Span((2, 4), (3, 5)),
            False,
            "window",
            after_gap=index in gaps,
            sources=(index - 1,) if index else (),
        )
        for index, side in enumerate(SIDES[:count])
    ]


def boxes(drawing: ElementTree.Element, count: int) -> list[tuple[float, float, float, float]]:
    """Return the left, top, right and bottom of the front of each volume, read from the planes of its outline."""
    found = []
    planes = [each.get("data-plane") or "" for each in drawing.iter("path") if each.get("data-quad") == "seen"][::2]
    for plane, side in zip(planes, SIDES[:count], strict=True):
        a, b, c, d, e, f = map(float, plane.split())
        found.append((e, f, e + side * (a + c), f + side * (b + d)))
    return found


@pytest.mark.parametrize(
    ("count", "gaps", "first"), [(2, (), 2), (3, (), 2), (4, (), 2), (5, (1,), 3), (5, (3,), 3), (6, (1, 4), 3)]
)
def test_on_a_phone_the_second_line_leads_back_below_the_first(count: int, gaps: tuple[int, ...], first: int) -> None:
    drawing = trace(blocks(count, gaps), SCREENS["narrow"], "home")
    _, _, width, height = map(float, (drawing.get("viewBox") or "").split())
    found = boxes(drawing, count)
    for left, top, right, bottom in found:
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
    above, below = found[:first], found[first:]
    assert all(one[2] < other[0] for one, other in pairwise(above))
    assert all(one[0] > other[2] for one, other in pairwise(below))
    assert all(one[3] < other[1] for one in above for other in below)
    if below:
        assert abs(below[0][0] - above[-1][0]) < 30, "the light goes straight down"
    assert above[0][3] - above[0][1] > (90 if count > 4 else 115), "the input is a third of a phone wide"


@pytest.mark.parametrize("screen", ["wide", "medium"])
def test_elsewhere_they_stand_on_one(screen: str) -> None:
    found = boxes(trace(blocks(6, (1, 4)), SCREENS[screen], "home"), 6)
    assert all(one[2] < other[0] for one, other in pairwise(found))
