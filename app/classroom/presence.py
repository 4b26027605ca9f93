"""Who follows a room: phones, each counted once however many streams it has, and those who only look on.

A phone that comes back before its last stream is known to be dead takes its place.
"""

from collections import defaultdict
from collections.abc import Callable

MOST_OF_A_PHONE = 4  # streams; the oldest makes room for another


class Presence:
    """The streams of those who follow, by phone."""

    def __init__(self) -> None:
        self._streams: defaultdict[str, list[Callable[[], object]]] = defaultdict(list)  # what ends each
        self.streams = 0

    @property
    def count(self) -> int:
        """How many phones are there."""
        return len(self._streams)

    def come(self, phone: str | None, end: Callable[[], object]) -> None:
        """Count a stream of a phone's (None: of somebody who is not counted), which `end` ends."""
        self.streams += 1
        if phone is not None:
            streams = self._streams[phone]
            streams.append(end)
            for oldest in streams[:-MOST_OF_A_PHONE]:
                oldest()  # and it goes by itself

    def go(self, phone: str | None, end: Callable[[], object]) -> None:
        """Count a stream no longer."""
        self.streams -= 1
        if phone is not None:
            self._streams[phone].remove(end)
            if not self._streams[phone]:
                del self._streams[phone]
