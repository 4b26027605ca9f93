"""Which part of the picture mattered to a class: what the look of scores shows of an occlusion.

It is computed where a person waits for it: while the page that asks for it (`pin=covered`) is made, or beside the page,
with progress (`/parts/occlusion`). What is there already is shown at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from app.explorer.looks.look import LookRequest
from app.explorer.looks.shift import whole_number
from app.explorer.scales import scale_href
from app.lab import Lab, Run
from app.layers.layer import Array
from app.numerics.window import Pair
from app.occlusions import Occluded, is_quick
from app.pipeline.document import ENGINE
from app.printing.numbers import fixed
from app.printing.shares import portion
from app.rendering.legend import alone
from app.rendering.palette import Theme
from app.rendering.scales import USUAL, Scale
from app.rendering.sheets.maps import extent_of
from app.rendering.sheets.occlusion import grey_of, occlusion_png
from app.rendering.svg import Face, markup

ASKED = "covered"  # as the address says that it is to be computed
LEGEND = 170  # px
PIXEL = 60  # bytes, about, that a pixel of the picture takes while it is made


@dataclass(frozen=True)
class Covered:
    """What was found for one class."""

    photo: Face
    map: Face
    colour: str  # of the patch
    best: Pair  # the place where the class falls most
    texts: tuple[str, ...]  # what the class has at each place
    legend: Markup


@dataclass(frozen=True)
class Mattered:
    """A patch, and what was found where that is known."""

    shape: Pair  # of the picture
    places: Pair
    size: Pair  # of the patch
    step: Pair
    margin: Pair  # from its corner to the middle that stands for it
    index: int  # of the layer that is asked
    quick: bool  # it takes so little that nobody need ask for it
    href: str  # of the page that computes it
    found: Covered | None


async def mattered(asked: LookRequest, index: int, *, shares: bool) -> Mattered:
    """Return which part mattered to the class of the place, by what layer `index` says; raise Unfit where it costs too
    much."""
    lab, run, state = asked.lab, asked.run, asked.state
    plan = lab.occlusions.plan(run, index)
    found = lab.occlusions.at_hand(run, index) or (
        await lab.occlusions.find(run, index) if state.pin == ASKED else None
    )
    covered = None
    if found is not None:
        now = float((await lab.result(run, index)).output[state.place.channel, 0, 0])
        covered = await lab.queue.light(lambda: _covered(asked, index, found, now, shares=shares))
    return Mattered(
        (run.input_shape[1], run.input_shape[2]),
        plan.places,
        plan.size,
        plan.step,
        plan.margin,
        index,
        is_quick(run, index, plan),
        state.but(pin=ASKED, edit="").address(),
        covered,
    )


def _covered(asked: LookRequest, index: int, found: Occluded, now: float, *, shares: bool) -> Covered:
    """Return what was found for the class of the place, which has `now` of the whole picture."""
    view, label = asked.view, asked.state.place.channel
    numbers = found.numbers[label]
    row, column = np.unravel_index(int(numbers.argmin()), numbers.shape)
    _, rows, columns = asked.run.input_shape
    prefix, theme = asked.run.document.ids[index + 1], "&theme=dark" if view.theme == "dark" else ""
    href = f"/parts/covered/{prefix}/{index}.png?v={ENGINE}&label={label}{theme}"
    levels = found.colour or (128,)
    colour = "".join(f"{level:02x}" for level in (levels if len(levels) == 3 else levels[:1] * 3))
    falls = (now - numbers) * (100 if shares else 1)
    extent = extent_of(falls)
    ends = float(falls.min()), float(falls.max())
    scale = Scale(USUAL, extent, *ends, href=scale_href(view.theme, USUAL, False))
    unit = view.say("points of its share") if shares else view.say("of its score")
    return Covered(
        view.pictures.photo(),
        Face(href, (columns, rows), 0, 0, columns, rows, signed=True),
        f"#{colour}",
        (int(row), int(column)),
        tuple(portion(each) if shares else fixed(each, 2) for each in numbers.ravel().tolist()),
        markup(alone(scale, view.say, LEGEND, unit)),
    )


async def covered_picture(lab: Lab, run: Run, layer: str, fields: Mapping[str, str]) -> bytes:
    """Return how far the class `label` falls where a part is covered, laid over the picture in grey."""
    index = whole_number(layer, len(run.stages))
    label = whole_number(fields.get("label", ""), run.stages[index].output_shape[0])
    found, source, result = await lab.occlusions.find(run, index), *await lab.some(run, (None, index))
    theme: Theme = "dark" if fields.get("theme") == "dark" else "light"

    def drawn() -> bytes:
        falls: Array = result.output[label, 0, 0] - found.numbers[label]
        plan = found.occlusion
        return occlusion_png(grey_of(source.pixels, source.output), falls, plan.margin, plan.step, theme)

    return await lab.render(drawn, PIXEL * source.output[0].size)
