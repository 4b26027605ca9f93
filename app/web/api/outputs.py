"""The API's other half: what the layers of a run hold, as arrays, pictures and steps."""

import math
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from app.errors import NotFound, Unfit, shown
from app.explorer.addresses import API
from app.explorer.drawing import filter_picture, filters_of, veil_picture
from app.lab import Lab, Run
from app.layers import Place
from app.web.api.fields import number, one_of, whole_number
from app.web.api.json_text import csv_bytes, json_bytes
from app.web.api.maps import (
    JSON_BYTES,
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
    speakable,
    step_name,
    whole,
)
from app.web.api.runs import RunId
from app.web.api.steps import Step
from app.web.asgi.answers import CSV, PNG, SVG, Artifact, Json, NumPy
from app.web.asgi.artifacts import NumPyFile, immutable, immutable_json, picture_theme
from app.web.asgi.dependencies import InLab
from app.web.asgi.operation import Operation

outputs = APIRouter(prefix=API, route_class=Operation, tags=["layers"])
LayerIndex = Annotated[
    str,
    whole_number(or_else="input"),
    Path(description="The layer, from 0; `input` is the input.", openapi_examples={"first": {"value": 0}}),
]
Axis = Annotated[
    str,
    whole_number(),
    Path(description="A place in the layer's output, from 0.", openapi_examples={"first": {"value": 0}}),
]
Channel = Annotated[str | None, whole_number(), Query(description="One channel, from 0; all of them where left out.")]


@outputs.get("/runs/{run_id}/layers/{layer}/output.json", summary="All maps of a layer, as nested lists")
async def get_output_json(
    run_id: RunId, layer: LayerIndex, request: Request, lab: InLab, channel: Channel = None
) -> Artifact[Nested]:
    """[channel][row][column]. A vector has one axis: it is a list, and `?channel=` gives one number of it."""
    return await json_answer(request, lab, await _maps(run_id, layer, channel, lab))


@outputs.get("/runs/{run_id}/layers/{layer}/output.npy", summary="All maps of a layer, as a NumPy file")
async def get_output_npy(
    run_id: RunId, layer: LayerIndex, request: Request, lab: InLab, channel: Channel = None
) -> Artifact[NumPy]:
    """float32, C-order (channel, row, column); a vector has the shape (n,)."""
    return await npy_answer(request, lab, await _maps(run_id, layer, channel, lab))


@outputs.get("/runs/{run_id}/layers/{layer}/output.csv", summary="All maps of a layer, as a table")
async def get_output_csv(
    run_id: RunId, layer: LayerIndex, request: Request, lab: InLab, channel: Channel = None
) -> Artifact[CSV]:
    """A line a row of a map, its channel, its row and its cells, behind a line that names the columns. Numbers have
    the nine digits of float32, so that they read back bit for bit.
    """
    maps = await _maps(run_id, layer, channel, lab)
    speakable(math.prod(maps.shape), "output.npy, or one channel with ?channel=0")

    async def make() -> bytes:
        output, only = (await lab.result(maps.run, maps.index)).output, maps.channel
        first, chosen = (0, output) if only is None else (only, output[only : only + 1])
        return await lab.render(lambda: csv_bytes(chosen, first), JSON_BYTES * chosen.size)

    return await immutable(request, f"{maps.name}-csv", CSV, make, f"layer-{layer}.csv")


@outputs.get("/runs/{run_id}/layers/{layer}/output.png", summary="All maps of a layer, as one sheet")
async def get_output_png(
    run_id: RunId,
    layer: LayerIndex,
    request: Request,
    lab: InLab,
    channel: Channel = None,
    scale: Annotated[
        str,
        one_of("layer", "own"),
        Query(description="One scale for the `layer`, or `own`: each map's; a picture's values"),
    ] = "layer",
    colours: Annotated[
        str, one_of("signed", "one", "grey"), Query(description="`signed`, two colours from zero; `one`; or `grey`")
    ] = "signed",
    extent: Annotated[
        str, number(above=0), Query(description="The end of the scale; what lies beyond is flagged")
    ] = "",
) -> Artifact[PNG]:
    """As the page shows them, a cell a pixel or more."""
    if scale not in ("layer", "own"):
        raise Unfit("scale must be layer or own, not {given}.", given=shown(scale), pointer="/scale")
    asked = colours_of(colours, extent or ("own" if scale == "own" else ""))
    if extent and asked.extent is None:
        raise Unfit("extent must be a number above 0, not {given}.", given=shown(extent), pointer="/extent")
    return await png_answer(request, lab, await _maps(run_id, layer, channel, lab), asked)


