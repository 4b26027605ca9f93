"""A few maps of many layers in one picture: a strip a layer, its tiles side by side, a pixel a number."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from app.numerics.window import Pair
from app.pictures.png import png
from app.rendering.palette import CLEAR, Bytes
from app.rendering.sheets.sheets import GAP, sheet


class Strip(NamedTuple):
    """Where the tiles of a layer lie: `tiles` of them from (0, top) on, each `rows` × `columns` pixels, GAP apart."""

    top: int
    tiles: int
    rows: int
    columns: int


def strips(sizes: Sequence[tuple[int, Pair]]) -> tuple[Strip, ...]:
    """Return the strips of layers, one below the other; of each how many tiles it has, and their rows and columns."""
    tops = accumulate((rows + GAP for _, (rows, _) in sizes), initial=0)
    return tuple(Strip(top, count, rows, columns) for top, (count, (rows, columns)) in zip(tops, sizes, strict=False))


def strips_png(tiles: Sequence[Bytes], colours: bytes) -> bytes:
    """Return the picture of the tiles (count, rows, columns) of some layers, in the 256 `colours`, 3 bytes each."""
    rows = [sheet(part, len(part)) for part in tiles]
    lie = strips([(len(part), (part.shape[1], part.shape[2])) for part in tiles])
    picture = np.full((lie[-1].top + lie[-1].rows, max(row.shape[1] for row in rows)), CLEAR, np.uint8)
    for strip, row in zip(lie, rows, strict=True):
        picture[strip.top : strip.top + strip.rows, : row.shape[1]] = row
    return png(picture, colours, clear=CLEAR)
