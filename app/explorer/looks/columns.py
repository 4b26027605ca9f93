"""The volumes of a network side by side, a column each: for looks that follow a number home or a cell forward.

A long network shows its input, the present layer and two between; the others are a click away:

    input  …3…  [relu]  [max_pool2d]  …4…  softmax
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from app.explorer.blocks import called
from app.explorer.brightness import brightness_range
from app.explorer.decimals import whole
from app.explorer.looks.look import LookRequest
from app.layers import Place, Shape
from app.layers.layer import Array
from app.numerics.axis import Mask
from app.numerics.window import Span
from app.pipeline.document import ImageInput
from app.pipeline.plan import Stage
from app.printing.numbers import brightness, decimals_for, level
from app.rendering.arrangement import Arrangement, arranged
from app.rendering.diagrams.excerpt import Excerpt, decimals_that_fit
from app.rendering.diagrams.trace import Block, trace
from app.rendering.figure.layout import SCREENS
from app.rendering.svg import Face, markup

MOST = 5  # columns
MIDDLE = 2  # of them between the input and the present layer, where others are left out


@dataclass(frozen=True)
class Chain:
    """The volumes that a number passes through, from the input to its own layer: number 0 is the input."""

    asked: LookRequest
    outputs: tuple[Array, ...]
    extents: tuple[float, ...]  # of each volume's scale

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The layers up to the present one."""
        return self.asked.run.stages[: self.asked.view.index + 1]

    def shape(self, volume: int) -> Shape:
        """Return the shape of a volume."""
        return self.asked.run.input_shape if volume == 0 else self.stages[volume - 1].output_shape

    def arrangement(self, volume: int) -> Arrangement:
        """Return how a volume is laid out."""
        return arranged(self.shape(volume))

    def face(self, volume: int, channels: tuple[int, int]) -> Face:
        """Return the picture of the first of some channels; of the input picture in all its colours."""
        pictures = self.asked.view.pictures
        if volume == 0:
            photo = channels == (0, self.shape(0)[0])
            return pictures.photo() if photo else pictures.map(None, channels[0])
        return pictures.map(volume - 1, channels[0])

    def colours(self, volume: int, channels: tuple[int, int]) -> bool:
        """Tell whether some channels of a volume are the colours of the picture."""
        return volume == 0 and pixels(self.asked) and channels == (0, 3)

    def brightness(self, volume: int) -> tuple[float, float] | None:
        """Return the darkest and the lightest value that a picture can have; None for what is no picture."""
        return None if volume else brightness_range(self.asked.run.document.input, self.outputs[0])

    def fit(self, volume: int, numbers: Array) -> int | None:
        """Return with how many decimals some numbers of a volume fit in a table; None where they do not."""
        extent, output = self.extents[volume], self.outputs[volume]
        decimals = self.asked.view.digits.decimals(extent, decimals_for(extent, whole(output)))
        return decimals_that_fit(numbers, decimals, extent)

    def laid_out(self, volume: int, channels: tuple[int, int], span: Span | None) -> Span | None:
        """Return the rectangle `span` of some channels where it is seen on its sheet."""
        plan = self.arrangement(volume)
        if span is None or not plan.single:
            return span
        (_, top, left), (_, bottom, right) = (plan.cell(Place(c, 0, 0)) for c in (channels[0], channels[1] - 1))
        return Span((top, bottom + 1), (left, right + 1) if top == bottom else (0, plan.columns))


@dataclass(frozen=True)
class Column:
    """One volume with all that stands above and below it."""

    volume: int  # 0: the input
    stage: Stage | None
    href: str  # where its heading leads
    channels: tuple[int, int]
    span: Span | None  # of rows and columns of the volume
    block: Block
    excerpt: Excerpt | None = None
    extent: float = 0.0  # of its scale
    brightness: tuple[float, float] | None = None  # of a grey picture, from dark to light
    facts: dict[str, Any] = field(default_factory=dict)  # what the words below it speak of
    before: tuple[tuple[str, str], ...] = ()  # layers left out before it: name and address of each

    @property
    def name(self) -> str:
        return called(self.stage.layer) if self.stage else ""

    def tint(self, value: float) -> str:
        """Return the classes of a cell that holds `value`."""
        return f"ch-grey {brightness(value, *self.brightness)}" if self.brightness else level(value, self.extent)


async def chain_of(asked: LookRequest) -> Chain:
    """Return the volumes up to the present layer, computed."""
    indices = (None, *range(asked.view.index + 1))
    results = await asked.lab.some(asked.run, indices)
    extents = [(await asked.lab.extents(asked.run, index))[0] for index in indices]
    return Chain(asked, tuple(result.output for result in results), tuple(extents))


def shown(count: int, chosen: int | None) -> list[int]:
    """Return which of `count` volumes have a column: with `chosen`, or else the last ones, where not all do."""
    if count <= MOST:
        return list(range(count))
    first = count - 1 - MIDDLE if chosen is None else max(1, min(chosen, count - 1 - MIDDLE))
    return [0, *range(first, first + MIDDLE), count - 1]


def sources_of(chain: Chain, columns: Sequence[int], read: Callable[[int, int], bool]) -> dict[int, tuple[int, ...]]:
    """Return for each volume that has a column which of the `columns` before it are read on the way to it, by number.

    `read` tells of the number of a layer and of its input whether anything goes that way. Where what is read is not the
    column before, a way leads past what stands between.
    """
    at = {volume: number for number, volume in enumerate(columns)}
    ways: dict[int, frozenset[int]] = {0: frozenset({0})}  # of each volume: the columns from which it is reached
    found: dict[int, tuple[int, ...]] = {0: ()}
    for stage in chain.stages:
        ends = [ways[source + 1] for number, source in enumerate(stage.inputs) if read(stage.index, number)]
        reached: frozenset[int] = frozenset().union(*ends)
        volume = stage.index + 1
        if volume in at:
            found[volume], reached = tuple(sorted(reached)), frozenset({at[volume]})
        ways[volume] = reached
    return found


def named(chain: Chain, volume: int) -> str:
    """Return what a volume left out is called in a list: its number among the layers, and its name or type."""
    return f"{volume} · {called(chain.stages[volume - 1].layer)}"


def drawings(columns: Sequence[Column], label: str, spare: float = 0) -> list[Markup]:
    """Return the drawing of the columns for each width of screen; `spare` px are not needed below it."""
    blocks = [column.block for column in columns]
    return [markup(trace(blocks, layout, label, low=crowded(columns), spare=spare)) for layout in SCREENS.values()]


def crowded(columns: Sequence[Column]) -> bool:
    """Tell whether columns are too narrow for words beside the numbers."""
    return len(columns) == MOST or any(column.before for column in columns)


def pattern(columns: Sequence[Column]) -> str:
    """Return the classes that say where layers are left out, and where the words are."""
    gaps = "".join(str(index) for index, column in enumerate(columns) if column.before)
    return " ".join([*(["below"] if crowded(columns) else []), *([f"gap{gaps}"] if gaps else [])])


def runs(cells: Mask) -> list[tuple[int, int]]:
    """Return the half-open ranges of neighbours that are marked."""
    found: list[tuple[int, int]] = []
    for at in (int(index) for index in cells.nonzero()[0]):
        if found and found[-1][1] == at:
            found[-1] = (found[-1][0], at + 1)
        else:
            found.append((at, at + 1))
    return found


def pixels(asked: LookRequest) -> bool:
    """Tell whether the input is a picture, so that its cells are pixels."""
    return isinstance(asked.run.document.input, ImageInput)
