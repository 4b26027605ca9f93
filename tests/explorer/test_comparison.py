"""The other side of a comparison: it stands where the same part of the picture is seen, found by marking cells."""

from itertools import product

import numpy as np
import pytest

from app.explorer.comparison import alone, beside, counterpart_of, offset, read_with, swapped, usual
from app.layers import Place
from app.pipeline.document import read_document
from tests import oblong
from tests.oblong import CONV, LINEAR, POOL, RELU, SECOND, SHAPES

OTHERS = [
    (POOL, "layer:0"), (SECOND, "layer:2"), (SECOND, "layer:0"), (SECOND, "padding:0"), (SECOND, "padding:4"),
    (SECOND, "stride:1"), (SECOND, "stride:3"), (SECOND, "dilation:3"), (CONV, "layer:2"), (CONV, "layer:3"),
]  # fmt: skip
ALIKE = [(CONV, "channel:2"), (RELU, "layer:0"), (SECOND, "seed:9"), (CONV, "image:chelsea"), (CONV, "dilation:2")]


class Middles:
    """Where, along one axis, the middle lies of what the numbers of a map see, but for those whose view is cut off."""

    def __init__(self, seen: np.ndarray) -> None:
        self.ends = {
            place: oblong.ends(seen[:, *place]) for place in np.ndindex(seen.shape[1:]) if seen[:, *place].any()
        }
        self.size = max(end - start for start, end in self.ends.values())

    def __call__(self, place: tuple[int, ...]) -> float | None:
        start, end = self.ends.get(tuple(place), (0, 0))
        return (start + end) / 2 if end - start == self.size else None


@pytest.mark.parametrize(("layer", "text"), OTHERS)
def test_the_other_side_is_the_nearest_that_looks_at_the_same_part_of_the_picture(ask, layer: int, text: str) -> None:
    places = [Place(layer % 2, *at) for at in np.ndindex(*SHAPES[layer][1:]) if sum(at) % 3 == 0]

    async def story(lab, run):
        return run, [await counterpart_of(lab, run, oblong.state(layer, place), text) for place in places]

    run, sides = ask(story)
    there = sides[0][0]
    mine, others = (
        [Middles(seen) for seen in oblong.lines(stages[: index + 1])]
        for stages, index in ((run.stages, layer), (there.run.stages, there.state.layer))
    )
    compared = 0
    for place, (other, wrong) in zip(places, sides, strict=True):
        assert not wrong
        assert other.text == text
        found = other.state.place
        assert found.channel == min(place.channel, there.run.stages[there.state.layer].output_shape[0] - 1)
        for axis in (0, 1):
            after = [at + (number == axis + 1) for number, at in enumerate(found)]
            here, stands, follows = mine[axis](place), others[axis](found), others[axis](tuple(after))
            if None not in (here, stands, follows):
                assert abs(here - stands) <= (follows - stands) / 2, (place, found, axis)
                compared += 1
    assert compared > 3


@pytest.mark.parametrize(("layer", "text"), ALIKE)
def test_maps_of_one_shape_are_compared_cell_by_cell(ask, layer: int, text: str) -> None:
    async def story(lab, run):
        for place in oblong.somewhere(layer):
            other, wrong = await counterpart_of(lab, run, oblong.state(layer, place, guess="1", sheet="2"), text)
            if other.text == text:  # another map than the one in view
                assert other.state.place == place._replace(channel=2 if text == "channel:2" else place.channel)
                assert offset(run, oblong.state(layer, place), other.run, other.state) == (0, 0)
            assert not wrong
            assert (other.state.guess, other.state.sheet) == ("", "")

    ask(story)


