"""With which problems an operation answers, by what it is made of: each of them, and no other, comes in the tests."""

from collections.abc import Iterator
from typing import Any

from fastapi.routing import APIRoute

from app.errors import (
    BrokenRequest,
    Busy,
    Forbidden,
    Mistake,
    NotFound,
    TooLarge,
    TooLong,
    Unavailable,
    Unfit,
    UnknownKind,
)
from app.web.asgi.problems import Problem, problem

WINDOW = "A 7×7 window does not fit in a 2×3 map; use a smaller window, more padding, or less pooling before it."
EXAMPLES: tuple[tuple[type[Mistake], str], ...] = (
    (BrokenRequest, "The JSON cannot be read at line 1, column 2: Expecting value."),
    (Forbidden, "Deleting needs the token that the upload returned, in the header Authorization: Bearer <token>."),
    (NotFound, "There is no picture cat, or it has expired; upload it again or choose one from the gallery."),
    (TooLarge, "The request has 30,000,000 bytes; the most is 20,000,000. Send less, such as a smaller picture."),
    (TooLong, "The address has more than 32,768 bytes. Post the document instead."),
    (UnknownKind, "This is no picture of a kind that can be read here; choose a PNG or JPEG file."),
    (Unfit, WINDOW),
    (Busy, "All 2 computing slots are taken and 32 requests are waiting; try again in a moment."),
    (Unavailable, "The server is shutting down; try again in a moment."),
)
PROBLEMS: dict[int, Problem] = {kind.status: problem(kind(sentence)) for kind, sentence in EXAMPLES}

NAMING = {"create_run", "create_link", "create_room"}  # whose bodies name a picture, which may be gone
NEVER_BUSY = {  # which ask for what takes neither a place nor memory
    "change_lesson", "change_model", "create_batch", "delete_lesson", "delete_model", "get_lesson", "get_lesson_yaml",
    "get_training", "pause_training", "stop_training",
}  # fmt: skip
ALWAYS_THERE = {"delete_room", "follow_room", "get_room"}  # rooms are in memory


def problems_of(route: APIRoute) -> Iterator[int]:
    """Yield the statuses of the problems that an operation may answer with."""
    said: dict[str, Any] = route.openapi_extra or {}
    yield from (400, 414, 422)  # a Host that is none of ours; an address too long; a field that is not known
    if route.methods != {"GET"}:
        yield 403  # from a page of another site, or without the key
    pictured = any(field["name"] == "image" for field in said.get("parameters", ()))
    if "{" in route.path or pictured or route.name in NAMING:
        yield 404
    if "requestBody" in said:
        yield from (413, 415)
    if route.dependant.dependencies:  # the lab, trainings, rooms, lessons, links
        yield from () if route.name in NEVER_BUSY else (429,)
        yield from () if route.name in ALWAYS_THERE else (503,)
