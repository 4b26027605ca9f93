"""The fan: every map of the layer side by side, each with its filter and its range; of a vector, every number.

They stand in their order, the strongest first, or those first that are most like the map of the place (`sort=`).
"""

from dataclasses import dataclass

from markupsafe import Markup

from app.explorer.colour_tiles import colour_tile
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.steps import map_by_map
from app.explorer.patches import patch_faces, patches_picture
from app.explorer.scales import scale_of
from app.explorer.templating.context import Context
from app.explorer.view import Say
from app.layers import Place
from app.messages import N_
from app.numerics.likeness import likeness
from app.pipeline.plan import Stage
from app.printing.numbers import grouped
from app.rendering.legend import alone
from app.rendering.svg import Face, markup

MOST_CARDS = 64  # more are a number of elements that no page can bear
MOST_BEHIND = 24  # while a card lies over them
MOST_LARGE = 6  # cards with each slice of their filter; more are smaller, with the filter as one strip or colour tile
MOST_SLICES = 3
LARGE = 2_000_000  # numbers, of which it takes a while to say how alike they are
SORTS = {
    "": N_("in order"),
    "strength": N_("strongest first"),
    "mean": N_("largest mean first"),
    "likeness": N_("most alike first"),
}


@dataclass(frozen=True)
class Card:
    """A map, or a number of a vector."""

    channel: int
    href: str
    current: bool
    face: Face
    slices: tuple[tuple[str, Face], ...]  # of its filter, each with its name, where there is room
    tile: Face | None  # its filter in colour
    strip: Face | None  # its filter's slices as one picture, where there is less room
    name: str  # of its filter
    value: float  # of a vector's number
    like: float | None  # how much it is like the map at work
    low: float
    high: float
    dead: bool  # every number is 0
    patches: Face | None  # what excites it most, where that is known


@dataclass(frozen=True)
class FanContext(Context):
    """What templates/looks/fan.html shows."""

    fan: list[Card]
    fan_count: int  # of all maps
    fan_first: int
    small: bool
    vector: bool
    sheet_of_all: Face | None  # of a vector
    sorts: list[tuple[str, str, bool, str]]  # name, address, whether it is the present one, what the address says
    sorted_by: str
    fan_legend: Markup
    patched: bool  # it is known what excites each map most


async def _context(asked: LookRequest) -> FanContext:
    """Return one card a map, or a number; of very many, those around the place."""
    state, view = asked.state, asked.view
    names = view.filter_names
    count, here = view.stage.output_shape[0], state.place.channel
    vector = view.target.single or view.stage.vector
    sort = state.option("sort") if state.option("sort") in SORTS and not vector else ""
    measured = await _measured(asked, sort)
    most = MOST_BEHIND if state.edit else MOST_CARDS
    first = 0 if sort else max(0, min(here - most // 2, count - most))
    small = min(count, most) > MOST_LARGE and not vector
    order = sorted(range(count), key=lambda channel: (-measured[channel], channel)) if sort else range(count)
    cards, patches = [], patch_faces(asked.run, view.index)
    for channel in order[first : first + most]:
        there = state.but(place=state.place._replace(channel=channel), view="flat", edit="")
        _, row, column = view.target.cell(Place(channel, 0, 0))
        whole = view.map_face(channel)
        part = None if vector else view.result.channels[channel]
        slices, tile = view.slices(channel)[:MOST_SLICES], colour_tile(view, channel)
        cards.append(
            Card(
                channel,
                there.address(),
                channel == here,
                whole.part(column, row, 1, 1) if vector else whole,
                () if small else slices,
                tile,
                _strip([face for _, face in slices]) if small and slices and not tile else None,
                names[channel] if channel < len(names) else "",
                float(view.result.output.flat[channel]) if vector else 0.0,
                measured[channel] if sort == "likeness" else None,
                part.minimum if part else 0.0,
                part.maximum if part else 0.0,
                channel in view.dead,
                patches[channel] if patches else None,
            )
        )
    sheet_of_all = view.map_face(0) if view.target.single and not view.target.column else None
    sorts = [
        (view.say(name), state.with_options(sort=value).address(), value == sort, value)
        for value, name in SORTS.items()
        if not vector and count > 1
    ]
    legend = markup(alone(scale_of(view), view.say))
    return FanContext(cards, count, first, small, vector, sheet_of_all, sorts, sort, legend, bool(patches))


def _strip(slices: list[Face]) -> Face:
    """Return slices of one filter, neighbours on their sheet, as one picture."""
    face, last = slices[0], slices[-1]
    return face.part(0, 0, last.x + last.columns - face.x, face.rows)


async def _measured(asked: LookRequest, sort: str) -> list[float]:
    """Return what the maps are sorted by, a number each; none where they stand in their order."""
    result, queue = asked.view.result, asked.lab.queue
    if sort == "strength":
        return [max(-part.minimum, part.maximum) for part in result.channels]
    if sort == "mean":
        return [part.mean for part in result.channels]
    if sort == "likeness":
        place = queue.heavy if result.output.size > LARGE else queue.light
        found = await place(lambda: likeness(result.output, asked.state.place.channel))
        return list(map(float, found))
    return []


def _words(stage: Stage, say: Say) -> str:
    """Say how many there are."""
    count = stage.output_shape[0]
    if count == 1:
        return say("the whole map") if not stage.vector else say("the one number")
    return (say("all {count} numbers") if stage.vector else say("all {count} maps")).format(count=grouped(count))


LOOK = Look(
    "fan",
    "Fan",
    "All maps of the layer, each with its filter.",
    30,
    _context,
    moves=False,
    pictures={"patches": patches_picture},
    facet="maps",
    words=_words,
    steps=map_by_map,
    chapter="maps",
)
