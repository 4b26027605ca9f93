"""Every status of the contract's table, on whatever a caller may send: never a 500, never a hang."""

import json
import threading

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from tests.api.problems import told

RUNS = "/api/v1/runs"
CHELSEA = {"image": "chelsea", "height": 32, "width": 32}
JSON = {"Content-Type": "application/json"}


def layer(client, **fields):
    return client.post(RUNS, json={"input": CHELSEA, "layers": [{"type": "conv2d", **fields}]})


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\x00", b"\xff\xfe\xfd", b"{'a': 1}", b"[" * 100_000, b'{"a":' * 100_000,
     b'{"input":{"values":[[[' + b"9" * 5000 + b"]]]}}", b"[" + b"1," * 60_000 + b"]", b'{"input": "\xff"}'],
)  # fmt: skip
def test_broken_json_is_400(client, body):
    told(client.post(RUNS, content=body, headers=JSON), 400)


def test_broken_json_is_told_with_its_place_however_long(client):
    told(client.post(RUNS, content=b'{\n "input": }', headers=JSON), 400, "line 2, column 11")
    rows = b"[" + b"1, " * 100_000 + b"1],\n"
    told(client.post(RUNS, content=b'{"input": {"values": [[' + rows + b"}", headers=JSON), 400, "line 2, column 1:")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1e39", "9" * 400])
def test_numbers_that_are_not_finite_are_422(client, number):
    weights = '{"init": "values", "weight": [[[[%s]]]]}'
    layers = '{"input": {"values": [[[1]]]}, "layers": [{"type": "conv2d", "weights": %s}]}'
    for document in ('{"input": {"values": [[[%s]]]}}', layers.replace("%s", weights)):
        told(client.post(RUNS, content=document.replace("%s", number), headers=JSON), 422, "finite")


@pytest.mark.parametrize("document", [None, 1, "x", [], {}, {"input": None}, {"input": CHELSEA, "layers": {}},
                                      {"input": CHELSEA, "layers": [None]}, {"input": CHELSEA, "recipe": 5},
                                      {"input": CHELSEA, "recipe": "", "layers": []}, {"input": CHELSEA, "x": 1},
                                      {"input": CHELSEA, "layers": [{"type": ["relu"]}]}])  # fmt: skip
def test_json_that_is_no_document_is_422(client, document):
    told(client.post(RUNS, content=json.dumps(document), headers=JSON), 422)


