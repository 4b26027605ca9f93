"""What the places of a map have seen of the picture along one axis, composed from layer to layer, edges ignored.

After windows that slide evenly all places have seen equally much: 1 + Σ (size − 1) · dilation · jump cells, jump apart.
After layers that write finer than they read it differs from place to place, in turns: `phases` has a run of cells for
each place of a turn, and the next turn has the same, `advance` cells further on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, gcd
from typing import NamedTuple

from app.numerics.axis import Axis, Pair

MOST_PHASES = 512  # of a turn; where there were more, one as wide as the widest can be stands for all
MOST_WAYS = 8  # of different jumps or phases that are told apart
Number = int | Fraction  # a whole number is an int


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """What the places along one axis have seen of the cells of the picture."""

    jump: Number = 1  # from the middle of a place to that of the next
    phases: tuple[Pair | None, ...] = ((0, 1),)  # half-open runs; None: nothing of the picture
    advance: int = 1
    uneven: Fraction | None = None  # the middle, where that of the first phase is not its own

    @property
    def middle(self) -> Fraction:
        """The middle of what place 0 has seen; cell 0 goes from 0 to 1."""
        if self.uneven is not None:
            return self.uneven
        first, end = self.phases[0] or (0, 0)
        return Fraction(first + end, 2)

    @property
    def size(self) -> int:
        """Cells that a place has seen, at most."""
        return max((phase[1] - phase[0] for phase in self.phases if phase), default=0)

    @property
    def start(self) -> Number:
        """Where what place 0 has seen begins, if it is as wide as that of any: whole where all are alike."""
        return number(self.middle - Fraction(self.size, 2))

    def grows_like(self, other: "ReceptiveField") -> bool:
        """Tell whether both grow by as much behind any layer: both are even, and their places as far apart."""
        even = self.uneven is None and other.uneven is None
        return (even and self.jump == other.jump) or self == other

    def through(self, axis: Axis) -> "ReceptiveField":
        """Return what the places of a layer have seen that reads these along `axis`."""
        if self.uneven is None and self.phases[0] and ((affine := axis.affine) or not axis.period):
            return self._evenly(*self.phases[0], *(affine or (0, 1)), axis.reach)
        middle = self.middle + (axis.middle - Fraction(1, 2)) * self.jump
        return ReceptiveField(number(axis.step * self.jump), *self._composed(axis), middle)

    def _evenly(self, first: int, end: int, start: int, step: int, reach: int) -> "ReceptiveField":
        """Return the same where all places have seen equally much, and go on to: in whole numbers, and quick."""
        if (start, step, reach) == (0, 1, 1):
            return self
        run = first + start * self.advance, end + (start + reach - 1) * self.advance
        return ReceptiveField(self.jump * step, (run,), self.advance * step)

    def _composed(self, axis: Axis) -> tuple[tuple[Pair | None, ...], int]:
        """Return the phases and the advance behind `axis`."""
        count, period = len(self.phases), axis.period
        if period is None:
            return (self._hull(axis.endless(0)),), self.advance
        turns = count // gcd(count, period.cells)  # of the axis, until both begin again
        advance = self.advance * (turns * period.cells // count)
        if turns * period.places > MOST_PHASES:
            widest = self.size + ceil((axis.reach - 1) * self.jump)
            return ((0, widest),), max(1, ceil(axis.step * self.jump))
        return tuple(self._hull(axis.endless(place)) for place in range(turns * period.places)), advance

    def _hull(self, cells: range) -> Pair | None:
        """Return the run around all that `cells` of the map have seen."""
        count = len(self.phases)
        ends = (*cells[:count], *cells[-count:])  # the others lie between
        found = [run for cell in ends if (run := self._run(cell))]
        return (min(first for first, _ in found), max(last for _, last in found)) if found else None

    def _run(self, place: int) -> Pair | None:
        """Return what `place` has seen."""
        turn, phase = divmod(place, len(self.phases))
        run = self.phases[phase]
        return run and (run[0] + turn * self.advance, run[1] + turn * self.advance)


class Ways(NamedTuple):
    """The same where layers branch and meet: one for each way from the picture, less those that others cover."""

    fields: tuple[ReceptiveField, ...] = (ReceptiveField(),)  # the largest first

    @classmethod
    def of(cls, several: Sequence["Ways"]) -> "Ways":
        """Return the ways of a layer that reads outputs which have these."""
        fields = {id(field): field for ways in several for field in ways.fields}
        if len(fields) == 1:
            return several[0]
        found = list[ReceptiveField]()
        for field in sorted(fields.values(), key=lambda field: -field.size):
            if not any(larger.grows_like(field) for larger in found):
                found.append(field)
        return cls(tuple(found[:MOST_WAYS]))

    @property
    def largest(self) -> ReceptiveField:
        """That of the way by which most is seen."""
        return self.fields[0]

    @property
    def jump(self) -> Number | None:
        """From the middle of a place to that of the next; None where the ways differ."""
        jump = self.fields[0].jump
        return jump if all(field.jump == jump for field in self.fields) else None

    def through(self, axis: Axis) -> "Ways":
        """Return what the places of a layer have seen that reads these along `axis`."""
        if len(self.fields) == 1:
            field = self.fields[0].through(axis)
            return self if field is self.fields[0] else Ways((field,))
        found = dict.fromkeys(field.through(axis) for field in self.fields)
        return Ways(tuple(sorted(found, key=lambda field: -field.size)))


def number(value: Fraction | int) -> Number:
    """Return a whole number as such."""
    return int(value) if value == int(value) else value
