"""Trained weights in documents and recipes: read, written, refused, and computed as by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Mistake, NotFound, RecipeMistake, Unfit
from app.explorer.fields import document_of, fields_of
from app.layers import LAYERS, models
from app.layers.reading import read_layer
from app.pipeline import recipe
from app.pipeline.document import read_document, unpack
from app.pipeline.plan import plan
from tests import tiny
from tests.pipelines import PLENTY

CHELSEA = {"image": "chelsea"}
WHOLE = 'model("tiny")'
SPELLED = (
    'conv2d(4, (3, 2), weights=trained("tiny", 0)) | batch_norm2d(weights=trained("tiny", 1)) | relu | max_pool2d(2) | '
    'conv_transpose2d(2, 3, 2, weights=trained("tiny", 4)) | linear(3, weights=trained("tiny", 5)) | softmax'
)


@pytest.fixture(scope="module", autouse=True)
def source(tmp_path_factory):
    with tiny.registered(tmp_path_factory.mktemp("models")) as source:
        yield source


def trained(layer=0, kind="conv2d", model="tiny", **fields):
    return read_layer({"type": kind, "weights": {"init": "trained", "model": model, "layer": layer, **fields}})


def mistake(kind=Unfit, **fields):
    with pytest.raises(kind) as raised:
        trained(**fields)
    return str(raised.value), raised.value.pointer


# ---- one layer


def test_sizes_follow_from_the_weights():
    layer = trained()
    assert (layer.out_channels, layer.kernel_size) == (4, (3, 2))
    assert trained(5, "linear").out_features == 3
    assert trained(4, "conv_transpose2d").out_channels == 2
    assert trained(1, "batch_norm2d").output_shape((4, 10, 9)) == (4, 10, 9)


@pytest.mark.parametrize(
    ("layer", "kind", "shape"),
    [(0, "conv2d", (3, 12, 10)), (1, "batch_norm2d", (4, 9, 8)), (4, "conv_transpose2d", (4, 5, 4)),
     (5, "linear", (2, 11, 9))],
)  # fmt: skip
@pytest.mark.parametrize("epoch", [*tiny.EPOCHS, None])
def test_a_layer_has_the_numbers_of_the_file_as_float32(layer, kind, shape, epoch):
    arrays = trained(layer, kind, **({} if epoch is None else {"epoch": epoch})).weights_for(shape)
    at = tiny.EPOCHS[-1] if epoch is None else epoch
    assert arrays.keys() == tiny.LEARNED[layer].keys()
    for name, array in arrays.items():
        assert array.dtype == np.float32
        assert not array.flags.writeable
        assert np.array_equal(array, tiny.tensors()[f"{at}.{layer}.{name}"].astype(np.float32))


def test_the_last_epoch_is_left_out_of_the_canonical_form_and_so_of_the_id():
    assert trained(epoch=5) == trained()
    assert trained(epoch=5).text == trained().text
    assert trained(epoch=1).canonical() == {
        "type": "conv2d", "out_channels": 4, "kernel_size": [3, 2],
        "weights": {"init": "trained", "model": "tiny", "layer": 0, "epoch": 1},
    }  # fmt: skip
    assert "epoch" not in trained().canonical()["weights"]


@pytest.mark.parametrize(
    ("fields", "words", "pointer"),
    [
        ({"layer": 7}, 'has layers 0 to 6, and no layer 7; those of conv2d are: 0', "/weights/layer"),
        ({"layer": 2}, "is relu, whose weights do not fit conv2d", "/weights/layer"),
        ({"layer": 4}, "is conv_transpose2d, whose weights do not fit conv2d; those of conv2d are", "/weights/layer"),
        ({"epoch": 2}, "no checkpoint of epoch 2; there are 0, 1, 5", "/weights/epoch"),
        ({"layer": -1}, "layer must be at least 0, not -1", "/weights/layer"),
        ({"layer": 10**9}, "layer must be at most", "/weights/layer"),
        ({"layer": True}, "layer must be a whole number, not true", "/weights/layer"),
        ({"layer": "0"}, "layer must be a whole number", "/weights/layer"),
        ({"epoch": 1e9}, "epoch must be a whole number", "/weights/epoch"),
        ({"epoch": 10**30}, "epoch must be", "/weights/epoch"),
        ({"epoch": -1}, "epoch must be at least 0", "/weights/epoch"),
        ({"epoch": True}, "epoch must be a whole number, not true", "/weights/epoch"),
        ({"model": "x" * 1000}, "model must have at most 128 characters, not 1,000", "/weights/model"),
        ({"model": ""}, "model is empty or blank; give at least 1 character", "/weights/model"),
        ({"model": 3}, "model must be a text", "/weights/model"),
        ({"seed": 3}, 'no setting named', "/weights/seed"),
    ],
)  # fmt: skip
def test_what_the_model_does_not_have_is_told_with_the_numbers(fields, words, pointer):
    sentence, at = mistake(**fields)
    assert words in sentence
    assert at == pointer


@pytest.mark.parametrize("name", ["cifar11", "../tiny", "tiny/model.json", "TINY", "x" * 128, "é"])
def test_an_unknown_model_is_not_found(name):
    assert "There is no model" in mistake(NotFound, model=name)[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"out_channels": 5}, "out_channels is 5, but the weights make it 4"),
        ({"kernel_size": 3}, "kernel_size is 3×3, but the weights make it 3×2"),
        ({"bias": False}, "A bias is given although bias is false"),
    ],
)
def test_a_setting_that_disagrees_is_refused(changes, words):
    with pytest.raises(Unfit, match=words):
        read_layer({**trained().canonical(), **changes})


def test_an_input_that_the_weights_do_not_read_is_refused():
    with pytest.raises(Unfit, match=r'layer 0 of the model "tiny" read 3 channels, but here are 1; give the layer'):
        trained().check((1, 12, 10))
    with pytest.raises(Unfit, match="read 4 channels, but here are 5"):
        trained(4, "conv_transpose2d").check((5, 12, 10))
    with pytest.raises(Unfit, match="read 198 numbers, but here are 200"):
        trained(5, "linear").check((2, 10, 10))
    with pytest.raises(Unfit, match="read 4 channels, but here are 3"):
        trained(1, "batch_norm2d").check((3, 10, 10))


def test_every_kind_that_learns_takes_what_was_learned_as_it_takes_values():
    kinds = {layer.type: at for at, layer in enumerate(recipe.read(tiny.RECIPE)) if layer.learned}
    assert kinds.keys() == {name for name, kind in LAYERS.items() if kind.learned}
    for kind, at in kinds.items():
        stage = plan(read_document({"input": CHELSEA, "recipe": WHOLE}), (3, 12, 10), **PLENTY)[at]
        arrays = {name: tiny.tensors()[f"5.{at}.{name}"].tolist() for name in tiny.LEARNED[at]}
        given = read_layer({**stage.layer.canonical(), "weights": {"init": "values", **arrays}})
        assert read_layer(stage.layer.canonical()) == stage.layer
        assert recipe.read(recipe.write([stage.layer])) == (stage.layer,)
        x = np.random.default_rng(at).normal(size=stage.input_shape).astype(np.float32)
        mine, theirs = (each.forward(x, each.weights_for(x.shape)) for each in (stage.layer, given))
        assert mine.tobytes() == theirs.tobytes(), kind


# ---- all of them


def test_a_whole_model_stands_for_its_layers_and_is_written_so():
    assert recipe.read(WHOLE) == recipe.read(SPELLED)
    assert recipe.write(recipe.read(SPELLED)) == WHOLE
    assert recipe.write(recipe.read(SPELLED), models=False) == SPELLED
    assert recipe.parse(WHOLE).model.title == "A tiny model"
    assert recipe.parse(SPELLED).model is None


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        ('model("tiny", epoch=5)', WHOLE),
        ("model(model='tiny', epoch=1)", 'model("tiny", epoch=1)'),
        ('model("tiny", epoch=0) | linear(2) | softmax', 'model("tiny", epoch=0) | linear(2) | softmax'),
        (f"{SPELLED} | relu", f"{WHOLE} | relu"),
        (f"relu | {SPELLED}", f"relu | {SPELLED}"),
        (SPELLED.removesuffix(" | softmax"), SPELLED.removesuffix(" | softmax")),
        (SPELLED.replace('"tiny", 5', '"tiny", 5, epoch=1'), SPELLED.replace('"tiny", 5', '"tiny", 5, epoch=1')),
        (SPELLED.replace("max_pool2d(2)", "max_pool2d(3)"), SPELLED.replace("max_pool2d(2)", "max_pool2d(3)")),
        (SPELLED.replace("(2, 3, 2,", "(2, 3, 2, 1,"), SPELLED.replace("(2, 3, 2,", "(2, 3, 2, 1,")),
        (SPELLED.replace('trained("tiny", 4)', "random(1)"), SPELLED.replace('trained("tiny", 4)', "random(1)")),
    ],
)  # fmt: skip
def test_each_spelling_has_one_canonical_form(spelling, canonical):
    assert recipe.write(recipe.read(spelling)) == canonical
    assert recipe.read(canonical) == recipe.read(spelling)


@pytest.mark.parametrize(
    ("text", "column", "part"),
    [
        ('relu | model("tiny")', 8, "before all others"),
        (f"{WHOLE} | {WHOLE}", 17, "before all others"),
        ("model", 1, "model is missing"),
        ("model(5)", 7, "model must be a text"),
        ('model("tiny", 3)', 15, "Without a name model takes model; all else needs its name, as in epoch=3."),
        ('model("tiny", epoch=3)', 21, "no checkpoint of epoch 3; there are 0, 1, 5"),
        ('model("tiny", epoch=True)', 21, "epoch must be a whole number"),
        ('model("tiny", layer=1)', 21, "no setting named"),
        ('conv2d(weights=trained("tiny", 2))', 16, "is relu"),
        ('conv2d(weights=trained("tiny", 0, 1))', 35, "takes model, layer; all else needs its name, as in epoch=3."),
        ('conv2d(weights=trained("tiny"))', 16, "layer is missing"),
        ('conv2d(weights=trained("tiny", -1))', 16, "at least 0"),
        ('relu | relu(weights=trained("tiny", 2))', 21, "no setting named"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_column(text, column, part):
    with pytest.raises(RecipeMistake) as raised:
        recipe.read(text)
    assert raised.value.column == column
    assert part in str(raised.value)


@pytest.mark.parametrize("text", ['model("nobody")', 'conv2d(weights=trained("nobody", 0))'])
def test_a_model_that_is_not_there_is_not_found_in_a_recipe_too(text):
    with pytest.raises(NotFound, match="no model 'nobody'") as raised:
        recipe.read(text)
    assert raised.value.pointer == "/recipe"


def test_a_recipe_of_a_model_has_no_more_layers_than_any():
    assert len(recipe.read(WHOLE + " | relu" * 393)) == 400
    with pytest.raises(RecipeMistake, match="at most 400 layers"):
        recipe.read(WHOLE + " | relu" * 394)


# ---- its input


def test_what_is_not_said_of_the_input_is_the_models_own():
    document = read_document({"input": CHELSEA, "recipe": WHOLE})
    assert document == read_document({"input": {**CHELSEA, **tiny.INPUT}, "recipe": SPELLED})
    assert document.input.height == 12
    assert read_document({"input": {**CHELSEA, "fit": "cover"}, "recipe": WHOLE}).input.fit == "cover"
    assert read_document({"input": CHELSEA, "recipe": SPELLED}).input.height is None
    assert document_of({"image": "chelsea", "recipe": WHOLE}) == document
    assert document_of({"image": "chelsea", "size": "12", "recipe": WHOLE}).input.width == 12


def test_numbers_are_taken_as_they_are():
    values = np.zeros((3, 12, 10)).tolist()
    assert read_document({"input": {"values": values}, "recipe": WHOLE}).input.shape == (3, 12, 10)


def test_the_document_comes_back_from_the_store_and_names_its_model():
    document = read_document({"input": CHELSEA, "recipe": f"{WHOLE} | relu"})
    assert unpack(document.text.encode()) == document
    assert unpack(document.text.encode()).id == document.id
    assert document.models == {"tiny"}
    assert read_document({"input": CHELSEA, "recipe": "relu"}).models == frozenset()


INPUTS = st.fixed_dictionaries(
    {},
    optional={
        "height": st.sampled_from([12, 10, 7]),
        "width": st.sampled_from([12, 10]),
        "fit": st.sampled_from(["cover", "contain"]),
        "scale": st.sampled_from(["unit", "byte", tiny.INPUT["scale"], {"mean": [0, 0, 0], "std": [1, 1, 1]}]),
    },
)


@given(INPUTS, st.sampled_from([WHOLE, SPELLED, f"{WHOLE} | relu", "relu", 'model("tiny", epoch=1)']), st.booleans())
def test_a_link_says_every_document_whole(source, text, listed):
    layers = [layer.canonical() for layer in recipe.read(text)]
    said = {"layers": layers} if listed else {"recipe": text}
    document = read_document({"input": {**CHELSEA, **source}, **said})
    assert document_of(fields_of(document)) == document


def test_a_link_of_a_model_on_its_own_input_is_short():
    document = read_document({"input": CHELSEA, "recipe": WHOLE})
    assert fields_of(document) == {"image": "chelsea", "recipe": WHOLE}


# ---- computed


def test_a_whole_model_computes_what_its_numbers_say(source):
    """By plain loops over the file's own numbers, in double precision."""
    x = np.random.default_rng(3).normal(size=(3, 12, 10)).astype(np.float32)
    document = read_document({"input": {"values": x.tolist()}, "recipe": 'model("tiny", epoch=1)'})
    ours = x
    for stage in plan(document, (3, 12, 10), **PLENTY):
        ours = stage.layer.forward(ours, stage.layer.weights_for(stage.input_shape))
    theirs = _by_hand(
        x.astype(np.float64), {k[2:]: v.astype(np.float64) for k, v in tiny.tensors().items() if k[0] == "1"}
    )
    assert np.allclose(ours.ravel(), theirs, rtol=1e-4, atol=1e-6)


