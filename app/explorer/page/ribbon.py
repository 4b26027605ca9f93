"""The ribbon: the whole network, small, one stop a volume."""

from dataclasses import dataclass

from markupsafe import Markup

from app.explorer.looks.registry import followed
from app.explorer.pictures import Pictures
from app.explorer.scales import colours_of
from app.explorer.state import State, along
from app.lab import Run
from app.messages import catalogue
from app.rendering.arrangement import arranged
from app.rendering.diagrams.volume import volume
from app.rendering.palette import Theme
from app.rendering.svg import markup

TALLEST = 54.0  # px of the tallest volume
LARGEST_CELL = 5.0  # px of a number of a vector: one to scale would not be seen


@dataclass(frozen=True)
class Stop:
    """One volume in the ribbon."""

    name: str
    shape: tuple[int, int, int]
    picture: Markup
    href: str
    current: bool
    edit_href: str = ""


def ribbon(run: Run, state: State, theme: Theme, language: str) -> list[Stop]:
    """Return the stops of `run`: its input and one volume a layer, all to one scale."""
    shapes = [run.input_shape, *(stage.output_shape for stage in run.stages)]
    tallest = max(max(rows, columns * 0.9) for _, rows, columns in shapes)
    scale = TALLEST / (tallest * 1.1)  # of all volumes; a vector is one sheet, as large as fits
    pictures = Pictures(run, theme, colours_of(state))
    drawn = markup(volume(pictures.photo(), run.input_shape[0], scale, ""))
    stops = [Stop(catalogue(language).gettext("Input"), run.input_shape, drawn, state.but(edit="").address(), False)]
    for stage in run.stages:
        index, channels = stage.index, stage.output_shape[0]
        front = pictures.map(index, min(state.place.channel, channels - 1))
        view = followed(state.view, run, index)
        here = state.but(layer=index, edit="", place=along(state, shapes[1:], index), view=view)
        plan = arranged(stage.output_shape)
        large = min(LARGEST_CELL, TALLEST / (max(plan.rows, plan.columns * 0.9) * 1.1)) if plan.single else scale
        drawn = markup(volume(front, plan.sheets, large, ""))
        edit = here.but(edit=str(index)).address()
        stops.append(Stop(stage.layer.type, stage.output_shape, drawn, here.address(), index == state.layer, edit))
    return stops
