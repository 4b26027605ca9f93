"""PNGs of our own making: any reader finds every pixel, colour and transparency in them."""

import io

import numpy as np
import pytest
from PIL import Image

from app.pictures.png import png

SHAPES = [(1, 1), (1, 9), (7, 1), (40, 300)]


def pixels(*shape):
    return np.random.default_rng(3).integers(0, 256, shape, np.uint8)


def read(data):
    image = Image.open(io.BytesIO(data), formats=("PNG",))
    image.load()  # checks every chunk's sum
    return image


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("depth", "mode"), [((), "L"), ((3,), "RGB"), ((4,), "RGBA")])
def test_pixels_come_back_as_they_were(shape, depth, mode):
    wanted = pixels(*shape, *depth)
    image = read(png(wanted))
    assert image.mode == mode
    assert (np.asarray(image) == wanted).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_numbers_come_back_with_their_colours_and_one_is_clear(shape):
    wanted, palette = pixels(*shape), pixels(256, 3)
    image = read(png(wanted, palette.tobytes(), clear=255))
    assert image.mode == "P"
    assert (np.asarray(image) == wanted).all()
    colours = np.asarray(image.convert("RGBA"))
    assert (colours[..., :3] == palette[wanted]).all()
    assert (colours[..., 3] == np.where(wanted == 255, 0, 255)).all()


def test_views_are_written_as_they_are_seen():
    planes = pixels(3, 5, 6)
    assert (np.asarray(read(png(planes.transpose(1, 2, 0)))) == planes.transpose(1, 2, 0)).all()
