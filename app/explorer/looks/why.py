"""Why did it say that: the map of a class as light over the picture, and what is said of it with parts painted grey.

    picture ─ brush, camera ─ POST /parts/why ─► the veil, a PNG  +  Convscope-Why: {"rows": […], "lead": "…"}

What is sent goes through the layers and is forgotten, as a frame of the live camera is.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.errors import BrokenRequest, NotFound
from app.explorer.activation import Activation, Asked, activation
from app.explorer.classes import class_names
from app.explorer.looks.look import Look, LookRequest
from app.explorer.looks.map import Box, lies
from app.explorer.looks.shift import whole_number
from app.explorer.state import State
from app.explorer.templating.context import Context
from app.explorer.view import Say, View
from app.lab import Lab, Run
from app.layers import Place
from app.layers.layer import Array
from app.numerics.window import Pair
from app.pipeline.activation import class_maps
from app.pipeline.document import ENGINE, ImageInput, Scale
from app.pipeline.plan import Stage
from app.rendering.palette import Theme
from app.rendering.scales import read_extent
from app.rendering.sheets.veil import veil_png
from app.rendering.svg import Face
from app.whole_numbers import read_whole

GREY = 128  # the level of the brush where the scale has no mean: in the middle
BRUSHES = (0.035, 0.07, 0.115)  # radius, of the shorter side


@dataclass(frozen=True)
class Brush:
    """What paints, where the input is a picture."""

    colour: str
    sizes: tuple[int, ...]  # radius, in pixels of the input
    fields: dict[str, str]  # that a painted picture is sent with


@dataclass(frozen=True)
class WhyContext(Context):
    """What templates/looks/why.html and looks/_brush.html show; places and sizes count in cells of the input."""

    photo: Face
    veil: Face
    lying: Box  # the veil
    map: Box  # the map, without what is repeated at its edges
    cells: Pair  # its rows and columns
    said: Activation
    hrefs: list[str]  # of the rows
    home: str  # where the strongest number of the map comes from
    brush: Brush | None


def veiled(stages: Sequence[Stage], index: int) -> bool:
    """Tell whether a layer gives the maps of classes, or follows from them."""
    maps = class_maps(stages)
    return maps is not None and index >= maps


@dataclass(frozen=True)
class Veil:
    """Where the maps of a stage lie over an input of so many rows and columns."""

    stage: Stage
    rows: int
    columns: int

    @property
    def map(self) -> Box:
        """The map itself."""
        return lies(self.stage)

    @property
    def edges(self) -> tuple[Pair, Pair]:
        """How often the cells at the edges are repeated to reach the border: above and below, left and right."""
        box, (down, across) = self.map, self._step
        return (
            (_times(box.y, down), _times(self.rows - box.y - box.height, down)),
            (_times(box.x, across), _times(self.columns - box.x - box.width, across)),
        )

    @property
    def lying(self) -> Box:
        """The map with what is repeated."""
        box, (down, across), ((above, below), (left, right)) = self.map, self._step, self.edges
        return Box(
            box.x - left * across,
            box.y - above * down,
            box.width + (left + right) * across,
            box.height + (above + below) * down,
        )

    @property
    def _step(self) -> tuple[float, float]:
        _, rows, columns = self.stage.output_shape
        return self.map.height / rows, self.map.width / columns

    def png(self, values: Array, most: float, theme: Theme) -> bytes:
        """Return the picture of a map, of which `most` counts as strongest."""
        return veil_png(values, most, self.edges, theme)


def _times(gap: float, step: float) -> int:
    return max(0, math.ceil(gap / step))


def _veil(run: Run) -> Veil:
    index = class_maps(run.stages)
    if index is None:
        raise NotFound("This network does not end in a map a class, so that there is none to lay over the picture.")
    return Veil(run.stages[index], *run.input_shape[1:])


async def _context(asked: LookRequest) -> WhyContext:
    """Return what is said of the run's own picture, for the class of the place."""
    lab, run = asked.lab, asked.run
    veil = _veil(run)
    maps, shares = await lab.some(run, (veil.stage.index, len(run.stages) - 1))
    return await lab.queue.light(lambda: _shown(asked, veil, maps.output, shares.output.ravel()))


