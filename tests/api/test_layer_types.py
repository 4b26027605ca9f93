"""Vectors, weights of every kind, and the cone, as callers see them."""

from io import BytesIO

import numpy as np
import pytest

from app.layers.layer import MOST_CHANNELS
from tests.api.problems import told

RUNS = "/api/v1/runs"
CHELSEA = {"image": "chelsea", "height": 12, "width": 10}
NETWORK = "conv2d(4, 3, padding=1) | batch_norm2d | max_pool2d(2) | flatten | linear(7) | softmax"


@pytest.fixture
def run(client):
    return posted(client, NETWORK)


def posted(client, recipe, source=CHELSEA):
    answer = client.post(RUNS, json={"input": source, "recipe": recipe})
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def layer(run, index, rest):
    return f"{RUNS}/{run['id']}/layers/{index}/{rest}"


def array(client, address):
    return np.load(BytesIO(client.get(address).content), allow_pickle=False)


def test_a_vector_has_one_axis(client, run):
    shapes = [(layer["input_shape"], layer["output_shape"]) for layer in run["layers"]]
    assert shapes[2:] == [([4, 12, 10], [4, 6, 5]), ([4, 6, 5], [120]), ([120], [7]), ([7], [7])]
    shares = client.get(layer(run, 5, "output.json")).json()
    assert array(client, layer(run, 5, "output.npy")).shape == (7,)
    assert np.float32(shares).tolist() == array(client, layer(run, 5, "output.npy")).tolist()
    assert sum(shares) == pytest.approx(1)
    assert client.get(layer(run, 5, "output.json?channel=3")).json() == shares[3]
    assert array(client, layer(run, 5, "output.npy?channel=3")) == np.float32(shares[3])
    assert client.get(layer(run, 5, "output.png")).headers["content-type"] == "image/png"
    told(client.get(layer(run, 5, "output.json?channel=7")), 404, "0 to 6")


def test_a_step_of_a_vector_stands_at_row_and_column_0(client, run):
    step = client.get(layer(run, 4, "steps/3/0/0")).json()
    assert len(step["largest"]) == len(step["smallest"]) == 10
    assert step["position"] == {"channel": 3, "row": 0, "column": 0}
    assert step["window"] == {"rows": [0, 1], "columns": [0, 1]}
    assert step["receptive_field"] == {"rows": [0, 12], "columns": [0, 10]}
    told(client.get(layer(run, 4, "steps/3/0/1")), 404)
    flat = client.get(layer(run, 3, "steps/31/0/0")).json()
    assert flat["source"] == {"channel": 1, "row": 0, "column": 1}
    assert flat["receptive_field"] == {"rows": [0, 3], "columns": [1, 5]}


