"""Flatten: the maps are laid out as one row of numbers, map after map and row after row; no number changes."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from app.layers.cells import Cells, Place
from app.layers.layer import Array, Form, Layer, Shape, Total, Weights
from app.numerics.whole import Whole
from app.numerics.window import Pair, Span


class Flatten(Layer):
    """Lays all maps out as one row of numbers."""

    keeps_values: ClassVar[bool] = True
    takes: ClassVar[tuple[Form, ...]] = ("maps", "vector")
    gives: ClassVar[Form | None] = "vector"
    type: Literal["flatten"] = "flatten"

    def window(self, shape: Shape) -> Whole:
        return Whole(shape[1:])

    def out_channels_of(self, shape: Shape) -> int:
        return shape[0] * shape[1] * shape[2]

    def source(self, shape: Shape, element: int) -> Place:
        """Return the cell of an input of `shape` that stands at `element` of the row."""
        rest, column = divmod(element, shape[2])
        channel, row = divmod(rest, shape[1])
        return Place(channel, row, column)

    def span(self, shape: Shape, place: Place) -> Span:
        _, row, column = self.source(shape, place.channel)
        return Span((row, row + 1), (column, column + 1))

    def channels_read(self, shape: Shape, channel: int) -> Pair:
        source = self.source(shape, channel).channel
        return source, source + 1

    def reads(self, shape: Shape, cells: Cells) -> Cells:
        first, last = cells.channels
        elements = np.arange(first, last)
        rows, columns = np.zeros(shape[1], bool), np.zeros(shape[2], bool)
        rows[elements // shape[2] % shape[1]] = True
        columns[elements % shape[2]] = True
        return Cells((self.source(shape, first).channel, self.source(shape, last - 1).channel + 1), rows, columns)

    def read_by(self, shape: Shape, place: Place) -> Cells:
        element = (place.channel * shape[1] + place.row) * shape[2] + place.column
        return Cells.at(Place(element, 0, 0), (element + 1, 1, 1))

    def forward(self, x: Array, weights: Weights) -> Array:
        return np.ascontiguousarray(x).reshape(-1, 1, 1)

    def step(self, x: Array, weights: Weights, place: Place) -> dict[str, Any]:
        source = self.passes_from(x, weights, place)
        return {"input": float(x[source]), "source": source._asdict()}

    def total(self, terms: Mapping[str, Any]) -> Total:
        return Total(terms["input"], abs(terms["input"]))

    def terms_told(self, shape: Shape, place: Place) -> int:
        return 4

    def passes_from(self, x: Array, weights: Weights, place: Place) -> Place:
        channels, rows, columns = x.shape
        return self.source((channels, rows, columns), place.channel)

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "copies"
