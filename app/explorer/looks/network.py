"""The whole network on one picture: light from the picture through the columns of its blocks to what it says.

`pin=b.<layer>` in the address opens the block of a layer. Of a network whose maps stand in rows, the channel of the
place is the row that is lit.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from markupsafe import Markup

from app.explorer.blocks import Block, branches, called, reads
from app.explorer.classes import class_names
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.scores import LOOK as SCORES
from app.explorer.looks.why import LOOK as WHY
from app.explorer.network.columns import (
    Inside,
    Segment,
    block_with,
    foldings,
    inside,
    rows_of,
    segments,
)
from app.explorer.network.heads import Head, at_map, heads_of, key_of, opened_in
from app.explorer.network.maps import FILTERS, NetworkMaps, maps_of, network_picture, picture_address
from app.explorer.scales import scale_of
from app.explorer.templating.context import Context
from app.explorer.view import Say
from app.layers import Layer, Place
from app.layers.weights import Weights
from app.pipeline.activation import class_maps
from app.pipeline.classes import prediction
from app.printing.shares import portion
from app.rendering.legend import alone
from app.rendering.svg import markup

LEAST_PART = 0.012  # of the track, that a segment has


@dataclass(frozen=True)
class Listed:
    """The maps of a column that are seen, as links."""

    layer: int
    name: str
    count: int
    sides: tuple[int, int]
    links: list[tuple[str, str]]  # what each is called, and the figure at it


@dataclass(frozen=True)
class Share:
    """A class, and how likely the network says it is."""

    name: str
    share: str
    of_one: float
    href: str


@dataclass(frozen=True)
class Stretch:
    """A segment of the track: layers that the light passes at one stretch."""

    last: int
    part: float  # of the track
    work: int  # multiplications, up to its end


@dataclass(frozen=True)
class NetworkContext(Context):
    """What templates/looks/network.html and looks/_light.html show."""

    drawn: str  # what the drawing is made from, in JSON
    heads: list[Head]
    finest: frozenset[str]  # the heads that stand there without scripts
    lists: list[Listed]
    likeliest: list[Share]
    says: bool  # the shares are a prediction
    classes: int  # that the network tells apart
    by_class: bool  # each has a map
    of_maps: list[int]  # how many maps each column has
    branches: bool
    below: bool  # numbers below zero are seen
    rows: int  # in which the maps stand; none where they do not
    row_names: list[str]
    filters: bool  # the first layer has filters, a row each
    passing: list[str]  # what the layers behind it do
    opened: Block | None
    insides: tuple[Inside, ...]
    merged: list[int]  # how many maps each way brings to where they meet
    close: str  # the address with all blocks folded
    main: tuple[str, str]  # the address of what is the next thing to do, and what it is called
    stretches: list[Stretch]
    row_legend: Markup


async def _context(asked: LookRequest) -> NetworkContext:
    """Return the network, its maps and what is said of it."""
    run, state = asked.run, asked.state
    layer = opened_in(state.pin, run.stages)
    maps = await maps_of(asked.lab, run, layer)
    return await asked.lab.queue.light(lambda: _shown(asked, maps, layer))


def _shown(asked: LookRequest, maps: NetworkMaps, layer: int | None) -> NetworkContext:
    run, state, view, say = asked.run, asked.state, asked.view, asked.view.say
    stages = run.stages
    folded = foldings(stages, layer)
    finest, last = folded[0], len(stages) - 1
    opened = None if layer is None else block_with(finest, layer)
    ways = inside(stages, opened) if opened else ()
    rows, by_class = rows_of(stages), class_maps(stages)
    names = class_names(run, last, say) if maps.shares else []
    predicted = prediction(run.document, stages, _scores(maps, stages[last].output_shape[0])) if maps.shares else None
    first = {at: part.channels[0] for at, part in maps.layers.items()}
    heads = heads_of(state, stages, folded, first, say, whole=rows is not None)
    lists = _lists(asked, maps, {block.last: block.name for block in finest}, names if by_class is not None else [])
    work = segments(stages, finest)
    row_names = _row_names(asked)
    return NetworkContext(
        drawn=json.dumps(_drawn(asked, maps, folded, opened, ways), ensure_ascii=False, separators=(",", ":")),
        heads=heads,
        finest=frozenset(map(key_of, finest)),
        lists=lists,
        likeliest=[
            Share(names[k], portion(part, 0 if part >= 0.0995 else 1), part, _class_href(asked, k))
            for k, part in maps.shares
        ],
        says=bool(predicted),
        classes=stages[last].output_shape[0] if maps.shares else 0,
        by_class=by_class is not None,
        of_maps=[block.shape[0] for block in finest if not block.funnel and block.sides != (1, 1)],
        branches=branches(stages),
        below=maps.below,
        rows=rows or 0,
        row_names=row_names,
        filters=FILTERS in maps.layers,
        passing=[_does(stage.layer, say) for stage in stages[1:] if rows],
        opened=opened,
        insides=ways,
        merged=[
            stages[lane.layer].output_shape[0]
            for part in ways
            if part.forks
            for lane in part.lanes
            if lane.layer is not None
        ],
        close=state.but(pin="", edit="").address(),
        main=_main(asked, maps, opened, ways, names),
        stretches=_stretches(work),
        row_legend=markup(alone(scale_of(view), say, width=180)) if rows else Markup(),
    )


def _scores(maps: NetworkMaps, count: int) -> list[float]:
    """Return the shares of all classes; of those that are not told none."""
    scores = [0.0] * count
    for k, part in maps.shares:
        scores[k] = part
    return scores


def _does(layer: Layer, say: Say) -> str:
    """Return what a layer does, with its type before it."""
    what = say((layer.__doc__ or "").strip())
    return f"{layer.type} {what[:1].lower()}{what[1:]}"


def _class_href(asked: LookRequest, k: int) -> str:
    """Return where it is told why a class has its share: on the picture, where each has a map, else as a score."""
    last = len(asked.run.stages) - 1
    look = next(look for look in (WHY, SCORES) if look.says(asked.run, last))
    return asked.state.but(view=look.name, layer=last, place=Place(k, 0, 0), pin="", edit="").address()


def _lists(asked: LookRequest, maps: NetworkMaps, columns: dict[int, str], classes: list[str]) -> list[Listed]:
    """Return the maps that are seen of each layer; those of `classes` are called by them."""
    stages, say = asked.run.stages, asked.view.say
    by_class, rows = class_maps(stages), _row_names(asked)
    found = []
    for layer, part in maps.layers.items():
        if layer == FILTERS:
            continue
        count, high, wide = stages[layer].output_shape
        name = say("number {number}") if (high, wide) == (1, 1) else say("map {number}")
        links = []
        for channel in part.channels:
            also = classes[channel] if layer == by_class else rows[channel] if rows else ""
            told = say(", ").join(filter(None, (name.format(number=channel + 1), also)))
            links.append((told, at_map(asked.state, stages, layer, channel).address()))
        found.append(Listed(layer, columns.get(layer) or called(stages[layer].layer), count, (high, wide), links))
    return found


def _row_names(asked: LookRequest) -> list[str]:
    """Return what the filters of the first layer are called, where they have names and each has a row."""
    weights: Weights | None = getattr(asked.run.stages[0].layer, "weights", None)
    if weights is None or not rows_of(asked.run.stages):
        return []
    return weights.labels()


def _main(
    asked: LookRequest, maps: NetworkMaps, opened: Block | None, ways: Sequence[Inside], classes: list[str]
) -> tuple[str, str]:
    """Return what is the next thing to do, and what it is called."""
    state, stages, say = asked.state, asked.run.stages, asked.view.say

    def at(layer: int) -> str:
        return at_map(state, stages, layer, maps.layers[layer].channels[0]).address()

    if opened:
        lanes = [lane.layer for part in ways for lane in part.lanes if lane.layer is not None and part.forks]
        return at(lanes[-1] if lanes else opened.last), say("Look inside")
    if maps.shares:
        winner = maps.shares[0][0]
        return _class_href(asked, winner), say("Why {name}?").format(name=classes[winner])
    layer = max(maps.layers)
    rows = rows_of(stages)
    channel = min(state.place.channel, rows - 1) if rows else maps.layers[layer].channels[0]
    return at_map(state, stages, layer, channel).address(), say("Open map {number}").format(number=channel + 1)


def _stretches(work: Sequence[Segment]) -> list[Stretch]:
    """Return the segments of the track, each as long as its share of the work, and never too short to be seen."""
    total = sum(segment.work for segment in work) or 1
    sums = accumulate(segment.work for segment in work)
    return [
        Stretch(segment.last, max(LEAST_PART, segment.work / total), done)
        for segment, done in zip(work, sums, strict=True)
    ]


def _drawn(
    asked: LookRequest,
    maps: NetworkMaps,
    folded: Sequence[Sequence[Block]],
    opened: Block | None,
    ways: Sequence[Inside],
) -> dict[str, object]:
    """Return what the browser draws from: where the pictures are, how their tiles lie, and the columns."""
    run, view, stages = asked.run, asked.view, asked.run.stages
    photo, source = view.pictures.photo(), run.input_shape[0]
    layer = None if opened is None else opened.last
    rows = rows_of(stages)
    return {
        "sheet": picture_address(run, layer, view.theme, view.colours.kind),
        "photo": {"href": photo.href, "sides": run.input_shape[1:]},
        "sources": [view.pictures.map(None, channel).href for channel in range(source)] if rows and source == 3 else [],
        "strips": maps.strips,
        "sides": {part: stages[part].output_shape[1:] for part in maps.layers if part != FILTERS},
        "foldings": [
            [
                {"key": key_of(block), "layer": block.last, "funnel": block.funnel, "reads": read}
                for block, read in zip(blocks, reads(stages, blocks), strict=True)
            ]
            for blocks in folded
        ],
        "open": opened
        and {
            "key": key_of(opened),
            "parts": [part._asdict() | {"lanes": [lane._asdict() for lane in part.lanes]} for part in ways],
        },
        "byClass": class_maps(stages),
        "rows": rows or 0,
        "lit": asked.state.place.channel,
        "deep": stages[0].input_shape[0] if FILTERS in maps.layers else 0,
        "words": {"map": view.say("Open map {number}"), "more": view.say("{count} more")},
    }


LOOK = Look(
    "network",
    "Network",
    "The whole network on one picture: what each layer makes of it.",
    115,
    _context,
    moves=False,
    whole=True,
    foot="_light",
    pictures={"network": network_picture},
    scripts=("network/network.js",),
    chapter="network",
)
