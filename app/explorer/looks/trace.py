"""Traced home: what a number has seen of every volume before it, back to a rectangle of the picture, with the values.

`pin=h.<volume>` in the address says which of the layers left out of a long network is shown.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup

from app.explorer.looks.columns import (
    MIDDLE,
    Chain,
    Column,
    chain_of,
    drawings,
    named,
    pattern,
    pixels,
    runs,
    shown,
    sources_of,
)
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.steps import Step, Steps
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.view import View
from app.layers import Place
from app.layers.cells import Cells
from app.layers.layer import Array
from app.layers.references import PICTURE
from app.numerics.window import Pair, Span
from app.pipeline.closeup import hops, winning_path
from app.pipeline.plan import Stage
from app.rendering.diagrams.excerpt import Excerpt, excerpt
from app.rendering.diagrams.trace import Block
from app.rendering.svg import Face
from app.whole_numbers import read_whole

FOLDED = 6  # numbers of a vector in one column; up to twice as many stand in two


def chosen_of(pin: str) -> int | None:
    """Read which volume the address wants to see: h.3."""
    kind, _, volume = pin.partition(".")
    return read_whole(volume) if kind == "h" else None


class Seen(NamedTuple):
    """What is followed of one volume."""

    blocks: tuple[Cells, ...]  # that the number has seen
    cells: Cells  # the smallest block around them
    won: Cells  # those that the winner there depends on; the same where there is none
    place: Place | None  # of the cell that it comes from


def seen_of(stages: Sequence[Stage], outputs: Sequence[Array], index: int, place: Place) -> dict[int, Seen]:
    """Return what the number at `place` of layer `index` has seen of each volume on its way, the input (0) first."""
    own = Cells.at(place, stages[index].output_shape)
    found, here = {index + 1: Seen((own,), own, own, place)}, (index, place)
    back = hops(stages, index, place)
    for hop, at in zip(back, winning_path(stages, outputs, index, place, back), strict=True):
        number = PICTURE if hop.layer is None else hop.layer
        won = Cells.at(at, outputs[number + 1].shape) if at else hop.cells
        found[number + 1] = Seen(hop.blocks, hop.cells, won, at)
        here = (number, at) if at else here
    for hop in hops(stages, *here) if here[0] != PICTURE else ():
        number = PICTURE if hop.layer is None else hop.layer
        found[number + 1] = found[number + 1]._replace(won=hop.cells)
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class TraceContext(Context):
    """What templates/looks/trace.html shows."""

    columns: list[Column]
    drawn: list[Markup]
    pattern: str
    field: Span | None  # what it has seen of the input
    pixels: bool  # the input is a picture
    forward: str
    followed: int | None  # the volume that is looked at on the way


async def _context(asked: LookRequest) -> TraceContext:
    """Return the columns and their drawing."""
    chain = await chain_of(asked)
    state, view = asked.state, asked.view
    columns = await asked.lab.queue.light(lambda: _columns(chain))
    followed, volumes = chosen_of(state.pin), [column.volume for column in columns]
    nearest = None if followed is None else min(bisect_left(volumes, followed), len(volumes) - 1)
    kept: list[Column] = []
    picked = _picked(chain, volumes, nearest)
    ways = sources_of(chain, [volumes[number] for number in picked], _read(chain, columns))
    for number in picked:
        column = columns[number]
        left_out = [v for v in volumes[:number] if not kept or v > kept[-1].volume]
        links = tuple((named(chain, other), state.but(pin=f"h.{other}", edit="").address()) for other in left_out)
        kept.append(
            replace(
                column, before=links, block=replace(column.block, after_gap=bool(links), sources=ways[column.volume])
            )
        )
    return TraceContext(
        kept,
        drawings(kept, view.say("The number and all that it has seen")),
        pattern(kept),
        view.closeup.receptive_field,
        pixels(asked),
        state.but(view="forward", pin="", edit="").address(),
        None if nearest is None else volumes[nearest],
    )


def _picked(chain: Chain, volumes: Sequence[int], nearest: int | None) -> list[int]:
    """Return which of the volumes have a column: of a layer that merges several, those that the number reads."""
    picked, last = shown(len(volumes), nearest), len(volumes) - 1
    stage = chain.stages[-1]
    if nearest is not None or last in (0, len(picked) - 1) or not stage.layer.merges:
        return picked
    read = [volumes.index(source + 1) for source in sorted(set(stage.inputs)) if source + 1 in volumes]
    read = [number for number in read if number][-MIDDLE:]
    before = range(min(read, default=last) - 1, 0, -1)
    return sorted({0, *read, *before[: MIDDLE - len(read)], last})


def _read(chain: Chain, columns: Sequence[Column]) -> Callable[[int, int], bool]:
    """Return what tells whether the number has seen anything of an input of a layer through that layer."""
    channels = {column.volume: column.channels for column in columns}

    def read(layer: int, number: int) -> bool:
        if layer + 1 not in channels:
            return False
        first, last = chain.stages[layer].geometries[number].channels.read_for_all(channels[layer + 1])
        return first < last

    return read


def _columns(chain: Chain) -> list[Column]:
    """Return the column of every volume of which the number has seen anything, the input first."""
    view = chain.asked.view
    seen = seen_of(chain.stages, chain.outputs, view.index, view.place)
    return [_column(chain, volume, *each) for volume, each in seen.items()]


def _column(
    chain: Chain, volume: int, blocks: tuple[Cells, ...], cells: Cells, won: Cells, place: Place | None
) -> Column:
    asked, last = chain.asked, volume == len(chain.stages)
    stage = chain.stages[volume - 1] if volume else None
    span, channels = cells.span, cells.channels
    there = place or _middle(span, channels[0])
    state = asked.state
    if stage:
        href = state.but(layer=volume - 1, place=there, pin="", edit="")
    else:
        href = state.but(view="forward", pin=f"i.0.{there.row}.{there.column}", edit="")
    plan = chain.arrangement(volume)
    laid = chain.laid_out(volume, channels, span)
    role = "result" if last else "window"
    count = channels[1] - channels[0]
    picture = chain.face(volume, channels)
    holes = (
        ()
        if plan.single
        else tuple(
            Span(rows, across) for block in blocks for rows in runs(block.rows) for across in runs(block.columns)
        )
    )
    return Column(
        volume,
        stage,
        href.address(),
        channels,
        span,
        Block(
            picture,
            1 if plan.single else count,
            laid,
            chain.colours(volume, channels),
            role,
            takes="map" if last else "",
            holes=holes,
        ),
        laid and _excerpt(chain, volume, cells, won, laid),
        chain.extents[volume],
        chain.brightness(volume),
        facts(chain, volume, blocks, cells, place),
    )


def facts(chain: Chain, volume: int, blocks: tuple[Cells, ...], cells: Cells, place: Place | None) -> dict[str, Any]:
    """Return what the words below a column speak of."""
    vector = chain.arrangement(volume).single
    view = _count(blocks)
    return {
        "count": view * (cells.channels[1] - cells.channels[0] if vector else 1),  # of one map, or of the vector
        "gaps": cells.span is not None and view < _area(cells.span),
        "wraps": any(_wraps(stage, volume - 1, cells) for stage in chain.stages[volume:]),
        "place": place,
        "vector": vector,
        "last": volume == len(chain.stages),
        "changed": _changed(chain, volume, cells),
        "maps": 1 if vector else cells.channels[1] - cells.channels[0],
    }


def _count(blocks: tuple[Cells, ...]) -> int:
    """Return how many cells of a map are in any of some blocks."""
    if len(blocks) == 1:
        return int(blocks[0].rows.sum() * blocks[0].columns.sum())
    either = np.zeros((len(blocks[0].rows), len(blocks[0].columns)), bool)
    for block in blocks:
        either |= block.rows[:, None] & block.columns
    return int(either.sum())


def _wraps(stage: Stage, number: int, cells: Cells) -> bool:
    """Tell whether what is seen of an input of a layer goes round its edges: both ends of an axis, not all between."""
    read = [geometry for source, geometry in zip(stage.inputs, stage.geometries, strict=True) if source == number]
    both = [each for geometry in read for each in zip(geometry.axes, (cells.rows, cells.columns), strict=True)]
    return any(axis.wraps and bool(seen[0] and seen[-1] and not seen.all()) for axis, seen in both)


def _changed(chain: Chain, volume: int, cells: Cells) -> int:
    """Return how many of the numbers seen are not what stood at their place before; 0 where places differ."""
    source = chain.stages[volume - 1].inputs[0] + 1 if volume else 0
    if not volume or chain.stages[volume - 1].layer.merges or chain.shape(volume) != chain.shape(source):
        return 0
    first, last = cells.channels if chain.arrangement(volume).single else (cells.channels[0], cells.channels[0] + 1)
    before, after = (chain.outputs[v][first:last][:, cells.rows][:, :, cells.columns] for v in (source, volume))
    return int((before != after).sum())


def _excerpt(chain: Chain, volume: int, cells: Cells, won: Cells, laid: Span) -> Excerpt:
    """Return the numbers, or the picture, of what is seen of a volume."""
    (top, bottom), (left, right) = laid
    picture = chain.face(volume, cells.channels).part(left, top, right - left, bottom - top)
    if chain.arrangement(volume).single:
        return _vector(chain, volume, cells.channels, won.channels, picture)
    numbers = chain.outputs[volume][cells.channels[0], top:bottom, left:right]
    kept = won.span
    ring = (
        Span((kept.rows[0] - top, kept.rows[1] - top), (kept.columns[0] - left, kept.columns[1] - left))
        if kept
        else None
    )
    fit = None if chain.colours(volume, cells.channels) else chain.fit(volume, numbers)
    return excerpt(numbers, picture, fit, (cells.rows[top:bottom], cells.columns[left:right]), ring)


def _vector(chain: Chain, volume: int, channels: Pair, won: Pair, picture: Face) -> Excerpt:
    """Return some numbers of a vector, folded into two columns where they are many."""
    count = channels[1] - channels[0]
    across = 1 if count <= FOLDED else 2
    numbers = np.full((-(-count // across), across), np.nan, np.float32)
    numbers.ravel()[:count] = chain.outputs[volume][channels[0] : channels[1]].ravel()
    row, column = divmod(won[0] - channels[0], across)
    ring = Span((row, row + 1), (column, column + 1)) if won[1] - won[0] == 1 else None
    read = np.ones(len(numbers), bool), np.ones(across, bool)
    fit = chain.fit(volume, numbers)
    return excerpt(numbers, picture, fit, read, ring if fit is not None or count == 1 else None)


def _middle(span: Span | None, channel: int) -> Place:
    """Return the place in the middle of a rectangle."""
    (top, bottom), (left, right) = span or Span((0, 1), (0, 1))
    return Place(channel, (top + bottom - 1) // 2, (left + right - 1) // 2)


def _area(span: Span) -> int:
    return (span.rows[1] - span.rows[0]) * (span.columns[1] - span.columns[0])


def _hops(view: View, state: State) -> Steps:
    """Return the hops from the number to the input: first all of them at once, then volume after volume before it."""
    last, chosen = view.index + 1, chosen_of(state.pin)

    def at(hop: int) -> Step:
        volume = last - hop
        if not hop:
            return Step(state.but(pin="", edit=""), view.say("trace it home"))
        name = view.run.stages[volume - 1].layer.type if volume else view.say("Input")
        return Step(state.but(pin=f"h.{volume}", edit=""), view.say("home: {name}").format(name=name))

    return Steps(range(last + 1), 0 if chosen is None else max(0, last - chosen), at)


LOOK = Look(
    "trace",
    "Trace it home",
    "All that a number has seen, back to a rectangle of the picture.",
    60,
    _context,
    asks=True,
    facet="home",
    words=lambda stage, say: say("trace it home"),
    steps=_hops,
    chapter="layers",
)
