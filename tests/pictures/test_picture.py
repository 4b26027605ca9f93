"""From a picture to the array that a run reads; tests/golden_input.npz holds it to the bit."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.errors import Unfit
from app.pictures import gallery
from app.pictures.picture import Fit, Mode, Picture, Resample, from_png, placed, png, prepare, scaled, wanted_size
from tests import samples

GOLDEN = Path(__file__).with_name("golden_input.npz")
LIMIT = 4_000_000
WHOLE = ((0, 2), (0, 2))
sides = st.integers(1, 300)


def picture(width: int = 24, height: int = 16) -> Picture:
    return Picture(np.array(samples.gradient(width, height)))


# ---- golden arrays


@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("fit", get_args(Fit))
def test_chelsea_gives_the_same_bytes_for_ever(mode: Mode, fit: Fit) -> None:
    pixels, real = prepare(gallery.load("chelsea"), 32, 32, fit, mode)
    with np.load(GOLDEN) as golden:
        assert np.array_equal(pixels, golden[f"{mode}_{fit}"])
    assert real == (((5, 26), (0, 32)) if fit == "contain" else ((0, 32), (0, 32)))


FILTERS = {
    "box": ("BOX", "77b95a2ece311059"),
    "nearest": ("NEAREST", "3840d7cd43f28f80"),
    "bilinear": ("BILINEAR", "38d64ea188181a0f"),  # torchvision's Resize of a picture, unless told otherwise
    "bicubic": ("BICUBIC", "d19b71988f8a079f"),
    "lanczos": ("LANCZOS", "7da1386bafb3e136"),
}


@pytest.mark.parametrize("resample", get_args(Resample))
def test_each_filter_is_pillow_s_and_gives_the_same_bytes_for_ever(resample: Resample) -> None:
    pixels, _ = prepare(gallery.load("chelsea"), 32, 32, "cover", "RGB", resample)
    name, digest = FILTERS[resample]
    assert hashlib.sha256(pixels.tobytes()).hexdigest()[:16] == digest
    whole, _ = prepare(gallery.load("chelsea"), 20, 33, "stretch", "RGB", resample)
    theirs = Image.fromarray(gallery.load("chelsea").pixels).resize((33, 20), Image.Resampling[name])
    assert np.array_equal(whole.transpose(1, 2, 0), np.asarray(theirs))


def test_chelsea_gives_the_same_floats_for_ever() -> None:
    pixels, real = prepare(gallery.load("chelsea"), 32, 32, "contain", "RGB")
    with np.load(GOLDEN) as golden:
        assert np.array_equal(scaled(pixels, real, "unit"), golden["unit"])
        assert np.array_equal(scaled(pixels, real, ((0.5, 0.4, 0.3), (0.2, 0.25, 0.3))), golden["normalized"])


# ---- the picture itself


def test_a_picture_survives_its_png_and_carries_nothing_else() -> None:
    for original in (picture(), gallery.load("coins")):
        data = png(original)
        again = from_png(data)
        assert np.array_equal(again.pixels, original.pixels)
        assert again.mode == original.mode
        with Image.open(BytesIO(data)) as image:
            assert not image.info


def test_nobody_writes_to_a_picture() -> None:
    with pytest.raises(ValueError, match="read-only"):
        picture().pixels[0, 0] = 1


# ---- sizes


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [
        (32, 32, (32, 32)),
        (100, None, (100, 150)),  # 150.33
        (None, 100, (67, 100)),  # 66.52
        (None, None, (300, 451)),
        (1, None, (1, 2)),  # 1.503
        (None, 1, (1, 1)),  # 0.67
    ],
)
def test_one_size_follows_from_the_other(height: int | None, width: int | None, expected: tuple[int, int]) -> None:
    assert wanted_size((300, 451), height, width, LIMIT) == expected


def test_halves_round_up_and_nothing_vanishes() -> None:
    assert wanted_size((2, 5), 1, None, LIMIT) == (1, 3)  # 2.5
    assert wanted_size((2, 3), 1, None, LIMIT) == (1, 2)  # 1.5
    assert wanted_size((1000, 1), 5, None, LIMIT) == (5, 1)  # 0.005


def test_a_picture_over_the_working_limit_is_shrunk_in_its_shape() -> None:
    height, width = wanted_size((4000, 6000), None, None, LIMIT)
    assert (height, width) == (1632, 2448)
    assert wanted_size((1, 25_000_000), None, None, LIMIT) == (1, LIMIT)
    assert wanted_size((2000, 2000), None, None, LIMIT) == (2000, 2000)


@given(st.integers(1, 30_000), st.integers(1, 30_000), st.integers(1, 10_000))
def test_what_is_shrunk_fits_and_wastes_little(height: int, width: int, limit: int) -> None:
    rows, columns = wanted_size((height, width), None, None, limit)
    assert 1 <= rows * columns <= limit
    assert rows <= height
    assert columns <= width
    if height * width > limit and limit >= max(height, width) / min(height, width):
        assert (min(rows, columns) + 2) ** 2 * max(height, width) > limit * min(height, width)


@pytest.mark.parametrize(("height", "width"), [(2001, 2000), (2001, None), (None, 2001)])
def test_sizes_over_the_limit_are_refused_with_the_numbers(height: int | None, width: int | None) -> None:
    with pytest.raises(Unfit, match=r"has 4,00\d,\d{3} pixels, and a run takes at most 4,000,000"):
        wanted_size((500, 500), height, width, LIMIT)


# ---- fitting


@pytest.mark.parametrize(
    ("fit", "wanted", "crop", "real"),
    [
        ("cover", (32, 32), ((0, 300), (75, 375)), ((0, 32), (0, 32))),  # the odd column stays at the right
        ("cover", (10, 40), ((93, 206), (0, 451)), ((0, 10), (0, 40))),
        ("contain", (32, 32), ((0, 300), (0, 451)), ((5, 26), (0, 32))),
        ("contain", (10, 40), ((0, 300), (0, 451)), ((0, 10), (12, 27))),
        ("stretch", (10, 40), ((0, 300), (0, 451)), ((0, 10), (0, 40))),
    ],
)
def test_how_a_picture_meets_a_size(fit: Fit, wanted: tuple[int, int], crop: object, real: object) -> None:
    assert placed((300, 451), *wanted, fit) == (crop, real)


@given(sides, sides, sides, sides, st.sampled_from(get_args(Fit)))
def test_no_rectangle_is_empty_or_leaves_its_frame(height: int, width: int, rows: int, columns: int, fit: Fit) -> None:
    crop, real = placed((height, width), rows, columns, fit)
    for (start, stop), side in zip((*crop, *real), (height, width, rows, columns), strict=True):
        assert 0 <= start < stop <= side
        assert abs(start - (side - stop)) <= max(1, side - (stop - start))
    touching = crop if fit == "cover" else real
    assert any(
        (stop - start) == side
        for (start, stop), side in zip(touching, (height, width) if fit == "cover" else (rows, columns), strict=True)
    )


def test_areas_are_averaged() -> None:
    pixels, _ = prepare(gallery.load("astronaut"), 32, 32, "cover", "RGB")
    blocks = gallery.load("astronaut").pixels.reshape(32, 16, 32, 16, 3).mean((1, 3)).transpose(2, 0, 1)
    assert np.abs(pixels - blocks).max() <= 1.0


def test_at_its_own_size_a_picture_is_itself() -> None:
    for fit in get_args(Fit):
        pixels, real = prepare(picture(), 16, 24, fit, "RGB")
        assert np.array_equal(pixels, picture().pixels.transpose(2, 0, 1))
        assert pixels.flags.c_contiguous
        assert real == ((0, 16), (0, 24))


def test_grey_is_itu_601_and_asked_for_in_colour_repeats() -> None:
    one = Picture(np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8))
    assert prepare(one, 1, 3, "cover", "L")[0].tolist() == [[[76, 150, 29]]]
    coins = gallery.load("coins")
    color, _ = prepare(coins, 20, 20, "cover", "RGB")
    assert np.array_equal(color, np.repeat(prepare(coins, 20, 20, "cover", "L")[0], 3, axis=0))


# ---- scales


def test_scales() -> None:
    pixels = np.array([[[0, 51], [255, 1]]], np.uint8)
    unit = scaled(pixels, WHOLE, "unit")
    assert unit.dtype == np.float32
    assert np.array_equal(unit, pixels.astype(np.float32) / np.float32(255))
    assert scaled(pixels, WHOLE, "byte").tolist() == [[[0, 51], [255, 1]]]
    normalized = scaled(pixels, WHOLE, ([0.5], [0.25]))
    assert np.array_equal(normalized, (unit - np.float32(0.5)) / np.float32(0.25))


@pytest.mark.parametrize("scale", ["unit", "byte", ([0.5, 0.5, 0.5], [0.2, 0.2, 0.2])])
def test_the_letterbox_is_zero_on_the_final_scale(scale: object) -> None:
    pixels, real = prepare(picture(), 24, 24, "contain", "RGB")
    assert real == ((4, 20), (0, 24))
    result = scaled(pixels, real, scale)  # type: ignore[arg-type]
    assert not result[:, :4].any()
    assert not result[:, 20:].any()
    assert result[:, 4:20].any()
    assert result[0, 4, 0] == (-2.5 if isinstance(scale, tuple) else 0)  # a black pixel is not letterbox
