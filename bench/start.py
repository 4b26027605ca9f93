"""From the command to the first page, and what the server takes while nobody asks."""

import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.client import ask, request
from bench.table import Row
from tests.serving import serving

TURNS = 5
LIMITS = {"first page": 2.0, "memory": 150.0}


def measure(*, only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return the median of some starts."""
    begun, idle, after = zip(*(start() for _ in range(TURNS)), strict=True)
    rows = [
        Row("from the command to the first page", median(begun), "s", limit=LIMITS["first page"]),
        Row("memory before anybody asks", median(idle), "MB", limit=LIMITS["memory"]),
        Row("memory after the first page", median(after), "MB", limit=LIMITS["memory"]),
    ]
    return [row for row in rows if only in row.case]


def start() -> tuple[float, float, float]:
    """Start once: seconds to the first page, and megabytes before and after it."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "CONVSCOPE_DATA_DIR": f"{folder}/data"}
        command, begun = [sys.executable, "-m", "app", "serve", "--port", "0"], time.perf_counter()
        with serving(command, log=Path(folder) / "log", env=env) as address:
            ask(address, request(address, "GET", "/"))
            taken = time.perf_counter() - begun
            after = resident(address)
        with serving(command, log=Path(folder) / "log", env=env) as address:
            return taken, resident(address), after


def resident(address: str) -> float:
    """Return the megabytes that the process behind `address` holds in memory (Linux)."""
    for child in Path("/proc/self/task").glob("*/children"):
        for process in child.read_text().split():
            command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            if b"serve" in command:
                status = Path(f"/proc/{process}/status").read_text()
                return int(status.split("VmRSS:")[1].split()[0]) / 1000
    return float("nan")
