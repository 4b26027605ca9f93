"""The API's answers about learning: the gradients of the loss of a run's picture, and how one weight would change."""

import math
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request

from app.errors import NotFound, Unfit, shown
from app.explorer.addresses import API
from app.gradients import by_output, by_weight
from app.lab import Lab, Run
from app.layers.layer import Array
from app.layers.meeting import Weight
from app.training.gradients import Gradients
from app.training.optimizers import MOST_RATE
from app.training.weight_change import RATE, ExampleWeightChange, check_slides
from app.web.api import examples
from app.web.api.fields import number, whole_number
from app.web.api.json_text import exact_json
from app.web.api.maps import layer_index, speakable, whole
from app.web.api.outputs import LayerIndex
from app.web.asgi.answers import Artifact, Json, NumPy
from app.web.asgi.artifacts import NumPyFile, immutable, immutable_json
from app.web.asgi.dependencies import InLab
from app.web.asgi.operation import Operation
from app.whole_numbers import read_signed

gradients = APIRouter(prefix=API, route_class=Operation)
FIRST: dict[str, Any] = {"first": {"value": 0}}
RunWithClasses = Annotated[
    str, Path(description="The id of a run that ends in softmax.", openapi_examples=examples.CLASSES_ID)
]
Label = Annotated[
    str | None,
    whole_number(),
    Query(
        description="The class, from 0, that the picture is taken for an example of; needed.",
        openapi_examples=FIRST,
    ),
]


async def in_filters(
    filters: Annotated[
        str, whole_number(), Path(alias="filter", description="Which filter, from 0.", openapi_examples=FIRST)
    ],
    channel: Annotated[
        str, whole_number(), Path(description="Which of the channels it reads, from 0.", openapi_examples=FIRST)
    ],
    row: Annotated[str, whole_number(), Path(description="Which row of it, from 0.", openapi_examples=FIRST)],
    column: Annotated[str, whole_number(), Path(description="Which column of it, from 0.", openapi_examples=FIRST)],
) -> tuple[str, ...]:
    """Return where a weight lies, as an address has it."""
    return filters, channel, row, column


InFilters = Annotated[tuple[str, ...], Depends(in_filters)]


@gradients.get(
    "/runs/{run_id}/layers/{layer}/gradients/{filter}/{channel}/{row}/{column}",
    summary="How one weight would learn",
    tags=["learning"],
)
async def get_weight_change(
    run_id: RunWithClasses,
    layer: LayerIndex,
    weight: InFilters,
    request: Request,
    lab: InLab,
    label: Label = None,
    rate: Annotated[str, number(above=0), Query(description="The learning rate of plain gradient descent.")] = str(
        RATE
    ),
) -> Artifact[ExampleWeightChange]:
    """How a weight of a conv2d layer would change, were the picture the only example of class `label`.

    The loss is cross-entropy. With groups `channel` counts the channels that the filter reads, as in PyTorch's layout.
    """
    run = await lab.run(run_id)
    index = _layer(run, layer)
    stage, step = run.stages[index], _rate(rate)
    check_slides(stage.layer, stage.input_shape, index)
    asked = _label(run, label, lab)
    speakable(math.prod(stage.input_shape[1:]) + math.prod(stage.output_shape[1:]), "gradient.npy and output.npy")
    shape = (await lab.weight(run, index, "weight")).shape
    place = Weight(*(whole(*axis) for axis in zip(weight, Weight._fields, shape, strict=True)))

    async def make() -> Json[ExampleWeightChange]:
        change = await lab.gradients.change(run, index, place, asked, step)
        return await lab.queue.light(lambda: exact_json(change.document()))

    key = f"{run.id}-{layer}-change-{'.'.join(map(str, place))}-{asked}-{step}"
    return await immutable_json(request, key, make)


@gradients.get(
    "/runs/{run_id}/layers/{layer}/gradient.npy",
    summary="The gradient by a layer's output",
    tags=["learning"],
)
async def get_gradient(
    run_id: RunWithClasses, layer: LayerIndex, request: Request, lab: InLab, label: Label = None
) -> Artifact[NumPy]:
    """What each number of the output does to the loss, as a NumPy file of the shape of `output.npy`."""
    return await _array(await lab.run(run_id), layer, label, request, lab, by_output, "gradient")


@gradients.get(
    "/runs/{run_id}/layers/{layer}/weight_gradient.npy",
    summary="The gradient by a layer's weights",
    tags=["learning"],
)
async def get_weight_gradient(
    run_id: RunWithClasses, layer: LayerIndex, request: Request, lab: InLab, label: Label = None
) -> Artifact[NumPy]:
    """What each weight does to the loss, as a NumPy file of the shape of `weight.npy`; 404 for a layer without."""
    return await _array(await lab.run(run_id), layer, label, request, lab, by_weight, "weight-gradient")


async def _array(
    run: Run,
    layer: str,
    label: str | None,
    request: Request,
    lab: Lab,
    array: Callable[[Run, int, Gradients], Array],
    name: str,
) -> Artifact[NumPy]:
    """Return an array of the gradients of a layer as a NumPy file."""
    index, asked = _layer(run, layer), _label(run, label, lab)

    async def make() -> NumPyFile:
        found = await lab.gradients.find(run, asked)
        return NumPyFile(await lab.queue.light(lambda: array(run, index, found)), found)

    return await immutable(request, f"{run.id}-{layer}-{name}-{asked}", NumPy, make, f"layer-{layer}-{name}.npy")


def _layer(run: Run, text: str) -> int:
    index = layer_index(run, text)
    if index is None:
        raise NotFound("The input does not learn; gradients are those of layers, the first of them 0.")
    return index


def _label(run: Run, text: str | None, lab: Lab) -> int:
    """Return the class that is asked about; raise Unfit where none is, or where the run has no such class."""
    asked = None if text is None else read_signed(text)
    if asked is None:
        raise Unfit(
            "label must be the number of a class, such as label=0, not {given}.", given=shown(text), pointer="/label"
        )
    lab.gradients.check(run, asked)
    return asked


def _rate(text: str) -> float:
    try:
        rate = float(text[:40])
    except ValueError:
        rate = math.nan
    if not 0 < rate <= MOST_RATE:
        raise Unfit(
            "rate must be a number above 0 and at most {most}, not {given}.",
            most=MOST_RATE,
            given=shown(text),
            pointer="/rate",
        )
    return rate
