"""Where a room may be: a state of the explorer or a step of a lesson, by an address of this server.

An address of the explorer is looked up as a page would, but where only the place in it differs from one that was looked
up a moment ago: a window that is dragged moves many times a second.
"""

import re
import time
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, urlsplit

from app.classroom.book import BOOK
from app.errors import Mistake, NotFound, shown
from app.explorer.opening import state_of
from app.lab import Lab
from app.whole_numbers import read_whole

LONGEST = 8_000  # characters; the address bar holds at most half as many
MOST_FIELDS = 200
MOST_KNOWN = 200  # looked up lately
MOMENT = 10.0  # seconds
UNWRITABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\#]")
EXPLORER = ("/", "/embed")
LESSON = re.compile(r"/lesson/([A-Za-z0-9_-]{1,128})")
STEP = re.compile(r"(\d{1,4})(\.[a-z]{1,10})?", re.ASCII)
PLACES = frozenset({"at", "pin", "row", "column", "channel", "layer", "to_row", "to_column", "view"})


class Destinations:
    """Looks addresses up."""

    def __init__(
        self, lab: Lab, steps: Callable[[str], Awaitable[int]], now: Callable[[], float] = time.monotonic
    ) -> None:
        """`steps`: how many steps the lesson of a name has that no chapter has; raises NotFound where there is none."""
        self._lab = lab
        self._steps = steps
        self._now = now
        self._counted: dict[str, tuple[int, float]] = {}  # steps of lessons, and when that was looked up
        self._known: dict[tuple[tuple[str, str], ...], None] = {}

    async def check(self, address: str) -> None:
        """Raise Mistake where a room cannot be at an address."""
        if len(address) > LONGEST:
            raise Mistake(
                "The address has {count} characters; the most is {most}. Open /?run=<id> in its place.",
                count=f"{len(address):,}",
                most=f"{LONGEST:,}",
                pointer="/address",
            )
        try:
            parts = urlsplit(address)
            fields = dict(parse_qsl(parts.query, max_num_fields=MOST_FIELDS))
        except ValueError:
            raise _elsewhere(address) from None
        if parts.scheme or parts.netloc or not address.startswith("/") or UNWRITABLE.search(address):
            raise _elsewhere(address)
        if parts.path in EXPLORER:
            await self._check_state({**fields, "path": parts.path})
        elif lesson := LESSON.fullmatch(parts.path):
            await self._check_step(lesson[1], fields.get("step", "1"))
        else:
            raise _elsewhere(address)

    async def _check_state(self, fields: dict[str, str]) -> None:
        rest = tuple(sorted((name, value) for name, value in fields.items() if name not in PLACES))
        if rest not in self._known:
            try:
                await self._lab.open((await state_of(fields, self._lab)).document)
            except Mistake as mistake:
                mistake.pointer = "/address"
                raise
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[rest] = None

    async def _check_step(self, name: str, step: str) -> None:
        found = STEP.fullmatch(step)
        number = read_whole(found[1]) if found else None
        count = await self._count(name, number or 1)
        if number is None or not 1 <= number <= count:
            raise Mistake(
                "The lesson {name} has steps 1 to {count}, and no step {step}.",
                name=name[:40],
                count=count,
                step=shown(step),
                pointer="/address",
            )

    async def _count(self, name: str, least: int) -> int:
        """Return how many steps a lesson has; that it has `least` need not be looked up again a moment later."""
        if name in BOOK:
            return len(BOOK[name].steps)
        count, when = self._counted.get(name, (0, 0.0))
        if count < least or self._now() > when + MOMENT:
            try:
                count = await self._steps(name)
            except NotFound as gone:
                gone.pointer = "/address"
                raise
            if len(self._counted) >= MOST_KNOWN:
                self._counted.clear()
            self._counted[name] = count, self._now()
        return count


def _elsewhere(address: str) -> Mistake:
    return Mistake(
        "{address} is nowhere that a room can be; give an address of this server from its / on: /?image=coffee&size=32 "
        "or /lesson/<name>?step=1.",
        address=shown(address),
        pointer="/address",
    )
