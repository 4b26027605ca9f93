"""Large filters in the frequency domain: there a convolution is a product, whatever the size of the window.

The input is taken in square tiles that overlap by the window (overlap-save), so that the error and the memory are those
of a tile; every tile is transformed once, multiplied with the filters' transforms, summed over the channels, and
carried back. Tiles of the lengths that the FFT does fastest, at least about three windows long.
"""

import numpy as np

from app.numerics import Floats
from app.numerics.bands import rectangle
from app.numerics.threads import share
from app.numerics.window import Window

LEAST_TILE = 128
MOST_FLOATS = 1 << 24  # of the filters' transforms: more is done filter after filter


def tile_length(reach: int, places: int) -> int:
    """Return the length of a tile: a power of two, at least three windows, no longer than what is needed."""
    enough = max(LEAST_TILE, 3 * reach)
    return 1 << (min(enough, max(LEAST_TILE, places + reach - 1)) - 1).bit_length()


def spectrum_bytes(filters: tuple[int, ...], places: tuple[int, int]) -> int:
    """Return the bytes that `spectral` works in at most, about: four times the filters' transforms, and some tiles."""
    tall, wide = (tile_length(*pair) for pair in zip(filters[2:], places, strict=True))
    tile = 4 * tall * (wide + 2)
    return 4 * min(4 * MOST_FLOATS, filters[0] * filters[1] * tile) + 4 * (filters[0] + filters[1]) * tile


def spectral(x: Floats, weight: Floats, bias: Floats | None, window: Window, padding_mode: str, out: Floats) -> None:
    """Fill `out` (O, Ho, Wo), stride 1; arguments as those of `correlate` with one group, already checked."""
    filters, depth, height, width = weight.shape
    _, rows, columns = out.shape
    tall, wide = tile_length(height, rows), tile_length(width, columns)
    down, across = tall - height + 1, wide - width + 1  # places of a tile
    many = max(1, MOST_FLOATS // (depth * tall * (wide + 2)))
    for first in range(0, filters, many):
        chosen = slice(first, min(first + many, filters))
        kernel = np.conj(np.fft.rfft2(weight[chosen], (tall, wide)))

        def work(corner: tuple[int, int], chosen: slice = chosen, kernel: np.ndarray = kernel) -> None:
            row, column = corner
            places = slice(row, row + down), slice(column, column + across)
            cells = rectangle(x[None], window, *places, padding_mode)[0]
            sums = np.einsum("ocij,cij->oij", kernel, np.fft.rfft2(cells, (tall, wide)))
            found = np.fft.irfft2(sums, (tall, wide))
            target = out[chosen, places[0], places[1]]
            offset = 0 if bias is None else bias[chosen, None, None]
            np.add(found[:, : target.shape[1], : target.shape[2]], offset, out=target, casting="same_kind")

        share(work, [(row, column) for row in range(0, rows, down) for column in range(0, columns, across)])
