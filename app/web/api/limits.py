"""Every limit by name: those that are settings of this server, and those that are the same on all."""

from fastapi import APIRouter, Request
from typing_extensions import TypedDict

from app.classroom import lesson
from app.classroom import yaml_file as lesson_file
from app.described import described
from app.explorer.addresses import API
from app.models.said import LONGEST_TITLE
from app.pipeline import grammar, json_reader
from app.settings import Settings
from app.strict import MOST_FAULTS
from app.training import training
from app.web.api import batch
from app.web.api.json_text import json_bytes
from app.web.api.maps import MOST_JSON_NUMBERS
from app.web.asgi.answers import Answer
from app.web.asgi.operation import Operation
from app.web.asgi.security import LONGEST_ADDRESS

limits = APIRouter(prefix=API, route_class=Operation)


@described
class Limit(TypedDict):
    """How much there may be of something."""

    value: int
    help: str
    """Of what, and in which unit."""


# Those of the code, which reads each where it stands.
CONSTANTS: dict[str, Limit] = {
    "address_max_bytes": {"value": LONGEST_ADDRESS, "help": "Longest address that is read, bytes; beyond: 414."},
    **{limit.name: {"value": limit.most, "help": limit.help} for limit in grammar.LIMITS},
    "json_max_bytes": {"value": json_reader.MOST, "help": "Bytes of JSON beside regular blocks of numbers."},
    "json_numbers": {
        "value": MOST_JSON_NUMBERS,
        "help": "Numbers that are answered as JSON or CSV; .npy has none.",
    },
    "batch": {"value": batch.MOST, "help": "Documents or pictures of a batch."},
    "errors": {"value": MOST_FAULTS, "help": "Faults that are told of one request."},
    "title_max_characters": {"value": LONGEST_TITLE, "help": "Characters of the title of a model."},
    "training_layers": {"value": training.MOST_LAYERS, "help": "Layers of a training."},
    "training_steps": {"value": training.MOST_STEPS, "help": "Batches of a training."},
    "training_multiplications": {"value": training.MOST_IN_ALL, "help": "Multiplications of a training in all."},
    "lesson_steps": {"value": lesson.MOST_STEPS, "help": "Steps of a lesson."},
    "lesson_max_bytes": {"value": lesson_file.MOST_BYTES, "help": "Bytes of a lesson as text."},
}
NO_LIMIT = ("port",)  # numbers among the settings that are none


def limits_of(settings: Settings) -> dict[str, Limit]:
    """Return every limit by its name."""
    numbers = [
        name for name, field in Settings.model_fields.items() if field.annotation is int and name not in NO_LIMIT
    ]
    own: dict[str, Limit] = {
        name: {"value": getattr(settings, name), "help": Settings.model_fields[name].description or ""}
        for name in numbers
    }
    return own | CONSTANTS


@limits.get("/limits", summary="Every limit by name", tags=["what there is"])
async def list_limits(request: Request) -> Answer[dict[str, Limit]]:
    """Settings of this server by their names, CONVSCOPE_… in small letters, and what is the same on every server."""
    settings: Settings = request.app.state.lab.settings
    return Answer(json_bytes(limits_of(settings)))
