"""Activations: each cell from itself alone, a window of 1×1; and softmax, each cell of a vector from them all.

Exponentials are taken in double precision and rounded once: float32's own differ in the last bits from one processor
to the next.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.numerics import Floats
from app.numerics.memory import fresh

FEW = 1 << 12  # cells over which `clip` begins more slowly than it gains
ZERO, SIX, ENDLESS = np.float32(0), np.float32(6), np.float32(np.inf)
BLOCK = 1 << 15  # cells at a time, so that double precision takes no memory to speak of


def relu(x: Floats) -> Floats:
    """Return max(x, 0), cell by cell.

    Parameters
    ----------
    x
        Any shape, float32.

    Returns
    -------
    ndarray
        Same shape, float32, C-order; NaN stays NaN.

    Notes
    -----
    Nair & Hinton, "Rectified linear units improve restricted Boltzmann machines" (ICML 2010).
    """
    if x.size < FEW:
        return np.maximum(x, ZERO, out=fresh(x.shape))
    return np.clip(x, ZERO, ENDLESS, out=fresh(x.shape))  # three times as fast as `maximum` with a number


def relu6(x: Floats) -> Floats:
    """Return min(max(x, 0), 6), cell by cell.

    Parameters
    ----------
    x
        Any shape, float32.

    Returns
    -------
    ndarray
        Same shape, float32, C-order, from 0 to 6; NaN stays NaN.

    Notes
    -----
    Krizhevsky, "Convolutional deep belief networks on CIFAR-10" (2010); `torch.nn.ReLU6`.
    """
    return np.clip(x, ZERO, SIX, out=fresh(x.shape))


def leaky_relu(x: Floats, negative_slope: float = 0.01) -> Floats:
    """Return x where it is above zero and negative_slope · x elsewhere, cell by cell.

    Parameters
    ----------
    x
        Any shape, float32.
    negative_slope
        Rounded to float32, as PyTorch does.

    Returns
    -------
    ndarray
        Same shape, float32, C-order; NaN stays NaN. Products beyond float32 are infinite, without a warning.

    Notes
    -----
    Maas, Hannun & Ng, "Rectifier nonlinearities improve neural network acoustic models" (ICML 2013).
    """
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        out = np.multiply(x, np.float32(negative_slope), out=fresh(x.shape))
        larger = np.maximum if negative_slope <= 1 else np.minimum  # of the two, above zero x is the one or the other
        return larger(x, out, out=out)


def sigmoid(x: Floats) -> Floats:
    """Return 1 / (1 + exp(−x)), cell by cell.

    Parameters
    ----------
    x
        Any shape, float32.

    Returns
    -------
    ndarray
        Same shape, float32, C-order, from 0 to 1; NaN stays NaN. No exponential overflows, however large the input.

    Notes
    -----
    The definition is that of `torch.nn.Sigmoid`. exp(−|x|) is at most 1, and 1 / (1 + exp(x)) is 1 − sigmoid(x).
    """

    def of(part: NDArray[np.float64]) -> NDArray[np.float64]:
        small = np.exp(-np.abs(part))
        return np.asarray(np.where(part < 0, small, 1.0) / (1 + small))

    return _by_blocks(of, x)


def tanh(x: Floats) -> Floats:
    """Return the hyperbolic tangent, cell by cell.

    Parameters
    ----------
    x
        Any shape, float32.

    Returns
    -------
    ndarray
        Same shape, float32, C-order, from −1 to 1; NaN stays NaN.

    Notes
    -----
    The definition is that of `torch.nn.Tanh`.
    """
    return _by_blocks(np.tanh, x)


def exponentials(x: Floats) -> NDArray[np.float64]:
    """Return exp(x − max x) of every number of a vector, float64 from 0 to 1: the largest gives 1."""
    centred = x.astype(np.float64) - np.float64(x.max())
    with np.errstate(under="ignore"):
        return np.asarray(np.exp(centred))


def softmax(x: Floats) -> Floats:
    """Return exp(x) over the sum of all exp(x): numbers from 0 to 1 that add up to 1.

    Parameters
    ----------
    x
        A vector in any shape, float32; all of it is one group.

    Returns
    -------
    ndarray
        Same shape, float32, C-order. The largest number is subtracted first, so nothing overflows.

    Notes
    -----
    Bridle, "Probabilistic interpretation of feedforward classification network outputs" (1990).
    """
    found = exponentials(x)
    with np.errstate(under="ignore"):
        return np.asarray(found / found.sum(), np.float32, order="C")


def _by_blocks(function: Callable[[NDArray[np.float64]], NDArray[np.float64]], x: Floats) -> Floats:
    """Return `function` of every cell, taken in double precision and rounded once."""
    cells = np.ascontiguousarray(x, np.float32)
    out = fresh(cells.shape)
    flat, result = cells.reshape(-1), out.reshape(-1)
    with np.errstate(under="ignore", invalid="ignore"):
        for start in range(0, flat.size, BLOCK):
            part = slice(start, start + BLOCK)
            result[part] = function(flat[part].astype(np.float64))
    return out
