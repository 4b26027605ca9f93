"""The API under /api/v1: it parses, asks the lab, and answers with data; it decides nothing."""

import io
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from app import gallery
from app.errors import BrokenRequest, Forbidden, NotFound, Unfit, shown
from app.lab import Lab, Run, Upload
from app.layers import LAYERS, Place
from app.layers.numbers import Numbers
from app.numerics.kernels import KERNELS
from app.pipeline import Document, read_document
from app.web import examples
from app.web.artifacts import API, immutable, theme_of
from app.web.drawing import filter_picture, map_picture, step_svg
from app.web.forms import document_of, parse_json, read_form
from app.web.language import language_of
from app.web.reports import run_report

api = APIRouter(prefix=API, responses=examples.PROBLEMS)
MOST_JSON_NUMBERS = 4_000_000  # about 80 MB of text; more is for .npy


def lab_of(request: Request) -> Lab:
    """Return the lab that serves this app."""
    lab: Lab = request.app.state.lab
    return lab


InLab = Annotated[Lab, Depends(lab_of)]
ImageId = Annotated[
    str,
    Path(
        description="The id of an upload or the name of a gallery picture.",
        openapi_examples={"gallery": {"value": "chelsea"}},
    ),
]
RunId = Annotated[str, Path(description="The id of a run.", openapi_examples=examples.RUN_ID)]
LayerIndex = Annotated[
    str, Path(description="The layer, from 0; `input` is the input.", openapi_examples={"first": {"value": "0"}})
]
Axis = Annotated[
    str, Path(description="A place in the layer's output, from 0.", openapi_examples={"first": {"value": "0"}})
]


# ---- pictures


@api.get("/images", summary="The gallery", tags=["pictures"])
async def images() -> list[dict[str, Any]]:
    return [entry.facts() for entry in gallery.GALLERY.values()]


@api.post(
    "/images",
    status_code=201,
    summary="Upload a picture",
    tags=["pictures"],
    openapi_extra={"requestBody": examples.UPLOAD_BODY},
)
async def upload(request: Request, lab: InLab) -> Response:
    """Keeps the picture, upright and without metadata, until it expires; the same picture again renews it."""
    _, data = await read_form(request)
    if data is None:
        raise BrokenRequest('Send the picture as multipart form data in a field named "file".')
    picture = await lab.add_picture(data)
    return JSONResponse(_upload(picture, token=True), 201, {"Location": f"{API}/images/{picture.id}"})


@api.get("/images/{image}.png", summary="The picture as PNG", tags=["pictures"], response_class=Response)
async def image_png(image: ImageId, request: Request, lab: InLab) -> Response:
    picture = await lab.picture(image)
    return await immutable(request, f"image-{image}", "image/png", lambda: lab.picture_png(picture))


@api.get("/images/{image}", summary="Facts of a picture", tags=["pictures"])
async def image_facts(image: ImageId, lab: InLab) -> dict[str, Any]:
    return _upload(await lab.facts(image))


@api.delete("/images/{image}", status_code=204, summary="Delete an upload", tags=["pictures"])
async def delete_image(image: ImageId, request: Request, lab: InLab) -> Response:
    """Needs the token that the upload returned, in the header `Authorization: Bearer <token>`."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        await lab.picture(image)
        raise Forbidden(
            "Deleting needs the token that the upload returned, in the header Authorization: Bearer <token>."
        )
    await lab.delete_picture(image, token.strip())
    return Response(status_code=204)


def _upload(upload: Upload, token: bool = False) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "id": upload.id,
        "width": upload.width,
        "height": upload.height,
        "mode": upload.mode,
        "expires_at": _instant(upload.expires_at),
    }
    return {**facts, "delete_token": upload.delete_token} if token else facts


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")


# ---- what there is


@api.get("/layers", summary="Every layer type with its schema", tags=["what there is"])
async def layers() -> list[dict[str, Any]]:
    return [
        {"type": name, "help": (kind.__doc__ or "").strip(), "schema": kind.model_json_schema()}
        for name, kind in LAYERS.items()
    ]


@api.get("/kernels", summary="Every named kernel", tags=["what there is"])
async def kernels() -> list[dict[str, Any]]:
    return [
        {
            "name": kernel.name,
            "weight": Numbers(kernel.weight).nested(),
            "bias": kernel.bias,
            "sentence": kernel.sentence,
            "source": kernel.source,
        }
        for kernel in KERNELS.values()
    ]


# ---- runs


@api.post(
    "/runs",
    status_code=201,
    summary="Compute a run",
    tags=["runs"],
    openapi_extra={"requestBody": examples.RUN_BODY},
    responses={200: {"description": "The run, again"}},
)
async def post_run(request: Request, lab: InLab) -> Response:
    """Takes a JSON document, or a multipart form with a picture in `file`, a `recipe`, and the input's fields."""
    run = await lab.open(await _posted_document(request, lab))
    report = await _report(run, lab)
    new = await lab.keep(run)
    return Response(report, 201 if new else 200, {"Location": f"{API}/runs/{run.id}"}, media_type="application/json")


