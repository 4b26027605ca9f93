"""The API's description: every operation has an example, and each works as it stands."""

import io
import json

import numpy as np

from app.layers import LAYERS
from app.trainings.trainings import COMMANDS
from app.web.api import examples as examples_of_api
from tests.api.described import check, operation_of, operations, requests, send
from tests.api.problems import told

ROOM = f"/api/v1/rooms/{examples_of_api.ROOM}"  # which nobody leads
LEADING = {("put", ""), ("delete", ""), ("post", "/remote"), ("put", "/poll")}


def test_every_example_works_as_it_stands(described):
    client, description = described
    sent = 0
    for method, path, query, kind, body in requests(description):
        operation = operation_of(description, method, path)
        answer = send(client, method, path, query, kind, body)
        if path.endswith("/batch"):
            assert all("id" in json.loads(line) for line in answer.text.splitlines())
        elif kind == "multipart/form-data" and "file" in body:  # as a file, too
            assert client.request(method, path, files={"file": body["file"].encode()}).status_code < 300
        sent += 1
        check(description, operation, answer)
        if path.rpartition("/")[2] in COMMANDS or (method, path.removeprefix(ROOM)) in LEADING:
            told(answer, 403, "needs the key")
        elif method in ("delete", "patch", "put"):  # of what is there for everybody
            told(answer, 403, "key" if "/lessons/" in path else "token" if "token" in answer.text else "gallery")
        else:
            assert answer.status_code in (200, 201), f"{method} {path}: {answer.text}"
    assert sent >= 15


def test_every_operation_says_what_it_does_and_what_can_go_wrong(described):
    _, description = described
    for method, path, operation in operations(description):
        assert operation["summary"], path
        assert operation["responses"].keys() >= {"400", "414", "422"}, path
        for status, response in operation["responses"].items():
            if status[0] in "45":
                assert list(response["content"]) == ["application/problem+json"], (method, path, status)


def test_the_api_has_what_the_contract_lists(described):
    _, description = described
    listed = {(method, path) for method, path, _ in operations(description)}
    run, layer = "/api/v1/runs/{run_id}", "/api/v1/runs/{run_id}/layers/{layer}"
    training, room = "/api/v1/trainings/{training_id}", "/api/v1/rooms/{code}"
    lesson = "/api/v1/lessons/{lesson_id}"
    assert listed == {
        ("get", "/api/v1/images"), ("post", "/api/v1/images"), ("get", "/api/v1/images/{image}"),
        ("get", "/api/v1/images/{image}.png"), ("delete", "/api/v1/images/{image}"), ("get", "/api/v1/layers"),
        ("get", "/api/v1/models"), ("get", "/api/v1/models/{model_id}"),
        ("post", "/api/v1/models"), ("patch", "/api/v1/models/{model_id}"), ("delete", "/api/v1/models/{model_id}"),
        ("get", "/api/v1/kernels"), ("get", "/api/v1/limits"),
        ("post", "/api/v1/runs"), ("get", "/api/v1/runs"), ("get", run),
        ("get", f"{run}/export.npz"),
        *(("get", f"/api/v1/render.{form}") for form in ("json", "npy", "png", "svg")), ("post", "/api/v1/batch"),
        *(("get", f"{layer}/output.{form}") for form in ("json", "npy", "csv", "png")),
        ("get", f"{layer}/{{name}}.npy"),
        ("get", f"{layer}/steps/{{channel}}/{{row}}/{{column}}"),
        ("get", f"{layer}/steps/{{channel}}/{{row}}/{{column}}.svg"), ("get", f"{layer}/cone"),
        ("post", "/api/v1/links"), ("get", f"{layer}/gradients/{{filter}}/{{channel}}/{{row}}/{{column}}"),
        ("get", f"{layer}/gradient.npy"), ("get", f"{layer}/weight_gradient.npy"),
        ("post", "/api/v1/lessons"), ("get", lesson), ("get", f"{lesson}.yaml"), ("put", lesson), ("delete", lesson),
        ("post", "/api/v1/trainings"), ("get", training), ("get", f"{training}/events"),
        ("get", f"{training}/gradients/{{layer}}/{{filter}}/{{channel}}/{{row}}/{{column}}"),
        *(("post", f"{training}/{command}") for command in COMMANDS),
        ("post", "/api/v1/rooms"), ("get", room), ("put", room), ("delete", room), ("get", f"{room}/events"),
        ("post", f"{room}/remote"), ("put", f"{room}/poll"), ("post", f"{room}/answers"),
    }  # fmt: skip


def test_layers_are_listed_with_their_schema_and_a_line_of_help(described):
    client, _ = described
    listed = client.get("/api/v1/layers").json()
    assert [entry["type"] for entry in listed] == list(LAYERS)
    for entry in listed:
        assert entry["help"]
        assert "\n" not in entry["help"]
        assert entry["schema"]["properties"]["type"]["const"] == entry["type"]


def test_kernels_are_listed_with_numbers_sentence_and_source_and_are_what_a_preset_gives(described):
    client, _ = described
    listed = client.get("/api/v1/kernels").json()
    assert len(listed) >= 16
    for entry in listed:
        assert entry.keys() == {"name", "weight", "bias", "channels", "on_channels", "sentence", "source"}
        assert entry["channels"] == (3 if isinstance(entry["weight"][0][0], list) else None)
        assert entry["sentence"]
        assert entry["source"]
    sobel = next(entry for entry in listed if entry["name"] == "sobel_x")
    document = {
        "input": {"values": [[[1, 2, 3], [4, 5, 6], [7, 8, 10]]]},
        "recipe": 'conv2d(weights=preset("sobel_x"))',
    }
    run = client.post("/api/v1/runs", json=document).json()
    by_hand = sum(w * x for ws, xs in zip(sobel["weight"], document["input"]["values"][0], strict=True)
                  for w, x in zip(ws, xs, strict=True))  # fmt: skip
    assert client.get(run["layers"][0]["links"]["output_json"]).json() == [[[by_hand]]]
    assert sobel["on_channels"] == 'On n channels each gets this kernel, divided by n; with spread="sum" not divided.'
    for spread, divisor in (("mean", 4), ("sum", 1)):  # as that says
        run = client.post(
            "/api/v1/runs",
            json={
                "input": {"values": np.ones((4, 3, 3)).tolist()},
                "recipe": f'conv2d(weights=preset("sobel_x", spread="{spread}"))',
            },
        ).json()
        weight = np.load(io.BytesIO(client.get(run["layers"][0]["links"]["weight_npy"]).content))
        assert np.array_equal(weight[0], [np.array(sobel["weight"]) / divisor] * 4)


def test_no_request_goes_to_the_framework_s_own_threads(app):
    """Plain functions would: work that takes time has the lab's queue, and all else is done at once."""
    import inspect

    from fastapi.routing import APIRoute

    def called(dependant):
        return [dependant.call, *(call for part in dependant.dependencies for call in called(part))]

    routes, found = list(app.routes), []
    for route in routes:
        routes += getattr(getattr(route, "original_router", None), "routes", [])
        if isinstance(route, APIRoute):
            found += called(route.dependant)
    assert len(found) > 40
    assert [call for call in found if not inspect.iscoroutinefunction(call)] == []
