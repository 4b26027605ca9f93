"""JSON and CSV of numbers: each float32 with the nine digits that it has, which read back as it was, bit for bit.

What is computed in float64, such as products and their sums, keeps all its digits.
"""

import json
import math
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from app.web.asgi.answers import Json

T = TypeVar("T")
BATCH = 1 << 12  # numbers written in one go, so that other threads get their turn
NINE = b"%.9g"
AS_WRITTEN = b"%b"
MINUS_ZERO = np.float32(-0.0).tobytes()  # written -0.0: "-0" would read back as a whole number, and so as 0

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def json_bytes(value: T) -> Json[T]:
    """Return `value` as JSON; its numbers are finite."""
    return cast("Json[T]", _written(value))


def exact_json(value: T) -> Json[T]:
    """Return `value` as JSON with all digits that float64 has, for numbers that are to add up to the last of them."""
    return cast("Json[T]", json.dumps(value, default=_listed, separators=(",", ":")).encode())


def _listed(value: NDArray[np.float32]) -> Any:
    return value.tolist()


def _written(value: Any) -> bytes:
    match value:
        case np.ndarray() if not value.ndim:
            return _written(value.item())
        case np.ndarray() if value.ndim > 1 and value.size > BATCH:
            return b"[" + b",".join(map(_written, value)) + b"]"
        case np.ndarray() if value.dtype == np.float32:
            return b"[" + decimals(value) + b"]"
        case np.ndarray():
            return _plain(value.tolist())
        case float():
            return _number(value)
        case dict():
            return b"{" + b",".join(b"%b:%b" % (_name(k), _written(v)) for k, v in value.items()) + b"}"
        case list() | tuple():
            return b"[" + b",".join(map(_written, value)) + b"]"
    return _plain(value)


def csv_bytes(maps: NDArray[np.float32], first: int = 0) -> bytes:
    """Return maps (channel, row, column) as CSV, a line a row: channel, counted from `first`, row, then the cells."""
    head = ",".join(("channel", "row", *map(str, range(maps.shape[2])))).encode()
    lines = (
        b"%d,%d,%b" % (channel, row, decimals(cells))
        for channel, rows in enumerate(maps, first)
        for row, cells in enumerate(rows)
    )
    return b"\r\n".join((head, *lines, b""))


def decimals(numbers: NDArray[np.float32]) -> bytes:
    """Return numbers as decimals, with commas between them: along one axis, or few of them in lists."""
    return b",".join(_batches(numbers))


def _batches(numbers: NDArray[np.float32]) -> Iterator[bytes]:
    for start in range(0, len(numbers), BATCH):
        part = numbers[start : start + BATCH]
        cells = part.ravel().tolist()
        if MINUS_ZERO in part.tobytes():
            yield _format(part.shape, AS_WRITTEN) % tuple(map(_number, cells))
        else:
            yield _format(part.shape, NINE) % tuple(cells)


@lru_cache(64)  # rows of a map are equally long, windows equally large
def _format(shape: tuple[int, ...], number: bytes) -> bytes:
    """Return what so many numbers are set into, those along the last axes in lists."""
    count, *inner = shape
    return b",".join([b"[" + _format(tuple(inner), number) + b"]" if inner else number] * count)


def _number(value: float) -> bytes:
    """Return one number: with nine digits where it is a float32."""
    if value == 0 and math.copysign(1, value) < 0:
        return b"-0.0"
    try:
        single = struct.unpack("f", struct.pack("f", value))[0] == value
    except OverflowError:
        single = False
    return NINE % value if single and math.isfinite(value) else _plain(value)


def _plain(value: Any) -> bytes:
    return _encode(value).encode(errors="replace")  # half a surrogate pair may be quoted in a sentence


_name = lru_cache(256)(_plain)  # of a field: there are few, and they come again
