"""The shift test: the picture moved by a pixel or a few, and what each map makes of it: before, after, difference.

`pin=s.<down>.<right>` in the address says how far. A convolution's map moves with the picture; what a pool keeps often
changes less, and what is said of it is what the numbers say. Counted is the map that is shown, a vector whole.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.errors import NotFound
from app.explorer.drawing import PNG_BYTES
from app.explorer.looks.look import Look, LookRequest
from app.explorer.pictures import Pictures
from app.explorer.state import State, along
from app.explorer.templating.context import Context
from app.explorer.view import View
from app.lab import Lab, Result, Run
from app.layers import Place
from app.layers.pool2d import Pool2d
from app.numerics.axis import Mask, Pair
from app.numerics.shift import Change, Moved, change, inside, moved_back, still_there
from app.pipeline.document import ENGINE
from app.pipeline.plan import Stage
from app.printing.shares import ratio
from app.rendering.sheets.maps import picture_png
from app.rendering.sheets.shift import AFTER, DIFFERENCE, shift_png, shift_tiles
from app.rendering.svg import Face
from app.whole_numbers import read_whole

FARTHEST = 3  # pixels
USUAL = (0, 1)
PIN = re.compile(rf"s\.(-?[0-{FARTHEST}])\.(-?[0-{FARTHEST}])")
MOST_LAYERS = 3  # beside the input: what fits on a screen
ALIKE = 0.1  # of a change, up to which another is about as large
Masks = tuple[Mask, Mask]


@dataclass(frozen=True)
class Row:
    """One volume: its map before and after the shift, what differs, and that in numbers."""

    index: int | None
    name: str
    note: str  # which map
    href: str
    faces: tuple[Face, Face, Face]  # before, after, difference
    cell: Place | None  # on the sheet that is shown, of the layer in view
    change: Change
    moved: Moved | None
    share: str  # how much the numbers change, of their mean size
    sentence: str  # what became of the map, moved back


@dataclass(frozen=True)
class Step:
    """A button that moves the picture."""

    name: str
    href: str  # nothing where it would move it too far


@dataclass(frozen=True)
class ShiftContext(Context):
    """What templates/looks/shift.html shows."""

    shift: Pair
    rows: list[Row]
    lesson: str  # what the numbers teach
    steps: list[Step]
    after: str  # the number at the place after the shift


def shift_of(pin: str) -> Pair:
    """Read how far the picture is moved, down and right; one pixel to the right where that is not said."""
    found = PIN.fullmatch(pin)
    return (int(found[1]), int(found[2])) if found else USUAL


def pinned(state: State, shift: Pair) -> str:
    """Return the address of the same look with the picture moved by `shift`."""
    return state.but(pin=f"s.{shift[0]}.{shift[1]}", edit="").address()


def pool_after(stages: tuple[Stage, ...], index: int) -> list[int]:
    """Return the pool that comes next after a layer, where nothing between looks at more than one number."""
    here = index
    for stage in stages[index + 1 :]:
        if stage.inputs != (here,):
            continue
        if isinstance(stage.layer, Pool2d):
            return [stage.index]
        here = stage.index
        if stage.geometry.reach != (1, 1) or stage.input_shape != stage.output_shape:
            break
    return []


def chosen(stages: tuple[Stage, ...], index: int) -> list[int]:
    """Return the layers to show: the one in view, the pool that follows, and before those that look at more than one
    number first.
    """
    pool = pool_after(stages, index)
    before = list(range(index))
    wide = [i for i in before if stages[i].geometry.reach != (1, 1)]
    others = [i for i in before if i not in wide]
    kept = (others + wide)[::-1][: MOST_LAYERS - 1 - len(pool)]
    return sorted([*kept, index, *pool])


def channels_home(stages: tuple[Stage, ...], index: int, channel: int) -> dict[int, int]:
    """Return for each layer up to `index` the map to show: the one that the next is made from, or of its number."""
    found = {index: channel}
    for stage in reversed(stages[: index + 1]):
        here = found.setdefault(stage.index, min(channel, stage.output_shape[0] - 1))
        for source, geometry in zip(stage.inputs, stage.geometries, strict=True):
            first, last = geometry.channels_read(here)
            if first < last:
                found[source] = first if last - first == 1 else min(here, geometry.input_shape[0] - 1)
    return found


def whole_masks(stages: tuple[Stage, ...], masks: Masks) -> list[Masks]:
    """Return for each layer which rows and columns of its output are made from `masks` of the picture alone."""
    found = [masks]  # of the picture, then of each layer
    for stage in stages:
        read = list(zip(stage.geometries, (found[source + 1] for source in stage.inputs), strict=True))
        down = [inside(geometry.rows, rows) for geometry, (rows, _) in read]
        across = [inside(geometry.columns, columns) for geometry, (_, columns) in read]
        found.append((np.logical_and.reduce(down), np.logical_and.reduce(across)))
    return found[1:]


def measured(
    run: Run, index: int | None, before: np.ndarray, after: np.ndarray, shift: Pair
) -> tuple[Change, Moved | None]:
    """Compare what is shown of layer `index` (None: the input) in place, and moved back where that can be."""
    jump = (1, 1) if index is None else run.stages[index].jump
    here = change(before, after)
    if jump is None or before.shape[1:] == (1, 1) or any(by % step for by, step in zip(shift, jump, strict=True)):
        return here, None
    _, rows, columns = run.input_shape
    was: Masks = (np.ones(rows, bool), np.ones(columns, bool))
    now: Masks = (still_there(rows, shift[0]), still_there(columns, shift[1]))
    if index is not None:
        stages = run.stages[: index + 1]
        was, now = whole_masks(stages, was)[-1], whole_masks(stages, now)[-1]
    return here, moved_back(before, after, (int(shift[0] / jump[0]), int(shift[1] / jump[1])), was, now)


def sentence_of(view: View, index: int | None, shape: tuple[int, int, int], moved: Moved | None, shift: Pair) -> str:
    """Say what became of a map when it is moved back."""
    say = view.say
    if not any(shift):
        return say("The picture is where it was.")
    if shape[1:] == (1, 1):
        return say("One number a map: there is nothing to move back.")
    if moved is None:
        jump = view.run.stages[index].jump if index is not None else (1, 1)
        if jump is None:
            return say("It has seen the picture by ways of different steps: no one step moves it back.")
        apart = f"{jump[0]}" if jump[0] == jump[1] else f"{jump[0]} × {jump[1]}"
        return say("Its cells are {apart} pixels apart: it cannot follow such a step.").format(apart=apart)
    by = " × ".join(str(abs(cells)) for cells in moved.by if cells)
    numbers = {"by": by, "numbers": f"{moved.numbers:,}", "differ": f"{moved.differ:,}"}
    if not moved.differ:
        text = say("Moved back by {by}, {differ} of {numbers} differ: it moves with the picture.")
    elif not moved.differ_inside:
        text = say("Moved back by {by}, {differ} of {numbers} differ, all of them at the edge.")
    else:
        text = say("Moved back by {by}, {differ} of {numbers} differ.")
    return text.format(**numbers)


def lesson_of(view: View, rows: Sequence[Row], shift: Pair) -> str:
    """Say what the numbers of the rows teach: of a pool whether it changes less, else of a map whether it moves."""
    say, stages = view.say, view.run.stages
    if not any(shift):
        return say("The picture is where it was, and so is every number.")
    for before, row in reversed(list(pairwise(rows))):
        assert row.index is not None
        if isinstance(stages[row.index].layer, Pool2d) and before.change.size and row.change.size:
            names = {"pool": row.name, "share": row.share, "other": before.name, "before": before.share}
            beside = row.change.relative / before.change.relative if before.change.relative else 1.0
            text = say(
                "{pool} changes about as much as {other} before it ({share} and {before}): pooling helps little here."
            )
            if not before.change.differ and not row.change.differ:
                text = say("Neither {other} nor {pool} changes: moved this way, the picture looks the same.")
            elif beside < 1 - ALIKE:
                text = say(
                    "{pool} changes less than {other} before it ({share} and {before}): what moves inside a window it "
                    "does not notice."
                )
            elif beside > 1 + ALIKE:
                text = say(
                    "{pool} changes more than {other} before it ({share} and {before}): much has gone from one window "
                    "to the next."
                )
            return text.format(**names)
        if row.moved is not None and not row.moved.differ_inside and stages[row.index].geometry.reach != (1, 1):
            return say("{name} moves with the picture: its filter is the same at every place.").format(name=row.name)
    return ""


async def rows_of(asked: LookRequest, shift: Pair) -> list[Row]:
    """Return the volumes to show: the input, layers up to the one in view, and the pool after it."""
    state, stages = asked.state, asked.run.stages
    home = channels_home(stages, state.layer, state.place.channel)
    first = min(home[0], asked.run.input_shape[0] - 1)
    home |= dict.fromkeys(pool_after(stages, state.layer), state.place.channel)
    layers = [await row_of(asked, shift, index, home[index]) for index in chosen(stages, state.layer)]
    return [await row_of(asked, shift, None, first), *layers]


async def row_of(asked: LookRequest, shift: Pair, index: int | None, channel: int) -> Row:
    """Return one volume, of which `channel` is shown; a picture and a vector are shown whole."""
    lab, run, state, view = asked.lab, asked.run, asked.state, asked.view
    before, after = await lab.result(run, index), await lab.shifted(run, index, *shift)
    shapes = [stage.output_shape for stage in run.stages]
    shape = run.input_shape if index is None else shapes[index]
    plan = view.pictures.arrangement(index)
    only = None if plan.single or before.pixels is not None else channel
    part = slice(None) if only is None else slice(only, only + 1)
    compared = await lab.queue.heavy(lambda: measured(run, index, before.output[part], after.output[part], shift))
    there = None if index in (None, state.layer) else state.but(layer=index, place=along(state, shapes, index or 0))
    return Row(
        index,
        view.say("Input") if index is None else run.stages[index].layer.type,
        "" if only is None else view.say("map {number}").format(number=only + 1),
        there.but(edit="").address() if there else "",
        faces(view.pictures, index, only, before.pixels is not None, shift),
        plan.cell(state.place) if index == state.layer else None,
        *compared,
        "0 %" if not compared[0].differ else ratio(compared[0].difference, compared[0].size, view.say),
        sentence_of(view, index, shape, compared[1], shift),
    )


def faces(
    pictures: Pictures, index: int | None, channel: int | None, colour: bool, shift: Pair
) -> tuple[Face, Face, Face]:
    """Return the pictures of a map before, after, and of what differs; `colour`: of the picture itself."""
    plan = pictures.arrangement(index)
    pair = shift_tiles(plan.rows, plan.columns)
    which = "input" if index is None else index
    prefix = pictures.run.document.ids[0 if index is None else index + 1]
    theme = "&theme=dark" if pictures.theme == "dark" else ""
    only = "" if channel is None else f"&channel={channel}"
    href = f"/parts/shifted/{prefix}/{which}.png?v={ENGINE}&shift={shift[0]}.{shift[1]}{only}{theme}"
    after, difference = (
        Face(href, pair.size, *pair.corner(tile), plan.columns, plan.rows, signed=True) for tile in (AFTER, DIFFERENCE)
    )
    before = pictures.photo() if colour else pictures.map(index, channel or 0)
    if colour:
        after = Face(f"{href}&colour=1", (plan.columns, plan.rows), 0, 0, plan.columns, plan.rows)
    return before, after, difference


def steps(state: State, shift: Pair) -> list[Step]:
    """Return the buttons that move the picture."""
    down, right = shift
    moves = {"left": (down, right - 1), "up": (down - 1, right), "down": (down + 1, right), "right": (down, right + 1)}
    return [
        Step(name, pinned(state, to) if max(map(abs, to)) <= FARTHEST else "")
        for name, to in {**moves, "back": (0, 0)}.items()
    ]


async def _context(asked: LookRequest) -> ShiftContext:
    shift = shift_of(asked.state.pin)
    view, state = asked.view, asked.state
    after: Result = await asked.lab.shifted(asked.run, state.layer, *shift)
    number = view.number(float(after.output[state.place]))
    rows = await rows_of(asked, shift)
    return ShiftContext(shift, rows, lesson_of(view, rows, shift), steps(state, shift), number)


async def shifted_png(lab: Lab, run: Run, layer: str, fields: Mapping[str, str]) -> bytes:
    """Return a layer, or the "input", after the shift, beside what differs; or the picture itself, in its colours."""
    shift = shift_of("s." + fields.get("shift", ""))
    index = None if layer == "input" else whole_number(layer, len(run.stages))
    before, after = await lab.result(run, index), await lab.shifted(run, index, *shift)
    if fields.get("colour") and (pixels := after.pixels) is not None:
        return await lab.queue.light(lambda: picture_png(pixels, None))
    part = slice(None)
    if fields.get("channel"):
        channel = whole_number(fields["channel"], len(before.output))
        part = slice(channel, channel + 1)
    extent = (await lab.extents(run, index))[0]
    return await lab.render(
        lambda: shift_png(
            before.output[part], after.output[part], extent, "dark" if fields.get("theme") == "dark" else "light"
        ),
        3 * PNG_BYTES * before.output[part].size,  # of both, and of what differs
    )


def whole_number(text: str, end: int) -> int:
    """Read a number from 0 up to `end`; raise NotFound for anything else."""
    number = read_whole(text, end)
    if number is None:
        raise NotFound("There is no picture {name} here.", name=text[:40])
    return number


LOOK = Look(
    "shift",
    "Shift test",
    "The picture moved by a pixel: which map moves along, and which hardly changes?",
    100,
    _context,
    pictures={"shifted": shifted_png},
    chapter="neurons",
)
