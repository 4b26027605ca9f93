"""Convolution of batches, and what it learns from; `numerics.convolution` is the same for one picture."""

from typing import NamedTuple

import numpy as np

from app.numerics import Floats
from app.numerics.axis import Pair
from app.numerics.batches.products import by_cell, by_map, by_place, by_weight
from app.numerics.memory import fresh
from app.numerics.padding import sources
from app.numerics.window import Window


class FilterGradients(NamedTuple):
    """The gradients of a loss by what a layer of filters reads; by its input only where it is asked for."""

    x: Floats | None
    weight: Floats
    bias: Floats


def correlate(
    x: Floats,
    weight: Floats,
    bias: Floats | None,
    window: Window,
    *,
    padding_mode: str = "zeros",
    groups: int = 1,
) -> Floats:
    """Slide every filter over each example and return the maps of their sums.

    Parameters
    ----------
    x
        Batch, shape (C, H, W, N).
    weight, bias, window, padding_mode, groups
        As those of `numerics.convolution.correlate`.

    Returns
    -------
    ndarray
        Maps, shape (O, Ho, Wo, N). The same call gives the same bits.
    """
    places = window.places((x.shape[1], x.shape[2]))
    return by_place(x, weight, bias, window, places, padding_mode=padding_mode, groups=groups)


def correlate_gradients(
    gradient: Floats,
    x: Floats,
    weight: Floats,
    window: Window,
    *,
    padding_mode: str = "zeros",
    groups: int = 1,
    to_input: bool = True,
) -> FilterGradients:
    """Return the gradients by the input, the filters and their biases, from that by the maps.

    Parameters
    ----------
    gradient
        Of the loss by the maps, shape (O, Ho, Wo, N).
    x, weight, window, padding_mode, groups
        As they were given to `correlate`.
    to_input
        Whether the gradient by the input is wanted.

    Returns
    -------
    FilterGradients
        Each of the shape of what it belongs to; those by the filters and biases are summed over the examples.
    """
    found = None
    if to_input:
        found = _to_input(gradient, weight, window, (x.shape[1], x.shape[2]), padding_mode, groups)
    by_filters = by_weight(x, gradient, window, padding_mode=padding_mode, groups=groups)
    return FilterGradients(found, by_filters, by_map(gradient))


def _to_input(gradient: Floats, weight: Floats, window: Window, cells: Pair, padding_mode: str, groups: int) -> Floats:
    if padding_mode == "zeros" or window.padding == ((0, 0), (0, 0)):
        return by_cell(gradient, weight, window, cells, groups=groups)
    padded = [length + sum(border) for length, border in zip(cells, window.padding, strict=True)]
    bare = Window(window.size, window.stride, dilation=window.dilation)
    found = by_cell(gradient, weight, bare, (padded[0], padded[1]), groups=groups)
    for axis in (0, 1):
        found = _folded(found, axis + 1, cells[axis], window.padding[axis], padding_mode)
    return found


def _folded(gradient: Floats, axis: int, length: int, border: Pair, padding_mode: str) -> Floats:
    """Return the gradient by the real cells along `axis`: what stands in for a cell beyond the edge is that cell."""
    lines, before = np.moveaxis(gradient, axis, 0), border[0]
    out = fresh((*gradient.shape[:axis], length, *gradient.shape[axis + 1 :]), gradient.dtype)
    cells = np.moveaxis(out, axis, 0)
    cells[...] = lines[before : before + length]
    beyond = [*range(-before, 0), *range(length, length + border[1])]
    for coordinate, cell in zip(beyond, sources(beyond, length, padding_mode), strict=True):
        cells[cell] += lines[coordinate + before]
    return out
