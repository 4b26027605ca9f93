"""The products of convolution, weight × cell for each place that reads the cell, and the three ways to add them up.

    by_place    all that a place reads                   convolution forward, transposed convolution backward
    by_cell     all places that read a cell              convolution backward, transposed convolution forward
    by_weight   all that a weight is multiplied by       what either learns from; with `by_map` for the bias

Each is a matrix product over bands of places. Partial sums are added in order: the same bits however many threads there
are.
"""

from itertools import product
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from app.numerics import Floats
from app.numerics.axis import Pair
from app.numerics.batches.bands import Block, band_of, blocks, parted, rows_of
from app.numerics.memory import fresh
from app.numerics.padding import overlap
from app.numerics.threads import buffer, share
from app.numerics.window import Window

WORTH = 1 << 24  # products that are worth a second thread
LANES = 8  # partial sums of a weight, at most …
LANE_FLOATS = 1 << 22  # … and floats of them all, where there are more than two
SUM_FLOATS = 1 << 20  # of the sums of several rows of places that are held before they are added up


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
        band = band_of(cells, window, block, padding_mode)
        target = rows_of(maps, block)
        np.matmul(kernel[:, None], band, out=target.swapaxes(1, 2))
        if offset is not None:
            target += offset

    worth = out.size * kernel.shape[2] >= WORTH
    share(work, blocks(window, len(x), places, x.shape[3], worth), together=worth)
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
    parts = blocks(window, len(x), gradient.shape[1:3], x.shape[3], worth)
    lanes = min(len(parts), _lanes(prod(shape)))
    partial = np.zeros((lanes, *shape), x.dtype)
    few = max(1, SUM_FLOATS // prod(shape))  # rows of places whose sums are held at a time

    def work(lane: int) -> None:
        for block in parts[lane::lanes]:
            band = band_of(cells, window, block, padding_mode).swapaxes(2, 3)
            target = rows_of(maps, block).swapaxes(1, 2)
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
        for rows, columns, some in parted(len(matrix), len(matrix), maps.shape[2:4], examples):
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
