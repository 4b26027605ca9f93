"""Two hundred photographs through a convolution and a ReLU to NumPy files: in batches, against two requests each.

The two ways are asked for by turns in one run, of the same server, each with pictures that it has not seen before, as
a script would: one connection, and the next request when the answer is there. The time ends when all files are there,
those of a batch in their archive; then the maps in them are looked at.
"""

import http.client
import io
import json
import time
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from app.pictures import gallery
from bench.client import ask, request
from bench.server import served
from bench.table import Row

PHOTOS = 200
SIZE = (400, 300)  # columns, rows
BATCH = 50
PIECE = 1 << 20  # bytes of an answer that are read at once
RECIPE = "conv2d(8, 3, weights=random(7)) | relu"
LEAST = 2.0  # times the pictures a second
TURNS = 3
File = list[bytes]  # in pieces, as it came


def measure(*, only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return what was found: pictures and requests a second each way, the best of some turns."""
    best: dict[str, tuple[float, int, float]] = {}  # seconds, requests, and seconds that the server worked
    with served() as address:
        for turn in range(TURNS):
            for name, way in {"two requests a photo": in_two, "batches": in_batches}.items():
                photos = list(taken(PHOTOS, seed=turn + (1000 if way is in_two else 0)))
                connection = http.client.HTTPConnection(urlsplit(address).netloc)
                ask(address, request(address, "GET", "/probe"))
                begun = time.perf_counter()
                requests, files = way(connection, photos)
                took = time.perf_counter() - begun
                connection.close()
                worked = json.loads(ask(address, request(address, "GET", "/probe")))["worked"]
                shapes = [maps.shape for file in files for maps in maps_in(file)]
                assert shapes == PHOTOS * [(8, SIZE[1] - 2, SIZE[0] - 2)]
                if name not in best or took < best[name][0]:
                    best[name] = took, requests, worked
    rows = [
        Row(
            f"{PHOTOS} photos of {SIZE[0]}×{SIZE[1]}, {name}",
            PHOTOS / took,
            "photos a second",
            shown={"requests a second": requests / took, "CPU ms": 1000 * worked / PHOTOS},
        )
        for name, (took, requests, worked) in best.items()
    ]
    two, batches = (took for took, *_ in best.values())
    return [*rows, Row("batches over two requests a photo", two / batches, "×", limit=LEAST, more_is_better=True)]


def taken(count: int, seed: int) -> Iterator[bytes]:
    """Yield photographs that differ, as JPEG."""
    source = Image.fromarray(gallery.load("coffee").pixels)
    noise = np.random.default_rng(seed)
    for _ in range(count):
        x, y = noise.integers(0, source.width - 1 - SIZE[0] // 2), noise.integers(0, source.height - 1 - SIZE[1] // 2)
        photo, file = source.resize(SIZE, box=(x, y, x + SIZE[0] // 2, y + SIZE[1] // 2)), io.BytesIO()
        photo.save(file, "JPEG", quality=int(noise.integers(80, 95)))
        yield file.getvalue()


def in_two(connection: http.client.HTTPConnection, photos: list[bytes]) -> tuple[int, list[File]]:
    """Return how many requests it took, and files: each photograph is posted with a recipe, and its maps fetched."""
    files = []
    for photo in photos:
        run = json.loads(_post(connection, "/api/v1/runs", [photo]).read())
        connection.request("GET", run["layers"][-1]["links"]["output_npy"])
        files.append(_read(connection.getresponse()))
    return 2 * len(photos), files


def in_batches(connection: http.client.HTTPConnection, photos: list[bytes]) -> tuple[int, list[File]]:
    """Return how many requests it took, and archives: photographs are posted in batches."""
    files = []
    for first in range(0, len(photos), BATCH):
        connection.close()  # the server may have closed it while the last archive was read
        answer = _post(connection, "/api/v1/batch?output=npz", photos[first : first + BATCH])
        files.append(_read(answer))
    return len(files), files


def maps_in(file: File) -> list[np.ndarray]:
    """Return the maps in a NumPy file, or in each of an archive without problems."""
    found = np.load(io.BytesIO(b"".join(file)))
    if isinstance(found, np.ndarray):
        return [found]
    assert json.loads(found["problems.json"]) == []
    return [found[str(number)] for number in range(len(found.files) - 1)]


def _post(connection: http.client.HTTPConnection, target: str, files: list[bytes]) -> http.client.HTTPResponse:
    """Return the answer to a form with files and the recipe."""
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'.encode()
    recipe = f'--{boundary}\r\nContent-Disposition: form-data; name="recipe"\r\n\r\n{RECIPE}\r\n--{boundary}--\r\n'
    body = b"".join(head + file + b"\r\n" for file in files) + recipe.encode()
    connection.request("POST", target, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})
    answer = connection.getresponse()
    assert answer.status in (200, 201), answer.read()[:500]
    return answer


def _read(answer: http.client.HTTPResponse) -> File:
    return list(iter(lambda: answer.read(PIECE), b""))
