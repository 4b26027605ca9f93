"""Which maps vary most, as plain loops find it, and maps made smaller, block by block."""

import math
from statistics import pstdev

import numpy as np
import pytest

from app.numerics.reduction import reduced
from app.numerics.variation import most_varied, variation


def drawn(*shape: int) -> np.ndarray:
    """Return numbers that differ in how much they vary, far from zero."""
    numbers = np.random.default_rng(3)
    maps = numbers.normal(size=shape) * numbers.uniform(0.01, 2, (shape[0], 1, 1))
    return (maps + 900).astype(np.float32)


@pytest.mark.parametrize(("rows", "columns"), [(5, 7), (3, 4), (2, 6), (1, 1), (9, 1)])
def test_a_map_varies_as_its_inner_cells_do(rows: int, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.numerics.variation.AT_ONCE", 20)  # several parts
    maps = drawn(6, rows, columns)
    inside = [
        [
            float(part[row, column])
            for row in range(rows)
            for column in range(columns)
            if (rows < 3 or 0 < row < rows - 1) and (columns < 3 or 0 < column < columns - 1)
        ]
        for part in maps
    ]
    wanted = [pstdev(cells) for cells in inside]
    assert variation(maps).tolist() == pytest.approx(wanted, rel=1e-6, abs=1e-9)
    assert most_varied(maps, 4) == sorted(range(6), key=lambda k: (-wanted[k], k))[:4]


def test_what_only_the_ring_says_counts_for_nothing() -> None:
    maps = np.zeros((3, 6, 5), np.float32)
    maps[0, 0] = 100  # as padding makes it
    maps[2, 2, 2] = 1
    assert most_varied(maps, 2) == [2, 0]


@pytest.mark.parametrize(("rows", "columns", "most"), [(7, 11, 4), (12, 5, 4), (9, 9, 3), (3, 8, 1)])
def test_a_cell_of_a_smaller_map_is_the_mean_of_its_block(rows: int, columns: int, most: int) -> None:
    maps = drawn(2, rows, columns)
    found = reduced(maps, most)
    side = math.ceil(max(rows, columns) / most)
    assert found.shape == (2, math.ceil(rows / side), math.ceil(columns / side))
    assert max(found.shape[1:]) <= most
    for channel, row, column in np.ndindex(*found.shape):
        block = maps[channel, row * side : (row + 1) * side, column * side : (column + 1) * side]
        assert found[channel, row, column] == pytest.approx(float(block.astype(np.float64).mean()), rel=1e-6)


def test_a_map_that_is_small_enough_stays_as_it_is() -> None:
    maps = drawn(2, 5, 7)
    assert reduced(maps, 7) is maps
