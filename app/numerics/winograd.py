"""Winograd's method for 3×3 windows: 4×4 sums at a time from 36 products a channel instead of 144.

Polynomials of degree 5 are multiplied by their values at six points; a tile of 6×6 cells and a filter of 3×3 are
carried to those values (Bᵀ, G), multiplied there, summed over the channels, and carried back (Aᵀ):

    Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A

Each transform is two matrix products, along the rows of a tile and along its columns; the 36 products are one batched
matmul. Channels stand last meanwhile, so that tiles are gathered in long pieces. Dilated windows see the cells of one
phase, every d-th, as neighbours. The points 0, ±1/√2, ±√2 and ∞ keep the numbers near one another: the error is a tenth
of what the usual 0, ±1, ±2 give.

S. Winograd, "Arithmetic complexity of computations" (SIAM 1980); Lavin & Gray, "Fast algorithms for convolutional
neural networks" (CVPR 2016); on points: Barabasz et al., "Error analysis and improving the accuracy of Winograd
convolution for deep neural networks" (ACM TOMS 2020).
"""

import weakref
from collections.abc import Iterator
from functools import cache
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from app.numerics import Floats
from app.numerics.padding import paste
from app.numerics.threads import buffer, share
from app.numerics.window import Window

TILE, TAPS = 4, 3
VALUES = TILE + TAPS - 1
SQUARE = VALUES * VALUES
POINTS = (0.0, 0.5**0.5, -(0.5**0.5), 2**0.5, -(2**0.5))
BLOCK_FLOATS = 1 << 20  # of a block of tiles with its products, about
MOST_KEPT = 1 << 22  # floats of filters' values that are kept
SHARED = 1 << 18  # tiles times channels times filters that are worth a second thread
_known: dict[int, Floats] = {}  # by the identity of the filters


@cache
def transforms() -> tuple[Floats, ...]:
    """Return Aᵀ, G and Bᵀ for `POINTS` and infinity, from Lagrange's interpolation."""
    points = np.array(POINTS)
    others = [np.delete(points, i) for i in range(len(points))]
    carry = np.zeros((VALUES, TAPS))
    carry[:-1] = [[p**k / np.prod(p - rest) for k in range(TAPS)] for p, rest in zip(points, others, strict=True)]
    carry[-1, -1] = 1
    back = np.zeros((TILE, VALUES))
    back[:, :-1] = points ** np.arange(TILE)[:, None]
    back[-1, -1] = 1
    cells = np.zeros((VALUES, VALUES))
    for row, rest in enumerate(others):
        cells[row, :-1] = np.poly(rest)[::-1]
    cells[-1] = np.poly(points)[::-1]
    return tuple(matrix.astype(np.float32) for matrix in (back, carry, cells))


