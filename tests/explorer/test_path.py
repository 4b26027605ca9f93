"""The clicker's path: every layer in its order, a few views each, one place in all of them, and the same way back."""

from collections.abc import Callable
from typing import Any

import pytest

from app.explorer.page.page import walked
from app.explorer.page.parts import asked_about
from app.explorer.path import Path, kept, path_of
from app.explorer.state import State
from app.explorer.view import view_of
from app.lab import Lab, Run
from app.layers import LAYERS, Place
from app.pipeline.document import Document, read_document
from tests import oblong, pipelines

FIRST = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)"
VECTOR = "conv2d(4, 3, weights=random(1)) | flatten | linear(5, weights=random(3)) | softmax"
MOST_STOPS = 8  # of a layer: the figure, four sheets, the sum, all maps, why so many
PROJECTOR = (("projector", "1"),)
Trail = list[State]


def on_coffee(recipe: str) -> Document:
    return read_document({"input": {"image": "coffee", "height": 32, "width": 32}, "recipe": recipe})


async def path_at(lab: Lab, run: Run, state: State) -> Path:
    """Return where a clicker leads from a state."""
    view = await view_of(lab, run, state.layer, state.place, "light", "en")
    path = path_of(run, asked_about(view, state), state)
    assert path is not None
    return path


async def there_and_back(lab: Lab, run: Run, start: State, most: int = 400) -> tuple[Trail, Trail, list[str]]:
    """Return every state from the start to the end, those on the way back, and what was said to come next."""
    trail, said = [start], []
    for _ in range(most):
        step = (await path_at(lab, run, trail[-1])).on
        said.append(step.words)
        if step.words.startswith("the end"):
            break
        trail.append(kept(run, step.state))
    else:
        raise AssertionError("the path has no end")
    back = [trail[-1]]
    while step := (await path_at(lab, run, back[-1])).back:
        back.append(kept(run, step.state))
    return trail, back, said


def start(document: Document, place: tuple[int, int, int], **more: Any) -> State:
    return State(document, 0, Place(*place), options=PROJECTOR, **more)


def told(state: State) -> str:
    """Return a state in few words."""
    what = state.view + state.sheet + (f" {state.pin}" if state.pin else "")
    return f"{state.layer} {what}"


def test_the_first_network_is_walked_view_by_view(ask: Callable[..., Any]) -> None:
    async def story(lab: Lab, run: Run) -> Any:
        return await there_and_back(lab, run, start(run.document, (3, 7, 16)))

    trail, back, said = ask(story, on_coffee(FIRST))
    assert [told(state) for state in trail] == [
        *("0 figure", "0 figure0", "0 figure1", "0 figure2", "0 figure3", "0 fan", "0 places"),
        *("1 figure", "1 compare", "2 figure", "2 fan"),
        *("2 trace", "2 trace h.2", "2 trace h.1", "2 trace h.0"),
    ]
    assert said == [
        *("red", "green", "blue", "the sum", "all 6 maps", "why 28?", "relu", "before and after"),
        *("max_pool2d", "all 6 maps", "trace it home", "home: relu", "home: conv2d", "home: Input"),
        "the end; start again",
    ]
    assert {tuple(state.place) for state in trail[:9]} == {(3, 7, 16)}
    assert {tuple(state.place) for state in trail[9:]} == {(3, 3, 8)}
    assert trail[8].option("with") == "layer:0"
    assert back == trail[::-1]


def test_numbers_of_a_vector_are_followed_and_softmax_is_reached_at_the_same_one(ask: Callable[..., Any]) -> None:
    async def story(lab: Lab, run: Run) -> Any:
        return await there_and_back(lab, run, start(run.document, (2, 4, 9)))

    trail, back, said = ask(story, on_coffee(VECTOR))
    places = {state.layer: tuple(state.place) for state in trail}
    assert places[1] == ((2 * 30 + 4) * 30 + 9, 0, 0)  # the one number of the row that the cell has become
    assert places[2] == places[3] == (2, 0, 0)
    assert "all 3,600 numbers" in said
    assert back == trail[::-1]


