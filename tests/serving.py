"""Convscope as a process of its own: started, waited for, asked, ended."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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


class Restartable:
    """A server that can be killed, and comes back on the same port and folder."""

    process: "subprocess.Popen[bytes]"
    address: str

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._folder, self._port = folder, "0"
        self._command = [sys.executable, "-m", *(arguments or ("app", "serve"))]

    def start(self) -> None:
        """Start it, and wait until it says where it is."""
        log = self._folder / f"log-{time.monotonic_ns()}"
        env = {**os.environ, "CONVSCOPE_DATA_DIR": str(self._folder / "data")}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [*self._command, "--port", self._port], stdout=output, stderr=subprocess.STDOUT, env=env
            )
        self.address = announced(self.process, log, 90)
        self._port = str(urlsplit(self.address).port)

    def stop(self, *, kill: bool = False) -> None:
        """End it: as it is asked to, or in the middle of whatever it does."""
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(30)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[Any, str]:
        """Return the JSON of an answer, and its cookie."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            text = answer.read()
            return json.loads(text) if text else None, (answer.headers["Set-Cookie"] or "").partition(";")[0]
