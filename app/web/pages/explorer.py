"""The explorer's page, and what its forms send: from a request to a state, and on to the next."""

import json
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from app.classroom.book import BOOK
from app.errors import BrokenRequest, Mistake
from app.explorer.changes import change, removed
from app.explorer.editing.edits import edited, last_held
from app.explorer.editing.ranges import refuse_pointless
from app.explorer.first import is_first
from app.explorer.looks.registry import LOOKS
from app.explorer.opening import opened, settled, state_of
from app.explorer.page.page import explorer_page, renewed, walked
from app.explorer.state import State
from app.lab import Lab, Run
from app.layers.models import find
from app.pictures.picture import Picture
from app.punctuation import chinese
from app.rendering.figure.layout import LAYOUTS
from app.rendering.palette import Theme
from app.web.asgi.dependencies import InLab
from app.web.asgi.forms import read_form
from app.web.asgi.language import language_of, translator
from app.web.pages.owned import remember_tokens
from app.web.pages.recent import recent, remember

pages = APIRouter(include_in_schema=False)
DAY = 86_400
MET = "met"  # cookie of who has done something here
LONGEST_FROM = 2_000  # characters of the state that a page says it stands on


def page_theme(request: Request) -> Theme:
    """Return the theme of a page: ?theme=, else the visitor's choice, else what the system had on the last page.

    On a projector there is only light.
    """
    if request.query_params.get("projector"):
        return "light"
    asked = request.query_params.get("theme") or request.cookies.get("theme") or request.cookies.get("system")
    return "dark" if asked == "dark" else "light"


@pages.get("/")
@pages.get("/embed")
async def explorer(request: Request, lab: InLab) -> Response:
    state = await state_of({**request.query_params, "path": request.url.path}, lab)
    run, state = await opened(state, lab)
    if way := request.query_params.get("go"):
        there = await walked(lab, run, state, way, language_of(request))
        return await led_to(run, settled(there, run), request, lab)
    return await page_of(run, state, request, lab)


async def page_of(run: Run, state: State, request: Request, lab: Lab) -> Response:
    """Answer with the page of a state, in the theme and language that are asked for."""
    language, theme = language_of(request), page_theme(request)
    layout = request.headers.get("cs-layout", "")  # that of a page that is there already; another needs no drawing

    first = is_first(state)
    welcome = first and (MET not in request.cookies or "welcome" in request.query_params)

    async def make() -> bytes:
        page = await explorer_page(lab, run, state, theme, language, layout, recent(request), welcome, len(BOOK))
        return page.encode()

    lasting = LOOKS[state.view].lasting and not state.edit
    # what is said of an upload may change
    said = hash(tuple((model.title, model.classes) for model in map(find, sorted(run.document.models))))
    key = f"{run.id} {state.address()} {theme} {language} {layout if layout in LAYOUTS else ''} {said} {welcome}"
    response = HTMLResponse(await (request.app.state.known_pages.get(key, make) if lasting else make()))
    if request.headers.get("hx-history-restore-request"):
        response.headers["HX-Push-Url"] = "false"  # the history already stands where the visitor went back to
    elif request.headers.get("hx-request"):
        response.headers["HX-Push-Url"] = state.address()  # the same state has one address, however it was reached
    if "cs-from" in request.headers:
        response.headers["Convscope-Told"] = json.dumps(await told(request, run, state, lab))
    response.headers["Vary"] = "Accept-Language, Cookie, HX-Request, CS-Layout, CS-From"
    if "theme" in request.query_params and state.path == "/" and not state.option("projector"):  # no frame
        response.set_cookie("theme", theme, max_age=365 * DAY, samesite="lax")
    if not first and (request.headers.get("hx-request") or request.headers.get("sec-fetch-site") == "same-origin"):
        acted(request, response)
    remember(request, response, run.document, lab.settings.upload_ttl)
    return response


def acted(request: Request, response: Response) -> None:
    """Note in the browser that its visitor has done something here: what this is need not be said again."""
    if MET not in request.cookies:
        response.set_cookie(MET, "1", max_age=365 * DAY, samesite="lax")


async def told(request: Request, run: Run, state: State, lab: Lab) -> dict[str, object]:
    """Return what an act did: what is other than in the state that was on the screen (CS-From), as far as known."""
    say, fields = translator(request), dict(parse_qsl(request.headers["cs-from"][:LONGEST_FROM]))
    try:
        before = await lab.run(fields.get("run", ""))
        was = await state_of(fields, lab)
    except Mistake:
        return {"said": ""}  # it has expired, or is none
    said, lost = await lab.queue.light(
        lambda: (change((was, before), (state, run), say), removed(before, run))  # which looks at weights
    )
    way = {"undo": say("Undone: {what}"), "redo": say("Done again: {what}")}.get(request.headers.get("cs-way", ""))
    said, word = way.format(what=said) if way and said else said, getattr(request.state, "word", "")
    together = " ".join(filter(None, (said, word)))
    return {
        "said": chinese(together) if language_of(request).startswith("zh") else together,
        "stopped": [request.state.fields["field"], word] if word else [],
        "lost": lost,
    }


async def led_to(run: Run, state: State, request: Request, lab: Lab) -> Response:
    """Send a browser on to another state; htmx is spared the way and gets its page at once."""
    address = state.address()
    if not request.headers.get("hx-request"):
        return RedirectResponse(address, 303)
    there = {"method": "GET", "path": state.path, "query_string": urlsplit(address).query.encode()}
    return await page_of(run, state, Request({**request.scope, **there}), lab)


@pages.post("/edit")
async def edit(request: Request, lab: InLab) -> Response:
    """Changes the state that the form holds and leads to the address of the new one."""
    fields, _ = await read_form(request)
    request.state.fields = fields
    before = await state_of(fields, lab)
    was = await lab.open(before.document)
    op = fields.get("op")
    if op == "set" and fields.get("stepped"):
        stepped, say = fields, translator(request)
        fields, request.state.word = await lab.queue.light(lambda: last_held(lab, was, before, stepped, say))
    run, state = await opened(await edited(lab, was, before, fields), lab)
    if op == "set":
        refuse_pointless(was, run, fields)
    return await led_to(run, state, request, lab)


@pages.post("/upload")
async def upload(request: Request, lab: InLab) -> Response:
    """Takes a picture in `file` and leads to the same layers on it."""
    fields, data = await read_form(request)
    request.state.fields = fields
    return await taken(await state_of(fields, lab), data, request, lab)


async def taken(
    state: State,
    data: bytes | None,
    request: Request,
    lab: Lab,
    change: Callable[[Picture], Picture] | None = None,
) -> Response:
    """Keep the picture in the bytes of a file and lead to the layers of a state on it: the way in of every picture.

    `change` makes of what was read what is kept.
    """
    if not data:
        raise BrokenRequest("No picture was chosen; choose a file first.")
    picture = await lab.album.add(data, change)
    response = await sent_on(state.with_image(picture.id), request, lab)
    remember_tokens(request, response, [picture.delete_token], lab.settings.upload_ttl)
    return response


async def sent_on(state: State, request: Request, lab: Lab) -> Response:
    """Lead to a state whose input is new."""
    run, after = await opened(state, lab)
    after = await renewed(lab, run, after, language_of(request))
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Location": after.address()})
    return RedirectResponse(after.address(), 303)
