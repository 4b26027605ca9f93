"""The keys of the trainings that this browser began last, the newest first, in a cookie that their pages alone get."""

import re

from fastapi import Request, Response

COOKIE, PATH = "trainings", "/train"
VISITOR = "visitor"  # the cookie by which the trainings of one browser are told from those of others
MOST = 8
HELD = re.compile(r"([0-9a-f]{32})-([0-9a-f]{32})", re.ASCII)
TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)


def keys(request: Request) -> dict[str, str]:
    """Return the keys that the cookie holds, by the ids of their trainings."""
    held = request.cookies.get(COOKIE, "")[: MOST * 66].split(".")
    return {match[1]: match[2] for each in held if (match := HELD.fullmatch(each))}


def remember_key(request: Request, response: Response, name: str, key: str, life: int) -> None:
    """Put the key of a training first."""
    held = {name: key, **{other: its for other, its in keys(request).items() if other != name}}
    text = ".".join(f"{other}-{its}" for other, its in list(held.items())[:MOST])
    response.set_cookie(COOKIE, text, max_age=life, path=PATH, httponly=True, samesite="lax")


def visitor_of(request: Request) -> str:
    """Return what the cookie tells this browser apart by, or nothing."""
    held = request.cookies.get(VISITOR, "")
    return held if TOKEN.fullmatch(held) else ""