def _by_hand(x, w):
    conv = np.array([[[(x[:, r : r + 3, c : c + 2] * f).sum() + b for c in range(9)] for r in range(10)]
                     for f, b in zip(w["0.weight"], w["0.bias"], strict=True)])  # fmt: skip
    mean, var, scale, shift = (w[f"1.{n}"][:, None, None] for n in ("running_mean", "running_var", "weight", "bias"))
    normal = np.maximum((conv - mean) / np.sqrt(var + 1e-5) * scale + shift, 0)
    pooled = normal[:, :, :8].reshape(4, 5, 2, 4, 2).max(axis=(2, 4))
    spread = np.zeros((2, 11, 9)) + w["4.bias"][:, None, None]
    for r in range(5):
        for c in range(4):
            spread[:, 2 * r : 2 * r + 3, 2 * c : 2 * c + 3] += np.einsum("i,iokl->okl", pooled[:, r, c], w["4.weight"])
    scores = w["5.weight"] @ spread.ravel() + w["5.bias"]
    return np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()


class Growing:
    """A training: it has a checkpoint more each time that it learns."""

    def __init__(self, whole):
        self.whole, self.epochs = whole, 2

    def model(self, name):
        known = {"id": "growing", "learning": True, "epochs": self.whole.epochs[: self.epochs]}
        return replace(self.whole, **known) if name == "growing" else None

    def arrays(self, name, layer, epoch):
        return {key: array + epoch for key, array in models.arrays("tiny", layer, 0).items()}


