"""PNG: chunks of length, name, data and checksum; those without pixels may be damaged, and are left out.

What says how pixels look (profile, transparency, EXIF) counts where its checksum is right, as in a browser.
"""

import zlib
from collections.abc import Iterator

from app.pictures.containers.content import Content, counted
from app.pictures.png import SIGNATURE, chunk

MOST_PROFILE = 16_000_000  # bytes that a colour profile may inflate to
NEEDED, TELLING = {b"IHDR", b"PLTE"}, {b"iCCP", b"tRNS"}
Chunk = tuple[bytes, bytes, bytes]  # name, data, checksum


def read(data: bytes) -> Content:
    """Return the first picture of a PNG."""
    first, pixels, ended = dict[bytes, bytes](), list[bytes](), False
    for name, content, checksum in counted(_chunks(data), "PNG"):
        if name == b"IDAT" and not ended:
            pixels.append(content)
            continue
        ended = bool(pixels)
        right = zlib.crc32(content, zlib.crc32(name)).to_bytes(4) == checksum
        if name in NEEDED and not right:
            raise ValueError(f"the checksum of {name!r} is wrong")
        if name in NEEDED or (right and (name == b"eXIf" or (name in TELLING and not ended))):
            first.setdefault(name, content)
    header = first[b"IHDR"]
    parts = [chunk(name, first[name]) for name in (b"IHDR", b"PLTE", b"tRNS") if name in first]
    return Content(
        "PNG",
        (int.from_bytes(header[:4]), int.from_bytes(header[4:8])),
        b"".join((SIGNATURE, *parts, chunk(b"IDAT", b"".join(pixels)), chunk(b"IEND", b""))),
        _profile(first.get(b"iCCP", b"")),
        first.get(b"eXIf", b""),
    )


def _chunks(data: bytes) -> Iterator[Chunk]:
    """Give the chunks up to the end of the picture, or of the file; the last may be cut."""
    at = len(SIGNATURE)
    while at + 8 <= len(data):
        name, begun = data[at + 4 : at + 8], at + 8
        at = begun + int.from_bytes(data[at : at + 4])
        if name == b"IEND":
            return
        yield name, data[begun:at], data[at : at + 4]
        at += 4


def _profile(content: bytes) -> bytes | None:
    """Return the colour profile in a chunk: its name, a zero, the method, and the deflated profile."""
    _, _, deflated = content.partition(b"\0")
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(deflated[1:], MOST_PROFILE)
    except zlib.error:
        return None
    return profile if inflater.eof else None
