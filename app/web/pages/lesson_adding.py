"""Views on their way from the explorer into a lesson: added as its last step, or brought to one that is there.

POST /lesson/add            adds the view of an address, to the lesson of the form, the last one, or a new one
POST /lesson/<id>/added     says the sentence of that step, or takes it out again
GET  /lesson/<id>/changing  what the explorer shows while another view of a step is looked for
POST /lesson/<id>/view      brings it back
"""

from dataclasses import dataclass, replace
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app.classroom.addresses import for_anybody
from app.classroom.desk import form_of, stepped
from app.classroom.editing import Conflict, added, deleted, mark, place, saved
from app.classroom.lesson import read_lesson, read_step
from app.classroom.lessons import Edit, Kept
from app.errors import NotFound
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Lab
from app.rendering.palette import Theme
from app.web.asgi.client import client_of
from app.web.asgi.dependencies import InLab, InLessons
from app.web.asgi.forms import read_form
from app.web.asgi.language import language_of, translator
from app.web.pages.lesson import screen_of
from app.web.pages.lesson_keys import forget_lesson, lesson_keys, remember_lesson
from app.web.pages.lesson_request import HEADERS, at_of, back_to, keys_of, not_yours, owned
from app.web.pages.my_lessons import CHANGING, desk
from app.web.pages.owned import tokens

lesson_adding = APIRouter(prefix="/lesson", include_in_schema=False)


@dataclass(frozen=True)
class AddedContext(Context):
    """What templates/lesson/_added.html shows."""

    name: str
    title: str
    number: int  # of the step; 0 where it has been taken out again
    was: str
    sentence: str
    saved: bool
    wrong: str
    address: str


@dataclass(frozen=True)
class AloneContext(Context):
    """What templates/lesson/added.html shows around it, where there are no scripts."""

    language: str
    theme: Theme
    projector: bool = False


@dataclass(frozen=True)
class ChangingContext(Context):
    """What templates/lesson/_changing.html shows."""

    name: str
    title: str
    number: int
    was: str


@lesson_adding.post("/add")
async def add(request: Request, lab: InLab, lessons: InLessons) -> Response:
    """Adds the view of an address as the last step."""
    fields, _ = await read_form(request)
    say, address = translator(request), for_anybody(fields.get("address") or "/")
    step = read_step({"address": address, "sentence": fields.get("sentence", "")})
    keys, name = lesson_keys(request), fields.get("lesson", "")
    if name not in ("", "new") and name not in keys:
        raise not_yours()
    if not name:
        there = [each for each in keys if await lessons.look(each) is not None]
        name = there[0] if there else "new"
    key = ""
    if name == "new":
        lesson = read_lesson({"title": say("My lesson"), "language": language_of(request), "steps": [step]})
        kept, key = await lessons.make(lesson, tokens(request), client_of(request))
    else:
        kept = await lessons.change(name, [keys[name]], added(step), tokens(request))
    response = await _added(kept, len(kept.lesson.steps), request, lab)
    remember_lesson(request, response, kept.id, key or keys[name], lab.settings.lesson_ttl)
    return response


async def _added(
    kept: Kept, number: int, request: Request, lab: Lab, *, done: bool = False, wrong: str = "", status: int = 200
) -> Response:
    """Answer with what was added: a fragment for scripts, a page of its own without."""
    step = kept.lesson.steps[number - 1] if number else None
    screen = screen_of(request)
    context = AddedContext(
        kept.id,
        kept.lesson.title,
        number,
        mark(step) if step else "",
        step.sentence if step else "",
        done,
        wrong,
        step.address if step else getattr(request.state, "address", "/"),
    )
    if request.headers.get("hx-request"):
        text = render(screen.language, "lesson/_added.html", context)
    else:
        alone = AloneContext(screen.language, screen.theme)
        text = await lab.queue.light(lambda: render(screen.language, "lesson/added.html", context, alone))
    return HTMLResponse(text, status, HEADERS)


@lesson_adding.post("/{name}/added")
async def after_adding(name: str, request: Request, lab: InLab, lessons: InLessons) -> Response:
    """Says the sentence of a step that has just been added, or takes it out again."""
    fields, _ = await read_form(request)
    at, was = at_of(fields), fields.get("was", "")
    undo = fields.get("op") == "undo"
    kept = await lessons.look(name)
    if kept is not None and undo and len(kept.lesson.steps) == 1:
        request.state.address = kept.lesson.steps[0].address
        await lessons.delete(name, keys_of(request, name))
        response = await _added(replace(kept, id="new"), 0, request, lab)
        forget_lesson(request, response, name, lab.settings.lesson_ttl)
        return response
    view = fields.get("address", "")[:4000]
    request.state.address = view if view.startswith("/?") else "/"
    sentence = fields.get("sentence", "")
    said: Edit = saved(at, was, lambda step: stepped(step, {"sentence": sentence}))
    try:
        kept = await lessons.change(name, keys_of(request, name), deleted(at, was) if undo else said)
    except Conflict:
        now = await lessons.find(name)
        wrong = translator(request)("The step has been changed elsewhere meanwhile; open the lesson to see it.")
        return await _added(now, min(at + 1, len(now.lesson.steps)), request, lab, wrong=wrong, status=409)
    if undo:
        return await _added(kept, 0, request, lab)
    steps = kept.lesson.steps
    number = at + 1 if at < len(steps) and steps[at].sentence == sentence.strip() else len(steps)
    return await _added(kept, number, request, lab, done=True)


@lesson_adding.get("/{name}/changing")
async def changing(name: str, request: Request, lessons: InLessons) -> Response:
    """What the explorer shows while a view is looked for: for which step, and the way back."""
    kept = await owned(lessons, name, keys_of(request, name))
    fields = dict(request.query_params)
    try:
        number = place(kept.lesson, at_of(fields), fields.get("was", "")) + 1
    except Conflict:
        raise NotFound("The step has been changed elsewhere meanwhile; open the lesson to see it.") from None
    context = ChangingContext(name, kept.lesson.title, number, fields.get("was", ""))
    return HTMLResponse(render(screen_of(request).language, "lesson/_changing.html", context), headers=HEADERS)


@lesson_adding.post("/{name}/view")
async def bring_back(name: str, request: Request, lab: InLab, lessons: InLessons) -> Response:
    """Brings a view back from the explorer; without an address the step stays as it was."""
    fields, _ = await read_form(request)
    at, was, address = at_of(fields), fields.get("was", ""), for_anybody(fields.get("address", ""))
    keys = keys_of(request, name)
    told = ""
    if fields.get("op") != "leave" and address:
        view = partial(stepped, fields={"address": address})
        try:
            await lessons.change(name, keys, saved(at, was, view), tokens(request))
        except Conflict:
            now, say = await owned(lessons, name, keys), translator(request)
            wrong = say("Another tab has changed this step meanwhile; below is the address of your view.")
            number = min(at + 1, len(now.lesson.steps))
            form = replace(form_of(now.lesson.steps[number - 1]), address=address)
            return await desk(now, number, request, lab, wrong=wrong, form=form, conflict=True, status=409)
        told = "view"
    response = back_to(name, at + 1, told)
    response.delete_cookie(CHANGING, path="/")
    return response
