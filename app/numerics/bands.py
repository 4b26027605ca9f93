"""The direct method: every product of every sum, as matrix products over bands that stay in the cache.

A kernel of kh × kw reads, for one row of places, kh rows of the input, each kw times, shifted. `_unrolled` writes the
kw shifts of each input row of a band down once, B[row, kernel column and channel, place]; the kh rows that one row of
places needs then stand one after another: they are a view of B, and overlapping views share rows:

    B   row 0 │ row 1 │ row 2 │ row 3      weight (O, kh·kw·C) @ view (kh·kw·C, places) = one row of all O maps
        └── places' row 0 ──┘              (here kh = 3, stride 1)
                └── places' row 1 ──┘

A line of ones in each row carries the bias of several filters through the same product. `_gathered` copies all kh·kw
shifts (im2col) of a band for one larger product instead; `_at_once` does so where the weights are most of what is read.
Padding is added band by band. Bands are parted by the sizes alone, so that the result is the same bits however many
threads there are.

The method is related to the low-memory unrolling of Cho & Brand, "MEC: memory-efficient convolution" (ICML 2017).
"""

from functools import lru_cache
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from app.numerics import Floats
from app.numerics.padding import paste
from app.numerics.threads import buffer, share
from app.numerics.window import Window

BAND_FLOATS = 1 << 18  # a band of 1 MiB: about half to all of a present core's second-level cache
LONE_FLOATS = 1 << 20  # … where a group has one filter: its products are short
TILE_COLUMNS = 512  # longer rows of places gain nothing and leave fewer rows to share
NARROW = 64  # columns of places: for many filters, products of shorter rows are slow
WORTH = 1 << 24  # products that are worth a second thread …
LONE_WORTH = 1 << 18  # … where a group has one filter: most of the time goes to copies
SMALL = 1_000_000  # products of a matrix product up to which OpenBLAS reads the matrices where they stand (measured)
FEWEST = 16  # filters, or taps, in such a product
LARGE = 1 << 17  # weights: whoever takes a part of the map would have to read all of them …
MOST_CELLS = 1 << 20  # … so that, where so many cells are gathered at most, …
MANY = 256  # … parts of so many filters are shared out
STACK = 4  # rows of places at once for a single filter, whose product would be one of a vector
MOST_GAPS = 4  # times the cells that are read: a view of the input steps over so many others, no more
Block = tuple[slice, slice, slice]  # groups, rows and columns of places


def direct(
    x: Floats, weight: Floats, bias: Floats | None, window: Window, padding_mode: str, groups: int, out: Floats
) -> None:
    """Fill `out` (O, Ho, Wo); arguments as those of `correlate`, already checked."""
    maps = out.reshape(groups, -1, *out.shape[1:])
    channels = x.reshape(groups, -1, *x.shape[1:])
    offset = None if bias is None else bias.reshape(maps.shape[:2])
    if weight.size >= LARGE and weight[0].size * groups * prod(maps.shape[2:]) <= MOST_CELLS:
        _at_once(channels, weight.reshape(*maps.shape[:2], -1), offset, window, padding_mode, maps)
    elif _gathers(window, maps.shape):
        _by_gathering(channels, weight.reshape(*maps.shape[:2], -1), offset, window, padding_mode, maps)
    else:
        _by_unrolling(channels, weight.reshape(*maps.shape[:2], *weight.shape[1:]), offset, window, padding_mode, maps)


