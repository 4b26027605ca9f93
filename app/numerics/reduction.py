"""Maps made smaller: each cell the mean of a block of cells."""

import numpy as np

from app.numerics import Floats


def reduced(maps: Floats, most: int) -> Floats:
    """Return `maps` (channels, rows, columns) with at most `most` rows and columns: a cell is the mean of a block.

    Blocks are squares, as small as do; those at the bottom and at the right may hold fewer cells. Maps that are small
    enough come back as they are.
    """
    side = -(-max(maps.shape[1:]) // most)
    if side <= 1:
        return maps
    found = maps
    for axis in (1, 2):
        starts = np.arange(0, maps.shape[axis], side)
        sizes = np.diff(starts, append=maps.shape[axis])
        sums = np.add.reduceat(found, starts, axis=axis, dtype=np.float32)
        found = (sums / np.expand_dims(sizes, (0, 3 - axis))).astype(np.float32)
    return found
