"""Whatever schemathesis makes of openapi.json, the app answers as openapi.json says.

All its phases and checks, but for `positive_data_acceptance`: a recipe that is well-formed may not fit.
"""

import json
import logging
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from io import BytesIO
from zipfile import ZipFile

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.engine import events, from_schema
from schemathesis.openapi.checks import IgnoredAuth, MissingHeaderNotRejected
from schemathesis.python import asgi

from app.allowance import Allowance
from app.main import create_app
from app.settings import Settings
from app.trainings import admission
from app.web.api import examples
from tests.api import described
from tests.api.described import hold, operations, requests, send

log = logging.getLogger(__name__)
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
EXAMPLES = 400 if LONG else 5  # of each operation, beside those that the description gives and the edges of its schemas
OWNED = {"image": "images", "model_id": "models", "lesson_id": "lessons", "training_id": "trainings", "code": "rooms"}
ADDRESSES = ["/?image=chelsea&size=12&recipe=relu&at=0.0.2.3", "/?image=coffee&size=9&recipe=conv2d(2, 3)"]
SMALL = [0, 1, 2]
RECIPES = ["conv2d(2, 3) | relu", "relu | linear(3) | softmax", "max_pool2d(2)", ""]
REAL = {  # values that are right where others seldom would be
    "path.run_id": [document.id for document in examples.KEPT],
    "path.layer": [0, 1, "input"],
    **{f"path.{axis}": SMALL for axis in ("filter", "channel", "row", "column")},
    **{f"query.{name}": SMALL for name in ("row", "column", "label", "example")},
    "path.name": ["weight", "bias"],
    "query.image": ["chelsea", "coffee"],
    "query.scale": ["byte", "mean:0.5,0.5,0.5;std:0.2,0.2,0.2"],
    "query.recipe": RECIPES,
    "body.recipe": RECIPES,
    "body.input.image": ["chelsea", "coffee"],
    "body.address": ADDRESSES,
    "body.steps[*].address": ADDRESSES,
}
LEARNING = {"path.run_id": [examples.CLASSES.id], "path.layer": [0]}  # … and of gradients
HEAVY = ["create_run", "create_training"]  # whose schemas have thousands of edges
OFTEN = 0.85


def configuration(ids):
    """Return what schemathesis is to do; `ids` are there."""
    real = REAL | {f"path.{name}": [value] for name, value in ids.items()}
    learning = {f"learning {name}": values for name, values in LEARNING.items()}
    return SchemathesisConfig.from_dict(
        {
            "seed": 7,
            "base-url": "http://localhost",
            "max-stream-events": 1,
            "continue-on-failure": True,
            "warnings": False,
            "suppress-health-check": ["too_slow"],
            "checks": {"positive_data_acceptance": {"enabled": False}},
            "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none", "no-shrink": True},
            "dictionaries": {name: {"values": values} for name, values in (real | learning).items()},
            "parameters": {name: {"dictionary": name, "probability": OFTEN} for name in real},
            "operations": [
                {"include-operation-id": HEAVY, "phases": {"coverage": {"enabled": LONG}}},
                {
                    "include-path-regex": "gradient",
                    "parameters": {name: {"dictionary": f"learning {name}", "probability": OFTEN} for name in LEARNING},
                },
            ],
        }
    )


@dataclass
class Found:
    """What came of a run."""

    answered: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))  # statuses, by operation
    count: int = 0
    checks: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def note(self, event):
        match event:
            case events.ScenarioFinished(recorder=recorder):
                for case_id, interaction in recorder.interactions.items():
                    operation = recorder.cases[case_id].value.operation
                    if interaction.request.method == operation.method.upper():
                        self.answered[operation.label][interaction.response.status_code] += 1
                    self.count += 1
                for nodes in recorder.checks.values():
                    self.checks.update(node.name for node in nodes)
                    self.failures += [
                        f"{node.name}: {recorder.label}: {node.failure_info.failure}\n{node.failure_info.code_sample}"
                        for node in nodes
                        if node.failure_info
                    ]
            case events.NonFatalError(label=label, value=error):
                self.failures.append(f"{label}: {error!r}")

    def unreached(self):
        """Return the operations that were never answered with what they are for."""
        return {name for name, counts in self.answered.items() if not any(200 <= status < 300 for status in counts)}

    def told(self):
        """Return how many cases there were of each operation, and how many were answered with what was asked for."""
        rows = {
            operation: (sum(counts.values()), sum(count for status, count in counts.items() if 200 <= status < 300))
            for operation, counts in sorted(self.answered.items())
        }
        lines = [
            f"{well:6} of {count:6} {100 * well // count:3} %  {operation}" for operation, (count, well) in rows.items()
        ]
        return "\n".join([*lines, f"{self.count} cases, {sum(self.checks.values())} checks"])


