"""All that the explorer's page shows of a state, ready for its templates."""

from typing import Any

from markupsafe import Markup

from app import gallery
from app.lab import Lab, Run
from app.layers import Place
from app.numerics.kernels import KERNELS
from app.pipeline import ImageInput
from app.rendering.flat import flat
from app.rendering.layout import LAYOUTS
from app.rendering.palette import Theme
from app.rendering.plate import plate
from app.rendering.svg import markup
from app.web.card import OFFERED, adding, card
from app.web.language import catalogue
from app.web.ribbon import ribbon
from app.web.state import State
from app.web.view import View, view

SIZES = (16, 24, 32, 48, 64, 96, 128, 224, 256)
MOST_SEGMENTS = 24  # of the scrubber
SPEEDS = ("0.25", "0.5", "1", "2", "4", "8", "16", "60")
Drawn = dict[str, Markup]


async def explorer_context(lab: Lab, run: Run, state: State, theme: Theme, language: str) -> dict[str, Any]:
    """Return what the template explorer.html needs."""
    source = run.document.input
    seen = await view(lab, run, state.layer, state.place, theme, language) if run.stages else None
    shown = seen is not None and state.view != "fan"
    return {
        "state": state,
        "run": run,
        "theme": theme,
        "language": language,
        "embedded": state.path == "/embed",
        "view": seen,
        "looked": state.view,
        "stops": ribbon(run, state, theme, language),
        "figures": figures(seen, state.view, list(LAYOUTS)) if seen and shown else {},
        "entries": [(entry, state.of_input(image=entry.id).address()) for entry in gallery.GALLERY.values()]
        if isinstance(source, ImageInput)
        else [],
        "picture": _picture_name(run, language),
        "sizes": _sizes(state),
        "fields": state.form_fields(),
        "adding": adding(run, state, lab, catalogue(language).gettext),
        "card": card(run, state, lab),
        "totals": {
            "parameters": sum(stage.layer.parameters(stage.input_shape) for stage in run.stages),
            "multiplications": sum(stage.layer.multiplications(stage.input_shape) for stage in run.stages),
        },
        "moves": _moves(state, run),
        "speeds": SPEEDS,
        "most_segments": MOST_SEGMENTS,
        "fan": _fan(state, seen) if seen and not shown else [],
        "life_hours": lab.settings.upload_ttl // 3600,
        "kernels": OFFERED,
    }


def figures(seen: View, looked: str, names: list[str]) -> Drawn:
    """Return the drawing of a view, for each of the layouts named."""
    draw = flat if looked == "flat" else plate
    scene = seen.scene()
    return {name: markup(draw(scene, LAYOUTS[name])) for name in names}


def sum_context(seen: View, looked: str, layout: str) -> dict[str, Any]:
    """Return what the template _sum.html needs, with the lens as it looks at this place."""
    lens = None
    if seen.weight is None and layout in LAYOUTS:
        whole = (flat if looked == "flat" else plate)(seen.scene(), LAYOUTS[layout])
        group = next((g for g in whole.iter("g") if "data-lens" in g.attrib), None)
        lens = None if group is None else markup(group)
    return {"view": seen, "lens": lens}


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


def _moves(state: State, run: Run) -> dict[str, str]:
    """Return the addresses of the places before and after, for who has no JavaScript."""
    if not run.stages:
        return {}
    channels, rows, columns = run.stages[state.layer].output_shape
    place = state.place
    here = (place.channel * rows + place.row) * columns + place.column

    def go(number: int) -> str:
        number = max(0, min(channels * rows * columns - 1, number))
        rest, column = divmod(number, columns)
        channel, row = divmod(rest, rows)
        return state.but(place=Place(channel, row, column), edit="").address()

    first = place.channel * rows * columns
    return {"first": go(first), "back": go(here - 1), "next": go(here + 1), "last": go(first + rows * columns - 1)}


def _fan(state: State, seen: View) -> list[dict[str, Any]]:
    """Return one card a map: its filter, the map, its range."""
    channels = seen.stage.output_shape[0]
    names = list(getattr(getattr(seen.layer, "weights", None), "names", ()))
    cards = []
    for channel in range(channels):
        there = state.but(place=state.place._replace(channel=channel), view="flat", edit="")
        cards.append(
            {
                "channel": channel,
                "href": there.address(),
                "current": channel == state.place.channel,
                "face": seen.map_face(channel),
                "slices": seen.slices(channel)[:3],
                "name": names[channel] if channel < len(names) else "",
                "help": KERNELS[names[channel]].sentence if channel < len(names) else "",
                "low": seen.result.channels[channel].minimum,
                "high": seen.result.channels[channel].maximum,
            }
        )
    return cards
