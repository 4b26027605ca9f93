"""A state of the explorer: what it carries from layer to layer, what it lets go, and that its link holds all of it."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from app.errors import BrokenRequest, Unfit
from app.explorer.editing.edits import changed_state
from app.explorer.fields import document_of
from app.explorer.options import options_of
from app.explorer.state import State, along, counted_place, place_of, within
from app.layers import Place
from app.pipeline.plan import plan
from app.pipeline.recipe import write
from tests import oblong, pipelines
from tests.oblong import CONV, FLATTEN, LINEAR, POOL, RELU, SECOND, SHAPES

MAPS = (CONV, RELU, POOL, SECOND)
KINDS = [layer.type for layer in oblong.document().layers]


@pytest.mark.parametrize("layer", MAPS)
@pytest.mark.parametrize("there", MAPS)
def test_a_place_that_is_carried_to_another_layer_lies_as_far_down_and_as_far_across(layer: int, there: int) -> None:
    for place in oblong.somewhere(layer):
        found = along(oblong.state(layer, place), SHAPES, there)
        for axis in (1, 2):
            here = place[axis] / SHAPES[layer][axis]
            assert found[axis] / SHAPES[there][axis] <= here < (found[axis] + 1) / SHAPES[there][axis]
        assert found.channel == min(place.channel, SHAPES[there][0] - 1)


@pytest.mark.parametrize("layer", MAPS)
@pytest.mark.parametrize("there", MAPS)
def test_a_place_that_is_carried_to_another_layer_looks_at_the_same_part_of_the_picture(layer: int, there: int) -> None:
    steps = {CONV: (1, 1), RELU: (1, 1), POOL: (2, 3), SECOND: (2, 6)}
    for place in oblong.somewhere(layer):
        found = along(oblong.state(layer, place), SHAPES, there)
        before, after = (oblong.middle(oblong.seen(*each)) for each in ((layer, place), (there, found)))
        for axis in (0, 1):
            coarser = max(steps[layer][axis], steps[there][axis])
            assert abs(before[axis] - after[axis]) <= coarser + 2, (place, found)


def test_a_place_that_is_carried_to_a_vector_is_one_of_its_numbers() -> None:
    state = oblong.state(SECOND, (3, 10, 6))
    assert along(state, SHAPES, LINEAR) == Place(3, 0, 0)
    assert along(oblong.state(FLATTEN, (300, 0, 0)), SHAPES, CONV) == Place(5, 0, 0)


@pytest.mark.parametrize(
    ("pin", "changes", "kept"),
    [
        ("i.2.13.30", {"layer": POOL, "place": Place(2, 4, 5)}, False),  # another layer: its cells are others
        ("i.2.13.30", {"place": Place(4, 20, 1)}, True),  # another number of the same layer
        ("i.2.13.30", {"view": "flat"}, True),  # another drawing of the same number
        ("i.2.13.30", {"view": "trace"}, False),  # a look without a drawing
        ("w.0.1.3", {"edit": "0.weights"}, True),
        ("w.0.1.3", {"layer": POOL, "pin": "o"}, True),  # what is pinned anew stays
    ],
)
def test_a_pin_stays_with_its_layer_and_its_drawings(pin: str, changes: dict[str, object], kept: bool) -> None:
    after = oblong.state(CONV, (3, 7, 16), pin=pin).but(**changes)
    assert after.pin == (changes.get("pin", pin) if kept else "")


def test_what_a_map_is_compared_with_is_let_go_with_the_comparison() -> None:
    state = oblong.state(view="compare", options=(("lang", "en"), ("with", "padding:2")))
    assert state.but(place=Place(1, 2, 3)).option("with") == "padding:2"
    after = state.but(view="figure")
    assert after.option("with") == ""
    assert after.option("lang") == "en"


def test_a_guess_is_about_one_number() -> None:
    state = oblong.state(CONV, (3, 7, 16), guess="0.4", options=(("predict", "1"),))
    assert state.but(edit="0").guess == "0.4"
    assert state.but(place=Place(3, 16, 7)).guess == ""
    assert state.but(layer=RELU).guess == ""
    assert state.but(place=Place(3, 16, 7), guess="0.7").guess == "0.7"


def test_options_are_kept_in_one_order_and_dropped_when_empty() -> None:
    state = oblong.state().with_options(theme="dark", lang="en").with_options(sort="likeness", theme="")
    assert state.options == (("lang", "en"), ("sort", "likeness"))
    assert options_of({"sort": "likeness", "nonsense": "1", "lang": "en", "theme": ""}) == state.options


@pytest.mark.parametrize("layer", range(len(SHAPES)))
def test_the_address_of_a_state_leads_back_to_it(layer: int) -> None:
    for place in oblong.somewhere(layer, 6):
        state = oblong.state(layer, place, view="flat", pin="i.0.3.4", edit=str(layer), options=(("digits", "3"),))
        held = dict(parse_qsl(urlsplit(state.address()).query))
        assert held == state.all_fields()
        assert document_of(held) == state.document
        assert place_of(held["at"]) == (layer, place)
        assert {name: held[name] for name in ("view", "pin", "edit", "digits")} == {
            "view": "flat",
            "pin": "i.0.3.4",
            "edit": str(layer),
            "digits": "3",
        }


@pytest.mark.parametrize("layer", range(len(SHAPES)))
def test_a_place_beyond_the_map_is_moved_to_its_nearest(layer: int) -> None:
    far = within(oblong.state(layer, (9999, 9999, 9999)), SHAPES)
    assert tuple(far.place) == tuple(length - 1 for length in SHAPES[layer])
    assert within(oblong.state(99), SHAPES).layer == LINEAR
    inside = oblong.somewhere(layer, 3)[2]
    assert within(oblong.state(layer, inside), SHAPES).place == inside


def test_a_state_without_layers_is_at_the_start() -> None:
    assert within(oblong.state(POOL, (1, 2, 3)), ()) == oblong.state()


def test_a_place_asked_for_by_number_is_counted_from_one() -> None:
    fields = {"layer": "2", "to_channel": "6", "to_row": "11", "to_column": "12"}
    assert counted_place(fields) == (POOL, Place(5, 10, 11))
    assert counted_place({"layer": "2", "to_row": "3"}) == (POOL, Place(0, 2, 0))
    assert counted_place({**fields, "to_row": "0"}) == (POOL, Place(5, 0, 11))
    assert counted_place({**fields, "to_row": "x"}) is None
    assert place_of("0.1.2") is None
    assert place_of("0.1.2.-3") is None
    assert place_of("0.1.2.²") is None


# ---- layers added, removed, moved


def edited(state: State, fields: dict[str, str]) -> State:
    """Return the state after a form."""
    return changed_state(state, plan(state.document, oblong.SHAPE, **pipelines.PLENTY), fields)


def types(state: State) -> list[str]:
    return [layer.type for layer in state.document.layers]


@pytest.mark.parametrize(("by", "wanted"), [("-1", ["relu", "conv2d"]), ("1", ["conv2d", "max_pool2d", "relu"])])
def test_earlier_and_later_move_a_layer_and_what_is_looked_at_with_it(by: str, wanted: list[str]) -> None:
    after = edited(oblong.state(RELU, edit="1"), {"op": "move", "layer": "1", "by": by})
    assert types(after) == wanted + KINDS[len(wanted) :]
    assert sorted(types(after)) == sorted(KINDS)
    assert (after.layer, after.edit) == (RELU + int(by), str(RELU + int(by)))
    moved = after.document.layers[after.layer]
    assert write([moved]) == write([oblong.document().layers[RELU]])
    back = edited(after, {"op": "move", "layer": after.edit, "by": str(-int(by))})
    assert back.document == oblong.document()


def test_the_first_layer_cannot_go_earlier_nor_the_last_later() -> None:
    for layer, by in ((0, "-1"), (LINEAR, "1")):
        state = oblong.state(layer)
        assert edited(state, {"op": "move", "layer": str(layer), "by": by}) == state


@pytest.mark.parametrize(
    ("at", "gone", "then"), [(SECOND, CONV, POOL), (SECOND, SECOND, POOL), (CONV, SECOND, CONV), (0, 0, 0)]
)
def test_where_a_layer_is_removed_one_stays_with_ones_own(at: int, gone: int, then: int) -> None:
    after = oblong.state(at, edit=str(gone)).removing(gone)
    assert types(after) == KINDS[:gone] + KINDS[gone + 1 :]
    assert (after.layer, after.edit) == (then, "")


def test_a_new_layer_stands_at_the_end_and_is_looked_at() -> None:
    state = oblong.state(CONV, (3, 7, 16))
    after = state.adding(len(KINDS) - 1, oblong.document().layers[RELU])
    assert types(after) == [*KINDS, "relu"]
    assert (after.layer, after.place) == (len(KINDS), Place(0, 0, 0))


@pytest.mark.parametrize(
    ("field", "text", "held"),
    [("stride", "2, 1", (2, 1)), ("stride", "2×3", (2, 3)), ("dilation", "3", (3, 3)), ("padding", "same", None)],
)
def test_two_numbers_are_rows_and_columns(field: str, text: str, held: tuple[int, int] | None) -> None:
    fields = {"op": "set", "layer": str(SECOND), "field": field, "value": text}
    if held is None:
        with pytest.raises(Unfit, match="1×2"):  # "same" needs stride 1
            edited(oblong.state(SECOND), fields)
        return
    after = edited(oblong.state(SECOND), fields)
    assert getattr(after.document.layers[SECOND], field) == held
    assert after.document.layers[:SECOND] == oblong.document().layers[:SECOND]


def test_a_step_is_added_to_both_numbers() -> None:
    fields = {"op": "set", "layer": str(SECOND), "field": "stride", "value": "1, 2", "step": "1"}
    assert edited(oblong.state(SECOND), fields).document.layers[SECOND].stride == (2, 3)
    less = {**fields, "field": "padding", "value": "2 1", "step": "-1"}
    assert edited(oblong.state(SECOND), less).document.layers[SECOND].padding == (1, 0)


@pytest.mark.parametrize(
    "fields",
    [{}, {"op": "nothing"}, {"op": "move"}, {"op": "move", "layer": "99"}, {"op": "move", "layer": "-1"}],
)
def test_a_form_that_does_not_say_what_it_is_about_changes_nothing(fields: dict[str, str]) -> None:
    with pytest.raises(BrokenRequest):
        edited(oblong.state(), fields)


def test_a_link_holds_numbers_while_they_are_few_and_names_a_run_when_they_are_many() -> None:
    few = document_of({"values": "[[[1,-2],[0.5,300]]]", "recipe": "relu"})
    fields = dict(parse_qsl(urlsplit(State(few).address()).query))
    assert (fields["values"], fields["recipe"]) == ("[[[1,-2],[0.5,300]]]", "relu")
    assert document_of(fields) == few
    many = document_of({"values": str([[list(range(3000))]]), "recipe": "relu"})
    assert State(many).needs_run
    assert len(State(many).address()) < 100


def test_the_shape_of_many_numbers_in_a_form_is_refused_before_they_are_read() -> None:
    def check(shape: tuple[int, ...]) -> None:
        raise Unfit("no {shape}", shape=shape)

    block = f"[[{[7] * 300}, {[8] * 300}]]"
    for fields in ({"values": " " * 100_000 + block}, {"values": "[[[1]]]", "layers": block.rjust(100_001)}):
        with pytest.raises(Unfit, match=r"no \(1, 2, 300\)"):
            document_of(fields, check)
