"""Server-sent events: a stream that ends when its reader goes, when it has nothing more to say, or with the server.

A browser opens it again by itself, and is told the newest at once.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, TypeVar
from weakref import WeakSet

from starlette.types import Receive, Scope, Send

from app.web.asgi.answers import Typed

T = TypeVar("T")
PING = 15.0  # seconds of silence after which a comment says that the stream is alive
RETRY = 2000  # milliseconds until a browser comes again
_open: "WeakSet[EventStream[Any]]" = WeakSet()


def event(name: str, number: int, data: bytes) -> bytes:
    """Return one event, whose `data` is one line."""
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (number, name.encode(), data)


def end_streams() -> None:
    """End all streams of this process, so that a server that is leaving need not wait for their readers."""
    for stream in list(_open):
        stream.end()


class EventStream(Typed[T]):
    """An answer that goes on for as long as `events` come, whose data are each a T as JSON."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None], retry: int = RETRY) -> None:
        """`retry`: milliseconds until a browser that has lost it comes again."""
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._retry = b"retry: %d\n\n" % retry
        self._ended = asyncio.Event()

    def end(self) -> None:
        """End the stream."""
        self._ended.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        _open.add(self)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        ways = [
            asyncio.create_task(work) for work in (self._write(send), self._reader_goes(receive), self._ended.wait())
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _reader_goes(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def _write(self, send: Send) -> None:
        async with aclosing(self._events) as events:
            await self._send(send, self._retry)
            coming = asyncio.ensure_future(anext(events, None))
            try:
                while True:
                    await asyncio.wait([coming], timeout=PING)
                    if not coming.done():
                        await self._send(send, b": alive\n\n")
                        continue
                    data = coming.result()
                    if data is None:
                        return
                    await self._send(send, data)
                    coming = asyncio.ensure_future(anext(events, None))
            finally:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)

    async def _send(self, send: Send, data: bytes) -> None:
        await send({"type": "http.response.body", "body": data, "more_body": True})
