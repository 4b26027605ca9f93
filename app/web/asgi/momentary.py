"""What a whole class asks for in the same moment, made once: two hundred phones that follow a move want the same step.

What comes of it is good for MOMENT seconds from when its making began, and nobody else is given it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")
MOMENT = 1.0  # seconds
MOST = 200  # at a time


class Momentary(Generic[T]):
    """Values by key, each made once a moment. All of it on the event loop."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[float, asyncio.Future[T]]] = {}  # by key: when it began, and what comes of it

    async def get(self, key: str, make: Callable[[], Awaitable[T]]) -> T:
        """Return the value for `key`, which `make` makes unless somebody has just asked for it."""
        now = asyncio.get_running_loop().time()
        began, value = self._made.get(key, (float("-inf"), None))
        if value is None or now > began + MOMENT or value.cancelled():
            if len(self._made) >= MOST:
                self._made.clear()
            value = asyncio.ensure_future(make())  # which goes on when whoever asked first has gone
            value.add_done_callback(lambda done: done.cancelled() or done.exception())  # heard by all who wait
            self._made[key] = now, value
        return await asyncio.shield(value)
