"""What a layer reads along one axis: the places of a map over the cells of its input.

Rows and columns are asked alike and apart, since the rows that a place reads do not depend on its column. There are
three kinds, in files of their own; t counts the cells of the window, its taps:

    Sliding     place p reads the cells       p · stride − before + t · dilation        each pixel of a filter once
    Spreading   place p reads the cells q with  p = q · stride − before + t · dilation  the same turned round: finer
    Whole       the one place reads every cell
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Pair = tuple[int, int]
Mask = NDArray[np.bool_]  # a set of cells, or of places, along one axis
Indices = NDArray[np.intp]


class Affine(NamedTuple):
    """How a window slides evenly: the cell at which it begins at place 0, and how far it goes from place to place."""

    start: int
    step: int


class Period(NamedTuple):
    """After so many places the cells that are read have moved by so many."""

    places: int
    cells: int


@dataclass(frozen=True, slots=True)
class Axis(ABC):
    """What each of the places along one axis reads of the cells of the input."""

    cells: int  # of the input
    places: int  # of the output; none, or fewer, where the window does not fit
    size: int  # taps of the window
    gap: int  # from one cell that a place reads to the next

    @property
    def affine(self) -> Affine | None:
        """How the window slides; None where it does not slide evenly."""
        return None

    @property
    def period(self) -> Period | None:
        """How reading repeats itself; None where there is but one place."""
        return None

    @property
    def border(self) -> Pair:
        """Cells that are added before and after those of the input, read or not."""
        return 0, 0

    @property
    def wraps(self) -> bool:
        """Whether what is read beyond one end is what stands at the other."""
        return False

    @property
    def blind(self) -> bool:
        """Whether the first or the last place, or a tap at an end of the window, meets padding alone."""
        return False

    @property
    @abstractmethod
    def reach(self) -> int:
        """Cells from the first to the last that a place reads, at most."""

    @property
    @abstractmethod
    def middle(self) -> Fraction:
        """The middle of what place 0 reads, edges ignored; cell 0 goes from 0 to 1."""

    @property
    @abstractmethod
    def step(self) -> Fraction:
        """How many cells the middle moves from place to place, on the average."""

    @abstractmethod
    def endless(self, place: int) -> range:
        """Return the cells, rising, that `place` would read of an input without end."""

    @abstractmethod
    def read(self, place: int) -> range:
        """Return the cells, rising, that `place` reads, those of padding among them."""

    @abstractmethod
    def taps(self, place: int) -> range:
        """Return the tap of the window that meets each of the cells that `place` reads."""

    @abstractmethod
    def real(self, tap: int) -> Indices:
        """Return the real cell that each place reads with a tap of the window, through padding too; −1 for none."""

    def span(self, place: int) -> Pair | None:
        """Return the half-open run from the first to the last cell that `place` reads; None where it reads none."""
        cells = self.read(place)
        return (cells[0], cells[-1] + 1) if cells else None

    def around(self, place: int) -> Pair:
        """Return `span`, or where there is none the empty run in the middle of where it would be."""
        middle = max(0, min(self.cells, round(self.middle + place * self.step)))
        return self.span(place) or (middle, middle)

    def reads(self, places: Mask) -> Mask:
        """Return which real cells any of `places` reads, through padding too."""
        found = np.zeros(self.cells, bool)
        for tap in range(self.size):
            cells = self.real(tap)[places]
            found[cells[cells >= 0]] = True
        return found

    def read_by(self, cells: Mask) -> Mask:
        """Return which places read any of `cells`, through padding too: `reads`, turned round."""
        found = np.zeros(self.places, bool)
        for tap in range(self.size):
            real = self.real(tap)
            found |= cells[real] & (real >= 0)
        return found