def _shown(asked: LookRequest, veil: Veil, maps: Array, shares: Array) -> WhyContext:
    state, view, label = asked.state, asked.view, asked.state.place.channel
    names = class_names(asked.run, len(asked.run.stages) - 1, view.say)
    said = activation(names, shares, maps, Asked(label), view.say)
    rows, columns = maps.shape[1:]
    row, column = said.strongest
    lying, ((above, below), (left, right)) = veil.lying, veil.edges
    size = left + columns + right, above + rows + below
    prefix, theme = asked.run.document.ids[veil.stage.index + 1], "&theme=dark" if view.theme == "dark" else ""
    href = f"/parts/veil/{prefix}/{veil.stage.index}.png?v={ENGINE}&label={label}{theme}"
    home = state.but(layer=veil.stage.index, place=Place(label, row, column), view="trace", edit="")
    return WhyContext(
        photo=view.pictures.photo(),
        veil=Face(href, size, 0, 0, *size),
        lying=lying,
        map=veil.map,
        cells=(rows, columns),
        said=said,
        hrefs=[state.but(place=Place(each.index, 0, 0), edit="").address() for each in said.rows],
        home=home.address(),
        brush=_brush(asked),
    )


def _brush(asked: LookRequest) -> Brush | None:
    source, (_, rows, columns) = asked.run.document.input, asked.run.input_shape
    if not isinstance(source, ImageInput) or asked.view.hidden:
        return None
    means = source.scale.mean if isinstance(source.scale, Scale) else ()
    levels = [round(255 * min(max(mean, 0.0), 1.0)) for mean in means] or [GREY]
    red, green, blue = levels if len(levels) == 3 else levels[:1] * 3
    fields = asked.state.but(edit="", pin="").form_fields()
    sizes = tuple(max(1, round(part * min(rows, columns))) for part in BRUSHES)
    return Brush(f"#{red:02x}{green:02x}{blue:02x}", sizes, fields)


async def veil_picture(lab: Lab, run: Run, layer: str, fields: Mapping[str, str]) -> bytes:
    """Return the veil of the class `label`: its map on its own scale."""
    index = whole_number(layer, len(run.stages))
    label = whole_number(fields.get("label", ""), run.stages[index].output_shape[0])
    values = (await lab.result(run, index)).output[label]
    theme: Theme = "dark" if fields.get("theme") == "dark" else "light"
    veil = Veil(run.stages[index], *run.input_shape[1:])
    return await lab.queue.light(lambda: veil.png(values, float(values.max()), theme))


async def frame_of(
    lab: Lab, run: Run, data: bytes, fields: Mapping[str, str], theme: Theme, say: Say
) -> tuple[bytes, Activation]:
    """Return the veil of a picture, and what is said of it: one that is `painted`, or a frame of the camera (`live`).

    `class` is the class in question, of a frame the best; `most` the strongest number of its map before it was painted.
    """
    if not isinstance(run.document.input, ImageInput):
        raise BrokenRequest("The input is numbers, not a picture; no other picture can take its place.")
    veil, last = _veil(run), len(run.stages) - 1
    asked = Asked(
        read_whole(fields.get("class", ""), run.stages[last].output_shape[0]),
        painted=bool(fields.get("painted")),
        live=bool(fields.get("live")),
    )
    maps, shares = (result.output for result in await lab.passing.results(run, (veil.stage.index, last), data))

    def made() -> tuple[bytes, Activation]:
        said = activation(class_names(run, last, say), shares.ravel(), maps, asked, say)
        return veil.png(maps[said.rows[0].index], read_extent(fields.get("most", "")) or said.most, theme), said

    return await lab.queue.light(made)


def winner(view: View, state: State) -> State:
    """Return the state at the class whose map is strongest, seen from the end; at its own class from the maps."""
    last = len(view.run.stages) - 1
    numbers = view.result.output.reshape(len(view.result.output), -1)
    own = numbers.shape[1] > 1 or view.hidden
    label = state.place.channel if own else int(numbers.argmax())
    return state.but(layer=last, place=Place(label, 0, 0))


def likeliest(view: View, state: State) -> State:
    """Return the state at the class with the largest score."""
    numbers = view.result.output.reshape(len(view.result.output), -1)
    return state if view.hidden else state.but(place=Place(int(numbers.mean(axis=1).argmax()), 0, 0))


LOOK = Look(
    "why",
    "Why did it say that?",
    "Where on the picture the map of a class is strong, and what is said with parts painted grey.",
    24,
    _context,
    needs=veiled,
    pictures={"veil": veil_picture},
    stands=True,
    enter=winner,
    renew=likeliest,
    foot="_brush",
    chapter="trained",
)
