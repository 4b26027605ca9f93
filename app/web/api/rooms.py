"""Rooms over HTTP: opened, led by who holds a key, followed and answered by whoever has the code."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from typing_extensions import TypedDict

from app.classroom import told
from app.classroom.room import Room
from app.classroom.rooms import Rooms
from app.described import described
from app.errors import BrokenRequest, Mistake, TooLarge, shown
from app.explorer.addresses import API
from app.pipeline.json_reader import LONG, parse_json
from app.strict import check_fields
from app.web.api import examples
from app.web.api.instants import instant
from app.web.api.json_text import json_bytes
from app.web.api.links import address_in
from app.web.asgi.answers import Answer
from app.web.asgi.bearer import bearer
from app.web.asgi.client import address_of, client_of, phone_of, remember_phone
from app.web.asgi.dependencies import InLab, InRooms
from app.web.asgi.event_stream import EventStream
from app.web.asgi.operation import Operation
from app.web.asgi.reach import reach_of
from app.web.asgi.room_stream import room_stream

rooms = APIRouter(
    prefix=f"{API}/rooms",
    tags=["classroom"],
    route_class=Operation,
)
Code = Annotated[
    str,
    Path(
        description="The code of a room, in any case, with spaces or hyphens or without.",
        openapi_examples=examples.ROOM_CODE,
    ),
]
NO_STORE = {"Cache-Control": "no-store"}


@described
class NewRoom(TypedDict):
    """A room, and the key of its teacher."""

    code: str
    """Six letters and digits, none of which is taken for another."""
    join: str
    """The address at which pupils come in."""
    key: str
    """Lets whoever holds it lead the room, in the header `Authorization: Bearer <key>`."""
    expires_at: str
    """When it ends if nobody comes and nothing is said."""
    sequence: int
    """Moves so far: 0."""


@described
class Move(TypedDict):
    """Where a room has come to."""

    sequence: int


@described
class Remote(TypedDict):
    """What makes a phone the teacher's remote."""

    url: str
    """To open on that phone, once; it is worth nothing afterwards."""
    key: str
    """The same right for programs: to move on, to show and to blank."""


@described
class PollAnswer(TypedDict):
    """An answer that has been taken."""

    answer: str


@rooms.post(
    "",
    status_code=201,
    summary="Open a room",
    openapi_extra={"requestBody": examples.ROOM_BODY},
)
async def create_room(request: Request, lab: InLab, rooms: InRooms) -> Answer[NewRoom]:
    """It begins at `address`, and ends when its teacher has done nothing and no phone has been there for ROOM_TTL."""
    fields = await _fields(request, "address")
    room, key = await rooms.open(address_in(fields), client_of(request))
    opened: NewRoom = {
        "code": room.code,
        "join": f"{reach_of(request, lab.settings).address}/join/{room.code}",
        "key": key,
        "expires_at": instant(datetime.fromtimestamp(room.expires_at, UTC)),
        "sequence": room.sequence,
    }
    return Answer(json_bytes(opened), 201, {**NO_STORE, "Location": f"{API}/rooms/{room.code}"})


@rooms.get("/{code}", summary="A room")
async def get_room(code: Code, request: Request, rooms: InRooms) -> Answer[told.Room]:
    """For all who have its code."""
    return _told(await _room(code, request, rooms))


@rooms.put("/{code}", summary="Move on", openapi_extra={"requestBody": examples.MOVE_BODY, **examples.OWNER})
async def move_room(code: Code, request: Request, rooms: InRooms) -> Answer[Move]:
    """All phones follow to `address`; `blank` makes the screen in front blank, or not. Needs the key of the room or of
    its remote: `Authorization: Bearer <key>`.
    """
    room = await _room(code, request, rooms)
    rooms.require(room, bearer(request), remote=True)
    fields = await _fields(request, "address", "blank")
    blank = fields.get("blank")
    if not fields or not isinstance(blank, bool | None):
        raise Mistake(
            'Send {{"address": "/?…"}} to move on, or {{"blank": true}} to make the screen blank; blank is {blank}.',
            blank=shown(blank),
            pointer="/blank",
        )
    address = address_in(fields) if "address" in fields else None
    moved: Move = {"sequence": await rooms.move(room, bearer(request), address, blank=blank)}
    return Answer(json_bytes(moved), headers=NO_STORE)


@rooms.delete("/{code}", status_code=204, summary="End a room", openapi_extra=examples.OWNER)
async def delete_room(code: Code, request: Request, rooms: InRooms) -> None:
    """Nothing of it is left. Needs its key: `Authorization: Bearer <key>`."""
    await rooms.end(await _room(code, request, rooms), bearer(request))


