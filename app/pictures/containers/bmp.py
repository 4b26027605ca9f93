"""BMP: Pillow knows few masks, and walks runs one by one, so both are read here; the rest it reads.

16 or 32 bits a pixel ─ a mask for red, green, blue and alpha ─► 8 bits each, rounded as browsers do
"""

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from app.pictures.containers.bmp_runs import Codes, unpacked
from app.pictures.containers.content import Content

Numbers = npt.NDArray[np.integer]
FILE = 14  # bytes of the file's header; the picture's comes behind it, and is known by its length
CORE, HEADERS, OS2 = 12, {40, 52, 56, 108, 124}, 64
PLAIN, RUNS, FIELDS, FIELDS_AND_ALPHA = 0, {(8, 1): Codes.BYTES, (4, 2): Codes.HALVES}, 3, 6
MASKS = {16: (0x7C00, 0x3E0, 0x1F, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0)}  # where none are given
BAND = 256  # rows made at once


@dataclass(frozen=True)
class Bitmap(Content):
    """A picture that is read here."""

    bits: int = 0  # a pixel
    first: int = 0  # byte of the pixels
    up: bool = True  # the last row comes first


@dataclass(frozen=True)
class Fields(Bitmap):
    """Numbers in which each colour has bits of its own."""

    masks: tuple[int, ...] = ()  # red, green, blue, alpha

    def decoded(self) -> Image.Image:
        """Return the picture; raise ValueError where it is cut."""
        width, height = self.size
        length = (width * self.bits + 31) // 32 * 4
        lines = np.frombuffer(self.data, np.uint8, length * height, self.first).reshape(height, length)
        lines = lines[:: -1 if self.up else 1, : width * self.bits // 8]
        pixels = np.empty((height, width, 4 if self.masks[3] else 3), np.uint8)
        for top in range(0, height, BAND):
            numbers = np.ascontiguousarray(lines[top : top + BAND]).view(f"<u{self.bits // 8}")
            for channel in range(pixels.shape[2]):
                pixels[top : top + BAND, :, channel] = _levels(numbers, self.masks[channel])
        return Image.fromarray(pixels)


@dataclass(frozen=True)
class Runs(Bitmap):
    """Pixels of a palette, of which equal ones that stand side by side are told once."""

    palette: bytes = b""  # blue, green, red, 0

    def decoded(self) -> Image.Image:
        """Return the picture, black where it says nothing; raise ValueError where it is cut."""
        colours = np.frombuffer(self.palette, np.uint8).reshape(-1, 4)[:, 2::-1]
        grey = bool((colours == colours[:, :1]).all())
        table = np.zeros((256, 4), np.uint8)
        table[: len(colours), :3] = colours
        cells, gaps = unpacked(self.data, self.first, self.size, RUNS[self.bits, 8 // self.bits])
        pixels = (table[:, 0].copy() if grey else table.view(np.uint32)[:, 0])[np.frombuffer(cells, np.uint8)]
        for begin, end in gaps:
            pixels[begin:end] = 0
        mode, packing = ("L", "L") if grey else ("RGB", "RGBX")
        return Image.frombuffer(mode, self.size, pixels, "raw", packing, 0, -1 if self.up else 1)


def read(data: bytes) -> Content:
    """Return the picture of a BMP."""
    header, first = _number(data, FILE), _number(data, 10)
    if header == CORE:
        width, height = struct.unpack_from("<HH", data, FILE + 4)
        return Content("BMP", (width, height), data)
    width, height, bits, packing = struct.unpack_from("<ii2xHI", data, FILE + 4)
    size, up, told = (width, abs(height)), height > 0, FILE + header
    if (
        bits in MASKS
        and header in HEADERS
        and (packing in {FIELDS, FIELDS_AND_ALPHA} or (bits, packing) == (16, PLAIN))
    ):
        masks = MASKS[bits]
        if packing != PLAIN:
            count = 4 if header > 52 or packing == FIELDS_AND_ALPHA else 3
            found = struct.unpack_from(f"<{count}I", data, FILE + 40)
            masks, told = (*found, 0)[:4] if any(found) else masks, max(told, FILE + 40 + 4 * count)
        return Fields("BMP", size, data, bits=bits, first=first or told, up=up, masks=masks)
    if (bits, packing) in RUNS and header in {*HEADERS, OS2}:
        after = told + 4 * (_number(data, FILE + 32) or 1 << bits)
        palette = data[told : min(after, first or after, told + 4 * 256)]
        return Runs("BMP", size, data, bits=bits, first=first or after, up=up, palette=palette[: len(palette) // 4 * 4])
    return Content("BMP", size, data)


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _levels(numbers: Numbers, mask: int) -> Numbers:
    """Return what the bits under a mask say, on a scale of 0 to 255; raise ValueError for a mask with gaps."""
    shift = max(0, (mask & -mask).bit_length() - 1)
    most = mask >> shift
    depth = most.bit_length()
    if most & (most + 1):
        raise ValueError(f"the mask {mask:#x} has gaps")
    if depth >= 8:
        return (numbers & mask) >> (shift + depth - 8)
    levels = (np.arange(most + 1) * 510 + most) // max(1, 2 * most)  # rounded half up
    found: Numbers = levels[(numbers & mask) >> shift]
    return found
