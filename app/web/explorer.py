"""All that the explorer's page shows of a state, ready for its templates."""

from dataclasses import dataclass
from typing import Any, get_args

from markupsafe import Markup

from app import gallery
from app.errors import Mistake
from app.lab import Lab, Run
from app.layers import LAYERS
from app.numerics.kernels import KERNELS
from app.pipeline import ImageInput, plan
from app.rendering.flat import flat
from app.rendering.palette import Theme
from app.rendering.plate import LAYOUTS, plate
from app.rendering.sheets import tiles
from app.rendering.svg import Face, markup
from app.rendering.values import lens_values
from app.rendering.volume import volume
from app.web.artifacts import layer_address
from app.web.edits import starter
from app.web.language import catalogue
from app.web.state import State
from app.web.view import View, view

SIZES = (16, 24, 32, 48, 64, 96, 128, 224, 256)
RIBBON_HEIGHT = 54.0  # px of the tallest volume
MOST_SEGMENTS = 24  # of the scrubber
SPEEDS = ("0.25", "0.5", "1", "2", "4", "8", "16")
ALIASES = {"box_3", "gaussian_3"}  # other names of kernels that are offered once
Drawn = dict[str, Markup]


@dataclass(frozen=True)
class Stop:
    """One volume in the ribbon."""

    name: str
    shape: tuple[int, int, int]
    picture: Markup
    href: str
    current: bool
    edit_href: str = ""
    detail: str = ""


async def explorer_context(
    lab: Lab, run: Run, state: State, theme: Theme, language: str, *, embedded: bool
) -> dict[str, Any]:
    """Return what the template explorer.html needs."""
    source = run.document.input
    seen = await view(lab, run, state.layer, state.place, theme, language) if run.stages else None
    shown = seen is not None and state.view != "fan"
    return {
        "state": state, "run": run, "theme": theme, "language": language, "embedded": embedded,
        "view": seen, "looked": state.view, "stops": _ribbon(run, state, theme, language),
        "figures": figures(seen, state.view, list(LAYOUTS)) if seen and shown else {},
        "entries": [(entry, state.of_input(image=entry.id).address()) for entry in gallery.GALLERY.values()]
        if isinstance(source, ImageInput) else [],
        "picture": _picture_name(run, language), "sizes": _sizes(state), "fields": hidden_fields(state),
        "adding": _adding(run, state, lab), "card": _card(run, state, lab, seen),
        "totals": {"parameters": sum(stage.layer.parameters(stage.input_shape) for stage in run.stages),
                   "multiplications": sum(stage.layer.multiplications(stage.input_shape) for stage in run.stages)},
        "moves": _moves(state, run), "speeds": SPEEDS, "most_segments": MOST_SEGMENTS,
        "fan": _fan(state, seen) if seen and not shown else [],
        "life_hours": lab.settings.upload_ttl // 3600, "upload_max": lab.settings.upload_max_bytes,
        "kernels": {name: kernel for name, kernel in KERNELS.items() if name not in ALIASES}, "error": "",
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


def hidden_fields(state: State) -> dict[str, str]:
    """Return what a form carries along so that its answer is the next state."""
    from app.web.forms import fields_of

    source = {"run": state.document.id} if state.needs_run else fields_of(state.document)
    return {**source, **state.fields()}


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
        "sizes": [(size, state.of_input(height=size, width=size).address(), source.height == source.width == size)
                  for size in SIZES],
        "own": (state.of_input(height=None, width=None).address(), source.height is None and source.width is None),
        "modes": [(mode, state.of_input(mode=mode).address(), source.mode == mode) for mode in ("RGB", "L")],
        "scales": [(scale, state.of_input(scale=scale).address(), source.scale == scale)
                   for scale in ("byte", "unit")],
        "fits": [(fit, state.of_input(fit=fit).address(), source.fit == fit)
                 for fit in ("cover", "contain", "stretch")],
    }


def _ribbon(run: Run, state: State, theme: Theme, language: str) -> list[Stop]:
    shapes = [run.input_shape, *(stage.output_shape for stage in run.stages)]
    tallest = max(max(rows, columns * 0.9) for _, rows, columns in shapes)
    scale = RIBBON_HEIGHT / (tallest * 1.1)
    say = catalogue(language).gettext
    dark = "dark" if theme == "dark" else None
    stops = []
    for index, shape in enumerate(shapes):
        channels, rows, columns = shape
        prefix = run.document.prefix(index).id
        if index == 0:
            href = layer_address(prefix, "input", "output.png", theme=dark)
            picture = isinstance(run.document.input, ImageInput)
            front = Face(href, (columns, rows), 0, 0, columns, rows) if picture else Face(
                href, tiles(*shape).size, 0, 0, columns, rows)
            drawn = volume(front, channels, scale, "")
            stops.append(Stop(say("Input"), shape, markup(drawn), state.but(edit="", view="figure").address(), False))
            continue
        plan = tiles(*shape)
        chosen = min(state.place.channel, channels - 1)
        front = Face(layer_address(prefix, index - 1, "output.png", theme=dark), plan.size, *plan.corner(chosen),
                     columns, rows)
        drawn = volume(front, channels, scale, "")
        here = state.but(layer=index - 1, edit="", place=_along(state, run, index - 1))
        stops.append(Stop(
            run.stages[index - 1].layer.type, shape, markup(drawn), here.address(), index - 1 == state.layer,
            here.but(edit=str(index - 1), layer=index - 1).address(),
        ))
    return stops


