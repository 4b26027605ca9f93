"""Sheets: all maps of a layer in one PNG, a pixel a number, in rows of equal tiles with a clear gap of one pixel."""

import math
from dataclasses import dataclass

import numpy as np

from app.rendering.palette import CLEAR, Bytes

GAP = 1


@dataclass(frozen=True)
class Tiles:
    """Where each map lies on a sheet: `columns` maps a row, each `height` × `width` pixels."""

    count: int
    columns: int
    height: int
    width: int

    def corner(self, index: int) -> tuple[int, int]:
        """Return (x, y), the first pixel of map `index`."""
        row, column = divmod(index, self.columns)
        return column * (self.width + GAP), row * (self.height + GAP)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole sheet, pixels."""
        rows = math.ceil(self.count / self.columns)
        return self.columns * (self.width + GAP) - GAP, rows * (self.height + GAP) - GAP


def tiles(count: int, height: int, width: int, columns: int | None = None) -> Tiles:
    """Return the arrangement of `count` maps: nearly square, unless the number of columns is given."""
    return Tiles(count, columns or math.ceil(math.sqrt(count)), height, width)


def sheet(maps: Bytes, columns: int | None = None) -> Bytes:
    """Return one picture (rows, columns) of all `maps` (channels, rows, columns), the gaps filled with CLEAR."""
    count, rows, width = maps.shape
    plan = tiles(count, rows, width, columns)
    across, down = plan.size
    picture = np.full((down, across), CLEAR, np.uint8)
    for index, part in enumerate(maps):
        x, y = plan.corner(index)
        picture[y : y + plan.height, x : x + plan.width] = part
    return picture
