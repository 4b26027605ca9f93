"""Batch normalization of batches: while it learns, by the mean and the variance of the batch itself."""

from typing import NamedTuple

import numpy as np

from app.numerics import Floats
from app.numerics.memory import fresh
from app.numerics.threads import share

WORTH = 1 << 19  # numbers that are worth a second thread


class Moments(NamedTuple):
    """Mean and variance of each channel of a batch, shape (C,): of the numbers that are there, not an estimate.

    Those that were stored are of infinitely many numbers, so that none of the batch has a part in them.
    """

    mean: Floats
    variance: Floats
    numbers: float  # of a channel


def moments(x: Floats) -> Moments:
    """Return the moments of a batch (C, H, W, N)."""
    lines = x.reshape(len(x), -1)
    mean, variance = np.empty(len(x), x.dtype), np.empty(len(x), x.dtype)

    def work(channel: int) -> None:
        line = lines[channel]
        mean[channel] = line.mean()
        away = line - mean[channel]
        variance[channel] = np.dot(away, away) / len(away)

    share(work, range(len(x)), together=x.size >= WORTH)
    return Moments(mean, variance, lines.shape[1])


def batch_norm(x: Floats, mean: Floats, variance: Floats, weight: Floats, bias: Floats, eps: float = 1e-5) -> Floats:
    """Return (x − mean) / sqrt(variance + eps) · weight + bias, each channel with its own four numbers.

    Notes
    -----
    Ioffe & Szegedy, "Batch normalization" (ICML 2015); with the `moments` of `x` the definition is that of
    `torch.nn.BatchNorm2d` in `train` mode.
    """
    out = fresh(x.shape, x.dtype)
    factor = weight * _inverse(variance, eps)

    def work(channel: int) -> None:
        np.subtract(x[channel], mean[channel], out=out[channel])
        out[channel] *= factor[channel]
        out[channel] += bias[channel]

    share(work, range(len(x)), together=x.size >= WORTH)
    return out


class NormGradients(NamedTuple):
    """The gradients of a loss by what a batch normalization reads."""

    x: Floats
    weight: Floats
    bias: Floats


def batch_norm_gradients(
    gradient: Floats, x: Floats, found: Moments, weight: Floats, eps: float = 1e-5
) -> NormGradients:
    """Return the gradients by the input, the scale and the shift, where `found` are the moments of `x`.

    The mean and the variance depend on every number of a channel, so that what all of them have in common, and what
    grows along with them, is taken away; not so with stored moments, as in `eval` mode.
    """
    out = fresh(x.shape, x.dtype)
    by_weight, by_bias = np.empty(len(x), x.dtype), np.empty(len(x), x.dtype)
    inverse = _inverse(found.variance, eps)

    def work(channel: int) -> None:
        given, result = gradient[channel].reshape(-1), out[channel].reshape(-1)
        np.subtract(x[channel].reshape(-1), found.mean[channel], out=result)
        result *= inverse[channel]  # normalized
        by_bias[channel] = given.sum(dtype=np.float64)
        by_weight[channel] = np.multiply(given, result).sum(dtype=np.float64)
        result *= -by_weight[channel] / x.dtype.type(found.numbers)
        result -= by_bias[channel] / x.dtype.type(found.numbers)
        result += given
        result *= weight[channel] * inverse[channel]

    share(work, range(len(x)), together=x.size >= WORTH)
    return NormGradients(out, by_weight, by_bias)


def _inverse(variance: Floats, eps: float) -> Floats:
    return np.asarray(1 / np.sqrt(variance + variance.dtype.type(np.float32(eps))))
