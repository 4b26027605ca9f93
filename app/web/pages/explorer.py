"""The pages: the explorer, its parts that are fetched alone, and what its forms send. It parses, asks and renders."""

import json
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from app.errors import BrokenRequest, Mistake, NotFound
from app.explorer.card.settings import FILTERS
from app.explorer.editing.edits import edited
from app.explorer.editing.ranges import refuse_pointless
from app.explorer.fields import document_of, query
from app.explorer.first import FIRST as FIRST_DOCUMENT
from app.explorer.first import FIRST_PLACE
from app.explorer.looks.compare import compared_png
from app.explorer.looks.live import frame_of
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.registry import FIRST, LOOKS
from app.explorer.looks.rows import row_png
from app.explorer.looks.shift import shifted_png
from app.explorer.options import options_of
from app.explorer.page.page import explorer_page
from app.explorer.page.parts import asked_about, look_part, plate_part, pointed_part, sum_part
from app.explorer.state import State, counted_place, place_of, within
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.explorer.view import view_of
from app.lab import Lab, Run
from app.paths import folder
from app.pictures import gallery
from app.pictures.picture import Picture, png, prepare
from app.rendering.figure.layout import LAYOUTS
from app.rendering.palette import Theme, palettes, scale_png
from app.rendering.scales import read_colours
from app.web.asgi.artifacts import immutable
from app.web.asgi.dependencies import InLab
from app.web.asgi.forms import read_form
from app.web.asgi.language import language_of, translator
from app.web.asgi.problems import headers_of
from app.web.pages.recent import recent, remember

pages = APIRouter(include_in_schema=False)
DAY = 86_400
LONGEST_SAID = 10_000  # characters of what was asked for, up to which a page about a mistake links to it
# what an address may hold
LINKED = (
    "image",
    "size",
    "height",
    "width",
    "fit",
    "mode",
    "scale",
    "recipe",
    "run",
    "at",
    "view",
    "edit",
    "pin",
    "sheet",
    "guess",
)


def page_theme(request: Request) -> Theme:
    """Return the theme of a page: ?theme=, else the visitor's choice, else what the system had on the last page.

    On a projector there is only light.
    """
    if request.query_params.get("projector"):
        return "light"
    asked = request.query_params.get("theme") or request.cookies.get("theme") or request.cookies.get("system")
    return "dark" if asked == "dark" else "light"


async def state_of(fields: dict[str, str], lab: Lab) -> State:
    """Return the state that the fields of an address or a form describe."""
    if fields.get("run"):
        document = (await lab.run(fields["run"])).document
        if fields.get("image") or fields.get("recipe"):
            raise BrokenRequest("Give run alone, or image and recipe.")
    elif "image" not in fields and "recipe" not in fields and "size" not in fields:
        document = FIRST_DOCUMENT
        fields = {"at": FIRST_PLACE, **fields}
    else:
        defaults = {} if fields.get("image") else {"image": "coffee", "size": "32"}
        flat = {**defaults, **{k: v for k, v in fields.items() if v}}
        document = await lab.queue.light(lambda: document_of(flat))
    state = State(document, options=options_of(fields), path="/embed" if fields.get("path") == "/embed" else "/")
    if "at" in fields or "to_row" in fields:
        place = place_of(fields.get("at", "")) or counted_place(fields)
        if place:
            state = state.but(layer=place[0], place=place[1])
    looked = fields.get("view", "")
    held = {name: fields.get(name, "")[:40] for name in ("edit", "pin", "sheet", "guess")}
    return state.but(view=looked if looked in LOOKS else FIRST, **held)


async def opened(state: State, lab: Lab) -> tuple[Run, State]:
    """Return the run of a state, kept under its id, and the state at a place that exists."""
    run = await lab.open(state.document)
    await lab.keep(run)
    return run, settled(state, run)


def settled(state: State, run: Run) -> State:
    """Return a state at a place that exists, seen in a way that says something of the layer there."""
    state = within(state, [stage.output_shape for stage in run.stages])
    says = not run.stages or LOOKS[state.view].applies(run.stages[state.layer])
    return state if says else state.but(view=FIRST)


@pages.get("/")
@pages.get("/embed")
async def explorer(request: Request, lab: InLab) -> Response:
    state = await state_of({**request.query_params, "path": request.url.path}, lab)
    return await page_of(*await opened(state, lab), request, lab)


async def page_of(run: Run, state: State, request: Request, lab: Lab) -> Response:
    """Answer with the page of a state, in the theme and language that are asked for."""
    language, theme = language_of(request), page_theme(request)
    layout = request.headers.get("cs-layout", "")  # that of a page that is there already; another needs no drawing

    def make() -> Awaitable[str]:
        return explorer_page(lab, run, state, theme, language, layout, recent(request))

    lasting = LOOKS[state.view].lasting and not state.edit
    key = f"{run.id} {state.address()} {theme} {language} {layout if layout in LAYOUTS else ''}"
    response = HTMLResponse(await (request.app.state.known_pages.get(key, make) if lasting else make()))
    if request.headers.get("hx-history-restore-request"):
        response.headers["HX-Push-Url"] = "false"  # the history already stands where the visitor went back to
    elif request.headers.get("hx-request"):
        response.headers["HX-Push-Url"] = state.address()  # the same state has one address, however it was reached
    response.headers["Vary"] = "Accept-Language, Cookie, HX-Request, CS-Layout"
    if "theme" in request.query_params and not state.option("projector"):
        response.set_cookie("theme", theme, max_age=365 * DAY, samesite="lax")
    remember(request, response, run.document.input.image, lab.settings.upload_ttl)
    return response


