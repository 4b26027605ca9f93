"""The dense layer on batches: one matrix product forward, two back."""

import numpy as np

from app.numerics import Floats
from app.numerics.batches.convolution import FilterGradients
from app.numerics.batches.products import by_map
from app.numerics.threads import share

WORTH = 1 << 24  # products that are worth a second thread
PARTS = 8  # into which the rows of a product are parted


def linear(x: Floats, weight: Floats, bias: Floats | None) -> Floats:
    """Return weight @ x + bias, for examples as columns: x (I, N), weight (O, I), bias (O,); shape (O, N)."""
    out = _product(weight, x)
    if bias is not None:
        out += bias[:, None]
    return out


def linear_gradients(gradient: Floats, x: Floats, weight: Floats, *, to_input: bool = True) -> FilterGradients:
    """Return the gradients by the input (I, N), the weights and the biases, from that by the output (O, N)."""
    found = _product(weight.T, gradient) if to_input else None
    return FilterGradients(found, _product(gradient, x.T), by_map(gradient))


def _product(a: Floats, b: Floats) -> Floats:
    """Return a @ b, its rows shared out."""
    out = np.empty((len(a), b.shape[1]), a.dtype)
    many = -(-len(a) // PARTS)

    def work(first: int) -> None:
        np.matmul(a[first : first + many], b, out=out[first : first + many])

    share(work, range(0, len(a), many), together=a.size * b.shape[1] >= WORTH)
    return out
