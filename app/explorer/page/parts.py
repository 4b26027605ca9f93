"""The parts of the page that change with the place, fetched alone where the page is there already."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from markupsafe import Markup

from app.explorer.checkpoints import at_epoch, trained
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.registry import LOOKS
from app.explorer.path import Path, path_of
from app.explorer.pointing.pointed import pointed
from app.explorer.questions import predicted
from app.explorer.scales import Chooser, chooser, colours_of
from app.explorer.scene import scene_of
from app.explorer.state import State
from app.explorer.sums.board import Board, board
from app.explorer.templating.context import Context
from app.explorer.templating.templates import render
from app.explorer.view import View, view_of
from app.lab import Lab, Run
from app.rendering.figure.layout import LAYOUTS
from app.rendering.palette import Theme
from app.rendering.svg import markup

Figures = dict[str, Markup]  # the drawing for each layout


@dataclass(frozen=True)
class PlateContext(Context):
    """What templates/_plate.html shows: the drawing of a place."""

    view: View
    figures: Figures


@dataclass(frozen=True)
class SumContext(Context):
    """What templates/_sum.html shows: how a number came to be, and the lens as it looks at this place."""

    view: View
    state: State
    board: Board | None
    lens: Markup | None
    path: Path | None  # of a clicker


@dataclass(frozen=True)
class PointedContext(Context):
    """What templates/_pointed.html shows: what is pointed at, said, and marked in the drawing."""

    view: View
    state: State
    marks: Markup | None


@dataclass(frozen=True)
class LookContext(Context):
    """What the template of every look may show beside its own."""

    state: State
    run: Run
    view: View


@dataclass(frozen=True)
class LookParts(Context):
    """What the page shows of the layer, whatever the look."""

    board: Board | None
    chooser: Chooser
    looks: list[tuple[Look, str]]  # that say something of the layer, each with its address


def parts_of(asked: LookRequest) -> LookParts:
    """Return what the page shows beside a look."""
    state, view = asked.state, asked.view
    others = (look for look in LOOKS.values() if look.says(asked.run, view.index))
    return LookParts(
        board(view, state),
        chooser(view, state, view.say),
        [(look, look.enter(view, state.but(view=look.name, edit="")).address()) for look in others],
    )


async def seen(lab: Lab, run: Run, state: State, theme: Theme, language: str) -> View:
    """Return the view of a state, with what is asked of it, and what it was before training."""
    view = await view_of(lab, run, state.layer, state.place, theme, language, state.option("digits"))
    network = trained(run.document.layers)
    if network is None:
        return asked_about(view, state)
    before = view.closeup.value
    if network.epoch != (first := network.model.epochs[0].epoch):
        other = await lab.open(at_epoch(state, first).document.prefix(state.layer + 1))
        before = float((await lab.result(other, state.layer)).output[state.place])
    view = replace(view, epoch=network.epoch, before_training=before, in_colour=not state.option("column"))
    return asked_about(view, state)


def asked_about(view: View, state: State) -> View:
    """Return a view with the question that is asked about it, what is said to the answer, and what is pointed at."""
    view = replace(view, prediction=predicted(view, state.view, state.option("predict"), state.guess, state.pin))
    return replace(view, pointed=pointed(view, state.pin), colours=colours_of(state)).ranged()


def figures(view: View, look: Look, names: Iterable[str]) -> Figures:
    """Return the drawing of a view, for each of the layouts named; none for a look that is not drawn."""
    if look.draw is None:
        return {}
    scene = scene_of(view)
    return {name: markup(look.draw(scene, LAYOUTS[name])) for name in names}


def plate_part(asked: LookRequest, look: Look, layout: str) -> str:
    """Return the drawing, for `layout` or, where that is none, for all."""
    drawn = figures(asked.view, look, [layout] if layout in LAYOUTS else LAYOUTS)
    return render(asked.view.language, "_plate.html", PlateContext(asked.view, drawn))


def sum_part(asked: LookRequest, look: Look, layout: str) -> str:
    """Return the written sum, and the numbers in the lens where they are drawn."""
    view, state = asked.view, asked.state
    lens = _group(view, look, layout, "data-lens") if view.weight is None else None
    return render(
        view.language, "_sum.html", SumContext(view, state, board(view, state), lens, path_of(asked.run, view, state))
    )


def pointed_part(asked: LookRequest, look: Look, layout: str) -> str:
    """Return what is pointed at."""
    marks = _group(asked.view, look, layout, "data-pointing")
    return render(asked.view.language, "_pointed.html", PointedContext(asked.view, asked.state, marks))


def look_part(asked: LookRequest, look: Look, shown: Context) -> str:
    """Return what a look's own template makes of what is `shown`."""
    every = LookContext(asked.state, asked.run, asked.view)
    return render(asked.view.language, f"looks/{look.name}.html", every, shown)


def _group(view: View, look: Look, layout: str, mark: str) -> Markup | None:
    """Return the first group of a drawing that is marked so; None where there is none."""
    if look.draw is None or layout not in LAYOUTS:
        return None
    drawn = look.draw(scene_of(view), LAYOUTS[layout])
    return next((markup(group) for group in drawn.iter("g") if mark in group.attrib), None)
