"""A room as a pupil's phone has it: the way in, the present step, the questions to the class.

GET  /join?code=…          one field; what is typed there leads in
GET  /join/<code>          the present step, live; the first time this browser gets a pass for the room
GET  /join/<code>/now      what stands beside the step: the question, and that the board is dark
POST /join/<code>/answer   an answer, which may change until it is shown
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from app.classroom.asking import asked_in, because
from app.classroom.course import standing
from app.classroom.poll import Poll
from app.classroom.room import Room
from app.classroom.rooms import Rooms
from app.classroom.shown import StepContext
from app.errors import Mistake, NotFound
from app.explorer.addresses import parts_of
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Lab
from app.rendering.palette import Theme
from app.web.asgi.client import address_of, phone_of, remember_phone
from app.web.asgi.dependencies import InLab, InRooms
from app.web.asgi.forms import read_form
from app.web.asgi.language import language_of, translator
from app.web.asgi.momentary import Momentary
from app.web.pages.explorer import page_theme
from app.web.pages.lesson import lesson_in, screen_of, shown_at
from app.web.pages.rooms import lesson_at, room_of, spaced
from app.web.pages.training_request import HEADERS

joining = APIRouter(include_in_schema=False)
OPTIONS = ("lang", "theme")
ASKS = re.compile(r"([?&]step=\d{1,4})\.ask(?=&|$)", re.ASCII)


@dataclass(frozen=True)
class JoinContext(Context):
    """What templates/room/join.html shows."""

    language: str
    theme: Theme
    options: dict[str, str]
    asked: str  # as it was typed
    wrong: str


@dataclass(frozen=True)
class EndedContext(Context):
    """What templates/room/ended.html shows."""

    language: str
    theme: Theme
    there: str  # where the class was; nothing where that is not known
    lesson: bool


@dataclass(frozen=True)
class PhoneContext(Context):
    """What templates/room/phone.html shows around what changes."""

    language: str
    theme: Theme
    spaced: str
    address: str  # of the step that is shown
    query: str  # that every request of the page carries along
    step: Markup
    explorer: str  # the view of the step in the explorer itself


@dataclass(frozen=True)
class NowContext(Context):
    """What templates/room/_now.html shows."""

    code: str
    blank: bool
    poll: Poll | None
    words: Mapping[str, str]  # of the poll in the pupil's language, where they are ours
    own: str  # answer
    answered: int
    said: int  # how many have said what is right
    agrees: bool  # whether one's own is right
    because: str
    where: str


def options_in(request: Request) -> dict[str, str]:
    """Return what every address of these pages carries along."""
    return {name: text for name in OPTIONS if (text := request.query_params.get(name, "")[:16])}


def _with(path: str, options: dict[str, str]) -> str:
    return f"{path}?{urlencode(options)}" if options else path


@joining.get("/join")
async def join(request: Request, rooms: InRooms) -> Response:
    """The way in, and on to the room whose code is typed."""
    if not (typed := request.query_params.get("code", "")[:40].strip()):
        return _form(request)
    try:
        room = await room_of(typed, request, rooms)
    except NotFound as gone:
        return _form(request, typed, gone)
    return RedirectResponse(_with(f"/join/{room.code}", options_in(request)), 303)


def _form(request: Request, typed: str = "", mistake: Mistake | None = None) -> Response:
    wrong, status = (mistake.say(translator(request)), mistake.status) if mistake else ("", 200)
    shown = JoinContext(language_of(request), page_theme(request), options_in(request), typed, wrong)
    return HTMLResponse(render(shown.language, "room/join.html", shown), status, HEADERS)


@joining.get("/join/{code}")
async def phone(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """The present step of a room."""
    try:
        room = await room_of(code, request, rooms)
    except NotFound as gone:
        return _ended(request) if "from" in request.query_params else _form(request, code[:40], gone)
    if room.code != code:
        return RedirectResponse(_with(f"/join/{room.code}", options_in(request)), 303)
    screen, options, address = screen_of(request), options_in(request), _place(room)
    try:
        shown = await shown_at(address, request, lab, screen)
    except Mistake:  # its picture has gone, or its lesson: the class is told so by its teacher
        shown = await shown_at("/", request, lab, screen)
    now = await _now(room, rooms, request, lab)
    step = await lab.queue.light(lambda: render(screen.language, "lesson/_step.html", StepContext(shown)))
    around = PhoneContext(
        screen.language,
        screen.theme,
        spaced(room.code),
        address,
        "".join(f"&{part}" for part in urlencode(options).split("&") if part),
        Markup(step),  # noqa: S704 - a template has made it
        shown.explorer,
    )
    response = HTMLResponse(render(screen.language, "room/phone.html", around, now), headers=HEADERS)
    if phone_of(request, rooms, room) is None:
        remember_phone(response, rooms.phones.admit(room.code, address_of(request)))
    return response


def _place(room: Room) -> str:
    """Return where a phone is: what a step asks comes with the class, not while it waits at the door."""
    return room.address if room.sequence or room.state.poll else ASKS.sub(r"\1", room.address)


def _ended(request: Request) -> Response:
    """Return the page of a room that is over, which leads on from where the class was."""
    there = request.query_params["from"][:4000]
    known = there.startswith(("/?", "/lesson/"))
    lesson = known and lesson_in(parts_of(there).path) is not None
    shown = EndedContext(language_of(request), page_theme(request), there if known else "", lesson)
    return HTMLResponse(render(shown.language, "room/ended.html", shown), headers=HEADERS)


@joining.get("/join/{code}/now")
async def now_part(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """What stands beside the step."""
    room = await room_of(code, request, rooms)
    return await _part(room, rooms, request, lab)


@joining.post("/join/{code}/answer")
async def answer(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """Takes an answer, in place of any before."""
    fields, _ = await read_form(request)
    request.state.fields = fields
    room = await room_of(code, request, rooms)
    phone = phone_of(request, rooms, room)
    if phone is None:
        return RedirectResponse(_with(f"/join/{room.code}", options_in(request)), 303)
    await rooms.answer(room, phone.name, fields.get("answer", ""))
    if request.headers.get("hx-request"):
        return await _part(room, rooms, request, lab)
    return RedirectResponse(_with(f"/join/{room.code}", options_in(request)), 303)


async def _part(room: Room, rooms: Rooms, request: Request, lab: Lab) -> Response:
    now = await _now(room, rooms, request, lab)
    return HTMLResponse(render(language_of(request), "room/_now.html", now), headers=HEADERS)


async def _now(room: Room, rooms: Rooms, request: Request, lab: Lab) -> NowContext:
    """Return what stands beside the step, for the phone that asks."""
    state, language = room.state, language_of(request)
    poll = state.poll if state.poll and state.poll.state != "closed" else None
    phone = phone_of(request, rooms, room)
    given = poll.answers.get(phone.name) if poll and phone else None
    told = poll is not None and poll.state == "shown"

    async def make() -> str:
        why, where, words = "", "", {}
        try:
            stands = await standing(state.address, await lesson_at(state.address, request), lab, language)
            where = stands.where
            if poll:
                lesson = await lesson_at(poll.address, request)
                words = await asked_in(poll, lesson, lab, language)
                why = await because(lesson, poll.address, lab, language) if told and lesson else ""
        except Mistake:  # what is shown has gone
            pass
        return json.dumps((why, where, words))

    moments: Momentary[str] = request.app.state.moments
    about = f"now {room.code} {room.sequence} {poll and (poll.address, poll.question)} {told} {language}"
    why, where, words = json.loads(await moments.get(about, make))
    return NowContext(
        room.code,
        state.blank,
        poll,
        words,
        "" if poll is None or given is None else poll.text(given),
        len(poll.answers) if poll else 0,
        poll.said_right if poll and told else 0,
        poll is not None and given is not None and poll.is_right(given),
        why,
        where,
    )
