"""Trainings over HTTP: begun, told what to do, watched, and asked about one weight."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from app.errors import TooLarge
from app.explorer.addresses import API
from app.lab import Lab
from app.layers.meeting import Weight
from app.pipeline.json_reader import parse_json
from app.training.next_batch import next_batch
from app.training.training import read_training
from app.training.weight_change import BatchWeightChange, check_slides
from app.trainings.live import LiveTraining
from app.trainings.report import NewTraining, Training, TrainingNews, Words, report
from app.trainings.states import REASONS, Reason
from app.trainings.trainings import Command
from app.trainings.visitor import Visitor
from app.web.api import examples
from app.web.api.fields import whole_number
from app.web.api.gradients import FIRST, InFilters
from app.web.api.instants import instant
from app.web.api.json_text import exact_json, json_bytes
from app.web.api.maps import whole
from app.web.asgi.answers import Answer
from app.web.asgi.bearer import bearer
from app.web.asgi.client import client_of
from app.web.asgi.dependencies import InLab, InTrainings
from app.web.asgi.event_stream import EventStream, event
from app.web.asgi.forms import read_body
from app.web.asgi.language import translator
from app.web.asgi.operation import Operation

trainings = APIRouter(prefix=API, route_class=Operation, tags=["learning"])
NO_STORE = {"Cache-Control": "no-store"}
MOST_BYTES = 2_000_000  # of a training's document: all the weights that it may begin with
TrainingId = Annotated[str, Path(description="The id of a training.", openapi_examples=examples.TRAINING_ID)]


@trainings.post(
    "/trainings",
    status_code=201,
    summary="Begin a training",
    openapi_extra={"requestBody": examples.TRAINING_BODY},
)
async def create_training(request: Request, lab: InLab, trainings: InTrainings) -> Answer[NewTraining]:
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
    key, words = trainings.owners.key(live.name), _words(live, live.reason, translator(request))

    def told() -> NewTraining:
        return {**report(live), **words, "key": key}

    content = await lab.queue.light(lambda: json_bytes(told()))
    return Answer(content, 201, {**NO_STORE, "Location": f"{API}/trainings/{live.name}"})


@trainings.get(
    "/trainings/{training_id}",
    summary="A training",
)
async def get_training(
    training_id: TrainingId, request: Request, lab: InLab, trainings: InTrainings
) -> Answer[Training]:
    """Whoever reads it watches it."""
    return await _answer(await trainings.find(training_id), request, lab)


@trainings.get(
    "/trainings/{training_id}/events",
    status_code=200,
    summary="What is new of a training",
)
async def follow_training(
    training_id: TrainingId, request: Request, trainings: InTrainings
) -> EventStream[TrainingNews]:
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
)
async def get_training_weight_change(
    training_id: TrainingId,
    layer: Annotated[str, whole_number(), Path(description="A conv2d layer, from 0.", openapi_examples=FIRST)],
    weight: InFilters,
    lab: InLab,
    trainings: InTrainings,
    example: Annotated[
        str, whole_number(), Query(description="Which example of the batch that comes next, from 0.")
    ] = "0",
) -> Answer[BatchWeightChange]:
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
    return Answer(await lab.queue.light(lambda: exact_json(change.document_of_batch())))


def _command(command: Command, summary: str) -> Callable[..., Any]:
    """Return the handler of what the owner of a training says."""

    async def told(training_id: TrainingId, request: Request, lab: InLab, trainings: InTrainings) -> Answer[Training]:
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
        openapi_extra=examples.OWNER,
    )


async def _answer(live: LiveTraining, request: Request, lab: Lab) -> Answer[Training]:
    """Return what is said of a training."""
    words = _words(live, live.reason, translator(request))

    def told() -> Training:
        return {**report(live), **words}

    return Answer(await lab.queue.light(lambda: json_bytes(told())), headers=NO_STORE)


def _words(live: LiveTraining, reason: Reason | None, say: Callable[[str], str]) -> Words:
    """Return why a training is in its state, as a sentence, and when it goes."""
    expiry = live.expires_at
    return {
        "note": reason and say(REASONS[reason]),
        "expires_at": None if expiry is None else instant(datetime.fromtimestamp(expiry, UTC)),
    }
