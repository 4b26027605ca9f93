"""Trainings over HTTP: begun, told what to do, watched, and asked about one weight."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from app.errors import TooLarge
from app.explorer.addresses import API
from app.lab import Lab
from app.layers.meeting import Weight
from app.pipeline.json_reader import parse_json
from app.training.next_batch import next_batch
from app.training.training import read_training
from app.training.weight_change import check_slides
from app.trainings.live import LiveTraining
from app.trainings.report import report
from app.trainings.states import REASONS, Reason, State
from app.trainings.trainings import Command
from app.trainings.visitor import Visitor
from app.web.api import examples
from app.web.api.gradients import FIRST, InFilters, WeightChange
from app.web.api.instants import instant
from app.web.api.json_text import json_bytes
from app.web.api.maps import whole
from app.web.asgi.bearer import bearer
from app.web.asgi.client import client_of
from app.web.asgi.dependencies import InLab, InTrainings
from app.web.asgi.event_stream import EventStream, event
from app.web.asgi.forms import read_body
from app.web.asgi.language import translator

trainings = APIRouter(prefix=API, responses=examples.PROBLEMS, tags=["learning"])
MOST_BYTES = 2_000_000  # of a training's document: all the weights that it may begin with
TrainingId = Annotated[str, Path(description="The id of a training.", openapi_examples=examples.TRAINING_ID)]


class Wrong(BaseModel):
    """An example that was taken for another class."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    example: int
    """Its number among those that are measured on, from 0."""
    label: int
    """Its class, from 0."""
    taken_for: int
    """The class that it was taken for."""
    share: float
    """How sure the network was, 0..1."""


class News(BaseModel):
    """How far a training has come, in few words."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    state: State
    """New ones are paused at step 0; `waiting` for a place to run."""
    reason: Reason | None
    """Why it is in this state, where its owner has not put it there."""
    step: int
    """Batches that it has learned from."""
    steps: int
    """Batches in all."""
    weights_step: int
    """The step that its weights are of: `step`, or where the numbers have run away that of the last checkpoint."""
    epoch: int
    """Times that it has gone through all examples."""
    epochs: int
    loss: float | None
    """Of the last batch before its change; null before the first, and where it is no number any more."""
    accuracy: float | None
    """At the last checkpoint."""
    confusion: list[list[int]] | None
    """There: how many examples of each class (row) were taken for each class (column)."""
    worst: list[Wrong]
    """There: the mistakes of which the network was most sure."""
    classes: list[str]
    note: str | None
    """The reason as a sentence."""
    expires_at: str | None
    """When it goes."""


class TrainingReport(News):
    """A training."""

    losses: list[float | None]
    """One a step: the mean of the batch before its change."""
    accuracies: list[float]
    """One a checkpoint, before the first epoch and after each: the share of examples that it names right, 0..1."""
    measured: Literal["held_out", "learned"]
    """What is measured on: examples held out or, where a class has too few for that, those learned from."""
    document: dict[str, Any]
    """What began it, with all that was left out."""


class NewTraining(TrainingReport):
    """A training, and the key of its owner."""

    key: str
    """Lets whoever holds it run, pause, step, reset and stop it, in the header `Authorization: Bearer <key>`."""


class NextChange(WeightChange):
    """How one weight is to change by the batch that comes next."""

    batch: float
    """The gradient by the weight of the batch: the mean of its examples'."""
    update: float
    """What the optimizer adds to the weight, momentum, weight decay and all."""


@trainings.post(
    "/trainings",
    status_code=201,
    summary="Begin a training",
    openapi_extra={"requestBody": examples.TRAINING_BODY},
    response_class=Response,
    responses={201: {"model": NewTraining}},
)
async def create_training(request: Request, lab: InLab, trainings: InTrainings) -> Response:
    """It is paused before its first batch; `run` lets it go on. All fields may be left out; `recipe` may stand for
    `layers`. An address has at most four that are not over, those of its pages included, and one ends when nobody has
    watched it for ten minutes.
    """
    body = await read_body(request)
    if len(body) > MOST_BYTES:
        raise TooLarge(
            "The training has {count} bytes; the most is {most}. Begin with random weights, or a smaller network.",
            count=f"{len(body):,}",
            most=f"{MOST_BYTES:,}",
        )
    training = await lab.queue.light(lambda: read_training(parse_json(body)))
    client = client_of(request)
    live = await trainings.begin(training, Visitor(client))
    more = {"key": trainings.owners.key(live.name)}
    return await _answer(live, request, lab, 201, more, {"Location": f"{API}/trainings/{live.name}"})