async def _posted_document(request: Request, lab: Lab) -> Document:
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        fields, data = await read_form(request)
        if data is not None:
            if "image" in fields:
                raise Unfit("Give a file or the id of an image, not both.", pointer="/input/image")
            fields["image"] = (await lab.add_picture(data)).id
        elif "image" not in fields:
            raise BrokenRequest('Send a picture in a field named "file", or the id of one in a field named "image".')
        return await _linked_document(fields, lab)
    body = await request.body()
    return await lab.read(lambda: read_document(parse_json(body)), len(body))


async def _linked_document(fields: Mapping[str, str], lab: Lab) -> Document:
    return await lab.read(lambda: document_of(fields), sum(map(len, fields.values())))


async def _report(run: Run, lab: Lab) -> bytes:
    results = await lab.results(run)
    return await lab.queue.light(lambda: json_bytes(run_report(run, results)))


@api.get("/runs", summary="Compute a run from a link", tags=["runs"], openapi_extra=examples.RUN_QUERY)
async def get_run_by_link(request: Request, lab: InLab) -> Response:
    """The fields of a page's link, with the same meaning: image, size (or height, width), mode, fit, scale, recipe."""
    fields = dict(request.query_params)
    if "image" not in fields:
        raise Unfit("The link needs the id of a picture in image, such as image=chelsea.", pointer="/input/image")
    run = await lab.open(await _linked_document(fields, lab))
    report = await _report(run, lab)
    await lab.keep(run)
    return Response(report, media_type="application/json")


@api.get("/runs/{run_id}", summary="A run", tags=["runs"])
async def get_run(run_id: RunId, lab: InLab) -> Response:
    return Response(await _report(await lab.run(run_id), lab), media_type="application/json")


# ---- arrays and pictures of a run

Channel = Annotated[str | None, Query(description="One channel, from 0; all of them where left out.")]


@api.get(
    "/runs/{run_id}/layers/{layer}/output.{form}", summary="All maps of a layer", tags=["runs"], response_class=Response
)
async def output(
    run_id: RunId,
    layer: LayerIndex,
    form: Annotated[str, Path(description="json, npy or png", openapi_examples={"json": {"value": "json"}})],
    request: Request,
    lab: InLab,
    channel: Channel = None,
    scale: Annotated[str, Query(description="png: one scale for the `layer`, or each map's `own`")] = "layer",
) -> Response:
    """`json`: nested lists [channel][row][column]; `npy`: a NumPy file, float32; `png`: one sheet of all maps."""
    if form not in ("json", "npy", "png"):
        raise NotFound("The maps of a layer come as output.json, output.npy and output.png.")
    if scale not in ("layer", "own"):
        raise Unfit("scale must be layer or own, not {given}.", given=shown(scale))
    run = await lab.run(run_id)
    index = layer_index(run, layer)
    shape = run.stages[index].output_shape if index is not None else run.input_shape
    only = None if channel is None else whole(channel, "channel", shape[0])
    if form == "json":
        _speakable(
            shape[1] * shape[2] * (shape[0] if only is None else 1), "output.npy, or one channel with ?channel=0"
        )
    theme = theme_of(request)

    async def make() -> bytes:
        if form == "png":
            return await map_picture(lab, run, index, only, theme, own=scale == "own")
        result = await lab.result(run, index)
        maps = result.output if only is None else result.output[only]
        return await lab.queue.light(lambda: npy(maps) if form == "npy" else json_bytes(maps))

    kind = {"json": "application/json", "npy": "application/octet-stream", "png": "image/png"}[form]
    key = f"{run.document.ids[0 if index is None else index + 1]}-{layer}-{only}-{form}-{scale}-{theme}"
    return await immutable(request, key, kind, make, f"layer-{layer}.{form}" if form == "npy" else None)


