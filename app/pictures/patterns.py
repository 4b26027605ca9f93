"""Pictures made of numbers alone, on which one sees at once what a filter does: an edge, one bright spot, noise, text.

Each is 256×256 and drawn on a grid of 8 pixels: at 32×32, where a cell is the mean of 8×8 of them, nothing blurs. Whole
numbers throughout, so that every machine draws the same.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from app.pictures.picture import Bytes, Picture

SIDE, CELL = 256, 8
CELLS = SIDE // CELL
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
WORDS = ("CONV", "SCOPE")
LETTER = 6, 11  # columns and rows that a letter of Pillow's bitmap font takes


def edge() -> Bytes:
    """Return black on the left and white on the right."""
    return _bright(COLUMNS >= SIDE // 2)


def checkerboard() -> Bytes:
    """Return a board of eight by eight fields."""
    return _bright((ROWS // 32 + COLUMNS // 32) % 2 == 0)


def gradient() -> Bytes:
    """Return the grey levels from 0 on the left to 255 on the right."""
    return np.asarray(COLUMNS, np.uint8)


def impulse() -> Bytes:
    """Return one bright cell in the middle of black: its map is the filter itself, turned by half a turn."""
    middle = CELLS // 2
    return _bright((middle == ROWS // CELL) & (middle == COLUMNS // CELL))


def circles() -> Bytes:
    """Return rings around the middle, which hold edges of every direction."""
    twice = np.sqrt((2 * ROWS + 1 - SIDE) ** 2 + (2 * COLUMNS + 1 - SIDE) ** 2)
    return _bright(twice // (2 * 3 * CELL) % 2 == 0)


def noise() -> Bytes:
    """Return cells that have nothing to do with each other, every level equally likely."""
    levels = _drawn(seed=7, count=CELLS * CELLS) % np.uint64(256)
    return _enlarged(levels.astype(np.uint8).reshape(CELLS, CELLS), CELL)


def text() -> Bytes:
    """Return two short words, one cell a dot of their letters."""
    small = Image.new("L", (CELLS, CELLS), 255)
    pen, font = ImageDraw.Draw(small), ImageFont.load_default_imagefont()
    top = (CELLS - len(WORDS) * (LETTER[1] + 2)) // 2
    for number, word in enumerate(WORDS):
        left = (CELLS - LETTER[0] * len(word)) // 2
        pen.text((left, top + number * (LETTER[1] + 2)), word, fill=0, font=font)
    return _enlarged(np.asarray(small), CELL)


def landscape() -> Bytes:
    """Return hills under an evening sky: soft gradients, one long outline, a bright round sun."""
    far, near = _ridge(seed=3, height=120, rough=44), _ridge(seed=8, height=70, rough=20)
    sky = np.stack([70 + ROWS * 5 // 8, 110 + ROWS // 2, 200 - ROWS // 8], axis=2)
    sun = (ROWS - 70) ** 2 + (COLUMNS - 182) ** 2 < 20**2
    picture = np.where(sun[..., None], (255, 236, 170), sky)
    picture = np.where((far > SIDE - ROWS)[..., None], (74, 84, 128), picture)
    meadow = np.stack([30 + ROWS // 6, 70 + ROWS // 5, 36 + ROWS // 12], axis=2)
    return np.where((near > SIDE - ROWS)[..., None], meadow, picture).astype(np.uint8)


def _bright(where: np.ndarray) -> Bytes:
    return np.where(where, 255, 0).astype(np.uint8)


def _enlarged(cells: Bytes, by: int) -> Bytes:
    return cells.repeat(by, axis=0).repeat(by, axis=1)


def _drawn(seed: int, count: int) -> np.ndarray:
    """Return random numbers of 32 bits; NumPy keeps the raw stream of a generator the same in every version."""
    return np.asarray(np.random.PCG64(seed).random_raw(count), np.uint64) >> np.uint64(32)


def _ridge(seed: int, height: int, rough: int) -> np.ndarray:
    """Return the height of a hill line over every column: the middle of two points is moved, over and over."""
    moves = iter(_drawn(seed, SIDE).tolist())
    line = np.full(SIDE + 1, height)
    step = SIDE
    while step > 1:
        for left in range(0, SIDE, step):
            middle = (line[left] + line[left + step]) // 2
            line[left + step // 2] = middle + next(moves) % (2 * rough + 1) - rough
        step, rough = step // 2, rough * 11 // 20
    return line[:-1]


PATTERNS: dict[str, Callable[[], Bytes]] = {
    function.__name__: function for function in (edge, checkerboard, gradient, impulse, circles, noise, text, landscape)
}


def draw(name: str) -> Picture:
    """Return the pattern `name`."""
    return Picture(np.ascontiguousarray(PATTERNS[name]()))
