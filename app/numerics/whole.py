"""The axis of a layer that reads everything at once: one place, and nothing slides."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from app.numerics.axis import Axis, Indices, Mask


@dataclass(frozen=True, slots=True)
class Whole(Axis):
    """The one place over all cells."""

    @classmethod
    def over(cls, cells: int) -> "Whole":
        """Return the axis of an input of `cells` cells."""
        return cls(cells, 1, cells, 1)

    @property
    def reach(self) -> int:
        return self.cells

    @property
    def middle(self) -> Fraction:
        return Fraction(self.cells, 2)

    @property
    def step(self) -> Fraction:
        return Fraction(1)

    def endless(self, place: int) -> range:
        return range(self.cells)

    def read(self, place: int) -> range:
        return range(self.cells)

    def taps(self, place: int) -> range:
        return range(self.cells)

    def real(self, tap: int) -> Indices:
        return np.array([tap], np.intp)

    def reads(self, places: Mask) -> Mask:
        return np.full(self.cells, bool(places.any()))

    def read_by(self, cells: Mask) -> Mask:
        return np.array([bool(cells.any())])
