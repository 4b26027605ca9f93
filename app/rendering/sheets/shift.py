"""The pictures of the shift test: a map after the shift, and what differs from the map before, on the scale of both."""

import numpy as np

from app.numerics.shift import Array
from app.rendering.palette import Theme
from app.rendering.sheets.maps import laid_out, maps_png
from app.rendering.sheets.sheets import Tiles, tiles

AFTER, DIFFERENCE = 0, 1  # which tile is which


def shift_tiles(rows: int, columns: int) -> Tiles:
    """Return how the two lie in their picture."""
    return tiles(2, rows, columns, columns=2)


def shift_png(before: Array, after: Array, extent: float, theme: Theme) -> bytes:
    """Return `after` and |after − before| side by side; one sheet each (1, rows, columns), or all of a vector.

    Of several channels the mean over them is shown.
    """
    sheets = [laid_out(part) for part in (after, np.abs(after - before))]
    both = np.concatenate([sheet.mean(axis=0, keepdims=True) for sheet in sheets])
    return maps_png(both, [extent, extent], theme, columns=2)
