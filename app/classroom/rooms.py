"""All rooms of this server: who may open one, what its teacher says, who follows, and when it ends.

What is said there goes through the ledger; who follows is in the streams, and comes back by itself when the server is
started anew.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from app.allowance import Allowance
from app.classroom.codes import LENGTH, new_code, read_code
from app.classroom.feed import News
from app.classroom.keys import Keys, Locksmith, Role
from app.classroom.ledger import Ledger
from app.classroom.phones import Phone, Phones
from app.classroom.poll import Poll, read_poll
from app.classroom.register import record_of
from app.classroom.room import Room, State
from app.classroom.streams import Streams
from app.errors import Forbidden, Mistake, NotFound, Unavailable
from app.messages import N_
from app.storage import Store

log = logging.getLogger(__name__)
MOST_ROOMS = 2_000
AN_HOUR = 1_200  # rooms that a client may open
MISSES = 600  # codes of no room that may come from an address within an hour: a school that mistypes …
GUESSES = 20_000  # … and until strangers there are not let in by a right one either; one in 444,000 is, of 2,000 rooms
TEND_EVERY = 5.0  # seconds
RENEW = 4  # one part in so many of its life passes before a room in which somebody is gets a new one
TOO_MANY = N_(
    "You have opened {most} rooms within an hour; end one that is open and use it, or try again in {wait} seconds."
)
GUESSING = N_("{most} codes of no room have come from your address within an hour; try again in {wait} seconds.")


class Opened(NamedTuple):
    """A new room, and the key of its teacher."""

    room: Room
    key: str


class Remote(NamedTuple):
    """What makes a phone the remote of a room."""

    key: str  # for programs
    ticket: str  # for an address; exchanged once


class Rooms:
    """Opens rooms, carries out what their teachers say, and tends them. All of it on the event loop."""

    def __init__(
        self,
        store: Store,
        secret: bytes,
        life: int,
        check: Callable[[str], Awaitable[object]],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`life`: seconds for which a room stays without a phone and a word of its teacher; `check`: raises Mistake for
        an address that a room cannot be at.
        """
        self.phones = Phones(secret, now)
        self._store = store
        self._life = life
        self._check = check
        self._locksmith = Locksmith(secret)
        self._ledger = Ledger(store, life)
        self._streams = Streams(lambda: store.now())
        self._rooms: dict[str, Room] = {}
        self._coming: set[str] = set()  # codes of rooms that are being opened
        self._opening = Allowance(AN_HOUR, TOO_MANY, now)
        self._misses = Allowance(MISSES, GUESSING, now)
        self._guesses = Allowance(GUESSES, GUESSING, now)

    # ---- what there is

    async def begin(self) -> None:
        """Take up all rooms that the store has."""
        for code, state, ends in await self._ledger.wait(lambda: list(self._ledger.register.all())):
            room = self._rooms[code] = Room(code, state, self._life, there=ends - self._life)
            room.kept_until = ends

    def keep_for_ever(self, code: str, address: str, poll: Poll) -> None:
        """Have a room of ours in which everybody may follow and answer, and that nobody leads."""
        now = self._store.now()
        self._rooms[code] = Room(code, State(address, Keys(""), now, now, poll=poll), self._life, now, lasting=True)

    async def open(self, address: str, client: str = "") -> Opened:
        """Open a room at an address; raise Mistake for one that cannot be, Busy, or Unavailable."""
        await self._check(address)
        if len(self._rooms) + len(self._coming) >= MOST_ROOMS:
            raise Unavailable(
                "{count} rooms are open, as many as this server keeps; share a link instead, or try again when one has "
                "ended.",
                count=f"{MOST_ROOMS:,}",
                retry_after=600,
            )
        self._opening.take(client)
        opened = None
        while opened is None:
            if (code := new_code()) not in self._rooms and code not in self._coming:
                self._coming.add(code)
                try:
                    opened = await self._opened(code, address)
                finally:
                    self._coming.discard(code)
        return opened

    async def _opened(self, code: str, address: str) -> Opened | None:
        """Open a room under a code; None where the store has one of this code already."""
        if await self._ledger.wait(partial(self._ledger.register.taken, code)):
            return None
        keys, key = self._locksmith.open(code)
        now = self._store.now()
        room = Room(code, State(address, keys, now, now), self._life, now)
        room.kept_until = await self._ledger.wait(partial(self._ledger.register.put, code, record_of(room.state)))
        self._rooms[code] = room
        return Opened(room, key)

    async def get(self, code: str, address: str = "", known: Callable[[Room], bool] = lambda room: False) -> Room:
        """Return the room of a code, however it is typed; raise NotFound where there is none.

        Raises Busy in place of NotFound once some codes of no room have come from an `address`: a right one lets in
        whatever others have typed there. Only where machines guess does it not, but for who is `known` in the room: its
        phones, and who holds its key.
        """
        read = read_code(code)
        room = self._rooms.get(read or "")
        if room is not None and room.expires_at <= self._store.now():
            await self._end(room)
            room = None
        if room is None:
            self._guesses.take(address)
            self._misses.take(address)
            raise NotFound(
                "There is no room {code}: it has ended, or one of the {count} letters and digits is another. Look at "
                "the screen in front.",
                code=read or repr(code[:20]),
                count=LENGTH,
            )
        if not known(room):
            self._guesses.check(address)
        return room

    def role(self, room: Room, keys: Iterable[str]) -> Role | None:
        """Return what whoever holds some keys may be in a room; None: a pupil, or nobody."""
        return self._locksmith.role(room.code, room.latest.keys, keys)

    def phone(self, room: Room, text: str) -> Phone | None:
        """Return the phone of this room whose pass this is."""
        phone = self.phones.read(text)
        return phone if phone is not None and phone.code == room.code else None

    def client(self, text: str) -> str | None:
        """Return as what the phone with this pass is counted, while its room is open; None where it is none."""
        phone = self.phones.read(text)
        return phone.client if phone is not None and phone.code in self._rooms else None

    # ---- what its teacher says

    async def move(
        self, room: Room, keys: Iterable[str], address: str | None = None, *, blank: bool | None = None
    ) -> int:
        """Move on to an address, or make the screen in front blank or not; return the sequence. A remote may too."""
        self.require(room, keys, remote=True)

        def moved(state: State) -> State:
            if blank is not None:
                state = replace(state, blank=blank)
            return state if address is None else replace(state, address=address, sequence=state.sequence + 1)

        async with room.moving:  # in the order in which they come, however long it takes to look an address up
            if address is not None:
                await self._check(address)
            after = self._ledger.take(room, moved)
            done = self._ledger.kept(room)
        await done
        return after.sequence

    async def ask(self, room: Room, keys: Iterable[str], fields: Mapping[str, Any]) -> None:
        """Ask what `fields` say, in place of any poll before; raise Mistake for what cannot be asked."""
        self.require(room, keys)
        address = fields.get("address", room.latest.address)
        if address != room.latest.address:
            await self._check(address)
        poll = read_poll(fields, address)
        await self._ledger.change(room, lambda state: replace(state, poll=poll))

    async def show(self, room: Room, keys: Iterable[str]) -> None:
        """Tell how the answers are spread, and which is right; again harmlessly. A remote may too."""
        self.require(room, keys, remote=True)
        await self._ledger.change(room, lambda state: replace(state, poll=_asked(state).turned("shown")))

    async def close_poll(self, room: Room, keys: Iterable[str]) -> None:
        """Take no more answers."""
        self.require(room, keys)
        await self._ledger.change(room, lambda state: replace(state, poll=_asked(state).turned("closed")))

    async def remote(self, room: Room, keys: Iterable[str]) -> Remote:
        """Return what makes a phone the remote of a room; the one before is none any more."""
        self.require(room, keys)
        made: list[Remote] = []

        def changed(state: State) -> State:
            after, key, ticket = self._locksmith.remote(room.code, state.keys)
            made.append(Remote(key, ticket))
            return replace(state, keys=after)

        await self._ledger.change(room, changed)
        return made[0]

    async def exchange(self, room: Room, ticket: str) -> str:
        """Return a key of the remote for the ticket in its address, which is then worth nothing."""
        made: list[str] = []

        def changed(state: State) -> State:
            found = self._locksmith.exchange(room.code, state.keys, ticket)
            if found is None:
                raise Forbidden("This address has made a phone the remote already, or a newer one has; make another.")
            made.append(found[1])
            return replace(state, keys=found[0])

        await self._ledger.change(room, changed)
        return made[0]

    async def end(self, room: Room, keys: Iterable[str]) -> None:
        """End a room, and leave nothing of it."""
        self.require(room, keys)
        await self._end(room)

    def require(self, room: Room, keys: Iterable[str], *, remote: bool = False) -> None:
        """Raise Forbidden for who may not lead a room."""
        role = self.role(room, keys)
        if role is None:
            raise Forbidden(
                "This needs the key that came with the room, in the header Authorization: Bearer <key>; without it one "
                "can follow."
            )
        if role == "remote" and not remote:
            raise Forbidden("A remote moves on, shows and blanks; this needs the key that came with the room.")

    # ---- what phones do

    def check_answer(self, room: Room, choice: object) -> None:
        """Raise Mistake where this cannot be answered just now."""
        _asked(room.state).given(choice)

    async def answer(self, room: Room, phone: str, choice: object) -> str:
        """Take a phone's answer, in place of any before; return the choice once the store has it.

        Raises Mistake where it is none, and Unavailable where it cannot be kept.
        """
        poll = _asked(room.state)
        if room.lasting:
            poll.answers.clear()  # who tries it out is one
        before = poll.answers.get(phone)
        taken = poll.answer(phone, choice)
        if not room.lasting:
            await self._ledger.answered(room, partial(poll.put_back, phone, before))
        self._streams.seen(room, counted=True)
        return taken

    def events(
        self, room: Room, phone: str | None = None, address: str = "", *, counted: bool = True
    ) -> AsyncGenerator[News, None]:
        """Give what is new of a room to a `phone`, or to who has no name; raise Busy where too many follow."""
        return self._streams.follow(room, phone, address, counted=counted)

    # ---- how it ends

    async def tend(self) -> None:
        """End the rooms that nobody uses, again and again, and keep those in which somebody is."""
        while True:
            await asyncio.sleep(TEND_EVERY)
            try:
                await self.look_after()
            except Mistake as mistake:  # the store may be back the next time
                log.warning("rooms could not be looked after: %s", mistake)

    async def look_after(self) -> None:
        """End the rooms that nobody uses, and keep those in which somebody is."""
        for room in [room for room in self._rooms.values() if not room.lasting]:
            now = self._store.now()
            if room.present:
                room.there = now
            if room.expires_at <= now:
                await self._end(room)
            elif room.present and room.kept_until < now + self._life * (1 - 1 / RENEW):
                room.kept_until = await self._ledger.wait(partial(self._ledger.register.renew, room.code))

    async def _end(self, room: Room) -> None:
        """End a room, tell those who follow, and leave nothing of it."""
        if room.ended:
            return
        room.ended = True
        self._rooms.pop(room.code, None)
        room.feed.end(room.news()._replace(kind="ended"))
        await self._ledger.delete(room)

    async def leave(self) -> None:
        """Put into the store what is not there yet, and let everything end; the rooms go on with the next start."""
        await self._ledger.close()
        for room in self._rooms.values():
            room.feed.end()


def _asked(state: State) -> Poll:
    if state.poll is None:
        raise Mistake("Nothing is asked in this room just now; the teacher asks first.")
    return state.poll
