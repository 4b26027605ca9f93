"""Claims about what lies beyond the edge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numerics.gather import patch
from app.numerics.padding import PADDING_MODES, overlap, sources
from tests.numerics.cases import convs

AXIS = range(-3, 7)  # of four cells


@pytest.mark.parametrize(
    ("mode", "cells"),
    [
        ("zeros", [-1, -1, -1, 0, 1, 2, 3, -1, -1, -1]),
        ("reflect", [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]),
        ("replicate", [0, 0, 0, 0, 1, 2, 3, 3, 3, 3]),
        ("circular", [1, 2, 3, 0, 1, 2, 3, 0, 1, 2]),
    ],
)
def test_the_table_of_the_documentation_holds(mode, cells):
    assert sources(AXIS, 4, mode).tolist() == cells


@given(st.integers(1, 9), st.sampled_from(("reflect", "replicate", "circular")))
def test_far_coordinates_still_read_a_real_cell(length, mode):
    cells = sources(np.arange(-40, 40), length, mode)
    assert ((cells >= 0) & (cells < length)).all()
    assert cells[40 : 40 + length].tolist() == list(range(length))


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="mirror"):
        sources([0], 1, "mirror")


@given(st.integers(-20, 20), st.integers(1, 5), st.integers(1, 9), st.integers(1, 9))
def test_overlap_keeps_exactly_the_coordinates_inside(first, step, count, length):
    coordinates = range(first, first + count * step, step)
    places, cells = overlap(coordinates, length)
    assert list(coordinates[places]) == [c for c in coordinates if 0 <= c < length] == list(range(length))[cells]


@given(convs(filters=(1,)), st.data())
def test_a_patch_is_what_the_sum_reads(case, data):
    rows, columns = case.window.output_shape(case.x.shape[1:])
    row, column = data.draw(st.integers(0, rows - 1)), data.draw(st.integers(0, columns - 1))
    values, is_padding = patch(case.x, case.window, row, column, case.mode)
    assert values.shape == (len(case.x), *case.window.size)
    assert case.mode in PADDING_MODES
    if case.mode == "zeros":
        assert not values[:, is_padding].any()
    top, left = case.window.origin(row, column)
    for i, j in np.ndindex(case.window.size):
        y, x = top + i * case.window.dilation[0], left + j * case.window.dilation[1]
        inside = 0 <= y < case.x.shape[1] and 0 <= x < case.x.shape[2]
        assert is_padding[i, j] == (not inside)
        if inside:
            assert np.array_equal(values[:, i, j], case.x[:, y, x])
