"""Followed forward: every place of every later volume that one pixel of the picture can change.

`pin=i.0.<row>.<column>` in the address is the pixel; `.<volume>` behind it, which of the layers left out is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from app.explorer.looks.columns import (
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
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.layers import Place
from app.numerics.window import Span
from app.pipeline.cone import Cone, cones, missed
from app.printing.numbers import grouped
from app.rendering.arrangement import Arrangement
from app.rendering.diagrams.trace import Block
from app.rendering.svg import Face
from app.whole_numbers import read_whole


def pixel_of(asked: LookRequest) -> tuple[int, int]:
    """Return the pixel that the address holds; else the middle of what the present number has seen."""
    kind, channel, row, column = (*asked.state.pin.split("."), "", "", "")[:4]
    _, rows, columns = asked.run.input_shape
    at = read_whole(row, rows), read_whole(column, columns)
    if (kind, channel) == ("i", "0") and at[0] is not None and at[1] is not None:
        return at[0], at[1]
    view = asked.view.closeup.receptive_field or Span((0, rows), (0, columns))
    return sum(view.rows) // 2, sum(view.columns) // 2


def volume_of(pin: str) -> int | None:
    """Read which volume the address wants to see: i.0.7.16.3."""
    last = pin.split(".")[4:5]
    return read_whole(last[0]) if last else None


def at_pixel(state: State, row: int, column: int, volume: int | None = None) -> State:
    """Return the state that follows a pixel."""
    behind = "" if volume is None else f".{volume}"
    return state.but(view="forward", pin=f"i.0.{row}.{column}{behind}", edit="")


@dataclass(frozen=True)
class ForwardContext(Context):
    """What templates/looks/forward.html shows."""

    columns: list[Column]
    drawn: list[Markup]
    pattern: str
    pixel: tuple[int, int]
    around: list[tuple[int, int, str]]  # the pixels beside it: row, column, address
    zoom: Face  # of the picture
    lost: tuple[int, str] | None  # the layer from which on nothing reads it, and why
    lost_at: str  # that layer's type
    includes: bool  # whether the present number is one of those that it can change
    pixels: bool  # the input is a picture
    home: str
    back: str  # from a number in the middle of those that it can change


async def _context(asked: LookRequest) -> ForwardContext:
    """Return the columns and their drawing."""
    chain = await chain_of(asked)
    state, view, say = asked.state, asked.view, asked.view.say
    row, column = pixel_of(asked)
    found = await asked.lab.queue.light(lambda: cones(chain.stages, row, column))
    lost = missed(chain.stages, found)
    _, rows, columns = asked.run.input_shape
    words = say("The picture: arrow keys choose another pixel, the next row and column")
    kept: list[Column] = []
    chosen = volume_of(state.pin)
    picked = shown(len(found), chosen)
    ways = sources_of(chain, picked, lambda layer, number: found[chain.stages[layer].inputs[number] + 1].any)
    for volume in picked:
        left_out = range(kept[-1].volume + 1 if kept else 0, volume)
        links = tuple((named(chain, v), at_pixel(state, row, column, v).address()) for v in left_out)
        drawn = _column(chain, volume, found[volume], at_pixel(state, row, column, chosen), links, words)
        kept.append(replace(drawn, block=replace(drawn.block, sources=ways[volume])))
    here, last = view.place, found[-1]
    around = [
        (r, c, at_pixel(state, r, c, chosen).address())
        for r in range(row - 1, row + 2)
        for c in range(column - 1, column + 2)
        if 0 <= r < rows and 0 <= c < columns
    ]
    middle = _middle(last, here.channel)
    return ForwardContext(
        kept,
        drawings(kept, say("The pixel and all that it can change"), spare=20),
        pattern(kept),
        (row, column),
        around,
        asked.view.pictures.photo(),
        lost,
        chain.stages[lost[0]].layer.type if lost else "",
        last.changes(here),
        pixels(asked),
        state.but(view="trace", pin="", edit="").address(),
        state.but(view="trace", pin="", edit="", place=middle).address() if middle else "",
    )


def _column(
    chain: Chain, volume: int, cone: Cone, state: State, before: tuple[tuple[str, str], ...], words: str
) -> Column:
    asked, shape, plan = chain.asked, chain.shape(volume), chain.arrangement(volume)
    stage = chain.stages[volume - 1] if volume else None
    here = asked.view.place
    channel = min(here.channel, shape[0] - 1)
    channels = (0, shape[0])
    last = volume == len(chain.stages)
    front = chain.face(0, channels) if volume == 0 else asked.view.pictures.map(volume - 1, channel)
    holes = _holes(plan, cone)
    middle = _middle(cone, channel)
    href = state.but(layer=volume - 1, place=middle or Place(channel, 0, 0)) if stage else state.but(pin="")
    cell = plan.cell(here)
    block = Block(
        front,
        1 if plan.single else shape[0],
        _hull(holes),
        chain.colours(volume, channels),
        "result" if stage else "window",
        after_gap=bool(before),
        cell=Span((cell.row, cell.row + 1), (cell.column, cell.column + 1)) if last else None,
        takes="map" if last else "" if stage else "pixel",
        words="" if stage else words,
        holes=holes,
    )
    facts = {
        "vector": plan.single,
        "places": grouped(cone.numbers if plan.single else cone.places),
        "of": grouped(shape[0] if plan.single else shape[1] * shape[2]),
        "maps": shape[0],
        "any": cone.any,
        "last": last,
    }
    return Column(volume, stage, href.address(), channels, cone.span, block, facts=facts, before=before)


def _holes(plan: Arrangement, cone: Cone) -> tuple[Span, ...]:
    """Return the rectangles, on a sheet as it is laid out, that hold all that is changed and nothing else."""
    if not cone.any:
        return ()
    if not plan.single:
        return tuple(
            Span(rows, columns) for block in cone.blocks for rows in runs(block.rows) for columns in runs(block.columns)
        )
    found = []
    for first, last in runs(cone.channels):
        while first < last:
            _, row, column = plan.cell(Place(first, 0, 0))
            end = min(plan.columns, column + last - first)
            found.append(Span((row, row + 1), (column, end)))
            first += end - column
    return tuple(found)


def _hull(spans: Sequence[Span]) -> Span | None:
    """Return the smallest rectangle around rectangles."""
    if not spans:
        return None
    return Span(
        (min(span.rows[0] for span in spans), max(span.rows[1] for span in spans)),
        (min(span.columns[0] for span in spans), max(span.columns[1] for span in spans)),
    )


def _middle(cone: Cone, channel: int) -> Place | None:
    """Return a place in the middle of what is changed; in a vector the first."""
    if not cone.any:
        return None
    rows, columns = cone.rows.nonzero()[0], cone.columns.nonzero()[0]
    own = channel if cone.channels[channel] else int(cone.channels.nonzero()[0][0])
    return Place(own, int(rows[(len(rows) - 1) // 2]), int(columns[(len(columns) - 1) // 2]))


LOOK = Look(
    "forward",
    "Follow a pixel",
    "Every place that one pixel of the picture can change.",
    70,
    _context,
    scripts=("looks/trace.js",),
    chapter="layers",
)
