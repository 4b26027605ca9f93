"""What a request says of a lesson of one's own: which, which step of it, and whether it is theirs who ask."""

from collections.abc import Mapping, Sequence

from fastapi import Request
from fastapi.responses import RedirectResponse

from app.classroom.lessons import Kept, Lessons
from app.errors import Forbidden
from app.web.pages.lesson_keys import lesson_keys
from app.whole_numbers import read_whole

HEADERS = {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"}


async def owned(lessons: Lessons, name: str, keys: Sequence[str]) -> Kept:
    """Return a lesson, which lives on, for whoever holds its key; raise NotFound or Forbidden."""
    kept = await lessons.find(name)
    if not kept.owned(keys):
        raise not_yours()
    return kept


def back_to(name: str, number: int, told: str) -> RedirectResponse:
    """Return the way back to a step on the desk, from 1."""
    return RedirectResponse(f"/lesson/{name}/edit?step={number}" + (f"&told={told}" if told else ""), 303, HEADERS)


def at_of(fields: Mapping[str, str]) -> int:
    """Return where the step of a form stood, from 0."""
    return max(0, (read_whole(fields.get("step", "")[:9]) or 1) - 1)


def keys_of(request: Request, name: str) -> list[str]:
    """Return the key of a lesson, where this browser holds it."""
    return [key for each, key in lesson_keys(request).items() if each == name]


def not_yours() -> Forbidden:
    """Return what is said to who holds no key."""
    return Forbidden(
        "Only the browser in which this lesson was begun can change it. Save it as a file, and open that: then it is "
        "a lesson of your own."
    )
