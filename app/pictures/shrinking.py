"""How a picture was shrunk: the part of it that is taken, and the pixels that each cell of the input is the mean of.

original (rows × columns) ─ crop ─► part ─ each cell the mean of the pixels whose middles it covers ─► input

Other filters than the mean of an area read more pixels around, and weigh them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app.errors import Unfit
from app.pictures.picture import Fit, Mode, Picture, Rectangle, Resample, Size, placed, prepare

Span = tuple[int, int]  # half-open


def read_span(length: int, count: int, index: int) -> Span:
    """Return which of `length` pixels in a row cell `index` of `count` is the mean of.

    Those whose middles lie in the cell; where cells are smaller than pixels, each copies one. A middle on the border of
    two cells falls to one side by the rounding of doubles, so the steps are those of Pillow's BOX.
    """
    scale = length / count
    wide = max(1.0, scale)
    centre = (index + 0.5) * scale
    first, last = max(0, int(centre - wide / 2 + 0.5)), min(length, int(centre + wide / 2 + 0.5))
    read = [pixel for pixel in range(first, last) if -0.5 < (pixel - centre + 0.5) * (1 / wide) <= 0.5]
    return read[0], read[-1] + 1


def cut(picture: Picture, rectangle: Rectangle) -> Picture:
    """Return the pixels of a rectangle at full resolution; raise Unfit where it is not inside the picture."""
    (top, bottom), (left, right) = rectangle
    if not (0 <= top < bottom <= picture.height and 0 <= left < right <= picture.width):
        raise Unfit(
            "Rows {top} to {bottom} and columns {left} to {right} are not all in a picture of {height} × {width}; "
            "choose a smaller part.",
            top=top + 1,
            bottom=bottom,
            left=left + 1,
            right=right,
            height=picture.height,
            width=picture.width,
        )
    return Picture(np.ascontiguousarray(picture.pixels[top:bottom, left:right]))


@dataclass(frozen=True)
class Shrunk:
    """The way from a picture to an input of (rows, columns)."""

    picture: Picture
    taken: Rectangle  # of the picture: what the visitor chose
    size: Size
    fit: Fit
    mode: Mode
    resample: Resample = "box"

    @property
    def read(self) -> Rectangle:
        """What of the picture is read in the end: `fit` may take less than was chosen."""
        (top, bottom), (left, right) = self.taken
        inner, _ = placed((bottom - top, right - left), *self.size, self.fit)
        return (top + inner[0][0], top + inner[0][1]), (left + inner[1][0], left + inner[1][1])

    @property
    def filled(self) -> Rectangle:
        """The cells of the input that the picture fills; the others are borders."""
        (top, bottom), (left, right) = self.taken
        return placed((bottom - top, right - left), *self.size, self.fit)[1]

    @property
    def ratio(self) -> tuple[float, float]:
        """How many pixels go into a cell, down and across."""
        down, across = (
            (there[1] - there[0]) / (here[1] - here[0]) for there, here in zip(self.read, self.filled, strict=True)
        )
        return down, across

    def pixels(self) -> Any:
        """Return the input, uint8 (channels, rows, columns)."""
        return prepare(cut(self.picture, self.taken), *self.size, self.fit, self.mode, self.resample)[0]

    def source(self, row: int, column: int) -> Rectangle | None:
        """Return the pixels of the picture that a cell of the input is the mean of; None on a border."""
        spans = []
        for index, there, here in zip((row, column), self.read, self.filled, strict=True):
            if not here[0] <= index < here[1]:
                return None
            first, last = read_span(there[1] - there[0], here[1] - here[0], index - here[0])
            spans.append((there[0] + first, there[0] + last))
        return spans[0], spans[1]
