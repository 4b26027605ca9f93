"""The axis of a window that slides evenly: what convolution, pooling and activation read."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from app.numerics.axis import Affine, Axis, Indices, Pair, Period
from app.numerics.padding import overlap, sources
from app.numerics.window import Window


@dataclass(frozen=True, slots=True)
class Sliding(Axis):
    """A window along one axis."""

    stride: int
    before: int  # cells of padding
    after: int
    padding_mode: str = "zeros"  # what its padding stands for, as in `sources`

    @classmethod
    def of(cls, window: Window, axis: int, cells: int, padding_mode: str = "zeros") -> "Sliding":
        """Return how `window` slides along `axis` (0 rows, 1 columns) over an input of `cells` cells."""
        places, stride = window.output_length(axis, cells), window.stride[axis]
        return cls(cells, places, window.size[axis], window.dilation[axis], stride, *window.padding[axis], padding_mode)

    @property
    def affine(self) -> Affine:
        return Affine(-self.before, self.stride)

    @property
    def period(self) -> Period:
        return Period(1, self.stride)

    @property
    def border(self) -> Pair:
        return self.before, self.after

    @property
    def wraps(self) -> bool:
        return self.padding_mode == "circular"

    @property
    def blind(self) -> bool:
        if not self.places:
            return False
        met = [self.endless(place) for place in (0, self.places - 1)]
        for tap in (0, self.size - 1):
            first = self.endless(0)[tap]
            met.append(range(first, first + self.places * self.stride, self.stride))
        inside = (overlap(cells, self.cells)[0] for cells in met)
        return any(part.start >= part.stop for part in inside)

    @property
    def reach(self) -> int:
        return (self.size - 1) * self.gap + 1

    @property
    def middle(self) -> Fraction:
        return Fraction(self.reach, 2) - self.before

    @property
    def step(self) -> Fraction:
        return Fraction(self.stride)

    def endless(self, place: int) -> range:
        first = place * self.stride - self.before
        return range(first, first + self.reach, self.gap)

    def read(self, place: int) -> range:
        return self.endless(place)

    def taps(self, place: int) -> range:
        return range(self.size)

    def real(self, tap: int) -> Indices:
        cells = np.arange(self.places) * self.stride - self.before + tap * self.gap
        return sources(cells, self.cells, self.padding_mode)
