"""Batch normalization as a network uses it after learning: each map shifted and scaled by numbers of its own."""

import numpy as np
from numpy.typing import NDArray

from app.numerics import Floats
from app.numerics.memory import fresh

CHUNK = 1 << 16  # numbers in double precision at a time, which the cache holds


def batch_norm(x: Floats, mean: Floats, variance: Floats, weight: Floats, bias: Floats, eps: float = 1e-5) -> Floats:
    """Return (x − mean) / sqrt(variance + eps) · weight + bias, each channel with its own four numbers.

    Parameters
    ----------
    x
        Input, shape (C, H, W).
    mean, variance, weight, bias
        Shape (C,) each; variances are at least 0.
    eps
        Keeps the divisor away from zero; rounded to float32, as PyTorch does.

    Returns
    -------
    ndarray
        Float32, C-order, shape (C, H, W): computed in double precision, some rows at a time, rounded once. What
        float32 cannot hold is infinite or NaN, without a warning.

    Raises
    ------
    ValueError
        Where there is not one of each number a channel.

    Notes
    -----
    Ioffe & Szegedy, "Batch normalization" (ICML 2015); the definition is that of `torch.nn.BatchNorm2d` in `eval` mode.
    """
    if {mean.shape, variance.shape, weight.shape, bias.shape} != {(len(x),)}:
        raise ValueError(f"{len(x)} channels need as many means, variances, weights and biases")
    out = fresh(x.shape)
    with np.errstate(all="ignore"):
        for channel, cells in enumerate(x):
            parts = mean[channel], variance[channel]
            for first in range(0, len(cells), rows := max(1, CHUNK // cells.shape[1])):
                part = slice(first, first + rows)
                found = normalized(cells[part], *parts, eps)
                found *= np.float64(weight[channel])
                found += np.float64(bias[channel])
                out[channel, part] = found
    return out


def normalized(x: Floats, mean: np.float32, variance: np.float32, eps: float) -> NDArray[np.float64]:
    """Return (x − mean) / sqrt(variance + eps) in double precision."""
    deviation = np.sqrt(np.float64(variance) + np.float64(np.float32(eps)))
    with np.errstate(all="ignore"):
        return np.asarray((x.astype(np.float64) - np.float64(mean)) / deviation)
