"""A decoded picture, and the way from it to the array that a run reads: crop, resize, then scale.

    Picture (H, W[, 3]) uint8 ─ colour mode ─ crop ─ resize (in 8 bits) ─► (C, H, W) uint8 ─ scale ─► float32

Everything up to the scale happens in 8 bits with whole numbers, so that it is the same on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from math import isqrt
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from app.errors import Unfit
from app.pictures.png import png as encoded

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Mode = Literal["RGB", "L"]
Fit = Literal["cover", "contain", "stretch"]
Resample = Literal["box", "nearest", "bilinear", "bicubic", "lanczos"]  # Pillow's filters; box is by area
Scale = Literal["unit", "byte"] | tuple[Sequence[float], Sequence[float]]
Size = tuple[int, int]  # (rows, columns)
Rectangle = tuple[tuple[int, int], tuple[int, int]]  # half-open spans of rows and of columns


@dataclass(frozen=True, eq=False)
class Picture:
    """Upright 8-bit sRGB pixels (rows, columns, 3), or grey ones (rows, columns), that nobody writes to."""

    pixels: Bytes

    def __post_init__(self) -> None:
        pixels = self.pixels
        assert pixels.dtype == np.uint8, pixels.dtype
        assert pixels.size > 0, pixels.shape
        assert pixels.flags.c_contiguous, pixels.strides
        assert pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3), pixels.shape
        pixels.flags.writeable = False

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def mode(self) -> Mode:
        return "L" if self.pixels.ndim == 2 else "RGB"


def png(picture: Picture) -> bytes:
    """Return the picture as PNG without metadata, packed for speed rather than size."""
    return encoded(picture.pixels)


def from_png(data: bytes) -> Picture:
    """Return the picture that `png` packed; only for bytes of our own."""
    with Image.open(BytesIO(data), formats=("PNG",)) as image:
        return Picture(np.array(image))


def png_size(data: bytes) -> Size:
    """Return the size of the picture that `png` packed; it is not decoded."""
    return int.from_bytes(data[20:24]), int.from_bytes(data[16:20])  # height behind width, first thing in its header


def png_pixels(data: bytes) -> int:
    """Return how many pixels the picture has that `png` packed."""
    rows, columns = png_size(data)
    return rows * columns


def wanted_size(picture_size: Size, height: int | None, width: int | None, working_max_pixels: int) -> Size:
    """Return the (rows, columns) of a run's input; raise Unfit where those asked for are too many.

    Of two sizes left out the picture's own are taken, shrunk to the limit; one left out follows from the other.
    """
    rows, columns = picture_size
    if height is None and width is None:
        return _shrunk(picture_size, working_max_pixels)
    if height is None:
        assert width is not None
        height = follow(width, rows, columns)
    elif width is None:
        width = follow(height, columns, rows)
    if height * width > working_max_pixels:
        raise Unfit(
            "An input of {height:,}×{width:,} has {pixels:,} pixels, and a run takes at most {most:,}; "
            "ask for a smaller height or width.",
            height=height,
            width=width,
            pixels=height * width,
            most=working_max_pixels,
            pointer="/input",
        )
    return height, width


def _shrunk(size: Size, most: int) -> Size:
    if size[0] * size[1] <= most:
        return size
    short, long = min(size), max(size)
    side = max(1, isqrt(most * short // long))
    if side > 1 and side * follow(side, long, short) > most:  # the other side was rounded up
        side -= 1
    other = min(follow(side, long, short), most // side)
    return (side, other) if size[0] == short else (other, side)


def follow(side: int, numerator: int, denominator: int) -> int:
    """Return side · numerator / denominator, rounded half up, at least 1."""
    return max(1, (2 * side * numerator + denominator) // (2 * denominator))


def placed(picture_size: Size, height: int, width: int, fit: Fit) -> tuple[Rectangle, Rectangle]:
    """Return which rectangle of the picture is read, and which one of the (height, width) input it fills.

    Both are whole pixels; where the middle falls between two, the odd one is left at the bottom and right.
    """
    rows, columns = picture_size
    wide = columns * height >= rows * width  # wider than what is wanted
    if fit == "cover":
        crop = (
            (rows, min(columns, follow(rows, width, height)))
            if wide
            else (min(rows, follow(columns, height, width)), columns)
        )
        return _centred(crop, picture_size), ((0, height), (0, width))
    whole = ((0, rows), (0, columns))
    if fit == "stretch":
        return whole, ((0, height), (0, width))
    inner = (
        (min(height, follow(width, rows, columns)), width)
        if wide
        else (height, min(width, follow(height, columns, rows)))
    )
    return whole, _centred(inner, (height, width))


def _centred(inner: Size, outer: Size) -> Rectangle:
    top, left = (outer[0] - inner[0]) // 2, (outer[1] - inner[1]) // 2
    return (top, top + inner[0]), (left, left + inner[1])


def prepare(
    picture: Picture, height: int, width: int, fit: Fit, mode: Mode, resample: Resample = "box"
) -> tuple[Bytes, Rectangle]:
    """Return the picture as uint8 (channels, height, width) and the rectangle of it that is not letterbox.

    The colour mode comes first (grey is ITU-R 601), then the crop, then the resizing, each in 8 bits.
    """
    assert min(height, width) >= 1, (height, width)
    source, target = placed((picture.height, picture.width), height, width, fit)
    image = Image.fromarray(picture.pixels[slice(*source[0]), slice(*source[1])])
    if picture.mode == "RGB" and mode == "L":
        image = image.convert("L")
    (top, bottom), (left, right) = target
    part = np.asarray(image.resize((right - left, bottom - top), Image.Resampling[resample.upper()]))
    channels = 3 if mode == "RGB" else 1
    pixels = np.zeros((channels, height, width), np.uint8)
    pixels[:, top:bottom, left:right] = part if part.ndim == 2 else part.transpose(2, 0, 1)  # grey repeats
    return pixels, target


def on_scale(pixels: Bytes, scale: Scale) -> Floats:
    """Return uint8, whose first axis counts channels, as float32 on `scale`.

    "unit" is 0..1, "byte" 0..255; (mean, std), one number a channel each, is (unit − mean) / std in float32.
    """
    result = pixels.astype(np.float32)
    if scale != "byte":
        result /= np.float32(255)
    if not isinstance(scale, str):
        mean, std = (np.asarray(numbers, np.float32).reshape(-1, *[1] * (pixels.ndim - 1)) for numbers in scale)
        assert len(mean) == len(std) == len(pixels), scale
        assert (std != 0).all(), scale
        result -= mean
        result /= std
    return result


def scaled(pixels: Bytes, rectangle: Rectangle, scale: Scale) -> Floats:
    """Return uint8 (channels, rows, columns) as float32 on `scale`, and 0 outside `rectangle`."""
    result = on_scale(pixels, scale)
    (top, bottom), (left, right) = rectangle
    result[:, :top] = result[:, bottom:] = 0
    result[:, :, :left] = result[:, :, right:] = 0
    return result
