"""What the numbers of an output read of an input: the one object that is asked for it, by all that stands above.

Reading is separable: channels, rows and columns are three questions, each with a rule of its own. A layer gives its
geometry for the shape of its input; whoever wants to know where a window lies, what a cell is read by, or how large the
map becomes asks it, and no setting of the layer.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from app.layers.cells import Cells, Place, one
from app.numerics.axis import Axis, Mask, Pair
from app.numerics.sliding import Sliding
from app.numerics.spread import Spread, Spreading
from app.numerics.whole import Whole
from app.numerics.window import Span, Window

Shape = tuple[int, int, int]  # (channels, rows, columns)


@dataclass(frozen=True, slots=True)
class Groups:
    """Which channels are read: both sides fall into as many groups, and each map reads those of its own group."""

    read: int  # channels of the input
    made: int  # of the output
    groups: int

    def read_for(self, channel: int) -> Pair:
        """Return the half-open range of input channels that output channel `channel` reads."""
        width, group = self.read // self.groups, channel // (self.made // self.groups)
        return group * width, (group + 1) * width

    def made_from(self, channel: int) -> Pair:
        """Return the half-open range of output channels that read input channel `channel`: `read_for`, turned round."""
        width, group = self.made // self.groups, channel // (self.read // self.groups)
        return group * width, (group + 1) * width

    def read_for_all(self, channels: Pair) -> Pair:
        """Return the half-open range of input channels that a range of output channels reads."""
        first, last = channels
        return self.read_for(first)[0], self.read_for(last - 1)[1]

    def reached(self, channels: Mask) -> Mask:
        """Return which output channels read any of some input channels."""
        group = channels.reshape(self.groups, -1).any(axis=1)
        return np.repeat(group, self.made // self.groups)


@dataclass(frozen=True, slots=True)
class Section:
    """Which channels are read: those of the output from `first` on are those of the input, the others are of others."""

    read: int  # channels of the input
    made: int  # of the output
    first: int

    def read_for(self, channel: int) -> Pair:
        """Return the half-open range of input channels that output channel `channel` reads: one, or none."""
        return self.read_for_all((channel, channel + 1))

    def made_from(self, channel: int) -> Pair:
        """Return the half-open range of output channels that read input channel `channel`."""
        return self.first + channel, self.first + channel + 1

    def read_for_all(self, channels: Pair) -> Pair:
        """Return the half-open range of input channels that a range of output channels reads; it may be empty."""
        first, last = (max(0, min(self.read, channel - self.first)) for channel in channels)
        return first, last

    def reached(self, channels: Mask) -> Mask:
        """Return which output channels read any of some input channels."""
        found = np.zeros(self.made, bool)
        found[self.first : self.first + self.read] = channels
        return found


@dataclass(frozen=True)
class Geometry:
    """What each number of an output reads of an input."""

    channels: Groups | Section
    rows: Axis
    columns: Axis

    @property
    def axes(self) -> tuple[Axis, Axis]:
        return self.rows, self.columns

    @property
    def input_shape(self) -> Shape:
        return self.channels.read, self.rows.cells, self.columns.cells

    @property
    def shape(self) -> Shape:
        """The shape of the output; with none or fewer rows or columns where there is no place for it."""
        return self.channels.made, self.rows.places, self.columns.places

    @property
    def size(self) -> Pair:
        """Rows and columns of cells in the window."""
        return self.rows.size, self.columns.size

    @property
    def reach(self) -> Pair:
        """Rows and columns from the first to the last that a place reads, at most."""
        return self.rows.reach, self.columns.reach

    @property
    def gap(self) -> Pair:
        """How far apart the cells lie that a place reads, down and across."""
        return self.rows.gap, self.columns.gap

    @property
    def start(self) -> Pair | None:
        """Row and column where the window of the first place begins; None where it does not slide evenly."""
        rows, columns = self.rows.affine, self.columns.affine
        return (rows.start, columns.start) if rows and columns else None

    @property
    def step(self) -> Pair | None:
        """How far the window goes from place to place, down and across; None where it does not slide evenly."""
        rows, columns = self.rows.affine, self.columns.affine
        return (rows.step, columns.step) if rows and columns else None

    @property
    def border(self) -> tuple[Pair, Pair]:
        """How many cells beyond the edges are read: (above, below), (left, right), unused padding included."""
        return self.rows.border, self.columns.border

    def span(self, place: Place) -> Span | None:
        """Return the rectangle of cells that the number at `place` is made from, padding included; None for none."""
        rows, columns = self.rows.span(place.row), self.columns.span(place.column)
        return Span(rows, columns) if rows and columns else None

    def around(self, place: Place) -> Span:
        """Return `span`, or where there is none the empty rectangle in the middle of where it would be."""
        return self.span(place) or Span(self.rows.around(place.row), self.columns.around(place.column))

    def read(self, place: Place) -> list[Pair]:
        """Return the rows and columns of cells, of padding among them, that a place reads, in reading order."""
        return list(product(self.rows.read(place.row), self.columns.read(place.column)))

    def channels_read(self, channel: int) -> Pair:
        """Return the half-open range of input channels that output channel `channel` reads."""
        return self.channels.read_for(channel)

    def reads(self, cells: Cells) -> Cells:
        """Return the cells of the input that `cells` of the output are made from."""
        return Cells(
            self.channels.read_for_all(cells.channels),
            self.rows.reads(cells.rows),
            self.columns.reads(cells.columns),
        )

    def read_by(self, place: Place) -> Cells:
        """Return the cells of the output that are made from the one cell at `place` of the input."""
        rows, columns = one(place.row, place.column, self.input_shape[1:])
        return Cells(self.channels.made_from(place.channel), self.rows.read_by(rows), self.columns.read_by(columns))

    def reaches(self, channels: Mask, rows: Mask, columns: Mask) -> tuple[Mask, Mask, Mask]:
        """Return which channels, rows and columns of the output any of those of the input can change."""
        return self.channels.reached(channels), self.rows.read_by(rows), self.columns.read_by(columns)


@lru_cache(1024)  # a layer is asked several times for its geometry, and many runs have the same layers
def sliding(shape: Shape, window: Window, made: int, groups: int, padding_mode: str = "zeros") -> Geometry:
    """Return the geometry of a `window` that slides over an input of `shape` to make maps, in groups of channels."""
    rows, columns = (Sliding.of(window, axis, shape[axis + 1], padding_mode) for axis in (0, 1))
    return Geometry(Groups(shape[0], made, groups), rows, columns)


@lru_cache(1024)
def spreading(shape: Shape, spread: Spread, made: int, groups: int) -> Geometry:
    """Return the geometry of a `spread` of each cell of an input of `shape` over places of the maps."""
    rows, columns = (Spreading.of(spread, axis, shape[axis + 1]) for axis in (0, 1))
    return Geometry(Groups(shape[0], made, groups), rows, columns)


@lru_cache(1024)
def beside(shape: Shape, first: int, made: int) -> Geometry:
    """Return the geometry of an input of `shape` whose channels are those of `made` maps from `first` on, unchanged."""
    rows, columns = (Sliding.of(Window(), axis, shape[axis + 1], "zeros") for axis in (0, 1))
    return Geometry(Section(shape[0], made, first), rows, columns)


def whole(shape: Shape, made: int, groups: int) -> Geometry:
    """Return the geometry of a layer that makes one number a map of all the rows and columns of its channels."""
    return Geometry(Groups(shape[0], made, groups), Whole.over(shape[1]), Whole.over(shape[2]))
