"""Lessons that begin, and files: one that is opened becomes a lesson of one's own, and each can be saved as one.

POST /lesson/new         a lesson that begins with the view that everyone meets first
POST /lesson/open        a lesson from a file, with the pictures that it brings
GET  /lesson/<id>/file   the lesson with its pictures, for all who have the link
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.classroom.book import BOOK
from app.classroom.bundle import Bundle, packed, shrunk_to, unpacked
from app.classroom.lesson import Lesson, read_lesson
from app.classroom.lessons import Lessons
from app.classroom.named import images_in, images_of, renamed
from app.classroom.yaml_file import at_line, lines_in, write_yaml
from app.errors import BrokenRequest, LessonMistake, NotFound, TooLarge
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Lab
from app.pictures.gallery import GALLERY
from app.pictures.intake import claimed_pixels
from app.rendering.palette import Theme
from app.web.asgi.client import client_of
from app.web.asgi.dependencies import InLab, InLessons
from app.web.asgi.forms import read_form
from app.web.asgi.language import language_of, translator
from app.web.pages.lesson import Bar, bar_of, screen_of
from app.web.pages.lesson_keys import remember_lesson
from app.web.pages.lesson_request import HEADERS
from app.web.pages.owned import tokens

lesson_files = APIRouter(prefix="/lesson", include_in_schema=False)
MOST_TIMES = 4  # as many pixels as one picture may have, in all pictures of a file


@dataclass(frozen=True)
class BrokenContext(Context):
    """What templates/lesson/broken.html shows."""

    wrong: str
    written: str  # in the line that it speaks of
    bar: Bar
    language: str
    theme: Theme
    projector: bool


@lesson_files.post("/new")
async def new(request: Request, lab: InLab, lessons: InLessons) -> Response:
    """Begins a lesson with the view that everyone meets first."""
    say = translator(request)
    step = {"address": "/", "sentence": say("A picture is three sheets of numbers.")}
    lesson = read_lesson({"title": say("My lesson"), "language": language_of(request), "steps": [step]})
    return await _begun(lesson, (), request, lab, lessons, "begun")


async def _begun(
    lesson: Lesson, own: Sequence[str], request: Request, lab: Lab, lessons: Lessons, told: str
) -> Response:
    kept, key = await lessons.make(lesson, (*own, *tokens(request)), client_of(request))
    response = RedirectResponse(f"/lesson/{kept.id}/edit?told={told}", 303, HEADERS)
    remember_lesson(request, response, kept.id, key, lab.settings.lesson_ttl)
    return response


@lesson_files.post("/open")
async def open_file(request: Request, lab: InLab, lessons: InLessons) -> Response:
    """Opens a file as a lesson of one's own, with the pictures that it brings."""
    _, data = await read_form(request)
    if not data:
        raise BrokenRequest("No file was chosen; choose a .yaml or .zip file first.")
    text = ""
    try:
        bundle = await lab.queue.light(lambda: _unpacked(data, lab))
        text = bundle.text
        added_pictures = {name: await lab.album.add(picture) for name, picture in bundle.pictures.items()}
        lesson = renamed(bundle.lesson, {name: upload.id for name, upload in added_pictures.items()})
        own = [upload.delete_token for upload in added_pictures.values() if upload.delete_token]
        return await _begun(lesson, own, request, lab, lessons, "opened")
    except LessonMistake as mistake:
        return await _broken(mistake, mistake.text or text, request, lab)


def _unpacked(data: bytes, lab: Lab) -> Bundle:
    """Return what a file holds, once its pictures are known to be few enough pixels together to be decoded."""
    bundle = unpacked(data, lab.settings.upload_max_bytes)
    pixels = sum(claimed_pixels(picture, lab.settings) for picture in bundle.pictures.values())
    most = MOST_TIMES * lab.settings.image_max_pixels
    if pixels > most:
        raise TooLarge(
            "The pictures in this .zip have {count} pixels together; the most is {most}. Use smaller ones.",
            count=f"{pixels:,}",
            most=f"{most:,}",
        )
    return bundle


async def _broken(mistake: LessonMistake, text: str, request: Request, lab: Lab) -> Response:
    """Answer with why a file cannot be opened, and the line that says so."""
    screen = screen_of(request)
    if mistake.line is None and text:
        mistake = at_line(mistake, await lab.queue.light(lambda: lines_in(text)))
    lines = text.split("\n")
    written = lines[mistake.line - 1].strip()[:200] if mistake.line and mistake.line <= len(lines) else ""
    context = BrokenContext(
        mistake.say(screen.say), written, bar_of(request, screen), screen.language, screen.theme, False
    )
    return HTMLResponse(render(screen.language, "lesson/broken.html", context), 422, HEADERS)


@lesson_files.get("/{name}/file")
async def as_file(name: str, request: Request, lab: InLab, lessons: InLessons) -> Response:
    """The lesson, or a chapter, as a file: YAML, or with pictures of one's own a .zip that takes them along."""
    screen = screen_of(request)
    if name in BOOK:
        lesson = screen.told(name, BOOK[name]).model_copy(update={"language": screen.language})
    else:
        lesson = await lessons.get(name)
    wanted = sorted(images_in(lesson) - GALLERY.keys())
    found = {image: data for image in wanted if (data := await lab.album.upload(image)) is not None}
    for number, step in enumerate(lesson.steps, 1):
        if images_of(step) - GALLERY.keys() - found.keys():
            raise NotFound(
                "The picture of step {number} has gone, and a file without it could not be opened again. Choose "
                "another picture in that step, or delete it, and save the lesson then.",
                number=number,
            )
    file = f"lesson-{name}"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{file}.{"zip" if found else "yaml"}"'}
    if not found:
        text = await lab.queue.light(lambda: write_yaml(lesson))
        return Response(text, 200, headers, media_type="application/yaml")
    most = lab.settings.upload_max_bytes
    data = await lab.queue.heavy(lambda: packed(shrunk_to(Bundle(lesson, found), most)))
    return Response(data, 200, headers, media_type="application/zip")
