"""What a visitor looked at last of their own: ids, the newest first, in cookies of this browser alone."""

import re
from collections.abc import Iterator

from fastapi import Request, Response

from app.errors import NotFound
from app.layers.models import Model, find
from app.models import SHIPPED
from app.pictures import gallery
from app.pipeline.document import Document

PICTURES, NETWORKS = "pictures", "networks"  # cookies
MOST = 4
ID = re.compile(r"[0-9a-f]{8,64}", re.ASCII)


def recent(request: Request, cookie: str = PICTURES) -> tuple[str, ...]:
    """Return the ids that a cookie holds."""
    ids = request.cookies.get(cookie, "")[: MOST * 65].split(".")
    return tuple(dict.fromkeys(name for name in ids if ID.fullmatch(name)))[:MOST]


def own_networks(request: Request) -> Iterator[Model]:
    """Yield the networks looked at last that do not ship and are still there."""
    for name in recent(request, NETWORKS):
        try:
            yield find(name)
        except NotFound:
            continue


def remember(request: Request, response: Response, document: Document, life: int) -> None:
    """Put the picture and the networks of a document first, for as long as they are kept."""
    image = document.input.image
    _first(request, response, PICTURES, [image] if image and image not in gallery.GALLERY else [], life)
    _first(request, response, NETWORKS, sorted(name for name in document.models if not SHIPPED.model(name)), life)


def _first(request: Request, response: Response, cookie: str, names: list[str], life: int) -> None:
    known = list(recent(request, cookie))
    if known[: len(names)] != names:
        held = [*names, *(other for other in known if other not in names)][:MOST]
        response.set_cookie(cookie, ".".join(held), max_age=life, httponly=True, samesite="lax")
