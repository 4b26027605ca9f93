"""What a drawing of one number needs to know: the sheets that are read, the filter, the map at work and its place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.layers import Place, Shape
from app.layers.geometry import Geometry
from app.numerics.window import Pair, Span
from app.pipeline.plan import Stage
from app.rendering.arrangement import Arrangement, arranged
from app.rendering.figure.pointing import Pointed
from app.rendering.scales import Scale
from app.rendering.sheets.sheets import Tiles
from app.rendering.svg import Face

MOST_SHEETS = 6  # of an input or a filter in a drawing; a number beside them says how many there are


def sampled(count: int, most: int, wanted: Sequence[int] = ()) -> tuple[int, ...]:
    """Return which of `count` sheets are shown, about `most`: those `wanted`, the first, the last, and some between."""
    if count <= most:
        return tuple(range(count))
    found = {0, count - 1, *wanted}
    spare = most - len(found)
    between = (round((count - 1) * (at + 1) / (spare + 1)) for at in range(spare))
    return tuple(sorted(found.union(between)))


@dataclass(frozen=True)
class Cell:
    """One number in a window that has no weights, and what becomes of it: kept, dropped, or neither told."""

    text: str | None  # None: padding that is not counted
    brief: str = ""  # the same for a narrow cell
    briefest: str = ""  # and for a very narrow one
    kept: bool = False
    dropped: bool = False


@dataclass(frozen=True)
class Inlet:
    """One of several outputs that a layer reads."""

    name: str
    shape: Shape
    faces: tuple[Face, ...]  # its maps; of a long one those that are shown, as `shown` tells
    shown: tuple[int, ...]  # which map each of the faces is
    place: int | None  # the map that the number reads of it; None where it reads none
    first: int  # the map of the output that its first one is
    cell: Cell | None  # the number that is read of it

    @property
    def face(self) -> Face:
        """The map that the number reads."""
        assert self.place is not None
        return self.faces[self.shown.index(self.place)]


@dataclass(frozen=True)
class Scene:
    """One number of a layer, ready to be drawn."""

    stage: Stage
    geometry: Geometry  # of what it reads; of several outputs the first that the number reads of
    place: Place
    span: Span  # the window, in cells of the sheets of the input as they are laid out
    say: Callable[[str], str]
    photo: Face | None  # the picture in colour, where the sheets are its channels
    sheets: tuple[tuple[str, Face], ...]  # the input's sheets that the number reads, by name; at most MOST_SHEETS
    sheet_count: int  # how many it reads
    slices: tuple[tuple[str, Face], ...]  # the filter's slices; none for a layer without weights
    cells: tuple[tuple[Cell, ...], ...]  # the numbers in the window, for a layer without weights
    veil: Face | None  # laid over the input's sheet, dims what the layer drops of it
    given: tuple[str, ...]  # the numbers of an input laid out as one column, as printed
    made: tuple[str, ...]  # those of such an output, up to the place
    sentence: str  # what happens here, in words
    maps_href: str
    maps: Tiles
    scale: Scale  # of the maps
    weight_scale: Scale
    number: str  # the value, as printed
    pointed: Pointed | None = None
    hidden: bool = False  # the number is still to be predicted
    tall: bool = False  # its sum takes more than a line or two
    read: bool = True  # any cell is read here
    met: tuple[Sequence[int], Sequence[int]] | None = (
        None  # the rows and columns of the filter that meet a cell; None: all do
    )
    filter_name: str = ""  # where it has one
    source_name: str = ""  # of the layer that is read, where it has one
    tiles: tuple[Face, ...] = ()  # all filters in colour, where they stand in place of the stack of maps
    blocks: bool = False  # its sum is written out, a block a sheet
    inlets: tuple[Inlet, ...] = ()  # the outputs that it reads, where it merges several
    joins: bool = False  # it sets their maps beside one another, and reads of one of them alone

    @property
    def source(self) -> Arrangement:
        """How the input is laid out."""
        return arranged(self.geometry.input_shape)

    @property
    def target(self) -> Arrangement:
        """How the output is laid out."""
        return arranged(self.stage.output_shape)

    @property
    def size(self) -> Pair:
        """Rows and columns of cells that the lens shows: what one sheet holds of the window, gaps left out."""
        (top, bottom), (left, right) = self.span
        down, across = self.geometry.gap
        if self.slices and (not self.source.single or self.geometry.size != (1, 1)):
            return self.geometry.size  # though not all of it may meet a cell
        return (bottom - top - 1) // down + 1, (right - left - 1) // across + 1

    @property
    def border(self) -> tuple[Pair, Pair]:
        """Cells of padding: (above, below), (left, right)."""
        return self.geometry.border

    @property
    def cell(self) -> Span:
        """The place of the number on its own sheet."""
        _, row, column = self.target.cell(self.place)
        return Span((row, row + 1), (column, column + 1))

    @property
    def sheet(self) -> int:
        """The sheet that the number is on."""
        return self.target.cell(self.place).channel

    def map_face(self, channel: int) -> Face:
        """Return the picture of one map."""
        x, y = self.maps.corner(channel)
        return Face(self.maps_href, self.maps.size, x, y, self.maps.width, self.maps.height, signed=True)
