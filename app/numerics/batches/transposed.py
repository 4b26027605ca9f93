"""Transposed convolution of batches, the sums of convolution with input and output exchanged; and upsampling."""

from app.numerics import Floats
from app.numerics.axis import Pair
from app.numerics.batches.convolution import FilterGradients
from app.numerics.batches.products import by_cell, by_map, by_place, by_weight
from app.numerics.memory import fresh
from app.numerics.spread import Spread
from app.numerics.window import Window


def conv_transpose(x: Floats, weight: Floats, bias: Floats | None, spread: Spread, *, groups: int = 1) -> Floats:
    """Spread every cell of each example over the maps, and return their sums.

    Parameters
    ----------
    x
        Batch, shape (C, H, W, N).
    weight, bias, spread, groups
        As those of `numerics.transposed.conv_transpose`.

    Returns
    -------
    ndarray
        Maps, shape (O, Ho, Wo, N).
    """
    rows, columns = (spread.output_length(axis, x.shape[axis + 1]) for axis in (0, 1))
    out = by_cell(x, weight, _back(spread), (rows, columns), groups=groups)
    if bias is not None:
        out += bias[:, None, None, None]
    return out


def conv_transpose_gradients(
    gradient: Floats, x: Floats, weight: Floats, spread: Spread, *, groups: int = 1, to_input: bool = True
) -> FilterGradients:
    """Return the gradients by the input, the filters and their biases, from that by the maps (O, Ho, Wo, N)."""
    back, cells = _back(spread), (x.shape[1], x.shape[2])
    found = by_place(gradient, weight, None, back, cells, groups=groups) if to_input else None
    by_filters = by_weight(gradient, x, back, groups=groups)
    return FilterGradients(found, by_filters, by_map(gradient))


def _back(spread: Spread) -> Window:
    """Return the window with which each cell of the input reads the maps that it is spread over."""
    rows, columns = spread.padding
    return Window(spread.size, spread.stride, ((rows, rows), (columns, columns)), spread.dilation)


def upsample(x: Floats, scale: Pair) -> Floats:
    """Return every cell of a batch (C, H, W, N) as so many (rows, columns) equal ones."""
    channels, rows, columns, examples = x.shape
    out = fresh((channels, rows * scale[0], columns * scale[1], examples), x.dtype)
    out.reshape(channels, rows, scale[0], columns, scale[1], examples)[...] = x[:, :, None, :, None]
    return out


def upsample_gradient(gradient: Floats, scale: Pair) -> Floats:
    """Return the gradient by the input: for each cell the sum over what it became."""
    channels, rows, columns, examples = gradient.shape
    cells = (channels, rows // scale[0], columns // scale[1], examples)
    out = fresh(cells, gradient.dtype)
    parts = gradient.reshape(channels, cells[1], scale[0], cells[2], scale[1], examples)
    return parts.sum(axis=(2, 4), out=out)
