"""Whatever is sent, the answer is a run or a problem told properly: a valid document with anything in any place."""

import copy
import json

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.main import create_app
from app.settings import Settings
from tests.api.problems import told

RUNS = "/api/v1/runs"
WHOLE = {
    "input": {"image": "chelsea", "height": 8, "width": 9, "fit": "cover", "mode": "RGB",
              "scale": {"mean": [0.5, 0.5, 0.5], "std": [0.2, 0.2, 0.2]}},
    "layers": [
        {"type": "conv2d", "out_channels": 3, "kernel_size": [3, 2], "stride": 1, "padding": [1, 1],
         "padding_mode": "reflect", "dilation": 1, "groups": 3, "bias": True, "weights": {"init": "random", "seed": 7}},
        {"type": "relu"},
        {"type": "max_pool2d", "kernel_size": 2, "stride": [1, 2], "padding": 1, "ceil_mode": True},
        {"type": "conv2d", "weights": {"init": "preset", "names": ["sobel_x", "warm"]}},
        {"type": "avg_pool2d", "kernel_size": [2, 1], "count_include_pad": False},
        {"type": "conv2d", "weights": {"init": "values", "weight": [[[[1, 2]], [[3, 4]]]], "bias": [0.5]}},
    ],
}  # fmt: skip
NUMBERS = {"input": {"values": [[[1, 2], [3, 4]]]}, "recipe": "conv2d(2, 2, padding='same', weights=random(3)) | relu"}
LEARNED = {
    "input": {"image": "chelsea", "height": 28, "width": 28, "mode": "L"},
    "layers": [{"type": "conv2d", "weights": {"init": "trained", "model": "digits", "layer": 0, "epoch": 0}},
               {"type": "relu"}],
}  # fmt: skip
BRANCHES = {
    "input": {"values": [[[1, 2], [3, 4]]]},
    "layers": [{"type": "relu", "name": "one/a"}, {"type": "conv2d", "out_channels": 1, "kernel_size": 1, "inputs": -1},
               {"type": "add", "inputs": [0, 1, -1]}, {"type": "concat", "inputs": [2, 0], "name": "one/b"},
               {"type": "flatten", "inputs": 2}],
}  # fmt: skip
NETWORK = {"input": {"image": "chelsea"}, "recipe": 'model("digits", epoch=0) | relu'}
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 12), st.integers(), st.floats(), st.text(max_size=8),
    st.sampled_from([10_000, 10**30, -(10**30), 5.0, 1e999, "", "same", "valid", "relu", "\ud800", "%s{x}", [], {},
                     [[]], [1, 2], [1, 2, 3], [[1], [2, 3]], {"init": "values"}, {"init": "preset", "names": []},
                     [-1], [0, 1], [1, 0, 0], [-2, 0], [0] * 70, "x" * 61, "a|\"b\\", "é", "\u202e", {"type": "add"},
                     {"type": "relu"}, "random(7)", 4096, 1e-300, 3.5e38, "digits", "cifar10", "model",
                     'model("digits")', 'model("x" * 9)', 'model("digits", epoch=1e9)',
                     'conv2d(weights=trained("digits", True))',
                     {"init": "trained", "model": "digits", "layer": 3}, {"init": "trained", "model": "x" * 1000}]),
    st.recursive(st.integers(-2, 2), lambda inner: st.lists(inner, max_size=3), max_leaves=6),
)  # fmt: skip


def places(value, path=()):
    """Return the way to every part of a document."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from places(part, (*path, name))


@st.composite
def documents(draw):
    """Draw a document of which one to three parts are replaced, left out, renamed or doubled."""
    document = copy.deepcopy(draw(st.sampled_from([WHOLE, NUMBERS, LEARNED, NETWORK, BRANCHES, BRANCHES])))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(document))))
        if not path:
            continue
        *way, last = path
        around = document
        for name in way:
            around = around[name]
        match draw(st.sampled_from(["replace", "replace", "remove", "rename", "double"])):
            case "remove":
                del around[last]
            case "rename" if isinstance(around, dict):
                around[draw(st.text(max_size=5))] = around.pop(last)
            case "double" if isinstance(around, list):
                around.append(copy.deepcopy(around[last]))
            case _:
                around[last] = copy.deepcopy(draw(ODD))
    return document


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def check(answer):
    if answer.status_code in (200, 201):
        assert answer.json()["id"]
    else:
        assert 400 <= answer.status_code < 500
        told(answer, answer.status_code)


EACH = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@EACH
@given(document=documents())
def test_any_json_is_a_run_or_a_problem(client, document):
    check(client.post(RUNS, content=json.dumps(document), headers={"Content-Type": "application/json"}))


@EACH
@given(data=st.binary(max_size=60), kind=st.sampled_from(["application/json", "text/plain", "multipart/form-data",
                                                          "multipart/form-data; boundary=x", "\x80", "",
                                                          "application/x-www-form-urlencoded"]))  # fmt: skip
def test_any_bytes_are_a_run_or_a_problem(client, data, kind):
    for address in (RUNS, "/api/v1/images"):
        check(client.post(address, content=data, headers={"Content-Type": kind.encode("latin-1")}))


@EACH
@given(fields=st.dictionaries(
    st.sampled_from(["image", "size", "height", "width", "fit", "resample", "mode", "scale", "recipe", "layers"]),
    st.one_of(st.text(max_size=8), st.sampled_from(["chelsea", "8", "L", "contain", "byte", "mean:0;std:1", "relu",
                                                    "conv2d(2, 3)", "mean:1e999,0,0;std:1,1,1", "[]", "[{}]",
                                                    'model("digits")', 'model("cifar10", epoch=0) | relu'])),
))  # fmt: skip
def test_any_link_is_a_run_or_a_problem(client, fields):
    fields = {"size": "8", **fields} if not fields.keys() & {"height", "width"} else fields
    check(client.get(RUNS, params={name: value.encode(errors="replace") for name, value in fields.items()}))


@EACH
@given(parts=st.lists(st.one_of(st.text(max_size=5), st.sampled_from(["0", "-1", "9" * 30, "input", "..", "%2f", "٣"])),
                      min_size=5, max_size=5),
       shape=st.sampled_from(["{0}", "{0}/layers/{1}/output.npy?channel={2}", "{0}/layers/{1}/output.{2}",
                              "@/layers/{1}/output.json?channel={2}", "@/layers/{1}/{2}.npy",
                              "@/layers/{1}/output.png?scale={2}&theme={3}&v={4}", "@/layers/0/steps/{1}/{2}/{3}",
                              "@/layers/{1}/steps/0/{2}/{3}.svg"]))  # fmt: skip
def test_any_address_of_a_run_is_an_answer_or_a_problem(client, parts, shape):
    run = client.post(RUNS, json=NUMBERS).json()["id"]
    quoted = [part.encode(errors="replace").hex("%") and "".join(f"%{b:02x}" for b in part.encode(errors="replace"))
              for part in parts]  # fmt: skip
    answer = client.get(f"{RUNS}/{shape.format(*quoted).replace('@', run)}")
    if answer.status_code != 200:
        assert 400 <= answer.status_code < 500
        told(answer, answer.status_code)
