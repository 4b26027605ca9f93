"""How often each client may do something that is dear, or stays."""

import time
from collections.abc import Callable
from math import ceil

from app.errors import Busy

MOST_CLIENTS = 10_000  # remembered at a time


class Allowance:
    """Lets each client do something `most` times an hour, at any pace; `refusal` says it to who does it more often."""

    def __init__(self, most: int, refusal: str, now: Callable[[], float] = time.monotonic) -> None:
        """`refusal`: a msgid with {most} and, in seconds, {wait}."""
        self._most = most
        self._refusal = refusal
        self._now = now
        self._left: dict[str, tuple[float, float]] = {}  # by client, the one seen last at the end: how often, and when

    def take(self, client: str) -> None:
        """Count once more; raise Busy where that was too often."""
        left = self._of(client)
        self._left.pop(client, None)
        self._left[client] = (max(0.0, left - 1) if left >= 1 else left, self._now())
        if len(self._left) > MOST_CLIENTS:
            self._left.pop(next(iter(self._left)))
        self._refuse(left)

    def check(self, client: str) -> None:
        """Raise Busy where once more would be too often, without counting it."""
        self._refuse(self._of(client))

    def _of(self, client: str) -> float:
        """Return how often a client may do it just now."""
        left, when = self._left.get(client, (float(self._most), self._now()))
        return min(float(self._most), left + (self._now() - when) * self._most / 3600)

    def _refuse(self, left: float) -> None:
        if left < 1:
            wait = ceil((1 - left) * 3600 / self._most)
            raise Busy(self._refusal, most=self._most, wait=wait, retry_after=wait)
