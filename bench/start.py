"""From the command to the first page, on a first start and on later ones, and what the server holds meanwhile."""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.client import ask, request
from bench.table import Row
from tests.serving import serving

TURNS = 5
MOST_SECONDS, MOST_MEGABYTES = 2.0, 150.0


def measure(*, only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return the medians of some starts."""
    first, later = [], []
    for _ in range(TURNS):
        with tempfile.TemporaryDirectory() as folder:
            first.append(start(Path(folder)))
            later.append(start(Path(folder)))  # which finds what the first one has made
    rows = []
    for name, starts in (("a first", first), ("a later", later)):
        taken, worked, idle, after = (median(values) for values in zip(*starts, strict=True))
        rows += [
            Row(f"{name} start, to the first page", taken, "s", shown={"CPU s": worked}, limit=MOST_SECONDS),
            Row(f"{name} start, memory before anybody asks", idle, "MB", limit=MOST_MEGABYTES),
            Row(f"{name} start, memory after the first page", after, "MB", limit=MOST_MEGABYTES),
        ]
    return [row for row in rows if only in row.case]


def start(folder: Path) -> tuple[float, float, float, float]:
    """Start once: seconds to the first page, those that processors worked, megabytes before and after it."""
    env = {**os.environ, "CONVSCOPE_DATA_DIR": str(folder / "data")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # with which Python would compile everything at each start
    command, worked, begun = [sys.executable, "-m", "app", "serve", "--port", "0"], _worked(), time.perf_counter()
    with serving(command, log=folder / "log", env=env) as address:
        idle = _resident()
        ask(address, request(address, "GET", "/"))
        taken = time.perf_counter() - begun
        after = _resident()
    return taken, _worked() - worked, idle, after


def _worked() -> float:
    """Return the seconds that processors worked for children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _resident() -> float:
    """Return the megabytes that the server, this process's child, holds in memory (Linux)."""
    for children in Path("/proc/self/task").glob("*/children"):
        for child in children.read_text().split():
            if b"serve" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                return int(Path(f"/proc/{child}/status").read_text().split("VmRSS:")[1].split()[0]) / 1000
    return float("nan")
