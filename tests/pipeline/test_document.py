"""The document: one id for all its spellings, shapes and costs before any arithmetic."""

import base64
import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Unfit
from app.pipeline import recipe
from app.pipeline.document import Document, read_document, unpack
from app.pipeline.plan import plan
from tests import pipelines

CHELSEA = {"image": "chelsea", "height": 32, "width": 32}


def planned(text: str, shape=(3, 32, 32), multiplications=2 * 10**10, size=512 * 10**6):
    document = read_document({"input": CHELSEA, "recipe": text})
    return plan(document, shape, most_multiplications=multiplications, most_bytes=size)


@pytest.mark.parametrize(
    "spelling",
    [
        {"input": CHELSEA, "recipe": "conv2d(6, 5) | max_pool2d(2)"},
        {"layers": [{"kernel_size": [5, 5], "out_channels": 6, "type": "conv2d", "padding": "valid"},
                    {"type": "max_pool2d", "kernel_size": 2, "stride": [2, 2], "padding": 0}],
         "input": {**CHELSEA, "fit": "cover", "mode": "RGB", "scale": "unit"}},
        {"input": CHELSEA,
         "layers": [{"type": "conv2d", "out_channels": 6, "kernel_size": 5, "stride": [1, 1], "padding": [0, 0],
                     "padding_mode": "zeros", "dilation": 1, "groups": 1, "bias": True,
                     "weights": {"init": "random", "seed": 0}},
                    {"type": "max_pool2d", "kernel_size": [2, 2], "stride": None, "ceil_mode": False}]},
    ],
)  # fmt: skip
def test_every_spelling_of_a_document_has_the_same_id(spelling):
    plain = {"input": CHELSEA, "layers": [{"type": "conv2d", "out_channels": 6, "kernel_size": 5},
                                          {"type": "max_pool2d", "kernel_size": 2}]}  # fmt: skip
    document = read_document(spelling)
    assert document.id == read_document(plain).id
    assert document.canonical == plain


def test_numbers_that_are_the_same_in_float32_give_the_same_id():
    def with_values(*numbers):
        return read_document({"input": {"values": [[list(numbers)]]}}).id

    assert with_values(0.1, 0, 5) == with_values(0.10000000149011612, -0.0, 5.0)
    assert with_values(0.1, 0, 5) != with_values(0.1, 0, 6)


@pytest.mark.parametrize("change", [{"height": 31}, {"mode": "L"}, {"fit": "stretch"}, {"scale": "byte"},
                                    {"scale": {"mean": [0, 0, 0], "std": [1, 1, 1]}}])  # fmt: skip
def test_another_input_has_another_id(change):
    assert read_document({"input": {**CHELSEA, **change}}).id != read_document({"input": CHELSEA}).id


def test_minus_zero_in_a_scale_is_zero():
    ids = {read_document({"input": {**CHELSEA, "scale": {"mean": [z, 0, 0], "std": [1, 1, 1]}}}).id for z in (0, -0.0)}
    assert len(ids) == 1


@given(st.randoms(use_true_random=True))
def test_a_document_survives_its_forms(chance):
    document, _ = pipelines.pipeline(chance, sides=8)
    for again in (
        read_document(document.canonical),
        read_document({"input": document.canonical["input"], "recipe": document.recipe}),
        unpack(document.text.encode()),
    ):
        assert again == document
        assert again.id == document.id


@given(st.randoms(use_true_random=True))
def test_every_prefix_is_a_document_of_its_own(chance):
    document, _ = pipelines.pipeline(chance, sides=8)
    for count in range(len(document.layers) + 1):
        prefix = read_document({**document.canonical, "layers": document.canonical["layers"][:count]})
        assert document.prefix(count) == prefix
        assert document.prefix(count).id == prefix.id == document.ids[count]
    assert len(set(document.ids)) == len(document.ids)


