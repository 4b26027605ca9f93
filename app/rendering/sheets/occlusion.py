"""The picture of an occlusion: how far a class falls where the patch is, laid over the picture in grey.

Each place stands on as many pixels as the patch steps, in its middle; the border, where none can be centred, is plain.
"""

import numpy as np
from numpy.typing import NDArray

from app.numerics.window import Pair
from app.pictures.png import png
from app.rendering.palette import Bytes, Theme, signed_bytes, signed_palette
from app.rendering.sheets.maps import VEILS, Array, extent_of

LUMA = (0.299, 0.587, 0.114)  # ITU-R 601
PLAIN, UNDER, OVER = (
    0.45,
    0.2,
    0.62,
)  # how far the border, and the picture below, go into the page; and the values over it


def occlusion_png(grey: Bytes, falls: Array, corner: Pair, step: Pair, theme: Theme) -> bytes:
    """Return `falls` (places) over the picture `grey` (rows, columns), the first place at `corner`, the next a `step`
    further."""
    page = np.array(VEILS[theme], np.float64)
    picture = np.repeat(grey[..., None].astype(np.float64), 3, axis=2)
    found = picture + (page - picture) * PLAIN
    large = falls.repeat(step[0], axis=0).repeat(step[1], axis=1)
    colours = np.frombuffer(signed_palette(theme), np.uint8).reshape(256, 3)
    values = colours[signed_bytes(large, extent_of(falls))].astype(np.float64)
    here = slice(corner[0], corner[0] + large.shape[0]), slice(corner[1], corner[1] + large.shape[1])
    below = picture[here] + (page - picture[here]) * UNDER
    found[here] = below + (values - below) * OVER
    return png(np.rint(found).astype(np.uint8))


def grey_of(pixels: Bytes | None, x: Array) -> Bytes:
    """Return a picture in grey, uint8 (rows, columns); of an input of numbers their mean, black the least."""
    if pixels is not None:
        levels: NDArray[np.float64] = (
            np.tensordot(LUMA, pixels, 1) if len(pixels) == 3 else pixels[0].astype(np.float64)
        )
        return np.rint(levels).astype(np.uint8)
    mean = x.mean(axis=0, dtype=np.float64)
    low, high = float(mean.min()), float(mean.max())
    grey: Bytes = np.rint((mean - low) * (255 / (high - low) if high > low else 0)).astype(np.uint8)
    return grey
