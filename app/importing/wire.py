"""Protocol buffers on the wire: the fields of a message one after the other, none of which is copied or believed.

    message = field*    field = key (number · 8 + kind), then    0 a varint    1 eight bytes    2 a length and so many
                                                                                                  5 four bytes

A parser makes an object of every message: two megabytes of empty ones become 150. So whoever reads a file of
strangers walks through it with this first, and counts. https://protobuf.dev/programming-guides/encoding
"""

from collections.abc import Iterator
from typing import NamedTuple

from app.errors import Unreadable
from app.messages import N_

VARINT, LENGTH = 0, 2
WIDTHS = {1: 8, 5: 4}  # bytes
LONGEST_VARINT = 10  # bytes
TORN = N_("The file is cut short or damaged at byte {place}; export the network again, or copy the file anew.")
Data = memoryview


class Field(NamedTuple):
    """A field of a message: where its value lies."""

    number: int
    kind: int
    key: int  # where the field begins, with its key
    first: int  # where its value begins
    end: int


def fields(data: Data, first: int, end: int) -> Iterator[Field]:
    """Yield the fields of the message between two places; raise Unreadable where it is none."""
    place = first
    while place < end:
        key, value = (data[place], place + 1) if data[place] < 128 else varint(data, place, end)
        number, kind = key >> 3, key & 7
        if kind == LENGTH:
            length, value = varint(data, value, end)
            after = value + length
        elif kind == VARINT:
            after = varint(data, value, end)[1]
        elif kind in WIDTHS:
            after = value + WIDTHS[kind]
        else:
            raise torn(place)
        if after > end or not number:
            raise torn(place)
        yield Field(number, kind, place, value, after)
        place = after


def varint(data: Data, place: int, end: int) -> tuple[int, int]:
    """Return the number that begins at a place, and where it ends; raise Unreadable where it has no end."""
    if place < end and data[place] < 128:
        return data[place], place + 1
    value = shift = 0
    for at in range(place, min(end, place + LONGEST_VARINT)):
        byte = data[at]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at + 1
        shift += 7
    raise torn(place)


def written(number: int, content: bytes | bytearray) -> bytes:
    """Return a field of bytes as it stands on the wire."""
    return _varint(number << 3 | LENGTH) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def torn(place: int) -> Unreadable:
    """Return what is told of a file that ends too soon, or makes no sense."""
    return Unreadable(TORN, place=f"{place:,}")
