"""Numbers of a run as text and in archives: each reads back as the float32 that it was, bit for bit."""

import csv
import json
import struct
from io import BytesIO, StringIO

import numpy as np
import pytest

from app.web.api.json_text import BATCH, csv_bytes, json_bytes
from tests.api.problems import told

RUNS = "/api/v1/runs"
SPECIAL = np.float32([0.0, -0.0, 1, -1, 0.1, 1e-45, -1e-45, 1.17549435e-38, 3.4028235e38, 16777217, 1 / 3, 1e9])


def floats(count, seed=1):
    """Finite float32 of all sizes: random bits."""
    found = np.random.default_rng(seed).integers(0, 1 << 32, 2 * count, np.uint32).view(np.float32)
    return found[np.isfinite(found)][:count]


def same(text, numbers):
    """Tell whether numbers read from text are float32 numbers, bit for bit, the sign of zero too."""
    return np.array(text, np.float64).astype(np.float32).tobytes() == np.asarray(numbers, np.float32).tobytes()


def run_of(client, values, recipe):
    return client.post(RUNS, json={"input": {"values": values}, "recipe": recipe}).json()


@pytest.mark.parametrize("numbers", [SPECIAL, floats(10_000), floats(BATCH + 1, 2), SPECIAL[2:3], floats(0)])
def test_float32_has_nine_digits_and_reads_back_bit_for_bit(numbers):
    written = json_bytes(numbers)
    assert same(json.loads(written), numbers)
    assert all(len(each.strip("-").partition("e")[0].replace(".", "").lstrip("0")) <= 9
               for each in written.decode().strip("[]").split(","))  # fmt: skip
    assert all(same([json.loads(json_bytes(float(number)))], [number]) for number in numbers[:100])


@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 0), (0, 3), (5, 1000), (7, 1, BATCH)])
def test_arrays_of_several_axes_are_lists_in_lists(shape):
    numbers = np.resize(np.append(SPECIAL, floats(2000)), shape)
    for each in (numbers, numbers.T):
        assert same(json.loads(json_bytes(each)), each)
        assert np.shape(json.loads(json_bytes(each))) == np.shape(each.tolist())
        assert json.loads(json_bytes(each.astype(float))) == each.tolist()


def test_what_is_no_float32_keeps_all_its_digits():
    exact = np.array([0.1, 1e-300, 1 / 3])
    assert json.loads(json_bytes({"sums": exact, "each": exact.tolist(), "other": [None, True, 7, "ü"]})) == {
        "sums": exact.tolist(), "each": exact.tolist(), "other": [None, True, 7, "ü"]}  # fmt: skip
    assert json.loads(json_bytes(1e300)) == 1e300
    assert json_bytes(np.float32([0.1]).astype(float).tolist()) == b"[0.100000001]"


def test_csv_has_a_line_a_row_of_each_map(client):
    run = run_of(client, [[[0.1, -2, 3], [4, 5, 6]], [[7, 8, 9], [0, 0, 1e-8]]], "relu | flatten")
    layers = f"{RUNS}/{run['id']}/layers"
    answer = client.get(f"{layers}/0/output.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text == (
        "channel,row,0,1,2\r\n0,0,0.100000001,0,3\r\n0,1,4,5,6\r\n1,0,7,8,9\r\n1,1,0,0,9.99999994e-09\r\n"
    )
    assert client.get(f"{layers}/0/output.csv?channel=1").text == (
        "channel,row,0,1,2\r\n1,0,7,8,9\r\n1,1,0,0,9.99999994e-09\r\n"
    )
    assert client.get(f"{layers}/1/output.csv").text.splitlines()[:3] == ["channel,row,0", "0,0,0.100000001", "1,0,0"]
    told(client.get(f"{layers}/0/output.csv?channel=2"), 404, "0 to 1")
    told(client.get(f"{layers}/2/output.csv"), 404, "layer")
    told(client.get(f"{layers}/0/output.tsv"), 404, "output.csv")


def test_csv_holds_the_very_numbers_of_the_maps(client):
    run = client.get(RUNS, params={"image": "coffee", "height": 9, "width": 14, "recipe": "conv2d(3, 3)"}).json()
    maps = np.load(BytesIO(client.get(run["layers"][0]["links"]["output_npy"]).content))
    lines = list(csv.reader(StringIO(client.get(f"{RUNS}/{run['id']}/layers/0/output.csv").text)))
    assert lines[0] == ["channel", "row", *map(str, range(12))]
    assert [line[:2] for line in lines[1:]] == [[str(c), str(r)] for c in range(3) for r in range(7)]
    assert same([list(map(float, line[2:])) for line in lines[1:]], maps.reshape(21, 12))
    minus = np.float32([[[-0.0, 1]]])
    assert csv_bytes(minus) == b"channel,row,0,1\r\n0,0,-0.0,1\r\n"


