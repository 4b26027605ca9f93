"""One map enlarged: its numbers under the pointer, how often each occurs, where it responds most, laid over the input.

The drawing counts in cells of the input: a map lies where its cells look.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from markupsafe import Markup

from app.budget import Budget
from app.compute import SingleFlightCache
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.steps import map_by_map
from app.explorer.scales import scale_of
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.layers import Place
from app.numerics import Floats
from app.numerics.ranking import Spot, strongest
from app.numerics.window import Pair, Span
from app.pipeline.closeup import receptive_field
from app.pipeline.plan import Stage
from app.printing.numbers import fixed
from app.rendering.diagrams.histogram import counts_along, histogram
from app.rendering.diagrams.ranks import Area
from app.rendering.diagrams.rings import numbered, rings
from app.rendering.scales import Scale
from app.rendering.svg import Face, markup
from app.whole_numbers import read_whole

SHOWN = 5  # of the strongest places, and of the weakest
LARGE = 100  # cells a side, from which on a loupe is needed
LENS = 15  # cells a side that it shows
WIDTH = 340  # px of the histogram
NARROW = 5  # characters below a patch
PICTURE = 190  # px of the picture with the rings
RING = 1 / 60  # of the width of a map, the least radius of a ring on it


class Facts(NamedTuple):
    """What is found in one map."""

    counts: tuple[int, ...]
    strongest: tuple[Spot, ...]
    weakest: tuple[Spot, ...]
    equal: dict[str, int]  # how many are as strong as the strongest, as weak as the weakest


FACTS = SingleFlightCache[Facts](Budget(8_000_000), lambda facts: 4_000)  # bytes, about: the last thousand


class Box(NamedTuple):
    """A rectangle, in cells of the input."""

    x: float
    y: float
    width: float
    height: float

    def around(self, other: "Box") -> "Box":
        """Return the smallest rectangle around this one and another."""
        left, top = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        return Box(left, top, right - left, max(self.y + self.height, other.y + other.height) - top)

    @property
    def area(self) -> Area:
        return Area(self.x, self.y, self.x + self.width, self.y + self.height)

    @property
    def text(self) -> str:
        return " ".join(f"{number:g}" for number in self)


@dataclass(frozen=True)
class Spotted:
    """A place among the strongest or the weakest."""

    rank: int
    place: Place
    value: str
    patch: Face
    span: Span
    href: str


@dataclass(frozen=True)
class MapContext(Context):
    """What templates/looks/map.html shows; places and sizes count in cells of the input."""

    photo: Face
    face: Face
    lying: Box  # the map
    both: Box  # around the map and the input
    whole: Box  # the input
    over: int  # how strongly the map covers the input, %
    step: tuple[float, float]  # from cell to cell of the map, across and down
    radius: float  # of a ring
    ranks: Markup
    away: Pair  # how many places apart those of a list are
    large: bool
    lens_cells: int  # a side
    histogram: Markup
    facts: list[tuple[str, str, str, float]]  # name, word, as printed, exactly
    found: dict[str, list[Spotted]]  # strongest, weakest
    equal: dict[str, int]  # how many are as strong, where that is more than are shown
    ringed: Markup
    beside: list[tuple[str, str, str]]  # the maps before and after: name, word, address
    map_count: int
    sent: str  # address of the numbers


def lies(stage: Stage) -> Box:
    """Return where the maps of a stage lie on the input: a cell in the middle of what it reads, a jump wide."""
    (y, down), (x, across) = ((float(field.middle), float(field.jump)) for field in stage.fields)
    _, rows, columns = stage.output_shape
    return Box(x - across / 2, y - down / 2, columns * across, rows * down)


def apart(stage: Stage) -> Pair:
    """Return how many places apart two windows of a map overlap no more; less where so few would fit in it."""
    _, rows, columns = stage.output_shape
    high, wide = (max(1, ceil(field.size / field.jump)) for field in stage.fields)
    return min(high, max(1, rows // 3)), min(wide, max(1, columns // 3))


def facts_of(values: Floats, scale: Scale, away: Pair) -> Facts:
    """Return what is found in a map, counted along `scale`."""
    weakest = strongest(-values, SHOWN, away) if values.min() < values.max() else []
    return Facts(
        counts_along(values, scale.low, scale.extent),
        tuple(strongest(values, SHOWN, away)),
        tuple(weakest),
        {"strongest": int((values == values.max()).sum()), "weakest": int((values == values.min()).sum())},
    )


async def _context(asked: LookRequest) -> MapContext:
    """Return the map with all that is said of it."""
    view, lab, run = asked.view, asked.lab, asked.run
    stage, channel = view.stage, asked.state.place.channel
    values, scale, away = view.result.output[channel], scale_of(view, channel), apart(stage)

    async def find() -> Facts:
        return await lab.queue.light(lambda: facts_of(values, scale, away))

    prefix = run.document.ids[view.index + 1]
    facts = await FACTS.get(f"{prefix} {channel} {scale.low} {scale.extent}", find)
    return await lab.queue.light(lambda: _shown(asked, scale, facts))


def _shown(asked: LookRequest, scale: Scale, facts: Facts) -> MapContext:
    """Return what the template needs, its drawings among it."""
    state, view, run = asked.state, asked.view, asked.run
    stage, channel = view.stage, state.place.channel
    part, stages = view.result.channels[channel], run.stages[: view.index + 1]
    photo = view.pictures.photo()
    found = {
        name: [_spotted(asked, photo, stages, rank, spot) for rank, spot in enumerate(spots, 1)]
        for name, spots in (("strongest", facts.strongest), ("weakest", facts.weakest))
    }
    spans = {name: [each.span for each in spotted] for name, spotted in found.items()}
    over = strength(state)
    lying = lies(stage)
    whole = Box(0, 0, run.input_shape[2], run.input_shape[1])
    step = lying.width / stage.output_shape[2], lying.height / stage.output_shape[1]
    radius = max(0.75 * max(step), lying.width * RING)
    ringed = {name: [_ring(lying, step, radius, each.place) for each in spotted] for name, spotted in found.items()}
    here = state.place
    count = stage.output_shape[0]
    return MapContext(
        photo=photo,
        face=view.map_face(channel),
        lying=lying,
        both=lying.around(whole),
        whole=whole,
        over=over,
        step=step,
        radius=radius,
        ranks=markup(numbered(ringed["strongest"], ringed["weakest"], lying.area)),
        away=apart(stage),
        large=max(stage.output_shape[1:]) > LARGE,
        lens_cells=LENS,
        histogram=markup(histogram(facts.counts, scale, view.say, WIDTH)),
        facts=[
            ("minimum", view.say("minimum"), fixed(part.minimum, view.decimals), part.minimum),
            ("maximum", view.say("maximum"), fixed(part.maximum, view.decimals), part.maximum),
            ("mean", view.say("mean"), fixed(part.mean, max(view.decimals, 2)), part.mean),
            ("zeros", view.say("zeros"), view.share_of_zeros(part, 1), part.zero_fraction),
        ],
        found=found,
        equal={name: count for name, count in facts.equal.items() if count > SHOWN},
        ringed=markup(
            rings(photo, spans["strongest"], spans["weakest"], PICTURE, view.say("Where this map responds most"))
        ),
        beside=[
            (name, text, state.but(place=here._replace(channel=there), edit="").address() if 0 <= there < count else "")
            for name, text, there in (
                ("before", view.say("Map before"), channel - 1),
                ("after", view.say("Map after"), channel + 1),
            )
        ],
        map_count=count,
        sent="" if view.hidden else view.values_href,
    )


def _ring(lying: Box, step: tuple[float, float], radius: float, place: Place) -> Area:
    """Return what the ring around a place takes on the map."""
    x, y = lying.x + (place.column + 0.5) * step[0], lying.y + (place.row + 0.5) * step[1]
    return Area(x - radius, y - radius, x + radius, y + radius)


def _spotted(asked: LookRequest, photo: Face, stages: Sequence[Stage], rank: int, spot: Spot) -> Spotted:
    view, state = asked.view, asked.state
    place = Place(state.place.channel, *spot)
    span = receptive_field(stages, place) or Span((0, 1), (0, 1))  # only padding was read: a corner stands for it
    (top, bottom), (left, right) = span
    patch = photo.part(left, top, right - left, bottom - top)
    number, decimals = float(view.result.output[place]), view.decimals
    while decimals and len(fixed(number, decimals)) > NARROW:
        decimals -= 1
    value = fixed(number, decimals)
    return Spotted(rank, place, value, patch, span, state.but(place=place, edit="").address())


def strength(state: State) -> int:
    """Return how strongly the map covers the input, %; all of it where the address does not say."""
    given = read_whole(state.option("over"))
    return 100 if given is None else min(given, 100)


def shows_maps(stage: Stage) -> bool:
    """Tell whether a layer gives maps of more than one number."""
    return not stage.vector and stage.output_shape[1] * stage.output_shape[2] > 1


LOOK = Look(
    "map",
    "Enlarge the map",
    "One map as large as it can be: every number, where it responds most, laid over the input.",
    50,
    _context,
    applies=shows_maps,
    steps=map_by_map,
    chapter="maps",
)
