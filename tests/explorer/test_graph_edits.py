"""Networks with branches, edited as the card edits them: what comes of it can be, or a sentence says why not."""

from random import Random
from urllib.parse import parse_qs, urlsplit

import pytest

from app.errors import Mistake, Unfit
from app.explorer.editing.additions import adding
from app.explorer.editing.edits import changed_state
from app.explorer.state import State
from app.lab import Lab, Run
from app.layers import LAYERS
from app.messages import catalogue
from app.pipeline import recipe
from app.pipeline.document import Document, ValuesInput
from app.pipeline.plan import plan
from app.settings import Settings
from app.storage.memory import MemoryStore
from tests import pipelines

SHAPE = (4, 6, 5)
RESIDUAL = "conv2d(4, 3, padding=1) | relu | conv2d(4, 3, padding=1)"


def state_of(text: str) -> State:
    numbers = ValuesInput.model_validate({"values": [[[0.5] * 5] * 6] * 4})
    return State(Document(input=numbers, layers=recipe.read(text)))


def edited(state: State, **fields: str) -> State:
    return changed_state(state, plan(state.document, SHAPE, **pipelines.PLENTY), fields)


def test_any_edit_of_any_graph_leads_to_one_that_can_be_or_is_refused_in_a_sentence() -> None:
    done = refused = 0
    for number in range(40):
        chance = pipelines.chance(f"graph edits {number}")
        document, _ = pipelines.graph(chance, layers=7, sides=6)
        state = State(document)
        for _ in range(4):
            try:
                after = _act(chance, state)
                shape = document.input.values.array.shape  # type: ignore[union-attr]
                plan(after.document, shape, **pipelines.PLENTY)
            except Mistake as mistake:
                refused += 1
                said = mistake.say(catalogue("en").gettext)
                assert said.endswith("."), said
                assert "{" not in said, said
                continue
            done += 1
            assert recipe.read(after.document.recipe) == after.document.layers
            state = after
    assert done > 50
    assert refused > 15


def _act(chance: Random, state: State) -> State:
    layers = state.document.layers
    act = chance.choice(["move", "reads", "toggle", "name", "remove", "add"])
    if act == "add" or not layers:
        kind = chance.choice(["relu", "dropout", "sigmoid"])
        return state.adding(chance.randrange(-1, len(layers)), recipe.read(kind)[0])
    index = chance.randrange(len(layers))
    if act == "remove":
        return state.removing(index)
    fields = {"op": act, "layer": str(index), "by": chance.choice(["1", "-1"])}
    said = str(chance.randint(0, index + 1))
    if act == "toggle":
        fields |= {"op": "reads", "toggle": said}
    elif act == "reads":
        fields |= {"value": ", ".join([said, *(str(chance.randint(0, index)) for _ in range(chance.randrange(3)))])}
    elif act == "name":
        fields |= {"value": chance.choice(["", "block/one", "é"])}
    return changed_state(state, (), fields)


@pytest.mark.parametrize(
    ("layer", "fields", "wanted"),
    [
        (4, {"value": "0"}, "inputs=-1"),
        (4, {"value": "way"}, "inputs=0"),  # by its name
        (4, {"toggle": "2"}, "inputs=1"),  # which takes the place of the one
        (3, {"toggle": "1"}, "inputs=[2, 1, 0]"),  # one more …
        (3, {"value": "3, way"}, "inputs=[2, 0]"),
    ],
)
def test_what_a_layer_reads_is_said_by_number_or_name(layer: int, fields: dict[str, str], wanted: str) -> None:
    state = state_of(f"{RESIDUAL} | add(inputs=[2, 1]) | tanh")
    state = edited(state, op="name", layer="0", value=" way ")
    assert state.document.layers[0].name == "way"
    after = edited(state, op="reads", layer=str(layer), **fields)
    assert wanted in after.document.recipe.split(" | ")[layer]


