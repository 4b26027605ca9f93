"""What is sent as JSON, where it is more than a few words: the fields of what is read, and what may stand for some.

These types describe; what is sent is read by `app/pipeline/document.py`, `app/training/training.py`,
`app/classroom/lesson.py` and, of models, `app/web/api/models.py`.
"""

from typing import Annotated, Any, NotRequired

from pydantic import Field

from app.classroom.lesson import Lesson, Question, Step, Task
from app.described import fields_of, nested, record
from app.models.said import SETTINGS
from app.pipeline.document import Document, ImageInput
from app.training.training import Training

OURS = ("id", "url", "expires_at")  # fields that a lesson has when it is read, and that may come back
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
PostedTask = record("PostedTask", "Something to do in the figure.", fields_of(Task))
PostedQuestion = record(
    "PostedQuestion",
    "A question: one that the explorer asks, by its kind, or one's own with choices.",
    fields_of(Question),
)
PostedStep = record(
    "PostedStep",
    "A state of the explorer, and the words beside it.",
    {
        **fields_of(Step),
        "task": NotRequired[PostedTask | None],
        "question": NotRequired[PostedQuestion | None],
    },
)
PostedLesson = record(
    "PostedLesson",
    "A lesson. It may come back as it was answered: what is not a person's of it is not read.",
    {
        **fields_of(Lesson),
        "steps": Annotated[list[Any], nested(1, PostedStep)],
        **dict.fromkeys(OURS, NotRequired[Any]),
    },
)
BODIES = (PostedDocument, PostedTraining, ModelChange, PostedLesson)
