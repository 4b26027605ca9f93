"""What a pin marks on an oblong picture: the weight that meets a cell, and the numbers that read it."""

import re

import pytest

from app.explorer.pointing.pointed import pointed
from app.layers import Place
from app.pipeline.document import read_document
from tests import oblong
from tests.oblong import SECOND


def squares(marks, on: str, look: str) -> set[tuple[int, int]]:
    """Return the cells (row, column) of all the single squares on one sheet in one look."""
    paths = "".join(mark.cells for mark in marks if mark.on == on and look in mark.look.split())
    return {(int(y), int(x)) for x, y in re.findall(r"M(-?\d+) (-?\d+)h1v1", paths)}


@pytest.mark.parametrize(("row", "column"), [(4, 5), (2, 1), (8, 3), (3, 2)])
def test_the_weight_that_is_ringed_is_the_one_that_meets_the_cell(looked_at, row: int, column: int) -> None:
    view = looked_at(SECOND, (1, row, column))  # reads channels 0 to 2, two rows apart, beginning 2 above and 1 left
    top, left = row - 2, 2 * column - 1
    met = 0
    for tap in ((0, 0), (1, 0), (2, 1), (0, 1)):
        cell = Place(2, top + 2 * tap[0], left + tap[1])
        if 0 <= cell.row < 11 and 0 <= cell.column < 12:
            found = pointed(view, f"i.{cell.channel}.{cell.row}.{cell.column}")
            assert squares(found.marks, "slice", "ring") == {tap}
            met += 1
    between = pointed(view, f"i.2.{top + 1 if top + 1 >= 0 else top + 3}.{left}")  # in a gap of the dilation
    assert not squares(between.marks, "slice", "ring")
    assert met > 2


@pytest.mark.parametrize(
    ("recipe", "at", "words"),
    [
        ("conv2d(3, (2, 3))", (0, 0, 0), "is read by one place of each of 3 maps"),
        ("conv2d(1, (2, 3))", (0, 0, 0), "is read by one place of one map"),
    ],
)
def test_how_many_read_a_cell_is_said(looked_at, recipe: str, at: tuple[int, int, int], words: str) -> None:
    document = read_document({"input": {"values": [[[1, 2, 3, 4], [5, 6, 7, 8]]]}, "recipe": recipe})
    found = pointed(looked_at(0, at, document), "i.0.1.0")
    assert found is not None
    assert words in found.sentence


def test_a_pin_that_is_not_there_marks_nothing(looked_at) -> None:
    view = looked_at(SECOND, (1, 4, 5))
    for text in ("i.6.0.0", "i.0.11.0", "i.0.0.12", "w.3.0.0", "w.0.3.0", "w.0.0.2", "x.0.0.0", "i.0.0", "i.0.0.-1"):
        assert pointed(view, text) is None
    for text in ("i.5.10.11", "w.2.2.1", "o"):
        assert pointed(view, text) is not None


def test_numbers_of_the_picture_that_read_a_cell_are_those_of_a_search(looked_at) -> None:
    view = looked_at(oblong.CONV, (3, 2, 3))
    for row, column in ((0, 0), (20, 33), (9, 16)):
        found = pointed(view, f"i.1.{row}.{column}")
        readers = {
            tuple(map(int, at)) for at in zip(*oblong.changed(oblong.CONV, row, column)[3].nonzero(), strict=True)
        }
        assert squares(found.marks, "map", "tinted") == readers
