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
    maps = tuple(
        Statistics(
            float(part.min()),
            float(part.max()),
            float(part.mean(dtype=np.float64)),
            float(np.count_nonzero(part == 0)) / part.size,
        )
        for part in x
    )
    count = len(maps)
    return Statistics(
        min(m.minimum for m in maps),
        max(m.maximum for m in maps),
        sum(m.mean for m in maps) / count,
        sum(m.zero_fraction for m in maps) / count,
    ), maps
