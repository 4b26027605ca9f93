"""The ribbon: the whole network, small, one stop a volume."""

from dataclasses import dataclass

from markupsafe import Markup

from app.lab import Run
from app.pipeline import ImageInput
from app.rendering.palette import Theme
from app.rendering.sheets import tiles
from app.rendering.svg import Face, markup
from app.rendering.volume import volume
from app.web.artifacts import layer_address
from app.web.language import catalogue
from app.web.state import State, along

TALLEST = 54.0  # px of the tallest volume


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


def ribbon(run: Run, state: State, theme: Theme, language: str) -> list[Stop]:
    shapes = [run.input_shape, *(stage.output_shape for stage in run.stages)]
    tallest = max(max(rows, columns * 0.9) for _, rows, columns in shapes)
    scale = TALLEST / (tallest * 1.1)
    say = catalogue(language).gettext
    dark = "dark" if theme == "dark" else None
    stops = []
    for index, shape in enumerate(shapes):
        channels, rows, columns = shape
        prefix = run.document.prefix(index).id
        if index == 0:
            href = layer_address(prefix, "input", "output.png", theme=dark)
            picture = isinstance(run.document.input, ImageInput)
            front = (
                Face(href, (columns, rows), 0, 0, columns, rows)
                if picture
                else Face(href, tiles(*shape).size, 0, 0, columns, rows)
            )
            drawn = volume(front, channels, scale, "")
            stops.append(Stop(say("Input"), shape, markup(drawn), state.but(edit="", view="figure").address(), False))
            continue
        plan = tiles(*shape)
        chosen = min(state.place.channel, channels - 1)
        front = Face(
            layer_address(prefix, index - 1, "output.png", theme=dark), plan.size, *plan.corner(chosen), columns, rows
        )
        drawn = volume(front, channels, scale, "")
        here = state.but(layer=index - 1, edit="", place=along(state, shapes[1:], index - 1))
        stops.append(
            Stop(
                run.stages[index - 1].layer.type,
                shape,
                markup(drawn),
                here.address(),
                index - 1 == state.layer,
                here.but(edit=str(index - 1), layer=index - 1).address(),
            )
        )
    return stops
