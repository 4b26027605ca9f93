"""Each component of openapi.json has an example that its schema describes, and that the API takes or answers now."""

import json

from app.web.api.description import COMPONENTS
from tests.api.components import alike, chosen, collected
from tests.api.described import hold


def test_every_component_has_an_example_that_it_describes(described):
    _, description = described
    schemas = description["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not schema.get("examples")] == []
    assert json.loads(COMPONENTS.read_text(encoding="utf-8")).keys() == schemas.keys()
    for schema in schemas.values():
        for example in schema["examples"]:
            hold(description, schema, example)


def test_each_example_is_what_the_api_takes_or_answers_now(described):
    """Where it is not: python -m tests.api.components."""
    client, description = described
    found = collected(client).found
    for name, schema in description["components"]["schemas"].items():
        for example in schema["examples"]:
            assert any(alike(example, value) for value in found[name]), (name, example, chosen(found[name]))


def test_no_object_is_there_of_which_nothing_is_said(described):
    def bare(part, where):
        match part:
            case {"type": "object", **said} if not said.keys() & {"properties", "additionalProperties"}:
                yield where
            case {"additionalProperties": True}:
                yield where
            case dict():
                for name, below in part.items():
                    yield from bare(below, f"{where}/{name}") if name not in ("example", "examples") else ()
            case list():
                for number, below in enumerate(part):
                    yield from bare(below, f"{where}/{number}")

    _, description = described
    assert [*bare(description["components"]["schemas"], "")] == ["/LayerType/properties/schema"], "itself a schema"


def test_an_example_is_no_longer_alike_when_what_it_says_has_changed():
    run = {"id": "a", "layers": [{"type": "relu", "mean": 0.25, "bias": None}], "links": ["/a?v=4"]}
    assert alike(run, {"id": "b", "layers": [{"type": "relu", "mean": 0.2500001, "bias": None}], "links": ["/a?v=4"]})
    for other in (
        {**run, "layers": [{"type": "relu", "mean": 0.26, "bias": None}]},
        {**run, "layers": [{"type": "relu", "mean": 0.25, "bias": 0}]},
        {**run, "layers": []},
        {**run, "links": ["/a?v=5"]},
        {**run, "more": 1},
    ):
        assert not alike(run, other)
