"""How much room parts take on a page, so that each sheet stays one page on A4 and on Letter alike.

Lengths are millimetres, at 12 pt; estimated rather long, as fonts differ. What does not fit is left out, from the last.
"""

from collections.abc import Iterable, Sequence
from math import ceil

from app.classroom.worksheet.parts import Part

PAGE = 255.0  # Letter, within its margins
AROUND = 27.0  # title, foot and what lies between
GAP, LINE, CAPTIONED, CELL = 4.5, 6.0, 11.5, 5.2
ACROSS, BESIDE_PICTURE = 78, 48  # letters in a line
PICTURE, MAP, HEAD = 60.0, 30.0, 2.0
BOX = 9  # letters as wide as a box and what lies between


def letters(text: str) -> int:
    """Return how many letters wide a text is; those of Chinese are twice as wide."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


def lines(text: str, across: int = ACROSS) -> int:
    """Return how many lines a text takes."""
    return ceil(letters(text) / across)


def height(part: Part) -> float:
    """Return how high a part is."""
    captioned = sum(any(piece.name for piece in line.pieces) for line in part.lines)
    listed = ceil(len(part.lines) / 2) if part.wide else len(part.lines)
    told = listed * LINE + captioned * (CAPTIONED - LINE)
    if any(letters(str(piece.text)) > ACROSS for line in part.lines for piece in line.pieces):
        told += LINE
    table = sum(2 * CELL if row and row[0].weight else CELL + 1 for row in part.table)
    boxes = ceil(sum(letters(text) + BOX for text, _ in part.boxes) / ACROSS) * (LINE + 2)
    because = lines(part.because) * LINE + GAP if part.because else 0
    return GAP + lines(part.head, ACROSS - 8) * LINE + HEAD + max(table, told) + boxes + because


def fitting(parts: Sequence[Part], last: Sequence[Part], sentence: str) -> tuple[Part, ...]:
    """Return as many of `parts` as there is room for above those that stay `last`."""
    beside = max(PICTURE, (lines(sentence, BESIDE_PICTURE) + 3) * LINE + MAP)
    left = PAGE - AROUND - beside - sum(map(height, last))
    return (*_within(parts, left), *last)


def _within(parts: Iterable[Part], left: float) -> Iterable[Part]:
    for part in parts:
        if (left := left - height(part)) < 0:
            return
        yield part
