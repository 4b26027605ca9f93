"""Pages and drawings are compressed on their way out, in plain ASGI so that streams stay streams.

Scripts and styles come compressed already, pictures and arrays are packed in themselves, and what is sent bit by bit
is left alone; so is what has a tag, which speaks for these very bytes.
"""

import gzip

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

KINDS = ("text/html", "image/svg+xml")
FIXED = {"content-encoding", "etag"}
LEAST = 1_000  # bytes; less fits in one packet anyway
LEVEL = 6  # a first page in 2 ms; level 9 takes twice that for 2 % less


class Compression:
    """The pure ASGI middleware around what makes pages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        takes = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        held: Message | None = None  # the start of an answer, until its body shows whether it is packed

        async def packed(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith(KINDS) and FIXED.isdisjoint(headers):
                    headers.add_vary_header("Accept-Encoding")
                    if takes:
                        held = message
                        return
            elif held is not None:
                start, held = held, None
                if not message.get("more_body") and len(message.get("body", b"")) >= LEAST:
                    message = {**message, "body": gzip.compress(message["body"], LEVEL, mtime=0)}
                    headers = MutableHeaders(scope=start)
                    headers["Content-Encoding"] = "gzip"
                    headers["Content-Length"] = str(len(message["body"]))
                await send(start)
            await send(message)

        await self.app(scope, receive, packed)