@pytest.mark.parametrize(("first", "second"), list(product((0, 1, 2, (2, 1), (0, 3)), repeat=2)))
def test_the_difference_is_of_numbers_that_see_the_same_cells(ask, first, second) -> None:
    def document(padding):
        layers = [
            *oblong.document().canonical["layers"][:SECOND],
            {"type": "conv2d", "out_channels": 2, "kernel_size": [3, 2], "padding": padding},
        ]
        return read_document({"input": oblong.SOURCE, "layers": layers})

    async def story(lab, run):
        there = await lab.open(document(second))
        state = oblong.state(SECOND, (1, 4, 5))
        return run, there, offset(run, state, there, state)

    run, there, by = ask(story, document(first))
    if first == second:
        assert by == (0, 0)
        return
    rows, columns = ([n, n] if isinstance(n, int) else list(n) for n in (first, second))
    assert by == (columns[0] - rows[0], columns[1] - rows[1])  # cells of padding before a map are cells of the map
    matched = 0
    for left, right in zip(*(oblong.lines(each.stages) for each in (run, there)), strict=True):
        for row, column in np.ndindex(*left.shape[2:]):
            beyond = row + by[0], column + by[1]
            if all(0 <= at < length for at, length in zip(beyond, right.shape[2:], strict=True)):
                assert np.array_equal(left[:, 1, row, column], right[:, 1, *beyond])
                matched += 1
    assert matched > 40


def test_where_steps_differ_no_offset_says_it(ask) -> None:
    async def story(lab, run):
        state = oblong.state(SECOND, (1, 4, 5))
        for text in ("stride:1", "layer:2"):
            other, _ = await counterpart_of(lab, run, state, text)
            assert offset(run, state, other.run, other.state) is None

    ask(story)


def test_a_vector_is_compared_whole(ask) -> None:
    async def story(lab, run):
        state = oblong.state(LINEAR, (3, 0, 0))
        other, _ = await counterpart_of(lab, run, state, "seed:9")
        assert other.state.place == Place(3, 0, 0)
        assert offset(run, state, other.run, other.state) == (0, 0)

    ask(story)


@pytest.mark.parametrize(
    ("layer", "text", "back"),
    [
        (SECOND, "padding:4", "run"),  # rows and columns differ: no one number says it
        (SECOND, "stride:1", "run"),
        (SECOND, "seed:9", "seed:5"),
        (CONV, "image:chelsea", "image:coffee"),
        (CONV, "channel:2", "channel:1"),
        (RELU, "layer:0", "layer:1"),
        (CONV, "dilation:2", "run"),
    ],
)
def test_the_sides_change_places(ask, layer: int, text: str, back: str) -> None:
    async def story(lab, run):
        state = oblong.state(layer, (1, 4, 5), view="compare")
        other, _ = await counterpart_of(lab, run, state, text)
        after = swapped(run, state, other)
        assert after.document == other.state.document
        assert (after.layer, after.place) == (other.state.layer, other.state.place)
        assert after.option("with") == (f"run:{run.id}" if back == "run" else back)

    ask(story)


def test_what_stands_beside_where_nothing_is_said(ask) -> None:
    async def story(lab, run):
        assert usual(run, oblong.state(RELU))[0] == "layer:0"  # what it was before
        assert usual(run, oblong.state(CONV, (5, 0, 0)))[:2] == ["image:chelsea", "channel:0"]
        assert usual(run, oblong.state(POOL, (1, 0, 0)))[:2] == ["image:chelsea", "channel:2"]

    ask(story)


def test_one_side_alone_is_a_figure_and_a_comparison_has_no_card() -> None:
    state = oblong.state(SECOND, (1, 4, 5), edit="3", pin="o")
    compared = beside(state, "padding:4")
    assert (compared.view, compared.edit, compared.option("with")) == ("compare", "", "padding:4")
    back = alone(compared)
    assert (back.view, back.option("with"), back.pin) == ("figure", "", "")
    assert (back.layer, back.place) == (SECOND, Place(1, 4, 5))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("padding:2", ("padding", "2")), ("image:chelsea", ("image", "chelsea")), ("camera", ("camera", "")),
        ("pictures", ("pictures", "")), ("layer:12", ("layer", "12")), ("run:" + "a" * 32, ("run", "a" * 32)),
        ("padding:123", None), ("layer:", None), ("run:" + "a" * 31, None), ("padding:2 ", None), ("groups:2", None),
    ],
)  # fmt: skip
def test_what_differs_is_read(text: str, read: tuple[str, str] | None) -> None:
    assert read_with(text) == read
