"""The whole layer as a stack of sheets, in the proportions of its volume: to be turned, fanned out, laid flat.

`pin=t.<degrees>.<stack|fan|grid>` in the address is how it is held; the channel of the place is the map that is opened.
"""

import json
from dataclasses import dataclass

from markupsafe import Markup

from app.explorer.blocks import called
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.steps import map_by_map
from app.explorer.pictures import MOST_AT_ONCE, Pictures
from app.explorer.scales import scale_of
from app.explorer.templating.context import Context
from app.layers import Shape
from app.layers.references import PICTURE
from app.pipeline.document import ImageInput
from app.printing.numbers import fixed
from app.rendering.arrangement import arranged
from app.rendering.diagrams.stack import FARTHEST, FORMS, Pose, Sheets, pose_of
from app.rendering.legend import alone
from app.rendering.svg import markup

MOST_LINKS = 320  # more are a number of elements that no page can bear; the drawing holds all
MOST_BEHIND = 64  # while a card lies over them
STEP = 15  # degrees a button turns


@dataclass(frozen=True)
class Link:
    """A map that can be opened."""

    label: str
    corner: tuple[int, int]  # of its tile
    href: str
    channel: int


@dataclass(frozen=True)
class StackContext(Context):
    """What templates/looks/stack.html shows."""

    stack: str  # what the drawing is made from, in JSON
    maps: Sheets
    source: Sheets
    slices: Sheets | None
    links: list[Link]
    pose: Pose
    forms: list[tuple[str, str]]  # name and address
    turns: list[str]  # addresses, to the left and to the right
    figure: str
    opened: str  # what the map at work is called
    sentence: str
    legend: Markup


