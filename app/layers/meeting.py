"""Where one weight of a filter meets the input, as the filter slides over it: one cell at each place of its map."""

from typing import NamedTuple

import numpy as np

from app.layers.geometry import Geometry
from app.layers.numbers import Array
from app.numerics.axis import Axis, Indices, Pair
from app.numerics.window import Span


class Weight(NamedTuple):
    """Where a weight lies among filters in PyTorch's layout, counted from 0."""

    filter: int
    channel: int  # of those that the filter reads
    row: int
    column: int


class Meeting(NamedTuple):
    """The cells of the input that a weight meets, one row for each row of places, one column for each column."""

    channel: int  # of the input
    rows: Indices  # −1 where it meets a zero of the padding
    columns: Indices
    span: Span  # around all of them, through padding

    def values(self, channel: Array) -> Array:
        """Return what the weight meets at each place of its map, in that channel of the input (rows, columns)."""
        found = channel[self.rows[:, None], self.columns]
        found[(self.rows < 0)[:, None] | (self.columns < 0)] = 0
        return np.asarray(found)


def meeting(geometry: Geometry, weight: Weight) -> Meeting:
    """Return what a weight meets where filters slide by `geometry`."""
    first, _ = geometry.channels_read(weight.filter)
    rows, columns = geometry.rows.real(weight.row), geometry.columns.real(weight.column)
    span = Span(_met(geometry.rows, weight.row), _met(geometry.columns, weight.column))
    return Meeting(first + weight.channel, rows, columns, span)


def _met(axis: Axis, tap: int) -> Pair:
    """Return the half-open run from the first to the last cell that a tap of the window meets."""
    return axis.read(0)[tap], axis.read(axis.places - 1)[tap] + 1
