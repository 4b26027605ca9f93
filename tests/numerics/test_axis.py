"""Claims about what places read along an axis: as the definitions have it, from either end, with and without edges."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.numerics.sliding import Sliding
from app.numerics.spread import Spread, Spreading
from app.numerics.whole import Whole
from app.numerics.window import Window


@st.composite
def spreads(draw):
    """Draw a spread along rows, and the pairs (cell, tap) of each place by trying all."""
    size, stride, dilation = (draw(st.integers(1, most)) for most in (5, 5, 4))
    padding, added = draw(st.integers(0, 4)), draw(st.integers(0, max(stride, dilation) - 1))
    cells = draw(st.integers(1, 8))
    axis = Spreading.of(Spread((size, 1), (stride, 1), (padding, 0), (added, 0), (dilation, 1)), 0, cells)
    found = {
        place: [
            (cell, tap)
            for cell in range(-50, 60)
            for tap in range(size)
            if cell * stride - padding + tap * dilation == place
        ]
        for place in range(axis.places)
    }
    return axis, found


@st.composite
def slides(draw):
    """Draw a window along columns, and the pairs (cell, tap) of each place."""
    size, stride, dilation = (draw(st.integers(1, most)) for most in (4, 4, 3))
    before, after, cells = draw(st.integers(0, 3)), draw(st.integers(0, 3)), draw(st.integers(1, 12))
    window = Window((1, size), (1, stride), ((0, 0), (before, after)), (1, dilation))
    axis = Sliding.of(window, 1, cells)
    found = {
        place: [(place * stride - before + tap * dilation, tap) for tap in range(size)] for place in range(axis.places)
    }
    return axis, found


@given(spreads())
def test_a_place_of_a_spread_reads_the_cells_whose_stamp_it_lies_under(case):
    axis, found = case
    for place, pairs in found.items():
        there = [(cell, tap) for cell, tap in pairs if 0 <= cell < axis.cells]
        assert list(zip(axis.read(place), axis.taps(place), strict=True)) == there
        assert list(axis.endless(place)) == [cell for cell, _ in pairs]
        assert axis.span(place) == ((there[0][0], there[-1][0] + 1) if there else None)
        assert len(pairs) < 2 or pairs[1][0] - pairs[0][0] == axis.gap


@given(slides())
def test_a_place_of_a_window_reads_its_taps_padding_among_them(case):
    axis, found = case
    for place, pairs in found.items():
        assert list(zip(axis.read(place), axis.taps(place), strict=True)) == pairs
        assert axis.read(place)[0] == axis.affine.start + place * axis.affine.step


@given(st.one_of(spreads(), slides()))
def test_cells_and_places_are_one_relation_read_from_two_ends(case):
    axis, found = case
    if not axis.places:
        return
    for place, pairs in found.items():
        read = axis.reads(np.arange(axis.places) == place)
        assert list(np.flatnonzero(read)) == sorted({cell for cell, _ in pairs if 0 <= cell < axis.cells})
        for tap in range(axis.size):
            real = [cell for cell, other in pairs if other == tap and 0 <= cell < axis.cells]
            assert axis.real(tap)[place] == (real[0] if real else -1)
    for cell in range(axis.cells):
        readers = [place for place, pairs in found.items() if any(cell == other for other, _ in pairs)]
        assert list(np.flatnonzero(axis.read_by(np.arange(axis.cells) == cell))) == readers


@given(st.one_of(spreads(), slides()))
def test_after_a_period_the_same_is_read_further_on_and_the_middle_has_moved_as_far(case):
    axis, _ = case
    places, cells = axis.period
    for place in range(places):
        assert list(axis.endless(place + places)) == [cell + cells for cell in axis.endless(place)]
    assert axis.step * places == cells
    widest = max(len(range(run[0], run[-1] + 1)) for place in range(places) if (run := axis.endless(place)))
    assert widest == axis.reach


def test_whoever_reads_everything_has_one_place():
    axis = Whole.over(7)
    assert (axis.places, axis.span(0), axis.affine) == (1, (0, 7), None)
    assert axis.reads(np.array([True])).all()
    assert axis.read_by(np.arange(7) == 3).tolist() == [True]
