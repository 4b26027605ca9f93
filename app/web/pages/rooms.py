"""The pages of a room: its door, the sheet under its chip, and what its teacher's screen says of what it shows.

POST /room                    opens a room at an address, and leads this browser to its door
GET  /room/<code>             the door, for who holds its key in a cookie; for others the way in
GET  /room/<code>/sheet       the sheet under the chip, for an address
GET  /room/<code>/asked       the question to the class as the screen in front shows it
POST /room/<code>/move        the screen has come to an address; a lesson asks, shows and closes on its way
                              … or, without one, has been led by the remote
POST /room/<code>/ask         asks the class: the sign or the size that a view hides, or something of one's own
POST /room/<code>/poll        shows the answer, or takes no more
POST /room/<code>/end         ends the room
"""

from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from markupsafe import Markup

from app.classroom.addresses import fields_in
from app.classroom.asking import (
    KINDS,
    asked_in_lesson,
    asked_of_view,
    because,
    kinds_at,
    next_state,
    revealed,
    same_question,
    settled_again,
)
from app.classroom.course import Standing, is_lesson, nowhere, standing
from app.classroom.lesson import Lesson
from app.classroom.poll import MOST as MOST_CHOICES
from app.classroom.poll import Poll
from app.classroom.room import Room
from app.classroom.rooms import Rooms
from app.classroom.spread import Bar
from app.errors import Mistake, NotFound, Unfit
from app.explorer.addresses import parts_of
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Lab
from app.rendering.palette import Theme
from app.rendering.qr import qr_svg
from app.web.asgi.client import address_of, client_of, know, phone_of
from app.web.asgi.dependencies import InLab, InRooms
from app.web.asgi.forms import read_form
from app.web.asgi.language import language_of, translator
from app.web.asgi.reach import Reach, reach_of
from app.web.pages.explorer import page_theme
from app.web.pages.lesson import lesson_in, lesson_named
from app.web.pages.room_keys import keys_to, lead_room, leave_room, remember_room, require_here
from app.web.pages.training_request import HEADERS

rooms_pages = APIRouter(include_in_schema=False)
NOTHING = Markup()
COMMAND = Markup("<code>convscope serve --lan</code>")
REACH = "reach"  # the cookie that keeps by which of this computer's addresses phones come


@dataclass(frozen=True)
class DoorContext(Context):
    """What templates/room/door.html shows."""

    language: str
    theme: Theme
    projector: bool
    code: str
    spaced: str
    led: bool  # by this browser
    drawn: Markup  # the QR code; nothing where only this computer can open it
    at: str  # the address to type
    others: tuple[str, ...]  # further networks of this computer
    command: Markup
    present: int
    title: str
    there: str  # where the class is
    then: str


@dataclass(frozen=True)
class SheetContext(Context):
    """What templates/room/sheet.html shows."""

    language: str
    theme: Theme
    code: str
    spaced: str
    drawn: Markup
    at: str
    command: Markup
    present: int
    address: str  # of the view that the sheet lies over
    kinds: tuple[str, ...]  # that can be asked of it
    question: str  # of the lesson's step
    poll: Poll | None
    most: int  # choices
    paired: Markup  # the QR code for the remote, made now
    wrong: str


@dataclass(frozen=True)
class AskedContext(Context):
    """What templates/room/_asked.html shows."""

    code: str
    poll: Poll | None
    bars: tuple[Bar, ...]  # of each choice, or of the numbers that were said; how many, only once it is shown
    present: int
    answered: int
    because: str
    pairing: bool  # whether an address that makes a phone the remote waits for one


def spaced(code: str) -> str:
    """Return a code as it is read aloud."""
    return f"{code[:3]}\u00a0{code[3:]}"


async def room_of(code: str, request: Request, rooms: Rooms) -> Room:
    """Return the room of a code; raise NotFound, or Busy for who seems to guess."""
    return await rooms.get(code, address_of(request), lambda room: _knows(room, request, rooms))


