"""AVIF: boxes within boxes. Its decoder seeks each item among all of them, so their tables have to be short.

The size is said by the boxes, and again by each stream of AV1 in them; the decoder makes what the streams say, and so
they are looked at before. EXIF goes: what turns the picture is said by the container itself, which Pillow gives as if
it had been EXIF.
"""

import re
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from app.errors import Unreadable
from app.pictures.containers.av1 import coded_pixels
from app.pictures.containers.content import Content, counted

HEADERS = {b"meta", b"moov"}
NESTED = {b"meta", b"iprp", b"ipco", b"trak", b"mdia", b"minf", b"stbl"}
UNBOUNDED = {b"idat", b"colr"}  # pixels, and colour profiles
MOST_TABLES = 65_536  # bytes; a picture of a hundred tiles has some 5,000
MOST_TIMES = 4  # the pixels of the picture that streams may code: alpha, tiles beyond the edge, a coarser layer before
SLIGHT = 1 << 20  # pixels that they may code in any case
EXIF = re.compile(rb"(infe\x02.{7}|infe\x03.{9})Exif", re.DOTALL)  # the entry of an item, by version: number and type
Box = tuple[bytes, int, int]  # name, where its content begins, and where it ends


def read(data: bytes) -> Content:
    """Return the first picture of an AVIF; raise Unreadable where its tables are long."""
    tables = sum(
        end - begin
        for header, first, last in counted(_boxes(data, 0, len(data)), "AVIF")
        if header in HEADERS
        for name, begin, end in counted(_leaves(data, first, last), "AVIF")
        if name not in UNBOUNDED
    )
    if tables > MOST_TABLES:
        raise Unreadable(
            "This AVIF file lists its parts in {bytes:,} bytes, and at most {most:,} are looked through; save it again "
            "as PNG or JPEG.",
            bytes=tables,
            most=MOST_TABLES,
        )
    picture = EXIF.sub(rb"\1free", data)
    size = Image.open(BytesIO(picture), formats=("AVIF",)).size
    coded = sum(map(coded_pixels, _streams(data)))
    if coded > MOST_TIMES * size[0] * size[1] + SLIGHT:
        raise Unreadable(
            "This AVIF file says that its picture has {width:,}×{height:,} pixels, but {coded:,} are coded in it; save "
            "it again as PNG or JPEG.",
            width=size[0],
            height=size[1],
            coded=coded,
        )
    return Content("AVIF", size, picture)


def _streams(data: bytes) -> Iterator[bytes | memoryview]:
    """Give the streams of AV1 that a decoder reads: those of items, and the first of each track."""
    for name, begin, end in _boxes(data, 0, len(data)):
        if name == b"meta":
            yield from _items(data, begin, end)
        if name == b"moov":
            for track, first, last in _boxes(data, begin, end):
                if track == b"trak":
                    yield from _first_sample(data, first, last)


def _items(data: bytes, begin: int, end: int) -> Iterator[bytes | memoryview]:
    """Give the streams of the items that a meta box lists."""
    boxes = {name: (first, last) for name, first, last in _boxes(data, begin + 4, end)}
    if not boxes.keys() >= {b"iinf", b"iloc"}:
        return
    first, last = boxes[b"iinf"]
    coded = {
        int.from_bytes(data[at + 4 : at + (6 if data[at] == 2 else 8)])
        for name, at, _ in _boxes(data, first + (8 if data[first] else 6), last)
        if name == b"infe" and data[at + (8 if data[at] == 2 else 10) :][:4] == b"av01"
    }
    held = memoryview(data)
    for item, inside, extents in counted(_located(BytesIO(data[slice(*boxes[b"iloc"])])), "AVIF"):
        if item not in coded:
            continue
        home = held[slice(*boxes.get(b"idat", (0, 0)))] if inside else held
        parts = [home[at : at + length if length else None] for at, length in extents]
        if sum(map(len, parts)) > len(data):
            raise ValueError("an item is longer than the file")
        yield parts[0] if len(parts) == 1 else b"".join(parts)


def _located(table: BytesIO) -> Iterator[tuple[int, bool, list[tuple[int, int]]]]:
    """Give each item of an iloc box: its number, whether it lies in the idat box, and its parts: (where, length)."""

    def number(length: int) -> int:
        return int.from_bytes(table.read(length))

    version = number(4) >> 24
    lengths = number(2)
    at_bytes, length_bytes, base_bytes, index_bytes = (lengths >> shift & 15 for shift in (12, 8, 4, 0))
    for _ in range(number(4 if version == 2 else 2)):
        item = number(4 if version == 2 else 2)
        inside = bool(version and number(2) & 15)
        number(2)
        base, extents = number(base_bytes), list[tuple[int, int]]()
        for _ in range(number(2)):
            number(index_bytes if version else 0)
            extents.append((base + number(at_bytes), number(length_bytes)))
        yield item, inside, extents


def _first_sample(data: bytes, begin: int, end: int) -> Iterator[memoryview]:
    """Give the stream of the first picture of a track of pictures."""
    boxes = {name: (first, last) for name, first, last in _leaves(data, begin, end)}
    if not (boxes.keys() >= {b"stsd", b"stsz"} and b"av01" in data[slice(*boxes[b"stsd"])]):
        return
    sizes, wide = boxes[b"stsz"][0], b"co64" in boxes
    chunks = boxes.get(b"co64") or boxes.get(b"stco") or (len(data), len(data))
    at = int.from_bytes(data[chunks[0] + 8 : chunks[0] + (16 if wide else 12)])
    length = int.from_bytes(data[sizes + 4 : sizes + 8]) or int.from_bytes(data[sizes + 12 : sizes + 16])
    yield memoryview(data)[at : at + length]


def _boxes(data: bytes, at: int, end: int) -> Iterator[Box]:
    """Give the boxes side by side in a part of the file."""
    while at + 8 <= end:
        length, begin = int.from_bytes(data[at : at + 4]), at + 8
        if length == 1:
            length, begin = int.from_bytes(data[begin : begin + 8]), begin + 8
        after = min(at + length, end) if length else end  # 0: all that follows
        yield data[at + 4 : at + 8], begin, after
        at = max(after, begin)


def _leaves(data: bytes, begin: int, end: int) -> Iterator[Box]:
    """Give the boxes in a part of the file that hold no others that are read, at any depth."""
    parts = [(begin, end)]
    while parts:
        for name, first, last in _boxes(data, *parts.pop()):
            if name in NESTED:
                parts.append((first + 4 if name == b"meta" else first, last))
            else:
                yield name, first, last