async def asked_at(run_id: str, at: str, request: Request, lab: InLab) -> LookRequest:
    """Return what there is to see at a place of a run, for a page that is already there."""
    run, place = await lab.run(run_id), place_of(at)
    if place is None or not run.stages:
        raise NotFound("There is no place {at} here.", at=at[:40])
    fields = dict(request.query_params)
    state = State(run.document, layer=place[0], place=place[1], view=look_at(fields.get("view", "")).name)
    held = {name: fields.get(name, "")[:40] for name in ("pin", "sheet", "guess")}
    state = settled(state.but(options=options_of(fields), **held), run)
    digits, language = state.option("digits"), language_of(request)
    view = await view_of(lab, run, state.layer, state.place, page_theme(request), language, digits)
    return LookRequest(lab, run, state, asked_about(view, state), recent(request))


def look_at(name: str) -> Look:
    """Return the look of that name, or the first."""
    return LOOKS.get(name, LOOKS[FIRST])


At = Annotated[LookRequest, Depends(asked_at)]


@pages.get("/parts/plate/{run_id}")
async def plate(asked: At, layout: str = "") -> Response:
    """The drawing of a place."""
    look = LOOKS[asked.state.view]
    return HTMLResponse(await asked.lab.queue.light(lambda: plate_part(asked, look, layout)))


@pages.get("/parts/sum/{run_id}")
async def sum_(asked: At, layout: str = "wide") -> Response:
    """The written sum of a place, and the numbers in the lens where they are drawn."""
    look = LOOKS[asked.state.view]
    text = await asked.lab.queue.light(lambda: sum_part(asked, look, layout))
    return HTMLResponse(text, headers={"Cache-Control": "private, max-age=600"})


@pages.get("/parts/pointing/{run_id}")
async def pointing(asked: At, layout: str = "wide") -> Response:
    """What is pointed at from a place, marked in the drawing and said."""
    look = LOOKS[asked.state.view]
    text = await asked.lab.queue.light(lambda: pointed_part(asked, look, layout))
    return HTMLResponse(text, headers={"Cache-Control": "private, max-age=600"})


@pages.get("/parts/look/{run_id}")
async def look(asked: At) -> Response:
    """What a look shows of a place."""
    look = LOOKS[asked.state.view]
    if look.draw:
        raise NotFound("The look {name} is a drawing; it comes as /parts/plate.", name=look.name)
    shown = await look.context(asked)
    text = await asked.lab.queue.light(lambda: look_part(asked, look, shown))
    return HTMLResponse(text, headers={"Cache-Control": "private, max-age=600"})


@pages.get("/parts/shifted/{run_id}/{layer}.png")
async def shifted_part(run_id: str, layer: str, request: Request, lab: InLab) -> Response:
    """A layer's map had the picture been moved (`shift`), and what differs."""
    run, fields = await lab.run(run_id), dict(request.query_params)
    key = f"shifted-{run_id}-{layer}-{query({k: v[:20] for k, v in sorted(fields.items())})}"
    return await immutable(request, key, "image/png", lambda: shifted_png(lab, run, layer, fields))


@pages.get("/parts/difference/{run_id}/{layer}.png")
async def difference_part(run_id: str, layer: str, request: Request, lab: InLab) -> Response:
    """A map less the one that it is compared with (`with`); side=left or right: each of them on the scale of both."""
    run, fields = await lab.run(run_id), dict(request.query_params)
    key = f"difference-{run_id}-{layer}-{query({k: v[:80] for k, v in sorted(fields.items())})}"
    return await immutable(request, key, "image/png", lambda: compared_png(lab, run, layer, fields))


@pages.get("/parts/row/{run_id}/{layer}.png")
async def row_part(run_id: str, layer: str, request: Request, lab: InLab) -> Response:
    """What the layers of a run make of another picture (`image`): one map on a given scale, or the picture itself."""
    run, fields = await lab.run(run_id), dict(request.query_params)
    key = f"row-{run_id}-{layer}-{query({k: v[:80] for k, v in sorted(fields.items())})}"
    return await immutable(request, key, "image/png", lambda: row_png(lab, run, layer, fields))


@pages.post("/parts/live")
async def live_part(request: Request, lab: InLab) -> Response:
    """The maps of the layer in view for a frame of the camera in `file`, of which nothing is kept."""
    fields, data = await read_form(request)
    request.state.fields = fields
    if not data:
        raise BrokenRequest("The form holds no frame of the camera.")
    state = await state_of(fields, lab)
    run = await lab.open(state.document)
    frame = await frame_of(lab, run, settled(state, run), data, fields.get("extent", ""), page_theme(request))
    headers = {"Convscope-Live": json.dumps(frame.facts), "Cache-Control": "no-store"}
    return Response(frame.picture, media_type="image/png", headers=headers)


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
    run, state = await opened(await edited(lab, was, before, fields), lab)
    if fields["op"] == "set":
        refuse_pointless(was, run, fields)
    return await led_to(run, state, request, lab)


