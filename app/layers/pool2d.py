"""Pooling: a window slides over each map alone and keeps one number of what it sees, the largest or the mean."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from app.errors import Unfit, Word
from app.layers.cells import Place
from app.layers.layer import LARGEST, Array, PaddingPair, Shape, SizePair, Total, Weights, shape_of
from app.layers.terms import MaxTerms, MeanTerms
from app.layers.trainable import Gradients, Passed
from app.layers.windowed import Windowed
from app.numerics.batches import pooling as batches
from app.numerics.gather import patch
from app.numerics.pooling import Means, avg_pool, divisor, max_pool, winners
from app.numerics.window import Pair, Window


class Cell(NamedTuple):
    """A cell of a map."""

    row: int
    column: int


class Pool2d(Windowed):
    """What the two kinds of pooling share: their settings and their window."""

    positional: ClassVar[tuple[str, ...]] = ("kernel_size", "stride", "padding")
    by_name: ClassVar[tuple[str, ...]] = ("padding",)
    keeps_values: ClassVar[bool] = True
    sized_by: ClassVar[Mapping[str, tuple[object, ...]]] = {"padding": (0, 1, 2), "stride": (1, 2, 3)}
    starter: ClassVar[Mapping[str, Any]] = {"kernel_size": 2}

    kernel_size: SizePair
    """Rows and columns of the window."""
    stride: SizePair | None = None
    """How far the window moves; left out: its own size."""
    padding: PaddingPair = (0, 0)
    """Cells added around each map, at most half the window."""
    ceil_mode: Annotated[bool, Field(strict=True)] = False
    """Whether a last window may reach past the edge."""

    @model_validator(mode="after")
    def _settle(self) -> "Pool2d":
        if self.stride == self.kernel_size:
            object.__setattr__(self, "stride", None)
        for padding, size in zip(self.padding, self.kernel_size, strict=True):
            if padding > size // 2:
                raise Unfit(
                    "A pool's padding is at most half its window: at most {most} for {size} cells, not {padding}.",
                    most=size // 2,
                    size=size,
                    padding=padding,
                    pointer="/padding",
                )
        return self

    def value_of(self, name: str) -> Any:
        return self.kernel_size if (name, self.stride) == ("stride", None) else super().value_of(name)

    def window(self, shape: Shape) -> Window:
        rows, columns = self.padding
        return Window(
            self.kernel_size,
            self.value_of("stride"),
            ((rows, rows), (columns, columns)),
            self._gaps(),
            self.ceil_mode,
        )

    def _gaps(self) -> Pair:
        """Return the distances between cells of the window."""
        return 1, 1

    def cost(self, shape: Shape) -> int:
        """Count what looking costs: first along the rows, then along the columns of what that gives."""
        channels, rows, columns = self.geometry(shape).shape
        return channels * rows * (self.kernel_size[0] * shape[2] + self.kernel_size[1] * columns)

    def _patch(self, x: Array, place: Place) -> tuple[Array, np.ndarray[Any, np.dtype[np.bool_]]]:
        """Return the (rows, columns) of numbers read at `place`, and which of them are padding."""
        only = x[place.channel : place.channel + 1]
        values, outside = patch(only, self._window_of(x), place.row, place.column, "zeros")
        return values[0], outside

    def _window_of(self, x: Array) -> Window:
        return self.window(shape_of(x))


class MaxPool2d(Pool2d):
    """Keeps the largest number in each window, in each map alone."""

    usual: ClassVar[bool] = True
    picks: ClassVar[bool] = True
    routes: ClassVar[bool] = True
    in_torch: ClassVar[str] = "MaxPool2d(kernel_size, stride, padding, dilation, return_indices, ceil_mode)"
    type: Literal["max_pool2d"] = "max_pool2d"
    chapter: ClassVar[str] = "pooling"

    dilation: SizePair = (1, 1)
    """How far apart the window's cells read."""

    def _gaps(self) -> Pair:
        return self.dilation

    def check(self, shape: Shape) -> None:
        window = self.window(shape)
        for axis, name in enumerate((Word("rows"), Word("columns"))):
            if not window.meets(axis, shape[axis + 1]):
                raise Unfit(
                    "A window whose cells lie {gap} apart meets nothing but padding on {length} {name}; use less "
                    "dilation, or less padding.",
                    gap=self.dilation[axis],
                    length=shape[axis + 1],
                    name=name,
                    pointer="/dilation",
                )

    def work(self, shape: Shape) -> tuple[int, str]:
        return self.kernel_size[0] * self.kernel_size[1] - 1, "comparisons"

    def forward(self, x: Array, weights: Weights) -> Array:
        return max_pool(x, self._window_of(x))

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        out = batches.max_pool(x, self._window_of(x[..., 0]))
        return Passed(out, (x, out))

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        x, out = kept
        return Gradients(batches.max_pool_gradient(gradient, x, out, self._window_of(x[..., 0])))

    def step(self, x: Array, weights: Weights, place: Place) -> MaxTerms:
        values, outside = self._patch(x, place)
        largest = values[~outside].max()
        winners = np.argwhere((values == largest) & ~outside)
        return {
            "patch": [
                [None if out else float(v) for v, out in zip(*row, strict=True)]
                for row in zip(values, outside, strict=True)
            ],
            "winners": [
                {"row": cell.row, "column": cell.column}
                for cell in (self._cell(x, place, int(r), int(c)) for r, c in winners)
            ],
        }

    def total(self, terms: Mapping[str, Any]) -> Total:
        largest = max(number for row in terms["patch"] for number in row if number is not None)
        return Total(largest, abs(largest))

    def kept(self, x: Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
        return winners(x, self._window_of(x))

    def passes_from(self, x: Array, weights: Weights, place: Place) -> Place:
        values, outside = self._patch(x, place)
        tap = divmod(int(np.where(outside, -np.inf, values).argmax()), values.shape[1])
        return Place(place.channel, *self._cell(x, place, *tap))

    def _cell(self, x: Array, place: Place, row: int, column: int) -> Cell:
        """Return the cell of the map that stands at a row and a column of the window at `place`."""
        top, left = self._window_of(x).origin(place.row, place.column)
        return Cell(top + row * self.dilation[0], left + column * self.dilation[1])


class AvgPool2d(Pool2d):
    """Keeps the mean of each window, in each map alone."""

    typed: ClassVar[tuple[str, ...]] = ("divisor_override",)
    in_torch: ClassVar[str] = "AvgPool2d(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)"
    type: Literal["avg_pool2d"] = "avg_pool2d"
    chapter: ClassVar[str] = "pooling"
    count_include_pad: Annotated[bool, Field(strict=True)] = True
    """Whether added cells count as zeros in the mean."""
    divisor_override: Annotated[int, Field(ge=1, le=LARGEST**2, strict=True)] | None = None
    """What each sum is divided by; left out: how many numbers it has."""

    @property
    def keeps_scale(self) -> bool:
        return self.divisor_override is None

    @property
    def _means(self) -> Means:
        return Means(self.count_include_pad, self.divisor_override)

    def averages(self, shape: Shape) -> bool:
        return self.kernel_size == shape[1:] and self.padding == (0, 0) and self.divisor_override is None

    def forward(self, x: Array, weights: Weights) -> Array:
        return avg_pool(x, self._window_of(x), self._means)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        return Passed(batches.avg_pool(x, self._window_of(x[..., 0]), self._means), shape_of(x[..., 0]))

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(batches.avg_pool_gradient(gradient, kept[1:], self.window(kept), self._means))

    def step(self, x: Array, weights: Weights, place: Place) -> MeanTerms:
        values, outside = self._patch(x, place)
        return {
            "patch": [
                [None if out and not self.count_include_pad else float(v) for v, out in zip(*row, strict=True)]
                for row in zip(values, outside, strict=True)
            ],
            "divisor": divisor(self._window_of(x), x.shape[1:], place.row, place.column, self._means),
        }

    def total(self, terms: Mapping[str, Any]) -> Total:
        read = np.array([number for row in terms["patch"] for number in row if number is not None])
        return Total(float(read.sum()) / terms["divisor"], float(np.abs(read).sum()) / terms["divisor"])

    def multiplications(self, shape: Shape) -> int:
        channels, rows, columns = self.geometry(shape).shape
        return channels * rows * columns

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "multiplications"
