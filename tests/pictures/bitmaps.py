"""Makers of BMPs that Pillow does not write: bits of one's own for each colour, and runs."""

import struct

RGB565 = (0xF800, 0x7E0, 0x1F)
RUNS_OF_BYTES, RUNS_OF_HALVES, FIELDS, FIELDS_AND_ALPHA = 1, 2, 3, 6
PALETTE = ((10, 20, 30), (40, 50, 60), (200, 100, 0))  # red, green, blue


def bmp(width: int, height: int, bits: int, packing: int, body: bytes, between: bytes = b"", header: int = 40) -> bytes:
    """Return a BMP: `between` its header and its pixels are masks or colours; the header may count masks as its own."""
    colours = len(between) // 4 if packing in {RUNS_OF_BYTES, RUNS_OF_HALVES} else 0
    facts = struct.pack("<IiiHHIIiiII", header, width, height, 1, bits, packing, len(body), 0, 0, colours, 0)
    first = 14 + len(facts) + len(between)
    return b"BM" + struct.pack("<IHHI", first + len(body), 0, 0, first) + facts + between + body


def fields(
    masks: tuple[int, ...], bits: int, rows: list[list[int]], *, header: int = 40, packing: int = FIELDS
) -> bytes:
    """Return a picture of numbers, in which each colour is the bits under its mask."""
    lines = [b"".join(number.to_bytes(bits // 8, "little") for number in row) for row in reversed(rows)]
    body = b"".join(line + bytes(-len(line) % 4) for line in lines)
    return bmp(len(rows[0]), len(rows), bits, packing, body, struct.pack(f"<{len(masks)}I", *masks), header)


def runs(width: int, height: int, codes: list[int] | bytes, *, halves: bool = False) -> bytes:
    """Return a picture of runs, in the colours of PALETTE."""
    palette = b"".join(bytes([blue, green, red, 0]) for red, green, blue in PALETTE)
    bits, packing = (4, RUNS_OF_HALVES) if halves else (8, RUNS_OF_BYTES)
    return bmp(width, height, bits, packing, bytes(codes), palette)
