"""A lesson as lists and texts: as the API tells it, and as it stands in files."""

from typing import NotRequired, cast

from typing_extensions import TypedDict

from app.classroom.lesson import Kind, Lesson, Part
from app.described import described


@described
class TaskDocument(TypedDict):
    """Something to do in the figure."""

    do: str
    until: dict[str, str]
    """What holds of the state once it is done, places counted from 1: {"column": "last"}."""
    done: NotRequired[str]


@described
class QuestionDocument(TypedDict):
    """A question: one that the explorer asks, by its kind, or one's own with choices."""

    kind: NotRequired[Kind]
    ask: NotRequired[str]
    choices: NotRequired[list[str]]
    right: NotRequired[str]
    because: NotRequired[str]
    shows: NotRequired[dict[str, str]]
    """What the figure shows once it is answered."""
    rule: NotRequired[str]


@described
class LessonStep(TypedDict):
    """A state of the explorer, and words; what is empty is left out."""

    address: str
    sentence: NotRequired[str]
    say: NotRequired[str]
    """Few words for the projector."""
    glow: NotRequired[list[Part]]
    """What glows in the figure."""
    task: NotRequired[TaskDocument]
    question: NotRequired[QuestionDocument]
    notes: NotRequired[str]
    """For the speaker."""


@described
class LessonDocument(TypedDict):
    """A lesson as lists and texts."""

    title: str
    language: str
    """The language that it is written in, as a tag: en, zh-CN, pt-BR."""
    steps: list[LessonStep]


def document_of(lesson: Lesson) -> LessonDocument:
    """Return a lesson as lists and texts, with all that is empty left out."""
    document = lesson.model_dump(mode="json", exclude_defaults=True)
    return {"title": lesson.title, "language": lesson.language, "steps": cast(list[LessonStep], document["steps"])}
