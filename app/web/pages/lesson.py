"""Lessons as they are read, clicked through and shown.

GET /lesson                     the contents
GET /lesson/<name>?step=3.ask   a chapter of the book, or a lesson of one's own, as far as it has come
GET /lesson/<name>/speaker      the same for who speaks: what is shown, what comes, notes, the time
GET /lesson/<name>/picture.png  a small true picture of a step
GET /parts/step?address=…       a step alone, of any address of the classroom
GET /parts/task?address=…&state=…   where a state of the frame stands with the task of a step
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.classroom.around import Around, Entry, around, contents, contents_at, overview
from app.classroom.beats import read_spot
from app.classroom.book import BOOK
from app.classroom.keyboard import KEYS, SPEAKER_KEYS
from app.classroom.lesson import Lesson
from app.classroom.lessons import Lessons
from app.classroom.screen import Screen
from app.classroom.shown import (
    LONGEST_ANSWER,
    SetTask,
    Shown,
    StepContext,
    TaskContext,
    shown_step,
    shown_view,
    state_of_spot,
)
from app.classroom.standing import missing_of, standing
from app.classroom.thumbnail import thumbnail
from app.classroom.way import Stand, onward
from app.errors import NotFound
from app.explorer.addresses import parts_of
from app.explorer.fields import query
from app.explorer.opening import opened, state_of
from app.explorer.page.keys import Key
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Lab
from app.messages import others
from app.rendering.palette import Theme
from app.web.asgi.answers import PNG
from app.web.asgi.artifacts import immutable, picture_theme
from app.web.asgi.client import is_phone
from app.web.asgi.dependencies import InLab, InLessons
from app.web.asgi.language import language_of
from app.web.asgi.momentary import Momentary
from app.web.pages.explorer import page_theme
from app.web.pages.lesson_keys import Own, own_lessons

lesson = APIRouter(include_in_schema=False)
LONGEST_NAME = 80  # characters
KEPT = ("lang", "theme", "projector")  # from page to page
HEADERS = {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"}


@dataclass(frozen=True)
class Bar:
    """Where the tools of the bar lead."""

    contents: str
    explorer: str
    languages: tuple[tuple[str, tuple[str, str, str]], ...]  # others: tag; its own name, long and short; where
    theme: str
    projector: str


@dataclass(frozen=True)
class LessonContext(Context):
    """What templates/lesson/lesson.html shows around a step."""

    shown: Shown
    around: Around
    contents: tuple[Entry, ...]  # or the steps of a lesson of one's own, for the overview
    bar: Bar
    keys: tuple[Key, ...]
    language: str
    theme: Theme
    projector: bool


@dataclass(frozen=True)
class SpeakerContext(Context):
    """What templates/lesson/speaker.html shows."""

    shown: Shown
    next: Shown | None
    around: Around
    notes: tuple[str, ...]  # paragraph by paragraph
    keys: tuple[Key, ...]
    language: str
    theme: Theme


@dataclass(frozen=True)
class ContentsContext(Context):
    """What templates/lesson/contents.html shows."""

    contents: tuple[Entry, ...]
    own: tuple[Own, ...]
    bar: Bar
    language: str
    theme: Theme
    projector: bool


def bar_of(request: Request, screen: Screen) -> Bar:
    """Return the tools of a page, which lead to where it is."""
    here = dict(request.query_params)

    def there(**changed: str) -> str:
        return f"{request.url.path}?{query({name: text for name, text in {**here, **changed}.items() if text})}"

    elsewhere = tuple((tag, (name, short, there(lang=tag))) for tag, name, short in others(screen.language))
    options = f"?{query(screen.options)}" if screen.options else ""
    theme = "light" if screen.theme == "dark" else "dark"
    return Bar(contents_at(screen), f"/{options}", elsewhere, there(theme=theme), there(projector="1"))


def screen_of(request: Request) -> Screen:
    """Return for whom a page is made, and on what."""
    options = {name: text for name in KEPT if (text := request.query_params.get(name, "")[:16])}
    return Screen(language_of(request), page_theme(request), bool(options.get("projector")), options)


async def lesson_named(name: str, request: Request) -> Lesson:
    """Return a chapter of the book, or the lesson of one's own under an id."""
    if name in BOOK:
        return BOOK[name]
    lessons: Lessons = request.app.state.lessons
    return await lessons.get(name)


async def stand_at(name: str, fields: Mapping[str, str], request: Request) -> Stand:
    """Return where the fields of an address stand in a lesson."""
    found = await lesson_named(name, request)
    spot = read_spot(fields.get("step", ""), found)
    return Stand(name, found, spot, over="end" in fields)


@lesson.get("/lesson")
async def contents_page(request: Request, lab: InLab, lessons: InLessons) -> Response:
    """The contents of the book, and one's own lessons."""
    screen = screen_of(request)
    own = await own_lessons(request, lab, lessons)

    def page() -> str:
        there = ContentsContext(
            contents(screen), own, bar_of(request, screen), screen.language, screen.theme, screen.projector
        )
        return render(screen.language, "lesson/contents.html", there)

    return _whole(await lab.queue.light(page), request, screen)


