"""Claims about the window: how many places it has, and where each begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numerics.window import Window
from tests.numerics.cases import convs, pairs, pools


@given(st.integers(1, 30), pairs(1, 5), pairs(0, 4), st.integers(1, 4))
def test_every_place_lies_inside_and_one_more_would_not(length, shape, padding, dilation):
    size, stride = shape
    window = Window((size, 1), (stride, 1), (padding, (0, 0)), (dilation, 1))
    places = window.output_length(0, length)
    if places:
        assert window.span(places - 1, 0).rows[1] <= length + padding[1]
    assert window.span(places, 0).rows[1] > length + padding[1]


@given(pools())
def test_under_ceil_mode_every_place_starts_inside_or_in_the_padding_before(case):
    rows, columns = case.window.output_shape(case.x.shape[1:])
    assert case.window.origin(rows - 1, columns - 1) < case.x.shape[1:]


@given(convs(), st.data())
def test_cells_go_on_from_the_origin_by_dilation(case, data):
    window = case.window
    row, tap = data.draw(st.integers(0, 5)), data.draw(st.integers(0, window.size[0] - 1))
    cells = window.cells(0, slice(row, row + 3), tap)
    assert list(cells) == [window.origin(row + k, 0)[0] + tap * window.dilation[0] for k in range(3)]


def test_a_window_that_does_not_fit_is_said_with_both_sizes():
    with pytest.raises(ValueError, match=r"\(8, 8\).*\(2, 3\)"):
        Window((8, 8)).places((2, 3))
