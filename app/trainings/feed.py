"""News of one training for all who watch it: each gets the newest, at most ten a second, and waits for nobody.

What is new is written once, however many watch. Whoever is slow misses what has been overtaken.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import NamedTuple

from app.trainings.states import Reason

EVERY = 0.1  # seconds


class News(NamedTuple):
    """How a training is at a step."""

    step: int
    data: bytes  # one line of JSON
    reason: Reason | None = None


class Feed:
    """The newest of what `write` says, told to those who follow. All of it on the event loop."""

    def __init__(self, write: Callable[[], News]) -> None:
        self._write = write
        self._newest: News | None = None
        self._told = float("-inf")
        self._timer: asyncio.TimerHandle | None = None
        self._turn = asyncio.Event()
        self._closed = False
        self.followers = 0

    def tell(self) -> None:
        """Say that there is something new; it is told as soon as the last time is long enough ago."""
        if self._timer is None and not self._closed:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, self._told + EVERY - loop.time()), self._send)

    def _send(self) -> None:
        self._timer = None
        self._told = asyncio.get_running_loop().time()
        self._newest = self._write() if self.followers else None  # whoever joins asks
        self._wake()

    def _wake(self) -> None:
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    def close(self) -> None:
        """End all that follow."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._wake()

    async def follow(self, *, once: bool = False) -> AsyncGenerator[News, None]:
        """Give the newest at once and then, but for who wants it `once`, whatever comes, until the feed is closed."""
        self.followers += 1
        seen: News | None = None
        try:
            while not self._closed:
                turn = self._turn
                if self._newest is None:
                    self._newest = self._write()
                if self._newest is not seen:
                    seen = self._newest
                    yield seen
                    if once:
                        return
                else:
                    await turn.wait()
        finally:
            self.followers -= 1
