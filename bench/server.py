"""The server under load: cold and warm runs, artifacts and steps, and how long its event loop is held meanwhile.

It is a process of its own, started as `convscope serve` starts it, with a probe in its event loop: a task that sleeps
for a millisecond, again and again, and notes how late it wakes, which counts all callbacks that were due with it and
what else the machine does. Its client is this process. How long single callbacks work, which is what holds the loop, is
measured with asyncio's own loop, as uvloop's does not say.
"""

import asyncio
import contextlib
import itertools
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from bench.client import Answers, ask, drive, request
from bench.table import Row
from tests.serving import serving

CONNECTIONS = (1, 8, 32)
SOURCE = {"image": "chelsea", "height": 256, "width": 256}
RECIPE = "conv2d(8, 3, weights=random({seed})) | relu | max_pool2d(2)"
TICK = 0.001
LEAST = {"cold run": 60.0, "artifact": 3000.0}  # a second, at any number of connections
CALLBACKS = "callbacks"  # an argument: time each of them
MOST_HELD = 10.0  # ms
MOST_SPREAD = 8.0


def measure(*, only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return what was found, a row for each kind of request and number of connections."""
    rows, found = [], dict[tuple[str, int], Answers]()
    for name, connections, answers, probe in driven(3 * seconds, only):
        found[name, connections] = answers
        shown = {"p50 ms": answers.share(0.5), "p99 ms": answers.share(0.99)}
        shown |= {"CPU ms": 1000 * probe["worked"] / len(answers.seconds), "late ms": 1000 * probe["late"]}
        case = f"{name}, {connections} connection{'s' * (connections > 1)}"
        rows.append(Row(case, answers.per_second, "a second", {}, shown, LEAST.get(name), None, True, kind=name))
    for name in dict.fromkeys(name for name, _ in found):
        spread = found[name, 8].share(0.99) / found[name, 1].share(0.5)
        limit = MOST_SPREAD if name == "cold run" else None
        rows.append(Row(f"{name}: p99 at 8 over median at 1", spread, "×", limit=limit))
    held = dict[str, float]()
    for name, _, _, probe in driven(seconds, only, CALLBACKS):
        held[name] = max(held.get(name, 0.0), 1000 * probe["held"])
    rows += [
        Row(f"{name}: the longest that the event loop is held", most, limit=MOST_HELD) for name, most in held.items()
    ]
    return rows


def driven(seconds: float, only: str, *arguments: str) -> Iterator[tuple[str, int, Answers, dict[str, float]]]:
    """Yield what each kind of request and number of connections gave: answers, and what the probe found meanwhile."""
    with served(*arguments) as address:
        ask(address, request(address, "GET", "/probe"))  # the first time, FastAPI looks for what the probe takes
        for name, requests in cases(address).items():
            if only not in name:
                continue
            drive(address, requests, 2, seconds / 10)  # the first of its kind takes long
            for connections in CONNECTIONS:
                ask(address, request(address, "GET", "/probe"))
                answers = drive(address, requests, connections, seconds)
                yield name, connections, answers, json.loads(ask(address, request(address, "GET", "/probe")))


def cases(address: str) -> dict[str, Iterator[bytes]]:
    """Return what is asked for, without end: a cold run has weights that nobody had before."""
    seeds, places = itertools.count(time.time_ns() >> 12), itertools.count()

    def run(seed: int) -> bytes:
        document = {"input": SOURCE, "recipe": RECIPE.format(seed=seed)}
        return request(address, "POST", "/api/v1/runs", json.dumps(document).encode())

    def step() -> bytes:
        place = next(places)
        where = f"{place % 8}/{place % 253}/{place % 251}"  # which has no common divisors: half a million places
        return request(address, "GET", f"/api/v1/runs/{kept['id']}/layers/0/steps/{where}")

    kept = json.loads(ask(address, run(7)))
    picture = request(address, "GET", kept["layers"][-1]["links"]["output_png"])
    return {
        "cold run": map(run, seeds),
        "warm run": itertools.repeat(run(7)),
        "artifact": itertools.repeat(picture),
        "step": (step() for _ in itertools.count()),
        "page": itertools.repeat(request(address, "GET", "/")),
    }


@contextlib.contextmanager
def served(*arguments: str) -> Iterator[str]:
    """Serve with the probe, in a folder of its own, and give the address."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "CONVSCOPE_DATA_DIR": f"{folder}/data"}
        with serving([sys.executable, "-m", "bench.server", *arguments], log=Path(folder) / "log", env=env) as address:
            yield address


def serve() -> int:
    """Serve as the command line does, with what the probe found since it was last asked at /probe."""
    from app import cli, main

    plain, found, run = main.create_app, {"held": 0.0, "late": 0.0}, asyncio.Handle._run
    if CALLBACKS in sys.argv:
        sys.modules["uvloop"] = None  # as if it were not installed

    def timed(callback: asyncio.Handle) -> None:
        begun = time.thread_time()
        run(callback)
        found["held"] = max(found["held"], time.thread_time() - begun)

    async def watch() -> None:
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(TICK)
            found["late"] = max(found["late"], time.perf_counter() - begun - TICK)

    async def probe() -> dict[str, float]:
        told = {**found, "worked": time.process_time() - found.get("before", 0.0)}
        found.update(held=0.0, late=0.0, before=time.process_time())
        return told

    def create_app():
        app = plain()
        life = app.router.lifespan_context

        @contextlib.asynccontextmanager
        async def watched(app) -> AsyncIterator[None]:
            async with life(app):
                watching = asyncio.create_task(watch())
                yield
                watching.cancel()

        app.router.lifespan_context = watched
        app.add_api_route("/probe", probe)
        return app

    asyncio.Handle._run = timed
    main.create_app = create_app
    return cli.main(["serve", "--port", "0"])


if __name__ == "__main__":
    sys.exit(serve())
