"""Pooling of batches, and how its gradient goes home.

To the largest cell alone, or in equal parts to all that were averaged.
"""

from collections.abc import Iterator

import numpy as np

from app.numerics import Floats
from app.numerics.axis import Pair
from app.numerics.memory import fresh
from app.numerics.padding import overlap
from app.numerics.pooling import COUNTED, Means, divisors
from app.numerics.threads import buffer, share
from app.numerics.window import Window

BLOCK_FLOATS = 1 << 19  # of the input that a block of channels reads (measured)


def max_pool(x: Floats, window: Window) -> Floats:
    """Return the largest cell that each place reads, of a batch (C, H, W, N); padding counts as minus infinity."""
    out = _places(x, window)

    def work(channels: slice) -> None:
        tall = _reduced(np.maximum, x[channels], window, 0, out.shape[1], -np.inf)
        out[channels] = _reduced(np.maximum, tall, window, 1, out.shape[2], -np.inf)

    share(work, _channels(x), together=_worth(x))
    return out


def max_pool_gradient(gradient: Floats, x: Floats, out: Floats, window: Window) -> Floats:
    """Return the gradient by the input: each place gives its own to the largest cell that it read.

    Parameters
    ----------
    gradient
        Of the loss by the output, shape (C, Ho, Wo, N).
    x, out
        What `max_pool` read and made.
    window
        Geometry.

    Returns
    -------
    ndarray
        Shape (C, H, W, N). Of equal cells the first in reading order gets it, as in PyTorch.
    """
    found = fresh(x.shape, x.dtype)
    alone = all(window.stride[axis] >= window.reach[axis] for axis in (0, 1))  # no cell is read twice

    def work(channels: slice) -> None:
        target, read, made, given = found[channels], x[channels], out[channels], gradient[channels]
        target[...] = 0
        waiting = np.ones(made.shape, bool)  # places whose largest cell is yet to come
        for places, cells in _taps(window, (x.shape[1], x.shape[2]), (out.shape[1], out.shape[2])):
            hit = read[cells] == made[places]
            hit &= waiting[places]
            waiting[places] ^= hit
            if alone:
                np.multiply(given[places], hit, out=target[cells])
            else:
                target[cells] += given[places] * hit

    share(work, _channels(x), together=_worth(x))
    return found


def avg_pool(x: Floats, window: Window, means: Means = COUNTED) -> Floats:
    """Return the mean of the cells that each place reads, of a batch (C, H, W, N); see `numerics.pooling.avg_pool`."""
    out = _places(x, window)
    shares = _shares(x.dtype.type(1), window, x.shape[1:3], out.shape[1:3], means)

    def work(channels: slice) -> None:
        tall = _reduced(np.add, x[channels], window, 0, out.shape[1], 0)
        np.multiply(_reduced(np.add, tall, window, 1, out.shape[2], 0), shares, out=out[channels])

    share(work, _channels(x), together=_worth(x))
    return out


def avg_pool_gradient(gradient: Floats, cells: Pair, window: Window, means: Means = COUNTED) -> Floats:
    """Return the gradient by an input of `cells` (rows, columns): each place gives equal parts to all that it read."""
    found = fresh((len(gradient), *cells, gradient.shape[3]), gradient.dtype)
    shares = _shares(gradient.dtype.type(1), window, cells, gradient.shape[1:3], means)

    def work(channels: slice) -> None:
        given = gradient[channels] * shares
        wide = np.zeros((len(given), given.shape[1], cells[1], given.shape[3]), given.dtype)
        for tap in range(window.size[1]):
            inside, here = overlap(window.cells(1, slice(0, given.shape[2]), tap), cells[1])
            wide[:, :, here] += given[:, :, inside]
        target = found[channels]
        target[...] = 0
        for tap in range(window.size[0]):
            inside, here = overlap(window.cells(0, slice(0, given.shape[1]), tap), cells[0])
            target[:, here] += wide[:, inside]

    share(work, _channels(found), together=_worth(found))
    return found


def global_avg_pool(x: Floats) -> Floats:
    """Return the mean of each map of a batch (C, H, W, N), shape (C, 1, 1, N)."""
    return np.asarray(x.mean(axis=(1, 2), keepdims=True))


def global_avg_pool_gradient(gradient: Floats, cells: Pair) -> Floats:
    """Return the gradient by an input of `cells` (rows, columns)."""
    found = fresh((len(gradient), *cells, gradient.shape[3]), gradient.dtype)
    found[...] = gradient / gradient.dtype.type(cells[0] * cells[1])
    return found


def _places(x: Floats, window: Window) -> Floats:
    return fresh((len(x), *window.places((x.shape[1], x.shape[2])), x.shape[3]), x.dtype)


def _channels(x: Floats) -> list[slice]:
    many = max(1, BLOCK_FLOATS // x[0].size)
    return [slice(first, first + many) for first in range(0, len(x), many)]


def _worth(x: Floats) -> bool:
    return x.size >= BLOCK_FLOATS


def _shares(one: np.float32, window: Window, cells: tuple[int, ...], places: tuple[int, ...], means: Means) -> Floats:
    """Return the part of each cell in the mean of each place, shape (Ho, Wo, 1)."""
    rows, columns = divisors(window, cells, places, means)
    return np.asarray(one / (rows[:, None, None] * columns[:, None]).astype(one.dtype))


def _taps(
    window: Window, cells: Pair, places: Pair
) -> Iterator[tuple[tuple[slice, slice, slice], tuple[slice, slice, slice]]]:
    """Give, for each cell of the window in reading order, the places where it is a real one, and these cells."""
    every = slice(None)
    for down in range(window.size[0]):
        inside, rows = overlap(window.cells(0, slice(0, places[0]), down), cells[0])
        for across in range(window.size[1]):
            within, columns = overlap(window.cells(1, slice(0, places[1]), across), cells[1])
            yield (every, inside, within), (every, rows, columns)


def _reduced(combine: np.ufunc, x: Floats, window: Window, axis: int, places: int, start: float) -> Floats:
    """Combine, for each of the `places` along `axis`, the cells of the window with `start`, in order."""
    shape = list(x.shape)
    shape[axis + 1] = places
    result = buffer(f"reduced{axis}", tuple(shape), x.dtype)
    result[...] = start
    lines, read = np.moveaxis(result, axis + 1, 0), np.moveaxis(x, axis + 1, 0)
    for tap in range(window.size[axis]):
        inside, cells = overlap(window.cells(axis, slice(0, places), tap), x.shape[axis + 1])
        combine(lines[inside], read[cells], out=lines[inside])
    return result
