"""One budget of memory for all that is kept and all that is being made, in bytes.

    kept     results, pictures, pages, answers: whoever was asked for least recently goes first, of whatever kind
    in use   no longer kept, or never, but somebody still looks at it
    shares   what work takes before it begins, known from its shapes

What is kept gives way to work, never the other way round. Work that does not fit yet waits, first come, first served,
in one of two lanes: small work has an eighth of the memory to itself, so that nobody's page waits behind the giants.

Nothing here waits for ever. A share is taken before anything else that its work needs, and work needs only what was
begun before it, so that whoever is first can always go on; and where callers hold results in their hands while they
wait for more, the first is sent away when nothing has moved for PATIENCE seconds, and its memory serves the next.

All but `_let_go` is called from the event loop alone.
"""

import asyncio
import sys
import time
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any, Generic, TypeVar

from app.errors import Busy, Unfit

T = TypeVar("T")
Key = tuple["Cache[Any]", Hashable]
ENTRY = 400  # bytes, about, that something kept takes beside itself
KEPT, MOST_KEPT = 2, 1_000_000_000  # one part in so many, and so many bytes, are the most that is kept
SMALL, SMALL_LANE = 64, 8  # one part in so many: the most of a small share, and of all small shares together
IDLE = 30.0  # seconds after which what nobody asked for is let go …
MODEST = 64_000_000  # … down to so many bytes
PATIENCE = 30.0  # seconds for which the first of a lane waits while nothing moves


class _Entry:
    __slots__ = ("asked", "lives", "size", "value")

    def __init__(self, value: Any, size: int, lives: bool) -> None:
        self.value, self.size, self.lives = value, size, lives
        self.asked = time.monotonic()  # for the last time


class _Lane:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0
        self.moved = 0.0  # when a share was last taken or given back
        self.waiting: deque[tuple[int, asyncio.Future[None]]] = deque()


class Share:
    """Memory taken for work that is going on."""

    def __init__(self, budget: "Budget", lane: _Lane, size: int) -> None:
        self._budget, self._lane, self.size = budget, lane, size

    def shrink(self, size: int) -> None:
        """Give back up to `size` bytes, such as those of a result that is counted for itself from now on."""
        size = min(size, self.size)
        self.size -= size
        self._lane.taken -= size
        self._budget.used -= size

    def give_back(self) -> None:
        """Give all back; again: does nothing."""
        if self.size:
            self.shrink(self.size)
            self._lane.moved = time.monotonic()
            self._budget.serve()


