"""The server under load: cold and warm runs, artifacts and steps, and how long its event loop is held meanwhile.

It is a process of its own, started as `convscope serve` starts it, with a probe in its event loop: a task that sleeps
for a millisecond, again and again, and notes how much its thread worked meanwhile (what holds the loop) and how late it
woke (which counts what else the machine does as well). Its client is this process.
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
MOST_HELD = 10.0  # ms
MOST_SPREAD = 8.0


def measure(*, only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return what was found, a row for each kind of request and number of connections."""
    rows, held, found = [], {"held": 0.0, "late": 0.0}, dict[tuple[str, int], Answers]()
    with served() as address:
        for name, requests in cases(address).items():
            if only not in name:
                continue
            ask(address, request(address, "GET", "/probe"))  # the first of its kind takes long
            drive(address, requests, 2, seconds / 4)
            for connections in CONNECTIONS:
                ask(address, request(address, "GET", "/probe"))
                answers = found[name, connections] = drive(address, requests, connections, 3 * seconds)
                probe = json.loads(ask(address, request(address, "GET", "/probe")))
                held = {key: max(value, probe[key]) for key, value in held.items()}
                shown = {"p50 ms": answers.share(0.5), "p99 ms": answers.share(0.99)}
                shown |= {"CPU ms": 1000 * probe["worked"] / len(answers.seconds), "loop held ms": 1000 * probe["held"]}
                shown |= {"late ms": 1000 * probe["late"]}
                case = f"{name}, {connections} connection{'s' * (connections > 1)}"
                rows.append(
                    Row(case, answers.per_second, "a second", {}, shown, LEAST.get(name), None, True, kind=name)
                )
    for name in {name for name, _ in found}:
        spread = found[name, 8].share(0.99) / found[name, 1].share(0.5)
        rows.append(
            Row(f"{name}: p99 at 8 over median at 1", spread, "×", limit=MOST_SPREAD if name == "cold run" else None)
        )
    if found:
        rows.append(
            Row(
                "event loop held, the longest",
                1000 * held["held"],
                shown={"late ms": 1000 * held["late"]},
                limit=MOST_HELD,
            )
        )
    return rows


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
    }


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Serve with the probe, in a folder of its own, and give the address."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "CONVSCOPE_DATA_DIR": f"{folder}/data"}
        with serving([sys.executable, "-m", "bench.server"], log=Path(folder) / "log", env=env) as address:
            yield address


def serve() -> int:
    """Serve as the command line does, with what the probe found since it was last asked at /probe."""
    from app import cli, main

    plain, found = main.create_app, {"held": 0.0, "late": 0.0}

    async def watch() -> None:
        while True:
            begun, worked = time.perf_counter(), time.thread_time()
            await asyncio.sleep(TICK)
            found["late"] = max(found["late"], time.perf_counter() - begun - TICK)
            found["held"] = max(found["held"], time.thread_time() - worked)

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

    main.create_app = create_app
    return cli.main(["serve", "--port", "0"])


if __name__ == "__main__":
    sys.exit(serve())