@trainings.get(
    "/trainings/{training_id}",
    summary="A training",
    response_class=Response,
    responses={200: {"model": TrainingReport}},
)
async def get_training(training_id: TrainingId, request: Request, lab: InLab, trainings: InTrainings) -> Response:
    """Whoever reads it watches it."""
    return await _answer(await trainings.find(training_id), request, lab)


@trainings.get(
    "/trainings/{training_id}/events",
    status_code=200,
    summary="What is new of a training",
    response_class=EventStream,
    responses={200: {"model": News}},
)
async def follow_training(training_id: TrainingId, request: Request, trainings: InTrainings) -> Response:
    """Server-sent events: `id` is the step, `event` is `training`, `data` is the training without what grows, the
    newest at once and then whatever is new, at most ten times a second.
    """
    live, say = await trainings.find(training_id), translator(request)
    news = trainings.follow(live)

    async def told() -> AsyncGenerator[bytes, None]:
        async with aclosing(news):
            async for each in news:
                more = json_bytes(_words(live, each.reason, say))
                yield event("training", each.step, each.data[:-1] + b"," + more[1:])  # written once, but for the words

    return EventStream(told())


@trainings.get(
    "/trainings/{training_id}/gradients/{layer}/{filter}/{channel}/{row}/{column}",
    summary="How one weight is to change",
    response_class=Response,
    responses={200: {"model": NextChange}},
)
async def get_training_weight_change(
    training_id: TrainingId,
    layer: Annotated[str, Path(description="A conv2d layer, from 0.", openapi_examples=FIRST)],
    weight: InFilters,
    lab: InLab,
    trainings: InTrainings,
    example: Annotated[str, Query(description="Which example of the batch that comes next, from 0.")] = "0",
) -> Response:
    """What the batch that comes next will do to one weight, and what one example of it says: `example` is the sum of
    the products of `gradient` with the cells of `input` that the weight meets, `batch` the mean over all examples.
    """
    live = await trainings.find(training_id)
    index = whole(layer, "layer", len(live.training.layers))
    network = (course := await trainings.copy(live)).network
    check_slides(network.layers[index], network.shape_read(index), index)
    shape = network.weights[index]["weight"].shape
    place = Weight(*(whole(*axis) for axis in zip(weight, Weight._fields, shape, strict=True)))
    number = whole(example, "example", live.training.batch_size)
    change = await lab.queue.heavy(lambda: next_batch(course).change(index, place, number))
    return Response(await lab.queue.light(lambda: json_bytes(change.document())), media_type="application/json")


def _command(command: Command, summary: str) -> Callable[..., Any]:
    """Return the handler of what the owner of a training says."""

    async def told(training_id: TrainingId, request: Request, lab: InLab, trainings: InTrainings) -> Response:
        live = await trainings.command(training_id, command, bearer(request))
        return await _answer(live, request, lab)

    told.__name__, told.__doc__ = f"{command}_training", f"{summary} Needs its key: `Authorization: Bearer <key>`."
    return told


COMMANDS: dict[Command, tuple[str, str]] = {
    "run": ("Run a training", "Lets it go on, as soon as there is a place."),
    "pause": ("Pause a training", "Lets it rest after the batch that it is at."),
    "step": ("Do one batch of a training", "Pauses it, and does one batch."),
    "reset": ("Begin a training again", "Goes back before the first batch, to the same seed."),
    "stop": ("Stop a training", "Ends it; what it has learned stays until it expires."),
}
for name, (summary, sentence) in COMMANDS.items():
    trainings.add_api_route(
        f"/trainings/{{training_id}}/{name}",
        _command(name, sentence),
        methods=["POST"],
        summary=summary,
        response_class=Response,
        responses={200: {"model": TrainingReport}},
    )


async def _answer(
    live: LiveTraining,
    request: Request,
    lab: Lab,
    status: int = 200,
    more: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return what is said of a training."""
    told = {**_words(live, live.reason, translator(request)), **(more or {})}
    body = await lab.queue.light(lambda: json_bytes(report(live) | told))
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, media_type="application/json")


def _words(live: LiveTraining, reason: Reason | None, say: Callable[[str], str]) -> dict[str, str | None]:
    """Return why a training is in its state, as a sentence, and when it goes."""
    expiry = live.expires_at
    return {
        "note": reason and say(REASONS[reason]),
        "expires_at": None if expiry is None else instant(datetime.fromtimestamp(expiry, UTC)),
    }
