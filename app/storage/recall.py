"""What a store said a moment ago of a name, for those who are asked on the event loop and may not ask it each time."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from app.storage.expiry import MOMENT

T = TypeVar("T")
MOST = 100  # names remembered at a time


class Recall(Generic[T]):
    """Remembers for MOMENT what `find` has found, None too."""

    def __init__(self, find: Callable[[str], T]) -> None:
        self._find = find
        self._found: dict[str, tuple[float, T]] = {}  # by name: when it was asked, and what it said

    def get(self, name: str) -> T:
        """Return what is found under a name."""
        known = self._found.get(name)
        if known is not None and time.monotonic() < known[0] + MOMENT:
            return known[1]
        found = self._find(name)
        if len(self._found) >= MOST:
            self._found.clear()
        self._found[name] = time.monotonic(), found
        return found

    def forget(self, name: str) -> None:
        """Ask again the next time."""
        self._found.pop(name, None)