def test_of_a_training_the_epoch_is_said_and_stays_in_the_canonical_form(source):
    growing = Growing(source.model("tiny"))
    models.register(growing)
    try:
        for text in ('model("growing")', 'conv2d(weights=trained("growing", 0))'):
            with pytest.raises(RecipeMistake, match=r"is a training, .* say which: 0, 1"):
                recipe.read(text)
        with pytest.raises(RecipeMistake, match="no checkpoint of epoch 5; there are 0, 1"):
            recipe.read('model("growing", epoch=5)')
        early = recipe.read('model("growing", epoch=1)')
        assert recipe.write(early) == 'model("growing", epoch=1)'
        growing.epochs = 3
        assert recipe.write(early) == 'model("growing", epoch=1)'
        late = recipe.read('model("growing", epoch=5)')
        assert recipe.write(late) == 'model("growing", epoch=5)'
        first, last = (layers[0].weights_for((3, 12, 10))["bias"] for layers in (early, late))
        assert np.array_equal(first + 4, last)
    finally:
        models.forget(growing)
    with pytest.raises(NotFound):
        models.find("growing")


def test_weights_that_are_there_once_have_no_epoch(source):
    class Upload(Growing):
        def model(self, name):
            return replace(self.whole, id="upload", epochs=()) if name == "upload" else None

        def arrays(self, name, layer, epoch):
            return models.arrays("tiny", layer, 5) if epoch is None else {}

    upload = Upload(source.model("tiny"))
    models.register(upload)
    try:
        assert recipe.write(recipe.read('model("upload")')) == 'model("upload")'
        layer = read_layer({"type": "conv2d", "weights": {"init": "trained", "model": "upload", "layer": 0}})
        assert np.array_equal(layer.weights_for((3, 12, 10))["weight"], trained().weights_for((3, 12, 10))["weight"])
        with pytest.raises(RecipeMistake, match="has no epochs; leave epoch out"):
            recipe.read('model("upload", epoch=0)')
    finally:
        models.forget(upload)


def test_what_went_meanwhile_is_not_found(tmp_path):
    with tiny.registered(tmp_path, "passing"):
        layer = trained(model="passing")
    with pytest.raises(Mistake, match="no model 'passing', or it has expired"):
        layer.weights_for((3, 12, 10))
