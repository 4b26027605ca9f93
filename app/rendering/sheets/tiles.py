"""Filters as colour tiles: the weights over red, green and blue as one picture, in which mid grey is 0."""

import numpy as np

from app.pictures.png import png
from app.rendering.palette import Bytes, Theme, signed_bytes, signed_palette
from app.rendering.sheets.maps import Array, extent_of, signed
from app.rendering.sheets.sheets import tiles

GREY = 128  # of the number 0
REACH = 127  # of ±extent from there


def colours(weight: Array, extent: float) -> Bytes:
    """Return weights (…, 3, rows, columns) as colours, each channel in its own: GREY + REACH · w / extent."""
    scaled = weight.astype(np.float64) * (REACH / extent if extent > 0 else 0)
    return np.clip(np.rint(GREY + scaled), 0, 255).astype(np.uint8)


def tiles_png(weight: Array, extent: float | None) -> bytes:
    """Return filters (n, 3, rows, columns) as one sheet of colour tiles with clear gaps; None: each on a scale of its
    own.
    """
    count, _, rows, columns = weight.shape
    plan = tiles(count, rows, columns)
    across, down = plan.size
    picture = np.zeros((down, across, 4), np.uint8)
    for index, filter_ in enumerate(weight):
        x, y = plan.corner(index)
        coloured = colours(filter_, extent_of(filter_) if extent is None else extent)
        picture[y : y + rows, x : x + columns, :3] = coloured.transpose(1, 2, 0)
        picture[y : y + rows, x : x + columns, 3] = 255
    return png(picture)


def kernel_png(weight: Array, theme: Theme) -> bytes:
    """Return a named kernel on a scale of its own: signed, or as a colour tile where it has three sheets."""
    if weight.ndim == 3:
        return tiles_png(weight[None], extent_of(weight))
    return png(signed(signed_bytes(weight, extent_of(weight))), signed_palette(theme))
