"""The six colour filters of the first screen, 5×5 over red, green and blue, for pixels from 0 to 255.

Weights and biases are whole hundredths, so that with whole pixels every product and sum on the screen is exact as
printed. Red, green and blue stand side by side. All but `warm` add up to 0: an even surface gives them the bias alone.
"""

from typing import NamedTuple

import numpy as np

from app.numerics import Floats


class ColourFilter(NamedTuple):
    """A colour filter as a table of hundredths."""

    name: str
    sentence: str
    bias: int
    table: str

    @property
    def weight(self) -> Floats:
        """The weights, float32, shape (channel, row, column)."""
        rows = [[int(number) for number in line.replace("│", " ").split()] for line in self.table.strip().splitlines()]
        hundredths = np.array(rows).reshape(5, 3, 5).transpose(1, 0, 2)
        return np.ascontiguousarray(hundredths / 100, np.float32)


COLOUR_FILTERS = (
    ColourFilter(
        "edge_x",
        "Looks for upright edges: positive where it grows brighter to the right.",
        10,
        """
        -10  -9   0   9  10 │  -9  -8   0   8   9 │  -7  -6   0   6   7
        -18 -16   0  16  18 │ -16 -15   0  15  16 │ -12 -11   0  11  12
        -22 -20   0  20  22 │ -20 -18   0  18  20 │ -15 -14   0  14  15
        -18 -16   0  16  18 │ -16 -15   0  15  16 │ -12 -11   0  11  12
        -10  -9   0   9  10 │  -9  -8   0   8   9 │  -7  -6   0   6   7
        """,
    ),
    ColourFilter(
        "edge_y",
        "Looks for level edges: positive where it grows brighter downwards.",
        -20,
        """
         -7 -12 -15 -12  -7 │  -9 -16 -20 -16  -9 │ -10 -18 -22 -18 -10
         -6 -11 -14 -11  -6 │  -8 -15 -18 -15  -8 │  -9 -16 -20 -16  -9
          0   0   0   0   0 │   0   0   0   0   0 │   0   0   0   0   0
          6  11  14  11   6 │   8  15  18  15   8 │   9  16  20  16   9
          7  12  15  12   7 │   9  16  20  16   9 │  10  18  22  18  10
        """,
    ),
    ColourFilter(
        "line",
        "Looks for bright lines that fall to the right, on darker ground.",
        15,
        """
         10  -1  -8  -5  -6 │   9  -1  -7  -5  -3 │   7  -1  -6  -4  -4
         -1  18   2  -9  -5 │  -1  16   1  -8  -5 │  -1  13   2  -6  -4
         -8   2  22   2  -8 │  -7   1  20   1  -7 │  -6   2  16   2  -6
         -5  -9   2  18  -1 │  -5  -8   1  16  -1 │  -4  -6   2  13  -1
         -6  -5  -8  -1  10 │  -3  -5  -7  -1   9 │  -4  -4  -6  -1   7
        """,
    ),
    ColourFilter(
        "warm",
        "Looks for warm colours: orange counts for it, blue and grey count against it.",
        -25,
        """
          4   7   9   7   4 │  -2  -4  -4  -4  -2 │  -3  -6  -8  -6  -3
          7  13  16  13   7 │  -4  -7  -8  -7  -4 │  -6 -11 -14 -11  -6
          9  16  20  16   9 │  -4  -8 -10  -8  -4 │  -8 -14 -17 -14  -8
          7  13  16  13   7 │  -4  -7  -8  -7  -4 │  -6 -11 -14 -11  -6
          4   7   9   7   4 │  -2  -4  -4  -4  -2 │  -3  -6  -8  -6  -3
        """,
    ),
    ColourFilter(
        "spot",
        "Looks for bright spots about three pixels wide, on darker ground.",
        5,
        """
         -5  -6  -3  -6  -5 │  -5  -7  -4  -7  -5 │  -4  -5  -3  -5  -4
         -6   4  10   4  -6 │  -7   5  11   5  -7 │  -5   3   9   3  -5
         -3  10  24  10  -3 │  -4  11  28  11  -4 │  -3   9  20   9  -3
         -6   4  10   4  -6 │  -7   5  11   5  -7 │  -5   3   9   3  -5
         -5  -6  -3  -6  -5 │  -5  -7  -4  -7  -5 │  -4  -5  -3  -5  -4
        """,
    ),
    ColourFilter(
        "hue_edge",
        "Looks for slanted edges of colour: positive where blue at the upper left meets orange.",
        10,
        """
        -14 -20 -16  -7   0 │  -4  -6  -5  -2   0 │  13  17  14   6   0
        -20 -24 -15   0   7 │  -6  -7  -4   0   2 │  17  21  13   0  -6
        -16 -15   0  15  16 │  -5  -4   0   4   5 │  14  13   0 -13 -14
         -7   0  15  24  20 │  -2   0   4   7   6 │   6   0 -13 -21 -17
          0   7  16  20  14 │   0   2   5   6   4 │   0  -6 -14 -17 -13
        """,
    ),
)