@pytest.mark.parametrize(
    ("fields", "pointer", "part"),
    [
        ({"out_channels": 0, "kernel_size": 3}, "/out_channels", "at least 1, not 0"),
        ({"out_channels": 5.0, "kernel_size": 3}, "/out_channels", "whole number, not 5.0"),
        ({"out_channels": True, "kernel_size": 3}, "/out_channels", "whole number, not true"),
        ({"out_channels": 10**100, "kernel_size": 3}, "/out_channels", "at most 4,096"),
        ({"kernel_size": 3}, "/out_channels", "needs out_channels"),
        ({"out_channels": 1}, "/kernel_size", "needs kernel_size"),
        ({"out_channels": 1, "kernel_size": [3, 3, 3]}, "/kernel_size", "two (rows, columns), not [3, 3, 3]"),
        ({"out_channels": 1, "kernel_size": 10_001}, "/kernel_size", "10,000"),
        ({"out_channels": 1, "kernel_size": 10_000}, "", "10000×10000 window does not fit in a 32×32 map"),
        ({"out_channels": 1, "kernel_size": 3, "padding": "x"}, "/padding", "same"),
        ({"out_channels": 1, "kernel_size": 3, "padding": "same", "stride": 2}, "/padding", "stride 1"),
        ({"out_channels": 1, "kernel_size": 3, "groups": 2}, "/groups", ""),
        ({"out_channels": 1, "kernel_size": 3, "bias": 0}, "/bias", "true or false, not 0"),
        ({"out_channels": 1, "kernel_size": 3, "padding_mode": "wrap"}, "/padding_mode", "circular"),
        ({"out_channels": 1, "kernel_size": 3, "colour/~": 1}, "/colour~1~0", "colour"),
        ({"out_channels": 1, "kernel_size": 3, "weights": {"init": "learned"}}, "/weights", "random, preset"),
        ({"out_channels": 1, "kernel_size": 3, "weights": {"init": "random", "seed": 2**53}}, "/weights/seed", ""),
        ({"weights": {"init": "preset", "names": ["nope"]}}, "/weights/names", "sobel_x"),
        ({"weights": {"init": "preset", "names": ["sobel_x"]}, "kernel_size": 5}, "/kernel_size", "agree"),
        ({"weights": {"init": "values", "weight": [[[[1], [2, 3]]]]}}, "/weights/weight", "regular"),
        ({"weights": {"init": "values", "weight": []}}, "/weights/weight", "4 axes"),
        ({"weights": {"init": "values", "weight": [[[[1]]] * 3], "bias": [1, 2]}}, "/weights/bias", "1 in all"),
        ({"weights": {"init": "values", "weight": [[[[1]]] * 3], "bias": [0]}, "bias": False}, "/weights/bias", ""),
        ({"weights": {"init": "values", "weight": [[[["1"]]] * 3]}}, "/weights/weight", "must be a number"),
        ({"weights": {"init": "values", "weight": [[[[1]]]] * 5000}}, "/weights", "4,096"),
    ],
)  # fmt: skip
def test_a_layer_that_cannot_be_is_422_and_names_the_field(client, fields, pointer, part):
    problem = told(layer(client, **fields), 422, part)
    assert [error["pointer"] for error in problem["errors"]] == [f"/layers/0{pointer}"]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"height": 0}, "/input/height"),
        ({"height": "32"}, "/input/height"),
        ({"height": True}, "/input/height"),
        ({"height": 3000, "width": 3000}, "/input"),
        ({"fit": "crop"}, "/input/fit"),
        ({"mode": "RGBA"}, "/input/mode"),
        ({"scale": "bytes"}, "/input/scale"),
        ({"scale": {"mean": [0.5], "std": [0.5]}}, "/input/scale"),
        ({"scale": {"mean": [0.5] * 3, "std": [0.5, 0, 0.5]}}, "/input/scale/std/1"),
        ({"scale": {"mean": ["0.5"] * 3, "std": [0.5] * 3}}, "/input/scale/mean/0"),
        ({"size": 32}, "/input/size"),
        ({"image": 5}, "/input/image"),
    ],
)
def test_an_input_that_cannot_be_is_422_and_names_the_field(client, change, pointer):
    problem = told(client.post(RUNS, json={"input": {**CHELSEA, **change}}), 422)
    assert problem["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("fields", [{"size": 32, "height": 32}, {"size": 32, "width": 1}, {"size": "x"}, {"size": -1},
                                    {"size": "٣"}, {"height": "1.5"}, {"size": "9" * 99}, {"scale": "mean:a;std:b"},
                                    {"scale": "mean:nan,0,0;std:1,1,1"}, {"scale": "a:1;b:2"}, {"mode": "x"},
                                    {"recipe": "relu", "layers": "[]"}, {"recipe": "conv2d(1, 50)"}])  # fmt: skip
def test_a_link_that_cannot_be_is_422(client, fields):
    told(client.get(RUNS, params={"image": "chelsea", **({} if "size" in fields else {"width": 32}), **fields}), 422)


def test_a_link_without_a_picture_is_422_and_with_an_unknown_one_404(client):
    told(client.get(RUNS, params={"recipe": "relu"}), 422, "image")
    told(client.get(RUNS, params={"image": "nobody"}), 404, "nobody")
    for half in ({"input": {"image": "\ud800"}}, {"\ud800": 1, "input": CHELSEA}):  # of a surrogate pair
        told(client.post(RUNS, content=json.dumps(half), headers=JSON), 422)


def test_a_mistake_in_a_recipe_gives_its_column(client):
    problem = told(client.post(RUNS, json={"input": CHELSEA, "recipe": "relu | relux"}), 422, "Column 8: ")
    assert problem["errors"][0] == {"pointer": "/recipe", "detail": problem["detail"], "column": 8}


def test_over_the_limits_is_422(client):
    huge = {"image": "retina", "height": 2000, "width": 2000}
    for recipe in ("conv2d(64, 50, padding='same')", "conv2d(400, 1)", "max_pool2d(1999, 1, padding=999)"):
        told(client.post(RUNS, json={"input": huge, "recipe": recipe}), 422, "the most is")


def test_an_overflow_names_its_layer(client):
    weights = {"init": "values", "weight": [[[[1e38]]]]}
    layers = [{"type": "relu"}, {"type": "conv2d", "weights": weights}]
    problem = told(client.post(RUNS, json={"input": {"values": [[[9]]]}, "layers": layers}), 422, "layer 2 (conv2d)")
    assert problem["errors"][0]["pointer"] == "/layers/1"


def test_what_is_not_a_form_with_a_picture_is_400(client):
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "application/json"):
        told(client.post("/api/v1/images", content=b"junk", headers={"Content-Type": kind}), 400)
    told(client.post("/api/v1/images", files={"other": b"x"}), 422, "file")
    told(client.post("/api/v1/images", data={"file": "x"}), 400, '"file"')
    told(client.post(RUNS, data={"recipe": "relu"}), 400, '"file"')
    told(client.post(RUNS, content=b"--x\r\n", headers={"Content-Type": "multipart/form-data"}), 400)
    told(client.post(RUNS, data={"image": "chelsea", "layers": "[{"}), 400, "JSON")


