"""Work shared out: NumPy lets go of the interpreter while it copies and multiplies, so threads are enough.

Whoever has work does it; idle helpers join in. When all helpers are busy with others' work nobody waits for them, so
many runs at once cost what they cost with one thread each. Which thread does which part changes no bit of the result.
"""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import count
from math import prod
from typing import TypeVar

import numpy as np

from app.numerics import Floats

Job = TypeVar("Job")
MOST_KEPT = 1 << 21  # floats of one buffer that a thread keeps
_most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use(threads: int) -> None:
    """Let at most `threads` threads work on one call from now on, the caller's among them."""
    global _most
    _most = threads


@cache
def _helpers(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, "band")


def share(work: Callable[[Job], None], jobs: Sequence[Job]) -> None:
    """Do `work` on each of `jobs`, which do not depend on one another, in this thread and those that are idle.

    Numbers beyond float32 become infinite or NaN without a warning.
    """
    if len(jobs) == 1:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            work(jobs[0])
        return
    following = count()

    def take() -> None:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):  # each thread has its own
            while (index := next(following)) < len(jobs):
                work(jobs[index])

    helpers = min(_most, len(jobs)) - 1
    joined = [_helpers(_most - 1).submit(take) for _ in range(helpers)]
    try:
        take()
    finally:
        late = [helper for helper in joined if not helper.cancel()]
        wait(late)
    for helper in late:
        helper.result()


class _Kept(threading.local):
    def __init__(self) -> None:
        self.floats: dict[str, Floats] = {}


_kept = _Kept()


def buffer(name: str, shape: tuple[int, ...]) -> Floats:
    """Return an array to work in, the same memory for the same name in this thread: fresh pages cost more than sums."""
    size = prod(shape)
    held = _kept.floats.get(name)
    if held is None or held.size < size:
        held = np.empty(size, np.float32)
        if size <= MOST_KEPT:
            _kept.floats[name] = held
    return held[:size].reshape(shape)
