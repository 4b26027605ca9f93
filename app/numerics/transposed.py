"""Transposed convolution: each cell of the input adds a filter, times its value, to the maps; and nearest upsampling.

Two ways give the same sums. By `phases`: places that lie a stride apart read with the same taps, so each such set of
places is a dense correlation of the input with a part of the filter, turned round, and none multiplies a zero that was
put in between. By `adding`: one matrix product gives what all cells add through all taps, which are then added up.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from app.numerics import Floats
from app.numerics.axis import Pair
from app.numerics.convolution import correlate
from app.numerics.memory import fresh
from app.numerics.padding import overlap
from app.numerics.spread import Spread, Spreading
from app.numerics.threads import share
from app.numerics.window import Window

# Multiplications that are as dear (measured, and that is how the way is chosen):
CALL = 200_000  # as a correlation of next to nothing
ADDING = 64  # as to write a sum of products down and add it up
WORTH = 1 << 24  # products that are worth a second thread
BAND_FLOATS = 1 << 18  # of products that are held before they are added up


def conv_transpose(x: Floats, weight: Floats, bias: Floats | None, spread: Spread, *, groups: int = 1) -> Floats:
    """Spread every cell of the input over the maps, and return their sums.

    Parameters
    ----------
    x
        Input, shape (C, H, W).
    weight
        Filters, shape (C, O / groups, kh, kw): what a cell of channel c adds to each map of its group.
    bias
        Shape (O,), added to each sum, and all there is where no cell adds anything; None adds nothing.
    spread
        Geometry; its size is (kh, kw).
    groups
        Number of groups that channels and maps fall into.

    Returns
    -------
    ndarray
        Maps, float32, C-order, shape (O, Ho, Wo). Whole numbers give whole numbers, exactly, up to 2^24 (on inputs over
        128×128 within rounding). Sums beyond float32 are infinite or NaN, without a warning.

    Raises
    ------
    ValueError
        Where shapes disagree or no place is left.

    Notes
    -----
    The definition is that of `torch.nn.ConvTranspose2d` for one picture.
    """
    x, weight = np.ascontiguousarray(x, np.float32), np.asarray(weight, np.float32)
    bias = None if bias is None else np.asarray(bias, np.float32)
    rows, columns = (Spreading.of(spread, axis, x.shape[axis + 1]) for axis in (0, 1))
    out = _blank(x, weight, bias, rows, columns, groups)
    phased, added = _costs(rows, columns, len(x) // groups, len(out))
    if phased <= added:
        _by_phases(x, weight, bias, rows, columns, groups, out)
    else:
        _by_adding(x, weight, rows, columns, groups, out)
    return out


def upsample(x: Floats, scale: Pair) -> Floats:
    """Return every cell as so many (rows, columns) equal ones: `torch.nn.Upsample` by whole numbers, nearest.

    Parameters
    ----------
    x
        Input, shape (C, H, W).
    scale
        Rows and columns that a cell becomes.

    Returns
    -------
    ndarray
        Float32, C-order, shape (C, H · rows, W · columns).
    """
    channels, rows, columns = x.shape
    out = fresh((channels, rows * scale[0], columns * scale[1]))
    cells = out.reshape(channels, rows, scale[0], columns, scale[1])
    np.copyto(cells, x[:, :, None, :, None])
    return out


def cost(rows: Spreading, columns: Spreading, channels: int, maps: int) -> int:
    """Return about how many multiplications `conv_transpose` takes, or as dear; each map reads so many channels."""
    return min(_costs(rows, columns, channels, maps))


def _costs(rows: Spreading, columns: Spreading, channels: int, maps: int) -> tuple[int, int]:
    """Return what phases cost, and adding."""
    read = prod(axis.places * -(-axis.size // axis.every) for axis in (rows, columns))
    calls = prod(min(axis.every, axis.size) for axis in (rows, columns))
    products = prod(axis.cells * axis.size for axis in (rows, columns))
    return maps * channels * read + CALL * calls, maps * products * (channels + ADDING)


def _blank(x: Floats, weight: Floats, bias: Floats | None, rows: Spreading, columns: Spreading, groups: int) -> Floats:
    """Return the maps to which no cell has added anything yet; raise ValueError where the shapes disagree."""
    channels, per_group, *size = weight.shape
    made = per_group * groups
    if (rows.size, columns.size) != tuple(size):
        raise ValueError(f"the filters are {tuple(size)} and the spread is {(rows.size, columns.size)}")
    if groups < 1 or channels % groups or channels != len(x):
        raise ValueError(f"filters for {channels} channels in {groups} groups do not fit {len(x)} channels")
    if bias is not None and bias.shape != (made,):
        raise ValueError(f"{made} maps need {made} biases, not shape {bias.shape}")
    if not (rows.places and columns.places):
        raise ValueError(f"no place is left of {x.shape[1:]} cells")
    out = fresh((made, rows.places, columns.places))
    out[...] = 0 if bias is None else bias[:, None, None]
    return out


class _Phase(NamedTuple):
    """Places along one axis that lie a stride apart and read with the same taps: a window that slides by one cell."""

    places: slice
    taps: slice
    cells: slice  # of the input: those that any of them reads
    padding: Pair  # cells beside these that they would read


def _phases(axis: Spreading) -> Iterator[_Phase]:
    """Give the phases of an axis, those of which no place reads a cell left out."""
    for first in range(min(axis.stride, axis.places)):
        cells, count = axis.endless(first), len(range(first, axis.places, axis.stride))
        if not cells:
            continue
        start, end = cells[0], cells[-1] + count
        inside = slice(max(0, start), min(axis.cells, end))
        if inside.start < inside.stop:
            taps = axis.tap_of(first, cells[-1])
            yield _Phase(
                slice(first, None, axis.stride),
                slice(taps, None, axis.every),
                inside,
                (inside.start - start, end - inside.stop),
            )


def _by_phases(
    x: Floats, weight: Floats, bias: Floats | None, rows: Spreading, columns: Spreading, groups: int, out: Floats
) -> None:
    filters = weight.reshape(groups, -1, *weight.shape[1:]).swapaxes(1, 2)
    filters = filters.reshape(len(out), -1, *weight.shape[2:])
    gap = (rows.gap, columns.gap)
    for down, across in product(_phases(rows), _phases(columns)):
        part = np.ascontiguousarray(filters[:, :, down.taps, across.taps][:, :, ::-1, ::-1])
        window = Window((part.shape[2], part.shape[3]), padding=(down.padding, across.padding), dilation=gap)
        cells = x[:, down.cells, across.cells]
        out[:, down.places, across.places] = correlate(cells, part, bias, window, groups=groups)


def _by_adding(x: Floats, weight: Floats, rows: Spreading, columns: Spreading, groups: int, out: Floats) -> None:
    cells, maps = (array.reshape(groups, -1, *array.shape[1:]) for array in (x, out))
    taps = weight.reshape(groups, -1, *weight.shape[1:])
    lengths = [maps.shape[1], *weight.shape[2:], *x.shape[1:]]  # maps, taps down and across, cells down and across
    for most in (3, 1, 0, 2, 4):  # the first of these are parted first
        lengths[most] = max(1, lengths[most] // -(-prod(lengths) // BAND_FLOATS))

    def work(job: tuple[int, slice]) -> None:
        group, some = job
        for block in _parts(lengths[1:], (*weight.shape[2:], *x.shape[1:])):
            here = taps[group, :, some, block[0], block[1]]
            read = cells[group, :, block[2], block[3]]
            products = here.reshape(len(here), -1).T @ read.reshape(len(read), -1)
            products = products.reshape(*here.shape[1:], *read.shape[1:]).swapaxes(2, 3)
            _add(maps[group, some], products, rows, columns, block)

    jobs = [(group, part) for group in range(groups) for (part,) in _parts(lengths[:1], maps.shape[1:2])]
    share(work, jobs, together=weight[0].size * x.size >= WORTH)


def _parts(most: Sequence[int], lengths: Sequence[int]) -> Iterator[tuple[slice, ...]]:
    """Give the blocks, at most so many long along each axis, into which a volume of these `lengths` is parted."""
    yield from product(
        *([slice(i, min(i + n, length)) for i in range(0, length, n)] for n, length in zip(most, lengths, strict=True))
    )


def _add(maps: Floats, products: Floats, rows: Spreading, columns: Spreading, block: tuple[slice, ...]) -> None:
    """Add `products` (maps, taps and cells down, taps and cells across) to the places that they belong to.

    Along each axis what there are fewer of, taps or cells, is gone through, and the others are added at once.
    """
    down, across = _runs(rows, block[0], block[2]), _runs(columns, block[1], block[3])
    for (row_tap, row_cell, row_places), (tap, cell, places) in product(down, across):
        maps[:, row_places, places] += products[:, row_tap, row_cell, tap, cell]


def _runs(axis: Spreading, taps: slice, cells: slice) -> Iterator[tuple[int | slice, int | slice, slice]]:
    """Give a tap with many cells, or many taps with a cell, and the places that they add to, which are evenly apart."""
    first = cells.start * axis.stride - axis.padding + taps.start * axis.dilation
    many_taps, many_cells = taps.stop - taps.start, cells.stop - cells.start
    by_tap = many_taps <= many_cells
    count, other = (many_taps, many_cells) if by_tap else (many_cells, many_taps)
    between, step = (axis.dilation, axis.stride) if by_tap else (axis.stride, axis.dilation)
    for index in range(count):
        start = first + index * between
        some, places = overlap(range(start, start + other * step, step), axis.places)
        yield (index, some, places) if by_tap else (some, index, places)
