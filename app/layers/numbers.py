"""Blocks of numbers that a document gives one by one: read from nested lists, checked, kept as float32 arrays.

They have two written forms. People and the API see nested lists of the shortest decimals; the store and the ids, which
must be quick about millions of numbers, see the bytes: {"float32": base64, "shape": […]}.
"""

import base64
import json
import secrets
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from app.errors import Unfit
from app.strict import carried

Array = NDArray[np.float32]
MOST_AXES = 4
PACKED = 3 << 14  # numbers packed in one go: a multiple of three, so that pieces of base64 need no filling
BATCH = 1 << 14  # numbers handled in one go: what is longer would keep other threads waiting
_NAME = secrets.token_hex(8)  # stands for numbers while what is around them is written; nobody can know it
_BYTES = _NAME.encode()


class Numbers:
    """A float32 array as a value: read-only, compared and written by its numbers."""

    __slots__ = ("array",)

    def __init__(self, array: NDArray[Any]) -> None:
        with np.errstate(over="ignore"):
            single = array if _shared(array) else array.astype(np.float32, order="C")
        if not all(np.isfinite(part).all() for part in _parts(single)):
            raise Unfit("Every number must be finite and within the range of float32 (about ±3.4e38).")
        if single is not array:
            single += np.float32(0)  # −0 is written as 0
            single.flags.writeable = False
        self.array: Array = single

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Numbers) and np.array_equal(self.array, other.array)

    def __hash__(self) -> int:
        return hash((self.array.shape, self.array.tobytes()))

    def nested(self) -> Any:
        """Return nested lists of the shortest decimals that read back as the same float32."""
        return _shortest(self.array)

    def written(self) -> Iterator[str]:
        """Yield those lists as text, a piece at a time."""
        return _written(self.array)

    def packed(self) -> Iterator[bytes]:
        """Yield the numbers as base64, as the store and the ids see them, a piece at a time."""
        numbers = self.array.astype("<f4", copy=False).reshape(-1)
        for place in _batches(numbers.size, PACKED):
            yield base64.b64encode(numbers[place].tobytes())


def _shared(array: NDArray[Any]) -> bool:
    """Tell whether an array may be kept as it is: nobody writes to it, and it holds no −0."""
    if array.dtype != np.float32 or not array.flags.c_contiguous or array.flags.writeable:
        return False
    return not any(np.signbit(part[part == 0]).any() for part in _parts(array))


def _parts(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield the numbers of an array some at a time: what is found of all at once takes memory, too."""
    flat = array.reshape(-1)
    return (flat[place] for place in _batches(flat.size, PACKED))


def _shortest(array: Array) -> Any:
    if array.ndim > 1:
        return [_shortest(part) for part in array]
    return [_decimal(text) for text in array.astype(str).tolist()]


def _written(array: Array) -> Iterator[str]:
    if array.size <= BATCH:
        yield repr(_shortest(array))
        return
    yield "["
    if array.ndim > 1:
        for number, part in enumerate(array):
            yield ", " if number else ""
            yield from _written(part)
    else:
        for place in _batches(array.size):
            yield ", " if place.start else ""
            yield repr(_shortest(array[place]))[1:-1]
    yield "]"


def _decimal(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def pieces(document: dict[str, Any]) -> Iterator[bytes]:
    """Yield a canonical form, its numbers packed, a piece at a time: the whole may be most of the memory there is."""
    blocks = list[Numbers]()

    def named(block: Numbers) -> dict[str, Any]:
        blocks.append(block)
        return {"float32": _NAME, "shape": list(block.array.shape)}

    first, *others = json.dumps(document, default=named, sort_keys=True, separators=(",", ":")).encode().split(_BYTES)
    yield first
    for block, following in zip(blocks, others, strict=True):
        yield from block.packed()
        yield following


def plain_pieces(document: dict[str, Any]) -> Iterator[bytes]:
    """Yield a canonical form as people see it, its numbers as nested lists, a piece at a time."""
    blocks = list[Numbers]()

    def named(block: Numbers) -> str:
        blocks.append(block)
        return _NAME

    first, *others = json.dumps(document, default=named, separators=(",", ":")).encode().split(b'"%b"' % _BYTES)
    yield first
    for block, following in zip(blocks, others, strict=True):
        yield from (piece.encode() for piece in block.written())
        yield following


def count(value: Any) -> int:
    """Return how many numbers stand in blocks in a part of a canonical form."""
    match value:
        case Numbers():
            return value.array.size
        case dict():
            return sum(map(count, value.values()))
        case list() | tuple():
            return sum(map(count, value))
    return 0


def written(document: dict[str, Any]) -> str:
    """Return a canonical form as text, its numbers packed."""
    return b"".join(pieces(document)).decode()


def unpacked(fields: dict[str, Any]) -> Any:
    """Return the array that a packed form holds, and every other object as it is: json's object_hook."""
    if fields.keys() != {"float32", "shape"}:
        return fields
    return np.frombuffer(base64.b64decode(fields["float32"]), "<f4").reshape(fields["shape"])


def numbers(value: object) -> Numbers:
    """Read nested lists of finite numbers of a regular shape; raise Unfit otherwise."""
    if isinstance(value, Numbers):
        return value
    if isinstance(value, np.ndarray):
        return Numbers(value)
    if not isinstance(value, (list, tuple)):
        raise Unfit("Here a nested list of numbers is needed, such as [[1, 0], [0, -1]].")
    entries: Sequence[Any] = value
    shape = [len(entries)]
    while (kinds := _distinct(type, entries)) and kinds <= {list, tuple}:
        lengths = _distinct(len, entries)
        if len(lengths) > 1 or len(shape) == MOST_AXES:
            raise Unfit(
                "These nested lists are not a regular block of numbers; give every row the same length, numbers only."
            )
        shape.append(*lengths)
        entries = list(chain.from_iterable(entries))
    if not kinds <= {int, float}:
        raise Unfit("Every entry must be a number, in rows of the same length; text, true, false and null are not.")
    array = np.empty(len(entries))
    try:
        for place in _batches(len(entries)):
            array[place] = entries[place]
    except OverflowError:
        raise Unfit("Every number must be finite and within the range of float32 (about ±3.4e38).") from None
    return Numbers(array.reshape(shape))


def _distinct(ask: Any, entries: Sequence[Any]) -> set[Any]:
    """Return what `ask` says of all entries, each answer once."""
    return set().union(*(set(map(ask, entries[place])) for place in _batches(len(entries))))


def _batches(count: int, length: int = BATCH) -> Iterator[slice]:
    return (slice(start, start + length) for start in range(0, count, length))


@carried
def _read(value: object, info: ValidationInfo) -> Numbers:
    try:
        return numbers(value)
    except Unfit as mistake:
        inside = "" if info.field_name == "values" else "/weights"  # an input's field; all others are of weights
        raise mistake.within(f"{inside}/{info.field_name}") from None


NumbersField = Annotated[
    Numbers,
    BeforeValidator(_read),
    PlainSerializer(Numbers.nested, when_used="json"),
    WithJsonSchema({"type": "array", "items": {}, "description": "nested lists of finite numbers"}),
]
