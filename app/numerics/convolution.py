"""Cross-correlation, the sum that networks call convolution, as matrix products over bands that stay in the cache.

A kernel of kh × kw reads, for one row of places, kh rows of the input, each kw times, shifted. `_unrolled` writes the
kw shifts of each input row of a band down once, B[row, kernel column, channel, place]; the kh rows that one row of
places needs then stand one after another: they are a view of B, and overlapping views share rows:

    B   row 0 │ row 1 │ row 2 │ row 3      weight (O, kh·kw·C) @ view (kh·kw·C, places) = one row of all O maps
        └── places' row 0 ──┘              (here kh = 3, stride 1)
                └── places' row 1 ──┘

`_gathered` copies all kh·kw shifts (im2col) of a band for one larger product instead. Padding is added band by band.
"""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from app.numerics import Floats
from app.numerics.padding import PADDING_MODES, paste
from app.numerics.window import Window

BAND_FLOATS = 1 << 18  # a band of 1 MiB: about half to all of a present core's second-level cache
TILE_COLUMNS = 512  # longer rows of places gain nothing and leave fewer rows to share


def correlate(
    x: Floats,
    weight: Floats,
    bias: Floats | None,
    window: Window,
    *,
    padding_mode: str = "zeros",
    groups: int = 1,
) -> Floats:
    """Slide every filter over the input and return the maps of their sums.

    Parameters
    ----------
    x
        Input, shape (C, H, W).
    weight
        Filters, shape (O, C / groups, kh, kw); they are not flipped. Filter o reads the channels of group
        o // (O / groups).
    bias
        Shape (O,), added to each sum; None adds nothing.
    window
        Geometry; its size is (kh, kw). Padding may be unequal on the two sides.
    padding_mode
        What stands in the padding: `zeros`, `reflect`, `replicate` or `circular`.
    groups
        Number of groups that channels and filters fall into; C is a depthwise convolution.

    Returns
    -------
    ndarray
        Maps, float32, C-order, shape (O, Ho, Wo). The same call gives the same bits. Sums are direct: whole numbers
        give whole numbers, exactly, up to 2^24. Sums beyond float32 are infinite or NaN, without a warning.

    Raises
    ------
    ValueError
        Where shapes disagree, the window does not fit, or the mode is unknown.

    Notes
    -----
    The definition is that of `torch.nn.Conv2d` for one picture. Memory: input, output and a few MiB. The method is
    related to the low-memory unrolling of Cho & Brand, "MEC: memory-efficient convolution" (ICML 2017).
    """
    x, weight = np.ascontiguousarray(x, np.float32), np.asarray(weight, np.float32)
    _check(x, weight, bias, window, padding_mode, groups)
    out = np.empty((len(weight), *window.places((x.shape[1], x.shape[2]))), np.float32)
    maps = out.reshape(groups, -1, *out.shape[1:])
    channels = x.reshape(groups, -1, *x.shape[1:])
    kernel = np.ascontiguousarray(weight.transpose(0, 2, 3, 1)).reshape(*maps.shape[:2], -1)
    offset = None if bias is None else np.asarray(bias, np.float32).reshape(*maps.shape[:2], 1, 1)
    gather = _gathers(window, maps.shape)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        for group, rows, columns in _blocks(window, weight.shape[1], maps.shape, gather):
            target = maps[group, :, rows, columns]
            if gather:
                band = _gathered(channels[group], window, rows, columns, padding_mode)
                target[...] = np.matmul(kernel[group], band).reshape(target.shape)
            else:
                band = _unrolled(channels[group], window, rows, columns, padding_mode)
                np.matmul(kernel[group, None], band, out=target.transpose(0, 2, 1, 3))
            if offset is not None:
                target += offset[group]
    return out


def _check(x: Floats, weight: Floats, bias: Floats | None, window: Window, padding_mode: str, groups: int) -> None:
    filters, depth = weight.shape[:2]
    if weight.shape[2:] != window.size:
        raise ValueError(f"the filters are {weight.shape[2:]} and the window is {window.size}")
    if groups < 1 or filters % groups or depth * groups != len(x):
        raise ValueError(f"{filters} filters of {depth} channels in {groups} groups do not fit {len(x)} channels")
    if bias is not None and np.shape(bias) != (filters,):
        raise ValueError(f"{filters} filters need {filters} biases, not shape {np.shape(bias)}")
    if padding_mode not in PADDING_MODES:
        raise ValueError(f"padding_mode is {padding_mode!r}; it must be one of {', '.join(PADDING_MODES)}")


