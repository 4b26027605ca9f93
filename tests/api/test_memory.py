"""What a large run needs: little more than the arrays that it reads and makes."""

import json
import os
import re
import subprocess
import sys
import urllib.request
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.serving import announced

SIDE, FILTERS, KERNEL = 2000, 16, 5
MOST = 1.3


def memory(pid: int, name: str) -> int:
    """Return VmRSS or VmHWM (its peak) of a process, bytes."""
    return 1024 * int(re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())[1])


def multipart(**parts: bytes) -> bytes:
    lines = [
        b'--x\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
        % (name.encode(), b'; filename="a.png"' if name == "file" else b"", value)
        for name, value in parts.items()
    ]
    return b"".join([*lines, b"--x--\r\n"])


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_large_run_needs_its_input_and_output_and_less_than_a_third_more(tmp_path):
    smooth = Image.fromarray(np.random.default_rng(1).integers(0, 256, (50, 50, 3), np.uint8)).resize((SIDE, SIDE))
    file = BytesIO()
    smooth.save(file, "JPEG")
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith("CONVSCOPE_")},
        "CONVSCOPE_DATA_DIR": str(tmp_path),
    }
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", "0"], stdout=log, stderr=log, env=env,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
    try:
        address = announced(server, tmp_path / "log", 40)
        post(address, multipart(image=b"chelsea", size=b"32", recipe=b"conv2d(6, 5) | relu | max_pool2d(2)"))
        idle = memory(server.pid, "VmRSS")
        body = multipart(file=file.getvalue(), recipe=f"conv2d({FILTERS}, {KERNEL})".encode())
        run = post(address, body)
        peak = memory(server.pid, "VmHWM")
    finally:
        server.terminate()
        server.wait(10)
    made = SIDE - KERNEL + 1
    assert run["layers"][0]["output_shape"] == [FILTERS, made, made]
    arrays = 4 * (3 * SIDE**2 + FILTERS * made**2)
    used = (peak - idle) / arrays
    print(f"idle {idle / 1e6:.0f} MB, peak {peak / 1e6:.0f} MB: {used:.3f} of the arrays' {arrays / 1e6:.0f} MB")  # noqa: T201
    assert used <= MOST


def post(address: str, body: bytes) -> dict:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(
        f"{address}/api/v1/runs", body, {"Content-Type": "multipart/form-data; boundary=x"}
    )
    with opener.open(request, timeout=60) as answer:
        return json.loads(answer.read())
