"""A lesson of one's own on the desk of its teacher, for whoever has its key in a cookie.

GET  /lesson/<id>/edit      the list of steps, and the one in hand
POST /lesson/<id>/steps     changes that step and does what `op` says
POST /lesson/<id>/title     calls the lesson something else
POST /lesson/<id>/undo      puts back the step that was taken out last
POST /lesson/<id>/delete    deletes the lesson
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.classroom.desk import CHOICES, KINDS, Form, Hand, Row, form_of, in_hand, rows_of, stepped, typed
from app.classroom.editing import Conflict, deleted, mark, moved, place, put_back, saved, titled
from app.classroom.lesson import Step
from app.classroom.lessons import Edit, Kept, Lessons
from app.classroom.named import images_of, with_images
from app.errors import LessonMistake
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Lab
from app.messages import N_
from app.pictures.gallery import GALLERY
from app.rendering.palette import Theme
from app.web.asgi.dependencies import InLab, InLessons
from app.web.asgi.forms import read_form
from app.web.asgi.language import translator
from app.web.asgi.reach import Reach, reach_of
from app.web.pages.lesson import Bar, bar_of, screen_of
from app.web.pages.lesson_keys import forget_lesson
from app.web.pages.lesson_request import HEADERS, at_of, back_to, keys_of, not_yours, owned
from app.web.pages.owned import remember_tokens, tokens
from app.whole_numbers import read_whole

my_lessons = APIRouter(prefix="/lesson", include_in_schema=False)
CHANGING = "changing"  # the cookie that tells the explorer for which step a view is looked for
AN_HOUR = 3_600
TOLD: Mapping[str, str] = {  # what an act did, by the word for it in the address
    "saved": N_("Saved."),
    "moved": N_("Moved."),
    "deleted": N_("The step is taken out."),
    "back": N_("The step is back in its place."),
    "view": N_("The step shows the view that you chose."),
    "picture": N_("The step shows another picture."),
    "begun": N_("Your lesson has begun. Add views to it under Share, or with the key L."),
    "opened": N_("The file is open; it is a lesson of yours now."),
}


@dataclass(frozen=True)
class DeskContext(Context):
    """What templates/lesson/edit.html shows."""

    name: str
    title: str
    tongue: str  # the tag of the language that the lesson is written in
    rows: tuple[Row, ...]
    hand: Hand
    picked: bool  # a step was asked for: on a phone it is a page of its own
    kinds: Mapping[str, str]
    most_choices: int
    pictures: Mapping[str, str]  # of the gallery, with their titles
    told: str
    undo: bool  # what it told of can be taken back
    wrong: str
    conflict: Form | None  # what the step says now, where another tab has changed it
    url: str
    reach: Reach
    life: int  # days
    bar: Bar
    language: str
    theme: Theme
    projector: bool


@my_lessons.get("/{name}/edit")
async def edit(name: str, request: Request, lab: InLab, lessons: InLessons) -> Response:
    """The list of steps, and the one in hand."""
    kept = await lessons.find(name)
    if not kept.owned(keys_of(request, name)):
        raise not_yours()
    asked = read_whole(request.query_params.get("step", "")[:9])
    return await desk(kept, asked, request, lab, told=request.query_params.get("told", ""))


async def desk(
    kept: Kept,
    asked: int | None,
    request: Request,
    lab: Lab,
    *,
    told: str = "",
    wrong: str = "",
    form: Form | None = None,
    conflict: bool = False,
    status: int = 200,
) -> Response:
    screen, lesson = screen_of(request), kept.lesson
    at = max(1, min(asked or 1, len(lesson.steps)))
    rows = await rows_of(kept.id, lesson, at, lab, screen)
    hand = await in_hand(lesson, at, lab, screen, form)
    reach = reach_of(request, lab.settings)
    context = DeskContext(
        kept.id,
        lesson.title,
        lesson.language,
        rows,
        hand,
        bool(asked),
        KINDS,
        CHOICES,
        {entry.id: entry.title for entry in GALLERY.values()},
        screen.say(TOLD[told]) if told in TOLD else "",
        told == "deleted" and bool(kept.removed),
        wrong,
        form_of(lesson.steps[at - 1]) if conflict else None,
        f"{reach.address}/lesson/{kept.id}",
        reach,
        lab.settings.lesson_ttl // 86_400,
        bar_of(request, screen),
        screen.language,
        screen.theme,
        False,
    )
    text = await lab.queue.light(lambda: render(screen.language, "lesson/edit.html", context))
    return HTMLResponse(text, status, HEADERS)


@my_lessons.post("/{name}/steps")
async def change(name: str, request: Request, lab: InLab, lessons: InLessons) -> Response:
    """Changes the step in hand as its form says, and does what `op` says: earlier, later, to, delete, look, picture."""
    fields, data = await read_form(request)
    at, was, op = at_of(fields), fields.get("was", ""), fields.get("op", "save")
    keys = keys_of(request, name)
    kept = await owned(lessons, name, keys)
    written: Edit = saved(at, was, lambda step: stepped(step, fields))
    acts: dict[str, Callable[[], Awaitable[Response]]] = {
        "earlier": partial(_move, kept, at, was, -1, fields, request, lessons),
        "later": partial(_move, kept, at, was, 1, fields, request, lessons),
        "to": partial(_move, kept, at, was, None, fields, request, lessons),
        "delete": partial(_delete, kept, at, was, request, lessons),
        "look": partial(_look, kept, written, at, was, fields, request, lessons),
        "picture": partial(_picture, kept, at, was, fields, data, request, lab, lessons),
    }
    try:
        if op in acts:
            return await acts[op]()
        after = await lessons.change(name, keys, written, tokens(request))
        return back_to(name, _found(after, kept, at, was) + 1, "saved")
    except Conflict:
        now, say = await lessons.find(name), translator(request)
        wrong = say(
            "Another tab has changed this step meanwhile. Nothing is lost: here is what it says now, and below that "
            "what you wrote. Save keeps yours."
        )
        number = min(at + 1, len(now.lesson.steps))
        form = typed(fields, form_of(now.lesson.steps[number - 1]))
        return await desk(now, number, request, lab, wrong=wrong, form=form, conflict=True, status=409)
    except LessonMistake as mistake:
        step = kept.lesson.steps[at] if at < len(kept.lesson.steps) else kept.lesson.steps[-1]
        wrong = mistake.say(translator(request))
        form = typed(fields, form_of(step))
        return await desk(kept, at + 1, request, lab, wrong=wrong, form=form, status=mistake.status)


def _found(after: Kept, before: Kept, at: int, was: str) -> int:
    """Return where the step stands, from 0, that was changed: where it had stood when it was."""
    try:
        return place(before.lesson, at, was)
    except Conflict:
        return min(at, len(after.lesson.steps) - 1)


async def _move(
    kept: Kept,
    at: int,
    was: str,
    by: int | None,
    fields: Mapping[str, str],
    request: Request,
    lessons: Lessons,
) -> Response:
    here = place(kept.lesson, at, was)
    to = (read_whole(fields.get("to", "")) or 1) - 1 if by is None else here + by
    to = max(0, min(to, len(kept.lesson.steps) - 1))

    def edit(before: Kept) -> Kept:
        if "sentence" not in fields:
            return moved(at, was, to)(before)
        after = saved(at, was, lambda step: stepped(step, fields))(before)
        index = place(before.lesson, at, was)
        return moved(index, mark(after.lesson.steps[index]), to)(after)

    await lessons.change(kept.id, keys_of(request, kept.id), edit, tokens(request))
    return back_to(kept.id, to + 1, "moved")


async def _delete(kept: Kept, at: int, was: str, request: Request, lessons: Lessons) -> Response:
    after = await lessons.change(kept.id, keys_of(request, kept.id), deleted(at, was))
    return back_to(kept.id, min(at + 1, len(after.lesson.steps)), "deleted")


async def _look(
    kept: Kept, written: Edit, at: int, was: str, fields: Mapping[str, str], request: Request, lessons: Lessons
) -> Response:
    """Lead to the explorer at the view of a step, which can be brought back from there."""
    after = await lessons.change(kept.id, keys_of(request, kept.id), written, tokens(request))
    number = _found(after, kept, at, was)
    step = after.lesson.steps[number]
    response = RedirectResponse(step.address, 303, HEADERS)
    response.set_cookie(
        CHANGING, f"{kept.id}.{number + 1}.{mark(step)}", max_age=AN_HOUR, path="/", samesite="lax"
    )  # which scripts read
    return response


async def _picture(
    kept: Kept,
    at: int,
    was: str,
    fields: Mapping[str, str],
    data: bytes | None,
    request: Request,
    lab: Lab,
    lessons: Lessons,
) -> Response:
    """Let a step, or all that showed the same, show another picture in place of one that has gone."""
    own, image, gone = list(tokens(request)), fields.get("image", ""), fields.get("gone", "")
    if data:
        upload = await lab.album.add(data)
        image, own = upload.id, [upload.delete_token or "", *own]
    if not image:
        raise LessonMistake("No picture was chosen; choose a file, or one of the gallery.")
    index = place(kept.lesson, at, was)

    def other(number: int, step: Step) -> Step:
        if number != index and not (fields.get("all") and gone in images_of(step)):
            return step
        return with_images(step, {gone: image})

    def edit(before: Kept) -> Kept:
        place(before.lesson, at, was)
        steps = tuple(other(number, step) for number, step in enumerate(before.lesson.steps))
        return replace(before, lesson=before.lesson.model_copy(update={"steps": steps}))

    await lessons.change(kept.id, keys_of(request, kept.id), edit, own)
    response = back_to(kept.id, index + 1, "picture")
    if data:
        remember_tokens(request, response, own[:1], lab.settings.upload_ttl)
    return response


@my_lessons.post("/{name}/title")
async def retitle(name: str, request: Request, lab: InLab, lessons: InLessons) -> Response:
    """Calls a lesson something else."""
    fields, _ = await read_form(request)
    keys, step = keys_of(request, name), at_of(fields) + 1
    kept = await owned(lessons, name, keys)
    try:
        await lessons.change(name, keys, titled(fields.get("title", ""), fields.get("was", "")))
    except Conflict:
        say = translator(request)
        wrong = say("Another tab has called this lesson {title} meanwhile.").format(title=kept.lesson.title)
        return await desk(kept, step, request, lab, wrong=wrong, status=409)
    except LessonMistake as mistake:
        return await desk(kept, step, request, lab, wrong=mistake.say(translator(request)), status=mistake.status)
    return back_to(name, step, "saved")


@my_lessons.post("/{name}/undo")
async def undo(name: str, request: Request, lessons: InLessons) -> Response:
    """Puts back the step that was taken out last."""
    keys = keys_of(request, name)
    kept = await owned(lessons, name, keys)
    at = kept.removed[-1].at if kept.removed else 0
    after = await lessons.change(name, keys, put_back)
    return back_to(name, min(at + 1, len(after.lesson.steps)), "back")


@my_lessons.post("/{name}/delete")
async def delete(name: str, request: Request, lab: InLab, lessons: InLessons) -> Response:
    """Deletes a lesson."""
    await lessons.delete(name, keys_of(request, name))
    response = RedirectResponse("/lesson", 303, HEADERS)
    forget_lesson(request, response, name, lab.settings.lesson_ttl)
    return response
