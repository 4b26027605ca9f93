"""Strips of maps: every tile lies where its strip says, pixel by pixel."""

from io import BytesIO

import numpy as np
from PIL import Image

from app.rendering.palette import CLEAR, signed_palette
from app.rendering.sheets.strips import strips, strips_png


def test_every_tile_lies_where_its_strip_says() -> None:
    numbers = np.random.default_rng(1)
    tiles = [numbers.integers(0, CLEAR, shape, np.uint8) for shape in ((3, 4, 5), (1, 2, 9), (2, 1, 1))]
    lie = strips([(len(part), (part.shape[1], part.shape[2])) for part in tiles])
    picture = np.asarray(Image.open(BytesIO(strips_png(tiles, signed_palette("light")))))
    left = np.ones(picture.shape, bool)
    for strip, part in zip(lie, tiles, strict=True):
        assert (strip.tiles, strip.rows, strip.columns) == part.shape
        for k, tile in enumerate(part):
            first = k * (strip.columns + 1)
            here = slice(strip.top, strip.top + strip.rows), slice(first, first + strip.columns)
            assert (picture[here] == tile).all()
            assert left[here].all(), "two tiles lie on one another"
            left[here] = False
    assert (picture[left] == CLEAR).all()
