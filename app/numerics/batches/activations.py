"""Activations of batches and their gradients; softmax reads the numbers of one example, which stand along axis 0.

Exponentials are those of the precision at hand: what is learned is the same bits on one machine, not on all.
"""

from collections.abc import Callable

import numpy as np

from app.numerics import Floats
from app.numerics.memory import fresh
from app.numerics.threads import share

BLOCK = 1 << 17  # numbers at a time (measured): what is made of them in between takes no memory to speak of
WORTH = 1 << 19  # numbers that are worth a second thread


def relu(x: Floats) -> Floats:
    """Return max(x, 0)."""
    return _by_blocks(lambda part, out: np.maximum(part, part.dtype.type(0), out=out), x)


def relu_gradient(gradient: Floats, out: Floats) -> Floats:
    """Return the gradient by the input, which passes where the output `out` is above 0."""
    return _by_blocks(lambda part, made, found: np.multiply(part, made > 0, out=found), gradient, out)


def relu6(x: Floats) -> Floats:
    """Return min(max(x, 0), 6)."""
    return _by_blocks(lambda part, out: np.clip(part, part.dtype.type(0), part.dtype.type(6), out=out), x)


def relu6_gradient(gradient: Floats, out: Floats) -> Floats:
    """Return the gradient by the input, which passes where the output `out` lies between 0 and 6."""
    return _by_blocks(lambda part, made, found: np.multiply(part, (made > 0) & (made < 6), out=found), gradient, out)


def leaky_relu(x: Floats, negative_slope: float = 0.01) -> Floats:
    """Return x where it is above zero and negative_slope · x elsewhere."""

    def of(part: Floats, out: Floats) -> None:
        out[...] = np.where(part > 0, part, part * part.dtype.type(negative_slope))

    return _by_blocks(of, x)


def leaky_relu_gradient(gradient: Floats, x: Floats, negative_slope: float = 0.01) -> Floats:
    """Return the gradient by the input `x`."""

    def of(part: Floats, read: Floats, out: Floats) -> None:
        out[...] = np.where(read > 0, part, part * part.dtype.type(negative_slope))

    return _by_blocks(of, gradient, x)


def sigmoid(x: Floats) -> Floats:
    """Return 1 / (1 + exp(−x))."""

    def of(part: Floats, out: Floats) -> None:
        np.exp(np.negative(part, out=out), out=out)  # infinite for what gives 0
        out += 1
        np.reciprocal(out, out=out)

    return _by_blocks(of, x)


def sigmoid_gradient(gradient: Floats, out: Floats) -> Floats:
    """Return the gradient by the input, from the output `out`: the slope is out · (1 − out)."""
    return _by_blocks(lambda part, made, found: np.multiply(part * made, 1 - made, out=found), gradient, out)


def tanh(x: Floats) -> Floats:
    """Return the hyperbolic tangent."""
    return _by_blocks(lambda part, out: np.tanh(part, out=out), x)


def tanh_gradient(gradient: Floats, out: Floats) -> Floats:
    """Return the gradient by the input, from the output `out`: the slope is 1 − out²."""
    return _by_blocks(lambda part, made, found: np.multiply(part, 1 - made * made, out=found), gradient, out)


def softmax(x: Floats) -> Floats:
    """Return exp(x) over the sum of all exp(x) of an example, x of shape (n, 1, 1, N)."""
    found = np.exp(x - x.max(axis=0))
    return np.asarray(found / found.sum(axis=0))


def softmax_gradient(gradient: Floats, out: Floats) -> Floats:
    """Return the gradient by the input, from the output `out`: each number moves all shares."""
    return np.asarray(out * (gradient - (gradient * out).sum(axis=0)))


def _by_blocks(function: Callable[..., object], *arrays: Floats) -> Floats:
    """Fill an array by `function` of blocks of all `arrays`, which have one shape, and of the block to fill."""
    first = arrays[0]
    result = fresh(first.shape, first.dtype)
    lines = [np.ascontiguousarray(array).reshape(-1) for array in (*arrays, result)]

    def work(start: int) -> None:
        function(*(line[start : start + BLOCK] for line in lines))

    share(work, range(0, result.size, BLOCK), together=result.size >= WORTH)
    return result
