"""The facts of one number that a person is shown, against the numbers themselves, on an oblong picture."""

import re
from dataclasses import replace

import numpy as np
import pytest

from app.explorer.scales import scale_of
from app.explorer.scene import scene_of
from app.explorer.state import place_of
from app.layers import Place
from app.pipeline.document import read_document
from app.printing.numbers import brightness
from app.rendering.scales import Colours
from tests import oblong
from tests.oblong import CONV, FLATTEN, LINEAR, POOL, RELU, SECOND, SHAPES

MAPS = (CONV, RELU, POOL, SECOND)


@pytest.mark.parametrize("layer", [*MAPS, LINEAR])
def test_strongest_and_weakest_are_the_ends_of_the_map_at_work(looked_at, layer: int) -> None:
    view = looked_at(layer, (3, 0, 0))
    sheet = view.result.output[:, 0, 0] if layer == LINEAR else view.result.output[3]
    found = {name: view.result.output[place] for name, place in view.extremes.items()}
    assert found == {"strongest": sheet.max(), "weakest": sheet.min()}
    assert found["strongest"] > found["weakest"]
    if layer != LINEAR:
        assert {place.channel for place in view.extremes.values()} == {3}
        for name, end in (("strongest", sheet.max()), ("weakest", sheet.min())):
            first = np.argwhere(sheet == end)[0]
            assert view.extremes[name][1:] == tuple(first)  # of equal ones the first in reading order


@pytest.mark.parametrize("layer", [CONV, RELU, POOL])
def test_what_passes_values_on_keeps_the_scale_of_its_convolution(looked_at, layer: int) -> None:
    conv = looked_at(CONV, (1, 2, 3)).result.output
    view = looked_at(layer, (1, 2, 3))
    assert view.extent == pytest.approx(float(np.abs(conv).max()))
    assert scale_of(view).extent == view.extent
    assert float(conv.min()) < -float(conv.max()) / 4  # so that its scale is not that of what relu leaves
    second = looked_at(SECOND, (1, 2, 3))
    assert second.extent == pytest.approx(float(np.abs(second.result.output).max()))


@pytest.mark.parametrize("scale", ["byte", "unit", {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.25]}])
def test_a_pixel_is_tinted_by_its_brightness_whatever_its_numbers_count_to(looked_at, scale: object) -> None:
    document = read_document({"input": {**oblong.SOURCE, "scale": scale}, "recipe": oblong.RECIPE})
    view = looked_at(CONV, (1, 2, 3), document)
    pixels = view.before.output
    tints = [view.value_tint(float(value)) for value in pixels.ravel()]
    if isinstance(scale, str):
        ends = 0.0, 255.0 if scale == "byte" else 1.0
    else:
        ends = float(pixels.min()), float(pixels.max())
    assert tints == [brightness(float(value), ends[0], ends[1] + 1e-9) for value in pixels.ravel()]
    assert len(set(tints)) > 8
    assert looked_at(POOL, (1, 2, 3), document).range is None  # maps have signed tints


