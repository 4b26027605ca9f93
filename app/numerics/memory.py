"""Memory that is used again: fresh pages cost more than the sums that are written to them.

What `fresh` returns is an ordinary array. When the last that looks at it is gone, its memory is kept for the next of
about its size; at most MOST_IDLE bytes wait so, and none once `give_back` was called. Nothing here takes a lock: memory
comes back in whichever thread drops it, in the midst of anything. So lists may be empty a moment after they were not,
and a copy is looked through.
"""

import weakref
from collections import defaultdict
from contextlib import suppress
from math import prod

import numpy as np
from numpy.typing import DTypeLike

from app.numerics import Floats

LEAST = 1 << 18  # bytes; the C library keeps smaller ones itself
MOST_IDLE = 1 << 27  # unless `use` says otherwise
STEPS = 16  # sizes between a power of two and the next
_idle: defaultdict[int, list[np.ndarray]] = defaultdict(list)  # by size in bytes


def use(most_idle: int) -> None:
    """Let at most so many bytes wait from now on."""
    global MOST_IDLE
    MOST_IDLE = min(most_idle, 1 << 27)


def give_back() -> None:
    """Free all memory that waits."""
    _let_go(0)


def fresh(shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> Floats:
    """Return an array, C-order, of `shape`; what stands in it is arbitrary."""
    cells, kind = prod(shape), np.dtype(dtype)
    if kind.itemsize * cells < LEAST:
        return np.empty(shape, kind)
    size = _rounded(kind.itemsize * cells)
    try:
        held = _idle[size].pop()
    except IndexError:
        _let_go(MOST_IDLE - size)
        held = np.empty(size, np.uint8)
    # Over a memoryview, so that arrays which show a part of it refer to this one, and not to what it shows.
    whole: Floats = np.frombuffer(held.data, kind, size // kind.itemsize)
    weakref.finalize(whole, _take_back, held).atexit = False
    return whole[:cells].reshape(shape)


def _rounded(size: int) -> int:
    step = 1 << max(0, size.bit_length() - 1 - (STEPS.bit_length() - 1))
    return -(-size // step) * step


def _take_back(held: np.ndarray) -> None:
    if _waiting() + held.nbytes <= MOST_IDLE:
        _idle[held.nbytes].append(held)


def _waiting() -> int:
    return sum(size * len(arrays) for size, arrays in _idle.copy().items())


def _let_go(most: int) -> None:
    """Free memory that waits until no more than `most` bytes do, the largest first."""
    for _, arrays in sorted(_idle.copy().items(), reverse=True):
        with suppress(IndexError):
            while _waiting() > most:
                arrays.pop()
