"""Rooms under load: a class of 200 phones behind one address, a restart in the middle, a thousand rooms at once.

The phones are streams of this process, which reads them as they come; a phone sees a move when the first event with its
number, or a later one, has come. Each comes again by itself when its stream is lost, after the time that it was told.
Where they also read, each then asks for the words of the step and for what stands beside it, as the page on it does.
"""

import asyncio
import contextlib
import json
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from bench.client import Answers
from bench.table import Row
from tests.serving import Restartable

ROOMS = "/api/v1/rooms"
PHONES = 200
MANY, STREAMS = 1_000, 2_000
MOST_MS, MOST_BACK, MOST_MB = 150.0, 5.0, 600.0
PACE = 0.1  # seconds between moves
WARM = 3  # moves that are not counted
STEPS = ("/lesson/why-28?step=1", "/lesson/why-28?step=1.do", "/lesson/why-28?step=2", "/lesson/why-28?step=3")
ID = re.compile(rb"^id: (\d+)$", re.MULTILINE)
RETRY = re.compile(rb"^retry: (\d+)$", re.MULTILINE)


def measure(*, only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return what was found."""
    rows: list[Row] = []
    if only in (name := f"{PHONES} phones"):
        sights, answers, back, whole = asyncio.run(_class(max(20, round(10 * seconds))))
        shown = {"p50 ms": sights.share(0.5), "most ms": 1000 * max(sights.seconds)}
        rows.append(Row(f"{name}: a move is seen, p99", sights.share(0.99), "ms", shown=shown, limit=MOST_MS))
        rows.append(
            Row(f"{name}: a move is answered, p99", answers.share(0.99), "ms", {}, {"p50 ms": answers.share(0.5)})
        )
        read = asyncio.run(_reading(max(4, round(seconds))))
        rows.append(
            Row(f"{name}: the words of a step are there, p99", read.share(0.99), shown={"p50 ms": read.share(0.5)})
        )
        rows.append(Row(f"{name}: killed; back at the right step after it listens again", back, "s", limit=MOST_BACK))
        rows.append(Row(f"{name}: the same, from when it was killed", whole, "s"))
    if only in (name := f"{MANY:,} rooms"):
        alone, full, sight = asyncio.run(_school())
        rows.append(Row(f"{name}, {STREAMS:,} streams: memory", full, "MB", {}, {"empty": alone}, MOST_MB))
        rows.append(Row(f"{name}, {STREAMS:,} streams: a move in each is seen, p99", sight.share(0.99)))
    return rows


class Phone(asyncio.Protocol):
    """One stream of a room, opened again when it is lost."""

    def __init__(self, address: str, code: str, saw: Callable[[int], object]) -> None:
        place = urlsplit(address)
        self._place, self._saw = (place.hostname, place.port), saw
        self._request = f"GET {ROOMS}/{code}/events HTTP/1.1\r\nHost: {place.netloc}\r\n".encode()
        self._tail = b""
        self._retry = 2.0
        self._transport: asyncio.Transport | None = None
        self.sequence = -1
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
            self.sequence = int(found)
            self._saw(self.sequence)

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


class Led:
    """A room with its teacher, and when which phone has seen what."""

    def __init__(self, served: Restartable, room: dict[str, Any]) -> None:
        self.served, self.code, self.key = served, room["code"], f"Bearer {room['key']}"
        self.sent: dict[int, float] = {}
        self.sights, self.answers = Answers(), Answers()
        self.phones: list[Phone] = []
        self._next = 1

    async def join(self, count: int) -> None:
        """Let phones come in one after the other, as a class does that has been told the code."""
        self.phones = [Phone(self.served.address, self.code, lambda _: None) for _ in range(count)]
        for number, phone in enumerate(self.phones):
            phone._saw = self._seen_by(number)
            await phone.open()
        await self.until(0)

    def _seen_by(self, number: int) -> Callable[[int], object]:
        last = 0

        def saw(sequence: int) -> None:
            nonlocal last
            now = time.perf_counter()
            for each in range(last + 1, sequence + 1):
                if each in self.sent and each > WARM:
                    self.sights.seconds.append(now - self.sent[each])
            last = max(last, sequence)

        return saw

    async def move(self, address: str = "") -> None:
        """Move on, and wait for the answer."""
        number, self._next = self._next, self._next + 1
        place = address or f"/?image=coffee&size=32&recipe=conv2d(6, 5)&at=0.0.{number // 28 % 28}.{number % 28}"
        begun = self.sent[number] = time.perf_counter()
        told, _ = await asyncio.to_thread(
            self.served.ask, "PUT", f"{ROOMS}/{self.code}", {"address": place}, Authorization=self.key
        )
        if told != {"sequence": number}:
            raise RuntimeError(f"move {number} was answered {json.dumps(told)}")
        if number > WARM:
            self.answers.seconds.append(time.perf_counter() - begun)

    async def until(self, sequence: int, patience: float = 60.0) -> None:
        """Wait until every phone has seen a move."""
        deadline = time.monotonic() + patience
        while missing := sum(phone.sequence < sequence for phone in self.phones):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{missing} of {len(self.phones)} phones have not seen move {sequence}")
            await asyncio.sleep(0.002)

    def leave(self) -> None:
        for phone in self.phones:
            phone.leave()


async def _class(moves: int) -> tuple[Answers, Answers, float, float]:
    """Return when moves were seen and answered, and how long a killed server takes to have all back."""
    with _served() as served:
        led = Led(served, served.ask("POST", ROOMS, {"address": "/?image=coffee&size=32"})[0])
        await led.join(PHONES)
        for _ in range(moves + WARM):
            await led.move()
            await asyncio.sleep(PACE)
        await led.until(moves + WARM)
        sights, answers = Answers(list(led.sights.seconds)), Answers(list(led.answers.seconds))
        killed = time.perf_counter()
        await asyncio.to_thread(served.stop, kill=True)
        await asyncio.to_thread(served.start)
        listens = time.perf_counter()
        await led.move()  # which only who is back can see
        await led.until(moves + WARM + 1)
        back = time.perf_counter()
        led.leave()
        return sights, answers, back - listens, back - killed


async def _reading(moves: int) -> Answers:
    """Return when phones had the words of the steps to which a lesson was moved."""
    with _served() as served:
        led = Led(served, served.ask("POST", ROOMS, {"address": STEPS[0]})[0])
        await led.join(PHONES)
        readers = [Reader(served.address, led.code) for _ in led.phones]
        for reader in readers:
            await reader.join()
        found = Answers()

        async def read(reader: Reader, phone: Phone, number: int, address: str) -> None:
            while phone.sequence < number:
                await asyncio.sleep(0.002)
            await reader.read(address)
            if number > WARM:
                found.seconds.append(time.perf_counter() - led.sent[number])

        for number in range(1, moves + WARM + 1):
            address = STEPS[number % len(STEPS)]
            reading = [
                asyncio.ensure_future(read(reader, phone, number, address))
                for reader, phone in zip(readers, led.phones, strict=True)
            ]
            await led.move(address)
            await asyncio.gather(*reading)
        led.leave()
        return found


async def _school() -> tuple[float, float, Answers]:
    """Return the memory of a server before and with many rooms and streams, and when a move in each was seen."""
    with _served() as served:
        served.ask("GET", "/api/v1/images")
        before = _resident(served.process.pid)
        first = {"address": "/?image=coffee&size=32&recipe=conv2d(6, 5)"}
        rooms = [Led(served, served.ask("POST", ROOMS, first)[0]) for _ in range(MANY)]
        for led in rooms:
            await led.join(STREAMS // MANY)
        full = _resident(served.process.pid)
        seen = Answers()
        for led in rooms:
            begun = time.perf_counter()
            await led.move()
            await led.until(1)
            seen.seconds.append(time.perf_counter() - begun)
        full = max(full, _resident(served.process.pid))
        for led in rooms:
            led.leave()
        return before, full, seen


@contextlib.contextmanager
def _served():
    """Serve in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        served = Restartable(Path(folder))
        served.start()
        try:
            yield served
        finally:
            served.stop(kill=True)


def _resident(process: int) -> float:
    """Return the memory that a process holds, in MB."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1000
