"""How time and memory grow with the picture and with the filters: from 128² to 4096² pixels, from 1 to 256 filters.

Each size is measured in a process of its own, through the lab as a visitor's run is: the picture is brought to its
size, the layer computed, its numbers summed up. Time is the shortest of some runs with new filters; memory is the most
that the process held while it computed, less what it held before, over input and output.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from math import log
from pathlib import Path

from bench.table import Row

SIDES = (128, 256, 512, 1024, 2048, 4096)
FILTERS = (1, 4, 16, 64, 256)
EIGHT, SIDE = 8, 512
MOST_EXPONENT, MOST_MEMORY = 1.05, 1.3
CONSTANT = 16_000_000  # bytes of input and output from which what does not grow is a small part


def measure(*, only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return a row a size, and the exponents that fit them."""
    rows: list[Row] = []
    for name, sizes in {
        "pixels": {side * side: (side, EIGHT) for side in SIDES},
        "filters": {filters: (SIDE, filters) for filters in FILTERS},
    }.items():
        if only not in name:
            continue
        found = {size: _measured(side, filters, seconds) for size, (side, filters) in sizes.items()}
        for size, one in found.items():
            share = one["peak"] / one["bytes"]
            side, filters = sizes[size]
            shown = {"memory / (input + output)": share}
            rows.append(Row(f"{side}×{side}, {filters} filters", one["ms"], "ms", shown=shown, kind=name))
        rows.append(
            Row(
                f"exponent of time in {name}",
                slope({k: one["ms"] for k, one in found.items()}),
                "",
                limit=MOST_EXPONENT,
            )
        )
        large = [one["peak"] / one["bytes"] for one in found.values() if one["bytes"] >= CONSTANT]
        rows.append(Row(f"memory over input and output, {name}, the most", max(large), "×", limit=MOST_MEMORY))
    return rows


def slope(points: Mapping[int, float]) -> float:
    """Return the exponent e of the power law size^e that fits best, by least squares of the logarithms."""
    x, y = [log(size) for size in points], [log(value) for value in points.values()]
    middle = sum(x) / len(x)
    return sum((a - middle) * b for a, b in zip(x, y, strict=True)) / sum((a - middle) ** 2 for a in x)


def _measured(side: int, filters: int, seconds: float) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.growth", str(side), str(filters), str(seconds)]
    told = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    )
    found: dict[str, float] = json.loads(told.stdout)
    return found


async def growing(side: int, filters: int, seconds: float) -> dict[str, float]:
    """Measure one size in this process."""
    from app.lab import Lab
    from app.pipeline.document import read_document
    from app.settings import Settings
    from app.storage import MemoryStore

    most = 10**13
    settings = Settings(
        working_max_pixels=SIDES[-1] ** 2, run_max_bytes=most, run_max_multiplications=most, memory_max_bytes=10**10
    )
    lab = Lab(settings, MemoryStore(), b"bench" * 8)

    async def run(side: int, filters: int, seed: int) -> float:
        source = {"image": "retina", "height": side, "width": side, "fit": "stretch"}
        recipe = f"conv2d({filters}, 3, padding=1, weights=random({seed}))"
        planned = await lab.open(read_document({"input": source, "recipe": recipe}))
        begun = time.perf_counter()
        await lab.result(planned, 0)
        return 1000 * (time.perf_counter() - begun)

    await run(16, 1, 0)
    before = _resident()
    taken = [await run(side, filters, 1)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before
    end = time.perf_counter() + seconds
    for seed in _seeds():
        taken.append(await run(side, filters, seed))
        if time.perf_counter() > end and len(taken) >= 3:
            break
    lab.close()
    return {"ms": min(taken), "peak": peak, "bytes": 4.0 * side * side * (3 + filters)}


def _seeds() -> Iterator[int]:
    return iter(range(2, 1000))


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(growing(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))))
