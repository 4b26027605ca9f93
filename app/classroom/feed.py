"""What is new of one room, for all who follow it: each gets the newest, and waits for nobody.

What is new is written once, however many follow, and each has a place for one: whoever is slow misses what has been
overtaken, and never sees what is old after what is new. Moves go out at once; what phones do waits for SELDOM, so that
a class that comes in does not stand in the way of its teacher.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Literal, NamedTuple

EVERY = 0.03  # seconds between moves that are told
SELDOM = 0.5  # … between changes of who is there and who has answered


class News(NamedTuple):
    """A room at a moment."""

    sequence: int
    data: bytes  # one line of JSON
    kind: Literal["room", "ended"] = "room"


class Follower:
    """One who follows: a place for the newest."""

    def __init__(self) -> None:
        self._newest: News | None = None
        self._coming = asyncio.Event()
        self._over = False

    def offer(self, news: News) -> None:
        """Put news in place of any that have not been taken."""
        self._newest = news
        self._coming.set()

    def end(self) -> None:
        """Let it follow no longer, once it has taken what lies there."""
        self._over = True
        self._coming.set()

    async def news(self) -> AsyncGenerator[News, None]:
        """Give whatever comes."""
        while True:
            await self._coming.wait()
            self._coming.clear()
            news, self._newest = self._newest, None
            if news is not None:
                yield news
            if self._over and self._newest is None:
                return


class Feed:
    """The newest of what `write` says, for those who follow. All of it on the event loop."""

    def __init__(self, write: Callable[[], News]) -> None:
        self._write = write
        self._told = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._newest: News | None = None
        self._ended = False
        self._last: News | None = None
        self.followers: dict[Follower, None] = {}  # in the order in which they came

    def join(self, follower: Follower) -> None:
        """Tell one more, the newest at once."""
        self.followers[follower] = None
        if self._ended:
            self._end(follower)
            return
        if self._newest is None:
            self._newest = self._write()
        follower.offer(self._newest)

    def leave(self, follower: Follower) -> None:
        """Forget a follower."""
        self.followers.pop(follower, None)
        if not self.followers:
            self._newest = None
            self._cancel()

    def tell(self, every: float = EVERY) -> None:
        """Say that there is something new; it goes out as soon as the last time is `every` seconds ago."""
        self._newest = None  # who joins meanwhile is told how it is
        if self._ended or not self.followers:
            return
        loop = asyncio.get_running_loop()
        when = max(loop.time(), self._told + every)
        if self._timer is not None and self._timer.when() <= when:
            return
        self._cancel()
        if when <= loop.time():
            self._send()
        else:
            self._timer = loop.call_at(when, self._send)

    def _send(self) -> None:
        self._cancel()
        self._told = asyncio.get_running_loop().time()
        self._newest = self._write()
        for follower in self.followers:
            follower.offer(self._newest)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def end(self, last: News | None = None) -> None:
        """End all that follow, after some `last` news."""
        self._cancel()
        self._ended, self._last = True, last
        for follower in self.followers:
            self._end(follower)

    def _end(self, follower: Follower) -> None:
        if self._last is not None:
            follower.offer(self._last)
        follower.end()
