"""Nothing that is sent is ignored: an unknown field, or one that is there twice, is refused, wherever it is sent."""

import gzip
import json

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app import strict
from app.explorer.addresses import API
from app.explorer.options import OPTIONS
from app.explorer.state import HELD
from app.main import create_app
from app.settings import Settings
from app.web.api import examples
from app.web.asgi.operation import Operation, query_fields
from tests.api.problems import told
from tests.api.test_images import photo

RUN = f"{API}/runs/{examples.PLAIN.id}"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))


@pytest.fixture(scope="module")
def client(app):
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def operations(routes):
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        yield from operations(getattr(getattr(route, "original_router", None), "routes", ()))


def test_every_operation_refuses_fields_that_its_description_does_not_name(app, client):
    found = [route for route in operations(app.routes) if route.path.startswith(f"{API}/")]
    assert len(found) > 30
    for route in found:
        assert isinstance(route, Operation), route.path
    paths = client.get("/openapi.json").json()["paths"]
    for route in found:
        for method in route.methods if route.include_in_schema else ():
            fields = paths[route.path_format][method.lower()].get("parameters", [])
            assert {field["name"] for field in fields if field["in"] == "query"} <= {*query_fields(route)}
            path = route.path_format.format_map(dict.fromkeys(route.param_convertors, "0"))
            problem = told(client.request(method, f"{path}?langg=en"), 422, "langg")
            assert problem["code"] == "unknown-field"
            assert problem["errors"] == [{"pointer": "/langg", "detail": problem["detail"]}]
            assert told(client.request(method, f"{path}?lang=en&lang=en"), 422, "twice")["code"] == "repeated-field"


@pytest.mark.parametrize(
    ("address", "nearest"),
    [
        (f"{API}/runs?image=chelsea&heigth=8", "height"),
        (f"{API}/runs?imge=chelsea", "image"),
        (f"{API}/runs?image=chelsea&recipie=relu", "recipe"),
        (f"{API}/runs?image=chelsea&Size=8", "size"),
        (f"{RUN}/layers/0/output.png?chanel=0", "channel"),
        (f"{RUN}/layers/0/output.png?color=grey", "colours"),
        (f"{RUN}/layers/0/output.png?them=dark", "theme"),
        (f"{RUN}/layers/1/cone?row=0&col=0&column=0", "column"),
    ],
)
def test_a_mistyped_field_of_an_address_is_told_with_the_nearest(client, address, nearest):
    told(client.get(address), 422, f"did you mean {nearest}?")


def test_every_fault_of_an_address_is_told(client):
    problem = told(client.get(f"{RUN}/layers/0/output.png?chanel=0&theme=dark&theme=light&x~/=1"), 422)
    assert [error["pointer"] for error in problem["errors"]] == ["/chanel", "/x~0~1", "/theme"]
    many = "&".join(f"f{number}=1" for number in range(100))
    assert len(told(client.get(f"{RUN}?{many}"), 422)["errors"]) == 20


def test_no_more_is_looked_for_than_is_told(client, monkeypatch):
    looked, near = [], strict.nearest
    monkeypatch.setattr(strict, "nearest", lambda word, known: looked.append(word) or near(word, known))
    errors = client.post(f"{API}/runs", json={f"field{number}": 1 for number in range(500)}).json()["errors"]
    assert len(errors) == len(looked) == strict.MOST_FAULTS


def test_a_link_of_a_page_is_a_link_to_a_run_whatever_it_holds(client):
    fields = dict.fromkeys((*HELD, *OPTIONS), "1") | {"image": "chelsea", "size": "8", "at": "0.0.0.1"}
    plain = client.get(f"{API}/runs", params={"image": "chelsea", "size": "8"}).json()
    assert client.get(f"{API}/runs", params=fields).json() == plain
    told(client.get(f"{API}/runs?image=chelsea&size=8&size=9"), 422, "given twice")


def test_pages_ignore_fields_that_they_do_not_know(client):
    for address in ("/?heigth=8", "/lesson?x=1", "/docs?y=1&y=2", "/?size=8&size=9&image=chelsea"):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("kind", ["multipart", "urlencoded"])
