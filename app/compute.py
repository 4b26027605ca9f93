"""The compute queue: as many jobs at once as there are slots, a bounded waiting room, and nothing on the event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from app.budget import Budget, Cache, Share
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
        self._working = 0

    @property
    def busy(self) -> bool:
        """Whether anything is being done, or waits: what can be done later gives way."""
        return self._working > 0

    async def heavy(self, job: Callable[[], T], share: Share | None = None, *, known: bool = False) -> T:
        """Return what `job` returns, once a slot is free; `known`: it goes on with work that has begun.

        The `share` of memory that was taken for it is given back when its thread is done, whoever has gone meanwhile.
        """
        try:
            await self.enter(known=known)
        except BaseException:
            if share is not None:
                share.give_back()
            raise
        return await self._outcome(self._shared(share, lambda: self.begin(job)))

    async def enter(self, *, known: bool = False) -> None:
        """Wait for a slot, which `begin` fills; raise Busy where too many wait, unless it is `known`: work going on."""
        if self.draining:
            raise closing()
        if not self._free.locked():
            await self._free.acquire()
        elif known or self.waiting < self._room:
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

    def begin(self, job: Callable[[], T]) -> asyncio.Future[T]:
        """Let `job` begin in the slot that was waited for.

        The slot is given back when the thread is done, which may be after the caller has gone.
        """
        try:
            work = self._submit(self._heavy, job)
        except BaseException:
            self._free.release()
            raise
        work.add_done_callback(lambda _: self._free.release())
        return work

    async def light(self, job: Callable[[], T], share: Share | None = None) -> T:
        """Return what the short `job` returns; it does not wait for heavy ones."""
        return await self._outcome(self._shared(share, lambda: self._submit(self._light, job)))

    def _shared(self, share: Share | None, begin: Callable[[], asyncio.Future[T]]) -> asyncio.Future[T]:
        """Let work begin that gives a share back when it is done."""
        if share is None:
            return begin()
        try:
            work = begin()
        except BaseException:
            share.give_back()
            raise
        work.add_done_callback(lambda _: share.give_back())
        return work

    def _submit(self, threads: ThreadPoolExecutor, job: Callable[[], T]) -> asyncio.Future[T]:
        if self._closed:
            raise closing()
        work = asyncio.get_running_loop().run_in_executor(threads, job)
        self._working += 1
        work.add_done_callback(self._done)
        return work

    def _done(self, _: asyncio.Future[Any]) -> None:
        self._working -= 1

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


def closing() -> Unavailable:
    """Return what callers are told at the end."""
    return Unavailable("The server is shutting down; try again in a moment.", retry_after=5)


class _Coming(Generic[T]):
    """A value on its way, and how many wait for it."""

    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task = task
        self.callers = 0


class SingleFlightCache(Generic[T]):
    """Values by key, each made once however many ask at the same time, and kept while the budget has room.

    When all who waited for one have gone, its making is cancelled.
    """

    def __init__(self, budget: Budget, size: Callable[[T], int], *, lives: bool = False) -> None:
        self._kept = Cache(budget, size, lives=lives)
        self._coming: dict[str, _Coming[T]] = {}

    def known(self, key: str) -> T | None:
        """Return the value for `key` where it is kept."""
        return self._kept.get(key)

    async def get(self, key: str, make: Callable[[], Awaitable[T]]) -> T:
        """Return the value for `key`, making it with `make` where it is neither kept nor on its way."""
        if (kept := self.known(key)) is not None:
            return kept
        coming = self._coming.get(key)
        if coming is None:
            coming = self._coming[key] = _Coming(asyncio.ensure_future(self._make(key, make)))
            coming.task.add_done_callback(lambda done: self._arrived(key, done))
        coming.callers += 1
        try:
            return await asyncio.shield(coming.task)
        finally:
            coming.callers -= 1
            if not coming.callers and not coming.task.done():
                coming.task.cancel()
                del self._coming[key]  # who comes now begins anew

    def _arrived(self, key: str, done: asyncio.Task[T]) -> None:
        if (coming := self._coming.get(key)) is not None and coming.task is done:
            del self._coming[key]
        if not done.cancelled():
            done.exception()  # seen, even where everybody who asked has gone

    async def _make(self, key: str, make: Callable[[], Awaitable[T]]) -> T:
        value = await make()
        self.keep(key, value)
        return value

    def keep(self, key: str, value: T) -> None:
        """Keep `value`, made elsewhere, for `key`."""
        self._kept.keep(key, value)

    def forget(self, key: str) -> None:
        """Drop the value for `key`."""
        self._kept.forget(key)

    def forget_all(self, which: Callable[[str], bool]) -> None:
        """Drop the values for all keys of which `which` says so."""
        self._kept.forget_all(which)
