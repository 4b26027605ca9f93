"""What a stack of maps says in a few numbers, each map alone and all together."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONG = 1 << 14  # cells of a map from which counting its zeros takes longer than to come to it (measured); below 2^16


class Statistics(NamedTuple):
    """Smallest, largest and mean number and the share of zeros, of one map or of many."""

    minimum: float
    maximum: float
    mean: float
    zero_fraction: float


def statistics(x: NDArray[np.float32]) -> tuple[Statistics, tuple[Statistics, ...]]:
    """Return the statistics of all maps of `x` (channels, rows, columns) together, and of each map.

    Means are taken in float64. An infinity or a NaN in `x` shows in the minimum, the maximum or the mean.
    """
    maps = x.reshape(len(x), -1)
    least, most, mean = maps.min(axis=1), maps.max(axis=1), maps.mean(axis=1, dtype=np.float64)
    zero = _zeros(maps) / maps.shape[1]
    whole = Statistics(float(least.min()), float(most.max()), float(mean.mean()), float(zero.mean()))
    rows = zip(least.tolist(), most.tolist(), mean.tolist(), zero.tolist(), strict=True)
    return whole, tuple(map(Statistics._make, rows))


def _zeros(maps: NDArray[np.float32]) -> NDArray[np.integer]:
    """Return how many zeros each of the maps (channels, cells) has."""
    if maps.shape[1] >= LONG:
        return np.array([np.count_nonzero(part == 0) for part in maps])
    return np.asarray(np.add.reduce((maps == 0).view(np.uint8), axis=1, dtype=np.uint16))
