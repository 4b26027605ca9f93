"""The products of convolution, weight × cell for each place that reads the cell, and the three ways to add them up.

    by_place    all that a place reads                   convolution forward, transposed convolution backward
    by_cell     all places that read a cell              convolution backward, transposed convolution forward
    by_weight   all that a weight is multiplied by       what either learns from; with `by_map` for the bias

Each is a matrix product over bands of places. A band holds, for each row of the input that its
places read, the kw shifts of the row, so that the kh rows of one row of places are a view (as in `numerics.bands`).
Bands are parted by the sizes alone, and partial sums added in order: the same bits however many threads there are.
"""

from collections.abc import Iterator
from itertools import product
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from app.numerics import Floats
from app.numerics.axis import Pair
from app.numerics.memory import fresh
from app.numerics.padding import overlap, paste
from app.numerics.threads import buffer, share
from app.numerics.window import Window

BAND_FLOATS = 1 << 20  # of a band: 4 MiB; shorter ones cost more to part than caches save (measured)
WORTH = 1 << 24  # products that are worth a second thread
LANES = 8  # partial sums of a weight, at most …
LANE_FLOATS = 1 << 22  # … and floats of them all, where there are two
Block = tuple[slice, slice, slice]  # rows and columns of places, and examples


def by_place(
    x: Floats,
    weight: Floats,
    bias: Floats | None,
    window: Window,
    places: Pair,
    *,
    padding_mode: str = "zeros",
    groups: int = 1,
) -> Floats:
    """Return for each place the sum over all that it reads.

    Parameters
    ----------
    x
        Batch, shape (C, H, W, N).
    weight
        Shape (O, C / groups, kh, kw).
    bias
        Shape (O,), added to each sum; None adds nothing.
    window
        Geometry; its size is (kh, kw).
    places
        Rows and columns of places, at most as many as fit.

    Returns
    -------
    ndarray
        Shape (O, rows, columns, N).
    """
    cells, kernel = _grouped(x, groups), _matrices(weight, groups)
    out = fresh((len(weight), *places, x.shape[3]), x.dtype)
    maps = _grouped(out, groups)
    offset = None if bias is None else bias.reshape(groups, -1, 1, 1)

    def work(block: Block) -> None:
        band = _band(cells, window, block, padding_mode)
        target = _rows(maps, block)
        np.matmul(kernel[:, None], band, out=target.swapaxes(1, 2))
        if offset is not None:
            target += offset

    worth = out.size * kernel.shape[2] >= WORTH
    share(work, _blocks(window, len(x), places, x.shape[3], worth), together=worth)
    return out


def by_cell(gradient: Floats, weight: Floats, window: Window, cells: Pair, *, groups: int = 1) -> Floats:
    """Return for each cell the sum over all places that read it, padding left out.

    Parameters
    ----------
    gradient
        What each place gives to the cells that it reads, times the weight: shape (O, rows, columns, N).
    weight
        Shape (O, C / groups, kh, kw).
    window
        Geometry; its size is (kh, kw).
    cells
        Rows and columns of cells.

    Returns
    -------
    ndarray
        Shape (C, H, W, N).
    """
    places = gradient.shape[1:3]
    if window.stride == (1, 1):  # then the window turned round slides over the gradient
        before = [reach - 1 - first for reach, (first, _) in zip(window.reach, window.padding, strict=True)]
        after = [cells[axis] - places[axis] + window.padding[axis][0] for axis in (0, 1)]
        if min(*before, *after) >= 0:
            turned = _grouped(weight, groups).swapaxes(1, 2)[..., ::-1, ::-1]
            padding = (before[0], after[0]), (before[1], after[1])
            back = Window(window.size, padding=padding, dilation=window.dilation)
            return by_place(gradient, turned.reshape(-1, *turned.shape[2:]), None, back, cells, groups=groups)
    return _adding(gradient, weight, window, cells, groups)