def _by_unrolling(
    x: Floats, weight: Floats, bias: Floats | None, window: Window, padding_mode: str, maps: Floats
) -> None:
    depth, (height, width) = x.shape[1], window.size
    lone, step = weight.shape[1] == 1, window.stride[0]
    carried = None if lone else bias  # through the product, of which a line more is much where it has few
    line = width * depth + (carried is not None)
    once = _stack(weight, carried, 1, step)
    several = _stack(weight, carried, STACK, step) if lone and maps.shape[2] >= STACK else once

    def multiply(kernel: Floats, stack: int, band: Floats, first: int, target: Floats) -> None:
        lot, row, part, place = band.strides
        lots, sums = target.shape[2] // stack, kernel.shape[1]
        shape = (len(band), lots, (height + step * (stack - 1)) * line, band.shape[3])
        view = np.ndarray(shape, np.float32, band, first * step * row, (lot, row * step * stack, part, place))
        group, filters, down, across = target.strides
        few = sums // _pieces(sums, shape[2] * shape[3]) if stack == 1 else sums
        out = (len(band), sums // few, lots, few, shape[3])
        steps = (group, few * filters, stack * down, down if stack > 1 else filters, across)
        parted = kernel.reshape(len(kernel), -1, 1, few, kernel.shape[2])
        np.matmul(parted, view[:, None], out=as_strided(target, out, steps))

    def work(block: Block) -> None:
        group, rows, columns = block
        places = rows.stop - rows.start, columns.stop - columns.start
        cells = rectangle(x[group], window, rows, columns, padding_mode)
        band = buffer("band", (len(cells), cells.shape[2], line, places[1]))
        lot, channel, row, column = cells.strides
        shape = (len(cells), cells.shape[2], width, depth, places[1])
        shifts = as_strided(cells, shape, (lot, row, column, channel, column * window.stride[1]), writeable=False)
        np.copyto(band[:, :, : width * depth].reshape(shape), shifts)
        band[:, :, width * depth :] = 1
        target = maps[group, :, rows, columns]
        stacked = 0
        if several is not once:
            stacked = places[0] // STACK * STACK
            multiply(several[group], STACK, band, 0, target[:, :, :stacked])
        if stacked < places[0]:
            multiply(once[group], 1, band, stacked, target[:, :, stacked:])
        if bias is not None and carried is None:
            target += bias[group, :, None, None]

    # A line of the band is a row of the input; neighbouring blocks both hold the shared ones.
    blocks = _blocks(maps.shape, line, step, max(0, height - step), height * line)
    share(work, blocks, together=_worth(maps.shape, height * line))


def _stack(weight: Floats, bias: Floats | None, stack: int, step: int) -> Floats:
    """Return the filters as matrices, (groups, filters · stack, …), for `stack` rows of places at once.

    The row of a place holds the filter below `step` zeros for each place above it; where there is a bias, after each
    line stands what the ones are multiplied by: the bias, once.
    """
    groups, filters, depth, height, width = weight.shape
    line = width * depth + (bias is not None)
    kernel = np.zeros((groups, filters, stack, height + step * (stack - 1), line), np.float32)
    lines = weight.transpose(0, 1, 3, 4, 2).reshape(groups, filters, height, -1)
    for place in range(stack):
        kernel[:, :, place, place * step : place * step + height, : width * depth] = lines
        if bias is not None:
            kernel[:, :, place, place * step, -1] = bias
    return kernel.reshape(groups, filters * stack, -1)


def _by_gathering(
    x: Floats, weight: Floats, bias: Floats | None, window: Window, padding_mode: str, maps: Floats
) -> None:
    def multiply(group: slice, rows: slice, columns: slice, band: Floats) -> None:
        target = maps[group, :, rows, columns]
        if target.shape[3] == maps.shape[3]:  # whole rows stand side by side
            flat = maps.reshape(*maps.shape[:2], -1)[group, :, rows.start * maps.shape[3] : rows.stop * maps.shape[3]]
            np.matmul(weight[group], band, out=flat)
        else:
            target[...] = np.matmul(weight[group], band).reshape(target.shape)
        if bias is not None:
            target += bias[group, :, None, None]

    def work(block: Block) -> None:
        group, rows, columns = block
        multiply(group, rows, columns, _gathered(x[group], window, rows, columns, padding_mode))

    blocks = _blocks(maps.shape, weight.shape[2], 1, 0, weight.shape[2])
    share(work, blocks, together=_worth(maps.shape, weight.shape[2]))


def _at_once(x: Floats, weight: Floats, bias: Floats | None, window: Window, padding_mode: str, maps: Floats) -> None:
    """Gather all cells of the few places once and share the filters out, which are most of what is read.

    Over very few places the taps are parted, too, so that products are SMALL; their sums are added.
    """
    groups, filters, taps = weight.shape
    cells = _gathered(x, window, slice(0, maps.shape[2]), slice(0, maps.shape[3]), padding_mode)
    many = _even(filters, MANY if cells.shape[2] > NARROW else MANY // 2)
    pieces = _pieces(taps, many * cells.shape[2]) if cells.shape[2] <= NARROW else 1
    parts = cells.reshape(groups, pieces, -1, cells.shape[2])
    flat = maps.reshape(groups, filters, -1)

    def work(part: slice) -> None:
        target = flat[:, part]
        if pieces == 1:
            np.matmul(weight[:, part], cells, out=target)
        else:
            kernel = weight[:, part].reshape(groups, -1, pieces, taps // pieces).swapaxes(1, 2)
            np.add.reduce(np.matmul(kernel, parts), axis=1, out=target)
        if bias is not None:
            target += bias[:, part, None]

    share(
        work,
        [slice(first, first + many) for first in range(0, filters, many)],
        together=weight.size * flat.shape[2] >= WORTH,
    )


def _pieces(many: int, products: int) -> int:
    """Return how many pieces filters or taps are parted into, evenly, so that `products` of each are SMALL, if any."""
    return next((n for n in range(1, many // FEWEST + 1) if many % n == 0 and many // n * products <= SMALL), 1)


def _compact(window: Window) -> bool:
    """Tell whether the places leave few cells between them unread."""
    return all(max(window.reach[axis], window.stride[axis]) <= MOST_GAPS * window.size[axis] for axis in (0, 1))


def _gathers(window: Window, shape: tuple[int, ...]) -> bool:
    """Choose the method (measured): single cells, dilated windows, and many filters over narrow maps gather all."""
    _, filters, _, columns = shape
    return (
        window.size == (1, 1)
        or window.dilation != (1, 1)
        or not _compact(window)
        or columns < NARROW // 2
        or (columns < NARROW and filters >= 32)
    )


def _blocks(shape: tuple[int, ...], line: int, step: int, shared: int, taps: int) -> tuple[Block, ...]:
    """Part the maps, `shape` (groups, filters, rows, columns), into blocks whose band holds about BAND_FLOATS.

    A row of places adds `step` lines to the band, each of `line` floats a place; the first adds `shared` more. Each
    number is the sum of `taps` products.
    """
    most = BAND_FLOATS if shape[1] > 1 else LONE_FLOATS
    return _parted(shape, line, step, shared, _worth(shape, taps), most, TILE_COLUMNS)


def _worth(shape: tuple[int, ...], taps: int) -> bool:
    """Tell whether maps of `shape` (groups, filters, rows, columns), sums of `taps` products, are worth two threads."""
    return prod(shape) * taps >= (WORTH if shape[1] > 1 else LONE_WORTH)


@lru_cache(1024)  # layers of a network are alike, and are computed again for other pictures
def _parted(
    shape: tuple[int, ...], line: int, step: int, shared: int, worth: bool, most: int, widest: int
) -> tuple[Block, ...]:
    groups, _, rows, columns = shape
    least = line * (step + shared)  # for one place
    wide = min(columns, widest, max(1, most // (3 * least), min(64, 4 * most // least)))
    deep = min(rows, max(1, (most // (line * wide) - shared) // step))
    many = min(groups, max(1, most // (line * wide * (shared + step * deep))))
    if many < groups or (deep == rows and wide == columns and worth and groups > 1):
        many = _even(groups, many)
    elif deep < rows or (wide == columns and worth):
        deep = _even(rows, deep)
    return tuple(
        (
            slice(group, min(group + many, groups)),
            slice(row, min(row + deep, rows)),
            slice(column, min(column + wide, columns)),
        )
        for group in range(0, groups, many)
        for column in range(0, columns, wide)
        for row in range(0, rows, deep)
    )


def _even(length: int, most: int) -> int:
    """Return the size of the parts, at most `most` each, that `length` falls into: an even number, all about equal."""
    parts = -(-length // most)
    return -(-length // (parts + parts % 2))


def _gathered(x: Floats, window: Window, rows: slice, columns: slice, padding_mode: str) -> Floats:
    """Return every cell that every place of a block reads, shape (groups, depth·kh·kw, rows·columns)."""
    places = rows.stop - rows.start, columns.stop - columns.start
    if window.size == window.stride == (1, 1):
        return rectangle(x, window, rows, columns, padding_mode).reshape(*x.shape[:2], -1)
    band = buffer("band", (*x.shape[:2], *window.size, *places))
    if _compact(window):
        cells = rectangle(x, window, rows, columns, padding_mode)
        group, channel, row, column = cells.strides
        (down, across), (south, east) = window.dilation, window.stride
        steps = (group, channel, down * row, across * column, south * row, east * column)
        np.copyto(band, as_strided(cells, band.shape, steps, writeable=False))
        return band.reshape(len(x), -1, places[0] * places[1])
    for tap in np.ndindex(window.size):
        down_cells, across_cells = window.cells(0, rows, tap[0]), window.cells(1, columns, tap[1])
        paste(band[:, :, tap[0], tap[1]], x, down_cells, across_cells, padding_mode)
    return band.reshape(len(x), -1, places[0] * places[1])


def rectangle(x: Floats, window: Window, rows: slice, columns: slice, padding_mode: str) -> Floats:
    """Return all cells of a block, padding included: a view of `x` where it reads none."""
    down, across = (
        range(window.cells(axis, places, 0)[0], window.cells(axis, places, window.size[axis] - 1)[-1] + 1)
        for axis, places in enumerate((rows, columns))
    )
    if down[0] >= 0 and across[0] >= 0 and down[-1] < x.shape[2] and across[-1] < x.shape[3]:
        return x[:, :, down.start : down.stop, across.start : across.stop]
    cells = buffer("cells", (*x.shape[:2], len(down), len(across)))
    paste(cells, x, down, across, padding_mode)
    return cells
