"""What a stack of maps says in a few numbers, each map alone and all together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Statistics:
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
    zero = np.array([np.count_nonzero(part == 0) for part in maps]) / maps.shape[1]
    whole = Statistics(float(least.min()), float(most.max()), float(mean.mean()), float(zero.mean()))
    return whole, tuple(map(Statistics, least.tolist(), most.tolist(), mean.tolist(), zero.tolist()))