def _knows(room: Room, request: Request, rooms: Rooms) -> bool:
    """Tell whether a request comes from who is in a room, or leads it."""
    return phone_of(request, rooms, room) is not None or rooms.role(room, keys_to(request, room.code)) is not None


async def lesson_at(address: str, request: Request) -> Lesson | None:
    """Return the lesson at whose step an address is; None where that is a view of the explorer."""
    name = lesson_in(parts_of(address).path)
    return None if name is None else await lesson_named(name, request)


async def standing_in(room: Room, request: Request, lab: Lab, language: str) -> Standing:
    """Return where the class of a room is, also where that has been deleted."""
    try:
        return await standing(room.address, await lesson_at(room.address, request), lab, language)
    except Mistake:
        return nowhere(language)


def way_in(request: Request, lab: Lab, code: str) -> tuple[str, Markup, str, tuple[str, ...]]:
    """Return the address by which others come, its QR code, how it is typed, and the further networks.

    Where only this computer can open it, there is none.
    """
    reach = reach_of(request, lab.settings)
    if reach.only_here:
        return "", Markup(), "", ()
    found = _ways(reach)
    wanted = request.query_params.get(REACH) or request.cookies.get(REACH, "")
    chosen = next((each for each in found if each.partition("://")[2] == wanted), found[0])
    say = translator(request)
    label = say("QR code of the way into the room")
    typed = chosen.partition("://")[2] + "/join"
    others = tuple(each.partition("://")[2] for each in found if each != chosen)
    return chosen, qr_svg(f"{chosen}/join/{code}", label), typed, others


def _ways(reach: Reach) -> tuple[str, ...]:
    """Return the addresses by which others may come."""
    return reach.address, *(f"http://{name}" if "://" not in name else name for name in reach.others)


@rooms_pages.post("/room")
async def open_room(request: Request, lab: InLab, rooms: InRooms) -> Response:
    """Opens a room at an address, and leads to its door."""
    fields, _ = await read_form(request)
    room, key = await rooms.open(fields.get("address", "")[:40_000] or "/", client_of(request))
    response = RedirectResponse(f"/room/{room.code}", 303)
    remember_room(request, response, room.code, key)
    lead_room(response, room.code)
    know(request, response, rooms, room)
    _keep_reach(response, fields.get(REACH, ""), reach_of(request, lab.settings))
    return response


def _keep_reach(response: Response, wanted: str, reach: Reach) -> None:
    """Keep by which of this computer's addresses phones are to come, if one of them was chosen."""
    if wanted in {each.partition("://")[2] for each in _ways(reach)}:
        response.set_cookie(REACH, wanted, path="/room", httponly=True, samesite="lax")


