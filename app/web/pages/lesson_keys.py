"""The lessons that this browser has begun, the newest first: their keys are in a cookie that lesson pages alone get."""

import re
from dataclasses import dataclass

from fastapi import Request, Response

from app.classroom.lessons import Lessons
from app.lab import Lab
from app.web.asgi.reach import reach_of

COOKIE, PATH = "lessons", "/lesson"
MOST = 32
HELD = re.compile(r"([0-9a-z]{12})-([0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True)
class Own:
    """A lesson of one's own among others."""

    id: str
    title: str
    tongue: str  # the tag of the language that it is written in
    steps: int
    url: str


def lesson_keys(request: Request) -> dict[str, str]:
    """Return the keys that the cookie holds, by the ids of their lessons."""
    held = request.cookies.get(COOKIE, "")[: MOST * 46].split(".")
    return {match[1]: match[2] for each in held if (match := HELD.fullmatch(each))}


def remember_lesson(request: Request, response: Response, name: str, key: str, life: int) -> None:
    """Put the key of a lesson first."""
    _write(response, {name: key, **{other: its for other, its in lesson_keys(request).items() if other != name}}, life)


def forget_lesson(request: Request, response: Response, name: str, life: int) -> None:
    """Let the key of a lesson go."""
    _write(response, {other: its for other, its in lesson_keys(request).items() if other != name}, life)


def _write(response: Response, held: dict[str, str], life: int) -> None:
    text = ".".join(f"{name}-{key}" for name, key in list(held.items())[:MOST])
    response.set_cookie(COOKIE, text, max_age=life, path=PATH, httponly=True, samesite="lax")


async def own_lessons(request: Request, lab: Lab, lessons: Lessons) -> tuple[Own, ...]:
    """Return the lessons that this browser holds the keys of, the newest first."""
    address = reach_of(request, lab.settings).address
    found = [(name, await lessons.look(name)) for name in lesson_keys(request)]
    return tuple(
        Own(name, kept.lesson.title, kept.lesson.language, len(kept.lesson.steps), f"{address}/lesson/{name}")
        for name, kept in found
        if kept
    )
