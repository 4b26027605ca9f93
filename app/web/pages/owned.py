"""The tokens of pictures that this browser uploaded last, the newest first, in a cookie: they prove whose they are."""

import re
from collections.abc import Iterable

from fastapi import Request, Response

COOKIE = "tokens"
MOST = 16
TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)


def tokens(request: Request) -> tuple[str, ...]:
    """Return the tokens that the cookie holds."""
    held = request.cookies.get(COOKIE, "")[: MOST * 33].split(".")
    return tuple(dict.fromkeys(token for token in held if TOKEN.fullmatch(token)))


def remember_tokens(request: Request, response: Response, new: Iterable[str | None], life: int) -> None:
    """Put tokens first, for as long as their pictures are kept; None is none."""
    held = dict.fromkeys([*filter(None, new), *tokens(request)])
    response.set_cookie(COOKIE, ".".join([*held][:MOST]), max_age=life, httponly=True, samesite="lax")