@rooms.get("/{code}/events", status_code=200, summary="What is new of a room", openapi_extra=examples.ANYBODY)
async def follow_room(
    code: Code,
    request: Request,
    rooms: InRooms,
    counted: Annotated[
        bool, Query(description="Whether who follows is present; the teacher's own screens are not.")
    ] = True,
) -> EventStream[told.Room]:
    """Server-sent events: `id` is the sequence, `event` is `room`, `data` is the room; the newest at once, then
    whatever is new. A move is told at once, who comes and answers twice a second. `ended` in place of `room` is the
    last. A phone that has joined counts once; who sends a key of the room is not counted.
    """
    room = await _room(code, request, rooms)
    phone, leads = phone_of(request, rooms, room), rooms.role(room, bearer(request)) is not None
    news = rooms.events(room, phone and phone.name, address_of(request), counted=counted and not leads)
    return room_stream(news)


@rooms.post("/{code}/remote", summary="Make a remote", openapi_extra=examples.OWNER)
async def create_remote(code: Code, request: Request, lab: InLab, rooms: InRooms) -> Answer[Remote]:
    """For the teacher's own phone: it may move on, show and blank, and nothing else. The one before is none any more.
    Needs the key of the room: `Authorization: Bearer <key>`.
    """
    room = await _room(code, request, rooms)
    remote = await rooms.remote(room, bearer(request))
    address = reach_of(request, lab.settings).address
    made: Remote = {"url": f"{address}/room/{room.code}/remote?key={remote.ticket}", "key": remote.key}
    return Answer(json_bytes(made), headers=NO_STORE)


@rooms.put(
    "/{code}/poll",
    summary="Ask, show, close",
    openapi_extra={"requestBody": examples.POLL_BODY, **examples.OWNER},
)
async def change_poll(code: Code, request: Request, rooms: InRooms) -> Answer[told.Room]:
    """With `question` and `choices` a new one begins, in place of any before; `right` and `address` may be left out;
    `"kind": "number"` asks for a number in place of choices.
    `{"state": "shown"}` tells all how the answers are spread and which is right, `{"state": "closed"}` takes no more.
    Needs the key of the room, or to show that of its remote: `Authorization: Bearer <key>`.
    """
    room = await _room(code, request, rooms)
    rooms.require(room, bearer(request), remote=True)
    fields = await _fields(request, "question", "kind", "choices", "right", "address", "state")
    if "address" in fields:
        address_in(fields)
    if "state" not in fields:
        await rooms.ask(room, bearer(request), fields)
    elif len(fields) > 1:
        raise Mistake("Send state alone, or a question; not both.", pointer="/state")
    elif fields["state"] == "shown":
        await rooms.show(room, bearer(request))
    elif fields["state"] == "closed":
        await rooms.close_poll(room, bearer(request))
    else:
        raise Mistake("state is {value}; send shown or closed.", value=shown(fields["state"]), pointer="/state")
    return _told(room)


@rooms.post(
    "/{code}/answers",
    summary="Answer",
    openapi_extra={"requestBody": examples.ANSWER_BODY},
)
async def answer_poll(code: Code, request: Request, rooms: InRooms) -> Answer[PollAnswer]:
    """Once a phone, which may change it while the poll is open; `answer` is a choice, or its number from 0; where a
    number is asked for, that number. A phone is known by the cookie that it gets when it joins at /join/<code>, or
    here.
    """
    room = await _room(code, request, rooms)
    fields = await _fields(request, "answer")
    if "answer" not in fields:
        raise Mistake('Send {{"answer": "…"}}, one of the choices.', pointer="/answer")
    phone, given = phone_of(request, rooms, room), None
    if phone is None:
        rooms.check_answer(room, fields["answer"])
        given = rooms.phones.admit(room.code, address_of(request))
        phone = rooms.phones.read(given)
        assert phone
    taken: PollAnswer = {"answer": await rooms.answer(room, phone.name, fields["answer"])}
    response = Answer(json_bytes(taken), headers=NO_STORE)
    if given is not None:
        remember_phone(response, given)
    return response


def _told(room: Room) -> Answer[told.Room]:
    return Answer(json_bytes(room.report()), headers=NO_STORE)


async def _room(code: str, request: Request, rooms: Rooms) -> Room:
    """Return the room of a code; raise NotFound, or Busy for who seems to guess."""
    return await rooms.get(code, address_of(request), lambda room: _knows(room, request, rooms))


def _knows(room: Room, request: Request, rooms: Rooms) -> bool:
    """Tell whether a request comes from who is in a room."""
    return phone_of(request, rooms, room) is not None or rooms.role(room, bearer(request)) is not None


async def _fields(request: Request, *names: str) -> Mapping[str, Any]:
    """Return the fields of a body, which is a JSON object; raise BrokenRequest, TooLarge or Mistake."""
    data = await request.body()
    if len(data) > LONG:
        raise TooLarge(
            "The request has {count} bytes; the most is {most}. Send less.", count=f"{len(data):,}", most=f"{LONG:,}"
        )
    body = parse_json(data)
    if not isinstance(body, Mapping):
        raise BrokenRequest("Send a JSON object with {names}.", names=", ".join(names))
    check_fields(body, names)
    return body