def test_a_form_is_read_strictly(client, kind):
    def post(path, **fields):
        if kind == "urlencoded":
            return client.post(API + path, data=fields)
        parts = [
            (name, (None, each))
            for name, value in fields.items()
            for each in ([value] * isinstance(value, str) or value)
        ]
        return client.post(API + path, files=parts)

    good = {"image": "chelsea", "recipe": "relu"}
    assert post("/runs", **good, size="8").status_code in (200, 201)
    problem = told(post("/runs", **good, heigth="8", widht="8"), 422, "did you mean height?")
    assert [(error["pointer"], error["detail"].split()[-1]) for error in problem["errors"]] == [
        ("/heigth", "height?"), ("/widht", "width?")]  # fmt: skip
    assert told(post("/runs", **good, size=["8", "9"]), 422)["errors"][0]["pointer"] == "/size"
    told(post("/images", flie="x"), 422, "did you mean file?")


@pytest.mark.parametrize("path", ["/runs", "/render.json", "/render.npy", "/render.png", "/render.svg"])
def test_what_a_run_has_already_cannot_stand_beside_it(client, path):
    run = client.get(f"{API}/runs?image=chelsea&size=8&recipe=relu").json()["id"]
    assert client.get(f"{API}{path}", params={"run": run, "at": "0.0.0.1", "view": "flat"}).status_code == 200
    problem = told(client.get(f"{API}{path}?run={run}&size=8&recipe=relu&at=0.0.0.1"), 422, "leave out recipe, size,")
    assert [error["pointer"] for error in problem["errors"]] == ["/recipe", "/size"]
    problem = told(client.get(f"{API}{path}?run={run}&image=chelsea"), 422, "leave out image, or run")
    assert [error["pointer"] for error in problem["errors"]] == ["/image"]


def test_what_cannot_stand_beside_a_file_is_told(client):
    files = {"file": ("a.png", photo())}
    for path in ("/runs", "/batch"):
        problem = told(client.post(API + path, files=files, data={"values": "[[[1]]]", "image": "chelsea"}), 422)
        assert [error["pointer"] for error in problem["errors"]] == ["/image", "/values"]
        problem = told(client.post(API + path, files=files, data={"values": "[[[1]]]"}), 422, "a file or values")
        assert [error["pointer"] for error in problem["errors"]] == ["/values"]


def test_a_file_that_is_no_file_is_told(client):
    fields = {"image": "chelsea", "size": "4", "recipe": "relu"}
    told(client.post(f"{API}/runs", data={**fields, "file": "x"}), 400, "multipart/form-data")
    assert client.post(f"{API}/runs", data={**fields, "file": ""}).status_code in (200, 201)


def test_a_part_of_a_scale_that_is_there_twice_is_refused(client):
    scale = "mean:0,0,0;mean:1,1,1;std:1,1,1"
    for answer in (client.get(f"{API}/runs", params={"image": "chelsea", "scale": scale}),
                   client.post(f"{API}/runs", data={"image": "chelsea", "scale": scale})):  # fmt: skip
        problem = told(answer, 422, "'mean' is given twice")
        assert problem["code"] == "repeated-field"
        assert [error["pointer"] for error in problem["errors"]] == ["/scale/mean"]


@pytest.mark.parametrize(
    ("body", "pointer", "part"),
    [
        ({"adress": "/"}, "/adress", "did you mean address?"),
        ({"address": 5}, "/address", "address is 5;"),
        ({}, "/address", "address is null;"),
    ],
)
def test_a_link_or_a_room_without_an_address_is_told(client, body, pointer, part):
    for path in ("/links", "/rooms"):
        problem = told(client.post(API + path, json=body), 422, part)
        assert [error["pointer"] for error in problem["errors"]] == [pointer]


def test_a_text_that_is_sent_as_a_file_is_told(client):
    files = {"file": ("a.png", photo()), "recipe": ("recipe.txt", b"relu")}
    problem = told(client.post(f"{API}/runs", files=files), 422, "send it as text")
    assert problem["errors"][0]["pointer"] == "/recipe"
    told(client.post(f"{API}/images", files=[("file", ("a", photo())), ("file", ("b", photo()))]), 422, "twice")


