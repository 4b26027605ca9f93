"""EXIF: of all that a camera says, how it was held."""

import struct

ORIENTATION = 0x0112
SHORT = 3  # the type of a number of two bytes
ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


def orientation(exif: bytes) -> int:
    """Return how the camera was held, 1 (upright) to 8; 1 where nothing says so that can be read.

    Only the first directory is looked at, and no value but this: entries may point at megabytes each.
    """
    data = exif.removeprefix(b"Exif\0\0").removeprefix(b"Exif\0\0")
    order = ORDERS.get(data[:4])
    if order is None or len(data) < 8:
        return 1
    first = struct.unpack_from(order + "I", data, 4)[0]
    count = int.from_bytes(data[first : first + 2], "little" if order == "<" else "big")
    entries = data[first + 2 : first + 2 + 12 * count]
    for tag, kind, numbers, value in struct.iter_unpack(order + "HHIH2x", entries[: len(entries) // 12 * 12]):
        if (tag, kind, numbers) == (ORIENTATION, SHORT, 1):
            return int(value)
    return 1