@outputs.get("/runs/{run_id}/layers/{layer}/output.{form}", include_in_schema=False)
async def get_output() -> Artifact[PNG]:
    raise NotFound("The maps of a layer come as output.json, output.npy, output.csv and output.png.")


async def _maps(run_id: str, layer: str, channel: str | None, lab: Lab) -> Maps:
    run = await lab.run(run_id)
    return maps_of(run, layer_index(run, layer), channel)


@outputs.get("/runs/{run_id}/layers/{layer}/{name}.npy", summary="Weights of a layer")
async def get_weights(
    run_id: RunId,
    layer: LayerIndex,
    name: Annotated[
        str,
        one_of("weight", "bias", "running_mean", "running_var"),
        Path(description="Which of its arrays.", openapi_examples={"weight": {"value": "weight"}}),
    ],
    request: Request,
    lab: InLab,
) -> Artifact[NumPy]:
    """`weight`, `bias` and so on in PyTorch's layout, as a NumPy file; 404 for a layer without."""
    run = await lab.run(run_id)
    index = layer_index(run, layer)
    array = await lab.weight(run, index, name)

    async def make() -> NumPyFile:
        return NumPyFile(array, await lab.result(run, index))

    return await immutable(request, f"{run.id}-{layer}-{name}", NumPy, make, f"layer-{layer}-{name}.npy")


@outputs.get("/runs/{run_id}/layers/{layer}/weight.png", include_in_schema=False)
async def weight_png(
    run_id: str, layer: str, request: Request, lab: InLab, channel: Channel = None, signs: str = ""
) -> Artifact[PNG]:
    run, theme = await lab.run(run_id), picture_theme(request)
    index = layer_index(run, layer)
    filters = await filters_of(lab, run, index)
    only = None if channel is None else whole(channel, "channel", len(filters))
    return await immutable(
        request,
        f"{run.id}-{layer}-weights-{only}-{theme}-{signs == '1'}",
        PNG,
        lambda: filter_picture(lab, run, index, only, theme, signs == "1"),
    )


@outputs.get("/runs/{run_id}/layers/{layer}/kept.png", include_in_schema=False)
async def kept_png(run_id: str, layer: str, request: Request, lab: InLab, channel: Channel = None) -> Artifact[PNG]:
    """What a layer drops of one map before it, dimmed: a picture to lay over that map."""
    run, theme = await lab.run(run_id), picture_theme(request)
    index = layer_index(run, layer)
    shape = run.stages[index].input_shape if index is not None else run.input_shape
    only = whole(channel or "0", "channel", shape[0])
    return await immutable(
        request,
        f"{run.id}-{layer}-kept-{only}-{theme}",
        PNG,
        lambda: veil_picture(lab, run, index, only, theme),
    )


@outputs.get(
    "/runs/{run_id}/layers/{layer}/steps/{channel}/{row}/{column}.svg",
    summary="One number as a drawing",
)
async def get_step_drawing(
    run_id: RunId, layer: LayerIndex, channel: Axis, row: Axis, column: Axis, request: Request, lab: InLab
) -> Artifact[SVG]:
    """The drawing that the page shows: the window, the filter and the cell of the map."""
    return await drawing_answer(request, lab, *await _place(run_id, layer, channel, row, column, lab))


@outputs.get("/runs/{run_id}/layers/{layer}/steps/{channel}/{row}/{column}", summary="How one number came to be")
async def get_step(
    run_id: RunId, layer: LayerIndex, channel: Axis, row: Axis, column: Axis, request: Request, lab: InLab
) -> Artifact[Step]:
    """What the window read there, what it was multiplied by, the subtotals and the value, bit for bit the map's own."""
    run, index, place = await _place(run_id, layer, channel, row, column, lab)
    stage = run.stages[index]
    speakable(stage.layer.terms_told(stage.input_shape, place), "input.npy and weight.npy, and cut the window out")

    async def make() -> Json[Step]:
        return await lab.told_of(run, index, place, lambda closeup: json_bytes(closeup.document()))

    return await immutable_json(request, step_name(run, index, place), make)


async def _place(run_id: str, layer: str, channel: str, row: str, column: str, lab: Lab) -> tuple[Run, int, Place]:
    run = await lab.run(run_id)
    index = layer_index(run, layer)
    return run, *place_in(run, index, (channel, row, column))