@rooms_pages.get("/room/{code}")
async def door(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """The door, for its teacher; for others the way in."""
    room = await room_of(code, request, rooms)
    led = rooms.role(room, keys_to(request, room.code)) == "teacher"
    language, say = language_of(request), translator(request)
    stands = await standing_in(room, request, lab, language) if led else None
    _, drawn, typed, others = way_in(request, lab, room.code)
    there, then = room.address, ""
    if stands == nowhere(language):
        there, then = "/", say("The explorer")
    elif stands:
        then = say("step {step}: {words}").format(step=stands.step, words=stands.here) if stands.here else say("Begin")
    shown = DoorContext(
        language,
        "light",
        True,
        room.code,
        spaced(room.code),
        led,
        drawn,
        typed,
        others,
        COMMAND,
        room.present,
        stands.title if stands else "",
        there,
        then,
    )
    response = HTMLResponse(render(language, "room/door.html", shown), headers=HEADERS)
    if led:
        lead_room(response, room.code)
        _keep_reach(response, request.query_params.get(REACH, ""), reach_of(request, lab.settings))
    return response


@rooms_pages.get("/room/{code}/qr.svg")
async def qr(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """The QR code of the way in."""
    room = await room_of(code, request, rooms)
    _, drawn, _, _ = way_in(request, lab, room.code)
    if not drawn:
        raise NotFound("Only this computer can open this room, so there is no address to draw.")
    return Response(str(drawn), media_type="image/svg+xml", headers=HEADERS)


# ---- the sheet under the chip


@rooms_pages.get("/room/{code}/sheet")
async def sheet(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """The sheet for an address."""
    room = await room_of(code, request, rooms)
    return await _sheet(request, lab, room, request.query_params.get("address", "") or room.address)


async def _sheet(
    request: Request, lab: Lab, room: Room, address: str, paired: Markup = NOTHING, mistake: Mistake | None = None
) -> Response:
    _, drawn, typed, _ = way_in(request, lab, room.code)
    gone, lesson, kinds = "", None, tuple[str, ...]()
    try:
        lesson = await lesson_at(address, request)
        asked = await asked_in_lesson(lesson, address, lab, language_of(request)) if lesson else None
        kinds = () if lesson else await kinds_at(address, lab)
    except NotFound:
        gone, asked, address = nowhere(language_of(request)).title, None, "/"
    poll = room.state.poll
    shown = SheetContext(
        language_of(request),
        page_theme(request),
        room.code,
        spaced(room.code),
        drawn,
        typed,
        COMMAND,
        room.present,
        address,
        kinds,
        asked.question if asked else "",
        poll if poll and poll.state != "closed" else None,
        MOST_CHOICES,
        paired,
        mistake.say(translator(request)) if mistake else gone,
    )
    return HTMLResponse(render(shown.language, "room/sheet.html", shown), mistake.status if mistake else 200, HEADERS)


@rooms_pages.post("/room/{code}/ask")
async def ask(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """Asks the class what the form says, at its address."""
    fields, _ = await read_form(request)
    room, language = await room_of(code, request, rooms), language_of(request)
    keys, address = require_here(request, rooms, room), fields.get("address", "") or room.address
    kind, lesson = fields.get("kind", ""), None
    with suppress(NotFound):  # it has been deleted, and something else can be asked
        lesson = await lesson_at(address, request)
    try:
        if kind in KINDS:
            asked = await asked_of_view(address, kind, lab, language)
            if asked is None:
                raise Unfit("There is no number to ask for yet: this network has no layer. Add one, and ask then.")
            await rooms.move(room, keys, asked.address)
            await rooms.ask(room, keys, asked.fields())
        elif kind == "step" and lesson and (question := await asked_in_lesson(lesson, address, lab, language)):
            await rooms.ask(room, keys, question.fields())
        else:
            await rooms.ask(room, keys, _own(fields) | {"address": room.address})
    except Mistake as mistake:
        if mistake.status != 422:
            raise
        return await _sheet(request, lab, room, address, mistake=mistake)
    return _done(request, room)


def _own(fields: dict[str, str]) -> dict[str, object]:
    """Return the question that a teacher has written; choices that are left empty are none."""
    choices = [text for number in range(MOST_CHOICES) if (text := fields.get(f"choice{number}", "").strip())]
    right = fields.get(f"choice{fields.get('right', '')}", "").strip()
    return {"question": fields.get("question", "").strip(), "choices": choices, "right": right or None}


@rooms_pages.post("/room/{code}/poll")
async def turn(code: str, request: Request, rooms: InRooms) -> Response:
    """Shows the answer, or takes no more."""
    fields, _ = await read_form(request)
    room = await room_of(code, request, rooms)
    keys = keys_to(request, room.code)
    if fields.get("state") == "shown":
        await show(rooms, room, keys)
    else:
        await close(rooms, room, keys)
    return _done(request, room)


async def show(rooms: Rooms, room: Room, keys: list[str]) -> None:
    """Show the answer; the explorer tells what it has hidden."""
    await rooms.show(room, keys)
    poll = room.state.poll
    hides = poll is not None and not is_lesson(room.address) and "predict=" in poll.address
    if poll is not None and hides and same_question(poll.address, room.address):
        await rooms.move(room, keys, revealed(room.address))


async def close(rooms: Rooms, room: Room, keys: list[str]) -> None:
    """Take no more answers; the explorer hides nothing any more."""
    await rooms.close_poll(room, keys)
    poll = room.state.poll
    if poll is not None and not is_lesson(room.address) and "predict=" in poll.address:
        await rooms.move(room, keys, settled_again(room.address))


@rooms_pages.post("/room/{code}/remote")
async def pair(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """Makes the QR code by which a phone becomes the remote."""
    fields, _ = await read_form(request)
    room = await room_of(code, request, rooms)
    _, ticket = await rooms.remote(room, require_here(request, rooms, room))
    reach = way_in(request, lab, room.code)[0] or reach_of(request, lab.settings).address
    address = f"{reach}/room/{room.code}/remote?{urlencode({'key': ticket})}"
    say = translator(request)
    drawn = qr_svg(address, say("QR code that makes a phone the remote"))
    return await _sheet(request, lab, room, fields.get("address", "") or room.address, drawn)


@rooms_pages.post("/room/{code}/end")
async def end(code: str, request: Request, rooms: InRooms) -> Response:
    """Ends the room; the page stays where it was."""
    room = await room_of(code, request, rooms)
    address = room.address
    await rooms.end(room, require_here(request, rooms, room))
    response = _done(request, room, address)
    leave_room(request, response, room.code)
    return response


def _done(request: Request, room: Room, address: str = "") -> Response:
    """Return that something is done: to a script in few words, to a browser as the page that it leads to."""
    if request.headers.get("hx-request"):
        return JSONResponse({"sequence": room.sequence, "address": room.address}, headers=HEADERS)
    return RedirectResponse(address or room.address, 303)


# ---- the screen in front


@rooms_pages.post("/room/{code}/move")
async def move(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """The screen has come to an address, by itself or after the remote; the poll follows."""
    fields, _ = await read_form(request)
    room = await room_of(code, request, rooms)
    keys, address = require_here(request, rooms, room, remote=True), fields.get("address", "")
    if address and (address != room.address or not room.sequence):  # the first move begins, wherever it leads
        await rooms.move(room, keys, address)
    if rooms.role(room, keys) == "teacher":
        await follow_poll(rooms, room, keys, await lesson_at(room.address, request), lab, language_of(request))
    return _done(request, room)


async def follow_poll(
    rooms: Rooms, room: Room, keys: list[str], lesson: Lesson | None, lab: Lab, language: str
) -> None:
    """Ask, show and close as the address says at which the class has come."""
    poll, address = room.state.poll, room.address
    known = poll is not None and poll.state != "closed" and same_question(poll.address, address)
    asks = lesson is not None and not known and fields_in(address).get("step", "").endswith(".ask")
    if lesson and asks and (question := await asked_in_lesson(lesson, address, lab, language)):
        await rooms.ask(room, keys, question.fields())
        return
    if poll is None or poll.state == "closed":
        return
    state = next_state(poll.state, poll.address, address)
    if state == "shown" != poll.state:
        await rooms.show(room, keys)
    elif state == "closed":
        await rooms.close_poll(room, keys)


@rooms_pages.get("/room/{code}/asked")
async def asked_class(code: str, request: Request, lab: InLab, rooms: InRooms) -> Response:
    """The question to the class, as the screen in front shows it."""
    room = await room_of(code, request, rooms)
    poll, language = room.state.poll, language_of(request)
    poll = poll if poll and poll.state != "closed" else None
    why = ""
    if poll and poll.state == "shown":
        with suppress(NotFound):  # its lesson has been deleted
            lesson = await lesson_at(poll.address, request)
            why = await because(lesson, poll.address, lab, language) if lesson else ""
    pairing = bool(room.state.keys.ticket) and rooms.role(room, keys_to(request, room.code)) == "teacher"
    bars = poll.bars() if poll and (poll.choices or poll.told) else ()
    shown = AskedContext(room.code, poll, bars, room.present, len(poll.answers) if poll else 0, why, pairing)
    return HTMLResponse(render(language, "room/_asked.html", shown), headers=HEADERS)
