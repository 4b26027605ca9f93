"""The tokens of pictures that this browser uploaded last, the newest first, in a cookie: they prove whose they are."""

import re

from fastapi import Request, Response

COOKIE = "tokens"
MOST = 16
TOKEN = re.compile(r"[0-9a-f]{32}", re.ASCII)


def tokens(request: Request) -> tuple[str, ...]:
    """Return the tokens that the cookie holds."""
    held = request.cookies.get(COOKIE, "")[: MOST * 33].split(".")
    return tuple(dict.fromkeys(token for token in held if TOKEN.fullmatch(token)))


def remember_token(request: Request, response: Response, token: str, life: int) -> None:
    """Put a token first, for as long as its picture is kept."""
    held = [token, *(other for other in tokens(request) if other != token)][:MOST]
    response.set_cookie(COOKIE, ".".join(held), max_age=life, httponly=True, samesite="lax")
