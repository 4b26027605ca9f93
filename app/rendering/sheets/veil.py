"""The veil of a class activation: the page's own colour over a picture, thick where a map is weak."""

import numpy as np
from numpy.typing import NDArray

from app.numerics.window import Pair
from app.pictures.png import png
from app.rendering.palette import Theme
from app.rendering.sheets.maps import VEILS

THICKEST = 0.8
CLEAR = 0.8  # of the strongest number, from which on there is none
BEND = 0.9


def veil_png(values: NDArray[np.float32], most: float, edges: tuple[Pair, Pair], theme: Theme) -> bytes:
    """Return a map (rows, columns) as a veil, a pixel a cell; `most` is the number that counts as strongest.

    Cells at the edge are repeated so often as `edges` says, above and below, left and right, to reach the border.
    """
    share = np.clip(values.astype(np.float64) / (CLEAR * most if most > 0 else 1), 0, 1)
    thick = np.pad(THICKEST * (1 - share) ** BEND, edges, mode="edge")
    pixels = np.empty((*thick.shape, 4), np.uint8)
    pixels[..., :3] = VEILS[theme]
    pixels[..., 3] = np.rint(255 * thick)
    return png(pixels)