@api.get(
    "/runs/{run_id}/layers/{layer}/{name}.npy", summary="Weights of a layer", tags=["runs"], response_class=Response
)
async def weights(
    run_id: RunId,
    layer: LayerIndex,
    name: Annotated[str, Path(description="weight or bias", openapi_examples={"weight": {"value": "weight"}})],
    request: Request,
    lab: InLab,
) -> Response:
    """`weight` or `bias` in PyTorch's layout, as a NumPy file; 404 for a layer without."""
    run = await lab.run(run_id)
    array = await lab.weight(run, layer_index(run, layer), name)
    return await immutable(
        request,
        f"{run.id}-{layer}-{name}",
        "application/octet-stream",
        lambda: lab.queue.light(lambda: npy(array)),
        f"layer-{layer}-{name}.npy",
    )


@api.get("/runs/{run_id}/layers/{layer}/weight.png", tags=["runs"], include_in_schema=False)
async def weight_png(run_id: str, layer: str, request: Request, lab: InLab) -> Response:
    run, theme = await lab.run(run_id), theme_of(request)
    index = layer_index(run, layer)
    await lab.weight(run, index, "weight")
    return await immutable(
        request, f"{run.id}-{layer}-weights-{theme}", "image/png", lambda: filter_picture(lab, run, index, theme)
    )


@api.get(
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
    theme = theme_of(request)
    return await immutable(
        request,
        f"{_named(run, index, place)}-svg-{theme}",
        "image/svg+xml",
        lambda: step_svg(lab, run, index, place, theme, language_of(request)),
    )


@api.get(
    "/runs/{run_id}/layers/{layer}/steps/{channel}/{row}/{column}", summary="How one number came to be", tags=["runs"]
)
async def step(
    run_id: RunId, layer: LayerIndex, channel: Axis, row: Axis, column: Axis, request: Request, lab: InLab
) -> Response:
    """What the window read there, what it was multiplied by, the subtotals and the value, bit for bit the map's own."""
    run, index, place = await _place(run_id, layer, channel, row, column, lab)
    stage = run.stages[index]
    first, last = stage.layer.channels_read(stage.input_shape, place.channel)
    rows, columns = stage.layer.window(stage.input_shape).size
    _speakable(3 * (last - first) * rows * columns, "input.npy and weight.npy, and cut the window out")

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
    if not run.stages and text.isdigit():
        raise NotFound("This run has no layers; its only array is the input.")
    return whole(text, "layer", len(run.stages))


def whole(text: str, name: str, count: int) -> int:
    """Return the number that an address names, below `count`; raise NotFound."""
    if text.isascii() and text.isdigit() and len(text) < 10 and int(text) < count:
        return int(text)
    raise NotFound(
        "There is no {name} {text}; here they run from 0 to {last}.", name=name, text=text[:20], last=count - 1
    )


def _speakable(count: int, instead: str) -> None:
    """Refuse more numbers than JSON is good for."""
    if count > MOST_JSON_NUMBERS:
        raise Unfit(
            "{count} numbers are too many for JSON (at most {most}); take {instead}.",
            count=f"{count:,}",
            most=f"{MOST_JSON_NUMBERS:,}",
            instead=instead,
        )


def json_bytes(value: Any) -> bytes:
    """Return `value` as JSON; arrays go row by row, so that other threads get their turn."""
    match value:
        case np.ndarray() if value.ndim > 1:
            return b"[" + b",".join(map(json_bytes, value)) + b"]"
        case np.ndarray():
            return json_bytes(value.tolist())
        case dict():
            return b"{" + b",".join(b"%b:%b" % (json_bytes(k), json_bytes(v)) for k, v in value.items()) + b"}"
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def npy(array: np.ndarray[Any, Any]) -> bytes:
    """Return a NumPy file of `array`."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()
