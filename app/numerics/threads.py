"""Work shared out: NumPy lets go of the interpreter while it copies and multiplies, so threads are enough.

Whoever has work does it, and helpers join in where cores are idle: many runs at once cost what they cost with one
thread each. Which thread does which part changes no bit of the result.

Where the system says on which core we run (Linux), a helper is woken on another: schedulers like to put it on the core
of whoever wakes it, where it waits until the work is done.
"""

import ctypes
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from functools import cache
from itertools import count
from math import prod
from typing import TypeVar

import numpy as np
from numpy.typing import DTypeLike

from app.numerics import Floats

Job = TypeVar("Job")
MOST_KEPT = 1 << 21  # floats of one buffer that a thread keeps
_cores = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()
_numbers: list[int] = []  # by which the system knows the helpers
_callers: list[None] = []  # as many as share work just now, each on a core of its own
_most = len(_cores) or os.cpu_count() or 1
_core = getattr(ctypes.CDLL(None), "sched_getcpu", None) if len(_cores) > 1 else None


def use(threads: int) -> None:
    """Let at most `threads` threads work on one call from now on, the caller's among them."""
    global _most
    _most = threads


@cache
def _helpers(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, "band", initializer=lambda: _numbers.append(threading.get_native_id()))


def _keep_off_this_core() -> None:
    """Let the helpers run on any core but the one on which this thread runs."""
    if _core is None:
        return
    others = _cores - {_core()}
    with suppress(OSError):  # where the cores of this process have been changed since
        for number in _numbers:
            os.sched_setaffinity(number, others)


def share(work: Callable[[Job], None], jobs: Sequence[Job], *, together: bool = True) -> None:
    """Do `work` on each of `jobs`, which do not depend on one another, in this thread and, `together`, in idle ones.

    To wake a thread takes about a tenth of a millisecond: what is done sooner is not worth it. Numbers beyond float32
    become infinite or NaN without a warning.
    """
    if len(jobs) == 1 or not together:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for job in jobs:
                work(job)
        return
    following = count()

    def take() -> None:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):  # each thread has its own
            while (index := next(following)) < len(jobs):
                work(jobs[index])

    _callers.append(None)
    helpers = max(0, min(_most - len(_callers), len(jobs) - 1))
    if helpers:
        _keep_off_this_core()
    joined = [_helpers(_most - 1).submit(take) for _ in range(helpers)]
    try:
        take()
    finally:
        _callers.pop()
        late = [helper for helper in joined if not helper.cancel()]
        wait(late)
    for helper in late:
        helper.result()


class _Buffers:
    """What one thread works in, by name."""

    def __init__(self) -> None:
        self.floats: dict[str, Floats] = {}


_all: list[weakref.ref[_Buffers]] = []  # of every thread


class _Kept(threading.local):
    def __init__(self) -> None:
        self.buffers = _Buffers()
        _all.append(weakref.ref(self.buffers))


_kept = _Kept()


def buffer(name: str, shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> Floats:
    """Return an array to work in, the same memory for the same name in this thread: fresh pages cost more than sums."""
    kind = np.dtype(dtype)
    size = prod(shape) * kind.itemsize // 4
    floats = _kept.buffers.floats
    held = floats.get(name)
    if held is None or held.size < size:
        held = np.empty(size, np.float32)
        if size <= MOST_KEPT:
            floats[name] = held
    return held[:size].view(kind).reshape(shape)


def give_back() -> None:
    """Let go of the buffers of all threads; a thread that works in one just now holds it until it is done."""
    for reference in _all.copy():
        if (buffers := reference()) is None:
            _all.remove(reference)
        else:
            buffers.floats.clear()
