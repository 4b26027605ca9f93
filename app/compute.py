"""The compute queue: as many jobs at once as there are slots, a bounded waiting room, and nothing on the event loop."""

import asyncio
import ctypes
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from cachetools import LRUCache

from app.errors import Busy, Unavailable

T = TypeVar("T")


class ComputeQueue:
    """Runs heavy jobs in `slots` threads; at most `waiting_room` wait for one, further callers are sent away (Busy)."""

    def __init__(self, slots: int, waiting_room: int) -> None:
        self._slots = slots
        self._room = waiting_room
        self._heavy = ThreadPoolExecutor(slots, "compute")
        self._light = ThreadPoolExecutor(2, "render")
        self._free = asyncio.Semaphore(slots)
        self._closed = False
        self.draining = False  # nothing heavy begins any more; what is light still ends what was begun
        self.waiting = 0

    async def heavy(self, job: Callable[[], T]) -> T:
        """Return what `job` returns, once a slot is free."""
        if self.draining:
            raise closing()
        if not self._free.locked():
            await self._free.acquire()
        elif self.waiting < self._room:
            self.waiting += 1
            try:
                await self._free.acquire()
            finally:
                self.waiting -= 1
        else:
            raise Busy(
                "All {slots} computing slots are taken and {waiting} requests are waiting; try again in a moment.",
                slots=self._slots,
                waiting=self.waiting,
                retry_after=2,
            )
        try:
            work = self._submit(self._heavy, job)
        except BaseException:
            self._free.release()
            raise
        # The slot is given back when the thread is done, which may be after the caller has gone.
        work.add_done_callback(lambda _: self._free.release())
        return await self._outcome(work)

    async def light(self, job: Callable[[], T]) -> T:
        """Return what the short `job` returns; it does not wait for heavy ones."""
        return await self._outcome(self._submit(self._light, job))

    def _submit(self, threads: ThreadPoolExecutor, job: Callable[[], T]) -> asyncio.Future[T]:
        if self._closed:
            raise closing()
        return asyncio.get_running_loop().run_in_executor(threads, job)

    async def _outcome(self, work: asyncio.Future[T]) -> T:
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            if work.cancelled() and self._closed:  # it was not the caller who left
                raise closing() from None
            raise

    def close(self) -> None:
        """Let the threads end."""
        self.draining = self._closed = True
        self._heavy.shutdown(wait=False, cancel_futures=True)
        self._light.shutdown(wait=False, cancel_futures=True)


def _trim() -> Callable[[int], int] | None:
    """Return glibc's malloc_trim; other C libraries have none, and no need of it."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None


_TRIM = _trim()


def give_back_memory() -> None:
    """Return to the system what was freed but is held for reuse (decoded pictures), before something large is made."""
    if _TRIM is not None:
        _TRIM(0)


def closing() -> Unavailable:
    """Return what callers are told at the end."""
    return Unavailable("The server is shutting down; try again in a moment.", retry_after=5)


class SingleFlightCache(Generic[T]):
    """Results by key, each made once however many ask at the same time; the least used are dropped past `capacity`."""

    def __init__(self, capacity: int, size: Callable[[T], int]) -> None:
        self._kept: LRUCache[str, T] = LRUCache(capacity, getsizeof=size)
        self._coming: dict[str, asyncio.Task[T]] = {}
        self._size = size

    async def get(self, key: str, make: Callable[[], Awaitable[T]]) -> T:
        """Return the result for `key`, making it with `make` where it is neither kept nor on its way."""
        if not self.has(key):
            self.begin(key, make)
        return await self.found(key)

    async def found(self, key: str) -> T:
        """Return the result for `key`, which is kept or on its way."""
        kept = self._kept.get(key)
        return await asyncio.shield(self._coming[key]) if kept is None else kept

    def has(self, key: str) -> bool:
        """Tell whether the result for `key` is kept or on its way."""
        return key in self._kept or key in self._coming

    def begin(self, key: str, make: Callable[[], Awaitable[T]]) -> None:
        """Let `make` begin with the result for `key`, which is neither kept nor on its way."""
        task = asyncio.ensure_future(self._make(key, make))
        self._coming[key] = task
        task.add_done_callback(lambda done: self._arrived(key, done))

    def _arrived(self, key: str, done: asyncio.Task[T]) -> None:
        del self._coming[key]
        if not done.cancelled():
            done.exception()  # seen, even where everybody who asked has gone

    async def _make(self, key: str, make: Callable[[], Awaitable[T]]) -> T:
        result = await make()
        self.keep(key, result)
        return result

    def keep(self, key: str, result: T) -> None:
        """Keep `result`, made elsewhere, for `key`."""
        if self._size(result) <= self._kept.maxsize:
            self._kept[key] = result

    def forget(self, key: str) -> None:
        """Drop the result for `key`."""
        self._kept.pop(key, None)