@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize("number", range(3))
def test_with_any_layer_each_is_reached_in_its_order_and_the_way_back_is_the_same(
    ask: Callable[..., Any], kind: str, number: int
) -> None:
    chance = pipelines.chance(f"path-{kind}-{number}")
    document, stages = pipelines.pipeline(chance, layers=5, sides=12, kind=kind)
    place = pipelines.somewhere(chance, stages[0].output_shape)

    async def story(lab: Lab, run: Run) -> Any:
        return await there_and_back(lab, run, start(run.document, place))

    trail, back, _ = ask(story, document)
    layers = [state.layer for state in trail]
    assert layers == sorted(layers)
    assert set(layers) == set(range(len(stages)))
    for index in range(len(stages)):
        there = [state for state in trail if state.layer == index]
        assert len({tuple(state.place) for state in there}) == 1
        assert (there[0].view, there[0].sheet) == ("figure", "")
        assert len([state for state in there if state.view != "trace"]) <= MOST_STOPS
        assert all(at < length for at, length in zip(there[0].place, stages[index].output_shape, strict=True))
    assert len({state.address() for state in trail}) == len(trail)
    assert trail[-1].view == "trace"
    assert back == trail[::-1]


def test_of_many_sheets_those_that_add_or_take_most_are_told(ask: Callable[..., Any]) -> None:
    recipe = "conv2d(64, 3, weights=random(1)) | relu | conv2d(4, 3, weights=random(2))"

    async def story(lab: Lab, run: Run) -> Any:
        view = await view_of(lab, run, 2, Place(2, 5, 5), "light", "en")
        here = State(run.document, 2, Place(2, 5, 5), options=PROJECTOR)
        return view.closeup.terms["channel_sums"], await there_and_back(lab, run, here)

    sums, (trail, _, said) = ask(story, on_coffee(recipe))
    largest = sorted(sorted(range(64), key=lambda sheet: -abs(sums[sheet]))[:3])
    assert [state.sheet for state in trail[1:5]] == [*map(str, largest), "64"]
    assert said[:4] == [*(f"map {sheet + 1}" for sheet in largest), "the sum"]


def test_from_a_sheet_that_was_chosen_among_many_the_next_that_is_told_follows(ask: Callable[..., Any]) -> None:
    recipe = "conv2d(64, 3, weights=random(1)) | relu | conv2d(4, 3, weights=random(2))"

    async def story(lab: Lab, run: Run) -> Any:
        here = State(run.document, 2, Place(2, 5, 5), options=PROJECTOR)
        told = [int(state.sheet) for state in (await there_and_back(lab, run, here))[0][1:4]]
        between = next(sheet for sheet in range(told[0] + 1, 64) if sheet not in told)
        return told, between, await path_at(lab, run, here.but(sheet=str(between)))

    told, between, path = ask(story, on_coffee(recipe))
    assert int(path.on.state.sheet) == min([sheet for sheet in told if sheet > between], default=64)
    assert int(path.back.state.sheet) == max(sheet for sheet in told if sheet < between)


def test_a_window_that_has_moved_is_followed_from_where_it_is(ask: Callable[..., Any]) -> None:
    async def story(lab: Lab, run: Run) -> Any:
        pool = State(run.document, 2, Place(3, 3, 8), walk="0.3.7.16", options=PROJECTOR)
        moved = pool.but(place=Place(3, 9, 1))
        return [
            (await path_at(lab, run, kept(run, state).but(view="figure"))).back.state.place for state in (pool, moved)
        ]

    stayed, moved = ask(story, on_coffee(FIRST))
    assert stayed == Place(3, 7, 16)
    assert moved == Place(3, 18, 2)


@pytest.mark.parametrize("view", ["stack", "fan", "map"])
def test_in_a_view_that_was_opened_the_next_map_comes_then_the_path_where_it_was_left(
    ask: Callable[..., Any], view: str
) -> None:
    async def story(lab: Lab, run: Run) -> Any:
        trail, said = [start(run.document, (3, 7, 16), view=view, sheet="1")], []
        for _ in range(4):
            step = (await path_at(lab, run, trail[-1])).on
            said.append(step.words)
            trail.append(kept(run, step.state))
        away = (await path_at(lab, run, trail[1])).away
        return trail, said, away.state, (await path_at(lab, run, trail[1])).back.state

    trail, said, away, back = ask(story, on_coffee(FIRST))
    assert said == ["map 5", "map 6", "back: green", "blue"]
    assert [state.place.channel for state in trail] == [3, 4, 5, 3, 3]
    assert [state.view for state in trail] == [view, view, view, "figure", "figure"]
    assert trail[3] == away == start(trail[0].document, (3, 7, 16), sheet="1")
    assert (back.view, back.place) == (view, Place(3, 7, 16))


def test_a_trace_that_was_opened_is_followed_hop_by_hop(ask: Callable[..., Any]) -> None:
    async def story(lab: Lab, run: Run) -> Any:
        state, said = State(run.document, 1, Place(3, 7, 16), "trace", walk="1.3.7.16.compare", options=PROJECTOR), []
        for _ in range(3):
            step = (await path_at(lab, run, state)).on
            said.append(step.words)
            state = kept(run, step.state)
        return said, state

    said, state = ask(story, on_coffee(FIRST))
    assert said == ["home: conv2d", "home: Input", "back: before and after"]
    assert (state.view, state.place) == ("compare", Place(3, 7, 16))


