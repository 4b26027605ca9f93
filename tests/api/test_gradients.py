"""Claims about the API's answers on learning: one weight, the gradients by outputs and by weights, and refusals."""

import io
import threading

import numpy as np
import pytest

from app import gradients
from app.numerics.normalization import batch_norm
from tests.api.problems import told

OBLONG = 'conv2d(4, (3, 2), stride=(2, 1), padding=1, padding_mode="circular", groups=1, weights=random(3))'
RECIPE = f"{OBLONG} | relu | max_pool2d(2) | conv2d(4, 2, groups=2, weights=random(5)) | linear(3) | softmax"
LABEL = 2


def run_of(client, recipe=RECIPE, shape=(3, 9, 8)):
    values = np.random.default_rng(4).normal(size=shape).round(3).tolist()
    answer = client.post("/api/v1/runs", json={"input": {"values": values}, "recipe": recipe})
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def layer(run, index, rest):
    return f"/api/v1/runs/{run['id']}/layers/{index}/{rest}"


def array(client, address, **query):
    answer = client.get(address, params=query)
    assert answer.status_code == 200, answer.text
    return np.load(io.BytesIO(answer.content))


def test_one_weight_is_told_with_all_that_makes_it_change(client):
    run = run_of(client)
    weight = array(client, layer(run, 3, "weight.npy"))
    by_weight = array(client, layer(run, 3, "weight_gradient.npy"), label=LABEL)
    by_output = array(client, layer(run, 3, "gradient.npy"), label=LABEL)
    before = array(client, layer(run, 2, "output.npy"))
    assert by_weight.shape == weight.shape
    assert by_output.dtype == by_weight.dtype == np.float32
    assert np.abs(by_output).max() > 0
    for f, c, row, column in np.ndindex(weight.shape):
        path = layer(run, 3, f"gradients/{f}/{c}/{row}/{column}")
        told = client.get(path, params={"label": LABEL, "rate": "0.5"}).json()
        assert list(told) == ["input", "gradient", "example", "weight", "update", "next", "step"]
        x, gradient = np.array(told["input"]), np.array(told["gradient"])
        assert np.array_equal(x, before[2 * (f // 2) + c])  # two groups of two channels
        assert np.array_equal(gradient, by_output[f])
        rows, columns = gradient.shape
        met = x[row : row + rows, column : column + columns]
        assert told["example"] == pytest.approx((met * gradient).sum(), rel=1e-12)
        assert told["example"] == pytest.approx(by_weight[f, c, row, column], abs=1e-6 * float(np.abs(by_weight).max()))
        assert told["weight"] == weight[f, c, row, column]
        assert told["update"] == -0.5 * told["example"]
        assert told["next"] == told["weight"] + told["update"]
        assert told["step"] == 0


def test_gradients_start_at_the_scores_as_what_was_said_less_the_truth(client):
    run = run_of(client)
    shares = array(client, layer(run, 5, "output.npy"))
    truth = np.eye(3)[LABEL]
    scores = array(client, layer(run, 4, "gradient.npy"), label=LABEL)
    assert scores.shape == (3,)
    assert np.allclose(scores, shares - truth, atol=1e-7)
    assert np.allclose(array(client, layer(run, 5, "gradient.npy"), label=LABEL), -truth / shares, rtol=1e-6)


def test_the_rate_is_a_hundredth_where_nothing_is_said_of_it(client):
    path = layer(run_of(client), 0, "gradients/1/2/0/1")
    told, said = (client.get(path, params={"label": 0, **more}) for more in ({}, {"rate": "0.01"}))
    assert told.json() == said.json()
    assert told.json()["update"] == -0.01 * told.json()["example"] != 0


def test_normalization_is_that_of_the_run_and_not_of_the_picture(client):
    norms = "weights=values([2, 1], [0, 1], running_mean=[0.5, -1], running_var=[4, 1])"
    values = "weights=values([[1, 0], [0, 1]], [0, 0])"
    run = run_of(client, f"batch_norm2d({norms}) | global_avg_pool2d | linear(2, {values}) | softmax", (2, 3, 2))
    shares = array(client, layer(run, 3, "output.npy"))
    x = array(client, f"/api/v1/runs/{run['id']}/layers/input/output.npy")
    score = shares - [1, 0]
    normal = batch_norm(x, *(np.array(part, np.float32) for part in ([0.5, -1], [4, 1], [1, 1], [0, 0])), 1e-5)
    assert np.allclose(array(client, layer(run, 0, "weight_gradient.npy"), label=0),
                       score * normal.mean(axis=(1, 2)), atol=1e-6)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "query", "status", "words"),
    [
        ("0/gradients/0/0/0/0", {}, 422, "label must be the number of a class"),
        ("0/gradient.npy", {"label": "cat"}, 422, "label must be the number of a class"),
        ("0/gradient.npy", {"label": "3"}, 422, "There is no class 3; label runs from 0 to 2"),
        ("0/weight_gradient.npy", {"label": "-1"}, 422, "There is no class -1"),
        ("0/gradients/0/0/0/0", {"label": "0", "rate": "0"}, 422, "rate must be a number above 0 and at most 100"),
        ("0/gradients/0/0/0/0", {"label": "0", "rate": "nan"}, 422, "rate must be"),
        ("1/gradients/0/0/0/0", {"label": "0"}, 404, "Layer 2 (relu) has no filters that slide"),
        ("4/gradients/0/0/0/0", {"label": "0"}, 404, "Layer 5 (linear) has no filters that slide"),
        ("input/gradient.npy", {"label": "0"}, 404, "The input does not learn"),
        ("6/gradient.npy", {"label": "0"}, 404, "There is no layer 6"),
        ("2/weight_gradient.npy", {"label": "0"}, 404, "Layer 3 (max_pool2d) has no weights"),
        ("0/gradients/4/0/0/0", {"label": "0"}, 404, "There is no filter 4; here they run from 0 to 3"),
        ("0/gradients/0/3/0/0", {"label": "0"}, 404, "There is no channel 3"),
        ("0/gradients/0/0/3/0", {"label": "0"}, 404, "There is no row 3"),
        ("0/gradients/0/0/0/2", {"label": "0"}, 404, "There is no column 2"),
        ("3/gradients/0/2/0/0", {"label": "0"}, 404, "There is no channel 2"),
        ("0/gradients/-1/0/0/0", {"label": "0"}, 404, "There is no filter -1"),
    ],
)
def test_what_cannot_be_asked_is_refused(client, path, query, status, words):
    told(client.get(layer(run_of(client), *path.split("/", 1)), params=query), status, words)


def test_a_run_without_shares_has_no_loss(client):
    run = run_of(client, "conv2d(2, 3) | relu")
    for path in ("gradients/0/0/0/0", "gradient.npy", "weight_gradient.npy"):
        told(client.get(layer(run, 0, path), params={"label": 0}), 422, "this run ends in relu. Put softmax last")


def test_gradients_are_found_once_for_each_class(client, monkeypatch):
    run, found = run_of(client, RECIPE.replace("random(3)", "random(8)")), []
    real = gradients.backpropagate
    monkeypatch.setattr(gradients, "backpropagate", lambda *args: found.append(threading.get_ident()) or real(*args))
    for label in (0, 1, 0):
        array(client, layer(run, 3, "gradient.npy"), label=label)
        array(client, layer(run, 0, "weight_gradient.npy"), label=label)
    assert len(found) == 2


def test_going_back_counts_as_much_as_it_costs(client, app):
    run = run_of(client)
    settings, lab = app.state.lab.settings, app.state.lab
    cost = sum(entry["multiplications"] for entry in run["layers"])
    lab.gradients._settings = settings.model_copy(update={"run_max_multiplications": 2 * cost})
    told(client.get(layer(run, 0, "gradient.npy"), params={"label": 0}), 422, "Forward and back this needs")
    lab.gradients._settings = settings


def test_gradients_that_grow_past_float32_are_refused_by_the_layer(client):
    big = " | ".join(["conv2d(weights=values([[[[1e30]]]]))"] * 3 + ["linear(2) | softmax"])
    run = client.post("/api/v1/runs", json={"input": {"values": [[[0, 0]]]}, "recipe": big}).json()
    answer = client.get(layer(run, 1, "gradient.npy"), params={"label": 0})
    told(answer, 422, "The gradients grow past what float32 holds (about 3.4e38) in layer 1 (conv2d)")
