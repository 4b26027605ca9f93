"""What is sent as JSON, where it is more than a few words: the fields of what is read, and what may stand for some.

These types describe; what is sent is read by `app/pipeline/document.py`, `app/training/training.py` and `models.py`.
"""

from typing import Annotated, NotRequired

from pydantic import Field

from app.described import fields_of, record
from app.models.said import SETTINGS
from app.pipeline.document import Document, ImageInput
from app.training.training import Training

RECIPE = {
    "recipe": NotRequired[Annotated[str, Field(description="In place of layers: all of them in one line.")]],
}
CHANGED = {  # which has no default: what is not said stays as it is
    name: NotRequired[Annotated[field.annotation, Field(description=field.description)]]
    for name, field in ImageInput.model_fields.items()
    if name in SETTINGS
}

PostedDocument = record(
    "PostedDocument",
    "An input, and the layers that it passes through: as a list, or as a recipe.",
    fields_of(Document) | RECIPE,
)
PostedTraining = record(
    "PostedTraining",
    "What is learned, by which layers, and how; what is left out has its default.",
    fields_of(Training) | RECIPE,
)
ModelInput = record(
    "ModelInput",
    "What a model reads: how a picture is brought to its size, its colours and its scale.",
    fields_of(ImageInput, SETTINGS),
)
ModelChange = record(
    "ModelChange",
    "What is said of a model; what is left out stays.",
    {
        "title": NotRequired[str],
        "classes": NotRequired[Annotated[list[str], Field(description="What its outputs stand for, in order.")]],
        **CHANGED,
    },
)
BODIES = (PostedDocument, PostedTraining, ModelChange)
