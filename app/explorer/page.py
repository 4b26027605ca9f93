"""All that the explorer's page shows of a state, ready for its templates."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from app.explorer.card.filters import filter_card
from app.explorer.card.settings import adding, card
from app.explorer.keys import KEYS
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.registry import LOOKS
from app.explorer.options import OPTIONS
from app.explorer.pointing import pointed
from app.explorer.predicting import predicted
from app.explorer.ribbon import ribbon
from app.explorer.scales import chooser, colours_of
from app.explorer.scene import scene_of
from app.explorer.state import State
from app.explorer.sums.board import board
from app.explorer.templating.templates import render
from app.explorer.view import View, view_of
from app.lab import Lab, Run
from app.messages import catalogue
from app.pictures import gallery
from app.pipeline.document import ImageInput
from app.rendering.arrangement import arranged
from app.rendering.figure.layout import BOARDS, LAYOUTS, SCREENS
from app.rendering.palette import Theme
from app.rendering.svg import markup

SIZES = (16, 24, 32, 48, 64, 96, 128, 224, 256)
MOST_SEGMENTS = 24  # of the scrubber
SPEEDS = ("0.25", "0.5", "1", "2", "4", "8", "16", "60")
Drawn = dict[str, Markup]


async def explorer_page(
    lab: Lab, run: Run, state: State, theme: Theme, language: str, layout: str, recent: tuple[str, ...]
) -> str:
    """Return the page, drawn for `layout` or, where that is none, for all; what takes long is off the event loop."""
    digits = state.option("digits")
    view = await view_of(lab, run, state.layer, state.place, theme, language, digits) if run.stages else None
    look = LOOKS[state.view]
    view = view and predicting(view, state)
    looking = (
        await look_context(LookRequest(lab, run, state, view, recent), look) if view else {"look": look, "view": None}
    )
    shown = await lab.queue.light(lambda: card(run, state, lab, catalogue(language).gettext)) if state.edit else None
    filtering = shown and shown["part"] != "settings"
    editor = await filter_card(lab, run, state, shown["index"], theme, language) if shown and filtering else None

    def page() -> str:
        names = BOARDS if state.option("projector") else SCREENS
        drawn = figures(view, look, [layout] if layout in names else names) if view else {}
        around = _around(lab, run, state, view, theme, language)
        return render(language, "explorer.html", **{**looking, **around}, figures=drawn, card=shown, editor=editor)

    return await lab.queue.light(page)


def _around(lab: Lab, run: Run, state: State, view: View | None, theme: Theme, language: str) -> dict[str, Any]:
    """Return what stands around a look: the ribbon of layers, and all that the controls lead to."""
    source = run.document.input
    return {
        "state": state,
        "run": run,
        "theme": theme,
        "language": language,
        "embedded": state.path == "/embed",
        "stops": ribbon(run, state, theme, language),
        "entries": [(entry, state.of_input(image=entry.id).address()) for entry in gallery.GALLERY.values()]
        if isinstance(source, ImageInput)
        else [],
        "picture": _picture_name(run, language),
        "sizes": _sizes(state),
        "fields": state.form_fields(),
        "adding": adding(run, state, lab, catalogue(language).gettext),
        "totals": {
            "parameters": sum(stage.layer.parameters(stage.input_shape) for stage in run.stages),
            "multiplications": sum(stage.layer.multiplications(stage.input_shape) for stage in run.stages),
        },
        "moves": _moves(state, run),
        "jumps": _jumps(state, view) if view else {},
        "speeds": SPEEDS,
        "most_segments": MOST_SEGMENTS,
        "life_hours": lab.settings.upload_ttl // 3600,
        "keys": [key for key in KEYS if not key.projector or state.option("projector")],
        "carried": tuple(OPTIONS),
    }


def figures(view: View, look: Look, names: Iterable[str]) -> Drawn:
    """Return the drawing of a view, for each of the layouts named; none for a look that is not drawn."""
    if look.draw is None:
        return {}
    scene = scene_of(view)
    return {name: markup(look.draw(scene, LAYOUTS[name])) for name in names}


def predicting(view: View, state: State) -> View:
    """Return a view with the question that is asked about it, what is said to the answer, and what is pointed at."""
    view = replace(view, prediction=predicted(view, state.view, state.option("predict"), state.guess, state.pin))
    return replace(view, pointed=pointed(view, state.pin), colours=colours_of(state))


def sum_context(asked: LookRequest, look: Look, layout: str) -> dict[str, Any]:
    """Return what the template _sum.html needs, with the lens as it looks at this place."""
    view = asked.view
    lens = None
    if view.weight is None and look.draw and layout in LAYOUTS:
        whole = look.draw(scene_of(view), LAYOUTS[layout])
        group = next((g for g in whole.iter("g") if "data-lens" in g.attrib), None)
        lens = None if group is None else markup(group)
    return {"view": view, "lens": lens, "board": board(view, asked.state), "state": asked.state}


def pointing_context(asked: LookRequest, look: Look, layout: str) -> dict[str, Any]:
    """Return what the template _pointed.html needs, with what is marked in the drawing."""
    marks = None
    if look.draw and layout in LAYOUTS:
        whole = look.draw(scene_of(asked.view), LAYOUTS[layout])
        marks = next((markup(g) for g in whole.iter("g") if "data-pointing" in g.attrib), None)
    return {"view": asked.view, "state": asked.state, "marks": marks}


async def look_context(asked: LookRequest, look: Look) -> dict[str, Any]:
    """Return what the template of a look needs."""
    state, stage = asked.state, asked.view.stage
    return {
        "state": state,
        "run": asked.run,
        "theme": asked.view.theme,
        "view": asked.view,
        "board": board(asked.view, state),
        "look": look,
        "chooser": chooser(asked.view, state, asked.view.say),
        "looks": [
            (other, state.but(view=other.name, edit="").address()) for other in LOOKS.values() if other.applies(stage)
        ],
        **await look.context(asked),
    }


def _picture_name(run: Run, language: str) -> str:
    image = run.document.input.image
    if image is None:
        return catalogue(language).gettext("Numbers")
    entry = gallery.GALLERY.get(image)
    return catalogue(language).gettext(entry.title if entry else "Your picture")


def _sizes(state: State) -> dict[str, Any]:
    source = state.document.input
    if not isinstance(source, ImageInput):
        return {}
    return {
        "sizes": [
            (size, state.of_input(height=size, width=size).address(), source.height == source.width == size)
            for size in SIZES
        ],
        "own": (state.of_input(height=None, width=None).address(), source.height is None and source.width is None),
        "modes": [(mode, state.of_input(mode=mode).address(), source.mode == mode) for mode in ("RGB", "L")],
        "scales": [(scale, state.of_input(scale=scale).address(), source.scale == scale) for scale in ("byte", "unit")],
        "fits": [
            (fit, state.of_input(fit=fit).address(), source.fit == fit) for fit in ("cover", "contain", "stretch")
        ],
    }


def _jumps(state: State, view: View) -> dict[str, str]:
    """Return the addresses of the largest and the smallest number of the map at work."""
    return {name: state.but(place=place, edit="").address() for name, place in view.extremes.items()}


def _moves(state: State, run: Run) -> dict[str, str]:
    """Return the addresses of the places before and after, for who has no JavaScript."""
    if not run.stages:
        return {}
    plan = arranged(run.stages[state.layer].output_shape)
    here = plan.index(state.place)

    def go(number: int) -> str:
        number = max(0, min(plan.sheets * plan.count - 1, number))
        return state.but(place=plan.at(number), edit="").address()

    first = here - here % plan.count
    return {"first": go(first), "back": go(here - 1), "next": go(here + 1), "last": go(first + plan.count - 1)}
