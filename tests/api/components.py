"""Makes app/web/api/components.json, an example of each component of openapi.json: what the API takes and answers.

python -m tests.api.components

Requests are sent, and what is sent and answered is taken apart by the schemas that describe it: each part is an example
of the component that its schema names. Of all examples of one the one that tells most in few words is kept.
"""

import json
import tempfile
from collections import defaultdict

import jsonschema
import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.training.training import read_training
from app.web.api.description import COMPONENTS
from tests.api.described import operation_of, requests, send
from tests.api.test_description import ONE
from tests.api.test_statuses import owned

API = "/api/v1"
SCHEMAS = "#/components/schemas/"
LONG = 2_000  # characters, from which on an example is taken only where there is none shorter
MADE_UP = {"id", "image", "code", "join", "key", "url", "delete_token", "expires_at", "model"}  # fields, anew each time
RUNS = [
    {"input": {"image": "coffee", "height": 5, "width": 7}, "recipe": recipe}
    for recipe in (*ONE.values(), "flatten | linear(25)", 'conv2d(weights=preset("sobel_x"))')
] + [
    {"input": {"image": "coffee"}, "recipe": 'model("digits")'}
] + [
    {"input": {"values": [[[1, 2]]]}, "recipe": recipe}
    for recipe in (
        "conv2d(weights=values([[[[1, 0.5]]]], [0.25]))", "conv_transpose2d(weights=values([[[[1, 0.5]]]], [0.25]))",
        "linear(weights=values([[1, 0.5]], [0.25]))", "batch_norm2d(weights=values([2], [0.25], [1], [4]))",
    )
]  # fmt: skip
LEARNER = {"input": {"values": [[[1, 2, 0], [3, 5, 1]]]}, "recipe": "conv2d(1, (1, 2)) | linear(2) | softmax"}
TRAINING = {
    "data": {"set": "shapes", "size": 12, "classes": ["circle", "line"], "per_class": 4},
    "recipe": "conv_transpose2d(2, 2) | batch_norm2d | relu | conv2d(2, 5, 2) | linear(2) | softmax",
    "batch_size": 4,
    "epochs": 2,
}
TRAININGS = (
    {"data": {"set": "digits"}, "optimizer": {"type": "adam"}},
    {
        "data": {
            "set": "examples",
            "examples": [{"image": "coffee", "label": "cup"}, {"image": "chelsea", "label": "cat"}],
        }
    },
)
POLLS = (
    {"question": "Which is larger?", "choices": ["the picture", "the map"], "right": "the picture"},
    {"question": "How many places in a row?", "kind": "number", "right": "28"},
)


class Parts:
    """The parts of what is sent and answered, by the component that describes each."""

    def __init__(self, description):
        self.description = description
        self.schemas = description["components"]["schemas"]
        self.found = defaultdict(list)
        self._known = set()

    def note(self, schema, value):
        """Take a value apart that a schema describes."""
        match schema:
            case {"$ref": path}:
                name = path.rpartition("/")[2]
                if (known := (name, json.dumps(value))) not in self._known:
                    self._known.add(known)
                    self.found[name].append(value)
                    self.note(self.schemas[name], value)
            case {"anyOf": kinds} | {"oneOf": kinds}:
                self.note(next(kind for kind in kinds if self._fits(kind, value)), value)
            case {"properties": fields} if isinstance(value, dict):
                for name in fields.keys() & value.keys():
                    self.note(fields[name], value[name])
            case {"additionalProperties": dict(kind)} if isinstance(value, dict):
                for part in value.values():
                    self.note(kind, part)
            case {"items": kind} if isinstance(value, list):
                for part in value:
                    self.note(kind, part)
            case {"contentSchema": kind}:
                self.note(kind, json.loads(value))

    def _fits(self, schema, value):
        whole = {**schema, "components": self.description["components"]}
        return jsonschema.Draft202012Validator(whole).is_valid(value)

    def tells(self, method, path):
        """Tell whether components describe what an operation answers."""
        responses = operation_of(self.description, method, path)["responses"]
        return any(SCHEMAS in json.dumps(answer) for status, answer in responses.items() if status[0] == "2")

    def send(self, client, method, path, query=None, kind=None, body=None, headers=None):
        """Send a request, and note what is sent and answered."""
        operation = operation_of(self.description, method, path)
        answer = send(client, method, path, query, kind, body, headers)
        if kind == "application/json" and answer.is_success:
            self.note(operation["requestBody"]["content"][kind]["schema"], body)
        for known, content in operation["responses"][str(answer.status_code)].get("content", {}).items():
            if known == answer.headers["content-type"].split(";")[0]:
                for part in said(known, answer.text):
                    self.note(content["schema"], part)
        return answer.json() if answer.headers["content-type"] == "application/json" else None