@pytest.mark.parametrize(
    ("path", "text", "pointers"),
    [
        ("/runs", '{"input": {"image": "chelsea", "image": "coffee"}}', ["/input/image"]),
        ("/runs", '{"input": {"image": "chelsea"}, "recipe": "relu", "recipe": "tanh"}', ["/recipe"]),
        ("/runs", '{"input": {"image": "chelsea"}, "layers": [{"type": "relu"}, {"type": "relu", "type": "tanh"}]}',
         ["/layers/1/type"]),
        ("/runs", '{"a": {"b": 1, "b": 2}, "a": 3, "c": {"d/": 1, "d/": 2}}', ["/a", "/c/d~1"]),
        ("/runs", '{"input": {"values": [[[1, 2]]], "values": [[[%s0]]]}}' % ("1," * 60_000), ["/input/values"]),
        ("/links", '{"address": "/?image=chelsea", "address": "/?image=coffee"}', ["/address"]),
        ("/trainings", '{"data": {"set": "digits", "set": "shapes"}}', ["/data/set"]),
        ("/rooms", '{"address": "/", "address": "/"}', ["/address"]),
    ],
)  # fmt: skip
def test_a_field_of_json_that_is_there_twice_is_refused(client, path, text, pointers):
    problem = told(client.post(API + path, content=text, headers=JSON), 422, "given twice")
    assert problem["code"] == "repeated-field"
    assert [error["pointer"] for error in problem["errors"]] == pointers


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd", "GZIP", "gzip, identity"])
def test_an_encoded_body_is_415(client, encoding):
    body = gzip.compress(json.dumps({"input": {"image": "chelsea"}, "recipe": "relu"}).encode())
    for path in ("/runs", "/images", "/models"):
        answer = client.post(API + path, content=body, headers=JSON | {"Content-Encoding": encoding})
        assert told(answer, 415, encoding.lower())["code"] == "encoded-body"
    assert client.post("/parts", content=body, headers={"Content-Encoding": encoding}).status_code == 415


def test_a_body_that_says_that_it_is_as_it_is_is_read(client):
    document = {"input": {"image": "chelsea", "height": 8}, "recipe": "relu"}
    assert client.post(f"{API}/runs", json=document, headers={"Content-Encoding": "identity"}).status_code == 201


def test_every_address_says_which_methods_it_takes(app, client):
    """Allow is right on both faces: OPTIONS says it, and a method that is not taken is answered with it."""
    taken = {}
    for route in operations(app.routes):
        path = route.path_format.format_map(dict.fromkeys(route.param_convertors, "0"))
        taken.setdefault(path, set()).update(route.methods)
    assert len(taken) > 80
    for path, methods in taken.items():
        options = client.options(path)
        assert options.status_code == 204, path
        allowed = options.headers["allow"].split(", ")
        assert {*methods, "OPTIONS"} <= {*allowed}, path
        assert ("HEAD" in allowed) == ("GET" in allowed)
        for method in {"GET", "PUT", "POST", "PATCH", "DELETE", "TRACE"} - {*allowed}:
            answer = client.request(method, path)
            assert (answer.status_code, answer.headers["allow"]) == (405, options.headers["allow"]), (method, path)
    for file in ("/static/css/tokens.css", f"{API}/images/chelsea.png", f"{API}/lessons/{examples.LESSON_ID}.yaml"):
        assert client.options(file).headers["allow"] == "GET, HEAD, OPTIONS"
    assert client.delete(f"{API}/images/chelsea.png").status_code == 405, "no picture of the name chelsea.png"
    assert client.post("/static/css/tokens.css").headers["allow"] == "GET, HEAD, OPTIONS"
    assert client.options("/nothing").status_code == client.options(f"{API}/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/", "/docs", "/guide", f"{API}/layers", f"{RUN}", f"{RUN}/layers/0/output.npy",
                                  f"{RUN}/layers/0/output.png", "/static/css/tokens.css", "/healthz"])  # fmt: skip
def test_head_is_get_without_its_body(client, path):
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert head.headers.get(name) == got.headers.get(name), name
