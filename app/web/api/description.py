"""The description of the API, openapi.json: FastAPI's own, completed by what the type of each handler's answer says.

A handler that returns `Answer[Run]` answers a Run as JSON; `Artifact[NumPy]` a file of that kind, with an ETag, and 304
to who has it (app/web/asgi/answers.py). Nothing of this is asked for while the app starts, or serves anything else.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from starlette.routing import BaseRoute
from typing_extensions import is_typeddict

from app.web.api.bodies import BODIES
from app.web.api.statuses import PROBLEMS, problems_of
from app.web.asgi.answers import NPZ, PNG, SVG, Artifact, File, Lines, Typed, answered
from app.web.asgi.directory import listed
from app.web.asgi.event_stream import EventStream
from app.web.asgi.problems import Problem

COMPONENTS = Path(__file__).with_name("components.json")  # an example of each: tests/api/components.py makes them
TAGS = {
    "pictures": "Pictures of the gallery, and your own, which are private to whoever knows their id and go by "
    "themselves.",
    "runs": "A run is a picture, or numbers, and the layers that it passes through. The same document has the same id "
    "and gives the same numbers, for ever.",
    "layers": "What each layer of a run holds, as lists, NumPy files and pictures, and how each number came to be.",
    "learning": "How weights learn from a picture, and trainings that can be watched.",
    "models": "Trained networks: those that ship, and your own.",
    "what there is": "The types of layers and the kernels that have names.",
    "links": "Short addresses of what a page shows.",
    "lessons": "Lessons that teachers write.",
    "classroom": "A room, in which phones follow a teacher's screen.",
}
PROBLEM = "application/problem+json"
SCHEMAS = "#/components/schemas/{model}"
LOCATION = {"Location": ("Where it is from now on.", {"type": "string"})}
LASTING = {
    "ETag": ("Names what is answered; If-None-Match with it is answered with 304.", {"type": "string"}),
    "Cache-Control": ("How long it may be kept: for ever where the address has `v`.", {"type": "string"}),
}


def _field(name: str, sentence: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": sentence, "schema": {"type": "string"}}


LANGUAGE = _field("lang", "In which language problems are told: en, zh-CN; left out, as Accept-Language says.")
ARTIFACT_FIELDS = [_field("v", "The engine, as links have it: the answer may be kept for ever.")]
PICTURE_FIELDS = [*ARTIFACT_FIELDS, _field("theme", "The ground: `dark`, or light.")]
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "description": "The token or key that whoever uploaded a picture or a model, or began a training, a lesson or a "
    "room, was answered with.",
}
RETRY = {"Retry-After": ("Seconds after which to try again.", {"type": "integer"})}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return what openapi.json says."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        routes=app.routes,
        tags=[{"name": name, "description": sentence} for name, sentence in TAGS.items()],
    )
    routes = {route.name: route for route in routes_of(app.routes)}
    operations = [operation for methods in document["paths"].values() for operation in methods.values()]
    answers = [(operation, answered(routes[operation["operationId"]].endpoint)) for operation in operations]
    models = [Problem, *BODIES, *(kind.model for _, kind in answers if kind and not is_file(kind.model))]
    schemas, parts = TypeAdapter.json_schemas(
        [(model, "validation", TypeAdapter(model)) for model in models],
        ref_template=SCHEMAS,
        schema_generator=_Schemas,
    )
    components = parts["$defs"]
    for model in {part for told in models for part in _models_in(told)}:
        for name, sentence in _help(model).items():
            components[model.__name__]["properties"][name]["description"] = sentence
    document["components"] = {"schemas": components, "securitySchemes": {"bearer": BEARER}}
    for operation, kind in answers:
        for parameter in operation.setdefault("parameters", []):
            _say_default(parameter["schema"])
            _say_example(parameter)
        if kind and issubclass(kind, Artifact):
            operation["parameters"] += PICTURE_FIELDS if kind.model in (PNG, SVG) else ARTIFACT_FIELDS
        operation["parameters"].append(LANGUAGE)
        for status in sorted(problems_of(routes[operation["operationId"]])):
            operation["responses"][str(status)] = _problem(PROBLEMS[status], schemas[Problem, "validation"])
        for status, response in operation["responses"].items():
            if status.startswith("2") and kind:
                response["content"] = _content(kind, schemas)
            if status == "201":
                response["headers"] = _headers(LOCATION)
        if kind and issubclass(kind, Artifact):
            operation["responses"]["200"]["headers"] = _headers(LASTING)
            operation["responses"]["304"] = {"description": "Nothing has changed", "headers": _headers(LASTING)}
    return _with_examples(_short(document))


class _Schemas(GenerateJsonSchema):
    """Writes schemas that makers of clients take: no titles but those of models, and no default that is no value."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: Any) -> dict[str, Any]:
        found = super().default_schema(schema)
        match found.pop("default", None):
            case None | dict() | [dict(), *_]:
                pass
            case [rows, columns]:
                if rows == columns:
                    found["default"] = rows
            case value:
                found["default"] = value
        return found


