"""One weight learns: what it met, times the gradient there, adds up to its own; a small step against that is learning.

`pin=w.<channel>.<row>.<column>` in the address is the weight, of the filter of the present map; `label` the class that
the picture is taken for. The tape deck walks the weights of the filter.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import prod

import numpy as np
from markupsafe import Markup

from app.errors import Unfit
from app.explorer.backward import Backward, backward, gradient_png
from app.explorer.fields import query
from app.explorer.looks.look import Look, LookRequest, with_a_loss
from app.explorer.looks.steps import Step, Steps
from app.explorer.state import State
from app.explorer.sums.answer import Answer
from app.explorer.sums.batch_row import SHOWN, BatchRow, batch_row
from app.explorer.sums.weight_sum import WeightSum, descent_line, digits_of, weight_sum
from app.explorer.templating.context import Context
from app.explorer.view import View
from app.explorer.walk import Walk
from app.layers import Place
from app.layers.layer import Array
from app.layers.meeting import Weight
from app.messages import N_
from app.pipeline.plan import Stage
from app.pipeline.whole_model import model_in
from app.printing.numbers import grouped, level, rounded, written
from app.printing.working import Working
from app.rendering.arrangement import arranged
from app.rendering.diagrams.weight import WeightScene, boxes, weight_drawing
from app.rendering.sheets.pictures import faces
from app.rendering.svg import Face, markup
from app.training.next_batch import NextBatch
from app.training.weight_change import RATE, WeightChange, descent
from app.whole_numbers import read_wholes

BEHIND = 2  # other channels that stand behind the one at work


@dataclass(frozen=True)
class Told:
    """All that is said of a change."""

    drawings: list[Markup]
    change: WeightChange
    sum: WeightSum
    answer: Answer
    gradient: Decimal  # of the loss that is learned from: of this picture, or the mean of a batch
    line: Working
    tint: str  # of the weight, once it has learned
    batch: "Pictured | None"  # of a training: the pictures that change it together


@dataclass(frozen=True)
class Pictured:
    """A batch whose pictures one can choose."""

    row: BatchRow
    faces: list[Face]
    present: int | None  # which of them is the picture that is shown
    action: str  # where a form asks for another …
    fields: dict[str, str]  # … with these, and its number as `batch`


@dataclass(frozen=True)
class Coming:
    """A batch of a training that comes after a checkpoint."""

    model: str
    epoch: int
    batch: NextBatch


@dataclass(frozen=True)
class WeightContext(Context):
    """What templates/looks/weight.html shows."""

    walk: Walk
    told: Told | None
    refused: str  # why nothing is told
    filters: tuple[str, str]  # addresses of the filter before and after; nothing where there is none
    rate: float


def weight_of(state: State, shape: tuple[int, ...]) -> Weight:
    """Return the weight that the address says; else the one in the middle of the first slice."""
    _, channels, rows, columns = shape
    kind, _, place = state.pin.partition(".")
    found = read_wholes(place, 3) if kind == "w" else None
    if found is None or any(at >= length for at, length in zip(found, (channels, rows, columns), strict=True)):
        found = (0, rows // 2, columns // 2)
    return Weight(state.place.channel, *found)


async def _context(asked: LookRequest) -> WeightContext:
    state, view = asked.state, asked.view
    assert view.weight is not None
    weight = weight_of(state, view.weight.shape)
    _, rows, columns = view.stage.output_shape
    walk = Walk(
        arranged(view.weight.shape[1:]),
        Place(*weight[1:]),
        lambda place: state.but(pin=_pin(place), edit=""),
        "pin",
        "w",
        view.say("weight"),
        view.say("slice"),
        rows * columns,
        N_("products added"),
    )
    told, refused = None, ""
    try:
        seen = await backward(asked.lab, asked.run, state, view.theme)
        coming = await coming_batch(asked)
        shown = (await asked.lab.result(asked.run, -1)).output
        told = await asked.lab.queue.light(lambda: _told(asked, seen, weight, coming, shown))
    except Unfit as mistake:
        refused = mistake.say(view.say)
    return WeightContext(walk, told, refused, _neighbours(state, view), RATE)


def _pin(place: Place) -> str:
    return ".".join(map(str, ("w", *place)))


def weight_by_weight(view: View, state: State) -> Steps:
    """Return the weights of the filter, slice by slice, as the tape deck has them."""
    assert view.weight is not None
    plan, shape = arranged(view.weight.shape[1:]), view.weight.shape

    def at(number: int) -> Step:
        words = view.say("weight {number}").format(number=grouped(number + 1))
        return Step(state.but(pin=_pin(plan.at(number)), edit=""), words)

    return Steps(range(prod(shape[1:])), plan.index(Place(*weight_of(state, shape)[1:])), at, elsewhere=True)


def _neighbours(state: State, view: View) -> tuple[str, str]:
    """Return the addresses of the same weight in the filter before and in the one after."""
    found = []
    for channel in (state.place.channel - 1, state.place.channel + 1):
        there = 0 <= channel < view.stage.output_shape[0]
        found.append(state.but(place=state.place._replace(channel=channel), edit="").address() if there else "")
    return found[0], found[1]


async def coming_batch(asked: LookRequest) -> Coming | None:
    """Return the batch from which the network of a training learned, or will learn, next; None for other networks."""
    layers = asked.run.document.layers
    found, batches = model_in(layers), asked.lab.next_batches
    if found is None or batches is None or found.epoch is None or not found.model.learning:
        return None
    if len(layers) != len(found.model.layers):
        return None
    batch = await batches.after(found.model.id, found.epoch)
    return None if batch is None else Coming(found.model.id, found.epoch, batch)


def _pictured(asked: LookRequest, coming: Coming, weight: Weight, label: int, shown: Array) -> Pictured:
    """Return the batch as it is shown beside the picture `shown`, which is taken for the class `label`."""
    view, batch = asked.view, coming.batch
    alike = (
        number
        for number in range(min(SHOWN, len(batch)))
        if int(batch.batch.labels[number]) == label and np.array_equal(batch.batch.x[..., number], shown)
    )
    present = next(alike, None)
    row = batch_row(batch, view.index, weight, batch.change(view.index, weight, present or 0))
    _, rows, columns = asked.run.input_shape
    options = {name: text for name in ("lang", "theme", "projector") if (text := asked.state.option(name))}
    return Pictured(
        row,
        faces(f"/train/{coming.model}/batch/{coming.epoch}.png", len(row.sayings), rows, columns),
        present,
        f"/train/{coming.model}/explore" + (f"?{query(options)}" if options else ""),
        {"view": "weight", "epoch": str(coming.epoch), "at": asked.state.at, "pin": _pin(Place(*weight[1:]))},
    )


def _told(asked: LookRequest, seen: Backward, weight: Weight, coming: Coming | None, shown: Array) -> Told:
    view = asked.view
    change = change_of(view, seen, weight)
    sum_ = weight_sum(change, view.cell_decimals)
    pictured = _pictured(asked, coming, weight, seen.label, shown) if coming else None
    line = pictured.row.line if pictured else descent_line(change, RATE, change.example)
    gradient = rounded(change.example, digits_of(abs(change.example)))
    scene = _scene(view, seen, weight, change, written(line.parts[0]), _spoken(view, sum_, gradient, line))
    drawings = [markup(weight_drawing(scene, box)) for box in boxes(projector=bool(asked.state.option("projector")))]
    answer = seen.answer(view.say)
    learned = pictured.row.change if pictured else change
    tint = level(learned.next, view.weight_extent)
    mean = pictured.row.mean if pictured else line.parts[2]
    return Told(drawings, change, sum_, answer, mean, line, tint, pictured)


def change_of(view: View, seen: Backward, weight: Weight) -> WeightChange:
    """Return how a weight of a view's layer would change."""
    meeting = view.layer.meeting(view.stage.input_shape, weight)
    assert meeting is not None
    assert view.weight is not None
    x, gradient = view.before.output[meeting.channel], seen.by_map(view.index, weight.filter)
    return descent(x, gradient, meeting, float(view.weight[weight]), RATE)


