"""A rectangle of a map as it stands under its volume: its numbers where they can be read, else its picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.numerics.axis import Mask
from app.numerics.window import Span
from app.printing.numbers import fixed
from app.rendering.svg import Face

ROOM = {1: 104, 2: 74, 3: 50, 4: 38, 5: 30, 6: 25}  # px for a number, by columns; looks/trace.css has the cells
TYPE = {1: 18.0, 2: 18.0}  # px; 16 for more columns
MOST_ROWS = 6
LARGEST = 156.0  # px of a picture's longer side
LARGEST_CELL = 36.0


@dataclass(frozen=True)
class Number:
    """One cell."""

    text: str
    value: float
    read: bool  # no gap between cells that are read
    won: bool  # the number at work depends on it


@dataclass(frozen=True)
class Excerpt:
    """What is under one volume: a table of numbers, or a picture where they do not fit."""

    picture: Face  # the same cells
    table: tuple[tuple[Number, ...], ...]  # empty where numbers do not fit
    ring: Span | None  # what the winner depends on, counted from the first cell; None where it is all of it
    gaps: str = ""  # of a picture: the path of the cells between those that are read

    @property
    def columns(self) -> int:
        return len(self.table[0]) if self.table else self.picture.columns

    @property
    def rows(self) -> int:
        return len(self.table) or self.picture.rows

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the picture, px."""
        cell = min(LARGEST_CELL, LARGEST / max(self.rows, self.columns))
        return self.columns * cell, self.rows * cell


def decimals_that_fit(values: NDArray[np.float32], decimals: int, extent: float) -> int | None:
    """Return with how many decimals, at most `decimals`, numbers fit in a table; None where they say too little."""
    rows, columns = values.shape
    if columns not in ROOM or rows > MOST_ROWS:
        return None
    size = TYPE.get(columns, 16.0)
    real = values[~np.isnan(values)]
    whole = bool(np.equal(real, np.rint(real)).all())
    for count in range(decimals, -1, -1):
        if 10.0**-count > extent / 20 and count < decimals and not whole:
            return None  # about one digit of each number would be left
        if max(width_of(fixed(float(end), count), size) for end in (real.min(), real.max())) <= ROOM[columns]:
            return count
    return None


def width_of(text: str, size: float) -> float:
    """Return about how wide a number is, px."""
    return size * sum(0.3 if mark in ".," else 0.58 for mark in text)


def excerpt(
    values: NDArray[np.float32], picture: Face, decimals: int | None, read: tuple[Mask, Mask], won: Span | None
) -> Excerpt:
    """Return the excerpt of `values` (rows, columns), of which the rows and columns of `read` are read.

    `won` is counted from the first cell; `decimals` None: the picture alone. NaN is no number.
    """
    rows, columns = values.shape
    inside = won or Span((0, 0), (0, 0))

    def number(r: int, c: int) -> Number:
        value = float(values[r, c])
        kept = inside.rows[0] <= r < inside.rows[1] and inside.columns[0] <= c < inside.columns[1]
        text = "" if np.isnan(value) else fixed(value, decimals or 0)
        return Number(text, value, bool(read[0][r] and read[1][c]), kept)

    table = () if decimals is None else tuple(tuple(number(r, c) for c in range(columns)) for r in range(rows))
    everything = won == Span((0, rows), (0, columns)) and (rows, columns) != (1, 1)
    between = "" if table else "".join(f"M{c} {r}h1v1h-1z" for r, c in np.argwhere(~np.outer(*read)))
    return Excerpt(picture, table, None if everything else won, between)
