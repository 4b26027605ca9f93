"""The teacher's phone as a remote: two buttons that move the class, and one that makes the screen in front dark.

GET  /room/<code>/remote?key=…   exchanges the ticket for a cookie, and leads to an address without it
GET  /room/<code>/remote         what comes next
POST /room/<code>/go             on or back by one press
POST /room/<code>/blank          the screen in front is dark, or is shown again
"""

import time
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.classroom.room import Room
from app.errors import Forbidden
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Lab
from app.messages import catalogue
from app.rendering.palette import Theme
from app.web.asgi.client import know
from app.web.asgi.dependencies import InLab, InRooms
from app.web.asgi.forms import read_form
from app.web.asgi.language import language_of
from app.web.pages.explorer import page_theme
from app.web.pages.room_keys import keys_to, remember_room, require_here
from app.web.pages.rooms import room_of, show, spaced, standing_in
from app.web.pages.training_request import HEADERS

remotes = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class RemoteContext(Context):
    """What templates/room/remote.html shows."""

    language: str
    theme: Theme
    code: str
    spaced: str
    blank: bool
    present: int
    minutes: int  # since the room was opened
    step: int
    steps: int
    asked: str  # how many have answered what is asked; nothing while nothing is
    answered: int
    next: str
    before: bool


@remotes.get("/room/{code}/remote")
async def remote(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """What comes next; or, with a ticket, makes this phone the remote."""
    room = await room_of(code, request, rooms)
    if ticket := request.query_params.get("key", ""):
        key = await rooms.exchange(room, ticket)
        response = RedirectResponse(f"/room/{room.code}/remote", 303, HEADERS)
        remember_room(request, response, room.code, key)
        know(request, response, rooms, room)
        return response
    if rooms.role(room, keys_to(request, room.code)) is None:
        raise Forbidden("This phone is no remote of this room; have the screen in front show the code for it again.")
    return await _page(room, request, lab)


async def _page(room: Room, request: Request, lab: Lab) -> Response:
    language, poll = language_of(request), room.state.poll
    stands = await standing_in(room, request, lab, language)
    asking = poll is not None and poll.state == "open"
    shown = RemoteContext(
        language,
        page_theme(request),
        room.code,
        spaced(room.code),
        room.state.blank,
        room.present,
        int(time.time() - room.state.opened) // 60,
        stands.step,
        stands.steps,
        poll.question if poll and asking else "",
        len(poll.answers) if poll and asking else 0,
        _shows(language) if asking and not stands.asking else stands.next.words if stands.next else "",
        stands.before is not None,
    )
    part = "_remote" if request.headers.get("hx-request") else "remote"
    return HTMLResponse(render(language, f"room/{part}.html", shown), headers=HEADERS)


def _shows(language: str) -> str:
    return catalogue(language).gettext("The answer")


@remotes.post("/room/{code}/go")
async def go(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """Moves the class on or back by one press; the screen in front follows."""
    fields, _ = await read_form(request)
    room = await room_of(code, request, rooms)
    keys, way = require_here(request, rooms, room, remote=True), fields.get("way", "")
    stands = await standing_in(room, request, lab, language_of(request))
    poll = room.state.poll
    if way == "next" and poll and poll.state == "open" and not stands.asking:
        await show(rooms, room, keys)  # what the teacher has asked comes first
    elif (there := stands.next if way == "next" else stands.before) is not None:
        await rooms.move(room, keys, there.address)
    return await _after(room, request, lab)


@remotes.post("/room/{code}/blank")
async def blank(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """Makes the screen in front dark, or shows it again."""
    fields, _ = await read_form(request)
    room = await room_of(code, request, rooms)
    keys = require_here(request, rooms, room, remote=True)
    await rooms.move(room, keys, blank=bool(fields.get("blank")))
    return await _after(room, request, lab)


async def _after(room: Room, request: Request, lab: Lab) -> Response:
    if request.headers.get("hx-request"):
        return await _page(room, request, lab)
    return RedirectResponse(f"/room/{room.code}/remote", 303)