def _short(document: dict[str, Any]) -> dict[str, Any]:
    """Return a description without components that nothing names; those left need no module's name before theirs.

    pydantic also describes the bases of what it is asked for, and tells those of one name apart by their modules.
    """
    text = json.dumps(document)
    components = document["components"]["schemas"]
    for name in list(components):
        if f'"{SCHEMAS.format(model=name)}"' not in text:
            del components[name]
    text = json.dumps(document)
    for name in components:
        short = name.rpartition("__")[2]
        if short not in components:
            text = text.replace(f'"{name}"', f'"{short}"').replace(
                SCHEMAS.format(model=name), SCHEMAS.format(model=short)
            )
    found: dict[str, Any] = json.loads(text)
    found["components"]["schemas"] = dict(sorted(found["components"]["schemas"].items()))
    return found


def _with_examples(document: dict[str, Any]) -> dict[str, Any]:
    """Return a description in which each component that has an example gives it."""
    known = json.loads(COMPONENTS.read_text(encoding="utf-8"))
    for name, schema in document["components"]["schemas"].items():
        schema |= {"examples": [known[name]]} if name in known else {}
    return document


def routes_of(routes: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Yield the operations among some routes, those of included routers too."""
    return (route for route in listed(routes) if isinstance(route, APIRoute) and route.include_in_schema)


def is_file(model: Any) -> bool:
    """Tell whether what is answered is a file, and no JSON."""
    return isinstance(model, type) and issubclass(model, File)


def _say_default(schema: dict[str, Any]) -> None:
    """Give a field of an address its default as the value that it is, and not as the text that a handler reads."""
    schema.pop("title", None)
    if schema.get("type") in ("integer", "number") and "default" in schema:
        text = schema.pop("default")
        if text:
            schema["default"] = json.loads(text)


def _say_example(parameter: dict[str, Any]) -> None:
    """Give a field of an address its one example without a name, which would be a choice of one on the try-it page."""
    match list(parameter.get("examples", {}).values()):
        case [{"value": value}]:
            parameter["example"] = value
            del parameter["examples"]


def _models_in(model: Any) -> Iterator[Any]:
    """Yield the models that a type is put together of."""
    if is_typeddict(model):
        yield model
    for part in get_args(model):
        yield from _models_in(part)


def _help(model: Any) -> dict[str, str]:
    """Return the help of a model's fields, of those too that it has from others: pydantic reads its own alone."""
    found: dict[str, str] = {}
    for base in filter(is_typeddict, getattr(model, "__orig_bases__", ())):
        found |= _help(base)
    fields = TypeAdapter(model).json_schema()["properties"]
    return found | {name: field["description"] for name, field in fields.items() if "description" in field}


def _content(kind: type[Typed[Any]], schemas: Any) -> dict[str, Any]:
    """Return the content of an answer, by its type."""
    if is_file(kind.model):
        return {kind.model.media_type: {"schema": dict(kind.model.schema)}}
    schema = schemas[kind.model, "validation"]
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": schema}
    if issubclass(kind, EventStream):
        return {"text/event-stream": {"schema": data}}
    if issubclass(kind, Lines):
        return {Lines.media_type: {"schema": data}, NPZ.media_type: {"schema": dict(NPZ.schema)}}
    return {"application/json": {"schema": schema}}


def _problem(example: Problem, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the answer that tells a problem."""
    content = {PROBLEM: {"schema": schema, "example": example}}
    headers = _headers(RETRY) if example["status"] in (429, 503) else {}
    return {"description": example["title"], "content": content, **({"headers": headers} if headers else {})}


def _headers(headers: dict[str, tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    return {name: {"description": sentence, "schema": schema} for name, (sentence, schema) in headers.items()}
