"""PNG, written here: for numbers, which few colours say, the general encoders take many times as long.

signature ─ IHDR (size, kind) ─ PLTE (colours) ─ tRNS (the clear one) ─ IDAT (deflated rows) ─ IEND

Each row is stored as its difference from the row above: neighbouring cells of a map differ little.
"""

import struct
from zlib import crc32

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, INDEXED = 0, 3
COLOURS = {3: 2, 4: 6}  # bytes a pixel: the kind that says RGB, or RGB and alpha
UP = 2  # the filter that takes the row above away
LEVEL = 1  # larger ones take longer and save nothing to speak of


def png(pixels: Bytes, palette: bytes | None = None, *, clear: int | None = None) -> bytes:
    """Return the PNG of pixels (rows, columns[, 3 or 4]): grey, in colour, or in the colours of `palette`.

    `clear` is the byte whose colour in the palette is transparent.
    """
    kind = COLOURS[pixels.shape[2]] if pixels.ndim == 3 else GREY if palette is None else INDEXED
    rows, columns = pixels.shape[:2]
    parts = [SIGNATURE, chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, kind, 0, 0, 0))]
    if palette is not None:
        parts.append(chunk(b"PLTE", palette))
    if clear is not None:
        parts.append(chunk(b"tRNS", b"\xff" * clear + b"\0"))
    parts += [chunk(b"IDAT", isal_zlib.compress(_filtered(pixels.reshape(rows, -1)), LEVEL)), chunk(b"IEND", b"")]
    return b"".join(parts)


def _filtered(rows: Bytes) -> Bytes:
    """Return each row after the number of its filter."""
    lines = np.empty((rows.shape[0], 1 + rows.shape[1]), np.uint8)
    lines[:, 0] = UP
    lines[0, 1:] = rows[0]  # above the first row all is zero
    np.subtract(rows[1:], rows[:-1], out=lines[1:, 1:])
    return lines


def chunk(name: bytes, data: bytes) -> bytes:
    """Return one chunk, with its length and checksum."""
    return b"".join((struct.pack(">I", len(data)), name, data, struct.pack(">I", crc32(data, crc32(name)))))