def test_of_several_inputs_one_goes_again_and_two_stay() -> None:
    state = state_of(f"{RESIDUAL} | add(inputs=[2, 1, 0])")
    after = edited(state, op="reads", layer="3", toggle="1")
    assert after.document.layers[3].inputs == (2, 1)
    with pytest.raises(Unfit, match="two or more"):
        edited(after, op="reads", layer="3", toggle="2")


@pytest.mark.parametrize(("value", "given"), [("4", "'4'"), ("no", "'no'"), ("-1", "'-1'"), ("²", "'²'")])
def test_what_comes_later_or_is_nowhere_is_refused(value: str, given: str) -> None:
    with pytest.raises(Unfit, match=f"Layer 3 reads outputs .* from 0, the input, to 2, or a name, not {given}"):
        edited(state_of(RESIDUAL), op="reads", layer="2", value=value)


# ---- what the menu offers


def offered(text: str, after: int | None = None) -> dict[str, tuple[str, str]]:
    """Return what the menu offers behind a layer: what it says, and the recipe that it leads to, if any."""
    state = state_of(text)
    settings = Settings(compute_slots=1)
    lab = Lab(settings, MemoryStore(), b"k" * 32)
    run = Run(state.document, SHAPE, plan(state.document, SHAPE, **pipelines.PLENTY))
    found = adding(run, state, len(run.stages) - 1 if after is None else after, lab, str)
    lab.close()
    return {each.kind: (each.text, parse_qs(urlsplit(each.href).query).get("recipe", [""])[0]) for each in found}


def test_add_and_concat_are_offered_with_what_was_there_before_something_was_learned() -> None:
    found = offered(RESIDUAL)
    assert set(found) == {*LAYERS, "residual block"}
    assert found["add"][1] == f"{RESIDUAL} | add(inputs=[2, 1])"
    assert found["concat"][1] == f"{RESIDUAL} | concat(inputs=[2, 1])"
    assert offered(f"{RESIDUAL} | relu")["add"][1] == f"{RESIDUAL} | relu | add(inputs=[3, 1])", "not the relu’s own"


def test_where_nothing_fits_it_says_so() -> None:
    found = offered("conv2d(3, 3)")
    assert found["add"] == (found["add"][0], "")
    assert "No earlier output has the shape of the one before, 3×4×3" in found["add"][0]
    assert "No earlier output has as many rows and columns" in found["concat"][0]
    assert offered("conv2d(3, 3, padding=1)")["concat"][1].endswith("concat(inputs=[0, -1])")


def test_inside_a_branch_it_joins_the_branch() -> None:
    text = f"{RESIDUAL} | add(inputs=[2, 1])"
    way = offered(text, 1)["tanh"][1]
    assert way == RESIDUAL.replace("relu", "relu | tanh") + " | add(inputs=[3, 2])"


def test_what_does_not_fit_inside_names_the_layer_behind_it_and_filters_are_as_many_as_keep_it() -> None:
    found = offered(f"{RESIDUAL} | add(inputs=[2, 1])", 2)
    assert found["conv2d"][1] == f"{RESIDUAL} | conv2d(4, 3, padding=1) | add(inputs=[3, 1])"
    assert found["max_pool2d"][0] == "Then what layer 4, add, joins no longer goes together."
    wide = RESIDUAL.replace("2d(4", "2d(5")
    assert offered(f"{wide} | add(inputs=[2, 1])", 2)["conv2d"][1].count("conv2d(5, 3, padding=1)") == 3


def test_a_residual_block_reads_what_it_goes_round_and_is_one_block() -> None:
    first = offered("conv2d(4, 1)")["residual block"][1]
    layers = recipe.read(first)
    assert [layer.type for layer in layers] == ["conv2d", "conv2d", "relu", "conv2d", "add", "relu"]
    assert layers[4].inputs == (0, 3)
    assert {(layer.name or "").partition("/")[0] for layer in layers[1:]} == {"residual1"}
    plan(state_of(first).document, SHAPE, **pipelines.PLENTY)
    assert 'name="residual2/add"' in offered(first)["residual block"][1]
