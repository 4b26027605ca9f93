"""The machine on which it was measured: processor, what else it does, and the fastest that it multiplies matrices."""

import os
import platform
from pathlib import Path
from typing import Any

import numpy as np

from bench.timing import once

SIDE = 768


def peak(turns: int = 15) -> float:
    """Return the most GFLOP/s of one thread's float32 matrix product, the best of some turns."""
    matrix = np.random.default_rng(0).random((SIDE, SIDE), np.float32)
    out = np.empty_like(matrix)
    return 2 * SIDE**3 / min(once(lambda: np.matmul(matrix, matrix, out=out)) for _ in range(turns)) / 1e6


def load() -> float | None:
    """Return how many threads wanted to run during the last minute, on average; None where nobody counts."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> dict[str, Any]:
    """Return what a reader has to know of the machine, and its calibration, as JSON."""
    information = Path("/proc/cpuinfo")
    names = (
        [line for line in information.read_text().splitlines() if "model name" in line] if information.exists() else []
    )
    return {
        "processor": names[0].partition(":")[2].strip() if names else platform.processor(),
        "cores": cores(),
        "load": load(),
        "gflops": peak(),
        "python": platform.python_version(),
        "numpy": np.__version__,
    }