class Budget:
    """At most `most` bytes for everything; up to `room` in each lane wait for their share."""

    def __init__(self, most: int, room: int = 32) -> None:
        self.most = most
        self.used = 0  # kept, in use, and taken by work
        self.kept = 0
        self.changes = 0  # how often something was taken or kept: where that stands still, nothing happens
        self._room = room
        self._order: OrderedDict[Key, _Entry] = OrderedDict()  # least recently asked for first
        self._small, self._large = _Lane(most // SMALL_LANE), _Lane(most - most // SMALL_LANE)
        self._gone: deque[int] = deque()  # sizes of what nobody looks at any more, from whichever thread
        self._loop: asyncio.AbstractEventLoop | None = None  # of those who wait

    # ---- work

    async def take(self, size: int, *, ahead: bool = False) -> Share:
        """Return a share of `size` bytes, once there is room; raise Unfit if there never is, Busy where many wait.

        `ahead`: for whoever holds results already, which are let go the sooner the sooner it goes on.
        """
        lane = self._lane(size)
        if size > lane.limit:
            raise Unfit(
                "This takes about {count} bytes of memory at once, and the server has {most} for it. Use a smaller "
                "picture, fewer filters or a larger stride.",
                count=f"{size:,}",
                most=f"{lane.limit:,}",
            )
        if (ahead or not lane.waiting) and self._admitted(lane, size):
            return Share(self, lane, size)
        if len(lane.waiting) >= self._room and not ahead:
            raise self._busy(lane, size)
        self._loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = self._loop.create_future()
        (lane.waiting.appendleft if ahead else lane.waiting.append)((size, turn))
        begun = time.monotonic()
        try:
            while not turn.done():
                await asyncio.wait([turn], timeout=PATIENCE)
                first = lane.waiting and lane.waiting[0][1] is turn
                if not turn.done() and first and time.monotonic() - max(begun, lane.moved) >= PATIENCE:
                    raise self._busy(lane, size)
        except BaseException:
            if turn.done():  # the share came as its taker left
                Share(self, lane, size).give_back()
            else:
                lane.waiting.remove((size, turn))
                self.serve()
            raise
        return Share(self, lane, size)

    def take_now(self, size: int) -> Share | None:
        """Return a share where there is room at once and nobody waits for it."""
        lane = self._lane(size)
        return Share(self, lane, size) if not lane.waiting and self._admitted(lane, size) else None

    def _lane(self, size: int) -> _Lane:
        return self._small if size <= self.most // SMALL else self._large

    def _admitted(self, lane: _Lane, size: int) -> bool:
        """Count `size` bytes as taken where they fit, and let go of what stands in their way."""
        if lane.taken + size > lane.limit or not self._clear(size, self.most):
            return False
        lane.taken += size
        self.used += size
        lane.moved = time.monotonic()
        self.changes += 1
        return True

    def serve(self) -> None:
        """Give their shares to those who wait, as far as there is room."""
        self._settle()
        for lane in (self._small, self._large):
            while lane.waiting:
                size, turn = lane.waiting[0]
                if not self._admitted(lane, size):
                    break
                lane.waiting.popleft()
                turn.set_result(None)

    def _busy(self, lane: _Lane, size: int) -> Busy:
        return Busy(
            "The server's memory is taken: this needs about {count} bytes of {most}, and {waiting} requests are "
            "waiting; try again in a moment.",
            count=f"{size:,}",
            most=f"{self.most:,}",
            waiting=len(lane.waiting),
            retry_after=5,
        )

    # ---- what is made

    def hold(self, thing: object, size: int) -> None:
        """Count `size` bytes for `thing` until nobody looks at it any more."""
        self.used += size
        weakref.finalize(thing, self._let_go, size).atexit = False

    def _let_go(self, size: int) -> None:
        """Note that something is gone; called by whichever thread dropped it, in the midst of anything."""
        self._gone.append(size)
        if self._loop is not None and (self._small.waiting or self._large.waiting):
            with suppress(RuntimeError):  # the loop has been closed
                self._loop.call_soon_threadsafe(self.serve)

    def _settle(self) -> None:
        while self._gone:
            self.used -= self._gone.popleft()

    # ---- what is kept

    def keep(self, key: Key, value: object, size: int, *, lives: bool) -> bool:
        """Keep `value` where there is room for it beside all work, letting go of what was asked for less recently."""
        self.forget(key)
        if not self._clear(size, self.most, kept=min(self.most // KEPT, MOST_KEPT)):
            return False
        self._order[key] = _Entry(value, size, lives)
        self.changes += 1
        self.kept += size
        self.used += size
        return True

    def find(self, key: Key) -> Any:
        """Return what is kept under `key`, which counts as asked for now; None where there is nothing."""
        entry = self._order.get(key)
        if entry is None:
            return None
        entry.asked = time.monotonic()
        self._order.move_to_end(key)
        return entry.value

    def has(self, key: Key) -> bool:
        """Tell whether something is kept under `key`."""
        return key in self._order

    def forget(self, key: Key) -> None:
        """Keep what stands under `key` no longer."""
        entry = self._order.pop(key, None)
        if entry is None:
            return
        self.kept -= entry.size
        if entry.lives:
            weakref.finalize(entry.value, self._let_go, entry.size).atexit = False
        else:
            self.used -= entry.size

    def forget_all(self, cache: "Cache[Any]", which: Callable[[Any], bool]) -> None:
        """Keep nothing of a cache any longer of whose key `which` says so."""
        for key in [key for key in self._order if key[0] is cache and which(key[1])]:
            self.forget(key)

    def rest(self) -> None:
        """Let go of what nobody has asked for in a while, until what is kept is modest."""
        least = min(MODEST, self.most // 4)
        while self.kept > least and next(iter(self._order.values())).asked < time.monotonic() - IDLE:
            self.forget(next(iter(self._order)))
            self.changes += 1
        self.serve()

    def _clear(self, size: int, most: int, kept: int | None = None) -> bool:
        """Let go of what is kept until `size` more bytes fit; tell whether they do. Nothing goes in vain."""
        self._settle()
        if size + self.used - self.kept > most or (kept is not None and size > kept):
            return False
        while self.used + size > most or (kept is not None and self.kept + size > kept):
            if not self._order:  # the rest is still looked at
                return self.used + size <= most
            self.forget(next(iter(self._order)))
            self._settle()
        return True


class Cache(Generic[T]):
    """Values by key, kept while the budget has room for them and counted with their keys.

    `lives`: what it holds is large, and is counted until nobody looks at it any more.
    """

    def __init__(self, budget: Budget, size: Callable[[T], int], *, lives: bool = False) -> None:
        self._budget, self._size, self._lives = budget, size, lives

    def get(self, key: Hashable) -> T | None:
        """Return the value for `key`, or None."""
        value: T | None = self._budget.find((self, key))
        return value

    def __contains__(self, key: Hashable) -> bool:
        return self._budget.has((self, key))

    def keep(self, key: Hashable, value: T) -> bool:
        """Keep `value` for `key`; tell whether there was room."""
        size = self._size(value) + _size_of(key) + ENTRY
        return self._budget.keep((self, key), value, size, lives=self._lives)

    def forget(self, key: Hashable) -> None:
        """Keep the value for `key` no longer."""
        self._budget.forget((self, key))

    def forget_all(self, which: Callable[[Any], bool]) -> None:
        """Keep no value any longer of whose key `which` says so."""
        self._budget.forget_all(self, which)


def _size_of(key: Hashable) -> int:
    return sum(map(sys.getsizeof, key)) if isinstance(key, tuple) else sys.getsizeof(key)
