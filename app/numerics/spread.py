"""The window turned round: each cell of the input is spread over a window of the output, which becomes finer.

Along one axis of n cells, cell q adds to the places  q · stride − padding + t · dilation,  t = 0 … size − 1,  of which
there are  (n − 1) · stride − 2 · padding + (size − 1) · dilation + output_padding + 1 (the rule of
torch.nn.ConvTranspose2d). So a place p reads the cells q for which a tap t makes that true. With g the greatest common
divisor of stride and dilation, these taps lie stride ÷ g apart, and their cells dilation ÷ g, against them:

    size 3, stride 2         cell   0   1   2        nearest upsampling by 2     cell   0   1   2
    places of cell 1, taps         0 1 2             is size 2, stride 2               01  01  01
                            place 0 1 2 3 4 5 6                                  place 01  23  45
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd

import numpy as np

from app.numerics.axis import Axis, Indices, Pair, Period
from app.numerics.padding import overlap


@dataclass(frozen=True, slots=True)
class Spread:
    """A window of `size` places over which each cell is spread, `stride` places from cell to cell."""

    size: Pair = (1, 1)
    stride: Pair = (1, 1)
    padding: Pair = (0, 0)  # places taken away at each end
    output_padding: Pair = (0, 0)  # places added at the far end
    dilation: Pair = (1, 1)

    def output_length(self, axis: int, length: int) -> int:
        """Return the number of places along `axis` (0 rows, 1 columns) of `length` cells; 0 where none is left."""
        between, reach = (length - 1) * self.stride[axis], (self.size[axis] - 1) * self.dilation[axis] + 1
        return max(0, between + reach - 2 * self.padding[axis] + self.output_padding[axis])


@dataclass(frozen=True, slots=True)
class Spreading(Axis):
    """A spread along one axis."""

    stride: int
    padding: int
    dilation: int

    @classmethod
    def of(cls, spread: Spread, axis: int, cells: int) -> "Spreading":
        """Return how `spread` works along `axis` (0 rows, 1 columns) of an input of `cells` cells."""
        size, stride, dilation = spread.size[axis], spread.stride[axis], spread.dilation[axis]
        places, gap = spread.output_length(axis, cells), dilation // gcd(stride, dilation)
        return cls(cells, places, size, gap, stride, spread.padding[axis], dilation)

    @property
    def period(self) -> Period:
        return Period(self.stride, 1)

    @property
    def middle(self) -> Fraction:
        return Fraction(2 * self.padding - (self.size - 1) * self.dilation, 2 * self.stride) + Fraction(1, 2)

    @property
    def step(self) -> Fraction:
        return Fraction(1, self.stride)

    @property
    def reach(self) -> int:
        return (-(-self.size // self.every) - 1) * self.gap + 1

    def endless(self, place: int) -> range:
        return self._cells(place, self._meeting(place))

    def read(self, place: int) -> range:
        cells = self.endless(place)
        return cells[overlap(cells, self.cells)[0]]

    def taps(self, place: int) -> range:
        return self._meeting(place)[overlap(self.endless(place), self.cells)[0]]

    @property
    def every(self) -> int:
        """How far the taps lie apart that meet at a place."""
        return self.stride // gcd(self.stride, self.dilation)

    def tap_of(self, place: int, cell: int) -> int:
        """Return the tap with which `place` reads `cell`, one of those that it does."""
        return (place + self.padding - cell * self.stride) // self.dilation

    def _meeting(self, place: int) -> range:
        """Return the taps, falling, that meet a cell of an input without end."""
        at, common, every = place + self.padding, gcd(self.stride, self.dilation), self.every
        if at % common:
            return range(0)
        first = at // common * pow(self.gap, -1, every) % every
        return range(first, self.size, every)[::-1]

    def _cells(self, place: int, taps: range) -> range:
        """Return the cell that each of the `taps`, falling, meets."""
        if not taps:
            return range(0)
        first, last = ((place + self.padding - tap * self.dilation) // self.stride for tap in (taps[0], taps[-1]))
        return range(first, last + 1, self.gap)

    def real(self, tap: int) -> Indices:
        at = np.arange(self.places) + self.padding - tap * self.dilation
        cells = at // self.stride
        return np.where((at % self.stride == 0) & (cells >= 0) & (cells < self.cells), cells, -1)
