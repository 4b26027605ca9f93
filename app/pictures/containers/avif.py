"""AVIF: boxes within boxes. Its decoder seeks each item among all of them, so their tables have to be short.

EXIF goes: what turns the picture is said by the container itself, which Pillow gives as if it had been EXIF.
"""

import re
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from app.errors import Unreadable
from app.pictures.containers.content import Content, counted

HEADERS = {b"meta", b"moov"}
NESTED = {b"meta", b"iprp", b"ipco", b"trak", b"mdia", b"minf", b"stbl"}
UNBOUNDED = {b"idat", b"colr"}  # pixels, and colour profiles
MOST_TABLES = 65_536  # bytes; a picture of a hundred tiles has some 5,000
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
    return Content("AVIF", Image.open(BytesIO(picture), formats=("AVIF",)).size, picture)


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
