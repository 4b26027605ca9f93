"""What a pin marks is what is connected: every set of cells, and every colour, against trying it out."""

import re

import numpy as np
import pytest

from app.explorer.pointing.pointed import Pin, pointed, read_pin
from app.explorer.view import view_of
from app.layers import Place
from app.pipeline.document import read_document
from app.printing.numbers import level
from tests.pages.reading import link, read

pytestmark = pytest.mark.reads

SQUARE = re.compile(r"M(-?\d+) (-?\d+)h(-?\d+)v(-?\d+)h(-?\d+)z")
PICTURE = {"values": np.random.default_rng(5).normal(size=(2, 6, 7)).round(2).tolist()}
LAYERS = [
    "conv2d(3, 3)",
    "conv2d(2, (2, 4), stride=(2, 3))",
    "conv2d(2, (3, 2), dilation=(2, 3))",
    "conv2d(2, 3, padding=2)",
    'conv2d(2, 3, padding=2, stride=2, dilation=2, padding_mode="reflect")',
    'conv2d(2, 5, padding=4, padding_mode="reflect")',
    'conv2d(2, 3, padding=2, padding_mode="replicate")',
    'conv2d(2, (5, 3), padding=(5, 1), padding_mode="circular")',
    "conv2d(4, 3, padding=1, groups=2)",
    "conv_transpose2d(3, (3, 2), (2, 3))",
    "conv_transpose2d(2, 3, 2, (0, 1), output_padding=1, dilation=(1, 2))",
    "conv_transpose2d(4, 2, 3, groups=2)",
    "upsample2d((2, 3))",
    "zero_pad2d((1, 0, 2, 1))",
    "max_pool2d(2)",
    "max_pool2d(3, 2, padding=1, ceil_mode=True)",
    "avg_pool2d((2, 3), (3, 2))",
    "relu",
    "relu6",
    "dropout",
    "batch_norm2d",
    "global_avg_pool2d",
    "linear(5)",
    "flatten",
    "flatten | linear(5)",
    "flatten | linear(5) | softmax",
]
EVERY = pytest.mark.parametrize("recipe", LAYERS)


FIRST = Place(0, 0, 0)


def looked_at(client, recipe, place=FIRST):
    """Return the view of one number of the last layer."""
    lab = client.app.state.lab

    async def look():
        run = await lab.open(read_document({"input": PICTURE, "recipe": recipe}))
        return await view_of(lab, run, len(run.stages) - 1, place, "light", "en")

    return client.portal.call(look)


def cells(path):
    """Return the cells of a path of rectangles, one mention each."""
    found = []
    for x, y, width, height, back in SQUARE.findall(path):
        x, y, width, height, back = map(int, (x, y, width, height, back))
        assert back == -width
        found += [(row, column) for row in range(y, y + height) for column in range(x, x + width)]
    return found


def marked(found, on, *looks):
    """Return the cells on one sheet that are marked with any of these looks."""
    return [
        cell
        for mark in found.marks
        if mark.on == on and any(look in mark.look.split() for look in looks)
        for cell in (set(cells(mark.cells)) & set(cells(mark.within)) if mark.within else cells(mark.cells))
    ]


def change(seen, cell):
    """Return how much a cell of the input counts for each number of the output; NaN where it is not read."""
    x = seen.before.output
    there, plus, zero = x.copy(), np.zeros_like(x), np.zeros_like(x)
    there[cell], plus[cell] = np.nan, 1
    weights = seen.result.weights
    with np.errstate(invalid="ignore"):
        reads = np.isnan(seen.layer.forward(there, weights))
    change = seen.layer.forward(plus, weights).astype(float) - seen.layer.forward(zero, weights)
    return np.where(reads, change, np.nan)