def _spoken(view: View, sum_: WeightSum, gradient: Decimal, line: Working) -> str:
    """Say what the drawing shows, in one sentence."""
    text = view.say("{count} products add up to the gradient {gradient}; the weight {before} becomes {after}.")
    return text.format(
        count=len(sum_.met) + sum_.others,
        gradient=written(gradient),
        before=written(line.parts[0]),
        after=written(line.total),
    )


def _scene(view: View, seen: Backward, weight: Weight, change: WeightChange, printed: str, label: str) -> WeightScene:
    first, last = view.channels
    channels = [weight.channel, *_behind(weight.channel, last - first)]
    names = view.channel_names()
    slices = [(names[k][0], k, _slice(view, weight.filter, k)) for k in channels]
    sheets = [(names[k][0], _sheet(view, first + k)) for k in channels]
    rows, columns = change.meeting.rows, change.meeting.columns
    spots = [
        (int(rows[row]), int(columns[column]))
        for row, column in zip(*change.gradient.nonzero(), strict=True)
        if rows[row] >= 0 and columns[column] >= 0
    ]
    return WeightScene(
        sheets,
        _called(view, names[weight.channel][1], change),
        change.meeting.span,
        spots,
        slices,
        view.geometry.size,
        (weight.row, weight.column),
        weight.filter,
        seen.face(view.index, weight.filter),
        seen.scale(view.index, weight.filter),
        printed,
        label,
        view.say,
    )


def _slice(view: View, number: int, channel: int) -> Face:
    """Return one slice of a filter, even of those whose slices are one weight each and lie on one sheet."""
    assert view.weight is not None
    laid = arranged(view.weight.shape[1:])
    sheet, row, column = laid.cell(Place(channel, 0, 0))
    face = view.pictures.slice(view.index, view.weight.shape, number, sheet)
    return face.part(column, row, 1, 1) if laid.single else face


def _sheet(view: View, channel: int) -> Face:
    """Return one channel of the input, even of one whose channels are one number each and lie on one sheet."""
    face = view.pictures.map(view.reads, channel)
    _, row, column = view.source.cell(Place(channel, 0, 0))
    return face.part(column, row, 1, 1) if view.source.single else face


def _behind(channel: int, count: int) -> list[int]:
    """Return the channels behind the one at work: those that come next, from the first again after the last."""
    return sorted((channel + k) % count for k in range(1, min(BEHIND, count - 1) + 1))


def _called(view: View, name: str, change: WeightChange) -> str:
    rows, columns = change.input.shape
    return f"{name}, {rows} × {columns}"


def _learns(stage: Stage) -> bool:
    return stage.layer.meeting(stage.input_shape, Weight(0, 0, 0, 0)) is not None


LOOK = Look(
    "weight",
    "One weight learns",
    "What a weight met, times the gradient there: the sum says which way it is to change.",
    85,
    _context,
    applies=_learns,
    needs=with_a_loss,
    beyond="back",
    pictures={"gradient": gradient_png},
    chapter="learning",
    steps=weight_by_weight,
)
