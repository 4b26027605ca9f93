"""One filter for all places, against weights of their own at each place, against everything connected."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.steps import Step, Steps
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.view import View
from app.layers import Place
from app.messages import Counted
from app.numerics.window import Pair, Span
from app.pipeline.plan import Stage
from app.printing.numbers import about, grouped
from app.printing.shares import Say
from app.rendering.diagrams.edges import MOST_SHEETS, Cell, Neuron, edges_drawing, neighbour
from app.rendering.diagrams.places import hold_on
from app.rendering.diagrams.sharing import KINDS, Counts, areas, counts
from app.rendering.svg import markup

BOXES: dict[str, Pair] = {"wide": (560, 400), "narrow": (358, 330)}
SAMPLED = 12  # rows, and columns, of each sheet from which an edge is drawn where everything is connected
SPREAD = 0.4  # of the scale, of weights that are only imagined


@dataclass(frozen=True)
class SharingContext(Context):
    """What templates/looks/sharing.html shows."""

    kind: str  # the way that is looked at
    counts: Counts
    areas: Markup
    ways: list[tuple[str, str]]  # name and address
    drawings: list[Markup]
    edges: int  # that are drawn of a number
    times: str  # as many parameters as this layer
    each: int  # multiplications for a number
    so_far: int  # multiplications up to this one


async def _context(asked: LookRequest) -> SharingContext:
    """Return the counts of the three ways, and the edges of two neighbours in the one that is looked at."""
    state, view = asked.state, asked.view
    kind = state.pin if state.pin in KINDS else KINDS[0]
    counted = counts(view.stage)
    assert counted is not None
    drawings = {name: _drawn(view, kind, name) for name in BOXES}
    edges = [group for group in drawings["wide"].iter("g") if "data-edges" in group.attrib][-1]
    index = view.target.index(state.place) + 1
    each = counted.multiplications[kind] // counted.outputs
    return SharingContext(
        kind,
        counted,
        markup(areas(counted, 200, kind)),
        [(name, state.but(pin=name).address()) for name in KINDS],
        [markup(drawing) for drawing in drawings.values()],
        int(edges.attrib["data-edges"]),
        about(counted.times(kind)),
        each,
        each * index,
    )


def _drawn(view: View, kind: str, name: str) -> Element:
    """Return the drawing of a neuron and the one beside it, as large as `name` says."""
    stage, say = view.stage, view.say
    names, faces = view.channel_names(), view.sheet_faces()
    first, last = view.channels
    if view.source.single:
        faces = [face.part(*_corner(view, first), 1, 1) for face in faces]
    sheets = [(title[0], face) for title, face in zip(names, faces, strict=False)][:MOST_SHEETS]
    hold = hold_on(stage, (view.place.row, view.place.column))
    beside = neighbour(view.place, stage.output_shape[1:])
    neurons = [_neuron(view, kind, place, index) for index, place in enumerate([view.place, beside]) if place]
    more = f"… {last - first}" if last - first > len(sheets) else ""
    return edges_drawing(sheets, neurons, BOXES[name], view.weight_extent, hold, say, name, more)


def _corner(view: View, channel: int) -> Pair:
    _, row, column = view.source.cell(Place(channel, 0, 0))
    return column, row


def _weights(count: int, say: Say) -> str:
    """Say how many weights a neuron has."""
    return say(Counted("{count} weight", "{count} weights", count)).format(count=grouped(count))


def _neuron(view: View, kind: str, place: Place, index: int) -> Neuron:
    """Return a neuron as it would be in one of the three ways; weights that no layer here has are drawn by chance."""
    stage, say, weight = view.stage, view.say, view.weight
    assert weight is not None
    filter_ = weight[place.channel].astype(np.float64)
    count = f"{filter_.size:,}"
    span = stage.geometry.around(place)
    if kind == "full":
        channels, rows, columns = stage.input_shape
        cells = _sample(min(channels, MOST_SHEETS), rows, columns)
        says = _weights(channels * rows * columns, say)
        return Neuron(
            place, Span((0, rows), (0, columns)), cells, _chance(place, (len(cells),), view), None, None, "", says
        )
    cells = [(sheet, *cell) for sheet in range(filter_.shape[0]) for cell in stage.geometry.read(place)]
    if kind == "local":
        filter_ = _chance(place, filter_.shape, view)
        others = Counted("{count} other", "{count} others", filter_.size)
        says = say(others).format(count=count) if index else _weights(filter_.size, say)
        return Neuron(place, span, cells, filter_.ravel(), filter_, None, "", says)
    says = say("the same {count}").format(count=count) if index else _weights(filter_.size, say)
    picture = view.map_face(place.channel).part(place.column, place.row, 1, 1)
    if view.target.single:
        _, row, column = view.target.cell(place)
        picture = view.map_face(place.channel).part(column, row, 1, 1)
    text = view.number(float(view.result.output[place]))
    return Neuron(place, span, cells, filter_.ravel(), filter_, picture, text, says)


def _chance(place: Place, shape: tuple[int, ...], view: View) -> NDArray[np.float64]:
    """Return weights that a place of its own could have; the same place has the same ones."""
    source = np.random.default_rng((place.channel, place.row, place.column))
    return source.normal(0, SPREAD * view.weight_extent, shape)


def _sample(sheets: int, rows: int, columns: int) -> list[Cell]:
    """Return a few cells of each sheet, evenly spread."""
    down = sorted({(2 * i + 1) * rows // (2 * SAMPLED) for i in range(SAMPLED)})
    across = sorted({(2 * i + 1) * columns // (2 * SAMPLED) for i in range(SAMPLED)})
    return [(sheet, row, column) for sheet in range(sheets) for row in down for column in across]


def _ways(view: View, state: State) -> Steps:
    """Return the three ways."""
    names = {
        "shared": view.say("one filter"),
        "local": view.say("weights for each place"),
        "full": view.say("everything connected"),
    }
    here = KINDS.index(state.pin) if state.pin in KINDS else 0
    return Steps(range(len(KINDS)), here, lambda way: Step(state.but(pin=KINDS[way], edit=""), names[KINDS[way]]))


def _shares(stage: Stage) -> bool:
    return counts(stage) is not None


LOOK = Look(
    "sharing",
    "Shared weights",
    "One filter for all places, against weights of their own, against everything connected.",
    90,
    _context,
    applies=_shares,
    scripts=("looks/places.js",),
    asks=True,
    steps=_ways,
    chapter="neurons",
)
