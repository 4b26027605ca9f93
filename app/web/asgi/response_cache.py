"""Answers that never change, kept as they were sent: a run's arrays, pictures and steps at their immutable addresses.

    request ─ in the archive? ─ run still there? ─► sent as it was
                    └ no ──────────┴ no ────────► made by the app, and archived

Nothing is kept of a run that is gone: each time it is asked for, its document and its picture must still be there.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.budget import Cache
from app.errors import Mistake
from app.explorer.addresses import API
from app.pipeline.document import ENGINE
from app.web.asgi.compression import takes_gzip

# Headers and body, in tuples of bytes alone: through those the collector of garbage does not look.
Answer = tuple[tuple[tuple[bytes, bytes], ...], bytes]
RUNS = f"{API}/runs/"
VERSION = f"v={ENGINE}".encode()
ROOM = 1_000  # bytes, about, that an answer takes beside its body and its address
LARGEST = 4_000_000  # bytes of an answer; larger ones are few, and making them anew is not what they cost


def answer_size(answer: Answer) -> int:
    """Return the bytes that an answer takes, about."""
    return ROOM + len(answer[1])


class ResponseCache:
    """The pure ASGI middleware that keeps answers in `known_answers` of the app's state, while there is room.

    It keeps them as they are sent, compressed or not.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._lasting(scope):
            await self.app(scope, receive, send)
            return
        kept: Cache[Answer] = scope["app"].state.known_answers
        address = scope["path"], scope["query_string"], takes_gzip(scope)
        answer = kept.get(address)
        if answer is None or not await self._there(scope):
            await self.app(scope, receive, self._keeping(kept, address, send))
            return
        headers, body = answer
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    def _lasting(self, scope: Scope) -> bool:
        """Tell whether a request is for what never changes, and is not content with hearing that it has not."""
        return (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and scope["path"].startswith(RUNS)
            and VERSION in scope["query_string"].split(b"&")
            and not any(name == b"if-none-match" for name, _ in scope["headers"])
        )

    async def _there(self, scope: Scope) -> bool:
        """Tell whether the run is; what is said of one that is not, the app says."""
        try:
            await scope["app"].state.lab.find(scope["path"].removeprefix(RUNS).split("/", 1)[0])
        except Mistake:
            return False
        return True

    def _keeping(self, archive: Cache[Answer], address: tuple[str, bytes, bool], send: Send) -> Send:
        """Return a `send` that keeps the answer, where it is whole, lasting, and the same for everybody."""
        kept: tuple[tuple[bytes, bytes], ...] = ()

        async def sending(message: Message) -> None:
            nonlocal kept
            if message["type"] == "http.response.start":
                headers = Headers(scope=message)
                lasting = "immutable" in headers.get("cache-control", "")
                varies = headers.get("vary", "Accept-Encoding") != "Accept-Encoding"
                varies = varies or headers.get("content-type", "").startswith("image/svg")  # speaks
                kept = tuple(headers.raw) if message["status"] == 200 and lasting and not varies else ()
            elif message.get("more_body"):  # sent piece by piece, because it is large
                kept = ()
            elif kept and len(message["body"]) <= LARGEST:
                archive.keep(address, (kept, message["body"]))
            await send(message)

        return sending
