"""The stream of a room, for phones and for the screens of its teacher."""

import random
from collections.abc import AsyncGenerator
from contextlib import aclosing

from app.classroom import told
from app.classroom.feed import News
from app.web.asgi.event_stream import EventStream, event

SOONEST, LATEST = 1_000, 2_000  # milliseconds until who has lost it comes again: not two hundred phones in one moment


def room_stream(news: AsyncGenerator[News, None]) -> EventStream[told.Room]:
    """Return the answer that tells what is new of a room."""

    async def written() -> AsyncGenerator[bytes, None]:
        async with aclosing(news):
            async for each in news:
                yield event(each.kind, each.sequence, each.data)

    return EventStream(written(), random.randint(SOONEST, LATEST))  # noqa: S311 - no secret
