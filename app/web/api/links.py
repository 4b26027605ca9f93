"""Short links over HTTP, under /api/v1 and, as pages have them, at /links."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request
from typing_extensions import TypedDict

from app.described import described
from app.errors import BrokenRequest, Forbidden, Mistake, TooLarge, Unfit, shown
from app.explorer.addresses import API
from app.explorer.opening import opened, shared, state_of
from app.lab import Lab
from app.links import Shared
from app.pipeline.json_reader import LONG, parse_json
from app.strict import check_fields
from app.web.api import examples
from app.web.api.instants import instant
from app.web.api.json_text import json_bytes
from app.web.asgi.answers import Answer
from app.web.asgi.bearer import bearer
from app.web.asgi.client import client_of
from app.web.asgi.dependencies import InLab, InLinks
from app.web.asgi.operation import Operation
from app.web.asgi.reach import reach_of

links = APIRouter(route_class=Operation)
LONGEST = 32_768  # characters of an address, as in a request
PATHS = ("/", "/embed")


@described
class Link(TypedDict):
    """A short link."""

    url: str
    """Leads to the address."""
    expires_at: str
    """When it, or an uploaded picture that it shows and does not keep, goes. What it keeps lives on whenever it is
    opened.
    """


@links.post(
    f"{API}/links",
    status_code=201,
    summary="Make a short link",
    tags=["links"],
    openapi_extra={"requestBody": examples.LINK_BODY, **examples.ANYBODY},
)
@links.post("/links", status_code=201, include_in_schema=False)
async def create_link(request: Request, lab: InLab, links: InLinks) -> Answer[Link]:
    """Takes the address of a state of the explorer. The link and its run live for LESSON_TTL from when it was last
    opened, and so does an uploaded picture if the request carries the token that its upload returned, in the header
    `Authorization: Bearer <token>`. The same address has the same link.
    """
    given = _address(await request.body())
    what = await _shared(given, lab)
    tokens = bearer(request)
    if tokens and not any(lab.album.owns(image, tokens) for image in what.images):
        raise Forbidden("The token is of no picture that this address shows; leave it out, or send the right one.")
    link = await links.make(what, tokens, client_of(request))
    url = f"{reach_of(request, lab.settings).address}/s/{link.code}"
    return Answer(json_bytes(Link(url=url, expires_at=instant(link.expires_at))), 201, {"Location": url})


def _address(data: bytes) -> str:
    """Return the address in a body; raise BrokenRequest or Mistake."""
    if len(data) > LONG:  # before anything is read of it
        raise TooLarge(
            "The request has {count} bytes; the most is {most}. Send the address alone.",
            count=f"{len(data):,}",
            most=f"{LONG:,}",
        )
    body = parse_json(data)
    if not isinstance(body, Mapping):
        raise BrokenRequest('Send {{"address": "/?image=…"}}, the address of a state as JSON.')
    check_fields(body, ("address",))
    address = address_in(body)
    if len(address) > LONGEST:
        raise Unfit(
            "The address has {count} characters; the most is {most}. Post the document, and share /?run=<id>.",
            count=f"{len(address):,}",
            most=f"{LONGEST:,}",
            pointer="/address",
        )
    return address


def address_in(fields: Mapping[str, Any]) -> str:
    """Return the address in some fields; raise Mistake."""
    address = fields.get("address")
    if not isinstance(address, str):
        raise Mistake(
            'address is {value}; send {{"address": "/?image=…"}}, as the address bar has it from / on.',
            value=shown(address),
            pointer="/address",
        )
    return address


async def _shared(address: str, lab: Lab) -> Shared:
    """Return what there is at an address of ours; raise Unfit for any other."""
    try:
        parts = urlsplit(address)
        elsewhere = bool(parts.scheme or parts.netloc) or parts.path not in PATHS
    except ValueError:
        elsewhere = True
    if elsewhere:
        raise Unfit(
            "{address} is no address of the explorer; those begin with /? and have no host: /?image=chelsea&size=32.",
            address=repr(address[:60]),
            pointer="/address",
        )
    fields = dict(parse_qsl(parts.query))
    _, state = await opened(await state_of({**fields, "path": parts.path}, lab), lab)
    return await shared(state, lab)
