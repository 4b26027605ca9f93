"""The API's other half: what the layers of a run hold, as arrays, pictures and steps."""

import math
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.errors import NotFound, Unfit, shown
from app.explorer.addresses import API
from app.explorer.drawing import filter_picture, filters_of, map_picture, step_svg, veil_picture
from app.lab import Lab, Run
from app.layers import Place
from app.rendering.scales import read_colours
from app.web.api import examples
from app.web.api.json_text import csv_bytes, json_bytes
from app.web.api.runs import RunId
from app.web.asgi.artifacts import NumPyFile, immutable, picture_theme
from app.web.asgi.dependencies import InLab
from app.web.asgi.language import language_of
from app.whole_numbers import read_whole

outputs = APIRouter(prefix=API, responses=examples.PROBLEMS)
JSON_BYTES = 40  # a number, that writing it takes at once
MOST_JSON_NUMBERS = 4_000_000  # about 50 MB of text; more is for .npy
KINDS = {
    "json": "application/json",
    "npy": "application/octet-stream",
    "csv": "text/csv; header=present",
    "png": "image/png",
}
LayerIndex = Annotated[
    str, Path(description="The layer, from 0; `input` is the input.", openapi_examples={"first": {"value": "0"}})
]
Axis = Annotated[
    str, Path(description="A place in the layer's output, from 0.", openapi_examples={"first": {"value": "0"}})
]
Channel = Annotated[str | None, Query(description="One channel, from 0; all of them where left out.")]


@outputs.get(
    "/runs/{run_id}/layers/{layer}/output.{form}", summary="All maps of a layer", tags=["runs"], response_class=Response
)
async def output(
    run_id: RunId,
    layer: LayerIndex,
    form: Annotated[str, Path(description="json, npy, csv or png", openapi_examples={"json": {"value": "json"}})],
    request: Request,
    lab: InLab,
    channel: Channel = None,
    scale: Annotated[
        str,
        Query(description="png: one scale for the `layer`, or `own`: each map's; a picture's values"),
    ] = "layer",
    colours: Annotated[str, Query(description="png: `signed`, two colours from zero; `one`; or `grey`")] = "signed",
    extent: Annotated[str, Query(description="png: the end of the scale; what lies beyond is flagged")] = "",
) -> Response:
    """`json`: nested lists [channel][row][column]; `npy`: a NumPy file, float32; `png`: one sheet of all maps.

    `csv`: a line a row of a map, its channel, its row and its cells, behind a line that names the columns. Numbers have
    the nine digits of float32, so that they read back bit for bit. A vector has one axis: `json` is a list, and
    `?channel=` gives one number of it.
    """
    if form not in KINDS:
        raise NotFound("The maps of a layer come as output.json, output.npy, output.csv and output.png.")
    if scale not in ("layer", "own"):
        raise Unfit("scale must be layer or own, not {given}.", given=shown(scale))
    asked = read_colours(colours, extent or ("own" if scale == "own" else ""))
    if asked.kind != colours:
        raise Unfit("colours must be signed, one or grey, not {given}.", given=shown(colours))
    if extent and asked.extent is None:
        raise Unfit("extent must be a number above 0, not {given}.", given=shown(extent))
    run = await lab.run(run_id)
    index = layer_index(run, layer)
    shape = run.stages[index].output_axes if index is not None else run.input_shape
    only = None if channel is None else whole(channel, "channel", shape[0])
    if form in ("json", "csv"):
        speakable(math.prod(shape if only is None else shape[1:]), "output.npy, or one channel with ?channel=0")
    theme = picture_theme(request)

    async def make() -> bytes | NumPyFile:
        if form == "png":
            return await map_picture(lab, run, index, only, theme, asked)
        result = await lab.result(run, index)
        if form == "csv":
            first, chosen = (0, result.output) if only is None else (only, result.output[only : only + 1])
            return await lab.render(lambda: csv_bytes(chosen, first), JSON_BYTES * chosen.size)
        maps = result.output.reshape(shape) if only is None else result.output[only].reshape(shape[1:])
        if form == "npy":
            return NumPyFile(maps, result)
        return await lab.render(lambda: json_bytes(maps), JSON_BYTES * maps.size)

    name = run.document.ids[0 if index is None else index + 1]
    key = f"{name}-{layer}-{only}-{form}-{asked.kind}-{asked.range}-{theme}"
    return await immutable(request, key, KINDS[form], make, f"layer-{layer}.{form}" if form in ("npy", "csv") else None)


@outputs.get(
    "/runs/{run_id}/layers/{layer}/{name}.npy", summary="Weights of a layer", tags=["runs"], response_class=Response
)
async def weights(
    run_id: RunId,
    layer: LayerIndex,
    name: Annotated[
        str,
        Path(description="weight, bias, running_mean or running_var", openapi_examples={"weight": {"value": "weight"}}),
    ],
    request: Request,
    lab: InLab,
) -> Response:
    """`weight`, `bias` and so on in PyTorch's layout, as a NumPy file; 404 for a layer without."""
    run = await lab.run(run_id)
    index = layer_index(run, layer)
    array = await lab.weight(run, index, name)

    async def make() -> NumPyFile:
        return NumPyFile(array, await lab.result(run, index))

    return await immutable(
        request,
        f"{run.id}-{layer}-{name}",
        "application/octet-stream",
        make,
        f"layer-{layer}-{name}.npy",
    )