async def _context(asked: LookRequest) -> StackContext:
    """Return the volumes, what is said of each map, and where the buttons lead."""
    state, view, say = asked.state, asked.view, asked.view.say
    count, here = view.stage.output_shape[0], state.place.channel
    most = MOST_BEHIND if state.edit else MOST_LINKS
    first = max(0, min(here - most // 2, count - most))
    pose = pose_of(state.pin)
    held = state.but(edit="", pin=pose.pin)
    maps = maps_of(view.pictures, view.index)
    name = say("Number {number}") if maps.rows * maps.columns == 1 else say("Map {number}")
    names, ranges = view.filter_names, _ranges(asked)
    reads, slices = reads_of(asked), filter_of(asked)
    source = source_of(view.pictures, view.index, reads == [(0, view.stage.input_shape[0])])
    drawn = {
        "maps": maps.facts(),
        "source": source.facts(),
        "filter": slices and slices.facts(),
        "reads": reads,
        "names": names,
        "ranges": ranges,
        "shapes": [_by(view.stage.input_shape), "" if view.weight is None else _by(view.weight.shape[1:])],
        "words": {
            "name": name,
            "source": say("Input") if view.reads is None else called(asked.run.stages[view.reads].layer),
            "filter": say("Filter {number}") if not view.stage.vector else say("Weights"),
            "told": _told(asked),
            "turn": say("Turn the stack"),
            "scroll": say("Scroll the maps"),
        },
        "farthest": FARTHEST,
    }
    links = [
        Link(
            _label(name, channel, names, ranges),
            maps.corner(channel),
            held.but(place=state.place._replace(channel=channel)).address(),
            channel,
        )
        for channel in range(first, min(count, first + most))
    ]
    return StackContext(
        json.dumps(drawn, ensure_ascii=False, separators=(",", ":")),
        maps,
        source,
        slices,
        links,
        pose,
        [(form, held.but(pin=pose._replace(form=form).pin).address()) for form in FORMS],
        [held.but(pin=pose.turned(by).pin).address() for by in (-STEP, STEP)],
        state.but(view="figure", pin="", edit="").address(),
        _label(name, here, names, ranges),
        _sentence(asked),
        markup(alone(scale_of(view), say)),
    )


def _label(name: str, channel: int, names: list[str], ranges: list[str]) -> str:
    """Return what a map is called: its number, its filter's name, its range."""
    parts = (name.format(number=channel + 1), names[channel] if names else "", ranges[channel])
    return ", ".join(part for part in parts if part)


def maps_of(pictures: Pictures, index: int) -> Sheets:
    """Return the maps of a layer; of a vector each number is a map of one cell."""
    count, plan = pictures.shape(index)[0], pictures.arrangement(index)
    href = (pictures.address(index, "output.png"),)
    if plan.single:
        return Sheets(href, count, 1, 1, plan.columns, 0)
    return Sheets(href, count, plan.rows, plan.columns, pictures.tiles(index).columns, 1)


def source_of(pictures: Pictures, index: int, together: bool = False) -> Sheets:
    """Return what a layer reads: the layer before it, a vector's on one sheet; or the picture's colours.

    Where all of these are read `together`, the first of them is the whole picture.
    """
    number = pictures.run.stages[index].inputs[0]
    if number != PICTURE:
        plan, tiles = pictures.arrangement(number), pictures.tiles(number)
        return Sheets((pictures.address(number, "output.png"),), plan.sheets, plan.rows, plan.columns, tiles.columns, 1)
    channels, rows, columns = pictures.run.input_shape
    if isinstance(pictures.run.document.input, ImageInput):
        hrefs = tuple(pictures.map(None, channel).href for channel in range(channels))
        if together and channels > 1:
            hrefs = (pictures.photo().href, *hrefs[1:])  # in front stands the picture that everyone knows
        return Sheets(hrefs, channels, rows, columns, 1, 0)
    plan, tiles = pictures.arrangement(None), pictures.tiles(None)
    return Sheets((pictures.address(None, "output.png"),), plan.sheets, plan.rows, plan.columns, tiles.columns, 1)


def filter_of(asked: LookRequest) -> Sheets | None:
    """Return the slices of the filters, filter after filter; None for a layer without."""
    view = asked.view
    if view.weight is None:
        return None
    _, depth, rows, columns = view.weight.shape
    plan = arranged((depth, rows, columns))
    alone = view.weight.size > MOST_AT_ONCE
    href = view.pictures.slice(view.index, view.weight.shape, asked.state.place.channel, 0, signs=False).href
    return Sheets((href,), plan.sheets, plan.rows, plan.columns, plan.sheets, 1, alone)


def reads_of(asked: LookRequest) -> list[tuple[int, int]]:
    """Return the half-open range of sheets that each map is made from; one alone where it is the same for all."""
    view = asked.view
    if view.source.single:
        return [(0, 1)]
    found = [view.geometry.channels_read(channel) for channel in range(view.stage.output_shape[0])]
    return found[:1] if len(set(found)) == 1 else found


def _ranges(asked: LookRequest) -> list[str]:
    """Return minimum and maximum of each map, or each number, as printed."""
    view = asked.view
    decimals = view.decimals if view.extent < 100 else 0
    if view.result.channels:
        return [f"{fixed(each.minimum, decimals)} … {fixed(each.maximum, decimals)}" for each in view.result.channels]
    if view.hidden:
        return [""] * view.stage.output_shape[0]
    return [fixed(value, view.decimals) for value in view.result.output.ravel().tolist()]


def _told(asked: LookRequest) -> str:
    """Return the sentence that says what a map is made from, with {number}, {first} and {last} to be put in."""
    view, say = asked.view, asked.view.say
    first, last = view.channels
    if view.target.single and (last - first > 1 or view.weight is not None):
        if view.weight is not None:
            return say("Number {number} is made from everything before it, with weights of its own.")
        return say("Number {number} is made from everything before it.")
    if view.target.single:
        return say("Number {number} is made from sheet {first} before it.")
    if view.weight is None:
        return say("Map {number} is made from map {first} before it, and from no other.")
    if last - first == view.stage.input_shape[0]:
        return say("Map {number} is made from everything before it, through filter {number}.")
    return say("Map {number} is made from maps {first} to {last} before it, through filter {number}.")


def _sentence(asked: LookRequest) -> str:
    """Return that sentence of the map that is opened."""
    first, last = asked.view.channels
    if asked.view.source.single:
        first, last = 0, 1
    return _told(asked).format(number=asked.state.place.channel + 1, first=first + 1, last=last)


def _by(shape: Shape | tuple[int, ...]) -> str:
    """Return a shape as it is read."""
    channels, rows, columns = shape
    return f"{rows} × {columns} × {channels}"


LOOK = Look(
    "stack",
    "Stack",
    "The whole layer as a stack of its maps: turn it, fan it out, lay it flat.",
    40,
    _context,
    moves=False,
    scripts=("stack/stack.js",),
    steps=map_by_map,
    chapter="maps",
)
