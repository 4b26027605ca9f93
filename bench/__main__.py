"""`python -m bench [parts] [--json FILE] [--only WORDS] [--seconds S]`: measure the parts named, or all."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the server has it; before NumPy comes

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path

from bench.machine import load, machine
from bench.table import table

PARTS = {
    "engine": "layers and small networks, against PyTorch and ONNX Runtime",
    "deep": "deep networks, whole and by kind of layer, against PyTorch and ONNX Runtime",
    "job": "from a photograph to the maps as pictures, against PyTorch with matplotlib and with PNGs of a palette",
    "server": "requests a second and their times at 1, 8 and 32 connections, and what holds the event loop",
    "batch": "two hundred photographs in batches, against two requests a photograph",
    "rooms": "a class of 200 phones in a room, three tabs among them, a restart, a thousand rooms: times, and memory",
    "train": "a batch forward, back and into the weights, against PyTorch",
    "growth": "time and memory from 128×128 to 4096×4096, and from 1 to 256 filters",
    "page": "the page in Chromium: its bytes, when it is painted, how it answers a hand, how it slides",
    "start": "from the command to the first page, and memory",
}


def main() -> int:
    """Measure, print tables, write JSON."""
    parser = argparse.ArgumentParser(prog="bench", description="Measure Convscope beside others.")
    parser.add_argument("parts", nargs="*", help="; ".join(f"{part}: {what}" for part, what in PARTS.items()))
    parser.add_argument("--json", type=Path, help="a file to write what was found to")
    parser.add_argument("--only", default="", help="cases whose name has these words")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each contender in each case")
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - PARTS.keys():
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    found: dict[str, object] = {"machine": (here := machine())}
    print(
        ", ".join(
            f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}" for name, value in here.items()
        )
    )
    for part in wanted.parts or PARTS:
        print(f"\n{part}: {PARTS[part]}")
        before = load()
        rows = import_module(f"bench.{part}").measure(only=wanted.only, seconds=wanted.seconds)
        print(table(rows))
        print(f"load {before} → {load()}")
        found[part] = {"load": [before, load()], "rows": [row.document() for row in rows]}
        if wanted.json:
            wanted.json.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
