"""The keys of the rooms that this browser leads, in a cookie that their pages alone get; which one is led now, in a
cookie that scripts read: they are fetched only where it is there.
"""

import re

from fastapi import Request, Response

from app.classroom.codes import ALPHABET, LENGTH
from app.classroom.room import Room
from app.classroom.rooms import Rooms
from app.errors import Forbidden

COOKIE, PATH = "rooms", "/room"
LED = "room"
MOST = 8
HELD = re.compile(rf"([{ALPHABET}]{{{LENGTH}}})-([0-9a-f]{{32}})", re.ASCII)
LIFE = 86_400  # seconds; a room ends long before


def room_keys(request: Request) -> dict[str, str]:
    """Return the keys that the cookie holds, by the codes of their rooms."""
    held = request.cookies.get(COOKIE, "")[: MOST * (LENGTH + 34)].split(".")
    return {match[1]: match[2] for each in held if (match := HELD.fullmatch(each))}


def keys_to(request: Request, code: str) -> list[str]:
    """Return the key of a room, if the cookie holds it."""
    return [key for each, key in room_keys(request).items() if each == code]


def require_here(request: Request, rooms: Rooms, room: Room, *, remote: bool = False) -> list[str]:
    """Return the keys to a room that a browser leads; raise Forbidden where it does not."""
    keys = keys_to(request, room.code)
    if not keys and room_keys(request):
        raise Forbidden(
            "This browser leads other rooms and has no key of room {code}: it keeps those of the {most} last ones. "
            "Open a new room; the old one ends by itself.",
            code=room.code,
            most=MOST,
        )
    rooms.require(room, keys, remote=remote)
    return keys


def remember_room(request: Request, response: Response, code: str, key: str) -> None:
    """Put the key of a room first."""
    held = {code: key, **{other: its for other, its in room_keys(request).items() if other != code}}
    text = ".".join(f"{other}-{its}" for other, its in list(held.items())[:MOST])
    response.set_cookie(COOKIE, text, max_age=LIFE, path=PATH, httponly=True, samesite="lax")


def lead_room(response: Response, code: str) -> None:
    """Have every page of this browser lead a room."""
    response.set_cookie(LED, code, max_age=LIFE, path="/", samesite="lax")


def leave_room(request: Request, response: Response, code: str) -> None:
    """Forget a room that is over."""
    held = {other: key for other, key in room_keys(request).items() if other != code}
    if held:
        text = ".".join(f"{other}-{key}" for other, key in held.items())
        response.set_cookie(COOKIE, text, max_age=LIFE, path=PATH, httponly=True, samesite="lax")
    else:
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
    if request.cookies.get(LED) == code:
        response.delete_cookie(LED, path="/", samesite="lax")