@given(st.randoms(use_true_random=True))
def test_what_is_known_of_layers_serves_others_and_changes_nothing(chance):
    document, stages = pipelines.pipeline(chance)
    layers, shape, known = document.layers, document.input.shape, {}
    assert plan(document, shape, known=known, **pipelines.PLENTY) == stages
    count = len(known)
    assert plan(document, shape, known=known, **pipelines.PLENTY) == stages
    assert len(known) == count <= len(layers)
    for index in range(len(layers)):
        fewer = Document(input=document.input, layers=layers[:index] + layers[index + 1 :])
        count = len(known)
        assert outcome(fewer, shape, known) == outcome(fewer, shape, None)
        assert len(known) <= count + len(layers) - index - 1  # those before are known


def outcome(document, shape, known):
    """Return the plan of a document, or why there is none."""
    try:
        return plan(document, shape, known=known, **pipelines.PLENTY)
    except Unfit as mistake:
        return str(mistake), mistake.pointer


def test_the_first_example_costs_what_the_contract_says():
    conv, relu, pool = planned("conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)")
    assert [stage.output_shape for stage in (conv, relu, pool)] == [(6, 28, 28), (6, 28, 28), (6, 14, 14)]
    assert conv.layer.parameters(conv.input_shape) == 456
    assert conv.layer.multiplications(conv.input_shape) == 352_800
    assert conv.layer.fully_connected_parameters(conv.input_shape) == 14_455_392
    assert relu.layer.fully_connected_parameters(relu.input_shape) is None
    assert [stage.layer.multiplications(stage.input_shape) for stage in (relu, pool)] == [0, 0]
    assert [(s.receptive_size, s.jump) for s in (conv, relu, pool)] == [((5, 5), (1, 1)), ((5, 5), (1, 1)),
                                                                       ((6, 6), (2, 2))]  # fmt: skip


def test_receptive_fields_grow_by_reach_times_jump():
    *_, last = planned("conv2d(2, (3, 5), (2, 1), dilation=(1, 2)) | avg_pool2d(2, (1, 3)) | conv2d(1, 2)")
    assert last.receptive_size == (3 + 1 * 2 + 1 * 2, 9 + 1 * 1 + 1 * 3)
    assert last.jump == (2, 3)


def test_average_pools_multiply_once_an_output_and_groups_save():
    pool, conv = planned("avg_pool2d(2) | conv2d(6, 3, groups=3)")
    assert pool.layer.multiplications(pool.input_shape) == 3 * 16 * 16
    assert conv.layer.parameters(conv.input_shape) == 6 * 9 + 6
    assert conv.layer.multiplications(conv.input_shape) == 6 * 14 * 14 * 9


