"""Who sends a request, as what is counted per client: a phone in a room by the room's cookie, anybody else by address.

A school has one address, and thirty phones behind it. The cookie is signed by this server, for one room, and an address
gets so many an hour, so that nobody escapes a limit by making them up.
"""

from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response

from app.classroom.phones import Phone
from app.classroom.room import Room
from app.classroom.rooms import Rooms
from app.errors import Busy

PHONE = "phone"
DAY = 86_400  # seconds that the cookie stays; what it is good for ends with its room


def address_of(request: Request) -> str:
    """Return the address that a request comes from."""
    return request.client.host if request.client else ""


def client_of(request: Request) -> str:
    """Return as whom a request is counted."""
    rooms: Rooms = request.app.state.rooms
    return rooms.client(request.cookies.get(PHONE, "")) or address_of(request)


def is_phone(request: Request) -> bool:
    """Tell whether a request comes from a phone in a room."""
    rooms: Rooms = request.app.state.rooms
    return rooms.client(request.cookies.get(PHONE, "")) is not None


def phone_of(request: Request, rooms: Rooms, room: Room) -> Phone | None:
    """Return the phone in a room that sends a request; None where it has not joined this one."""
    return rooms.phone(room, request.cookies.get(PHONE, ""))


def remember_phone(response: Response, phone: str) -> None:
    """Put the pass of a phone into its cookie."""
    response.set_cookie(PHONE, phone, max_age=DAY, path="/", httponly=True, samesite="lax")


def know(request: Request, response: Response, rooms: Rooms, room: Room) -> None:
    """Let a browser that leads a room be known there, however many guess codes at its address, as its phones are."""
    if phone_of(request, rooms, room) is None:
        with suppress(Busy):  # it leads all the same
            remember_phone(response, rooms.phones.admit(room.code, address_of(request)))
