"""Trained models as callers see them: what there is, runs of them, and what they say of a picture."""

import json
from io import BytesIO

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from safetensors import safe_open

from app.main import create_app
from app.models import SHIPPED
from app.paths import APP
from app.settings import Settings
from tests import tiny
from tests.api.problems import told

MODELS, RUNS = "/api/v1/models", "/api/v1/runs"
IDS = [model.id for model in SHIPPED]
OURS = [model.id for model in SHIPPED if model.epochs]
WHOLE = 'model("tiny")'


@pytest.fixture(scope="module", autouse=True)
def source(tmp_path_factory):
    with tiny.registered(tmp_path_factory.mktemp("models")) as source:
        yield source


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def posted(client, recipe=WHOLE, **source):
    answer = client.post(RUNS, json={"input": {"image": "chelsea", **source}, "recipe": recipe})
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def layers(client, name="tiny"):
    return client.get(f"{MODELS}/{name}").json()["layers"]


def test_every_model_that_ships_is_listed_with_all_that_is_said_of_it(client):
    listed = client.get(MODELS).json()
    assert [model["id"] for model in listed] == IDS
    assert {"cifar10", "digits", "squeezenet"} <= set(IDS)
    for model in listed:
        assert model == client.get(f"{MODELS}/{model['id']}").json()
        assert model.keys() == {"id", "title", "input", "layers", "classes", "parameters", "epochs", "licence",
                                "source", "expires_at"}  # fmt: skip
        assert model["input"].keys() == {"height", "width", "mode", "fit", "scale"}
        assert model["expires_at"] is None
        assert [each["epoch"] for each in model["epochs"]][:1] == [0] * (model["id"] in OURS)
        said = json.loads((APP / "models" / model["id"] / "model.json").read_text())
        assert model["epochs"] == said.get("epochs", [])
        assert [model[name] for name in ("title", "classes", "input")] == [
            said[name] for name in ("title", "classes", "input")
        ]


@pytest.mark.parametrize("name", [*IDS, "tiny"])
def test_with_an_image_it_is_a_document_as_it_stands_and_the_recipe_says_the_same(client, name):
    model = client.get(f"{MODELS}/{name}").json()
    document = {"input": {**model["input"], "image": "chelsea"}, "layers": model["layers"]}
    run = client.post(RUNS, json=document).json()
    assert run["recipe"] == f'model("{name}")'
    assert run["totals"]["parameters"] == model["parameters"]
    assert len(run["prediction"]) == len(model["classes"])
    link = {"image": "chelsea", "recipe": run["recipe"]}
    for again in (
        client.post(RUNS, json={"input": {"image": "chelsea"}, "recipe": run["recipe"]}),
        client.get(RUNS, params=link),
        client.post(RUNS, files={field: (None, value) for field, value in link.items()}),
        client.get(f"{RUNS}/{run['id']}"),
    ):
        assert again.status_code == 200
        assert again.json() == run


def test_a_file_is_read_as_the_model_reads_pictures(client):
    picture = BytesIO()
    Image.linear_gradient("L").resize((33, 21)).save(picture, "PNG")
    run = client.post(RUNS, files={"file": picture.getvalue(), "recipe": (None, WHOLE)}).json()
    assert run["input"]["shape"] == [3, 12, 10]
    assert run["prediction"]


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("epoch", [None, 0])
def test_its_arrays_are_those_of_the_file(client, name, epoch):
    epochs = [each["epoch"] for each in client.get(f"{MODELS}/{name}").json()["epochs"]]
    run = posted(client, f'model("{name}")' if epoch is None else f'model("{name}", epoch={epoch})')
    with safe_open(APP / "models" / name / "weights.safetensors", "numpy") as file:
        found = 0
        for layer in run["layers"]:
            for array in ("weight", "bias"):
                if f"{array}_npy" in layer["links"]:
                    ours = np.load(BytesIO(client.get(layer["links"][f"{array}_npy"]).content))
                    stored = file.get_tensor(f"{epochs[-1] if epoch is None else epoch}.{layer['index']}.{array}")
                    assert ours.dtype == np.float32
                    assert np.array_equal(ours, stored.astype(np.float32))
                    found += 1
        assert found * len(epochs) == len(list(file.keys()))