def _dense(window: Window) -> bool:
    """Tell whether neighbouring places leave no cell between them unread."""
    return window.dilation == (1, 1) and window.stride[0] <= window.size[0] and window.stride[1] <= window.size[1]


def _gathers(window: Window, shape: tuple[int, ...]) -> bool:
    """Choose the method (measured): windows with gaps, or many filters over narrow maps, gather all shifts."""
    return not _dense(window) or (shape[3] < 64 and shape[1] >= 32)


def _blocks(window: Window, depth: int, shape: tuple[int, ...], gather: bool) -> Iterator[tuple[slice, slice, slice]]:
    """Part the maps, `shape` (groups, filters, rows, columns), into blocks whose band holds about BAND_FLOATS."""
    groups, _, rows, columns = shape
    height, width = window.size
    if gather:  # a line of the band is a row of places, with every shift
        line, step, shared = depth * height * width, 1, 0
    else:  # … is a row of the input, with the shifts to the side; neighbouring blocks both hold the shared lines
        line, step, shared = depth * width, window.stride[0], height - window.stride[0]
    least = line * (step + shared)  # for one place
    wide = min(columns, TILE_COLUMNS, max(1, BAND_FLOATS // (3 * least), min(64, 4 * BAND_FLOATS // least)))
    deep = min(rows, max(1, (BAND_FLOATS // (line * wide) - shared) // step))
    many = min(groups, max(1, BAND_FLOATS // (line * wide * (shared + step * deep))))
    for group in range(0, groups, many):
        for column in range(0, columns, wide):
            for row in range(0, rows, deep):
                yield (
                    slice(group, min(group + many, groups)),
                    slice(row, min(row + deep, rows)),
                    slice(column, min(column + wide, columns)),
                )


def _unrolled(x: Floats, window: Window, rows: slice, columns: slice, padding_mode: str) -> Floats:
    """Return the overlapping windows of a band as a view, shape (groups, rows, kh·kw·depth, columns)."""
    height, width = window.size
    places = rows.stop - rows.start, columns.stop - columns.start
    cells = _rectangle(x, window, rows, columns, padding_mode)
    group, channel, row, column = cells.strides
    band = np.empty((len(x), cells.shape[2], width, x.shape[1], places[1]), np.float32)
    band[...] = as_strided(cells, band.shape, (group, row, column, channel, column * window.stride[1]), writeable=False)
    group, row, _, channel, column = band.strides
    shape = (len(x), places[0], height * width * x.shape[1], places[1])
    return as_strided(band, shape, (group, row * window.stride[0], channel, column), writeable=False)


def _gathered(x: Floats, window: Window, rows: slice, columns: slice, padding_mode: str) -> Floats:
    """Return a copy of every cell that every place of a block reads, shape (groups, kh·kw·depth, rows·columns)."""
    places = rows.stop - rows.start, columns.stop - columns.start
    band = np.empty((len(x), *window.size, x.shape[1], *places), np.float32)
    if _dense(window):
        cells = _rectangle(x, window, rows, columns, padding_mode)
        group, channel, row, column = cells.strides
        steps = (group, row, column, channel, row * window.stride[0], column * window.stride[1])
        band[...] = as_strided(cells, band.shape, steps, writeable=False)
    else:
        for tap in np.ndindex(window.size):
            down, across = window.cells(0, rows, tap[0]), window.cells(1, columns, tap[1])
            paste(band[:, tap[0], tap[1]], x, down, across, padding_mode)
    return band.reshape(len(x), -1, places[0] * places[1])


def _rectangle(x: Floats, window: Window, rows: slice, columns: slice, padding_mode: str) -> Floats:
    """Return all cells of a block, padding included: a view of `x` where it reads none."""
    down, across = (
        range(window.cells(axis, places, 0)[0], window.cells(axis, places, window.size[axis] - 1)[-1] + 1)
        for axis, places in enumerate((rows, columns))
    )
    if down[0] >= 0 and across[0] >= 0 and down[-1] < x.shape[2] and across[-1] < x.shape[3]:
        return x[:, :, down.start : down.stop, across.start : across.stop]
    cells = np.empty((*x.shape[:2], len(down), len(across)), np.float32)
    paste(cells, x, down, across, padding_mode)
    return cells
