"""The pictures of a run: its input, its maps and its filters, as PNG."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.pictures.png import png
from app.rendering.arrangement import arranged
from app.rendering.palette import CLEAR, ZERO, Bytes, Theme, palette, signed_bytes, signed_palette, tint_palette
from app.rendering.scales import Colours
from app.rendering.sheets.sheets import sheet

Array = NDArray[np.float32]
VEILS: dict[Theme, tuple[int, int, int]] = {"light": (253, 252, 249), "dark": (24, 27, 32)}  # the token --figure
SIGN = 9  # pixels of a cell that holds its sign
MOST_SIGNED = 250_000  # cells of a picture with signs
DARK = 60  # the byte below which a cell is nearer to the end of the scale than to zero
DIMMED = 168  # of 255: what is dropped is still seen


def maps_png(maps: Array, extents: Sequence[float], theme: Theme, columns: int | None = None) -> bytes:
    """Return one sheet of `maps` (channels, rows, columns), each on its signed scale −extent … +extent."""
    return png(sheet(levels_of(maps, extents), columns), signed_palette(theme), clear=CLEAR)


def coloured_png(
    maps: Array, extents: Sequence[float], theme: Theme, colours: Colours, from_zero: bool, columns: int | None = None
) -> bytes:
    """Return one sheet of `maps` in the colours that are asked for; `from_zero` where no number is negative."""
    clips = colours.extent is not None
    chosen = palette(colours.kind, theme, from_zero=from_zero, clips=clips)[: 3 * CLEAR] + bytes([from_zero, 0, 0])
    return png(sheet(levels_of(maps, extents, clips), columns), chosen, clear=CLEAR)


def levels_of(maps: Array, extents: Sequence[float], clips: bool = False) -> Bytes:
    """Return the bytes of `maps`, each on its scale −extent … +extent."""
    if len(set(extents)) == 1:
        return signed_bytes(maps, extents[0], clips=clips)
    return np.stack([signed_bytes(part, extent, clips=clips) for part, extent in zip(maps, extents, strict=True)])


def laid_out(maps: Array) -> Array:
    """Return the numbers of a volume as the sheets on which they are seen; cells that hold no number are NaN."""
    channels, rows, columns = maps.shape
    plan = arranged((channels, rows, columns))
    if not plan.single:
        return maps
    sheet = np.full(plan.rows * plan.columns, np.nan, np.float32)
    sheet[:channels] = maps.ravel()
    return sheet.reshape(1, plan.rows, plan.columns)


def weights_png(weight: Array, extent: float, theme: Theme, signs: bool = False) -> bytes:
    """Return the sheet of filters (out, in, rows, columns): a row of tiles a filter, one tile an input channel.

    With `signs` each weight takes SIGN × SIGN pixels, and those below zero have a minus sign, for who sees no colours.
    """
    if arranged((weight.shape[1], *weight.shape[2:])).single:
        weight = np.stack([laid_out(filter_) for filter_ in weight])
    out, channels, rows, columns = weight.shape
    tiles = weight.reshape(out * channels, rows, columns)
    picture = sheet(signed_bytes(tiles, extent), channels)
    return png(
        signed(picture) if signs and picture.size <= MOST_SIGNED else picture, signed_palette(theme), clear=CLEAR
    )


def signed(picture: Bytes) -> Bytes:
    """Return bytes of the signed scale, each SIGN times as large, with a minus sign where they are below zero."""
    large = picture.repeat(SIGN, axis=0).repeat(SIGN, axis=1)
    cells = large.reshape(picture.shape[0], SIGN, picture.shape[1], SIGN)
    ink = np.where(picture < DARK, ZERO, 0).astype(np.uint8)  # light on dark cells, dark on light ones
    bar = cells[:, SIGN // 2 : SIGN // 2 + 1, :, SIGN // 3 : 2 * SIGN // 3]
    np.copyto(bar, ink[:, None, :, None], where=(picture < ZERO)[:, None, :, None])
    return large


def picture_png(pixels: Bytes, channel: int | None) -> bytes:
    """Return the input picture in colour or grey, or one channel of it as a tinted sheet."""
    if channel is not None:
        return png(pixels[channel], tint_palette(channel if len(pixels) == 3 else None))
    return png(pixels.transpose(1, 2, 0)) if len(pixels) == 3 else png(pixels[0])


def stretched(pixels: Bytes) -> Bytes:
    """Return a picture whose darkest value is black and whose lightest is full, so that small differences are seen."""
    low, high = int(pixels.min()), int(pixels.max())
    levels = np.rint((np.arange(256) - low) * (255 / max(1, high - low))).clip(0, 255).astype(np.uint8)
    seen: Bytes = levels[pixels]
    return seen


def veil_png(kept: NDArray[np.bool_], theme: Theme) -> bytes:
    """Return a picture (rows, columns) to lay over a map, which dims the cells that are not `kept`."""
    veil = np.zeros((*kept.shape, 4), np.uint8)
    veil[..., :3] = VEILS[theme]
    veil[..., 3] = np.where(kept, 0, DIMMED)
    return png(veil)


def extent_of(x: Array) -> float:
    """Return the largest magnitude in `x`, the end of its signed scale; NaN stands for no number."""
    return max(-float(np.nanmin(x)), float(np.nanmax(x)), 0.0)
