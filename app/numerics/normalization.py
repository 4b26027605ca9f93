"""Batch normalization as a network uses it after learning: each map shifted and scaled by numbers of its own."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from app.numerics import Floats
from app.numerics.memory import fresh
from app.numerics.threads import share

BLOCK = 1 << 16  # floats at a time, which the cache holds
WORTH = 1 << 19  # floats that are worth a second thread


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
        Float32, C-order, shape (C, H, W): the difference, the product with weight / sqrt(variance + eps) and the sum
        are each rounded. What float32 cannot hold is infinite or NaN, without a warning.

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
    with np.errstate(all="ignore"):
        scale = (np.float64(weight) / _deviation(variance, eps)).astype(np.float32)
    out = fresh(x.shape)
    cells, results = np.ascontiguousarray(x).reshape(len(x), -1), out.reshape(len(x), -1)

    def work(block: tuple[slice, slice]) -> None:
        centre, factor, shift = (array[block[0], None] for array in (mean, scale, bias))
        result = np.subtract(cells[block], centre, out=results[block])
        result *= factor
        result += shift

    share(work, list(_blocks(*cells.shape)), together=x.size >= WORTH)
    return out


def _blocks(channels: int, cells: int) -> Iterator[tuple[slice, slice]]:
    """Part the maps into blocks, of some channels or of some cells of one, that the cache holds."""
    many, wide = max(1, BLOCK // cells), min(cells, BLOCK)
    for channel in range(0, channels, many):
        for cell in range(0, cells, wide):
            yield slice(channel, channel + many), slice(cell, cell + wide)


def _deviation(variance: NDArray[np.float32] | np.float32, eps: float) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(np.float64(variance) + np.float64(np.float32(eps))))


def normalized(x: Floats, mean: np.float32, variance: np.float32, eps: float) -> NDArray[np.float64]:
    """Return (x − mean) / sqrt(variance + eps) in double precision."""
    with np.errstate(all="ignore"):
        return np.asarray((x.astype(np.float64) - np.float64(mean)) / _deviation(variance, eps))