def test_other_methods_are_405_and_told_which_there_are(client):
    for method, address, allowed in (("PUT", RUNS, "GET, HEAD, OPTIONS, POST"),
                                     ("DELETE", "/api/v1/layers", "GET, HEAD, OPTIONS"),
                                     ("POST", "/api/v1/images/chelsea", "DELETE, GET, HEAD, OPTIONS")):  # fmt: skip
        answer = client.request(method, address)
        told(answer, 405)
        assert answer.headers["allow"] == allowed


def test_too_long_an_address_is_414(client):
    told(client.get(RUNS, params={"image": "chelsea", "recipe": "relu" + "x" * 40_000}), 414, "32,768")


def test_a_host_that_is_not_ours_is_400_on_both_faces(client):
    told(client.get(RUNS, headers={"Host": "evil.example"}), 400, "CONVSCOPE_ALLOWED_HOSTS")
    page = client.get("/", headers={"Host": "evil.example"})
    assert page.status_code == 400
    assert page.headers["content-type"].startswith("text/html")
    for host in ("localhost", "LOCALHOST:9", "127.0.0.1:8000", "[::1]:8000"):
        assert client.get("/api/v1/layers", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"},
     {"Origin": "null"}, {"Origin": "http://localhost:9999"}, {"Origin": "http://localhost:8000.evil.example"}],
)  # fmt: skip
def test_other_sites_may_link_here_but_change_nothing(client, headers):
    told(client.post(RUNS, json={"input": CHELSEA}, headers=headers), 403, "CONVSCOPE_ALLOWED_ORIGINS")
    told(client.delete("/api/v1/images/x", headers=headers), 403)
    assert client.get("/api/v1/layers", headers=headers).status_code == 200


def test_our_own_pages_and_programs_may(client, settings):
    for headers in ({}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost:8000"},
                    {"Sec-Fetch-Site": "none"}):  # fmt: skip
        assert client.post(RUNS, json={"input": CHELSEA}, headers=headers).status_code in (200, 201)
    friendly = create_app(settings.model_copy(update={"allowed_origins": "https://course.example"}))
    with TestClient(friendly, base_url="http://localhost") as client:
        headers = {"Origin": "https://course.example", "Sec-Fetch-Site": "cross-site"}
        assert client.post(RUNS, json={"input": CHELSEA}, headers=headers).status_code in (200, 201)


def test_a_body_over_the_limit_is_413_with_and_without_its_length(settings):
    small = create_app(settings.model_copy(update={"upload_max_bytes": 1000}))
    with TestClient(small, base_url="http://localhost") as client:
        body = json.dumps({"input": CHELSEA, "recipe": " " * 1_100_000}).encode()
        told(client.post(RUNS, content=body, headers=JSON), 413, "1,000")
        told(client.post(RUNS, content=iter([body[:600_000], body[600_000:]]), headers=JSON), 413, "1,000")
        told(client.post("/api/v1/images", files={"file": bytes(1001)}), 413, "1,000")
        told(client.post("/api/v1/images", files={"file": bytes(2_000_000)}), 413, "1,000")


def test_a_full_waiting_room_is_429(settings):
    app = create_app(settings.model_copy(update={"compute_slots": 1, "waiting_room": 0}))
    with TestClient(app, base_url="http://localhost") as client:
        gate, begun = threading.Event(), threading.Event()

        def hold():
            begun.set()
            assert gate.wait(20)

        client.portal.start_task_soon(app.state.lab.queue.heavy, hold)
        assert begun.wait(10)
        told(client.post(RUNS, json={"input": CHELSEA, "recipe": "relu"}), 429, "try again")
        gate.set()
        assert client.get("/healthz").status_code == 200


def test_while_draining_new_work_is_503(app, client):
    app.state.lab.queue.draining = True
    told(client.post(RUNS, json={"input": CHELSEA, "recipe": "relu | relu | relu"}), 503, "shutting down")
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_an_error_of_ours_is_told_without_its_inside(app):
    async def broken(*_):
        raise RuntimeError("secret")

    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        app.state.lab.run = broken
        problem = told(client.get(f"{RUNS}/x"), 500)
        assert "secret" not in json.dumps(problem)


def test_every_answer_is_guarded(client):
    for address in ("/api/v1/layers", "/api/v1/nothing", "/api/v1/images/chelsea.png", "/"):
        headers = client.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