@pytest.mark.parametrize("name", OURS)
def test_what_ships_computes_with_numpy_what_it_says(client, name):
    """By the file's own numbers and plain windows of NumPy, in double precision."""
    run = posted(client, f'model("{name}")')
    x = np.array(client.get(f"{RUNS}/{run['id']}/layers/input/output.json").json())
    with safe_open(APP / "models" / name / "weights.safetensors", "numpy") as file:
        last = max(int(key.split(".")[0]) for key in file.keys())  # noqa: SIM118 - it is no mapping
        for layer in layers(client, name):
            index = layer.get("weights", {}).get("layer")
            arrays = [] if index is None else [file.get_tensor(f"{last}.{index}.{n}") for n in ("weight", "bias")]
            x = _by_hand(x, layer, *(array.astype(np.float64) for array in arrays))
    said = [one["probability"] for one in run["prediction"]]
    assert np.allclose(said, np.sort(x)[::-1], atol=1e-5)


def _by_hand(x, layer, weight=None, bias=None):
    windows = np.lib.stride_tricks.sliding_window_view
    match layer["type"]:
        case "conv2d":
            border = layer.get("padding", 0)
            padded = np.pad(x, ((0, 0), (border, border), (border, border)))
            seen = windows(padded, weight.shape[2:], (1, 2))
            return np.einsum("crskl,ockl->ors", seen, weight) + bias[:, None, None]
        case "relu":
            return np.maximum(x, 0)
        case "max_pool2d":
            k = layer["kernel_size"]
            return windows(x, (k, k), (1, 2))[:, ::k, ::k].max(axis=(3, 4))
        case "linear":
            return weight @ x.ravel() + bias
        case "softmax":
            return np.exp(x - x.max()) / np.exp(x - x.max()).sum()


# ---- what it says of a picture


def test_a_prediction_names_every_class_the_likeliest_first(client):
    run = posted(client)
    shares = np.float32(client.get(f"{RUNS}/{run['id']}/layers/6/output.json").json()).tolist()
    said = run["prediction"]
    assert sorted((one["label"], one["probability"]) for one in said) == sorted(
        zip(tiny.FACTS["classes"], shares, strict=True)
    )
    assert [one["probability"] for one in said] == sorted(shares, reverse=True)


TRAINED = (
    'conv2d(weights=trained("tiny", 0)) | batch_norm2d(weights=trained("tiny", 1)) | relu | max_pool2d(2) | '
    'conv_transpose2d(2, 3, 2, weights=trained("tiny", 4)) | linear(weights=trained("tiny", 5)) | softmax'
)


@pytest.mark.parametrize(
    "recipe",
    [
        'model("tiny", epoch=1)',
        TRAINED.replace(" | relu | max_pool2d(2)", " | max_pool2d(2) | relu"),
        TRAINED.replace(" | softmax", " | leaky_relu | softmax"),
        TRAINED.replace("relu", "tanh"),
    ],
)
def test_other_layers_without_weights_may_stand_between(client, recipe):
    assert len(posted(client, recipe, **tiny.INPUT)["prediction"]) == 3


@pytest.mark.parametrize(
    "recipe",
    [
        TRAINED.removesuffix(" | softmax"),
        f"{WHOLE} | linear(3) | softmax",
        f"{WHOLE} | relu",
        TRAINED.replace('trained("tiny", 1)', "random(1)"),
        TRAINED.replace('"tiny", 5', '"tiny", 5, epoch=1'),
        TRAINED.replace('linear(weights=trained("tiny", 5))', 'linear(3)'),
        TRAINED.split(" | relu")[0] + " | global_avg_pool2d | flatten | softmax",
        "linear(3) | softmax",
    ],
)  # fmt: skip
def test_without_all_that_it_learned_there_is_no_prediction(client, recipe):
    assert posted(client, recipe, **tiny.INPUT)["prediction"] is None


