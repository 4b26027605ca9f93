"""How alike maps are: the correlation of their numbers, place by place, from −1 to 1."""

import numpy as np
from numpy.typing import NDArray

from app.numerics import Floats


def likeness(maps: Floats, chosen: int) -> NDArray[np.float64]:
    """Return the correlation of each of `maps` (channels, rows, columns) with the chosen one; 0 for an even map."""
    flat = maps.reshape(len(maps), -1)
    one = flat[chosen].astype(np.float64)
    one -= one.mean()
    found = np.zeros(len(maps))
    for index, other in enumerate(flat):
        spread = float(np.sqrt(other.var(dtype=np.float64) * other.size) * np.sqrt(one @ one))
        found[index] = float(other.astype(np.float64) @ one) / spread if spread > 0 else 0.0
    return found.clip(-1, 1)