@pages.post("/upload")
async def upload(request: Request, lab: InLab) -> Response:
    """Takes a picture in `file` and leads to the same layers on it."""
    fields, data = await read_form(request)
    request.state.fields = fields
    return await taken(await state_of(fields, lab), data, request, lab)


async def taken(state: State, data: bytes | None, request: Request, lab: Lab) -> Response:
    """Keep the picture in the bytes of a file and lead to the layers of a state on it: the way in of every picture."""
    if not data:
        raise BrokenRequest("No picture was chosen; choose a file first.")
    after = state.with_image((await lab.album.add(data)).id)
    _, after = await opened(after, lab)
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Location": after.address()})
    return RedirectResponse(after.address(), 303)


@pages.get("/thumb/{image}.png")
async def thumb(image: str, request: Request, lab: InLab) -> Response:
    """A gallery picture or an upload at 96×96."""
    picture = await lab.album.picture(image)

    def small() -> bytes:
        pixels, _ = prepare(picture, 96, 96, "cover", "RGB")
        return png(Picture(pixels.transpose(1, 2, 0).copy()))

    return await immutable(request, f"thumb-{image}", "image/png", lambda: lab.queue.light(small))


@pages.get("/scale.png")
async def scale(request: Request) -> Response:
    theme: Theme = "dark" if request.query_params.get("theme") == "dark" else "light"
    kind = read_colours(request.query_params.get("colours", ""), "").kind
    picture = scale_png(theme, kind, from_zero=request.query_params.get("from") == "zero")
    return Response(picture, media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


@pages.get("/palettes.bin")
async def colour_tables(request: Request) -> Response:
    """The colours of every scale, for pictures that are here already."""
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(palettes(page_theme(request)), media_type="application/octet-stream", headers=headers)


@dataclass(frozen=True)
class DocsContext(Context):
    """What templates/docs.html shows."""

    language: str
    theme: Theme


@pages.get("/docs")
async def docs(request: Request) -> Response:
    language = language_of(request)
    return HTMLResponse(render(language, "docs.html", DocsContext(language, page_theme(request))))


@pages.get("/favicon.ico")
async def favicon() -> Response:
    return FileResponse(folder("static") / "icon.svg", media_type="image/svg+xml")


@dataclass(frozen=True)
class SaidContext(Context):
    """What templates/_notice.html and _wrong.html show."""

    sentence: str


@dataclass(frozen=True)
class MistakeContext(Context):
    """What templates/mistake.html shows."""

    title: str
    sentence: str
    fields: dict[str, str]  # of what was asked for
    choices: list[tuple[gallery.Entry, str]]  # pictures that could take the place of one that is gone
    back: str
    theme: Theme
    language: str


async def mistake_page(request: Request, mistake: Mistake) -> Response:
    """Say a mistake to a person: a notice in the page that is there, or a page that keeps what was asked for."""
    say = translator(request)
    language = language_of(request)
    sentence = mistake.say(say)
    headers = headers_of(mistake)
    if request.headers.get("hx-request") and not request.headers.get("hx-history-restore-request"):
        form = getattr(request.state, "fields", {})
        name = form.get("field", "") if form.get("op") == "set" else ""  # said where it was typed
        if "op" in form and form.get("edit", "").partition(".")[2] in FILTERS:
            name = "filter"
        target, said = (f"#h-{name}", "wrong") if name.isidentifier() and name.isascii() else ("#notice", "notice")
        return HTMLResponse(
            render(language, f"_{said}.html", SaidContext(sentence)),
            200 if name == "filter" else mistake.status,  # an edit that cannot be is no fault for the browser to report
            {
                **headers,
                "HX-Retarget": target,
                "HX-Reswap": "innerHTML show:none" if said == "wrong" else "innerHTML",  # not scrolled past its field
                "HX-Reselect": f".{said}",
                "HX-Push-Url": "false",
            },
        )
    fields = {**dict(request.query_params), **getattr(request.state, "fields", {})}
    held = {name: value[: 200 if name != "recipe" else None] for name, value in fields.items() if name in LINKED}
    fields = held | dict(options_of(fields))
    short = sum(map(len, fields.values())) <= LONGEST_SAID
    if not short:
        fields.pop("recipe", "")
    back = "/?" + query(fields) if request.method == "POST" and short else ""
    kept = {name: value for name, value in fields.items() if name not in ("image", "run", "at", "edit")}
    choices = (
        [(entry, "/?" + query({"image": entry.id, **kept})) for entry in gallery.GALLERY.values()]
        if mistake.pointer == "/input/image" and short
        else []
    )
    shown = MistakeContext(say(mistake.title), sentence, fields, choices, back, page_theme(request), language)
    return HTMLResponse(render(language, "mistake.html", shown), mistake.status, headers)
