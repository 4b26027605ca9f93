"""Phones of this process in a room: streams that it reads as they come, and what a phone asks for beside its stream.

A phone sees a move when the first event with its number, or a later one, has come. Each comes again by itself when its
stream is lost, after the time that it was told. Times are seconds since 1970, as the tabs of a browser have them.
"""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from bench.client import Answers
from tests.serving import Restartable

ROOMS = "/api/v1/rooms"
WARM = 3  # moves that are not counted
ID = re.compile(rb"^id: (\d+)$", re.MULTILINE)
RETRY = re.compile(rb"^retry: (\d+)$", re.MULTILINE)


class Phone(asyncio.Protocol):
    """One stream of a room, opened again when it is lost."""

    def __init__(self, address: str, code: str) -> None:
        place = urlsplit(address)
        self._place = (place.hostname, place.port)
        self._request = f"GET {ROOMS}/{code}/events HTTP/1.1\r\nHost: {place.netloc}\r\n".encode()
        self._tail = b""
        self._retry = 2.0
        self._transport: asyncio.Transport | None = None
        self.sequence = -1
        self.seen: dict[int, float] = {}  # when each move was
        self.heard = 0.0  # when anything was, last
        self.left = False

    async def open(self) -> None:
        """Connect, again and again until the server listens."""
        while not self.left:
            with contextlib.suppress(OSError):
                await asyncio.get_running_loop().create_connection(lambda: self, *self._place)
                return
            await asyncio.sleep(self._retry)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        last = f"Last-Event-ID: {self.sequence}\r\n".encode() if self.sequence >= 0 else b""
        transport.write(self._request + last + b"\r\n")

    def data_received(self, data: bytes) -> None:
        data = self._tail + data
        whole = data.rfind(b"\n") + 1
        data, self._tail = data[:whole], data[whole:]
        if retry := RETRY.search(data):
            self._retry = int(retry[1]) / 1000
        for found in ID.findall(data):
            if int(found) < self.sequence:
                raise RuntimeError(f"{int(found)} has come after {self.sequence}")
            self.heard = time.time()
            for each in range(self.sequence + 1, int(found) + 1):
                self.seen[each] = self.heard
            self.sequence = int(found)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.left:
            asyncio.get_running_loop().call_later(self._retry, lambda: asyncio.ensure_future(self.open()))

    def leave(self) -> None:
        self.left = True
        if self._transport is not None:
            self._transport.close()


class Reader:
    """What a phone asks for beside its stream, one request after the other on one connection."""

    def __init__(self, address: str, code: str) -> None:
        self._place, self._code, self._cookie = urlsplit(address), code, ""
        self._ways: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def join(self) -> None:
        """Come in as a phone does, and keep its pass."""
        head, _ = await self._ask(f"/join/{self._code}")
        found = re.search(rb"set-cookie: (phone=[^;]+)", head, re.IGNORECASE)
        if found is None:
            raise RuntimeError(head.decode())
        self._cookie = found[1].decode()

    async def read(self, address: str) -> None:
        """Read a step, and what stands beside it."""
        _, step = await self._ask(f"/parts/step?address={quote(address, safe='')}")
        if b"<cs-step" not in step:
            raise RuntimeError(step.decode())
        await self._ask(f"/join/{self._code}/now")

    async def _ask(self, target: str) -> tuple[bytes, bytes]:
        if self._ways is None:
            self._ways = await asyncio.open_connection(self._place.hostname, self._place.port)
        cookie = f"Cookie: {self._cookie}\r\n" if self._cookie else ""
        self._ways[1].write(f"GET {target} HTTP/1.1\r\nHost: {self._place.netloc}\r\n{cookie}\r\n".encode())
        head = await self._ways[0].readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if length is None or not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        return head, await self._ways[0].readexactly(int(length[1]))


class Class:
    """The phones of a room."""

    def __init__(self, address: str, code: str) -> None:
        self._address, self.code = address, code
        self.phones: list[Phone] = []

    async def join(self, count: int) -> None:
        """Let phones come in one after the other, as a class does that has been told the code."""
        self.phones = [Phone(self._address, self.code) for _ in range(count)]
        for phone in self.phones:
            await phone.open()
        await self.until(0)

    async def until(self, sequence: int, since: float = 0.0, patience: float = 60.0) -> None:
        """Wait until every phone has seen a move, and has heard something since a time."""
        deadline = time.monotonic() + patience
        while missing := sum(phone.sequence < sequence or phone.heard < since for phone in self.phones):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{missing} of {len(self.phones)} phones have not seen move {sequence}")
            await asyncio.sleep(0.002)

    def sights(self, sent: Mapping[int, float]) -> Answers:
        """Return how long after they were sent moves were seen."""
        return Answers([phone.seen[each] - at for phone in self.phones for each, at in sent.items() if each > WARM])

    def leave(self) -> None:
        for phone in self.phones:
            phone.leave()


class Led(Class):
    """A class whose teacher is this process."""

    def __init__(self, served: Restartable, room: dict[str, Any]) -> None:
        super().__init__(served.address, room["code"])
        self._served, self._key = served, f"Bearer {room['key']}"
        self.sent: dict[int, float] = {}
        self.answers = Answers()
        self._next = 1

    async def move(self, address: str = "") -> None:
        """Move on, and wait for the answer."""
        number, self._next = self._next, self._next + 1
        place = address or f"/?image=coffee&size=32&recipe=conv2d(6, 5)&at=0.0.{number // 28 % 28}.{number % 28}"
        self.sent[number], begun = time.time(), time.perf_counter()
        told, _ = await asyncio.to_thread(
            self._served.ask, "PUT", f"{ROOMS}/{self.code}", {"address": place}, Authorization=self._key
        )
        if told != {"sequence": number}:
            raise RuntimeError(f"move {number} was answered {json.dumps(told)}")
        if number > WARM:
            self.answers.seconds.append(time.perf_counter() - begun)
