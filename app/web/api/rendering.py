"""What a link shows, in one request: the fields of a page's address give the maps of a layer, or a step's drawing."""

from collections.abc import Mapping

from fastapi import APIRouter, Request

from app.errors import Unfit, shown
from app.explorer.addresses import API
from app.explorer.state import LINK, place_of
from app.lab import Lab, Run
from app.layers import Place
from app.web.api import examples
from app.web.api.maps import (
    Maps,
    Nested,
    colours_of,
    drawing_answer,
    json_answer,
    layer_index,
    maps_of,
    npy_answer,
    place_in,
    png_answer,
)
from app.web.api.runs import linked_run
from app.web.asgi.answers import PNG, SVG, Artifact, NumPy
from app.web.asgi.dependencies import InLab
from app.web.asgi.operation import Operation, takes
from app.whole_numbers import read_whole

rendering = APIRouter(prefix=API, route_class=Operation, tags=["runs"])
FIELDS = (*LINK, "layer", "channel")


@rendering.get("/render.json", summary="The maps that a link names, as nested lists", openapi_extra=examples.MAPS_QUERY)
@takes(FIELDS)
async def render_json(request: Request, lab: InLab) -> Artifact[Nested]:
    """The fields of a page's link; `layer` [that of `at`, else the last] and `channel` [all] as in output.json."""
    return await json_answer(request, lab, await _maps(request, lab))


@rendering.get("/render.npy", summary="The maps that a link names, as a NumPy file", openapi_extra=examples.MAPS_QUERY)
@takes(FIELDS)
async def render_npy(request: Request, lab: InLab) -> Artifact[NumPy]:
    """The fields of a page's link; `layer` [that of `at`, else the last] and `channel` [all] as in output.npy."""
    return await npy_answer(request, lab, await _maps(request, lab))


@rendering.get("/render.png", summary="The maps that a link names, as one sheet", openapi_extra=examples.MAPS_QUERY)
@takes(FIELDS)
async def render_png(request: Request, lab: InLab) -> Artifact[PNG]:
    """The fields of a page's link; `layer` [that of `at`, else the last] and `channel` [all] as in output.png.

    `colours`, `range` and `theme` are the link's.
    """
    fields = request.query_params
    range_ = fields.get("range", "")
    asked = colours_of(fields.get("colours") or "signed", range_)
    if range_ and not asked.range:
        raise Unfit("range must be own or a number above 0, not {given}.", given=shown(range_), pointer="/range")
    return await png_answer(request, lab, await _maps(request, lab), asked)


@rendering.get("/render.svg", summary="The drawing that a link shows", openapi_extra=examples.STEP_QUERY)
@takes(FIELDS)
async def render_svg(request: Request, lab: InLab) -> Artifact[SVG]:
    """The fields of a page's link, with `at`: how that one number came to be, as the page draws it."""
    run, fields = await linked_run(request, lab), request.query_params
    place = _place(run, fields)
    if place is None:
        raise Unfit("A drawing needs the place of its number in at, such as at=0.3.7.16.", pointer="/at")
    return await drawing_answer(request, lab, run, *place)


async def _maps(request: Request, lab: Lab) -> Maps:
    run, fields = await linked_run(request, lab), request.query_params
    place = _place(run, fields)
    index = _layer(run, fields.get("layer", "")) if place is None else place[0]
    return maps_of(run, index, fields.get("channel") or None)


def _layer(run: Run, text: str) -> int | None:
    """Return the layer that a link names, else the last; None for the input."""
    if text:
        return layer_index(run, text)
    return len(run.stages) - 1 if run.stages else None


def _place(run: Run, fields: Mapping[str, str]) -> tuple[int, Place] | None:
    """Return the layer and the place that `at` names; raise Unfit where it names none, or not the other fields'."""
    at = fields.get("at", "")
    if not at:
        return None
    if place_of(at) is None:
        raise Unfit("at is layer.channel.row.column, such as at=0.3.7.16, not {given}.", given=shown(at), pointer="/at")
    layer, channel, row, column = at.split(".")
    for name, own in (("layer", layer), ("channel", channel)):
        given = fields.get(name)
        if given and read_whole(given) != read_whole(own):
            raise Unfit(
                "{field}={given} and at={at} disagree; give one of them, or the same {field} in both.",
                field=name,
                given=given[:20],
                at=at[:60],
                pointer=f"/{name}",
            )
    return place_in(run, layer_index(run, layer), (channel, row, column))
