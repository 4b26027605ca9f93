"""The streams of all rooms: so many in all, in a room and from an address, each of a phone or of who looks on."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from itertools import count

from app.classroom.feed import SELDOM, Follower, News
from app.classroom.room import Room
from app.errors import Busy
from app.messages import N_

MOST_STREAMS = 6_000  # in all …
IN_A_ROOM = 1_000  # … in one room …
OF_AN_ADDRESS = 2_500  # … and from one address, of those who are not phones of a room
COUNTED = 250  # of these, that are present in one room
EVERYWHERE = N_("{count} browsers follow rooms here, as many as can; try again in a minute.")
IN_THIS_ROOM = N_("{count} browsers follow this room, as many as can; try again in a minute.")
FROM_HERE = N_(
    "{count} browsers at your address follow rooms without having joined one, as many as can; join it first."
)


class Streams:
    """Lets people follow rooms. All of it on the event loop."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now`: the time of the store, in seconds since 1970."""
        self._now = now
        self._count = 0
        self._nameless: Counter[str] = Counter()  # by address, of those who are no phones of a room …
        self._present: Counter[tuple[str, str]] = Counter()  # … and by room too, of those who are present
        self._numbers = count()  # of these

    def follow(
        self, room: Room, phone: str | None = None, address: str = "", *, counted: bool = True
    ) -> AsyncGenerator[News, None]:
        """Give what is new of a room, the newest at once, until it ends.

        A `phone` is present, once however often it follows; so is who has no name and is `counted`, each by itself up
        to COUNTED of an address; the teacher's own screens are not. Raises Busy where too many follow.
        """
        for follow, most, refusal in (
            (self._count, MOST_STREAMS, EVERYWHERE),
            (room.presence.streams, IN_A_ROOM, IN_THIS_ROOM),
            (0 if phone else self._nameless[address], OF_AN_ADDRESS, FROM_HERE),
        ):
            if follow >= most:
                raise Busy(refusal, count=f"{most:,}", retry_after=60)
        return self._follow(room, phone, address, counted)

    async def _follow(self, room: Room, phone: str | None, address: str, counted: bool) -> AsyncGenerator[News, None]:
        if room.lasting:  # it stays as it is
            yield room.news()
            return
        follower = Follower()
        place = (room.code, address)
        one_more = counted and not phone and self._present[place] < COUNTED
        name = (phone or (f"stream {next(self._numbers)}" if one_more else None)) if counted else None
        self._present[place] += one_more
        self._count += 1
        self._nameless[address] += phone is None
        room.presence.come(name, follower.end)
        self.seen(room, counted)
        room.feed.join(follower)
        try:
            async for news in follower.news():
                yield news
        finally:
            self._count -= 1
            self._nameless[address] -= phone is None
            self._present[place] -= one_more
            if not self._nameless[address]:
                del self._nameless[address]
            if not self._present[place]:
                del self._present[place]
            room.presence.go(name, follower.end)
            room.feed.leave(follower)
            self.seen(room, counted)

    def seen(self, room: Room, counted: bool) -> None:
        """Note that a phone is there, or was until now."""
        if counted:
            room.there = self._now()
            room.feed.tell(SELDOM)
