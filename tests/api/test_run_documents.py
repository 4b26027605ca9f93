"""A run stands alone: it tells the document that it is of, when it goes, and where its input is."""

import io
from datetime import UTC, datetime

import numpy as np
import pytest

from app.web.api.examples import PICTURE, PLAIN


@pytest.mark.parametrize("document", [
    {"input": {"image": "coffee", "height": 9, "width": 8, "fit": "contain", "mode": "L", "scale": "byte"},
     "layers": [{"type": "conv2d", "kernel_size": [3, 2], "padding": "same", "out_channels": 2, "name": "one/a"},
                {"type": "add", "inputs": [0, 0]}]},
    {"input": {"image": "chelsea", "height": 8, "width": 8, "scale": {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.1, 1]}},
     "layers": [{"type": "conv2d", "weights": {"init": "preset", "names": ["sobel_x", [[0, 1.5]]], "spread": "sum"}}]},
    {"input": {"values": [[[1, 2.5, -3e-7], [0.1, 5, 6]]]},
     "layers": [{"type": "conv2d", "weights": {"init": "values", "weight": [[[[0.1, -1]]]], "bias": [1e20]}}]},
    {"input": {"image": "chelsea", "height": 32, "width": 32},
     "layers": [{"type": "conv2d", "weights": {"init": "trained", "model": "cifar10", "layer": 0, "epoch": 0}}]},
])  # fmt: skip
def test_a_run_tells_its_document_which_posted_again_is_the_same_run(client, document):
    run = client.post("/api/v1/runs", json=document).json()
    for name, value in document["input"].items():
        assert run["document"]["input"][name] == value, "as it was given"
    for given, told in zip(document["layers"], run["document"]["layers"], strict=True):
        assert given.items() <= told.items()
    again = client.post("/api/v1/runs", json=run["document"])
    assert (again.status_code, again.json()["id"]) == (200, run["id"])


def test_the_document_of_a_run_from_a_recipe_has_its_layers_and_the_models_own_input(client):
    run = client.post("/api/v1/runs", json={"input": {"image": "coffee"}, "recipe": 'model("digits") | relu'}).json()
    assert run["document"]["input"] == {"image": "coffee", "height": 28, "width": 28, "mode": "L"}
    assert len(run["document"]["layers"]) == len(run["layers"])
    assert client.post("/api/v1/runs", json=run["document"]).json()["recipe"] == 'model("digits") | relu'


def test_a_document_longer_than_what_is_written_at_once_comes_whole(client):
    values = [[[row * 0.1 + column for column in range(500)] for row in range(400)]]
    answer = client.post("/api/v1/runs", json={"input": {"values": values}, "layers": [{"type": "relu"}]})
    assert "content-length" not in answer.headers, "it is sent piece by piece"
    told = answer.json()["document"]["input"]["values"]
    assert np.array_equal(np.array(told, np.float32), np.array(values, np.float32))


def test_a_run_says_when_it_goes_and_goes_with_its_picture(client):
    fields = {"recipe": (None, "relu"), "size": (None, "8")}
    sent = client.post("/api/v1/images", files={"file": PICTURE.encode()}).json()
    run = client.post("/api/v1/runs", files={**fields, "image": (None, sent["id"])}).json()
    assert run["expires_at"] == client.get(f"/api/v1/images/{sent['id']}").json()["expires_at"]
    numbers = client.post("/api/v1/runs", json={"input": {"values": [[[1]]]}}).json()
    hours = (datetime.fromisoformat(numbers["expires_at"]) - datetime.now(UTC)).total_seconds() / 3600
    assert 23 < hours <= 24
    assert client.get(f"/api/v1/runs/{PLAIN.id}").json()["expires_at"] is None, "the examples stay"


def test_a_run_leads_to_its_input(client):
    run = client.get(f"/api/v1/runs/{PLAIN.id}").json()
    links = run["links"]
    assert client.get(links["run"]).json() == run
    pixels = np.load(io.BytesIO(client.get(links["input_npy"]).content))
    assert list(pixels.shape) == run["input"]["shape"]
    assert np.array_equal(np.array(client.get(links["input_json"]).json(), np.float32), pixels)
    assert client.get(links["input_png"]).headers["content-type"] == "image/png"
    assert client.get(links["input_csv"]).text.count("\r\n") == 1 + 3 * 32
    assert client.get(links["image"]).headers["content-type"] == "image/png"
    numbers = client.post("/api/v1/runs", json={"input": {"values": [[[1]]]}}).json()
    assert "image" not in numbers["links"]
