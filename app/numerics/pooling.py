"""Pooling: the largest or the mean of what each place reads, every channel for itself.

Both are separable: first over the rows of the window, then over its columns, so a window of kh × kw costs kh + kw steps
a place. Work goes in blocks of channels and rows of places that stay in the cache.
"""

from collections.abc import Iterator
from itertools import cycle
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.numerics import Floats
from app.numerics.memory import fresh
from app.numerics.padding import overlap
from app.numerics.threads import buffer, share
from app.numerics.window import Window

BLOCK_FLOATS = 3 << 16  # that a block of maxima reads, about …
MEANS = 1 << 16  # … and of means, which hold float64
SHORT = 16  # cells of the side of a window up to which running maxima pay


class Means(NamedTuple):
    """What the sums of an average pool are divided by."""

    count_include_pad: bool = True  # cells of padding are counted; those beyond it, for `ceil_mode`, never are
    divisor_override: int | None = None  # instead of the count


COUNTED = Means()


def max_pool(x: Floats, window: Window) -> Floats:
    """Return the largest cell that each place reads; padding counts as minus infinity.

    Parameters
    ----------
    x
        Input, shape (C, H, W).
    window
        Geometry; `ceil_mode` as in PyTorch.

    Returns
    -------
    ndarray
        Float32, C-order, shape (C, Ho, Wo). A window with a NaN gives NaN.

    Raises
    ------
    ValueError
        Where the window does not fit.

    Notes
    -----
    The definition is that of `torch.nn.MaxPool2d`.
    """
    out = fresh((len(x), *window.places((x.shape[1], x.shape[2]))))
    short = window.dilation == (1, 1) and all(window.stride[axis] <= window.size[axis] <= SHORT for axis in (0, 1))

    def work(block: tuple[slice, slice]) -> None:
        channels, rows = block
        if short:
            out[block] = _running_maxima(x[channels], window, rows, out.shape[2])
        else:
            tall = _reduce(np.maximum, x[channels], window, 0, rows, np.float32(-np.inf))
            out[block] = _reduce(np.maximum, tall, window, 1, slice(0, out.shape[2]), np.float32(-np.inf))

    share(work, list(_blocks(x, window, out, BLOCK_FLOATS)))
    return out


def winners(x: Floats, window: Window) -> NDArray[np.bool_]:
    """Return which cells are the largest that some place reads, equal ones all of them.

    Parameters
    ----------
    x
        Input, shape (C, H, W).
    window
        Geometry, as in `max_pool`.

    Returns
    -------
    ndarray of bool
        Shape (C, H, W).
    """
    largest = max_pool(x, window)
    found = np.zeros(x.shape, bool)
    for down in range(window.size[0]):
        inside, rows = overlap(window.cells(0, slice(0, largest.shape[1]), down), x.shape[1])
        for across in range(window.size[1]):
            within, columns = overlap(window.cells(1, slice(0, largest.shape[2]), across), x.shape[2])
            found[:, rows, columns] |= x[:, rows, columns] == largest[:, inside, within]
    return found


def avg_pool(x: Floats, window: Window, means: Means = COUNTED) -> Floats:
    """Return the mean of the cells that each place reads; padding counts as zeros.

    Parameters
    ----------
    x
        Input, shape (C, H, W).
    window
        Geometry; `ceil_mode` as in PyTorch.
    means
        What each sum is divided by.

    Returns
    -------
    ndarray
        Float32, C-order, shape (C, Ho, Wo): the sum in double precision, divided, rounded once.

    Raises
    ------
    ValueError
        Where the window does not fit.

    Notes
    -----
    The definition is that of `torch.nn.AvgPool2d`.
    """
    out = fresh((len(x), *window.places((x.shape[1], x.shape[2]))))
    rows, columns = divisors(window, x.shape[1:], out.shape[1:], means)

    def work(block: tuple[slice, slice]) -> None:
        channels, lines = block
        tall = _reduce(np.add, x[channels], window, 0, lines, np.float64(0))
        sums = _reduce(np.add, tall, window, 1, slice(0, out.shape[2]), np.float64(0))
        out[block] = sums / (rows[lines, None] * columns)

    share(work, list(_blocks(x, window, out, MEANS)))
    return out


def divisor(window: Window, shape: tuple[int, ...], row: int, column: int, means: Means = COUNTED) -> int:
    """Return what the sum at the place (row, column) of an input of `shape` is divided by."""
    rows, columns = divisors(window, shape, (row + 1, column + 1), means)
    return int(rows[-1] * columns[-1])


