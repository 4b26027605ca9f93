"""What the card's parts for filters show: one filter and its facts, the gallery of named ones, a pattern to paint."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from app.errors import Mistake
from app.explorer.colour_tiles import tile_of, tiles_address
from app.explorer.editing.filter_edits import painted
from app.explorer.editing.filter_facts import FilterFacts, filter_facts
from app.explorer.patches import patch_faces
from app.explorer.pictures import Pictures
from app.explorer.state import State
from app.lab import Lab, Run
from app.layers import Place
from app.layers.layer import Array
from app.layers.references import PICTURE
from app.layers.weights import PresetWeights
from app.messages import N_, catalogue
from app.numerics.kernels import KERNELS, Kernel, Spread, fits
from app.numerics.ranking import strongest
from app.pipeline.document import ENGINE, ImageInput
from app.printing.numbers import brief, decimals_for, fixed
from app.rendering.palette import Theme
from app.rendering.sheets.maps import extent_of
from app.rendering.svg import Face

ALIASES = {"box_3", "gaussian_3"}  # other names of kernels, which are offered once
OFFERED = {name: kernel for name, kernel in KERNELS.items() if name not in ALIASES}
MOST_CHIPS = 64  # filters that have a button of their own
MOST_PICTURED = 16  # of them with their map
MOST_SHEETS = 6  # of a filter that can be typed
MOST_FIELDS = 400  # of them all
MOST_PAINTED = 121  # cells of a pattern
BEST = 5  # places that are shown, of the strongest and of the weakest
SHARES = (-1.0, -0.5, 0.0, 0.5, 1.0)  # of the largest weight: what the brush offers
PAINTS = (
    *((N_("black"), "#000000"), (N_("grey"), "#808080"), (N_("white"), "#ffffff"), (N_("red"), "#ff0000")),
    *((N_("green"), "#00ff00"), (N_("blue"), "#0000ff"), (N_("yellow"), "#ffff00"), (N_("orange"), "#ff8000")),
)
CHANGES = (  # what a button does, in the order of the buttons
    ("flip", N_("½ turn")),
    ("rotate", N_("¼ turn")),
    ("transpose", N_("Transpose")),
    ("mirror", N_("Mirror")),
    ("negate", N_("Negate")),
    ("sum", N_("Sum 1")),
    ("mean", N_("Mean 0")),
    ("length", N_("Length 1")),
    ("zero", N_("Zero")),
)


@dataclass(frozen=True)
class Best:
    """A place where a filter answers most or least, with what it saw there."""

    rank: int
    value: str
    place: Place
    patch: Face
    href: str


Chip = tuple[str, Face | None, Face | None]  # a filter: its address, its colour tile, its map


@dataclass(frozen=True)
class Pattern:
    """The pattern that a filter looks for, and where it finds it."""

    cells: list[list[str]]  # colours
    best: list[Best]
    least: list[Best]


@dataclass(frozen=True)
class SlidingFilter:
    """A filter that slides: what it makes, what its numbers say, and what can be done with it."""

    maps_href: str
    tiles_href: str  # of the filters in colour, where they read colours
    gallery: list[tuple[str, Kernel, str, str]]  # named kernels: what each makes, and its weights, as pictures
    paints: tuple[tuple[str, str], ...]
    facts: FilterFacts
    map: Face
    tile: Face | None
    brushes: list[str]
    changes: tuple[tuple[str, str], ...]
    named: bool  # named filters can take its place
    paintable: bool  # it reads a picture's colours, and is small enough
    pattern: Pattern | None  # where that part is open


@dataclass(frozen=True)
class Spreading:
    """How named filters are spread over several sheets, and what else there is."""

    by: Spread
    sheets: int
    grey_href: str  # the same layers on the picture in grey, where these can be; else nothing


@dataclass(frozen=True)
class FilterEditor:
    """What the card shows of the filters of a layer: the filter at the place, and how to come to the others."""

    channel: int
    weight: Array | None  # of all filters
    shown: int  # sheets that can be typed
    sheets: list[str]  # what they are called
    chips: list[Chip]
    sliding: SlidingFilter | None = None
    name: str = ""  # of the filter, where it has one
    spreading: Spreading | None = None
    patches: Face | None = None  # what excites its map most, where that is known


async def filter_editor(lab: Lab, run: Run, state: State, index: int, theme: Theme, language: str) -> FilterEditor:
    """Return what the templates in templates/filters/ need of layer `index`, of the filter at the place."""
    stage, pictures = run.stages[index], Pictures(run, theme)
    layer, say = stage.layer, catalogue(language).gettext
    result = await lab.result(run, index)
    weight = result.weights.get("weight")
    filters = None if weight is None else layer.filters(stage.input_shape, weight)
    sliding = filters is not None and weight is not None and weight.ndim == 4
    channel = min(state.place.channel, stage.output_shape[0] - 1)
    before = run.document.ids[stage.inputs[0] + 1]
    shown = 0 if filters is None else min(filters.shape[1], MOST_SHEETS, MOST_FIELDS // filters[0, 0].size)
    names = sheet_names(run, index, channel, language)
    if filters is None or not sliding:
        return FilterEditor(channel, filters, shown, names, chips(pictures, state, index, None))
    sheets, chosen = filters.shape[1], filters[channel]
    picture = stage.inputs == (PICTURE,) and isinstance(run.document.input, ImageInput)
    colour = picture and sheets == 3
    most = extent_of(chosen) or 1.0
    paintable, pattern = layer.named and picture and sheets in (1, 3) and chosen[0].size <= MOST_PAINTED, None
    if state.edit.endswith(".pattern") and paintable:
        map_ = result.output[channel]
        best = await lab.queue.light(lambda: best_places(pictures, state, index, channel, map_))
        pattern = Pattern(painted(chosen), *best)
    slid = SlidingFilter(
        maps_href=pictures.address(index, "output.png"),
        tiles_href=tiles_address(run, index) if colour else "",
        gallery=[
            (name, kernel, preset_address(before, name, theme), kernel_address(name, theme))
            for name, kernel in OFFERED.items()
            if fits(kernel, sheets)
        ],
        paints=PAINTS if colour else PAINTS[:3],
        facts=await lab.queue.light(lambda: filter_facts(chosen, say)),
        map=pictures.map(index, channel),
        tile=tile_of(run, index, filters, channel) if colour else None,
        brushes=[brief(share * most) if share else "0" for share in SHARES],
        changes=CHANGES,
        named=layer.named,
        paintable=paintable,
        pattern=pattern,
    )
    here = chips(pictures, state, index, filters, colour=colour)
    labels = getattr(layer, "weights").labels()  # noqa: B009
    name = labels[channel] if labels else ""
    spreading, patches = await _spreading(lab, run, state, index), patch_faces(run, index)
    excites = patches[channel] if patches else None
    return FilterEditor(channel, filters, shown, names, here, slid, name, spreading, excites)


async def _spreading(lab: Lab, run: Run, state: State, index: int) -> Spreading | None:
    """Return how the filters of a layer are spread, where any is rows and columns alone and reads several sheets."""
    layer, source = run.stages[index].layer, run.document.input
    weights = getattr(layer, "weights", None)
    sheets = run.stages[index].geometry.channels_read(0)
    count = sheets[1] - sheets[0]
    if not isinstance(weights, PresetWeights) or count == 1 or not any(map(_flat, weights.filters)):
        return None
    grey_href = ""
    if isinstance(source, ImageInput) and run.stages[index].inputs == (PICTURE,) and source.mode == "RGB":
        grey = state.of_input(mode="L")
        try:
            await lab.open(grey.document)
            grey_href = "" if grey.needs_run else grey.address()
        except Mistake:  # a filter has numbers for each colour
            pass
    return Spreading(weights.spread, count, grey_href)


def _flat(filter_: str | Array) -> bool:
    return (KERNELS[filter_].weight if isinstance(filter_, str) else filter_).ndim == 2


def best_places(
    pictures: Pictures, state: State, index: int, channel: int, map_: Array
) -> tuple[list[Best], list[Best]]:
    """Return the places of a map with the largest and the smallest numbers, no two of whose windows overlap."""
    stage = pictures.run.stages[index]
    rows, columns = stage.geometry.axes
    apart = (ceil(rows.reach / rows.step), ceil(columns.reach / columns.step))
    photo, decimals = pictures.photo(), decimals_for(float(np.abs(map_).max()), False)

    def bests(spots: Sequence[tuple[int, int]]) -> list[Best]:
        found = []
        for rank, (row, column) in enumerate(spots):
            place = Place(channel, row, column)
            (top, bottom), (left, right) = stage.geometry.around(place)
            href = state.but(layer=index, place=place, edit="", view="figure").address()
            value = fixed(float(map_[row, column]), decimals)
            found.append(Best(rank + 1, value, place, photo.part(left, top, right - left, bottom - top), href))
        return found

    return bests(strongest(map_, BEST, apart)), bests(strongest(-map_, BEST, apart))


def chips(pictures: Pictures, state: State, index: int, filters: Array | None, *, colour: bool = False) -> list[Chip]:
    """Return a chip for each filter, with pictures as far as there is room."""
    count = min(pictures.run.stages[index].output_shape[0], MOST_CHIPS)
    pictured = filters is not None and count <= MOST_PICTURED
    return [
        (
            state.but(layer=index, place=state.place._replace(channel=number)).address(),
            tile_of(pictures.run, index, filters, number) if colour and filters is not None else None,
            pictures.map(index, number) if pictured else None,
        )
        for number in range(count)
    ]


def sheet_names(run: Run, index: int, channel: int, language: str) -> list[str]:
    """Return what the sheets are called that a filter reads."""
    say = catalogue(language).gettext
    geometry = run.stages[index].geometry
    (first, last), shape = geometry.channels_read(channel), geometry.input_shape
    if run.stages[index].inputs == (PICTURE,) and isinstance(run.document.input, ImageInput):
        return [say("red"), say("green"), say("blue")][first:last] if shape[0] == 3 else [say("grey")]
    return [say("map {number}").format(number=number + 1) for number in range(first, last)]


def preset_address(before: str, name: str, theme: Theme) -> str:
    """Return where the picture is of what a named kernel makes of the result of run `before`."""
    return f"/parts/preset/{before}/{name}.png?v={ENGINE}{'&theme=dark' if theme == 'dark' else ''}"


def kernel_address(name: str, theme: Theme) -> str:
    """Return where the picture of a named kernel is."""
    return f"/parts/kernel/{name}.png?v={ENGINE}{'&theme=dark' if theme == 'dark' else ''}"