@pytest.mark.parametrize(("view", "layer"), [("shift", 2), ("forward", 0), ("places", 2), ("flat", 0)])
def test_no_view_is_a_dead_end(ask: Callable[..., Any], view: str, layer: int) -> None:
    async def story(lab: Lab, run: Run) -> Any:
        state = State(run.document, layer, Place(3, 3, 8), view, options=PROJECTOR)
        return await there_and_back(lab, run, state)

    trail, back, _ = ask(story, on_coffee(FIRST))
    assert told(trail[-1]) == "2 trace h.0"
    assert told(back[-1]) == "0 figure"


@pytest.mark.parametrize("view", ["figure", "flat", "places"])
def test_a_question_is_answered_first(ask: Callable[..., Any], view: str) -> None:
    options = (*PROJECTOR, ("predict", "1"))

    async def story(lab: Lab, run: Run) -> Any:
        asking = State(run.document, 0, Place(3, 7, 16), view, walk=f"0.3.7.16.{view}", options=options)
        step = (await path_at(lab, run, asking)).on
        told = asked_about(await view_of(lab, run, 0, asking.place, "light", "en"), step.state)
        return step, told, (await path_at(lab, run, step.state)).on

    step, told, after = ask(story, on_coffee(FIRST))
    assert step.words == "the answer"
    assert (step.state.view, step.state.place) == (view, Place(3, 7, 16))
    assert not told.hidden
    assert told.prediction.verdict.text == f"It is {28 if view == 'places' else told.number(told.closeup.value)}."
    assert after.words == ("relu" if view == "places" else "red")


def test_a_view_that_asks_nothing_is_not_held_up(ask: Callable[..., Any]) -> None:
    async def story(lab: Lab, run: Run) -> Any:
        fan = start(run.document, (3, 7, 16), view="fan", walk="0.3.7.16.fan").with_options(predict="1")
        return (await path_at(lab, run, fan)).on.words

    assert ask(story, on_coffee(FIRST)) == "why 28?"


@pytest.mark.parametrize(
    "walk",
    ["x", "9.0.0.0", "0.9.0.0", "0.0.0.99", "0.1", "0.0.0.0.nothing", "-1.0.0.0", "0.0.0.0.fan.fan", "." * 40],
)
@pytest.mark.parametrize("view", ["figure", "fan", "trace", "stack"])
def test_whatever_stands_in_the_address_leads_somewhere(ask: Callable[..., Any], walk: str, view: str) -> None:
    async def story(lab: Lab, run: Run) -> Any:
        state = kept(run, start(run.document, (3, 7, 16), view=view, walk=walk))
        return state, await path_at(lab, run, state)

    state, path = ask(story, on_coffee(FIRST))
    assert state.walk == ""
    assert path.on.state != state


@pytest.mark.parametrize("look", ["trace", "stack", "shift", "figure"])
def test_a_path_that_stands_in_a_view_that_the_layer_does_not_have_goes_on(ask: Callable[..., Any], look: str) -> None:
    async def story(lab: Lab, run: Run) -> Any:
        state = kept(run, start(run.document, (3, 7, 16), view=look, walk=f"0.3.7.16.{look}"))
        return await there_and_back(lab, run, state)

    trail, _, _ = ask(story, on_coffee(FIRST))
    assert told(trail[-1]) == "2 trace h.0"


def test_without_a_projector_nothing_is_kept(ask: Callable[..., Any]) -> None:
    async def story(lab: Lab, run: Run) -> Any:
        state = State(run.document, 0, Place(3, 7, 16), walk="0.3.7.16")
        return kept(run, state).walk, await walked(lab, run, state, "next", "en") == state

    assert ask(story, on_coffee(FIRST)) == ("", True)


def test_on_an_oblong_network_each_place_lies_where_the_first_does(ask: Callable[..., Any]) -> None:
    async def story(lab: Lab, run: Run) -> Any:
        return await there_and_back(lab, run, start(run.document, (3, 14, 25)))

    trail, back, _ = ask(story)
    assert back == trail[::-1]
    wanted = oblong.middle(oblong.seen(oblong.CONV, (3, 14, 25)))
    for index, spare in ((oblong.RELU, 0), (oblong.POOL, 6), (oblong.SECOND, 6)):
        place = next(state.place for state in trail if state.layer == index)
        found = oblong.middle(oblong.seen(index, place))
        assert all(abs(a - b) <= spare for a, b in zip(found, wanted, strict=True)), (index, place)
