"""Filters that are a column times a row: kh + kw products a place instead of kh · kw.

Box, Gaussian and Sobel are of this kind; the singular values of a filter tell. A named kernel on a colour picture is
one sheet for all channels, so the channels are mixed into one first. A pass along the rows is a matrix product of
stretches of cells with a band matrix, whose column j holds the filter's row from j on; along the columns likewise:

    cells  [a b c d e f] @ ⎡r₀ 0  0  0⎤        for n places at once, from n + k − 1 cells; more products than needed,
                           ⎢r₁ r₀ 0  0⎥        but in the one form that processors do fastest
                           ⎢r₂ r₁ r₀ 0⎥
                           ⎢0  r₂ r₁ r₀⎥ …
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from app.numerics import Floats
from app.numerics.bands import rectangle
from app.numerics.threads import share
from app.numerics.window import Window

EXACT = 1e-7  # of the largest singular value: what lies below is rounding
STRETCH = 64  # places of one product
TALL = 192  # rows of places of one job


class Factors(NamedTuple):
    """weight[o, c] = mix[c] · outer(columns[o], rows[o])"""

    mix: Floats  # (C,)
    columns: Floats  # (O, kh)
    rows: Floats  # (O, kw)


def factors(weight: Floats) -> Factors | None:
    """Return the factors of filters (O, C, kh, kw) that are one mix of the channels and a column times a row."""
    filters, depth, height, width = weight.shape
    exact = weight.astype(np.float64)
    colours, sizes, mix = np.linalg.svd(exact.transpose(0, 2, 3, 1).reshape(-1, depth), full_matrices=False)
    if (sizes[1:] > EXACT * sizes[0]).any():
        return None
    sheets = (colours[:, 0] * sizes[0]).reshape(filters, height, width)
    columns, sizes, rows = np.linalg.svd(sheets)
    if (sizes[:, 1:] > EXACT * sizes[:, :1]).any():
        return None
    return Factors(
        mix[0].astype(np.float32),
        (columns[:, :, 0] * sizes[:, :1]).astype(np.float32),
        rows[:, 0].astype(np.float32),
    )


def swept_bytes(places: tuple[int, int]) -> int:
    """Return the bytes that `separable` works in at most, about."""
    return 32 * (min(TALL, places[0]) + STRETCH) * (places[1] + STRETCH) + 6_000_000


def separable(x: Floats, parts: Factors, bias: Floats | None, window: Window, padding_mode: str, out: Floats) -> None:
    """Fill `out` (O, Ho, Wo) with the maps of separable filters, stride 1; arguments as those of `correlate`."""
    filters, rows, columns = out.shape
    across = np.stack([_band(row) for row in parts.rows])
    down = np.stack([_band(column).T for column in parts.columns])
    wide, reach = -(-columns // STRETCH) * STRETCH, window.size

    def work(first: int) -> None:
        last = min(rows, first + TALL)
        tall = -(-(last - first) // STRETCH) * STRETCH
        cells = rectangle(x[None], window, slice(first, first + tall), slice(0, wide), padding_mode)[0]
        mixed = cells[0] if len(cells) == 1 and parts.mix[0] == 1 else np.tensordot(parts.mix, cells, 1)
        line, cell = mixed.strides
        stretches = as_strided(
            mixed, (wide // STRETCH, len(mixed), STRETCH + reach[1] - 1), (STRETCH * cell, line, cell), writeable=False
        )
        for number in range(filters):
            swept = np.empty((len(mixed), wide), np.float32)
            np.matmul(stretches, across[number], out=swept.reshape(len(mixed), -1, STRETCH).transpose(1, 0, 2))
            for top in range(0, last - first, STRETCH):
                found = down[number] @ swept[top : top + STRETCH + reach[0] - 1]
                target = out[number, first + top : min(last, first + top + STRETCH)]
                np.add(found[: len(target), :columns], 0 if bias is None else bias[number], out=target)

    share(work, range(0, rows, TALL))


def _band(taps: Floats) -> NDArray[np.float32]:
    """Return the band matrix (STRETCH + k − 1, STRETCH) of a row of k taps."""
    matrix = np.zeros((STRETCH + len(taps) - 1, STRETCH), np.float32)
    for place in range(STRETCH):
        matrix[place : place + len(taps), place] = taps
    return matrix
