"""What is text is compressed on its way out, in plain ASGI so that streams stay streams.

Scripts and styles come compressed already, pictures and arrays are packed in themselves, and what is sent bit by bit
as events is left alone; so is what has a strong tag, which speaks for these very bytes.
"""

import asyncio
import gzip
import zlib
from collections.abc import Iterator

from isal import isal_zlib
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE = "text/html"
KINDS = (PAGE, "image/svg+xml", "application/json", "application/problem+json", "application/x-ndjson", "text/csv")
LEAST = 1_000  # bytes; less fits in one packet anyway
PAGE_LEVEL = 6  # a first page in 2 ms; level 9 takes twice that for 2 % less
LEVEL = 2  # of the quick compression, for what may be long: a megabyte of numbers in 4 ms
GZIP = 16 + zlib.MAX_WBITS
PIECE = 1 << 17  # bytes that are compressed in one go, and everybody else gets a turn
WHOLE = 4_000_000  # bytes of an answer; a larger one is sent piece by piece


class Compression:
    """The pure ASGI middleware around what makes pages and data."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send, taken=takes_gzip(scope))
        await self.app(scope, receive, answer.send)


class _Answer:
    """One answer: its start is held until its body shows whether it is compressed."""

    def __init__(self, send: Send, *, taken: bool) -> None:
        self._send = send
        self._taken = taken
        self._start: Message | None = None
        self._stream: isal_zlib.Compress | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if _compressible(headers):
                headers.add_vary_header("Accept-Encoding")
                if self._taken:
                    self._start = message
                    return
        elif self._start is not None:
            start, self._start = self._start, None
            await self._begin(start, message)
            return
        elif self._stream is not None:
            await self._go_on(self._stream, message)
            return
        await self._send(message)

    async def _begin(self, start: Message, message: Message) -> None:
        """Send the start and the first of the body, or all of it."""
        body, more = message.get("body", b""), message.get("more_body", False)
        headers = MutableHeaders(scope=start)
        if not more and len(body) < LEAST:
            await self._send(start)
            await self._send(message)
            return
        headers["Content-Encoding"] = "gzip"
        if more or len(body) > WHOLE:
            del headers["Content-Length"]
            await self._send(start)
            self._stream = isal_zlib.compressobj(LEVEL, wbits=GZIP)
            await self._go_on(self._stream, message)
            return
        if headers["content-type"].startswith(PAGE):
            body = gzip.compress(body, PAGE_LEVEL, mtime=0)
        else:
            stream = isal_zlib.compressobj(LEVEL, wbits=GZIP)
            made = bytearray()
            for piece in _pieces(body):
                made += stream.compress(piece)
                await asyncio.sleep(0)
            body = bytes(made + stream.flush())
        headers["Content-Length"] = str(len(body))
        await self._send(start)
        await self._send({**message, "body": body})

    async def _go_on(self, stream: "isal_zlib.Compress", message: Message) -> None:
        """Send more of a body, all that has come of it: who reads a stream waits for each line."""
        for piece in _pieces(message.get("body", b"")):
            if made := stream.compress(piece):
                await self._send({"type": message["type"], "body": made, "more_body": True})
            await asyncio.sleep(0)
        more = message.get("more_body", False)
        rest = stream.flush(isal_zlib.Z_SYNC_FLUSH if more else isal_zlib.Z_FINISH)
        await self._send({"type": message["type"], "body": rest, "more_body": more})


def takes_gzip(scope: Scope) -> bool:
    """Tell whether who asks takes an answer that is compressed."""
    for part in Headers(scope=scope).get("accept-encoding", "").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return not weight or weight.strip().removeprefix("q=").strip("0.") != ""
    return False


def _compressible(headers: Headers) -> bool:
    strong = not headers.get("etag", "W/").startswith("W/")
    return headers.get("content-type", "").startswith(KINDS) and "content-encoding" not in headers and not strong


def _pieces(body: bytes) -> Iterator[memoryview]:
    view = memoryview(body)
    return (view[first : first + PIECE] for first in range(0, len(view), PIECE))
