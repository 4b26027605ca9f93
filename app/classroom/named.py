"""The pictures that a lesson names: in the addresses of its steps, and in what these claim of their states."""

from collections.abc import Mapping

from app.classroom.addresses import fields_in, with_fields
from app.classroom.claims import NOT, Claims
from app.classroom.lesson import Lesson, Step
from app.explorer.comparison import WITH, read_with


def claims_of(step: Step) -> tuple[Claims, ...]:
    """Return all that a step claims: of its task, and of its reveal."""
    return (*([step.task.until] if step.task else []), *([step.question.shows] if step.question else []))


def texts_of(step: Step) -> tuple[str, ...]:
    """Return all texts of a step in which pictures and runs are named."""
    return (step.address, *(text for claims in claims_of(step) for text in claims.values()))


def images_named(fields: Mapping[str, str]) -> set[str]:
    """Return the names of the pictures that the fields of an address, or claims, show."""
    kind, value = read_with(fields.get(WITH, "")) or ("", "")
    image = fields.get("image", "")
    return {name for name in ("" if image.startswith(NOT) else image, value if kind == "image" else "") if name}


def images_of(step: Step) -> set[str]:
    """Return the names of the pictures that a step shows, at whichever beat."""
    return images_named(fields_in(step.address)).union(*map(images_named, claims_of(step)))


def images_in(lesson: Lesson) -> set[str]:
    """Return the names of the pictures that a lesson shows."""
    return {image for step in lesson.steps for image in images_of(step)}


def _changed(fields: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Return those fields that name pictures for which there are others, with these."""
    changed = {}
    image = fields.get("image", "")
    name = image.removeprefix(NOT).strip()
    if name in other:
        changed["image"] = (NOT if image.startswith(NOT) else "") + other[name]
    kind, value = read_with(fields.get(WITH, "")) or ("", "")
    if kind == "image" and value in other:
        changed[WITH] = f"image:{other[value]}"
    return changed


def with_images(step: Step, other: Mapping[str, str]) -> Step:
    """Return a step that shows other pictures, by the names of those that it showed."""
    parts: dict[str, object] = {}
    if changed := _changed(fields_in(step.address), other):
        parts["address"] = with_fields(step.address, **changed)
    if step.task and (changed := _changed(step.task.until, other)):
        parts["task"] = step.task.model_copy(update={"until": {**step.task.until, **changed}})
    if step.question and (changed := _changed(step.question.shows, other)):
        parts["question"] = step.question.model_copy(update={"shows": {**step.question.shows, **changed}})
    return step.model_copy(update=parts)


def renamed(lesson: Lesson, other: Mapping[str, str]) -> Lesson:
    """Return a lesson that shows other pictures."""
    return lesson.model_copy(update={"steps": tuple(with_images(step, other) for step in lesson.steps)})
