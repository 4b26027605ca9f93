"""What the server needs: a large run little more than the arrays that it reads and makes, all together the budget."""

import contextlib
import json
import math
import os
import re
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import numpy as np
import pytest
from PIL import Image

from tests.serving import announced

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
SIDE, FILTERS, KERNEL = 2000, 16, 5
MOST = 1.3
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"


class Server:
    """A server in a process of its own."""

    def __init__(self, process, address):
        self.process, self.address = process, address

    def memory(self, name="VmRSS"):
        """Return VmRSS or VmHWM (its peak), bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return 1024 * int(re.search(rf"{name}:\s+(\d+) kB", status)[1])

    def worked(self):
        """Return the seconds for which it has computed so far, in all threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, address, body=None, **headers):
        """Return the status, the headers and the body of an answer."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(urllib.request.Request(self.address + address, body, headers), timeout=120) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()


@contextlib.contextmanager
def served(folder, **settings) -> Iterator[Server]:
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("CONVSCOPE_")},
        **{f"CONVSCOPE_{name}": str(value) for name, value in settings.items()},
        "CONVSCOPE_DATA_DIR": str(folder),
    }
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", "0"], stdout=log, stderr=log, env=env,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
    try:
        yield Server(process, announced(process, folder / "log", 40))
    finally:
        process.terminate()
        process.wait(10)


def multipart(**parts: bytes) -> bytes:
    lines = [
        b'--x\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
        % (name.encode(), b'; filename="a.png"' if name == "file" else b"", value)
        for name, value in parts.items()
    ]
    return b"".join([*lines, b"--x--\r\n"])


def post(server, body: bytes) -> dict:
    status, _, answer = server.ask("/api/v1/runs", body, **{"Content-Type": "multipart/form-data; boundary=x"})
    assert status == 201
    return json.loads(answer)


def test_a_large_run_needs_its_input_and_output_and_less_than_a_third_more(tmp_path):
    smooth = Image.fromarray(np.random.default_rng(1).integers(0, 256, (50, 50, 3), np.uint8)).resize((SIDE, SIDE))
    file = BytesIO()
    smooth.save(file, "JPEG")
    with served(tmp_path) as server:
        post(server, multipart(image=b"chelsea", size=b"32", recipe=b"conv2d(6, 5) | relu | max_pool2d(2)"))
        idle = server.memory()
        run = post(server, multipart(file=file.getvalue(), recipe=f"conv2d({FILTERS}, {KERNEL})".encode()))
        peak = server.memory("VmHWM")
    made = SIDE - KERNEL + 1
    assert run["layers"][0]["output_shape"] == [FILTERS, made, made]
    arrays = 4 * (3 * SIDE**2 + FILTERS * made**2)
    used = (peak - idle) / arrays
    print(f"idle {idle / 1e6:.0f} MB, peak {peak / 1e6:.0f} MB: {used:.3f} of the arrays' {arrays / 1e6:.0f} MB")  # noqa: T201
    assert used <= MOST


def dear(number: int, side: int, layers: int = 30) -> str:
    """Return the address of a run of many layers, each as large as the picture."""
    fields = {"image": "chelsea", "size": side + number, "mode": "L", "recipe": " | ".join(["batch_norm2d"] * layers)}
    return f"/api/v1/runs?{urlencode(fields)}"


def at_once(server, addresses):
    """Ask for all addresses at once; return the answers, and how long /healthz took at most meanwhile."""
    done, waits = threading.Event(), []

    def health():
        while not done.is_set():
            begun = time.perf_counter()
            assert server.ask("/healthz")[0] == 200
            waits.append(time.perf_counter() - begun)
            done.wait(0.05)

    with ThreadPoolExecutor(len(addresses) + 1) as threads:
        watch = threads.submit(health)
        answers = list(threads.map(server.ask, addresses))
        done.set()
        watch.result()
    return answers, max(waits)


def test_many_dear_runs_at_once_stay_within_the_budget_and_are_all_answered(tmp_path):
    budget, side = 150_000_000, 1000
    with served(tmp_path, MEMORY_MAX_BYTES=budget, COMPUTE_SLOTS=2) as server:
        server.ask(dear(0, 32))
        idle = server.memory()
        answers, _ = at_once(server, [dear(number, side) for number in range(8)])
        peak = server.memory("VmHWM")
        assert 8 * 30 * 4 * side**2 > 6 * budget  # what they give would not fit
        assert [status for status, _, _ in answers] == [200] * 8
        assert peak - idle <= 1.15 * budget
        # A later look computes again what has been let go.
        links = json.loads(answers[0][2])["layers"][4]["links"]
        status, headers, array = server.ask(links["output_npy"])
        assert (status, int(headers["content-length"])) == (200, len(array))
        assert np.load(BytesIO(array)).shape == (1, side, side)
        assert server.memory("VmHWM") - idle <= 1.15 * budget


ROWS = b"[" + b",".join([b"0.5"] * 1000) + b"]"
LARGE = {
    "a recipe": b'{"input": {"image": "chelsea"}, "recipe": "' + b"relu | " * 2_700_000 + b'"}',
    "a text": b'"' + b"x" * 19_000_000 + b'"',
    "a text of quotes": b'"' + b'\\"' * 9_500_000 + b'"',
    "pixels": b'{"input": {"values": [[[' + b",".join([b"1"] * 9_000_000) + b"]]]}}",
    "rows of pixels": b'{"input": {"values": [[' + b",".join([ROWS] * 4500) + b"]]}}",
    "short rows": b'{"input": {"values": [' + b"[1]," * 4_500_000,
}


@pytest.mark.parametrize("body", LARGE.values(), ids=LARGE)
def test_a_document_that_is_refused_takes_less_than_three_times_its_length(tmp_path, body):
    with served(tmp_path) as server:
        server.ask("/api/v1/runs", body[:90_000], **{"Content-Type": "application/json"})
        idle = server.memory()
        assert server.ask("/api/v1/runs", body, **{"Content-Type": "application/json"})[0] == 422
        assert server.memory("VmHWM") - idle < 3 * len(body)


def listed(parts):
    return b"[" + b",".join(parts) + b"]"


def values(number, count):
    side = math.isqrt(count // 3)
    return b'{"input": {"values": ' + listed([listed([listed([number] * side)] * side)] * 3) + b"}}"


def weights(number, count):
    filters = listed([listed([listed([listed([number] * 30)] * 30)] * 3)] * (count // 2700))
    conv = b'{"type": "conv2d", "weights": {"init": "values", "weight": ' + filters + b"}}"
    return b'{"input": {"image": "chelsea", "height": 30, "width": 30}, "layers": [' + conv + b"]}"


@pytest.mark.parametrize("document", [values, weights])
@pytest.mark.parametrize("number", [b"1", b"-0.123456789012345"])
def test_a_document_of_numbers_takes_less_than_three_times_its_length(tmp_path, document, number):
    body, kind = document(number, 12_000_000 // (len(number) + 1)), {"Content-Type": "application/json"}
    with served(tmp_path) as server:
        assert server.ask("/api/v1/runs", document(b"0.5", 9000), **kind)[0] == 201
        idle = server.memory()
        assert server.ask("/api/v1/runs", body, **kind)[0] == 201
        assert server.memory("VmHWM") - idle < 3 * len(body)


def test_a_run_that_never_fits_is_told_so_with_both_numbers(tmp_path):
    with served(tmp_path, MEMORY_MAX_BYTES=20_000_000) as server:
        status, _, body = server.ask(dear(0, 1990, 1))
        assert (status, json.loads(body)["detail"][:17]) == (422, "This takes about ")
        assert server.ask(dear(0, 200, 1))[0] == 200


def test_when_all_callers_have_gone_nothing_is_computed_for_them(tmp_path):
    with served(tmp_path, COMPUTE_SLOTS=2, RUN_MAX_BYTES=10**11) as server, contextlib.ExitStack() as callers:
        server.ask(dear(0, 32))
        begun = server.worked()
        for number in range(6):  # some of them ask for the same
            caller = callers.enter_context(contextlib.closing(HTTPConnection(urlsplit(server.address).netloc)))
            caller.request("GET", dear(number % 4, 1990, 100))
        until(lambda: server.worked() > begun + 0.5)  # they are at it
        callers.close()
        time.sleep(1.5)
        before = server.worked()
        time.sleep(0.5)
        assert server.worked() - before < 0.05
        assert server.ask(dear(0, 200, 3))[0] == 200  # and the next is served


def until(true):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.skipif(not LONG, reason="takes two minutes: HYPOTHESIS_PROFILE=long")
def test_eight_runs_of_half_a_gigabyte_within_a_budget_of_one(tmp_path):
    with served(tmp_path, MEMORY_MAX_BYTES=1_000_000_000) as server:
        answers, waited = at_once(server, [dear(number, 1990) for number in range(8)])
        assert server.memory("VmHWM") <= 1_150_000_000
        assert {status for status, _, _ in answers} <= {200, 429}
        assert all(headers["Retry-After"] for status, headers, _ in answers if status == 429)
        assert waited <= 0.1
        begun = time.monotonic()
        until(lambda: server.memory() < 300_000_000)
        assert time.monotonic() - begun < 60
