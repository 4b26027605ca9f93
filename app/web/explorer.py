"""All that the explorer's page shows of a state, ready for its templates."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from app import gallery
from app.lab import Lab, Run
from app.pipeline import ImageInput
from app.rendering.arrangement import arranged
from app.rendering.layout import BOARDS, LAYOUTS, SCREENS
from app.rendering.palette import Theme
from app.rendering.svg import markup
from app.web.card import adding, card
from app.web.filter_card import filter_card
from app.web.keys import KEYS
from app.web.language import catalogue
from app.web.looks import LOOKS, Asked, Look
from app.web.pointing import pointed
from app.web.predict import predicted
from app.web.projector import board
from app.web.ribbon import ribbon
from app.web.scales import chooser, colours_of
from app.web.state import CARRIED, State
from app.web.templates import render
from app.web.view import View, view

SIZES = (16, 24, 32, 48, 64, 96, 128, 224, 256)
MOST_SEGMENTS = 24  # of the scrubber
SPEEDS = ("0.25", "0.5", "1", "2", "4", "8", "16", "60")
Drawn = dict[str, Markup]


async def explorer_page(
    lab: Lab, run: Run, state: State, theme: Theme, language: str, layout: str, recent: tuple[str, ...]
) -> str:
    """Return the page, drawn for `layout` or, where that is none, for all; what takes long is off the event loop."""
    digits = state.told("digits")
    seen = await view(lab, run, state.layer, state.place, theme, language, digits) if run.stages else None
    look = LOOKS[state.view]
    seen = seen and predicting(seen, state)
    looking = await look_context(Asked(lab, run, state, seen, recent), look) if seen else {"look": look, "view": None}
    shown = await lab.queue.light(lambda: card(run, state, lab, catalogue(language).gettext)) if state.edit else None
    filtering = shown and shown["part"] != "settings"
    editor = await filter_card(lab, run, state, shown["index"], theme, language) if shown and filtering else None

    def page() -> str:
        names = BOARDS if state.told("projector") else SCREENS
        drawn = figures(seen, look, [layout] if layout in names else names) if seen else {}
        around = _around(lab, run, state, seen, theme, language)
        return render(language, "explorer.html", **{**looking, **around}, figures=drawn, card=shown, editor=editor)

    return await lab.queue.light(page)


def _around(lab: Lab, run: Run, state: State, seen: View | None, theme: Theme, language: str) -> dict[str, Any]:
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
        "jumps": _jumps(state, seen) if seen else {},
        "speeds": SPEEDS,
        "most_segments": MOST_SEGMENTS,
        "life_hours": lab.settings.upload_ttl // 3600,
        "keys": [key for key in KEYS if not key.projector or state.told("projector")],
        "carried": CARRIED,
    }


def figures(seen: View, look: Look, names: Iterable[str]) -> Drawn:
    """Return the drawing of a view, for each of the layouts named; none for a look that is not drawn."""
    if look.draw is None:
        return {}
    scene = seen.scene()
    return {name: markup(look.draw(scene, LAYOUTS[name])) for name in names}


def predicting(seen: View, state: State) -> View:
    """Return a view with the question that is asked about it, what is said to the answer, and what is pointed at."""
    seen = replace(seen, prediction=predicted(seen, state.view, state.told("predict"), state.guess, state.pin))
    return replace(seen, pointed=pointed(seen, state.pin), colours=colours_of(state))


def sum_context(asked: Asked, look: Look, layout: str) -> dict[str, Any]:
    """Return what the template _sum.html needs, with the lens as it looks at this place."""
    seen = asked.seen
    lens = None
    if seen.weight is None and look.draw and layout in LAYOUTS:
        whole = look.draw(seen.scene(), LAYOUTS[layout])
        group = next((g for g in whole.iter("g") if "data-lens" in g.attrib), None)
        lens = None if group is None else markup(group)
    return {"view": seen, "lens": lens, "board": board(seen, asked.state), "state": asked.state}


def pointing_context(asked: Asked, look: Look, layout: str) -> dict[str, Any]:
    """Return what the template _pointed.html needs, with what is marked in the drawing."""
    marks = None
    if look.draw and layout in LAYOUTS:
        whole = look.draw(asked.seen.scene(), LAYOUTS[layout])
        marks = next((markup(g) for g in whole.iter("g") if "data-pointing" in g.attrib), None)
    return {"view": asked.seen, "state": asked.state, "marks": marks}


async def look_context(asked: Asked, look: Look) -> dict[str, Any]:
    """Return what the template of a look needs."""
    state, stage = asked.state, asked.seen.stage
    return {
        "state": state,
        "run": asked.run,
        "theme": asked.seen.theme,
        "view": asked.seen,
        "board": board(asked.seen, state),
        "look": look,
        "chooser": chooser(asked.seen, state, asked.seen.say),
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


def _jumps(state: State, seen: View) -> dict[str, str]:
    """Return the addresses of the largest and the smallest number of the map at work."""
    return {name: state.but(place=place, edit="").address() for name, place in seen.extremes.items()}


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