def _along(state: State, run: Run, index: int) -> Any:
    """Return the place of layer `index` that looks at the same part of the picture as the present place."""
    from app.layers import Place

    if not run.stages:
        return state.place
    here, there = run.stages[state.layer].output_shape, run.stages[index].output_shape
    return Place(
        min(state.place.channel, there[0] - 1),
        min(state.place.row * there[1] // here[1], there[1] - 1),
        min(state.place.column * there[2] // here[2], there[2] - 1),
    )


def _fits(state: State, run: Run, lab: Lab) -> Mistake | None:
    """Return why a state cannot be, or None where it can."""
    try:
        plan(state.document, run.input_shape, most_multiplications=lab.settings.run_max_multiplications,
             most_bytes=lab.settings.run_max_bytes)
    except Mistake as mistake:
        return mistake
    return None


def _adding(run: Run, state: State, lab: Lab) -> list[dict[str, Any]]:
    choices = []
    for kind, layer in LAYERS.items():
        after = state.adding(starter(kind))
        problem = _fits(after, run, lab)
        choices.append({"kind": kind, "help": (layer.__doc__ or "").strip(), "problem": problem,
                        "href": "" if problem else after.address()})
    return choices


def _card(run: Run, state: State, lab: Lab, seen: View | None) -> dict[str, Any] | None:
    """Return what the card that edits a layer shows, where one is open."""
    index_text, _, part = state.edit.partition(".")
    if not (index_text.isdigit() and int(index_text) < len(run.stages)):
        return None
    index = int(index_text)
    stage = run.stages[index]
    layer = stage.layer
    fields = []
    for name, info in type(layer).model_fields.items():
        if name in ("type", "weights"):
            continue
        value = getattr(layer, name)
        if name == "stride" and value is None:
            value = getattr(layer, "kernel_size")  # noqa: B009
        words = [a for a in _literals(info.annotation) if isinstance(a, str)] if isinstance(value, str) else []
        field: dict[str, Any] = {"name": name, "help": info.description or "", "value": value, "words": words,
                                 "kind": "bool" if isinstance(value, bool) else "word" if words and name != "padding"
                                 else "number", "text": _words(value)}
        if field["kind"] == "number" and not isinstance(value, str):
            field["less"], field["more"] = (_neighbour(state, run, lab, index, name, value, by) for by in (-1, 1))
        fields.append(field)
    last = len(run.stages) - 1
    weights = getattr(layer, "weights", None)
    return {
        "index": index, "stage": stage, "layer": layer, "fields": fields, "part": part or "settings",
        "weights": weights, "names": list(getattr(weights, "names", ())),
        "settings_href": state.but(edit=str(index)).address(),
        "weights_href": state.but(edit=f"{index}.weights", layer=index,
                                  place=_along(state, run, index)).address() if layer.learned else "",
        "close_href": state.but(edit="").address(), "remove_href": state.removing(index).address(),
        "left": index > 0 and not _fits(state.moving(index, -1), run, lab),
        "right": index < last and not _fits(state.moving(index, 1), run, lab),
        "shape": ".".join(map(str, stage.input_shape)),
        "arrays": layer.weights_for(stage.input_shape) if layer.learned else {},
        "places": stage.output_shape[1] * stage.output_shape[2],
        "dense": layer.fully_connected_parameters(stage.input_shape),
        "parameters": layer.parameters(stage.input_shape),
        "channel": min(state.place.channel, stage.output_shape[0] - 1),
        "filter_hrefs": [state.but(place=state.place._replace(channel=c)).address()
                         for c in range(min(stage.output_shape[0], 64))],
        "window": layer.window(stage.input_shape),
    }


def _literals(annotation: Any) -> list[Any]:
    found: list[Any] = []
    for part in get_args(annotation):
        found.extend(_literals(part) if get_args(part) else [part])
    return found


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return str(value[0]) if value[0] == value[1] else f"{value[0]} × {value[1]}"
    return str(value)


def _neighbour(state: State, run: Run, lab: Lab, index: int, name: str, value: Any, by: int) -> bool:
    """Tell whether the setting one less, or one more, makes a pipeline that can be."""
    wanted = [part + by for part in value] if isinstance(value, tuple) else value + by
    changes: dict[str, Any] = {name: wanted}
    layer = state.document.layers[index]
    weights = getattr(layer, "weights", None)
    if weights is not None and name in ("out_channels", "kernel_size") and weights.known_shape():
        changes["weights"] = None
    try:
        return _fits(state.setting(index, changes), run, lab) is None
    except Mistake:
        return False


def _moves(state: State, run: Run) -> dict[str, str]:
    """Return the addresses of the places before and after, for who has no JavaScript."""
    if not run.stages:
        return {}
    channels, rows, columns = run.stages[state.layer].output_shape
    place = state.place
    here = (place.channel * rows + place.row) * columns + place.column

    def go(number: int) -> str:
        from app.layers import Place

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
        cards.append({
            "channel": channel, "href": there.address(), "current": channel == state.place.channel,
            "face": seen.map_face(channel), "slices": seen.slices(channel)[:3],
            "name": names[channel] if channel < len(names) else "",
            "help": KERNELS[names[channel]].sentence if channel < len(names) else "",
            "low": seen.result.channels[channel].minimum, "high": seen.result.channels[channel].maximum,
        })
    return cards
