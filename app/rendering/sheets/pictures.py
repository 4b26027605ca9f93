"""Small pictures in colour or grey, all in one PNG, in rows of equal tiles with gaps that are clear."""

from collections.abc import Mapping

import numpy as np

from app.pictures.png import png
from app.rendering.palette import Bytes
from app.rendering.sheets.sheets import tiles
from app.rendering.svg import Face


def pictures_png(placed: Mapping[int, Bytes], count: int, columns: int | None = None) -> bytes:
    """Return one picture with `count` tiles, those that are `placed` filled: each (channel, row, column), bytes."""
    _, rows, width = next(iter(placed.values())).shape
    plan = tiles(count, rows, width, columns)
    across, down = plan.size
    whole = np.zeros((down, across, 4), np.uint8)
    for index, picture in placed.items():
        x, y = plan.corner(index)
        whole[y : y + rows, x : x + width, :3] = picture.transpose(1, 2, 0)
        whole[y : y + rows, x : x + width, 3] = 255
    return png(whole)


def faces(address: str, count: int, rows: int, width: int, columns: int | None = None) -> list[Face]:
    """Return the tiles, as parts of the picture at `address`."""
    plan = tiles(count, rows, width, columns)
    return [Face(address, plan.size, *plan.corner(index), width, rows) for index in range(count)]