@pytest.mark.parametrize("change", [{"scale": "unit"}, {"scale": "byte"}, {"height": 13}, {"width": 11}])
def test_on_another_size_or_scale_there_is_no_prediction(client, change):
    answer = client.post(RUNS, json={"input": {"image": "chelsea", **change}, "recipe": WHOLE})
    assert answer.status_code == 422 or answer.json()["prediction"] is None  # a linear layer fits on one size alone


def test_the_fit_of_the_picture_does_not_matter_and_numbers_have_no_scale(client):
    assert posted(client, fit="stretch")["prediction"]
    values = np.random.default_rng(1).normal(size=(3, 12, 10)).tolist()
    assert client.post(RUNS, json={"input": {"values": values}, "recipe": WHOLE}).json()["prediction"]


# ---- what is refused


@pytest.mark.parametrize(
    ("weights", "status", "words"),
    [
        ({"model": "nobody", "layer": 0}, 404, "There is no model"),
        ({"model": "x" * 1000, "layer": 0}, 422, "at most 128 characters, not 1,000"),
        ({"model": "tiny", "layer": 9}, 422, "layers 0 to 6, and no layer 9"),
        ({"model": "tiny", "layer": -1}, 422, "at least 0"),
        ({"model": "tiny", "layer": True}, 422, "not true"),
        ({"model": "tiny", "layer": 0, "epoch": 1_000_000_000}, 422, "there are 0, 1, 5"),
        ({"model": "tiny", "layer": 0, "epoch": 1e9}, 422, "a whole number"),
        ({"model": "tiny", "layer": 0, "epoch": None}, 201, ""),
        ({"model": "tiny"}, 422, "layer is missing"),
        ({"layer": 0}, 422, "model is missing"),
    ],
)
def test_what_is_not_there_is_404_and_what_the_model_has_not_is_422(client, weights, status, words):
    layer = {"type": "conv2d", "weights": {"init": "trained", **weights}}
    answer = client.post(RUNS, json={"input": {"image": "chelsea", **tiny.INPUT}, "layers": [layer]})
    if status == 201:
        assert answer.status_code in (200, 201)
    else:
        problem = told(answer, status, words)
        assert problem["errors"][0]["pointer"].startswith("/layers/0") or status == 404


def test_an_unknown_model_in_a_link_is_404(client):
    told(client.get(RUNS, params={"image": "chelsea", "recipe": 'model("nobody")'}), 404, "no model 'nobody'")
    told(client.get(f"{MODELS}/nobody"), 404, "no model 'nobody'")
    told(client.get(f"{MODELS}/..%2f..%2fsettings"), 404)


def test_what_ships_cannot_be_changed(client):
    for method in ("DELETE", "PATCH"):
        told(client.request(method, f"{MODELS}/cifar10"), 403, "CIFAR-10 cannot be changed or deleted")
        told(client.request(method, f"{MODELS}/nobody"), 404)


def test_when_a_model_has_gone_so_have_its_runs(client, tmp_path):
    with tiny.registered(tmp_path, "passing"):
        run = posted(client, 'model("passing") | softmax')
        first = posted(client, 'conv2d(weights=trained("passing", 0))', **tiny.INPUT)
        there = run["layers"][0]["links"]["output_npy"]
        assert client.get(there).status_code == 200
    for address in (f"{RUNS}/{run['id']}", f"{RUNS}/{first['id']}", there):
        told(client.get(address), 404)
    told(client.get(RUNS, params={"image": "chelsea", "recipe": run["recipe"]}), 404)
    assert client.get("/", params={"run": run["id"]}).status_code == 404
