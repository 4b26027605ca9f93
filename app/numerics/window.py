"""The sliding window, the one noun that convolution, pooling and activation share.

Along one axis of n cells, with `before` and `after` cells of padding, place p reads the cells

    origin = p · stride − before,  origin + dilation,  …,  origin + (size − 1) · dilation

and there are  (n + before + after − reach) // stride + 1  places, where reach = (size − 1) · dilation + 1. With
`ceil_mode` a last place that starts inside the input or its padding before, but reads past the end, counts too
(the rule of torch.nn.MaxPool2d). Rows come before columns everywhere.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from app.numerics.axis import Pair as Pair


class Span(NamedTuple):
    """Half-open rectangle of cells; it may start below 0 where padding is read."""

    rows: Pair
    columns: Pair


@dataclass(frozen=True, slots=True)
class Window:
    """A window of `size` cells that slides by `stride` over an input with `padding`, its cells `dilation` apart."""

    size: Pair = (1, 1)
    stride: Pair = (1, 1)
    padding: tuple[Pair, Pair] = ((0, 0), (0, 0))  # (top, bottom), (left, right)
    dilation: Pair = (1, 1)
    ceil_mode: bool = False

    @property
    def reach(self) -> Pair:
        """Cells from the first to the last that one place reads, gaps of dilation included."""
        return self._reach(0), self._reach(1)

    def _reach(self, axis: int) -> int:
        return (self.size[axis] - 1) * self.dilation[axis] + 1

    def output_length(self, axis: int, length: int) -> int:
        """Return the number of places along `axis` (0 rows, 1 columns) over `length` cells; 0 where none fits."""
        before, after = self.padding[axis]
        free = length + before + after - self._reach(axis)
        if free < 0:
            return 0
        stride = self.stride[axis]
        if not self.ceil_mode:
            return free // stride + 1
        places = -(-free // stride) + 1
        if (places - 1) * stride >= length + before:  # the last place would start in the padding after
            places -= 1
        return places

    def output_shape(self, shape: Pair) -> Pair:
        """Return (rows, columns) of places over an input of `shape`; 0 along an axis where none fits."""
        return self.output_length(0, shape[0]), self.output_length(1, shape[1])

    def places(self, shape: Pair) -> Pair:
        """Return `output_shape`, or raise ValueError where the window does not fit."""
        result = self.output_shape(shape)
        if 0 in result:
            raise ValueError(f"a window that reaches {self.reach} does not fit in {shape} and padding {self.padding}")
        return result

    def meets(self, axis: int, length: int) -> bool:
        """Tell whether each place along `axis` over `length` cells reads at least one of them, not padding alone."""
        size, gap = self.size[axis], self.dilation[axis]
        if gap == 1 and max(self.padding[axis]) < size:
            return True
        places = np.arange(self.output_length(axis, length))
        firsts = places * self.stride[axis] - self.padding[axis][0]
        taps = np.maximum(-(firsts // gap), 0)  # of the first cell that does not lie before the input
        return bool(((taps < size) & (firsts + taps * gap < length)).all())

    def cells(self, axis: int, places: slice, tap: int) -> range:
        """Return the coordinate along `axis` that cell number `tap` of the window has at each of `places` (step 1)."""
        stride = self.stride[axis]
        first = places.start * stride - self.padding[axis][0] + tap * self.dilation[axis]
        return range(first, first + (places.stop - places.start) * stride, stride)

    def origin(self, row: int, column: int) -> Pair:
        """Return the first cell read at the place (row, column)."""
        return row * self.stride[0] - self.padding[0][0], column * self.stride[1] - self.padding[1][0]

    def span(self, row: int, column: int) -> Span:
        """Return the rectangle of cells from the first to the last read at the place (row, column)."""
        top, left = self.origin(row, column)
        return Span((top, top + self._reach(0)), (left, left + self._reach(1)))