@EVERY
def test_a_cell_of_the_input_marks_every_output_that_reads_it_and_no_other(client, recipe):
    for place in (Place(0, 0, 0), None):
        seen = looked_at(client, recipe)
        if place is None:
            last = tuple(length - 1 for length in seen.stage.output_shape)
            seen = looked_at(client, recipe, Place(*last))
        shape = seen.stage.input_shape
        for cell in np.ndindex(shape):
            changed = change(seen, cell)
            if seen.target.single:
                wanted = {seen.target.cell(Place(c, 0, 0))[1:] for c in np.flatnonzero(~np.isnan(changed.ravel()))}
            else:
                wanted = set(map(tuple, np.argwhere(~np.isnan(changed[seen.place.channel])).tolist()))
            found = pointed(seen, f"i.{cell[0]}.{cell[1]}.{cell[2]}")
            listed = marked(found, "map", "thin")
            assert len(listed) == len(set(listed))
            assert set(listed) == wanted
            if seen.weight is None or not wanted:
                assert not marked(found, "map", "tinted")
                continue
            tinted = {at: mark.look for mark in found.marks if mark.on == "map" and "tinted" in mark.look
                      for at in cells(mark.cells)}  # fmt: skip
            assert set(tinted) == wanted
            for at, look in tinted.items():
                value = changed.ravel()[at[0] * seen.target.columns + at[1]] if seen.target.single else (
                    changed[seen.place.channel][at]
                )  # fmt: skip
                assert look.split()[1] in near(value, seen.weight_extent)


def near(value, extent):
    """Return the tints that a number has, give or take rounding."""
    return {level(value * (1 + d) + d * 1e-3, extent) for d in (-1e-5, 0, 1e-5)}


@EVERY
def test_a_weight_marks_every_cell_that_it_ever_multiplies(client, recipe):
    seen = looked_at(client, recipe)
    if seen.weight is None:
        assert pointed(seen, "w.0.0.0") is None
        return
    _, rows, columns = seen.stage.input_shape
    mode = getattr(seen.layer, "padding_mode", "zeros")
    for tap in np.ndindex(seen.weight.shape[1:]):
        found = pointed(seen, "w." + ".".join(map(str, tap)))
        if seen.target.single:  # a weight for each number
            if seen.source.single:
                assert marked(found, "sheet", "filled") == [seen.source.cell(Place(tap[0], 0, 0))[1:]]
            else:
                assert marked(found, "sheet", "shared") == [tap[1:]]
            assert "nothing is shared" in found.sentence
            continue
        if not hasattr(seen.layer, "window"):
            stamped = met_by(seen, tap)
            assert set(marked(found, "sheet", "shared")) == stamped
            assert f"multiplies {len(stamped)} cells, each for one place" in found.sentence
            assert marked(found, "slice", "ring") == [tap[1:]]
            continue
        window, wanted, padding = seen.layer.window(seen.stage.input_shape), [], 0
        for row, column in np.ndindex(seen.stage.output_shape[1:]):
            top, left = window.origin(row, column)
            r = real(top + tap[1] * window.dilation[0], rows, mode)
            c = real(left + tap[2] * window.dilation[1], columns, mode)
            if r is None or c is None:
                padding += 1
            else:
                wanted.append((r, c))
        assert set(marked(found, "sheet", "shared")) == set(wanted)
        numbers = [int(n) for n in re.findall(r"(?<![\d.])\d+(?![\d.]|, |\))", found.sentence.split(") ")[1])]
        if len(set(wanted)) < len(wanted):
            assert numbers == [len(wanted) + padding, len(set(wanted))]
        else:
            assert numbers == [len(wanted)] + ([padding] if padding else [])
        assert marked(found, "slice", "ring") == [tap[1:]]


def met_by(seen, tap):
    """Return the cells that a tap of a transposed convolution carries onto the map, by trying all."""
    layer, (_, rows, columns), (_, high, wide) = seen.layer, seen.stage.input_shape, seen.stage.output_shape
    down, across = (
        [n * layer.stride[axis] - layer.padding[axis] + tap[1 + axis] * layer.dilation[axis] for n in range(length)]
        for axis, length in enumerate((rows, columns))
    )
    return {(r, c) for r in range(rows) for c in range(columns) if 0 <= down[r] < high and 0 <= across[c] < wide}


def real(at, length, mode):
    """Return the real cell that a coordinate stands for, one step at a time."""
    for _ in range(99):
        if 0 <= at < length:
            return at
        if mode == "zeros":
            return None
        if mode == "replicate":
            at = min(max(at, 0), length - 1)
        elif mode == "circular":
            at += length if at < 0 else -length
        else:
            at = -at if at < 0 else 2 * (length - 1) - at
    raise AssertionError


def test_the_window_of_an_output_has_gaps_where_it_is_dilated(client):
    seen = looked_at(client, "conv2d(2, (3, 2), dilation=(2, 3))", Place(1, 1, 2))
    found = pointed(seen, "o")
    for k in range(2):
        tints = {cell: mark.look.split()[1] for mark in found.marks if mark.on == "sheet" and mark.index == k
                 for cell in cells(mark.cells)}  # fmt: skip
        kernel = seen.weight[1, k]
        assert tints == {
            (2 * row, 3 * column): level(float(kernel[row, column]), seen.weight_extent)
            for row, column in np.ndindex(kernel.shape)
        }
    assert all(mark.follows for mark in found.marks)


