"""Convscope as a process of its own: started, waited for, asked, ended."""

import re
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ANNOUNCEMENT = re.compile(r"Convscope is at (http://\S+)/ ")


@contextmanager
def serving(
    command: Sequence[str | Path], *, log: Path, env: Mapping[str, str], patience: float = 90, **more: Any
) -> Iterator[str]:
    """Run a command that serves, and give the address that it prints; at the end it must leave when asked to."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=dict(env), **more)
    try:
        yield announced(process, log, patience)
        process.terminate()
        process.wait(30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def announced(process: subprocess.Popen[bytes], log: Path, patience: float) -> str:
    """Wait for the line that says where the server is."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := ANNOUNCEMENT.search(log.read_text("utf-8", "replace")):
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.05)
    said = log.read_text("utf-8", "replace")
    raise AssertionError(f"no address within {patience} s (exit code {process.poll()}); the server said:\n{said}")


def fetch(address: str) -> tuple[int, str, bytes]:
    """GET an address past any proxy: status, content type, body."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=60) as answer:
        return answer.status, answer.headers["Content-Type"], answer.read()