@lesson.get("/lesson/{name}")
async def lesson_page(name: str, request: Request, lab: InLab) -> Response:
    """A step of a lesson."""
    screen, fields = screen_of(request), request.query_params
    stand = await stand_at(name, fields, request)
    answer = fields.get("answer", "")[:LONGEST_ANSWER]
    shown = await shown_step(stand, lab, screen, answer)
    frame = await around(stand, lab, screen)
    entries = await overview(stand, lab, screen)

    def page() -> str:
        there = LessonContext(
            shown,
            frame,
            entries,
            bar_of(request, screen),
            KEYS,
            screen.language,
            screen.theme,
            screen.projector,
        )
        return render(screen.language, "lesson/lesson.html", there)

    return _whole(await lab.queue.light(page), request, screen)


@lesson.get("/lesson/{name}/speaker")
async def speaker(name: str, request: Request, lab: InLab) -> Response:
    """What the class sees, what comes, and what to say to it."""
    screen = replace(screen_of(request), projector=True)
    stand = await stand_at(name, request.query_params, request)
    shown = await shown_step(stand, lab, screen, request.query_params.get("answer", "")[:LONGEST_ANSWER])
    frame, after = await around(stand, lab, screen), onward(stand, board=True)
    coming = await shown_step(after, lab, screen) if after else None

    def page() -> str:
        notes = tuple(part for line in shown.notes.split("\n") if (part := line.strip()))
        there = SpeakerContext(shown, coming, frame, notes, SPEAKER_KEYS, screen.language, screen.theme)
        return render(screen.language, "lesson/speaker.html", there)

    return _whole(await lab.queue.light(page), request, screen)


def _whole(text: str, request: Request, screen: Screen) -> Response:
    response = HTMLResponse(text, headers=HEADERS)
    if "theme" in request.query_params and not screen.projector:
        response.set_cookie("theme", screen.theme, max_age=365 * 86_400, samesite="lax")
    return response


@lesson.get("/parts/step")
async def step_part(request: Request, lab: InLab, address: str = "") -> Response:
    """A step alone, in the language, theme and size that this request asks for, whatever its address says of them."""
    screen = screen_of(request)

    async def make() -> str:
        shown = await shown_at(address, request, lab, screen)
        return await lab.queue.light(lambda: render(screen.language, "lesson/_step.html", StepContext(shown)))

    moments: Momentary[str] = request.app.state.moments
    text = await (moments.get(f"step {screen} {address}", make) if is_phone(request) else make())
    return HTMLResponse(text, headers=HEADERS)


async def shown_at(address: str, request: Request, lab: Lab, screen: Screen) -> Shown:
    """Return what an address of the classroom shows: of a lesson, or of the explorer."""
    parts = parts_of(address)
    fields = dict(parse_qsl(parts.query))
    if (name := lesson_in(parts.path)) is not None:
        stand = await stand_at(name, fields, request)
        return await shown_step(stand, lab, screen, fields.get("answer", "")[:LONGEST_ANSWER])
    return await shown_view(await state_of({**fields, "path": "/embed"}, lab), lab, screen)


def lesson_in(path: str) -> str | None:
    """Return the name of the lesson that the path of an address is about."""
    parts = path.strip("/").split("/")
    return parts[1] if len(parts) > 1 and parts[0] == "lesson" else None


@lesson.get("/parts/task")
async def task_part(request: Request, lab: InLab, address: str = "", state: str = "") -> Response:
    """Where a state stands with the task of a step; what is done is 204, and then the next beat shows it."""
    screen, parts = screen_of(request), parts_of(address)
    stand = await stand_at(lesson_in(parts.path) or "", dict(parse_qsl(parts.query)), request)
    task = screen.told(stand.name, stand.lesson).steps[stand.spot.step - 1].task
    if task is None or stand.step.task is None:
        raise NotFound("This step sets no task.")
    run, there = await opened(await state_of(dict(parse_qsl(parts_of(state).query)), lab), lab)
    missing = missing_of(stand.step.task, there, run)
    if not missing:
        return Response(status_code=204, headers=HEADERS)
    shown = await shown_step(replace(stand, spot=read_spot(str(stand.spot.step), stand.lesson)), lab, screen)
    do = shown.task.do if shown.task else task.do
    said = TaskContext(SetTask(do, met=False, now=standing(missing, there, run, screen.say)))
    return HTMLResponse(render(screen.language, "lesson/_task.html", said), headers=HEADERS)


@lesson.get("/lesson/{name}/picture.png")
async def picture(name: str, request: Request, lab: InLab, step: int = 1) -> Response:
    """A small picture of what a step shows."""
    found, theme = await lesson_named(name, request), picture_theme(request)
    state, run = await state_of_spot(found, read_spot(str(step), found), lab)
    key = f"lesson-{run.id}-{state.at}-{state.view}-{theme}"
    return await immutable(request, key, PNG, lambda: thumbnail(run, state, lab, theme))
