"""The strongest places are those that a search through all places finds."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.numerics.ranking import strongest

# few different numbers, so that many are equal
maps = arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(-4, 4))


def by_brute_force(values: np.ndarray, count: int, apart: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the same by sorting every place and keeping what overlaps nothing kept before."""
    places = [(row, column) for row in range(values.shape[0]) for column in range(values.shape[1])]
    kept: list[tuple[int, int]] = []
    for row, column in sorted(places, key=lambda place: -values[place]):  # a stable sort keeps reading order
        if all(abs(row - r) >= apart[0] or abs(column - c) >= apart[1] for r, c in kept):
            kept.append((row, column))
    return kept[:count]


@given(maps, st.integers(0, 12), st.tuples(st.integers(1, 5), st.integers(1, 5)))
def test_the_strongest_are_those_of_a_search_by_brute_force(values, count, apart):
    assert strongest(values, count, apart) == by_brute_force(values, count, apart)
    assert strongest(-values, count, apart) == by_brute_force(-values, count, apart)


def test_of_equal_numbers_the_first_in_reading_order_comes_first():
    assert strongest(np.zeros((4, 6), np.float32), 9, (2, 3)) == [(0, 0), (0, 3), (2, 0), (2, 3)]


def test_the_map_itself_stays_as_it_is():
    values = np.array([[1, 5], [3, 2]], np.float32)
    values.flags.writeable = False
    assert strongest(values, 2) == [(0, 1), (1, 0)]
