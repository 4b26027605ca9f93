"""The runs of a BMP: equal pixels that stand side by side are told once, and those that are skipped not at all.

(how many, colour)       that many pixels; two colours in the halves of the byte take turns
(0, 0) (0, 1) (0, 2)     the line ends, the picture ends, go right and up by as much as the next two bytes say
(0, 3 or more)           that many pixels one by one, filled up to an even number of bytes
"""

import re
from enum import Enum
from itertools import count

import numpy as np

from app.pictures.containers.content import Size, counted

MOST_CODES = 300_000
MANY = 100  # bytes of pairs, from which on NumPy is faster
PAIRS = re.compile(rb"(?:[^\0].){0,4096}+", re.DOTALL)
END_OF_LINE, END, JUMP = range(3)


class Codes(Enum):
    """The pixels in a byte, by its value."""

    BYTES = tuple(bytes([value]) for value in range(256))
    HALVES = tuple(bytes(divmod(value, 16)) for value in range(256))


def unpacked(data: bytes, at: int, size: Size, codes: Codes) -> tuple[bytearray, list[tuple[int, int]]]:
    """Return the pixels of (width, height), row by row, and which of them nothing was said of.

    Raises IndexError where the data end before the picture does, Unreadable where they are too many codes.
    """
    width, height = size
    pixels, gaps = bytearray(width * height), list[tuple[int, int]]()
    each = len(codes.value[0])
    row = column = 0
    for _ in counted(count(), "BMP", MOST_CODES):
        place = row * width + column
        if place >= len(pixels):
            break
        if data[at]:
            begin, at = at, PAIRS.match(data, at).end()  # type: ignore[union-attr]  # it may be empty
            if begin == at:
                raise IndexError("a colour is missing")
            piece = b"" if column == width else _repeated(data[begin:at], codes)
        elif (code := data[at + 1]) > JUMP:
            length, at = (code + each - 1) // each, at + 2
            piece = data[at : at + length]
            if codes is Codes.HALVES:
                piece = b"".join([codes.value[byte] for byte in piece])[:code]
            at += length + length % 2
        else:
            at += 2
            if code == JUMP:
                row, column, at = row + data[at + 1], min(width, column + data[at]), at + 2
            else:
                row, column = row + 1 if code == END_OF_LINE else height, 0
            gaps.append((place, row * width + column))
            continue
        piece = piece[: width - column]
        pixels[place : place + len(piece)] = piece
        column += len(piece)
    return pixels, gaps


def _repeated(pairs: bytes, codes: Codes) -> bytes:
    """Return the pixels of (how many, colour) pairs."""
    if codes is Codes.BYTES and len(pairs) >= MANY:
        return np.frombuffer(pairs[1::2], np.uint8).repeat(np.frombuffer(pairs[::2], np.uint8)).tobytes()
    return b"".join([(codes.value[colour] * times)[:times] for times, colour in zip(*[iter(pairs)] * 2, strict=True)])
