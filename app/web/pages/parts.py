"""The parts of the explorer's page that are fetched alone, and the pictures that only one look shows."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from app.errors import BrokenRequest, NotFound
from app.explorer.fields import query
from app.explorer.looks.live import frame_of
from app.explorer.looks.look import LookRequest
from app.explorer.looks.registry import FIRST, LOOKS, PICTURES
from app.explorer.looks.why import frame_of as painted
from app.explorer.opening import settled, state_of
from app.explorer.options import options_of
from app.explorer.page.parts import look_part, plate_part, pointed_part, seen, sum_part
from app.explorer.state import State, place_of
from app.web.asgi.answers import PNG
from app.web.asgi.artifacts import immutable
from app.web.asgi.dependencies import InLab
from app.web.asgi.forms import read_form
from app.web.asgi.language import language_of, translator
from app.web.pages.explorer import acted, page_theme
from app.web.pages.recent import recent

parts = APIRouter(prefix="/parts", include_in_schema=False)
LONGEST = 80  # characters of a field that tell one picture from another
FOR_A_WHILE = {"Cache-Control": "private, max-age=600"}


def look_named(name: str) -> str:
    """Return the name of a look, or of the first where there is none of that name."""
    return name if name in LOOKS else FIRST


async def asked_at(run_id: str, at: str, request: Request, lab: InLab) -> LookRequest:
    """Return what there is to see at a place of a run, for a page that is already there."""
    run, place = await lab.run(run_id), place_of(at)
    if place is None or not run.stages:
        raise NotFound("There is no place {at} here.", at=at[:40])
    fields = dict(request.query_params)
    state = State(run.document, layer=place[0], place=place[1], view=look_named(fields.get("view", "")))
    held = {name: fields.get(name, "")[:40] for name in ("pin", "sheet", "guess")}
    state = settled(state.but(options=options_of(fields), **held), run)
    view = await seen(lab, run, state, page_theme(request), language_of(request))
    return LookRequest(lab, run, state, view, recent(request))


At = Annotated[LookRequest, Depends(asked_at)]


@parts.get("/plate/{run_id}")
async def plate_of(asked: At, layout: str = "") -> Response:
    """The drawing of a place."""
    look = LOOKS[asked.state.view]
    return HTMLResponse(await asked.lab.queue.light(lambda: plate_part(asked, look, layout)))


@parts.get("/sum/{run_id}")
async def sum_of(asked: At, request: Request, layout: str = "wide") -> Response:
    """The written sum of a place, and the numbers in the lens where they are drawn."""
    look = LOOKS[asked.state.view]
    text = await asked.lab.queue.light(lambda: sum_part(asked, look, layout))
    response = HTMLResponse(text, headers=FOR_A_WHILE)
    acted(request, response)
    return response


@parts.get("/pointing/{run_id}")
async def pointed_from(asked: At, layout: str = "wide") -> Response:
    """What is pointed at from a place, marked in the drawing and said."""
    look = LOOKS[asked.state.view]
    text = await asked.lab.queue.light(lambda: pointed_part(asked, look, layout))
    return HTMLResponse(text, headers=FOR_A_WHILE)


@parts.get("/look/{run_id}")
async def look_at(asked: At) -> Response:
    """What a look shows of a place; the drawn ones have a plate and a sum instead."""
    look = LOOKS[asked.state.view]
    if look.draw:
        raise NotFound("The look {name} is a drawing; it comes as /parts/plate.", name=look.name)
    shown = await look.context(asked)
    text = await asked.lab.queue.light(lambda: look_part(asked, look, shown))
    return HTMLResponse(text, headers=FOR_A_WHILE)


@parts.get("/{picture}/{run_id}/{layer}.png")
async def picture_of(picture: str, run_id: str, layer: str, request: Request, lab: InLab) -> Response:
    """A picture that one look shows of a layer, or of the "input"; the rest of the address says which."""
    if picture not in PICTURES:
        raise NotFound("There is no picture {name} here.", name=picture[:40])
    run, fields = await lab.run(run_id), dict(request.query_params)
    key = f"{picture}-{run_id}-{layer}-{query({k: v[:LONGEST] for k, v in sorted(fields.items())})}"
    return await immutable(request, key, PNG, lambda: PICTURES[picture](lab, run, layer, fields))


@parts.post("/why")
async def why(request: Request, lab: InLab) -> Response:
    """What the network says of a picture that was painted, or of a frame, in `file`, of which nothing is kept."""
    fields, data = await read_form(request)
    request.state.fields = fields
    if not data:
        raise BrokenRequest("The form holds no picture.")
    run = await lab.open((await state_of(fields, lab)).document)
    picture, said = await painted(lab, run, data, fields, page_theme(request), translator(request))
    headers = {"Convscope-Why": json.dumps(said.facts), "Cache-Control": "no-store"}
    return Response(picture, media_type="image/png", headers=headers)


@parts.post("/live")
async def live(request: Request, lab: InLab) -> Response:
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
