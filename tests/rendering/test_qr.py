"""A QR code says what it was made of: read back module by module, as the standard lays them out."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from app.rendering.qr import QUIET, qr_svg

RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z")
CENTRES = {21: [], 25: [6, 18], 29: [6, 22], 33: [6, 26]}  # of the alignment patterns, by the side
DATA = {
    ("M", 29): (44, 1),
    ("Q", 29): (34, 2),
    ("M", 33): (64, 2),
    ("Q", 33): (48, 2),
}  # bytes of text, and in how many blocks
LEVELS = "MLHQ"  # as the format counts them
MASKS = (
    lambda r, c: (r + c) % 2,
    lambda r, c: r % 2,
    lambda r, c: c % 3,
    lambda r, c: (r + c) % 3,
    lambda r, c: (r // 2 + c // 3) % 2,
    lambda r, c: r * c % 2 + r * c % 3,
    lambda r, c: (r * c % 2 + r * c % 3) % 2,
    lambda r, c: ((r + c) % 2 + r * c % 3) % 2,
)


def modules(svg: str) -> NDArray[np.bool_]:
    """Return the dark modules of a drawing."""
    side = int(re.search(r'viewBox="-?\d+ -?\d+ (\d+)', svg)[1]) - 2 * QUIET
    found = np.zeros((side, side), bool)
    for column, row, length, back in RUN.findall(svg):
        assert length == back
        found[int(row), int(column) : int(column) + int(length)] = True
    return found


def fixed(side: int) -> NDArray[np.bool_]:
    """Return which modules say nothing of the text: the patterns and the format."""
    kept = np.zeros((side, side), bool)
    kept[:9, :9] = kept[:9, -8:] = kept[-8:, :9] = True
    kept[6] = kept[:, 6] = True
    for row in CENTRES[side]:
        for column in CENTRES[side]:
            if {row, column} not in ({6}, {6, side - 7}):
                kept[row - 2 : row + 3, column - 2 : column + 3] = True
    return kept


def read(svg: str) -> str:
    """Return the text of a drawing, which holds bytes."""
    cells = modules(svg)
    side, kept = len(cells), fixed(len(cells))
    level, mask = divmod(int("".join(str(int(bit)) for bit in cells[8, :5]), 2) ^ 0b10101, 8)
    said, up = [], True
    for right in [column if column > 6 else column - 1 for column in range(side - 1, 0, -2)]:
        for row in range(side - 1, -1, -1) if up else range(side):
            free = [column for column in (right, right - 1) if not kept[row, column]]
            said += [bool(cells[row, column]) ^ (MASKS[mask](row, column) == 0) for column in free]
        up = not up
    found = np.packbits(said)
    count, blocks = DATA[LEVELS[level], side]
    bits = "".join(f"{byte:08b}" for block in range(blocks) for byte in found[block:count:blocks])
    assert bits[:4] == "0100"  # bytes
    length = int(bits[4:12], 2)
    return bytes(int(bits[12 + 8 * at : 20 + 8 * at], 2) for at in range(length)).decode()


@pytest.mark.parametrize(
    "text",
    ["http://192.168.1.20:8000/join/K7M4TP", "https://a.example/join/23ABCD", "http://10.0.0.5:8000/join/ZZZ222"],
)
def test_it_is_read_back(text: str) -> None:
    assert read(str(qr_svg(text, ""))) == text


def test_it_has_a_white_border_and_says_what_it_is() -> None:
    drawn = str(qr_svg("http://a.example/join/K7M4TP", 'the "way" in'))
    side = int(re.search(r'viewBox="-4 -4 (\d+)', drawn)[1])
    assert f'<path fill="#fff" d="M-4 -4h{side}v{side}h-{side}z"/>' in drawn
    assert 'aria-label="the &#34;way&#34; in"' in drawn
