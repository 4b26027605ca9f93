"""How the numbers of a volume are laid out to be seen: a sheet a channel, or one sheet of all where each is one number.

28 × 28 × 6     six sheets of 28 rows and 28 columns
 1 ×  1 × 10    one column of ten cells, channel 0 at the top
 1 ×  1 × 1176  one sheet of 34 × 35 cells in reading order, the last of them left empty
"""

import math
from dataclasses import dataclass

from app.layers import Place, Shape

TALLEST = 16  # cells in a single column


@dataclass(frozen=True)
class Arrangement:
    """`sheets` sheets of `rows` × `columns` cells, of which the first `count` of each hold a number."""

    sheets: int
    rows: int
    columns: int
    count: int
    single: bool  # one sheet of all channels, a cell each

    @property
    def column(self) -> bool:
        """Whether it is one column of few cells, with room for a number beside each."""
        return self.single and self.columns == 1

    def cell(self, place: Place) -> Place:
        """Return (sheet, row, column) where the number at `place` of the volume is seen."""
        if not self.single:
            return place
        return Place(0, *divmod(place.channel, self.columns))

    def at(self, index: int) -> Place:
        """Return the place of the volume that is number `index`, counted sheet by sheet in reading order."""
        if self.single:
            return Place(index, 0, 0)
        sheet, inside = divmod(index, self.count)
        return Place(sheet, *divmod(inside, self.columns))

    def index(self, place: Place) -> int:
        """Return the number of `place`, counted sheet by sheet in reading order."""
        sheet, row, column = self.cell(place)
        return sheet * self.count + row * self.columns + column


def arranged(shape: Shape) -> Arrangement:
    """Return how a volume of `shape` is laid out."""
    channels, rows, columns = shape
    if channels == 1 or rows * columns > 1:
        return Arrangement(channels, rows, columns, rows * columns, False)
    across = 1 if channels <= TALLEST else math.ceil(math.sqrt(channels))
    return Arrangement(1, math.ceil(channels / across), across, channels, True)
