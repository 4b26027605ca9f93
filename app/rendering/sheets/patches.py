"""Parts of pictures side by side, a row a map: what excites it most."""

from collections.abc import Sequence

import numpy as np

from app.numerics.window import Pair
from app.pictures.png import png
from app.rendering.palette import Bytes
from app.rendering.sheets.sheets import Tiles, tiles


def patch_tiles(maps: int, most: int, size: Pair) -> Tiles:
    """Return how the patches of some maps lie, at most so many a map, none larger than `size`."""
    return tiles(maps * most, *size, columns=most)


def patches_png(rows: Sequence[Sequence[Bytes]], plan: Tiles) -> bytes:
    """Return the pictures (channel, row, column) of each map in a row; what is smaller than a tile stands in its
    middle, and around it is nothing."""
    across, down = plan.size
    sheet = np.zeros((down, across, 4), np.uint8)
    for row, pictures in enumerate(rows):
        for column, pixels in enumerate(pictures):
            x, y = plan.corner(row * plan.columns + column)
            high, wide = pixels.shape[1:]
            top, left = y + (plan.height - high) // 2, x + (plan.width - wide) // 2
            sheet[top : top + high, left : left + wide, :3] = pixels.transpose(1, 2, 0)  # grey repeats
            sheet[top : top + high, left : left + wide, 3] = 255
    return png(sheet)