@pytest.mark.parametrize("layer", MAPS)
def test_the_cells_of_the_window_are_those_of_the_input(looked_at, layer: int) -> None:
    for place in oblong.somewhere(layer, 4):
        view = looked_at(layer, place)
        first, last = view.channels
        groups = {CONV: 1, RELU: 1, POOL: 1, SECOND: 3}  # channels that a number reads
        assert last - first == groups[layer]
        wanted = {CONV: place.channel // 2, SECOND: place.channel // 2 * 3}.get(layer, place.channel)
        assert first == wanted
        assert [face.href for face in view.sheet_faces()] == [
            view.pictures.map(layer - 1 if layer else None, channel).href for channel in range(first, last)
        ]
        swatch, (_, rows, columns) = view.swatch, SHAPES[layer]
        tile = view.map_face(place.channel)
        assert (swatch.x - tile.x, swatch.y - tile.y) == (place.column, place.row)
        assert (tile.columns, tile.rows) == (columns, rows)
        scene = scene_of(view)
        assert scene.place == place
        assert len(scene.sheets) == scene.sheet_count == last - first


def test_what_is_printed_is_the_number_of_the_map(looked_at) -> None:
    for layer in (*MAPS, FLATTEN, LINEAR):
        place = oblong.somewhere(layer, 3)[2]
        view = looked_at(layer, place)
        assert view.closeup.value == view.result.output[place]
        text = view.number(view.closeup.value).replace("−", "-")
        assert float(text) == pytest.approx(float(view.result.output[place]), abs=0.51 * 10**-view.decimals)
        assert place_of(f"{layer}.{place.channel}.{place.row}.{place.column}") == (layer, place)


def test_shares_of_zeros_and_dead_maps_are_counted(looked_at) -> None:
    layers = [*oblong.document().canonical["layers"][:1], {"type": "relu"}]
    layers[0] = {**layers[0], "weights": {"init": "values", "weight": _dead(), "bias": [0, 0, -9, 0, 0, -9]}}
    document = read_document({"input": oblong.SOURCE, "layers": layers})
    view = looked_at(RELU, (1, 2, 3), document)
    output = view.result.output
    assert view.dead == [2, 5] == [k for k, map_ in enumerate(output) if not map_.any()]
    for told, part in ((view.zero_share, output[1]), (view.zero_share_of_all, output)):
        assert 1 <= 100 * (part == 0).mean() <= 99
        assert abs(float(told.removesuffix(" %")) - 100 * (part == 0).mean()) <= 0.5


def test_a_single_zero_among_many_numbers_is_told(looked_at) -> None:
    source = {"values": [[[float(r * 16 + k) for k in range(16)] for r in range(16)]]}
    view = looked_at(0, (0, 1, 1), read_document({"input": source, "recipe": "relu"}))
    assert (view.zero_share, view.zero_share_of_all) == ("1 of 256", "1 of 256")


def _dead() -> list:
    """Return weights in the layout of the first layer, those of the third and the last filter all zero."""
    weight = np.random.default_rng(3).normal(size=(6, 1, 2, 4)).round(2)
    weight[[2, 5]] = 0
    return weight.tolist()


def test_a_place_of_a_vector_is_a_cell_of_its_sheet(looked_at) -> None:
    view = looked_at(LINEAR, (3, 0, 0))
    cells = {view.source.cell(Place(k, 0, 0)) for k in range(308)}
    assert len(cells) == 308
    (top, bottom), (left, right) = view.span
    assert (top, left) == (0, 0)
    assert {(row, column) for _, row, column in cells} <= {(r, c) for r in range(bottom) for c in range(right)}


@pytest.mark.parametrize("layer", [CONV, POOL, SECOND])
def test_cells_of_the_window_beside_the_map_are_told_apart(looked_at, layer: int) -> None:
    size, gap = {CONV: ((2, 4), (3, 1)), POOL: ((3, 2), (1, 1)), SECOND: ((3, 2), (2, 1))}[layer]
    stage = oblong.run().stages[layer]
    _, rows, columns = stage.input_shape
    met = set()
    for place in oblong.somewhere(layer, 6):
        view = looked_at(layer, place)
        first = view.closeup.span  # the whole window, beside the map too
        for row, column in np.ndindex(size):
            down, across = first.rows[0] + row * gap[0], first.columns[0] + column * gap[1]
            beside = not (0 <= down < rows and 0 <= across < columns)
            assert view.numbers.outside(row, column) == beside, (place, row, column)
            met.add(beside)
    assert met == {True, False}


def test_the_pictures_of_maps_have_the_colours_that_are_asked_for_and_their_numbers_none(looked_at) -> None:
    view = looked_at(POOL, (1, 2, 3))
    for theme, ending in (("light", ""), ("dark", "&theme=dark")):
        pictures = replace(view, theme=theme, colours=Colours("grey", "0.5")).pictures
        assert ending in pictures.address(POOL, "output.png")
        assert {"colours=grey", "extent=0.5"} <= set(re.split("[?&]", pictures.address(POOL, "output.png")))
        for name in ("weight.png", "kept.png"):
            assert "grey" not in pictures.address(POOL, name)
        for address in (pictures.address(POOL, "output.npy"), pictures.address(None, "output.npy")):
            assert "grey" not in address
            assert "theme" not in address
        assert "grey" not in pictures.address(None, "output.png")  # a photo has colours of its own
        if theme == "light":
            assert "theme" not in pictures.address(POOL, "output.png")