@pytest.mark.parametrize(
    ("recipe", "shape", "pointer", "parts"),
    [
        ("relu | conv2d(1, 7)", (1, 2, 3), "/layers/1", ("7×7", "2×3")),
        ("conv2d(1, 3, padding=1, dilation=4)", (1, 4, 4), "/layers/0", ("3×3 (dilation 4×4: 9×9)", "6×6")),
        ("max_pool2d(40)", (3, 32, 32), "/layers/0", ("40×40", "32×32")),
        ("conv2d(4, 3, groups=2)", (3, 32, 32), "/layers/0/groups", ("3", "2")),
        ("conv2d(1, 3, padding=32, padding_mode='reflect')", (3, 32, 40), "/layers/0/padding", ("31", "32")),
        ("conv2d(1, 3, padding=(0, 41), padding_mode='circular')", (3, 32, 40), "/layers/0/padding", ("40", "41")),
        ('conv2d(weights=preset("warm"))', (2, 32, 32), "/layers/0/weights/names", ("warm", "3", "2")),
        ("conv2d(weights=values([[[[1]]]]))", (3, 32, 32), "/layers/0/weights/weight", ("1", "3")),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_both_numbers(recipe, shape, pointer, parts):
    with pytest.raises(Unfit) as told:
        planned(recipe, shape)
    assert told.value.pointer == pointer
    assert all(part in str(told.value) for part in parts), str(told.value)


@pytest.mark.parametrize(
    ("recipe", "what"),
    [
        ("conv2d(4096, 30, padding='same')", "multiplications"),
        ("conv2d(400, 1, padding=100)", "bytes for its maps"),
        ("conv2d(4096, 512, weights=random(1))", "bytes for its weights"),
        (" | ".join(["max_pool2d(1001, 1, padding=500)"] * 3), "comparisons"),
    ],
)
def test_what_is_too_dear_is_refused_before_any_arithmetic(recipe, what):
    with pytest.raises(Unfit, match=what) as told:
        planned(recipe, (3, 512, 512) if "conv2d" in recipe else (3, 1100, 1100))
    assert "Use a smaller picture" in str(told.value)


def test_four_hundred_layers_are_a_pipeline_and_one_more_is_not():
    layers = [{"type": "relu"}] * 401
    assert len(read_document({"input": CHELSEA, "layers": layers[1:]}).layers) == 400
    with pytest.raises(Unfit, match="at most 400 layers; this one has 401"):
        read_document({"input": CHELSEA, "layers": layers})


def test_documents_of_the_same_numbers_are_equal_values():
    chance = pipelines.chance(1)
    document, _ = pipelines.pipeline(chance)
    assert isinstance(document, Document)
    assert hash(document.layers) == hash(read_document(document.canonical).layers)


def test_an_id_is_the_hash_of_all_that_a_long_document_holds() -> None:
    weights = {"init": "values", "weight": np.arange(90_000, dtype=np.float32).reshape(1000, 1, 10, 9)}
    document = read_document({"input": CHELSEA | {"mode": "L"}, "layers": [{"type": "conv2d", "weights": weights}]})
    before = hashlib.sha256(document.input.text.encode()).digest()
    packed = base64.b64encode(weights["weight"].tobytes()).decode()
    array = {"float32": packed, "shape": [1000, 1, 10, 9]}
    layer = {"kernel_size": [10, 9], "out_channels": 1000, "type": "conv2d"}
    said = json.dumps({**layer, "weights": {"init": "values", "weight": array}}, separators=(",", ":"))
    assert document.layers[0].length == len(said)
    assert document.id == hashlib.sha256(before + said.encode()).hexdigest()[:32]


def test_a_recipe_of_many_numbers_is_written_in_pieces_as_if_it_were_one_text():
    weight = (np.arange(40_000, dtype=np.float32) / 8).reshape(1000, 1, 40, 1)
    bias = np.arange(1000, dtype=np.float32)
    layer = {"type": "conv2d", "weights": {"init": "values", "weight": weight, "bias": bias}}
    document = read_document({"input": CHELSEA | {"mode": "L"}, "layers": [layer, {"type": "relu"}]})
    numbers = [[[[float(n) if n % 1 else int(n) for n in row] for row in sheet] for sheet in each] for each in weight]
    assert document.recipe == f"conv2d(1000, (40, 1), weights=values({numbers}, {list(range(1000))})) | relu"
    assert max(map(len, recipe.pieces(document.layers))) < 200_000
    assert read_document({"input": CHELSEA | {"mode": "L"}, "recipe": document.recipe}) == document


def test_many_numbers_are_stored_and_hashed_piece_by_piece_as_if_they_were_one_text():
    array = np.arange(3 * 211 * 233, dtype=np.float32).reshape(3, 211, 233)
    document = read_document({"input": {"values": array}, "recipe": "relu"})
    packed = {"values": {"float32": base64.b64encode(array.tobytes()).decode(), "shape": [3, 211, 233]}}
    text = json.dumps(packed, separators=(",", ":"))
    assert document.text == f'{{"input":{text},"layers":[{{"type":"relu"}}]}}'
    assert document.ids[0] == hashlib.sha256(text.encode()).hexdigest()[:32]
    assert unpack(b"".join(document.stored())) == document
