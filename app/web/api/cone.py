"""The API's answer to where a cell's light falls: every place of a later layer that it can change."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from app.errors import NotFound, Unfit, shown
from app.explorer.addresses import API
from app.layers.references import PICTURE
from app.pipeline.closeup import Rectangle, rectangle
from app.pipeline.cone import cone as reachable
from app.web.api.fields import whole_number
from app.web.api.json_text import json_bytes
from app.web.api.maps import layer_index, whole
from app.web.api.outputs import LayerIndex
from app.web.api.runs import RunId
from app.web.asgi.answers import Artifact, Json
from app.web.asgi.artifacts import immutable_json
from app.web.asgi.dependencies import InLab
from app.web.asgi.operation import Operation
from app.whole_numbers import read_signed, read_whole

cones = APIRouter(prefix=API, route_class=Operation)


@cones.get(
    "/runs/{run_id}/layers/{layer}/cone",
    summary="What one cell can change",
    tags=["layers"],
)
async def get_cone(
    run_id: RunId,
    layer: LayerIndex,
    row: Annotated[
        str, whole_number(), Query(description="A row of the input, from 0.", openapi_examples={"third": {"value": 2}})
    ],
    column: Annotated[
        str,
        whole_number(),
        Query(description="A column of the input, from 0.", openapi_examples={"fifth": {"value": 4}}),
    ],
    request: Request,
    lab: InLab,
    start: Annotated[
        str,
        whole_number(or_else="input"),
        Query(alias="from", description="Where the cell is: `input`, or an earlier layer's output, by its index."),
    ] = "input",
) -> Artifact[Rectangle | None]:
    """The smallest rectangle, half-open, of places in the layer's output that the cell can change, by what each place
    reads, through padding too; null where there are none. The cell is the one at that row and column in all channels.
    """
    run = await lab.run(run_id)
    index = layer_index(run, layer)
    if index is None:
        raise NotFound("Nothing comes before the input that could change it.")
    if start != "input" and read_whole(start) is None:
        raise Unfit("from must be input or the number of a layer, not {given}.", given=shown(start), pointer="/from")
    source = layer_index(run, start)
    if source is not None and source >= index:
        raise Unfit(
            "Layer {source} is not before layer {layer}; from is an earlier one.",
            source=source,
            layer=index,
            pointer="/from",
        )
    shape = run.input_shape if source is None else run.stages[source].output_shape
    place = [
        _cell(text, name, length)
        for text, name, length in zip((row, column), ("row", "column"), shape[1:], strict=True)
    ]
    number = PICTURE if source is None else source

    async def make() -> Json[Rectangle | None]:
        reached = await lab.queue.light(lambda: reachable(run.stages[: index + 1], place[0], place[1], number))
        return json_bytes(reached and rectangle(reached))

    key = f"{run.document.ids[index + 1]}-cone-{source}-{place[0]}-{place[1]}"
    return await immutable_json(request, key, make)


def _cell(text: str, name: str, count: int) -> int:
    """Return the coordinate that a query names: NotFound where it lies outside, Unfit where it is none."""
    if read_signed(text) is None:
        raise Unfit("{name} must be a whole number, not {given}.", name=name, given=shown(text), pointer=f"/{name}")
    return whole(text, name, count)
