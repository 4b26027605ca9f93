"""Flatten: the maps are laid out as one row of numbers, map after map and row after row; no number changes."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from app.layers.cells import Cells, Place
from app.layers.geometry import Geometry, Groups
from app.layers.layer import Array, Form, Layer, Shape, Total, Weights, shape_of
from app.layers.terms import FlattenTerms
from app.layers.trainable import Gradients, Passed
from app.numerics.axis import Mask
from app.numerics.whole import Whole
from app.numerics.window import Span


def source(shape: Shape, element: int) -> Place:
    """Return the cell of an input of `shape` that stands at `element` of the row."""
    rest, column = divmod(element, shape[2])
    channel, row = divmod(rest, shape[1])
    return Place(channel, row, column)


class Row(Geometry):
    """All cells as one row of numbers: each is made from one cell, but together they are all there is."""

    def span(self, place: Place) -> Span:
        _, row, column = source(self.input_shape, place.channel)
        return Span((row, row + 1), (column, column + 1))

    def reads(self, cells: Cells) -> Cells:
        (first, last), (_, height, width) = cells.channels, self.input_shape
        elements = np.arange(first, last)
        rows, columns = np.zeros(height, bool), np.zeros(width, bool)
        rows[elements // width % height] = True
        columns[elements % width] = True
        return Cells((self.channels_read(first)[0], self.channels_read(last - 1)[1]), rows, columns)

    def read_by(self, place: Place) -> Cells:
        _, height, width = self.input_shape
        element = (place.channel * height + place.row) * width + place.column
        return Cells.at(Place(element, 0, 0), (element + 1, 1, 1))

    def reaches(self, channels: Mask, rows: Mask, columns: Mask) -> tuple[Mask, Mask, Mask]:
        here = np.ones(1, bool)
        return (channels[:, None, None] & rows[:, None] & columns).ravel(), here, here


class Flatten(Layer):
    """Lays all maps out as one row of numbers."""

    keeps_values: ClassVar[bool] = True
    rearranges: ClassVar[bool] = True
    takes: ClassVar[tuple[Form, ...]] = ("maps", "vector")
    gives: ClassVar[Form | None] = "vector"
    in_torch: ClassVar[str] = "Flatten(start_dim, end_dim)"
    type: Literal["flatten"] = "flatten"
    chapter: ClassVar[str] = "network"

    def geometry(self, shape: Shape) -> Geometry:
        rows, columns = Whole.over(shape[1]), Whole.over(shape[2])
        return Row(Groups(shape[0], shape[0] * shape[1] * shape[2], shape[0]), rows, columns)

    def forward(self, x: Array, weights: Weights) -> Array:
        return np.ascontiguousarray(x).reshape(-1, 1, 1)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        return Passed(x.reshape(-1, 1, 1, x.shape[3]), x.shape)

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(gradient.reshape(kept))

    def step(self, x: Array, weights: Weights, place: Place) -> FlattenTerms:
        cell = self.passes_from(x, weights, place)
        return {"input": float(x[cell]), "source": {"channel": cell.channel, "row": cell.row, "column": cell.column}}

    def total(self, terms: Mapping[str, Any]) -> Total:
        return Total(terms["input"], abs(terms["input"]))

    def terms_told(self, shape: Shape, place: Place) -> int:
        return 4

    def passes_from(self, x: Array, weights: Weights, place: Place) -> Place:
        return source(shape_of(x), place.channel)

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "copies"
