"""The pictures of a run: its input, its maps and its filters, as PNG."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.rendering.palette import Bytes, Theme, signed_bytes, signed_palette, tint_palette
from app.rendering.sheets import palette_png, rgb_png, sheet

Array = NDArray[np.float32]


def maps_png(maps: Array, extents: Sequence[float], theme: Theme, columns: int | None = None) -> bytes:
    """Return one sheet of `maps` (channels, rows, columns), each on its signed scale −extent … +extent."""
    if len(set(extents)) == 1:
        levels = signed_bytes(maps, extents[0])
    else:
        levels = np.stack([signed_bytes(part, extent) for part, extent in zip(maps, extents, strict=True)])
    return palette_png(sheet(levels, columns), signed_palette(theme), clear=True)


def weights_png(weight: Array, theme: Theme) -> bytes:
    """Return the sheet of `weight` (out, in, rows, columns): a row of tiles a filter, one tile an input channel."""
    out, channels, rows, columns = weight.shape
    tiles = weight.reshape(out * channels, rows, columns)
    return maps_png(tiles, [extent_of(weight)] * (out * channels), theme, columns=channels)


def picture_png(pixels: Bytes, channel: int | None) -> bytes:
    """Return the input picture in colour or grey, or one channel of it as a tinted sheet."""
    if channel is not None:
        return palette_png(pixels[channel], tint_palette(channel if len(pixels) == 3 else None))
    return rgb_png(pixels) if len(pixels) == 3 else palette_png(pixels[0], tint_palette(None))


def extent_of(x: Array) -> float:
    """Return the largest magnitude in `x`, the end of its signed scale."""
    return float(max(-x.min(), x.max(), 0))