def test_costs_and_parameters_are_those_of_the_contract(run):
    said = [(layer["parameters"], layer["multiplications"]) for layer in run["layers"]]
    assert said == [(112, 112 // 4 * 480 - 480), (8, 480), (0, 0), (0, 0), (847, 840), (0, 0)]
    assert [layer["fully_connected_parameters"] is None for layer in run["layers"]] == [False] + [True] * 5
    assert run["layers"][3]["receptive_field"] == {"size": [14, 12], "jump": [2, 2]}


def test_each_number_of_a_vector_is_its_own_statistics_unless_there_are_very_many(client, run):
    said = run["layers"][4]["statistics"]
    numbers = client.get(layer(run, 4, "output.json")).json()
    assert np.float32([channel["mean"] for channel in said["channels"]]).tolist() == np.float32(numbers).tolist()
    assert np.float32([said["minimum"], said["maximum"]]).tolist() == np.float32([min(numbers), max(numbers)]).tolist()
    long = posted(client, "flatten", {"image": "chelsea", "height": 64, "width": 64})["layers"][0]
    assert long["output_shape"] == [3 * 64 * 64]
    assert MOST_CHANNELS < 3 * 64 * 64
    assert long["statistics"]["channels"] == []


def test_every_array_that_a_layer_has_is_served(client, run):
    links = [{name for name in layer["links"] if not name.startswith("output")} for layer in run["layers"]]
    four = {"weight_npy", "bias_npy", "running_mean_npy", "running_var_npy"}
    assert links == [{"weight_npy", "bias_npy"}, four, set(), set(), {"weight_npy", "bias_npy"}, set()]
    assert array(client, layer(run, 4, "weight.npy")).shape == (7, 120)
    assert array(client, layer(run, 1, "running_var.npy")).tolist() == [1] * 4
    told(client.get(layer(run, 4, "running_var.npy")), 404, "weight, bias")


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        ("softmax", "3 maps of 12×10; put flatten or linear before it"),
        ("flatten | max_pool2d(2)", "a vector of 360 numbers; put it before flatten or linear"),
        ("linear(4) | batch_norm2d", "a vector of 4 numbers"),
        ("linear(4) | global_avg_pool2d", "a vector of 4 numbers"),
        ("global_avg_pool2d | softmax", "3 maps of 1×1"),
        ("linear(weights=values([[1, 2]]))", "read 2 numbers, but here are 360"),
        ("linear(3, weights=values([[1, 2]]))", "out_features is 3, but the weights make it 1"),
        ("linear(2, bias=False, weights=values([[1], [2]], [1, 2]))", "bias is false"),
        ("linear(weights=values([1, 2]))", "2 axes [out_features][in_features]"),
        ("linear(2, weights=values([[1], [2]], [1]))", "one number an output"),
        ("linear", "linear needs out_features"),
        ('linear(2, weights=preset("box"))', "Named kernels are filters"),
        ('batch_norm2d(weights=preset("box"))', "Named kernels are filters"),
        ("batch_norm2d(weights=values([1, 2]))", "weight has 2 numbers, but here are 3 channels"),
        ("batch_norm2d(weights=values([1, 2], [3]))", "bias is a list of one number a channel"),
        ("batch_norm2d(weights=values(running_var=[1, -2, 3]))", "0 or more, not -2.0"),
        ("batch_norm2d(eps=-1)", "eps must be at least 0"),
        ("zero_pad2d((0, 9999, 0, 0)) | zero_pad2d((9999, 9999, 0, 0))", "the most is 20,000 a side"),
        ("leaky_relu(negative_slope=1e400)", "negative_slope must be"),
        ("batch_norm2d(eps=0, weights=values(running_var=[0, 0, 0]))", "past what float32 holds"),
        ("linear(5000)", "at most 4,096"),
        ("conv2d(1, 1, weights=values([[[[1]]]], [0], [0]))", "running_mean"),
    ],
)
def test_what_cannot_be_is_told_with_the_numbers_and_the_way_out(client, recipe, words):
    told(client.post(RUNS, json={"input": CHELSEA, "recipe": recipe}), 422, words)


def test_the_cone_is_every_place_that_a_cell_can_change(client, run):
    def cone(index, **query):
        return client.get(layer(run, index, "cone"), params=query).json()

    assert cone(0, row=0, column=4) == {"rows": [0, 2], "columns": [3, 6]}
    assert cone(2, row=0, column=4) == {"rows": [0, 1], "columns": [1, 3]}
    assert cone(2, row=5, column=2, **{"from": "1"}) == {"rows": [2, 3], "columns": [1, 2]}
    assert cone(5, row=0, column=0, **{"from": "3"}) == {"rows": [0, 1], "columns": [0, 1]}
    unread = posted(client, "conv2d(1, 1, 3)")
    assert client.get(layer(unread, 0, "cone?row=1&column=1")).json() is None


def test_a_cone_from_nowhere_is_refused(client, run):
    for query, status, words in (
        ("row=12&column=0", 404, "0 to 11"),
        ("row=0&column=-1", 404, "column"),
        ("row=x&column=0", 422, "row must be a whole number"),
        ("row=0", 422, ""),
        ("row=0&column=0&from=2", 422, "Layer 2 is not before layer 2"),
        ("row=0&column=0&from=x", 422, "from must be"),
        ("row=0&column=0&from=9", 404, "layer 9"),
    ):
        told(client.get(layer(run, 2, f"cone?{query}")), status, words)
    told(client.get(layer(run, "input", "cone?row=0&column=0")), 404)
    told(client.get(layer(run, 9, "cone?row=0&column=0")), 404)
