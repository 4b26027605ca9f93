"""Lessons over HTTP: made, read, changed and deleted, as JSON or as the file that teachers write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from typing_extensions import TypedDict

from app.classroom import lesson
from app.classroom.bundle import read_text
from app.classroom.json_lines import json_lines
from app.classroom.lesson import read_lesson
from app.classroom.lesson_document import LessonDocument, document_of
from app.classroom.lessons import Kept
from app.classroom.yaml_file import MOST_BYTES, Lines, at_line, lines_in, read_yaml, write_yaml
from app.described import described
from app.errors import LessonMistake, TooLarge, UnknownKind
from app.explorer.addresses import API
from app.lab import Lab
from app.pipeline.json_reader import parse_json
from app.web.api import examples
from app.web.api.bodies import OURS
from app.web.api.instants import instant
from app.web.api.json_text import json_bytes
from app.web.asgi.answers import YAML, Answer, FileAnswer
from app.web.asgi.bearer import bearer
from app.web.asgi.client import client_of
from app.web.asgi.dependencies import InLab, InLessons
from app.web.asgi.forms import read_body
from app.web.asgi.operation import Operation
from app.web.asgi.reach import reach_of

lessons = APIRouter(prefix=API, route_class=Operation, tags=["lessons"])
LessonId = Annotated[
    str, Path(description="The id of a lesson.", openapi_examples={"example": {"value": examples.LESSON_ID}})
]
YAML_TYPES = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain")
NO_STORE = {"Cache-Control": "no-store"}


@described
class LessonPlace(TypedDict):
    """Where a lesson is."""

    id: str
    url: str
    """Plays it, for all who have the link."""
    expires_at: str | None
    """When it goes, unless it is opened before."""


@described
class NewLesson(LessonPlace):
    """Where a lesson is, and the key of its owner."""

    key: str
    """Lets whoever holds it change and delete the lesson, in the header `Authorization: Bearer <key>`."""


@described
class Lesson(LessonPlace, LessonDocument):
    """A lesson, and where it is."""


@lessons.post(
    "/lessons",
    status_code=201,
    summary="Keep a lesson",
    openapi_extra={"requestBody": examples.LESSON_BODY, **examples.ANYBODY},
)
async def create_lesson(request: Request, lab: InLab, lessons: InLessons) -> Answer[NewLesson]:
    """Takes a lesson as JSON, or as YAML with the content type `application/yaml`. It lives for LESSON_TTL from when
    it was last opened, and so do uploaded pictures whose tokens the request carries, by commas, in the header
    `Authorization: Bearer <token>`. A fault is told with its pointer and its line.
    """
    sent, lines = await _sent(request, lab)
    try:
        kept, key = await lessons.make(sent, _keys(request), client_of(request))
    except LessonMistake as mistake:
        raise at_line(mistake, await lab.queue.light(lines)) from None
    headers = {**NO_STORE, "Location": f"{API}/lessons/{kept.id}"}
    told: NewLesson = {**_where(kept, request, lab), "key": key}
    return Answer(json_bytes(told), 201, headers)


@lessons.get(
    "/lessons/{lesson_id}.yaml",
    summary="A lesson as a file",
)
async def get_lesson_yaml(lesson_id: LessonId, lab: InLab, lessons: InLessons) -> FileAnswer[YAML]:
    """As teachers write it. Pictures are named in it, and not contained."""
    found = await lessons.get(lesson_id)
    text = await lab.queue.light(lambda: write_yaml(found))
    return FileAnswer(YAML, text.encode(), NO_STORE)


@lessons.get("/lessons/{lesson_id:name}", summary="A lesson")
async def get_lesson(lesson_id: LessonId, request: Request, lab: InLab, lessons: InLessons) -> Answer[Lesson]:
    """Whoever reads it opens it: it lives on."""
    kept = await lessons.find(lesson_id)
    told: Lesson = {**_where(kept, request, lab), **document_of(kept.lesson)}
    return Answer(json_bytes(told), headers=NO_STORE)


@lessons.put(
    "/lessons/{lesson_id:name}",
    summary="Change a lesson",
    openapi_extra={"requestBody": examples.LESSON_BODY, **examples.OWNER},
)
async def change_lesson(lesson_id: LessonId, request: Request, lab: InLab, lessons: InLessons) -> Answer[LessonPlace]:
    """Puts another lesson in its place. Needs its key, behind which may stand tokens of uploaded pictures, by commas:
    `Authorization: Bearer <key>`.
    """
    keys = _keys(request)
    await lessons.require(lesson_id, keys)
    sent, lines = await _sent(request, lab)
    try:
        kept = await lessons.change(lesson_id, keys, lambda kept: replace(kept, lesson=sent), keys)
    except LessonMistake as mistake:
        raise at_line(mistake, await lab.queue.light(lines)) from None
    return Answer(json_bytes(_where(kept, request, lab)), headers=NO_STORE)


@lessons.delete("/lessons/{lesson_id:name}", status_code=204, summary="Delete a lesson", openapi_extra=examples.OWNER)
async def delete_lesson(lesson_id: LessonId, request: Request, lessons: InLessons) -> Response:
    """Needs its key: `Authorization: Bearer <key>`. Pictures that it kept go when they would have gone."""
    await lessons.delete(lesson_id, _keys(request))
    return Response(status_code=204)


async def _sent(request: Request, lab: Lab) -> tuple[lesson.Lesson, Callable[[], Lines]]:
    """Return the lesson in a request, and what finds the lines of its text."""
    kind = request.headers.get("content-type", "application/json").split(";")[0].strip().lower()
    if kind not in ("application/json", *YAML_TYPES):
        raise UnknownKind(
            "A lesson comes as application/json or application/yaml, and not as {kind}.", kind=kind[:60] or "nothing"
        )
    body = await read_body(request)
    if len(body) > MOST_BYTES:
        raise TooLarge(
            "A lesson as text has at most {most} bytes; this one has {count}.",
            most=f"{MOST_BYTES:,}",
            count=f"{len(body):,}",
        )
    if kind in YAML_TYPES:
        text = await lab.queue.light(lambda: read_text(body))
        return await lab.queue.light(lambda: read_yaml(text)), partial(lines_in, text)
    text = body.decode(errors="replace")
    return await lab.queue.light(lambda: _read_json(body, text)), partial(json_lines, text)


def _read_json(body: bytearray, text: str) -> lesson.Lesson:
    """Return the lesson that JSON holds; raise LessonMistake, with its line in the text, or BrokenRequest."""
    value = _written(parse_json(body))
    try:
        return read_lesson(value)
    except LessonMistake as mistake:
        raise at_line(mistake, json_lines(text)) from None


def _written(value: Any) -> Any:
    """Return what a person has written of a lesson, without what is ours."""
    if not isinstance(value, Mapping):
        return value
    return {name: part for name, part in value.items() if name not in OURS}


def _keys(request: Request) -> Sequence[str]:
    """Return the keys and tokens that a request carries."""
    return [key.strip() for held in bearer(request) for key in held.split(",", 20)]


def _where(kept: Kept, request: Request, lab: Lab) -> LessonPlace:
    url = f"{reach_of(request, lab.settings).address}/lesson/{kept.id}"
    return {"id": kept.id, "url": url, "expires_at": instant(kept.expiry) if kept.expiry else None}
