"""Where a map responds most: the places of its largest numbers, no two closer than a window is large."""

import numpy as np

from app.numerics import Floats

Spot = tuple[int, int]  # row, column


def strongest(values: Floats, count: int, apart: tuple[int, int] = (1, 1)) -> list[Spot]:
    """Return the places of the `count` largest of `values` (rows, columns), the largest first.

    Each next place is the largest of those whose windows of `apart` (rows, columns) places overlap none found before;
    of equal numbers the first in reading order. Where no more fit, fewer come back. The weakest are those of `-values`.
    """
    left = np.array(values, np.float32)  # a copy, in which −inf marks what is taken
    high, wide = apart
    found: list[Spot] = []
    while len(found) < count and left.size:
        row, column = (int(at) for at in np.unravel_index(int(left.argmax()), left.shape))
        if left[row, column] == -np.inf:
            break
        found.append((row, column))
        left[max(0, row - high + 1) : row + high, max(0, column - wide + 1) : column + wide] = -np.inf
    return found