def test_all_arrays_of_a_run_in_one_file(client):
    recipe = "conv2d(4, 3, weights=random(7)) | relu | max_pool2d(2) | flatten | linear(5, bias=False) | softmax"
    run = client.get(RUNS, params={"image": "coffee", "height": 12, "width": 20, "recipe": recipe}).json()
    answer = client.get(f"{RUNS}/{run['id']}/export.npz")
    assert answer.headers["content-disposition"] == 'attachment; filename="run.npz"'
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["etag"]
    archive = np.load(BytesIO(answer.content), allow_pickle=False)
    assert archive.files == ["input", "layer_0_output", "layer_0_weight", "layer_0_bias", "layer_1_output",
                             "layer_2_output", "layer_3_output", "layer_4_output", "layer_4_weight",
                             "layer_5_output"]  # fmt: skip
    layers = f"{RUNS}/{run['id']}/layers"
    for name, address in {"input": "input/output", "layer_0_weight": "0/weight", "layer_0_bias": "0/bias",
                          "layer_4_weight": "4/weight",
                          **{f"layer_{i}_output": f"{i}/output" for i in range(6)}}.items():  # fmt: skip
        alone = np.load(BytesIO(client.get(f"{layers}/{address}.npy").content))
        assert archive[name].dtype == np.float32
        assert archive[name].shape == alone.shape
        assert archive[name].tobytes() == alone.tobytes()
    assert np.array_equal(archive["layer_1_output"], np.maximum(archive["layer_0_output"], 0))
    assert client.get(f"{RUNS}/{run['id']}/export.npz").content == answer.content
    tag = {"If-None-Match": answer.headers["etag"]}
    assert client.get(f"{RUNS}/{run['id']}/export.npz", headers=tag).status_code == 304


def test_the_input_alone_is_an_archive_too_and_a_large_one_comes_whole(client):
    run = client.get(RUNS, params={"image": "coffee", "size": 600, "recipe": ""}).json()
    archive = np.load(BytesIO(client.get(f"{RUNS}/{run['id']}/export.npz").content))
    assert archive.files == ["input"]
    assert archive["input"].tobytes() == np.load(
        BytesIO(client.get(f"{RUNS}/{run['id']}/layers/input/output.npy").content)).tobytes()  # fmt: skip
    told(client.get(f"{RUNS}/{'0' * 32}/export.npz"), 404, "no run")


def test_a_step_s_float32_numbers_are_those_of_the_arrays(client):
    recipe = "conv2d(2, 3, weights=random(7)) | leaky_relu | max_pool2d(2) | avg_pool2d(2) | flatten | linear(3)"
    run = client.get(RUNS, params={"image": "coffee", "height": 12, "width": 20, "recipe": recipe}).json()
    archive = np.load(BytesIO(client.get(f"{RUNS}/{run['id']}/export.npz").content))
    steps = [client.get(f"{RUNS}/{run['id']}/layers/{i}/steps/1/0/0").json() for i in range(6)]
    for index, step in enumerate(steps):
        place = (1, 0, 0) if index < 4 else (1,)
        assert same([step["value"]], [archive[f"layer_{index}_output"][place]])
    assert same(steps[0]["patch"], archive["input"][:, :3, :3])
    assert same(steps[0]["kernel"], archive["layer_0_weight"][1])
    assert steps[0]["products"] == np.multiply(
        np.float32(steps[0]["patch"]).astype(float), np.float32(steps[0]["kernel"])).tolist()  # fmt: skip
    assert same([steps[1]["input"]], [archive["layer_0_output"][1, 0, 0]])
    assert same(steps[2]["patch"], archive["layer_1_output"][1, :2, :2])
    assert same(steps[3]["patch"], archive["layer_2_output"][1, :2, :2])
    largest = steps[5]["largest"][0]
    assert same([largest["weight"]], [archive["layer_5_weight"][1, largest["index"]]])
    assert largest["product"] == float(np.float32(largest["input"])) * float(np.float32(largest["weight"]))


def test_minus_zero_is_written_as_it_is(client):
    run = run_of(client, [[[1, -1]]], "conv2d(weights=values([[[[0]]]])) | leaky_relu")
    numbers = client.get(f"{RUNS}/{run['id']}/layers/0/output.npy").content[-8:]
    assert same(client.get(f"{RUNS}/{run['id']}/layers/0/output.json").json(), struct.unpack("<2f", numbers))
