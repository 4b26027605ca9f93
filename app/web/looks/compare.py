"""Compare: two maps side by side at one place, and what is between them; or every picture through the same filters.

`with=` in the address says what stands on the right: app/web/other.py. Both maps are on one scale, that of the larger
numbers; the difference, left − right, is on a scale of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app import gallery
from app.errors import Mistake, NotFound
from app.lab import Lab, Run
from app.layers import Place
from app.numerics.window import Span
from app.pipeline import ENGINE, ImageInput
from app.rendering.arrangement import arranged
from app.rendering.difference import Difference, compared, difference_png, sheet_of
from app.rendering.maps import maps_png
from app.rendering.numbers import rounded, written
from app.rendering.palette import Theme
from app.rendering.svg import Face
from app.web.forms import query
from app.web.live import live_context
from app.web.looks.look import Asked, Context, Look
from app.web.looks.rows import rows_of
from app.web.looks.shift import whole_number
from app.web.other import SETTINGS, WITH, Other, alone, beside, layer_with, origin, other_of, read_with, swapped, upto
from app.web.state import State
from app.web.view import Say, View, end_text, view

MOST_FILTERS = 16  # in the menu
SEEDS = range(8)


@dataclass(frozen=True)
class Side:
    """One side of a comparison."""

    name: str  # what differs
    href: str  # this side alone
    view: View
    photo: Face
    seen: Span | None  # of the picture
    map: Face
    cell: Place  # of the sheet
    grip: str  # attributes by which the window is dragged
    plane: str  # where the left side's cells lie on the map; empty where they are others


async def _context(asked: Asked) -> Context:
    text = asked.state.told(WITH)
    kind, _ = read_with(text) or ("", "")
    common = {
        "kind": kind,
        "pictures_href": beside(asked.state, "pictures").address(),
        "camera_href": beside(asked.state, "camera").address(),
    }
    if kind == "camera":
        return {"compare": {**common, **live_context(asked)}}
    if kind == "pictures" and isinstance(asked.run.document.input, ImageInput):
        back = beside(asked.state, "").address()
        return {"compare": {**common, "rows": await rows_of(asked), "back_href": back}}
    other, wrong = await other_of(asked.lab, asked.run, asked.state, text)
    sides = await _sides(asked, other, wrong) if other else {"left": None}
    return {"compare": {**common, "kind": "", **sides}}


async def _sides(asked: Asked, other: Other, wrong: Mistake | None) -> Context:
    lab, run, state, seen = asked.lab, asked.run, asked.state, asked.seen
    if await lab.queue.light(lambda: lab.store.expires_at("document", other.run.id)) is None:
        await lab.keep(other.run)  # its links and pictures are asked for by its id
    there = await view(
        lab, other.run, other.state.layer, other.state.place, seen.theme, seen.language, state.told("digits")
    )
    sheets = [sheet_of(each.result.output, each.place.channel) for each in (seen, there)]
    alike = sheets[0].shape == sheets[1].shape
    between: Difference | None = await lab.queue.light(lambda: compared(*sheets)) if alike else None
    decimals = max(seen.decimals, there.decimals)
    numbers = [rounded(each.closeup.value, decimals) for each in (seen, there)]
    gap = rounded(seen.closeup.value - there.closeup.value, decimals)
    names = names_of(asked, other, there)
    extent = max(seen.extent, there.extent)
    address = _address(asked, other)
    return {
        "left": _side(asked.state, seen, seen, names[0], f"{address}&side=left"),
        "right": _side(other.state, there, seen, names[1], f"{address}&side=right"),
        "gap": Face(address, _size(seen), 0, 0, *_size(seen)) if alike else None,
        "numbers": [written(number) for number in (*numbers, gap)],
        "exact": numbers[0] - numbers[1] == gap,
        "end": end_text(extent),
        "between": between,
        "between_end": end_text(between.extent) if between else "",
        "mean": written(rounded(between.change.difference, max(2, decimals))) if between else "",
        "ends": [written(rounded(end, decimals)) for end in (between.low, between.high)] if between else [],
        "swap": swapped(run, state, other).address(),
        "choices": choices(asked, other),
        "wrong": wrong.say(seen.say) if wrong else "",
    }


def _size(seen: View) -> tuple[int, int]:
    return seen.target.columns, seen.target.rows


def _address(asked: Asked, other: Other) -> str:
    seen = asked.seen
    fields = {"v": ENGINE, WITH: other.text, "channel": str(seen.place.channel)}
    theme = {"theme": "dark"} if seen.theme == "dark" else {}
    return f"/parts/difference/{asked.run.id}/{seen.index}.png?{query({**fields, **theme})}"


def _side(state: State, seen: View, left: View, name: str, href: str) -> Side:
    size = _size(seen)
    step, before, reach = seen.stage.jump, origin(upto(seen.run, state)), seen.stage.receptive_size
    _, rows, columns = seen.stage.output_shape
    grip = ""
    if seen is left and not seen.target.single:
        numbers = {
            "drag": "1 0 0 1 0 0",
            "step": f"{step[0]} {step[1]}",
            "before": f"{-before[0]} {-before[1]}",
            "reach": f"{reach[0]} {reach[1]}",
            "places": f"{rows} {columns}",
            "at": f"{seen.place.row} {seen.place.column}",
        }
        grip = " ".join(f'data-{key}="{value}"' for key, value in numbers.items())
    plane = ""
    if step == left.stage.jump and seen.target.single == left.target.single:
        down, right = seen.place.row - left.place.row, seen.place.column - left.place.column
        plane = f"1 0 0 1 {right} {down}"
    return Side(
        name,
        alone(state).address(),
        seen,
        seen.pictures.photo(),
        seen.closeup.receptive_field,
        Face(href, size, 0, 0, *size),
        seen.target.cell(seen.place),
        grip,
        plane,
    )


# ---- words


def names_of(asked: Asked, other: Other, there: View) -> tuple[str, str]:
    """Return what each side is called: that in which they differ."""
    say, state = asked.seen.say, asked.state
    if other.kind == "image":
        return title_of(state.document.input.image, say), title_of(other.value, say)
    if other.kind == "channel":
        text = say("filter {number}") if asked.seen.layer.learned else say("map {number}")
        return text.format(number=state.place.channel + 1), text.format(number=there.place.channel + 1)
    if other.kind == "layer":
        mine, theirs = asked.seen.layer.type, there.layer.type
        if abs(state.layer - other.state.layer) == 1:
            later, word = (mine, 0) if state.layer > other.state.layer else (theirs, 1)
            both = (say("after {layer}").format(layer=later), say("before {layer}").format(layer=later))
            return (both[0], both[1]) if word == 0 else (both[1], both[0])
        text = say("{layer}, layer {number}")
        return (
            text.format(layer=mine, number=state.layer + 1),
            text.format(layer=theirs, number=other.state.layer + 1),
        )
    if other.kind in SETTINGS:
        index = layer_with(state, other.kind)
        assert index is not None
        label = say(LABELS[other.kind])
        return tuple(  # type: ignore[return-value]
            f"{label} {_written(getattr(each.document.layers[index], other.kind))}" for each in (state, other.state)
        )
    if other.kind == "seed":
        index = layer_with(state, "weights")
        assert index is not None
        return _weights(getattr(state.document.layers[index], "weights"), say), _weights(  # noqa: B009
            getattr(other.state.document.layers[index], "weights"),  # noqa: B009
            say,
        )
    return say("This run"), say("The other run")


def N_(message: str) -> str:  # noqa: N802 - gettext's name for "translate where it is shown"
    """Mark a message for translation."""
    return message


LABELS = {
    "padding": N_("padding"),
    "stride": N_("stride"),
    "dilation": N_("dilation"),
    "kernel_size": N_("filter size"),
}


def _weights(weights: Any, say: Say) -> str:
    if weights.init == "random":
        return say("random, seed {seed}").format(seed=weights.seed)
    return say("named filters") if weights.init == "preset" else say("these weights")


def _written(value: object) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return str(value[0]) if value[0] == value[1] else f"{value[0]} × {value[1]}"


def title_of(image: str | None, say: Say) -> str:
    """Return what a picture is called."""
    entry = gallery.GALLERY.get(image or "")
    return say(entry.title) if entry else say("Your picture")


# ---- what else could stand there


def choices(asked: Asked, other: Other) -> Context:
    """Return what else could stand on the right, kind by kind: label, address, and whether it does."""
    run, state, say = asked.run, asked.state, asked.seen.say
    shape = run.stages[state.layer].output_shape
    offered: dict[str, list[tuple[str, str]]] = {
        "layer": [(f"{i + 1} · {stage.layer.type}", str(i)) for i, stage in enumerate(run.stages) if i != state.layer],
        "channel": []
        if arranged(shape).single
        else [(str(c + 1), str(c)) for c in range(min(shape[0], MOST_FILTERS)) if c != state.place.channel],
    }
    if (index := layer_with(state, "weights")) is not None:
        mine = getattr(state.document.layers[index], "weights")  # noqa: B009
        offered["seed"] = [(str(seed), str(seed)) for seed in SEEDS if getattr(mine, "seed", None) != seed]
    for field, values in (("padding", range(4)), ("stride", range(1, 4))):
        if (index := layer_with(state, field)) is not None:
            now = getattr(state.document.layers[index], field)
            offered[field] = [(str(value), str(value)) for value in values if now != (value, value)]
    found: Context = {
        kind: [
            (label, beside(state, f"{kind}:{value}").address(), other.text == f"{kind}:{value}") for label, value in v
        ]
        for kind, v in offered.items()
        if v
    }
    if isinstance(run.document.input, ImageInput):
        found["image"] = [
            (
                entry.id,
                say(entry.title),
                beside(state, f"image:{entry.id}").address(),
                other.text == f"image:{entry.id}",
            )
            for entry in gallery.GALLERY.values()
            if entry.id != run.document.input.image
        ]
    return found


# ---- pictures


async def compared_png(lab: Lab, run: Run, layer: str, fields: Mapping[str, str]) -> bytes:
    """Return the left map, the right map, or their difference; raise NotFound where there is no such picture."""
    index = whole_number(layer, len(run.stages))
    stage = run.stages[index]
    channel = whole_number(fields.get("channel") or "0", stage.output_shape[0])
    state = State(run.document, index, Place(channel, 0, 0))
    other, _ = await other_of(lab, run, state, fields.get(WITH, ""))
    if other is None or other.text != fields.get(WITH, ""):
        raise NotFound("There is no picture {name} here.", name=fields.get(WITH, "")[:40])
    theme: Theme = "dark" if fields.get("theme") == "dark" else "light"
    there, at = other.run, other.state
    outputs = (await lab.result(run, index)).output, (await lab.result(there, at.layer)).output
    extent = max((await lab.extents(run, index))[0], (await lab.extents(there, at.layer))[0])

    def make() -> bytes:
        left, right = sheet_of(outputs[0], channel), sheet_of(outputs[1], at.place.channel)
        if fields.get("side") in ("left", "right"):
            return maps_png(left if fields["side"] == "left" else right, [extent], theme)
        if left.shape != right.shape:
            raise NotFound("The two maps have different shapes; there is no difference of them.")
        return difference_png(left, right, theme)

    return await lab.queue.light(make)


LOOK = Look(
    "compare",
    "Compare",
    "Two maps side by side: another picture, filter, layer or setting, and what differs.",
    _context,
)
