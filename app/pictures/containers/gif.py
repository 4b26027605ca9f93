"""GIF: blocks of at most 255 bytes, comments among them; of them the first picture, and what its clear colour is."""

from collections.abc import Iterator

from app.pictures.containers.content import Content, counted

EXTENSION, PICTURE = ord("!"), ord(",")
CONTROL = 0xF9  # the extension that names the clear colour
HEADER = 13  # bytes, before the table of colours


def read(data: bytes) -> Content:
    """Return the first picture of a GIF, as large as the screen, or as itself where that is more."""
    at = screen = HEADER + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    control = slice(0)
    for begin, end in counted(_blocks(data, screen), "GIF"):
        at = end
        if data[begin + 1] == CONTROL:
            control = slice(begin, end)
    if data[at] != PICTURE:
        raise ValueError("no picture comes after the extensions")
    width, height, left, top, columns, rows = (
        int.from_bytes(data[place : place + 2], "little") for place in (6, 8, *range(at + 1, at + 9, 2))
    )
    size = max(width, left + columns), max(height, top + rows)
    return Content("GIF", size, data[:screen] + data[control] + data[at:])


def _blocks(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Give, for each block of the extensions at a place, where its extension begins, and where the block ends."""
    while data[at] == EXTENSION:
        begin, at, length = at, at + 2, -1
        while length:
            length = data[at]
            at += 1 + length
            yield begin, at
