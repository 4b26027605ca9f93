"""Networks of one's own over HTTP: what is kept, by whom it is changed, and what is refused before it takes memory."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from safetensors.numpy import save

from app.allowance import Allowance
from app.main import create_app
from app.networks import REFUSAL
from app.settings import Settings
from tests.api.problems import told
from tests.importing.files import array, bytes_of, chain, model, told_by_onnxruntime
from tests.importing.harmful import ONNX, SAFETENSORS

MODELS, RUNS = "/api/v1/models", "/api/v1/runs"
MOST_SECONDS, MOST_BYTES = 2.0, 200_000_000
ARRAYS = {"w": array(4, 3, 3, 2), "b": array(4), "v": array(3, 4)}
NODES = chain(("Conv", ["w", "b"], {}), ("Relu", [], {}), ("GlobalAveragePool", [], {}), ("Flatten", [], {}),
              ("Gemm", ["v"], {"transB": 1}), ("Softmax", [], {}))  # fmt: skip
FILE = bytes_of(model(NODES, ARRAYS))
CLASSES = ["cat", "dog", "neither"]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2, model_max_bytes=3_000_000))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def sent(client, data, name="pets.onnx", **fields):
    return client.post(
        MODELS, files={"file": (name, data), **{key: (None, str(value)) for key, value in fields.items()}}
    )


def uploaded(client, data=FILE, **fields):
    answer = sent(client, data, **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def bearer(model):
    return {"Authorization": f"Bearer {model['delete_token']}"}


def run_of(client, recipe, **source):
    answer = client.post(RUNS, json={"input": {"image": "chelsea", **source}, "recipe": recipe})
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def output(client, run, layer):
    return np.float32(client.get(f"{RUNS}/{run['id']}/layers/{layer}/output.json").json())


def test_an_upload_is_a_model_like_any_other_and_says_what_onnx_runtime_says(client):
    made = uploaded(client, classes=json.dumps(CLASSES), scale="byte", title="Pets")
    assert (made["title"], made["classes"], made["epochs"], made["licence"]) == ("Pets", CLASSES, [], "")
    assert made["input"] == {"height": 10, "width": 9, "fit": "cover", "mode": "RGB", "scale": "byte"}
    bilinear = uploaded(client, scale="byte", resample="bilinear")
    assert bilinear["input"] == {**made["input"], "resample": "bilinear"}
    assert "not 'cubic'" in sent(client, FILE, resample="cubic").json()["detail"]
    assert made["parameters"] == sum(each.size for each in ARRAYS.values())
    token = made.pop("delete_token")
    assert len(token) == 32
    assert client.get(f"{MODELS}/{made['id']}").json() == made
    assert made["id"] not in client.get(MODELS).text  # it is private
    run = run_of(client, f'model("{made["id"]}")')
    assert run["recipe"] == f'model("{made["id"]}")'
    theirs = told_by_onnxruntime(FILE, output(client, run, "input"))
    said = {each["label"]: each["probability"] for each in run["prediction"]}
    assert [said[name] for name in CLASSES] == pytest.approx(theirs, abs=1e-6)
    alone = run_of(client, f'conv2d(weights=trained("{made["id"]}", 0))', height=10, width=9)
    weight = client.get(f"{RUNS}/{alone['id']}/layers/0/weight.npy").content
    assert weight.endswith(ARRAYS["w"].tobytes())
    told(client.get(RUNS, params={"image": "chelsea", "recipe": f'model("{made["id"]}", epoch=1)'}), 422, "no epochs")


def test_what_is_said_beside_the_file_can_be_changed_by_its_owner_and_nothing_else_can(client):
    made = uploaded(client)
    address = f"{MODELS}/{made['id']}"
    assert (made["title"], made["classes"]) == ("pets", [])
    whole = f'model("{made["id"]}")'
    before = run_of(client, whole)
    assert (before["input"]["shape"], before["prediction"]) == ([3, 10, 9], None)
    told(client.patch(address, json={"title": "Mine"}), 403, "token")
    told(client.patch(address, json={"title": "Mine"}, headers={"Authorization": "Bearer no"}), 403, "token")
    change = {"title": "Mine", "classes": CLASSES, "height": 12, "scale": {"mean": [0.5] * 3, "std": [0.2] * 3}}
    changed = client.patch(address, json=change, headers=bearer(made)).json()
    assert changed["input"] == {**made["input"], "height": 12, "scale": change["scale"]}
    assert (changed["title"], changed["classes"]) == ("Mine", CLASSES)
    assert changed["layers"] == made["layers"]
    after = run_of(client, whole)
    assert (after["input"]["shape"], len(after["prediction"])) == ([3, 12, 9], 3)
    kept = client.get(f"{RUNS}/{before['id']}").json()
    assert {**kept, "expires_at": before["expires_at"]} == before  # on another size it says nothing
    assert client.get(address).json() == changed
    said = client.patch(address, json={"width": None, "mode": None, "fit": None}, headers=bearer(made))
    assert (said.status_code, said.json()["input"]["width"]) == (200, 9)  # null is as left out
    changed = said.json()
    for wrong, words in (
        ({"classes": ["one"]}, "1 names of classes, and the network ends in 3 numbers"),
        ({"classes": "cat"}, "list of names"),
        ({"title": ""}, "1 to 100 characters"),
        ({"title": "a\u202eb"}, "cannot be seen"),
        ({"mode": "L", "scale": "unit"}, "1 channels, and this network reads 3"),
        ({"height": 0}, "at least 1"),
        ({"height": 2}, "3×2"),
        ({"height": 20_000, "width": 20_000}, "pixels"),
        ({"channels": "BGR"}, "no field 'channels'"),
        ([], "an object"),
    ):
        told(client.patch(address, json=wrong, headers=bearer(made)), 422, words)
    told(client.patch(address, content=b"{", headers=bearer(made)), 400)
    assert client.get(address).json() == changed


def test_when_it_has_been_deleted_its_runs_have_gone(client):
    made = uploaded(client)
    run = run_of(client, f'model("{made["id"]}")')
    there = run["layers"][0]["links"]["output_npy"]
    assert client.get(there).status_code == 200
    told(client.delete(f"{MODELS}/{made['id']}"), 403, "token")
    assert client.delete(f"{MODELS}/{made['id']}", headers=bearer(made)).status_code == 204
    for address in (f"{MODELS}/{made['id']}", f"{RUNS}/{run['id']}", there):
        told(client.get(address), 404)
    told(client.delete(f"{MODELS}/{made['id']}", headers=bearer(made)), 404)


def test_it_expires_as_pictures_do(client):
    made = uploaded(client)
    run = run_of(client, f'model("{made["id"]}")')
    store = client.app.state.lab.store
    store.put("model", made["id"], store.get("model", made["id"]), -1)
    client.app.state.lab.networks.uploads.forget(made["id"])  # what was found a moment ago
    told(client.get(f"{MODELS}/{made['id']}"), 404, "has expired")
    told(client.get(f"{RUNS}/{run['id']}"), 404)


def test_another_process_on_the_same_store_has_it_too(client):
    made = uploaded(client)
    settings = client.app.state.lab.settings
    with TestClient(create_app(settings), base_url="http://localhost") as other:
        assert other.get(f"{MODELS}/{made['id']}").json()["id"] == made["id"]
        assert other.delete(f"{MODELS}/{made['id']}", headers=bearer(made)).status_code == 204


def test_blue_first_gives_the_same_on_a_picture_that_was_turned(client):
    plain, blue = uploaded(client), uploaded(client, channels="BGR")
    values = np.random.default_rng(3).normal(size=(3, 10, 9)).astype(np.float32)
    ours = [
        client.post(RUNS, json={"input": {"values": each.tolist()}, "recipe": f'model("{made["id"]}")'}).json()
        for each, made in ((values, plain), (values[::-1], blue))
    ]
    assert output(client, ours[0], 0) == pytest.approx(output(client, ours[1], 0), abs=1e-5)
    mean = bytes_of(model(chain(("GlobalAveragePool", [], {}), ("Flatten", [], {}))))
    told(sent(client, mean, channels="BGR"), 422, "convolution over all three channels")


def test_what_comes_before_a_misfit_can_be_kept(client):
    before = chain(("Conv", ["w"], {}), ("Relu", [], {}), ("LSTM", [], {}), ("Relu", [], {}))
    before[2].name = "bad"
    data = bytes_of(model(before, ARRAYS))
    problem = told(sent(client, data), 422, 'Node 3 of 4, "bad" (LSTM): There is no layer')
    assert (problem["errors"][0]["node"], problem["errors"][0]["fits"]) == (3, 2)
    kept = uploaded(client, data, truncate="true")
    assert [layer["type"] for layer in kept["layers"]] == ["conv2d", "relu"]
    told(sent(client, bytes_of(model(before[2:], ARRAYS)), truncate="true"), 422, '"bad" (LSTM)')


def test_tensors_belong_to_layers_by_name_or_number(client):
    recipe = "conv2d(4, (3, 2)) | relu | global_avg_pool2d | linear(3, bias=False) | softmax"
    tensors = {"0.weight": ARRAYS["w"], "0.bias": ARRAYS["b"].astype(np.float16), "3.weight": ARRAYS["v"]}
    size = {"height": 10, "width": 9}
    made = uploaded(client, save(tensors), name="pets.safetensors", recipe=recipe, **size)
    ours = run_of(client, f'model("{made["id"]}")')
    theirs = told_by_onnxruntime(FILE, output(client, ours, "input"))
    assert output(client, ours, 4).ravel() == pytest.approx(theirs, abs=1e-3)  # of half precision
    named = json.dumps([{"type": "conv2d", "out_channels": 4, "kernel_size": [3, 2], "name": "block/first"}])
    again = uploaded(client, save({"block/first.weight": ARRAYS["w"]}), name="a", layers=named, **size)
    assert again["layers"][0]["name"] == "block/first"
    told(sent(client, save(tensors)), 422, "say the layers too")
    told(sent(client, save(tensors), recipe=recipe), 422, "say height and width")
    told(sent(client, FILE, recipe=recipe), 422, "has its own layers")


def test_fields_that_make_no_sense_are_refused(client):
    for fields, status, words in (
        ({"classes": "["}, 400, "JSON"),
        ({"classes": '["a", 1]'}, 422, "list of names"),
        ({"height": "many"}, 422, "whole number"),
        ({"channels": "GBR"}, 422, "RGB or BGR"),
        ({"truncate": "perhaps"}, 422, "true or false"),
        ({"scale": "mean:1;std:0"}, 422, "std"),
        ({"colour": "red"}, 422, "no field 'colour'"),
    ):
        told(sent(client, FILE, **fields), status, words)
    told(
        client.post(MODELS, files=[("file", FILE), ("title", (None, "a")), ("title", (None, "b"))]), 422, "given twice"
    )
    told(client.post(MODELS, json={}), 400, '"file"')


def test_a_client_brings_so_many_an_hour(client, monkeypatch):
    monkeypatch.setattr(client.app.state.lab.networks, "_allowance", Allowance(1, REFUSAL))
    assert sent(client, FILE).status_code == 201
    told(sent(client, b"no network"), 415)  # which is not counted
    told(sent(client, FILE), 429, "1 networks within an hour")


def test_a_file_over_the_limit_is_413_before_it_is_read(client):
    told(sent(client, bytes(3_000_001)), 413, "3,000,001 bytes, and at most 3,000,000")
    told(sent(client, bytes(4_000_001)), 413, "the most is 3,000,000")
    told(client.post("/api/v1/images", files={"file": bytes(21_500_000)}), 413, "the most is 20,000,000")


@pytest.mark.parametrize("case", [*ONNX, *SAFETENSORS])
def test_what_does_not_fit_or_means_harm_is_refused_soon_and_takes_little_memory(client, case):
    data, status, words = {**ONNX, **SAFETENSORS}[case]
    fields = {"recipe": "linear(2)", "height": 1, "width": 1, "mode": "RGB"} if case in SAFETENSORS else {}
    before, begun = _peak(reset=True), time.monotonic()
    told(sent(client, bytes_of(data), **fields), status, words)
    assert time.monotonic() - begun < MOST_SECONDS
    assert _peak() - before < MOST_BYTES


def _peak(*, reset=False):
    """Return the most memory that this process has had since it was reset, bytes; 0 where the system does not say."""
    try:
        if reset:
            Path("/proc/self/clear_refs").write_text("5")
        line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    except OSError:
        return 0
    return int(line.split()[1]) * 1024