def said(kind, text):
    """Return what an answer of a kind says, as its schema describes it."""
    if kind == "application/x-ndjson":
        return text.splitlines()
    if kind == "text/event-stream":
        return [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
    return [json.loads(text)] if kind.endswith("json") else []


def collected(client):
    """Return the parts of what the API takes and answers."""
    parts = Parts(client.get("/openapi.json").json())
    description = parts.description
    ids, keys = owned(client, description)
    for method, path, *rest in requests(description, ids):
        if parts.tells(method, path) and not path.endswith("/events"):  # which go on
            key = next((key for name, key in keys.items() if name in path.split("/")), None)
            parts.send(client, method, path, *rest, headers=_bearer(key))
    for method, path, *rest in requests(description):  # of what is always there
        if method == "get" and parts.tells(method, path):
            parts.send(client, method, path, *rest)
    for document in RUNS:
        run = parts.send(client, "post", f"{API}/runs", None, "application/json", document)
        parts.send(client, "get", f"{API}/runs/{run['id']}/layers/{len(run['layers']) - 1}/steps/0/0/0")
    parts.send(client, "post", f"{API}/runs", None, "application/json", {**RUNS[0], "recipe": "conv2d(6, 5) | rellu"})
    run = parts.send(client, "post", f"{API}/runs", None, "application/json", LEARNER)
    parts.send(client, "get", f"{API}/runs/{run['id']}/layers/0/gradients/0/0/0/0", {"label": 0})
    name, key = ids["model_id"], _bearer(keys[ids["model_id"]])
    parts.send(client, "patch", f"{API}/models/{name}", None, "application/json", {"title": "A corner"}, key)
    _learn(parts, client)
    _ask(parts, client)
    return parts


def _learn(parts, client):
    training = parts.send(client, "post", f"{API}/trainings", None, "application/json", TRAINING)
    where = f"{API}/trainings/{training['id']}"
    for _ in range(training["steps"]):
        parts.send(client, "post", f"{where}/step", headers=_bearer(training["key"]))
    for path in (where, f"{API}/models/{training['id']}"):
        parts.send(client, "get", path)
    for document in TRAININGS:
        parts.note({"$ref": f"{SCHEMAS}PostedTraining"}, document)
        begun = read_training(document).document()
        parts.note({"$ref": f"{SCHEMAS}TrainingDocument"}, json.loads(json.dumps(begun)))


def _ask(parts, client):
    room = parts.send(client, "post", f"{API}/rooms", None, "application/json", {"address": "/?image=chelsea&size=32"})
    where, key = f"{API}/rooms/{room['code']}", _bearer(room["key"])
    for poll in POLLS:
        parts.send(client, "put", f"{where}/poll", None, "application/json", poll, key)
        parts.send(client, "post", f"{where}/answers", None, "application/json", {"answer": poll["right"]})
        parts.send(client, "put", f"{where}/poll", None, "application/json", {"state": "shown"}, key)


def _bearer(key):
    return {"authorization": f"Bearer {key}"} if key else {}


def chosen(values):
    """Return the example that tells most in few words."""

    def told(value):
        return sum(map(told, value.values())) if isinstance(value, dict) else bool(value)

    def rank(value):
        text = json.dumps(value)
        return len(text) > LONG, -told(value), len(text), text

    return min(values, key=rank)


def alike(example, value):
    """Tell whether an example says what is said now, but for what is made up anew each time."""
    match example, value:
        case dict(), dict():
            return example.keys() == value.keys() and all(
                name in MADE_UP or alike(part, value[name]) for name, part in example.items()
            )
        case list(), list():
            return len(example) == len(value) and all(map(alike, example, value))
        case bool(), bool():
            return example == value
        case (int() | float(), int() | float()):
            return value == pytest.approx(example, rel=1e-3, abs=1e-5)
    return type(example) is type(value) and example == value


def _kept(example, values):
    """Return an example that is still alike one of the values, or else another."""
    return example if any(alike(example, value) for value in values) else chosen(values)


def main():
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(data_dir=folder, compute_slots=2))
        with TestClient(app, base_url="http://localhost") as client:
            parts = collected(client)
    known = json.loads(COMPONENTS.read_text(encoding="utf-8"))
    found = {name: _kept(known.get(name), values) for name, values in parts.found.items() if name in parts.schemas}
    lines = (f"{json.dumps(name)}: {json.dumps(found[name], ensure_ascii=False)}" for name in sorted(found))
    COMPONENTS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
