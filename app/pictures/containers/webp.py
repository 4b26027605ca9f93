"""WebP: its decoder, in C, takes the chunks as they come, so only the size is looked at before it makes a canvas."""

from app.pictures.containers.content import Content, Size


def read(data: bytes) -> Content:
    """Return a WebP as it is."""
    return Content("WEBP", _size(data), data)


def _size(data: bytes) -> Size:
    """Return the size in the first header."""
    chunk = data[12:16]
    if chunk == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if chunk == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return int.from_bytes(data[26:28], "little") & 0x3FFF, int.from_bytes(data[28:30], "little") & 0x3FFF
