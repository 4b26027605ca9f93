"""What flows back: a gradient that comes to a place goes on to the cell that the number came from, or is blocked."""

from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.errors import Unfit
from app.explorer.backward import Backward, backward
from app.explorer.inlets import inlets_of, name_of
from app.explorer.looks.look import Look, LookRequest, with_a_loss
from app.explorer.sums.answer import Answer
from app.explorer.sums.weight_sum import digits_of
from app.explorer.templating.context import Context
from app.explorer.view import View
from app.layers import Place
from app.layers.references import PICTURE
from app.numerics.axis import Pair
from app.numerics.window import Span
from app.pipeline.plan import Stage
from app.printing.numbers import MOST, fixed, level
from app.rendering.diagrams.backward import BackwardScene, backward_drawing
from app.rendering.diagrams.weight import boxes
from app.rendering.svg import markup

MOST_CELLS = 49  # of a window that are written


@dataclass(frozen=True)
class Read:
    """A cell that the place has read: its number, and what of the gradient goes on to it."""

    value: float
    passed: str
    tint: str
    gets: bool


@dataclass(frozen=True)
class Flow:
    """All that is said of a place."""

    drawings: list[Markup]
    cells: list[Read]  # none where they are too many
    columns: int
    came: str
    passed: str
    comes: int  # numbers of the map to which a gradient comes
    stays: int  # cells of the map before to which none goes on
    of: int
    readers: int  # layers that read that map, whose gradients are added
    before: str  # what gives it
    answer: Answer


@dataclass(frozen=True)
class Source:
    """The map to which a gradient goes on: of a layer that merges several outputs, the first that is a layer's own."""

    index: int  # of the layer that gives it
    channel: int
    value: float | None  # that stands there for the number; None where that is not one


@dataclass(frozen=True)
class BackContext(Context):
    """What templates/looks/back.html shows."""

    flow: Flow | None
    hindered: str  # why nothing is told


async def _context(asked: LookRequest) -> BackContext:
    try:
        seen = await backward(asked.lab, asked.run, asked.state, asked.view.theme)
        flow = await asked.lab.queue.light(lambda: _flow(asked, seen))
    except Unfit as mistake:
        return BackContext(None, mistake.say(asked.view.say))
    return BackContext(flow, "")


def _flow(asked: LookRequest, seen: Backward) -> Flow:
    view = asked.view
    place, index = view.place, view.index
    came = float(seen.by_map(index, place.channel)[place.row, place.column])
    to = goes_to(view, place)
    window = _real(view.geometry.around(place), view.stage.input_shape[1:])
    printed = _printed(came), _printed(came) if to else "0"
    source = _source(view, to, window)
    before = seen.by_map(source.index, source.channel)
    scene = BackwardScene(
        seen.face(source.index, source.channel),
        seen.scale(source.index, source.channel),
        seen.face(index, place.channel),
        seen.scale(index, place.channel),
        view.pictures.map(source.index, source.channel),
        window,
        (place.row, place.column),
        to,
        (printed[0], "" if source.value is None else view.input_number(source.value)),
        _spoken(view, printed, to),
        (
            (view.say("Gradient that passed"), view.say("Passed")),
            (view.say("What stood there"), view.say("Number")),
            (view.say("Gradient that came"), view.say("Came")),
        ),
        view.say,
    )
    return Flow(
        [markup(backward_drawing(scene, box)) for box in boxes(projector=bool(asked.state.option("projector")))],
        _cells(view, window, source, to, came, printed),
        window.columns[1] - window.columns[0],
        *printed,
        int(np.count_nonzero(seen.by_map(index, place.channel))),
        int(before.size - np.count_nonzero(before)),
        int(before.size),
        sum(source.index in stage.inputs for stage in view.run.stages),
        name_of(view, source.index),
        seen.answer(view.say),
    )


def _printed(gradient: float) -> str:
    return fixed(gradient, max(2, min(MOST, digits_of(abs(gradient))))) if gradient else "0"


def _source(view: View, to: Pair | None, window: Span) -> Source:
    """Return the map to which the gradient of a number goes on; raise Unfit where that is the picture."""
    if not view.layer.merges:
        assert view.reads is not None
        channel = view.channels[0]
        return Source(view.reads, channel, _stood(view.before.output[channel], to, window))
    for inlet in inlets_of(view):
        if inlet.index is not None and inlet.place is not None:
            return Source(inlet.index, inlet.place, inlet.value)
    raise Unfit("This number comes from the picture itself, which learns nothing: no gradient is told of it.")


def goes_to(view: View, place: Place) -> Pair | None:
    """Return the cell of the map before to which a gradient that comes to `place` goes on; None where it is blocked."""
    if view.layer.merges:
        return place.row, place.column
    x = view.before.output[slice(*view.channels)][..., None]
    shape = x.shape[:3]
    layer = view.layer
    one = np.zeros((1, *view.stage.output_shape[1:], 1), np.float32)
    one[0, place.row, place.column] = 1
    assert shape[0] == 1
    back = layer.backward(one, layer.recall(x, {}), {}).x
    assert back is not None
    found = np.argwhere(back[0, ..., 0])
    return (int(found[0][0]), int(found[0][1])) if len(found) else None


def _stood(values: np.ndarray, to: Pair | None, window: Span) -> float | None:
    """Return the number to which a gradient goes on, or the only one that was read; None where several were, or none.

    `values` is the map that the window reads, without its padding.
    """
    if to:
        return float(values[to])
    read = values[slice(*window.rows), slice(*window.columns)]
    return float(read[0, 0]) if read.size == 1 else None


def _real(span: Span, cells: tuple[int, ...]) -> Span:
    """Return a window without what of it is padding."""
    rows, columns = ((max(0, first), min(length, last)) for (first, last), length in zip(span, cells, strict=True))
    return Span(rows, columns)


def _cells(
    view: View, window: Span, source: Source, to: Pair | None, came: float, printed: tuple[str, str]
) -> list[Read]:
    rows, columns = range(*window.rows), range(*window.columns)
    if len(rows) * len(columns) > MOST_CELLS:
        return []
    if source.value is not None and len(rows) * len(columns) == 1:
        values = {(rows[0], columns[0]): source.value}
    else:
        values = view.before.output[source.channel]
    return [
        Read(
            float(values[row, column]),
            printed[0] if to == (row, column) else "0",
            level(came, abs(came)) if to == (row, column) else "z",
            to == (row, column),
        )
        for row in rows
        for column in columns
    ]


def _spoken(view: View, printed: tuple[str, str], to: Pair | None) -> str:
    """Say what the drawing shows, in one sentence."""
    if to is None:
        return view.say("The gradient {came} is blocked here: 0 passes.").format(came=printed[0])
    text = view.say("The gradient {came} passes to row {row}, column {column} of the map before.")
    return text.format(came=printed[0], row=to[0] + 1, column=to[1] + 1)


def _routes(stage: Stage) -> bool:
    return stage.layer.routes and stage.inputs != (PICTURE,) and not stage.vector


LOOK = Look(
    "back",
    "What flows back",
    "Which gradient comes to a place, and which passes on to the layer before.",
    86,
    _context,
    applies=_routes,
    needs=with_a_loss,
    beyond="weight",
    scripts=("looks/weight.js",),
    chapter="learning",
)