@pytest.fixture
def app(tmp_path, monkeypatch):
    """The app, which lets one client do as much as all together."""
    monkeypatch.setattr(Allowance, "_refuse", lambda *_: None)
    monkeypatch.setattr(admission, "AT_AN_ADDRESS", 10_000)
    monkeypatch.setattr(admission, "MOST_OPEN", 10_000)
    yield create_app(Settings(data_dir=tmp_path / "data", compute_slots=2, trainings=1, training_max_seconds=1))
    asgi.shutdown_lifespans()


@pytest.fixture
def keys():
    """The keys of each thing that has some, by its id: what has been sent twice has two."""
    return defaultdict(list)


def learn(keys, made):
    """Note the key of what has been made, and return its id."""
    name = made.get("id") or made.get("code")
    if key := made.get("key") or made.get("delete_token"):
        keys[name].append(key)
    return name


def owned(app, description, keys):
    """Make one of everything that has an owner; return the ids by what paths call them."""
    with asgi.get_client(app) as client:
        client.base_url = "http://localhost"
        return {
            name: learn(keys, send(client, "post", f"/api/v1/{where}", {}, *examples_of(description)[where]).json())
            for name, where in OWNED.items()
        }


def examples_of(description):
    """Return the kind and the body with which each thing is made."""
    found = {}
    for method, path, _, kind, body in requests(description):
        name = path.rpartition("/")[2]
        if method == "post" and name in OWNED.values():
            found.setdefault(name, (kind, body))
    return found


FILES = st.sampled_from([examples.PICTURE.encode(), examples.NETWORK.encode()]) | st.binary()
schemathesis.openapi.format("binary", FILES)


@schemathesis.serializer("application/x-ndjson")
def write_lines(_, value):
    """Return what is sent as lines: a text as it is, and anything else as one line."""
    return (value if isinstance(value, str) else json.dumps(value)).encode(errors="replace")


@schemathesis.deserializer("application/x-ndjson")
def read_lines(context, response):
    """Return the text of an answer of which each line is as it is described."""
    text = response.content.decode()
    answer = context.operation.definition.raw["responses"]["200"]["content"]["application/x-ndjson"]["schema"]
    for line in text.rstrip("\n").split("\n"):
        hold(context.operation.schema.raw_schema, answer["contentSchema"], json.loads(line))
    return text


@schemathesis.deserializer("text/event-stream")
def read_events(_, response):
    """Return what each event says: that is what is described, for OpenAPI 3.1 has no words for the event itself."""
    return [line.removeprefix("data: ") for line in response.content.decode().split("\n") if line.startswith("data: ")]


def refused_in_place(response):
    """Tell whether an answer is that to a batch, in which a problem stands in place of something that was sent."""
    match response.headers.get("content-type"):
        case ["application/x-ndjson"]:
            return any("detail" in json.loads(line) for line in response.content.decode().strip().split("\n"))
        case ["application/zip"]:
            return "problems.json" in (sent := ZipFile(BytesIO(response.content))).namelist() and (
                json.loads(sent.read("problems.json")) != []
            )
    return False


def described_to_schemathesis(app, keys):
    """Return the description as schemathesis reads it."""
    description = json.loads(json.dumps(app.openapi()))
    doomed, ids = (owned(app, description, keys) for _ in range(2))
    for method, _, operation in operations(description):
        there = doomed if method == "delete" else ids
        for parameter in operation["parameters"]:
            if parameter["in"] == "path" and parameter["name"] in there:
                values = [there[parameter["name"]], *described.examples(parameter)]
                parameter.pop("example", None)
                parameter["examples"] = {f"{number}": {"value": value} for number, value in enumerate(values)}
    schema = schemathesis.openapi.from_dict(description, config=configuration(ids))
    schema.app = app

    @schema.auth(refresh_interval=None)
    class Keys:
        def get(self, case, _):
            known = next((keys[str(each)] for each in case.path_parameters.values() if str(each) in keys), [])
            return next(reversed(known) if case.method == "DELETE" else iter(known), None)  # one is used up

        def set(self, case, key, _):
            case.headers["Authorization"] = f"Bearer {key}"

    @schema.hook
    def after_call(context, case, response):
        if response.status_code == 201:
            learn(keys, response.json())

    @schema.hook
    def filter_failure(context, failure, case, response):
        match failure:
            case MissingHeaderNotRejected(header_name="Authorization"):
                return response.status_code != 403  # a key that is missing is as one that is wrong, and no 401
            case IgnoredAuth(message=message):
                return not (case.method == "DELETE" and "404" in message)  # asked again without a key, it is gone
            case AcceptedNegativeData():
                return not refused_in_place(response)
        return True

    return schema


@pytest.mark.timeout(6 * 3600 if LONG else 600)
def test_all_is_answered_as_described(app, keys):
    found = Found()
    for event in from_schema(described_to_schemathesis(app, keys)).execute():
        found.note(event)
    log.info("what came of each operation:\n%s", found.told())
    assert found.failures == []
    assert found.unreached() == set()