@outputs.get("/runs/{run_id}/layers/{layer}/weight.png", tags=["runs"], include_in_schema=False)
async def weight_png(
    run_id: str, layer: str, request: Request, lab: InLab, channel: Channel = None, signs: str = ""
) -> Response:
    run, theme = await lab.run(run_id), picture_theme(request)
    index = layer_index(run, layer)
    filters = await filters_of(lab, run, index)
    only = None if channel is None else whole(channel, "channel", len(filters))
    return await immutable(
        request,
        f"{run.id}-{layer}-weights-{only}-{theme}-{signs == '1'}",
        "image/png",
        lambda: filter_picture(lab, run, index, only, theme, signs == "1"),
    )


@outputs.get("/runs/{run_id}/layers/{layer}/kept.png", tags=["runs"], include_in_schema=False)
async def kept_png(run_id: str, layer: str, request: Request, lab: InLab, channel: Channel = None) -> Response:
    """What a layer drops of one map before it, dimmed: a picture to lay over that map."""
    run, theme = await lab.run(run_id), picture_theme(request)
    index = layer_index(run, layer)
    shape = run.stages[index].input_shape if index is not None else run.input_shape
    only = whole(channel or "0", "channel", shape[0])
    return await immutable(
        request,
        f"{run.id}-{layer}-kept-{only}-{theme}",
        "image/png",
        lambda: veil_picture(lab, run, index, only, theme),
    )


@outputs.get(
    "/runs/{run_id}/layers/{layer}/steps/{channel}/{row}/{column}.svg",
    summary="One number as a drawing",
    tags=["runs"],
    response_class=Response,
)
async def step_drawing(
    run_id: RunId, layer: LayerIndex, channel: Axis, row: Axis, column: Axis, request: Request, lab: InLab
) -> Response:
    """The drawing that the page shows: the window, the filter and the cell of the map."""
    run, index, place = await _place(run_id, layer, channel, row, column, lab)
    theme, language = picture_theme(request), language_of(request)
    drawing = await immutable(
        request,
        f"{_named(run, index, place)}-svg-{theme}-{language}",
        "image/svg+xml",
        lambda: step_svg(lab, run, index, place, theme, language),
    )
    drawing.headers["Vary"] = "Accept-Language, Cookie"
    return drawing


@outputs.get(
    "/runs/{run_id}/layers/{layer}/steps/{channel}/{row}/{column}", summary="How one number came to be", tags=["runs"]
)
async def step(
    run_id: RunId, layer: LayerIndex, channel: Axis, row: Axis, column: Axis, request: Request, lab: InLab
) -> Response:
    """What the window read there, what it was multiplied by, the subtotals and the value, bit for bit the map's own."""
    run, index, place = await _place(run_id, layer, channel, row, column, lab)
    stage = run.stages[index]
    speakable(stage.layer.terms_told(stage.input_shape, place), "input.npy and weight.npy, and cut the window out")

    async def make() -> bytes:
        closeup = await lab.close_up(run, index, place)
        return await lab.queue.light(lambda: json_bytes(closeup.document()))

    return await immutable(request, _named(run, index, place), "application/json", make)


async def _place(run_id: str, layer: str, channel: str, row: str, column: str, lab: Lab) -> tuple[Run, int, Place]:
    run = await lab.run(run_id)
    index = layer_index(run, layer)
    if index is None:
        raise NotFound("A number of the input has no steps: it is where the steps begin.")
    numbers = (
        whole(text, name, length)
        for text, name, length in zip(
            (channel, row, column), Place._fields, run.stages[index].output_shape, strict=True
        )
    )
    return run, index, Place(*numbers)


def _named(run: Run, index: int, place: Place) -> str:
    return f"{run.document.ids[index + 1]}-{'.'.join(map(str, place))}"


def layer_index(run: Run, text: str) -> int | None:
    """Return the index of the layer that an address names; None for `input`; raise NotFound."""
    if text == "input":
        return None
    if not run.stages and read_whole(text) is not None:
        raise NotFound("This run has no layers; its only array is the input.")
    return whole(text, "layer", len(run.stages))


def whole(text: str, name: str, count: int) -> int:
    """Return the number that an address names, below `count`; raise NotFound."""
    number = read_whole(text, count)
    if number is not None:
        return number
    raise NotFound(
        "There is no {name} {text}; here they run from 0 to {last}.", name=name, text=text[:20], last=count - 1
    )


def speakable(count: int, instead: str) -> None:
    """Refuse more numbers than JSON is good for."""
    if count > MOST_JSON_NUMBERS:
        raise Unfit(
            "{count} numbers are too many for JSON (at most {most}); take {instead}.",
            count=f"{count:,}",
            most=f"{MOST_JSON_NUMBERS:,}",
            instead=instead,
        )