def by_weight(x: Floats, gradient: Floats, window: Window, *, padding_mode: str = "zeros", groups: int = 1) -> Floats:
    """Return for each weight the sum over the cells that it meets, each times the gradient at the place.

    Parameters
    ----------
    x
        Batch, shape (C, H, W, N).
    gradient
        Shape (O, rows, columns, N).
    window
        Geometry; its size is (kh, kw).

    Returns
    -------
    ndarray
        Shape (O, C / groups, kh, kw).
    """
    cells, maps = _grouped(x, groups), _grouped(gradient, groups)
    taps, depth = prod(window.size), cells.shape[1]
    shape = (groups, maps.shape[1], taps * depth)
    worth = gradient.size * shape[2] >= WORTH
    blocks = _blocks(window, len(x), gradient.shape[1:3], x.shape[3], worth)
    lanes = min(len(blocks), _lanes(prod(shape)))
    partial = np.zeros((lanes, *shape), x.dtype)
    few = max(1, BAND_FLOATS // prod(shape))  # rows of places whose sums are held at a time

    def work(lane: int) -> None:
        for block in blocks[lane::lanes]:
            band = _band(cells, window, block, padding_mode).swapaxes(2, 3)
            target = _rows(maps, block).swapaxes(1, 2)
            for row in range(0, band.shape[1], few):
                partial[lane] += np.matmul(target[:, row : row + few], band[:, row : row + few]).sum(axis=1)

    share(work, range(lanes), together=worth)
    total = partial.sum(axis=0).reshape(len(gradient), *window.size, depth)
    return np.ascontiguousarray(total.transpose(0, 3, 1, 2))


def by_map(gradient: Floats) -> Floats:
    """Return the sum of each map, in double precision, rounded once: what a bias learns from, shape (O,).

    Its numbers are as often below zero as above, and what is left of them may be small.
    """
    sums: Floats = gradient.reshape(len(gradient), -1).sum(axis=1, dtype=np.float64).astype(gradient.dtype)
    return sums


def lane_bytes(weights: int) -> int:
    """Return the bytes that the partial sums of so many weights take, at most."""
    return 4 * (_lanes(weights) + 3) * weights


def _lanes(weights: int) -> int:
    return min(LANES, max(2, LANE_FLOATS // weights))


def _adding(gradient: Floats, weight: Floats, window: Window, cells: Pair, groups: int) -> Floats:
    """Write the products of a band down, and add them tap by tap to the cells that they belong to."""
    maps, kernels = _grouped(gradient, groups), _grouped(weight, groups)
    (_, depth, *size), examples = kernels.shape[1:], gradient.shape[3]
    out = fresh((groups * depth, *cells, examples), gradient.dtype)
    result = _grouped(out, groups)
    many = -(-depth // LANES)

    def work(job: tuple[int, slice]) -> None:
        group, part = job
        kernel = kernels[group, :, part].transpose(2, 3, 1, 0)  # (kh, kw, channels, filters)
        matrix = np.ascontiguousarray(kernel).reshape(-1, kernel.shape[3])
        target = result[group, part]
        target[...] = 0
        for rows, columns, some in _parted(len(matrix), len(matrix), maps.shape[2:4], examples):
            here = maps[group, :, rows, columns, some]
            flat = as_strided(here, (len(here), prod(here.shape[1:])), (here.strides[0], here.itemsize))
            products = np.matmul(matrix, flat, out=buffer("products", (len(matrix), flat.shape[1]), gradient.dtype))
            taps = products.reshape(*kernel.shape[:3], *here.shape[1:])
            for down, across in product(range(size[0]), range(size[1])):
                inside, row_cells = overlap(window.cells(0, rows, down), cells[0])
                within, column_cells = overlap(window.cells(1, columns, across), cells[1])
                target[:, row_cells, column_cells, some] += taps[down, across, :, inside, within]

    jobs = [(group, slice(first, first + many)) for group in range(groups) for first in range(0, depth, many)]
    share(work, jobs, together=gradient.size * depth * prod(size) >= WORTH)
    return out


def _grouped(array: Floats, groups: int) -> Floats:
    return array.reshape(groups, -1, *array.shape[1:])


def _matrices(weight: Floats, groups: int) -> Floats:
    """Return the filters as matrices (groups, filters, kh·kw·channels), in the order of a band."""
    return np.ascontiguousarray(weight.transpose(0, 2, 3, 1)).reshape(groups, len(weight) // groups, -1)


def _shares(window: Window) -> bool:
    """Tell whether neighbouring rows of places read rows of the input in common, one after the other."""
    return window.dilation[0] == 1 and window.stride[0] < window.size[0]


def _blocks(window: Window, channels: int, places: Pair, examples: int, worth: bool) -> list[Block]:
    line, height = window.size[1] * channels, window.size[0]
    step = window.stride[0] if _shares(window) else height
    return list(_parted(line * height, line * step, places, examples, worth))


def _parted(first: int, more: int, places: Pair, examples: int, worth: bool = False) -> Iterator[Block]:
    """Part the places into blocks whose band holds about BAND_FLOATS, `worth` of two threads into an even number.

    The first row of places takes `first` floats a place and example, each further one `more`. A block of several rows
    has whole ones, and one of several columns all examples, so that its numbers are evenly apart.
    """
    rows, columns = places
    some = min(examples, max(1, BAND_FLOATS // first))
    wide = min(columns, max(1, BAND_FLOATS // (first * examples)))
    deep = 1
    if wide == columns:
        deep = min(rows, max(1, 1 + (BAND_FLOATS // (columns * examples) - first) // more))
        parts = -(-rows // deep)
        deep = -(-rows // (parts + parts % 2)) if worth else deep
    for row, column, example in product(range(0, rows, deep), range(0, columns, wide), range(0, examples, some)):
        yield (
            slice(row, min(row + deep, rows)),
            slice(column, min(column + wide, columns)),
            slice(example, min(example + some, examples)),
        )


def _rows(maps: Floats, block: Block) -> Floats:
    """Return the places of a block, (groups, maps, rows, places of a row and examples): a view."""
    part = maps[(slice(None), slice(None), *block)]
    return as_strided(part, (*part.shape[:3], part.shape[3] * part.shape[4]), (*part.strides[:3], part.itemsize))


def _band(x: Floats, window: Window, block: Block, padding_mode: str) -> Floats:
    """Return all that the places of a block read, (groups, rows, kh·kw·channels, places of a row and examples)."""
    rows, columns, some = block
    (height, width), shares = window.size, _shares(window)
    down, wide, many = rows.stop - rows.start, columns.stop - columns.start, some.stop - some.start
    step = window.stride[0] if shares else height
    lines = (down - 1) * step + height
    band = buffer("band", (x.shape[0], lines, width, x.shape[1], wide, many), x.dtype)
    source = x[..., some].transpose(0, 1, 4, 2, 3)
    for tap in range(width):
        target = band[:, :, tap].transpose(0, 2, 4, 1, 3)
        across = window.cells(1, columns, tap)
        if shares:
            first = window.cells(0, rows, 0)[0]
            paste(target, source, range(first, first + lines), across, padding_mode)
        else:
            for line in range(height):
                paste(target[..., line::height, :], source, window.cells(0, rows, line), across, padding_mode)
    lot, between, _, part = band.strides[:4]
    shape = (x.shape[0], down, height * width * x.shape[1], wide * many)
    return as_strided(band, shape, (lot, step * between, part, band.itemsize))
