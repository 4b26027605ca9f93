"""One room: what its teacher has said, who is there, and what all are told of it.

`state` is what the store has, and the only one that is told; `latest` may be on its way there.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from app.classroom import told
from app.classroom.feed import Feed, News
from app.classroom.keys import Keys
from app.classroom.poll import Poll
from app.classroom.presence import Presence
from app.errors import NotFound

LED = 86_400.0  # seconds without a word of its teacher after which a room ends, whoever is there


@dataclass(frozen=True)
class State:
    """What the teacher of a room has said, once for all."""

    address: str
    keys: Keys
    opened: float  # when, in seconds since 1970 …
    led: float  # … and when its teacher last did something
    sequence: int = 0  # moves
    blank: bool = False  # whether the screen in front is
    poll: Poll | None = None


class Answering(NamedTuple):
    """A pupil's answer on its way to the store."""

    done: asyncio.Future[None]
    undo: Callable[[], None]


class Room:
    """A room while this process has it; on the event loop."""

    def __init__(self, code: str, state: State, life: float, there: float, *, lasting: bool = False) -> None:
        """`life`: seconds without a phone and a word of its teacher after which it ends; `there`: when one was last;
        `lasting`: it is ours, nobody leads it, and it does not end.
        """
        self.code = code
        self.state = self.latest = state
        self.lasting = lasting
        self.presence = Presence()
        self.feed = Feed(self.news)
        self.there = there
        self.waiting: list[asyncio.Future[None]] = []  # for what is in `latest` to be in the store
        self.answers: list[Answering] = []  # which go with the next piece that is written
        self.writing = False
        self.moving = asyncio.Lock()
        self.kept_until = 0.0  # by the store
        self.ended = False
        self._life = life

    @property
    def sequence(self) -> int:
        """How often its teacher has moved on."""
        return self.state.sequence

    @property
    def address(self) -> str:
        """Where it is."""
        return self.state.address

    @property
    def present(self) -> int:
        """How many phones are there."""
        return self.presence.count

    @property
    def expires_at(self) -> float:
        """When it ends if nobody comes and nothing is said, in seconds since 1970; inf: it stays."""
        if self.lasting:
            return float("inf")
        led = max(self.state.led, self.latest.led)
        return min(max(self.there, led) + self._life, led + max(LED, self._life))

    def check(self) -> None:
        """Raise NotFound where it has ended."""
        if self.ended:
            raise NotFound("Room {code} has ended; open another.", code=self.code)

    def report(self) -> told.Room:
        """Return what all may know of it."""
        state = self.state
        ends = None if self.lasting else datetime.fromtimestamp(self.expires_at, UTC)
        return {
            "code": self.code,
            "sequence": state.sequence,
            "address": state.address,
            "blank": state.blank,
            "present": self.present,
            "poll": state.poll.report() if state.poll else None,
            "expires_at": None if ends is None else ends.isoformat(timespec="seconds").replace("+00:00", "Z"),
        }

    def news(self) -> News:
        """Return what those who follow are told."""
        return News(self.sequence, json.dumps(self.report(), separators=(",", ":")).encode())
