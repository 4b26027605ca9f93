"""Each cell of an input is the mean of exactly the pixels that are said to make it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import Unfit
from app.pictures.picture import Picture
from app.pictures.shrinking import Shrunk, cut, read_span

SIDES = st.integers(1, 60)


@given(SIDES, SIDES)
@settings(max_examples=200, deadline=None)
def test_a_pixel_changes_the_cell_that_is_said_to_read_it_and_no_other(length: int, count: int) -> None:
    spans = [read_span(length, count, index) for index in range(count)]
    for pixel in range(length):
        line = np.zeros((1, length), np.uint8)
        line[0, pixel] = 255
        cells = Shrunk(Picture(line), ((0, 1), (0, length)), (1, count), "stretch", "L").pixels()[0, 0]
        assert [bool(cell) for cell in cells] == [first <= pixel < last for first, last in spans]


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 12), st.integers(1, 12), st.data())
@settings(max_examples=60, deadline=None)
def test_a_cell_is_the_mean_of_its_source(
    height: int, width: int, rows: int, columns: int, data: st.DataObject
) -> None:
    pixels = np.random.default_rng(height * 41 + width).integers(0, 256, (height, width), np.uint8)
    fit = data.draw(st.sampled_from(["cover", "contain", "stretch"]))
    way = Shrunk(Picture(pixels), ((0, height), (0, width)), (rows, columns), fit, "L")  # type: ignore[arg-type]
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    cell, source = int(way.pixels()[0, row, column]), way.source(row, column)
    if source is None:
        assert cell == 0
    else:
        (top, bottom), (left, right) = source
        assert abs(cell - pixels[top:bottom, left:right].mean()) <= 1  # each of two passes rounds to whole levels


def test_a_part_outside_the_picture_is_refused_with_both_numbers() -> None:
    with pytest.raises(Unfit, match=r"Rows 1 to 9 .* 8 × 8"):
        cut(Picture(np.zeros((8, 8), np.uint8)), ((0, 9), (0, 8)))