def _both_ways(matrix: Floats, values: Floats, name: str, out: Floats) -> Floats:
    """Fill `out` (m·m, …) with matrix · v · matrixᵀ for every v of `values` (n·n, …), and return it.

    `name` is that of the buffer that holds the half-way numbers.
    """
    m, n = matrix.shape
    half = buffer(name, (m, values.size // n))
    np.matmul(matrix, values.reshape(n, -1), out=half)
    np.matmul(matrix, half.reshape(m, n, -1), out=out.reshape(m, m, -1))
    return out


def _carried(weight: Floats) -> Floats:
    """Return the values (36, C, O) of the filters at the points; while filters that nobody writes to live, once."""
    known = _known.get(id(weight))
    if known is None:
        shape = SQUARE, weight.shape[1], weight.shape[0]
        lasting = not weight.flags.writeable and prod(shape) <= MOST_KEPT
        known = np.empty(shape, np.float32) if lasting else buffer("kernel", shape)
        _both_ways(transforms()[1], np.ascontiguousarray(weight.transpose(2, 3, 1, 0)), "half", known)
        if lasting:
            _known[id(weight)] = known
            weakref.finalize(weight, _known.pop, id(weight), None).atexit = False
    return known


def carried_bytes(filters: int, depth: int) -> int:
    """Return the bytes that carrying filters to the points takes at once: their values, those half-way, and a copy."""
    return 4 * filters * depth * (SQUARE + VALUES * TAPS + TAPS * TAPS)


def known_bytes(weight: Floats) -> int:
    """Return how many bytes are held beside the filters `weight` while they live."""
    known = _known.get(id(weight))
    return 0 if known is None else known.nbytes


def fits(window: Window) -> bool:
    """Tell whether the method is made for such a window."""
    return window.size == (TAPS, TAPS) and window.stride == (1, 1)


class Block(NamedTuple):
    """Rows of tiles of one phase, as wide as the map."""

    phase: tuple[int, int]
    first: int
    lines: int
    wide: int


def winograd(x: Floats, weight: Floats, bias: Floats | None, window: Window, padding_mode: str, out: Floats) -> None:
    """Fill `out` (O, Ho, Wo); arguments as those of `correlate` with one group, already checked."""
    back, _, cells = transforms()
    kernel = _carried(weight)
    depth, filters = kernel.shape[1:]
    apart = window.dilation

    def work(block: Block) -> None:
        target = out[:, block.phase[0] :: apart[0], block.phase[1] :: apart[1]]
        target = target[:, block.first * TILE : (block.first + block.lines) * TILE]
        area = buffer("area", (TILE * block.lines + 2, TILE * block.wide + 2, depth))
        down, across = (
            range(
                start := phase + apart[axis] * TILE * first - window.padding[axis][0],
                start + apart[axis] * n,
                apart[axis],
            )
            for axis, (phase, first, n) in enumerate(zip(block.phase, (block.first, 0), area.shape, strict=False))
        )
        paste(area.transpose(2, 0, 1), x, down, across, padding_mode)
        row, column, channel = area.strides
        steps = (row, column, TILE * row, TILE * column, channel)
        tiles = buffer("tiles", (SQUARE, block.lines * block.wide, depth))
        shape = (VALUES, VALUES, block.lines, block.wide, depth)
        np.copyto(tiles.reshape(shape), as_strided(area, shape, steps, writeable=False))
        values = _both_ways(cells, tiles, "half", buffer("values", tiles.shape))
        products = np.matmul(values, kernel, out=buffer("products", (*tiles.shape[:2], filters)))
        sums = _both_ways(back, products, "half", buffer("tiles", (TILE * TILE, tiles.shape[1], filters)))
        if bias is not None:
            sums += bias
        lines = buffer("values", (block.lines, TILE, block.wide, TILE, filters))
        lines.transpose(1, 3, 0, 2, 4)[...] = sums.reshape(TILE, TILE, block.lines, block.wide, filters)
        maps = lines.reshape(TILE * block.lines, TILE * block.wide, filters).transpose(2, 0, 1)
        target[...] = maps[:, : target.shape[1], : target.shape[2]]

    share(work, list(_blocks(out.shape, depth, apart)))


def _blocks(shape: tuple[int, ...], depth: int, apart: tuple[int, int]) -> Iterator[Block]:
    """Part the maps, `shape` (filters, rows, columns), phase by phase into blocks of about BLOCK_FLOATS."""
    filters, rows, columns = shape
    for phase in product(range(min(apart[0], rows)), range(min(apart[1], columns))):
        tall, wide = (
            -(-len(range(start, length, step)) // TILE)
            for start, step, length in zip(phase, apart, (rows, columns), strict=True)
        )
        line = SQUARE * (2 * depth + filters) * wide
        parts = max(-(-tall * line // BLOCK_FLOATS), min(2, tall, 1 + tall * wide * depth * filters // SHARED))
        lines = -(-tall // parts)
        for first in range(0, tall, lines):
            yield Block(phase, first, min(lines, tall - first), wide)
