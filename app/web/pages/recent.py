"""Pictures of a visitor's own, looked at last: their ids, the newest first, in a cookie of this browser alone."""

import re

from fastapi import Request, Response

from app.pictures import gallery

COOKIE = "pictures"
MOST = 4
ID = re.compile(r"[0-9a-f]{8,64}", re.ASCII)


def recent(request: Request) -> tuple[str, ...]:
    """Return the ids that the cookie holds."""
    ids = request.cookies.get(COOKIE, "")[: MOST * 65].split(".")
    return tuple(dict.fromkeys(image for image in ids if ID.fullmatch(image)))[:MOST]


def remember(request: Request, response: Response, image: str | None, life: int) -> None:
    """Put a picture first, for as long as it is kept."""
    known = recent(request)
    if image is None or image in gallery.GALLERY or known[:1] == (image,):
        return
    held = [image, *(other for other in known if other != image)][:MOST]
    response.set_cookie(COOKIE, ".".join(held), max_age=life, httponly=True, samesite="lax")
