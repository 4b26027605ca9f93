"""Colours are true: style sheet and PNGs agree, numbers keep their contrast, a colour leads back to its value."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from app.paths import folder
from app.rendering.palette import CLEAR, STOPS, ZERO, palette, signed_bytes, signed_palette
from app.rendering.sheets.maps import maps_png
from app.rendering.sheets.sheets import tiles

NAMES = ("neg-3", "neg-2", "neg-1", "zero", "pos-1", "pos-2", "pos-3")


def tokens(theme: str) -> dict[str, str]:
    """Return the colours that the style sheet gives `theme`."""
    text = (folder("static") / "css" / "tokens.css").read_text()
    blocks = {
        "light": text.split(":root {")[1].split("\n}")[0],
        "dark": text.split('[data-theme="dark"] {')[1].split("\n}")[0],
    }
    return dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", blocks[theme]))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_style_sheet_and_the_pictures_have_the_same_stops(theme):
    assert tuple(tokens(theme)[name] for name in NAMES) == STOPS[theme]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ink_keeps_seven_to_one_on_every_tint(theme):
    colours = tokens(theme)
    strongest = "lo" if theme == "light" else "hi"
    for tint in ("zero", "neg-tint", "pos-tint", *(f"{sheet}-{strongest}" for sheet in "rgbk")):
        assert contrast(colours["ink"], colours[tint]) >= 7, tint


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_roles_are_legible_on_the_figure(theme):
    colours = tokens(theme)
    for role in ("ink", "ink-2", "window", "filter", "result"):
        assert contrast(colours[role], colours["figure"]) >= 4.5, role


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_byte_of_the_signed_scale_has_a_colour_of_its_own(theme):
    palette = np.frombuffer(signed_palette(theme), np.uint8).reshape(256, 3)
    assert len({tuple(colour) for colour in palette[:CLEAR]}) >= 240  # neighbours may share a rounded colour


def test_zero_is_paper_and_the_ends_are_the_ends():
    x = np.array([[[-2.0, 0.0, 2.0, -0.001, 0.001]]], np.float32)
    assert signed_bytes(x, 2.0).ravel().tolist() == [0, ZERO, 2 * ZERO, ZERO, ZERO]
    assert signed_bytes(x, 0.0).ravel().tolist() == [ZERO] * 5


def test_a_pixel_leads_back_to_its_value_within_one_step():
    rng = np.random.default_rng(1)
    maps = rng.normal(0, 3, (5, 7, 9)).astype(np.float32)
    extent = float(np.abs(maps).max())
    picture = np.asarray(Image.open(io.BytesIO(maps_png(maps, [extent] * 5, "light"))))
    plan = tiles(*maps.shape)
    assert picture.shape[::-1] == plan.size
    for channel, values in enumerate(maps):
        x, y = plan.corner(channel)
        found = picture[y : y + 7, x : x + 9].astype(float)
        assert np.abs((found - ZERO) / ZERO * extent - values).max() <= extent / ZERO
    assert (picture == CLEAR).any()  # the gaps


def test_own_scales_stretch_each_map_alone():
    maps = np.stack([np.full((2, 2), 1.0), np.full((2, 2), 10.0)]).astype(np.float32)
    picture = np.asarray(Image.open(io.BytesIO(maps_png(maps, [1.0, 10.0], "dark"))))
    assert picture[0, 0] == picture[0, 3] == 2 * ZERO


def lightness(colours: np.ndarray) -> np.ndarray:
    """Return the lightness (CIE L*) of colours."""
    parts = colours / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    light = linear @ [0.2126, 0.7152, 0.0722]
    return np.where(light > 0.008856, 116 * np.cbrt(light) - 16, 903.3 * light)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["one", "grey"])
@pytest.mark.parametrize("from_zero", [True, False])
def test_the_lightness_of_a_scale_of_one_colour_grows_evenly(theme, kind, from_zero):
    table = np.frombuffer(palette(kind, theme, from_zero=from_zero), np.uint8).reshape(256, 3)
    lights = lightness(table[ZERO if from_zero else 0 : CLEAR])
    steps = np.diff(lights[:: len(lights) // 16]) * (-1 if kind == "one" and theme == "light" else 1)
    assert (steps > 0).all()
    assert abs(lights[-1] - lights[0]) > 75
    assert steps.max() < 2 * steps.min()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["signed", "one", "grey"])
def test_what_lies_beyond_a_range_has_a_colour_of_no_scale(theme, kind):
    x = np.array([[-3.0, -2.0, 0.0, 2.0, 3.0]], np.float32)
    levels = signed_bytes(x, 2.0, clips=True)
    assert levels.ravel().tolist() == [0, 1, ZERO, 2 * ZERO - 1, 2 * ZERO]
    table = np.frombuffer(palette(kind, theme, clips=True), np.uint8).reshape(256, 3).astype(int)
    for beyond in (0, 2 * ZERO):
        assert np.abs(table[1 : 2 * ZERO] - table[beyond]).sum(axis=1).min() > 60
