"""Compare: two maps side by side at one place, and what is between them; or every picture through the same filters.

`with=` in the address says what stands on the right: app/explorer/comparison.py. Both maps are on one scale, that of
the larger numbers, or on the one that `colours=` and `range=` ask for; the difference, left − right, has a sign, and
so two colours, on a scale of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.errors import Mistake, NotFound
from app.explorer.comparison import (
    WITH,
    Counterpart,
    alone,
    beside,
    counterpart_of,
    offset,
    read_with,
    swapped,
)
from app.explorer.fields import query
from app.explorer.looks.live import Live, live_of
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.rows import Rows, row_png, rows_of
from app.explorer.looks.shift import whole_number
from app.explorer.looks.sides import Choices, choices, names_of
from app.explorer.scales import scale_href
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.view import View, view_of
from app.lab import Lab, Result, Run
from app.layers import Place
from app.layers.layer import Array
from app.layers.references import PICTURE
from app.numerics.window import Span
from app.pipeline.document import ENGINE, ImageInput
from app.pipeline.plan import Stage
from app.printing.numbers import grouped, rounded, written
from app.printing.shares import share
from app.rendering.legend import alone as legend
from app.rendering.palette import Theme
from app.rendering.scales import Colours, Scale, read_colours
from app.rendering.sheets.difference import Difference, compared, difference_png, facing, sheet_of
from app.rendering.sheets.maps import coloured_png, extent_of
from app.rendering.svg import Face, markup


@dataclass(frozen=True)
class Side:
    """One side of a comparison."""

    name: str  # what differs
    href: str  # this side alone
    view: View
    photo: Face
    field: Span | None  # what it has seen of the picture
    map: Face
    cell: Place  # of the sheet
    grip: str  # attributes by which the window is dragged
    plane: str  # where the left side's cells lie on the map; empty where they are others


@dataclass(frozen=True)
class Gap:
    """The difference of two maps, left − right."""

    map: Face
    legend: Markup
    mean: str  # of its size
    equal: str  # share of the places at which both have the same number
    ends: list[str]  # the smallest and the largest


@dataclass(frozen=True)
class TwoSides:
    """Two maps, and what is between them."""

    left: Side
    right: Side
    numbers: list[str]  # of the two sides, and their difference
    exact: bool  # the difference as printed is that of the numbers as printed
    legend: Markup
    gap: Gap | None  # none where no cell of one map faces a cell of the other
    swap: str
    choices: Choices
    wrong: str  # why not what was asked for
    pictures_href: str
    camera_href: str


@dataclass(frozen=True)
class CompareContext(Context):
    """What templates/looks/compare.html shows."""

    kind: str  # pictures, camera; else two sides
    compare: TwoSides | Rows | Live | None  # none where there is nothing to compare with


async def _context(asked: LookRequest) -> CompareContext:
    text = asked.state.option(WITH)
    kind, _ = read_with(text) or ("", "")
    if kind == "camera":
        return CompareContext(kind, live_of(asked))
    if kind == "pictures" and isinstance(asked.run.document.input, ImageInput):
        return CompareContext(kind, await rows_of(asked))
    other, wrong = await counterpart_of(asked.lab, asked.run, asked.state, text)
    return CompareContext("", await _sides(asked, other, wrong) if other else None)


async def _sides(asked: LookRequest, other: Counterpart, wrong: Mistake | None) -> TwoSides:
    lab, run, state, view = asked.lab, asked.run, asked.state, asked.view
    if await lab.queue.light(lambda: lab.store.expires_at("document", other.run.id)) is None:
        await lab.keep(other.run)  # its links and pictures are asked for by its id
    there = await view_of(
        lab, other.run, other.state.layer, other.state.place, view.theme, view.language, state.option("digits")
    )
    sheets = [sheet_of(each.result.output, each.place.channel) for each in (view, there)]
    by = offset(run, state, other.run, other.state)
    between = await lab.queue.light(lambda: compared(sheets[0], facing(sheets[0], sheets[1], by))) if by else None
    decimals = max(view.decimals, there.decimals)
    numbers = [rounded(each.closeup.value, decimals) for each in (view, there)]
    difference = rounded(view.closeup.value - there.closeup.value, decimals)
    names = names_of(asked, other, there)
    address, coloured = _address(asked, other), {k: v for k, v in view.colours.options.items() if v}
    sides = [f"{address}&{query({'side': name, **coloured})}" for name in ("left", "right")]
    gap = None
    if between:
        face = Face(address, _size(view), 0, 0, *_size(view), signed=True)
        mean = written(rounded(between.change.difference, max(2, decimals)))
        equal = share(between.change.same, between.change.numbers, view.say, 1)
        ends = [written(rounded(end, decimals)) for end in (between.low, between.high)]
        gap = Gap(face, _legend_between(view, between, sheets), mean, equal, ends)
    return TwoSides(
        _side(asked.state, view, view, names[0], sides[0]),
        _side(other.state, there, view, names[1], sides[1]),
        [written(number) for number in (*numbers, difference)],
        numbers[0] - numbers[1] == difference,
        _legend_of_both(view, there, sheets),
        gap,
        swapped(run, state, other).address(),
        choices(asked, other, await lab.album.still_there(asked.recent)),
        wrong.say(view.say) if wrong else "",
        beside(state, "pictures").address(),
        beside(state, "camera").address(),
    )


def _legend_of_both(view: View, there: View, sheets: list[Array]) -> Markup:
    """Return the scale of both maps."""
    numbers = np.concatenate([sheet[~np.isnan(sheet)] for sheet in sheets])
    colours, extent = view.colours, max(view.extent, there.extent)
    clipped = 0
    if colours.extent is not None:
        extent = colours.extent
        clipped = int(np.count_nonzero(np.abs(numbers) > np.float32(extent)))
    zero = _from_zero(colours, view.result, there.result)
    ends = float(numbers.min()), float(numbers.max())
    href = scale_href(view.theme, colours, zero)
    counted = clipped, numbers.size
    scale = Scale(colours, extent, *ends, *counted, href, zero, several=colours.own, marks=not colours.own)
    return markup(legend(scale, view.say, shared=view.say("one scale for both maps")))


def _legend_between(view: View, between: Difference, sheets: list[Array]) -> Markup:
    """Return the scale of the difference, and how many places it is of where only one map has the others."""
    href = scale_href(view.theme, Colours(), False)
    scale = Scale(Colours(), between.extent, between.low, between.high, href=href)
    words = view.say("a scale of its own")
    if sheets[0].shape != sheets[1].shape:
        words = view.say("on the {count} places of both").format(count=grouped(between.change.numbers))
    return markup(legend(scale, view.say, shared=words))


def _from_zero(colours: Colours, *results: Result) -> bool:
    """Tell whether a scale begins at zero: where it has no two colours, and nothing is negative."""
    return colours.kind != "signed" and all(result.whole.minimum >= 0 for result in results)


def _size(view: View) -> tuple[int, int]:
    return view.target.columns, view.target.rows


def _address(asked: LookRequest, other: Counterpart) -> str:
    view = asked.view
    fields = {"v": ENGINE, WITH: other.text, "channel": str(view.place.channel)}
    theme = {"theme": "dark"} if view.theme == "dark" else {}
    return f"/parts/difference/{asked.run.id}/{view.index}.png?{query({**fields, **theme})}"


def _side(state: State, view: View, left: View, name: str, href: str) -> Side:
    size = _size(view)
    step, start, reach = [field.jump for field in view.stage.fields], view.stage.start, view.stage.receptive_size
    _, rows, columns = view.stage.output_shape
    grip = ""
    if view is left and not view.target.single:
        numbers = {
            "drag": "1 0 0 1 0 0",
            "step": f"{float(step[0]):g} {float(step[1]):g}",
            "before": f"{float(-start[0]):g} {float(-start[1]):g}",
            "reach": f"{reach[0]} {reach[1]}",
            "places": f"{rows} {columns}",
            "at": f"{view.place.row} {view.place.column}",
        }
        grip = " ".join(f'data-{key}="{value}"' for key, value in numbers.items())
    plane = ""
    if view.stage.jump == left.stage.jump is not None and view.target.single == left.target.single:
        down, right = view.place.row - left.place.row, view.place.column - left.place.column
        plane = f"1 0 0 1 {right} {down}"
    return Side(
        name,
        alone(state).address(),
        view,
        view.pictures.photo(),
        view.closeup.receptive_field,
        Face(href, size, 0, 0, *size, signed=True),
        view.target.cell(view.place),
        grip,
        plane,
    )


async def compared_png(lab: Lab, run: Run, layer: str, fields: Mapping[str, str]) -> bytes:
    """Return the left map, the right map, or their difference; raise NotFound where there is no such picture."""
    index = whole_number(layer, len(run.stages))
    stage = run.stages[index]
    channel = whole_number(fields.get("channel") or "0", stage.output_shape[0])
    state = State(run.document, index, Place(channel, 0, 0))
    other, _ = await counterpart_of(lab, run, state, fields.get(WITH, ""))
    if other is None or other.text != fields.get(WITH, ""):
        raise NotFound("There is no picture {name} here.", name=fields.get(WITH, "")[:40])
    theme: Theme = "dark" if fields.get("theme") == "dark" else "light"
    there, at = other.run, other.state
    results = await lab.result(run, index), await lab.result(there, at.layer)
    colours = read_colours(
        fields.get("colours", ""), "own" if fields.get("scale") == "own" else fields.get("extent", "")
    )
    extent = max((await lab.extents(run, index))[0], (await lab.extents(there, at.layer))[0])

    def make() -> bytes:
        left, right = sheet_of(results[0].output, channel), sheet_of(results[1].output, at.place.channel)
        if fields.get("side") in ("left", "right"):
            one = left if fields["side"] == "left" else right
            end = extent_of(one) if colours.own else colours.extent or extent
            return coloured_png(one, [end], theme, colours, _from_zero(colours, *results))
        by = offset(run, state, there, at)
        if by is None or compared(left, facing(left, right, by)) is None:
            raise NotFound("The two maps have no places in common; there is no difference of them.")
        return difference_png(left, facing(left, right, by), theme)

    return await lab.queue.light(make)


def _before_and_after(state: State, stage: Stage) -> State | None:
    """Return what a layer gives beside what came before it."""
    return beside(state, f"layer:{stage.inputs[0]}") if stage.inputs[0] != PICTURE else None


LOOK = Look(
    "compare",
    "Compare",
    "Two maps side by side: another picture, filter, layer or setting, and what differs.",
    110,
    _context,
    scripts=("looks/trace.js", "looks/places.js"),
    pictures={"difference": compared_png, "row": row_png},
    lasting=False,
    facet="change",
    stop=_before_and_after,
    words=lambda stage, say: say("before and after"),
)
