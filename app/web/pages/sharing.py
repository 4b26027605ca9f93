"""What leaves the page: the link to a state, whom it reaches and how long it lives, and a short one that lives longer.

GET /share?<state>    the sheet for a state; scripts show it under Share, else it is a page
POST /share           the same with a short link, made now
GET /s/<code>         leads to what was shared under a code
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.explorer.opening import opened, shared, state_of
from app.explorer.options import options_of
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.lab import Lab
from app.links import Link, Shared
from app.rendering.palette import Theme
from app.web.asgi.client import client_of
from app.web.asgi.dependencies import InLab, InLinks
from app.web.asgi.forms import read_form
from app.web.asgi.language import language_of
from app.web.asgi.reach import Reach, reach_of
from app.web.pages.explorer import page_theme
from app.web.pages.owned import tokens

sharing = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class ShareContext(Context):
    """What templates/share.html shows; lives are in seconds."""

    state: State
    fields: dict[str, str]  # that the form carries along
    theme: Theme
    language: str
    reach: Reach
    address: str  # of the state, for others
    run_life: int | None  # where the address names it by its number
    picture_life: int | None  # of the upload that goes first
    network_life: int | None  # of the network that goes first
    owned: bool  # every upload that is shown comes from this browser
    short: str  # address; nothing before it is made
    link_life: int


@sharing.get("/share")
async def sheet(request: Request, lab: InLab) -> Response:
    """The sheet of a state."""
    _, state = await opened(await state_of(dict(request.query_params), lab), lab)
    return await _sheet(request, lab, state, await shared(state, lab))


@sharing.post("/share")
async def shorten(request: Request, lab: InLab, links: InLinks) -> Response:
    """The sheet of a state with its short link."""
    fields, _ = await read_form(request)
    request.state.fields = fields
    _, state = await opened(await state_of(fields, lab), lab)
    what = await shared(state, lab)
    link = await links.make(what, tokens(request), client_of(request))
    return await _sheet(request, lab, state, what, link)


async def _sheet(request: Request, lab: Lab, state: State, what: Shared, link: Link | None = None) -> Response:
    reach, language, now = reach_of(request, lab.settings), language_of(request), lab.store.now()

    def page() -> str:
        run = lab.store.expires_at("document", state.document.id) if state.needs_run else None
        uploads = {image: end for image in what.images if (end := lab.album.expires_at(image)) is not None}
        return render(
            language,
            "share.html",
            ShareContext(
                state,
                state.form_fields(),
                page_theme(request),
                language,
                reach,
                reach.address + state.address(),
                None if run is None else int(run - now),
                min((int(end - now) for end in uploads.values()), default=None),
                None if (ends := what.network_ends) is None else int(ends - now),
                all(lab.album.owns(image, tokens(request)) for image in uploads),
                f"{reach.address}/s/{link.code}" if link else "",
                lab.settings.lesson_ttl,
            ),
        )

    headers = {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"}
    return HTMLResponse(await lab.queue.light(page), headers=headers)


@sharing.get("/s/{code}")
async def follow(code: str, request: Request, links: InLinks) -> Response:
    """Leads to what was shared; what is asked for of language, theme and projector is asked for there too."""
    address, asked = await links.follow(code), options_of(dict(request.query_params))
    if asked:
        address += ("&" if "?" in address else "?") + urlencode(asked)
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
