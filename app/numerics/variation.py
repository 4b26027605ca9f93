"""How much each map varies from cell to cell, and which do most: those in which there is something to see.

By their means come near-copies of the picture, by their maxima noise. The outer ring of cells is left out, where the
padding speaks.
"""

import numpy as np
from numpy.typing import NDArray

from app.numerics import Floats

AT_ONCE = 1_000_000  # numbers that are looked at together, or one map


def variation(maps: Floats) -> NDArray[np.float64]:
    """Return the standard deviation of each of `maps` (channels, rows, columns), its outer ring of cells left out.

    An axis of fewer than three cells has no ring to leave out. Computed in float64, so that it is exact for maps that
    are large beside how they vary.
    """
    inner = maps[:, _inside(maps.shape[1]), _inside(maps.shape[2])]
    step = max(1, AT_ONCE // (inner.shape[1] * inner.shape[2]))
    parts = [inner[first : first + step].std(axis=(1, 2), dtype=np.float64) for first in range(0, len(inner), step)]
    return np.concatenate(parts)


def most_varied(maps: Floats, count: int) -> list[int]:
    """Return the `count` of `maps` that vary most, the first of them most; of equal ones the first."""
    order: list[int] = np.argsort(-variation(maps), kind="stable")[:count].tolist()
    return order


def _inside(length: int) -> slice:
    return slice(1, -1) if length > 2 else slice(None)
