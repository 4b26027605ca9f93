"""Rooms under load: a class of 200 phones behind one address, a restart in the middle, a thousand rooms at once.

Where the phones also read, each then asks for the words of the step and for what stands beside it, as the page on it
does.
"""

import asyncio
import contextlib
import re
import tempfile
import time
from pathlib import Path

from bench.client import Answers
from bench.phones import ROOMS, WARM, Led, Phone, Reader
from bench.table import Row
from bench.tabs import Lesson, lesson_of
from tests.serving import Restartable

PHONES = 200
MANY, STREAMS = 1_000, 2_000
MOST_MS, MOST_BACK, MOST_MB = 150.0, 5.0, 600.0
PACE = 0.1  # seconds between moves
STEPS = ("/lesson/why-28?step=1", "/lesson/why-28?step=1.do", "/lesson/why-28?step=2", "/lesson/why-28?step=3")


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
    if only in (name := f"{PHONES} phones and three tabs"):
        rows += _lesson(name, asyncio.run(_led_by_keys(max(20, round(10 * seconds)))))
    if only in (name := f"{MANY:,} rooms"):
        alone, full, sight = asyncio.run(_school())
        rows.append(Row(f"{name}, {STREAMS:,} streams: memory", full, "MB", {}, {"empty": alone}, MOST_MB))
        rows.append(Row(f"{name}, {STREAMS:,} streams: a move in each is seen, p99", sight.share(0.99)))
    return rows


def _lesson(name: str, found: Lesson) -> list[Row]:
    def within(what: str, answers: Answers, limit: float | None = None) -> Row:
        shown = {"p50 ms": answers.share(0.5), "most ms": 1000 * max(answers.seconds)}
        return Row(f"{name}: {what}, p99", answers.share(0.99), "ms", shown=shown, limit=limit)

    return [
        within("a step has come to each phone", found.phones, MOST_MS),
        within("a step has come to each pupil's tab", found.tabs, MOST_MS),
        within("its words stand there", found.words),
        within("from the key until all have the step", found.pressed),
        Row(f"{name}: killed; all back at the step after it listens again", found.back, "s", limit=MOST_BACK),
        Row(f"{name}: the same, from when it was killed", found.whole, "s"),
    ]


async def _led_by_keys(moves: int) -> Lesson:
    with _served() as served:
        return await lesson_of(served, PHONES, moves)


async def _class(moves: int) -> tuple[Answers, Answers, float, float]:
    """Return when moves were seen and answered, and how long a killed server takes to have all back."""
    with _served() as served:
        led = Led(served, served.ask("POST", ROOMS, {"address": "/?image=coffee&size=32"})[0])
        await led.join(PHONES)
        for _ in range(moves + WARM):
            await led.move()
            await asyncio.sleep(PACE)
        await led.until(moves + WARM)
        sights, answers = led.sights(led.sent), Answers(list(led.answers.seconds))
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
                found.seconds.append(time.time() - led.sent[number])

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