def global_avg_pool(x: Floats) -> Floats:
    """Return the mean of each map.

    Parameters
    ----------
    x
        Input, shape (C, H, W).

    Returns
    -------
    ndarray
        Float32, C-order, shape (C, 1, 1): the sum in double precision, divided, rounded once.

    Notes
    -----
    Lin, Chen & Yan, "Network in network" (ICLR 2014); `torch.nn.AdaptiveAvgPool2d(1)`.
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        return np.asarray(x.mean(axis=(1, 2), dtype=np.float64, keepdims=True), np.float32, order="C")


def _blocks(x: Floats, window: Window, out: Floats, most: int) -> Iterator[tuple[slice, slice]]:
    """Part the maps into (channels, rows) whose sums over rows, as wide as the input, hold about `most` floats."""
    channels, rows, _ = out.shape
    lines = max(1, most // (x.shape[2] * min(window.stride[0], window.size[0])))
    deep = min(rows, lines)
    many = max(1, lines // deep)
    for channel in range(0, channels, many):
        for row in range(0, rows, deep):
            yield slice(channel, min(channel + many, channels)), slice(row, min(row + deep, rows))


def _running_maxima(x: Floats, window: Window, rows: slice, columns: int) -> Floats:
    """Return the largest of each place of `rows`: first of the windows at all cells, as if they were one long line.

    Lines as long as a block are many times as fast as rows, so that the places in between, and those that reach over
    the end of a row, cost less than to leave them out. Each pass doubles the cells that are covered.
    """
    places = rows.stop - rows.start, columns
    tall, wide = ((places[axis] - 1) * window.stride[axis] + window.size[axis] for axis in (0, 1))
    top, left = window.origin(rows.start, 0)
    down, across = overlap(range(top, top + tall), x.shape[1]), overlap(range(left, left + wide), x.shape[2])
    if left == 0 and wide == x.shape[2] and down[0] == slice(0, tall) and (tall == x.shape[1] or len(x) == 1):
        cells = x[:, down[1]]
        spare = buffer("cells", cells.shape)
    else:
        cells = spare = buffer("cells", (len(x), tall, wide))
        cells[:, : down[0].start] = cells[:, down[0].stop :] = -np.inf
        cells[:, down[0], : across[0].start] = cells[:, down[0], across[0].stop :] = -np.inf
        cells[:, down[0], across[0]] = x[:, down[1], across[1]]
    line = cells.reshape(-1)
    targets = cycle((buffer("values", line.shape), spare.reshape(-1)))
    for length, step in ((window.size[0], wide), (window.size[1], 1)):
        covered = 1
        while covered < length:
            more = min(covered, length - covered)
            end = len(line) - more * step
            largest = next(targets)
            np.maximum(line[:end], line[more * step :], out=largest[:end])
            line, covered = largest, covered + more
    found = line.reshape(cells.shape)
    return found[:, :: window.stride[0], :: window.stride[1]][:, : places[0], : places[1]]


def _reduce(
    combine: np.ufunc, x: NDArray[Any], window: Window, axis: int, places: slice, start: np.floating[Any]
) -> NDArray[Any]:
    """Combine, for each of `places` along `axis`, the cells of the window with `start`, in order."""
    shape = list(x.shape)
    shape[axis + 1] = places.stop - places.start
    result = np.full(shape, start)
    for tap in range(window.size[axis]):
        inside, cells = overlap(window.cells(axis, places, tap), x.shape[axis + 1])
        if axis == 0:
            part, values = result[:, inside], x[:, cells]
        else:
            part, values = result[:, :, inside], x[:, :, cells]
        combine(part, values, out=part)
    return result


def divisors(
    window: Window, cells: tuple[int, ...], places: tuple[int, ...], means: Means
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return a factor a row of `places`, and one a column: the sum at a place is divided by the product of its own."""
    if means.divisor_override is not None:
        return np.full(places[0], means.divisor_override, np.intp), np.ones(places[1], np.intp)
    rows, columns = (_counts(window, axis, cells[axis], places[axis], means.count_include_pad) for axis in (0, 1))
    return rows, columns


def _counts(window: Window, axis: int, length: int, places: int, include_pad: bool) -> NDArray[np.intp]:
    """Return, for each place along `axis`, the number of its cells that a mean is divided by."""
    before, after = window.padding[axis] if include_pad else (0, 0)
    found = np.zeros(places, np.intp)
    for tap in range(window.size[axis]):
        cells = window.cells(axis, slice(0, places), tap)
        counted, _ = overlap(range(cells.start + before, cells.stop + before, cells.step), length + before + after)
        found[counted] += 1
    return found
