"""Callers who go before they have their answer: what was being made for them alone is made no further.

A handler does not hear by itself that nobody listens any more. Most answers are there sooner than anybody leaves, so a
request is watched only once it has taken MOMENT seconds and has been read to its end, and no longer than until its
answer begins: streams look after themselves.

    request ─ MOMENT ─► read to its end? ─ yes ─► watched ─ gone ─► handler cancelled
                          └── no: MOMENT later ──┘     └ answer begins: left alone

Who takes nothing of an answer for STALLED seconds counts as gone too: what is still to be sent takes memory for which
others wait.
"""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOMENT = 0.2  # seconds
STALLED = 60.0  # seconds in which a piece of an answer, a megabyte at most, is to be taken


class Leaving:
    """The pure ASGI middleware that cancels the handler of a caller who has gone, or takes nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        caller = _Caller(receive, send, unread=scope["method"] not in ("GET", "HEAD"))
        try:
            await self.app(scope, caller.receive, caller.send)
        except asyncio.CancelledError:
            if not caller.gone:
                raise
            caller.handler.uncancel()
        finally:
            caller.leave_alone()


class _Caller:
    """One caller, whose messages go to the handler or, once it has them all, to whoever watches."""

    def __init__(self, receive: Receive, send: Send, *, unread: bool) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.handler = task
        self.gone = False
        self._receive, self._send, self._unread = receive, send, unread
        self._held: list[Message] = []  # that the watch received before the handler asked
        self._watch: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = task.get_loop().call_later(MOMENT, self._look)

    async def receive(self) -> Message:
        if self._held:
            return self._held.pop(0)
        if self._watch is not None:  # all has been read: what comes next is the end
            await asyncio.wait([self._watch])
            if self.gone:
                return {"type": "http.disconnect"}
        message = await self._receive()
        self._unread = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if self._timer is not None:
            self.leave_alone()
        stalled = self.handler.get_loop().call_later(STALLED, self._give_up)
        try:
            await self._send(message)
        finally:
            stalled.cancel()

    def leave_alone(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._watch is not None:
            self._watch.cancel()

    def _look(self) -> None:
        if self._unread:
            self._timer = self.handler.get_loop().call_later(MOMENT, self._look)
        else:
            self._watch = asyncio.create_task(self._watching())

    async def _watching(self) -> None:
        while (message := await self._receive())["type"] != "http.disconnect":
            self._held.append(message)  # an empty body, which nobody asked for
        self._give_up()

    def _give_up(self) -> None:
        self.gone = True
        self.handler.cancel()
