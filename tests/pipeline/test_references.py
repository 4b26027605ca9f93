"""What a layer reads, and what it is called: read and refused, and said in one way."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import RecipeMistake, Unfit
from app.layers import models
from app.layers.reading import read_layer
from app.models import SHIPPED
from app.pipeline.document import read_document, unpack
from app.pipeline.plan import plan
from app.pipeline.recipe import read, write
from tests import pipelines

VALUES = {"values": [[[1.0, 2.0], [3.0, 4.0]]]}


def document(recipe):
    return read_document({"input": VALUES, "recipe": recipe})


@pytest.mark.parametrize(("recipe", "column", "words"), [
    ("relu | relu(inputs=-2)", 20, "−1 is the picture: there is no layer -2"),
    ("relu | relu(inputs=1)", 20, "Layer 1 cannot read itself; it may read -1 to 0"),
    ("relu | relu(inputs=2) | relu", 20, "Layer 1 cannot read layer 2, which is not computed before it"),
    ("relu(inputs=[0, -1])", 13, "relu reads one output, and here are 2; join them by add or concat before it"),
    ("relu(inputs=[])", 13, "must be the index of an earlier layer"),
    ("relu(inputs=0.0)", 13, "must be the index of an earlier layer"),
    ("relu(inputs=True)", 13, "must be the index of an earlier layer"),
    ("relu(inputs=[[0]])", 13, "must be the index of an earlier layer"),
    ("relu | add", 8, "add needs inputs: the indices of two or more outputs to join"),
    ("relu | concat(inputs=0)", 22, "concat needs inputs"),
    ("relu | add(0, -1)", 12, r"add takes its inputs by name, as in add\(inputs=\[3, 5\]\)"),
    (f"relu | add(inputs={[0] * 65})", 19, "A layer reads at most 64 outputs, not 65"),
    ('relu(name="")', 11, "name is empty or blank"),
    (f'relu(name="{"x" * 61}")', 11, "name must have at most 60 characters, not 61"),
    ("relu(name=7)", 11, "name must be a text"),
])  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_column(recipe, column, words):
    with pytest.raises(RecipeMistake, match=words) as raised:
        read(recipe)
    assert raised.value.column == column


@pytest.mark.parametrize(("recipe", "pointer", "words"), [
    ("conv2d(2, 1) | add(inputs=[0, -1])", "/layers/1/inputs", "output 0 is 2×2×2 and output -1 is 1×2×2"),
    ("conv2d(2, 2) | concat(inputs=[0, -1])", "/layers/1/inputs", "output 0 is 2×1×1 and output -1 is 1×2×2"),
    ("flatten | concat(inputs=[0, -1])", "/layers/1/inputs", "output -1 is 1×2×2 maps and output 0 a vector of 4"),
    ("conv2d(4000, 1) | concat(inputs=[0, 0])", "/layers/1/inputs", "concat makes 8,000 channels .* most is 4,096"),
])  # fmt: skip
def test_what_cannot_be_joined_is_refused_with_both_sizes(recipe, pointer, words):
    with pytest.raises(Unfit, match=words) as raised:
        plan(document(recipe), (1, 2, 2), **pipelines.PLENTY)
    assert raised.value.pointer == pointer


def test_a_name_has_no_character_that_cannot_be_seen():
    for character in "\n\x00\x7f\x9f\u2028\u202e\u2066":
        with pytest.raises(Unfit, match="cannot be seen"):
            read_layer({"type": "relu", "name": f"a{character}b"})


def test_the_layer_before_is_said_by_saying_nothing():
    plain = document("relu | tanh | add(inputs=[1, 0])")
    said = document("relu(inputs=[-1]) | tanh(inputs=0) | add(inputs=(1, 0))")
    assert (said, said.ids, said.recipe) == (plain, plain.ids, plain.recipe)
    assert plain.recipe == "relu | tanh | add(inputs=[1, 0])"
    assert document("relu | tanh(inputs=-1)").ids[1] == plain.ids[1]
    assert document("relu | tanh(inputs=-1)").id != plain.ids[2]


def test_the_ids_of_layers_that_say_nothing_of_it_stay_what_they_were():
    assert document("conv2d(2, 2, weights=random(3)) | relu").ids == (
        "5b85c51354257e570a777e36c3ddbb12",
        "bd2da2d3142bd17ccf9349da08a70d65",
        "6359317c2dc73220142708ec7aaa27cf",
    )


def test_a_name_is_part_of_the_document_and_of_no_number():
    named = document('relu(name="fire2/relu") | tanh')
    assert named.recipe == 'relu(name="fire2/relu") | tanh'
    assert named.canonical["layers"][0] == {"type": "relu", "name": "fire2/relu"}
    assert named.id != document("relu | tanh").id


@pytest.fixture
def _shipped():
    models.register(SHIPPED)
    yield
    models.forget(SHIPPED)


@pytest.mark.usefixtures("_shipped")
def test_layers_behind_a_whole_model_name_its_layers_by_their_index():
    text = 'model("digits") | relu(inputs=2, name="beside") | concat(inputs=[-1, 0])'
    *own, beside, _ = layers = read(text)
    assert write(layers) == text
    assert beside.reads(len(own)) == (2,)
    renamed = (own[0].model_copy(update={"name": "first"}), *layers[1:])
    assert write(renamed).startswith("conv2d(")
    assert write(layers[:3]) == write(own[:3])


def test_there_are_at_most_400_layers():
    whole = document(" | ".join(["relu"] * 400))
    assert len(plan(whole, (1, 2, 2), **pipelines.PLENTY)) == 400
    assert unpack(b"".join(whole.stored())) == whole
    with pytest.raises(RecipeMistake, match="at most 400 layers"):
        document(" | ".join(["relu"] * 401))
    with pytest.raises(Unfit, match="at most 400 layers; this one has 401"):
        read_document({"input": VALUES, "layers": [{"type": "relu"}] * 401})


@given(name=st.text(max_size=62), quote=st.sampled_from("'\""))
@settings(max_examples=150)
def test_any_name_is_read_or_refused_and_comes_back_from_the_recipe(name, quote):
    try:
        layer = read_layer({"type": "relu", "name": name})
    except Unfit:
        return
    text = write([layer])
    assert read(text) == (layer,)
    assert len(read(f"{text} | relu | {text}")) == 3
    if quote not in name and "\\" not in name:
        assert read(f"relu(name={quote}{name}{quote})") == (layer,)


INDEX = st.one_of(st.integers(-3, 6), st.sampled_from([10**30, None, True, 1.5, "0", []]))


@given(inputs=st.one_of(INDEX, st.lists(INDEX, max_size=4)), kind=st.sampled_from(["relu", "add", "concat"]))
@settings(max_examples=150)
def test_whatever_is_said_of_what_a_layer_reads_is_read_or_refused(inputs, kind):
    layers = [{"type": "relu"}, {"type": "tanh"}, {"type": kind, "inputs": inputs}]
    try:
        whole, refused = read_document({"input": VALUES, "layers": layers}), None
    except Unfit as mistake:
        whole, refused = None, mistake
    if refused:
        assert refused.pointer.startswith("/layers/2/inputs")
        assert "{" not in refused.say()
        return
    assert all(-1 <= number < 2 for number in whole.layers[2].reads(2))
    assert read_document(whole.canonical) == whole == document(whole.recipe)
    assert len(plan(whole, (1, 2, 2), **pipelines.PLENTY)[2].geometries) == len(whole.layers[2].reads(2))