@pytest.mark.parametrize("view", ["figure", "flat"])
def test_the_window_of_a_dilated_pool_shows_the_cells_that_it_reads_and_no_others(client, view):
    page = client.get(
        link("max_pool2d((2, 3), 1, 1, dilation=(3, 2))", image="coffee", size=12, view=view, at="0.1.0.4")
    )
    lens = read(page.text).one(class_="lens")
    shown = [crop.attributes["viewbox"] for crop in lens.all("svg")]
    assert shown == ["3 2 1 1", "5 2 1 1", "7 2 1 1"]  # the row above is padding
    (hit,) = lens.all(class_="hit")
    assert hit.attributes["data-corner"] == "-1 3 3 2"


def test_the_winners_of_a_pool_are_marked_in_its_window(client):
    for place in (Place(1, 1, 2), Place(0, 2, 1)):
        seen = looked_at(client, "max_pool2d(2)", place)
        top, left = 2 * place.row, 2 * place.column
        read = seen.before.output[place.channel, top : top + 2, left : left + 2]
        wanted = [(top + row, left + column) for row, column in np.argwhere(read == read.max()).tolist()]
        assert marked(pointed(seen, "o"), "sheet", "ring") == wanted


@pytest.mark.parametrize(
    ("text", "pin"),
    [
        ("o", Pin("o")),
        ("i.2.7.16", Pin("i", Place(2, 7, 16))),
        ("w.0.1.2", Pin("w", Place(0, 1, 2))),
        *((text, None) for text in ("", "w", "w.0", "i.1.2", "i.1.2.3.4", "x.1.2.3", "i.-1.2.3", "i.1.²3.2", "o.1")),
    ],
)
def test_a_pin_is_read_as_it_is_written(text, pin):
    assert read_pin(text) == pin


@pytest.mark.parametrize("pin", ["i.3.0.0", "i.0.32.0", "i.0.0.32", "w.3.0.0", "w.0.5.0", "w.0.0.5", "nonsense"])
def test_what_is_not_there_cannot_be_pointed_at(client, pin):
    page = client.get(link("conv2d(6, 5)", at="0.3.7.16", pin=pin))
    assert page.status_code == 200
    assert not list(read(page.text).one("div", id="pointed").all("p"))


def test_a_link_shows_what_is_pointed_at(client):
    page = read(client.get(link("conv2d(6, 5, weights=random(7))", at="0.3.7.16", pin="w.1.2.3")).text)
    assert page.one("div", id="pointed").one("p").text.startswith("This weight (row 3, column 4 of green: ")
    assert "784 cells, one at each place" in page.one("div", id="pointed").text
    marks = [group for group in page.all("g", "pointing") if list(group.all())]
    assert len(marks) == 3, "one drawing a width of screen"
    assert len({element.attributes["id"] for element in page.all("clippath")}) == len(list(page.all("clippath")))


def test_a_preview_is_the_same_as_the_page(client):
    address = link("conv2d(6, 5, weights=random(7))", at="0.3.7.16", pin="i.1.9.9")
    page = read(client.get(address).text)
    run = page.one("div", id="app").attributes["data-run"]
    part = read(client.get(f"/parts/pointing/{run}?at=0.3.7.16&pin=i.1.9.9&view=figure&layout=wide").text)
    assert part.one("p").text == page.one("div", id="pointed").one("p").text
    wide = next(page.all("svg", "wide")).one("g", "pointing")
    assert [e.attributes for e in part.one("g", "pointing").all()] == [e.attributes for e in wide.all()]


@pytest.mark.parametrize("recipe", ["conv2d(4, 3)", "conv2d(4, 11)", "flatten | linear(300)", "linear(40)"])
def test_marks_stay_few(client, recipe):
    for pin in ("o", "i.1.9.9", "w.1.1.1", "i.40.0.0", "w.40.0.0"):
        at = "1.2.0.0" if "|" in recipe else "0.2.0.0"
        text = client.get(link(recipe, size=64, at=at, pin=pin)).text
        for group in read(text).all("g", "pointing"):
            assert len(list(group.all())) <= 100
