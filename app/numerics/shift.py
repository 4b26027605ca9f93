"""What a shift of the input does to a map: how much of it changes in place, and whether the map has only moved.

A layer without padding whose windows lie `jump` input cells apart answers a shift of s cells with a map shifted by
s ÷ jump, where that is whole (equivariance); what comes in at the edge, and padding, is another matter.
"""

from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.numerics.axis import Axis, Mask, Pair

T = TypeVar("T", bound=np.generic)
Array = NDArray[np.float32]
ROUNDING = 2.0**-20  # of the largest number: differences up to here may come from the order of a sum


class Change(NamedTuple):
    """How two arrays of one shape differ."""

    numbers: int
    differ: int  # by more than rounding
    size: float  # mean magnitude of the first
    difference: float  # mean magnitude of what is between them

    @property
    def relative(self) -> float:
        """The difference beside the first, which is not all zeros."""
        return self.difference / self.size

    @property
    def same(self) -> int:
        return self.numbers - self.differ


class Moved(NamedTuple):
    """How a map differs from the earlier one when it is moved back, where the two overlap."""

    by: Pair  # cells, down and right
    numbers: int
    differ: int
    differ_inside: int  # of those, away from what came in at the edge and from padding


def shifted(x: NDArray[T], rows: int, columns: int) -> NDArray[T]:
    """Return `x` (channels, rows, columns) moved down and right by so many cells; its edge fills what is vacated."""
    _, height, width = x.shape
    down = np.clip(np.arange(height) - rows, 0, height - 1)
    right = np.clip(np.arange(width) - columns, 0, width - 1)
    return np.ascontiguousarray(x[:, down][:, :, right])


def change(before: Array, after: Array) -> Change:
    """Compare two arrays of one shape, number by number."""
    difference = np.abs(after - before)
    differ = int(np.count_nonzero(difference > _rounding(before, after)))
    return Change(before.size, differ, float(np.abs(before).mean()), float(difference.mean()))


def still_there(length: int, by: int) -> Mask:
    """Return which of `length` cells still hold what the input held, moved by `by`."""
    cells = np.arange(length) - by
    return (cells >= 0) & (cells < length)


def inside(axis: Axis, whole: Mask) -> Mask:
    """Return which places along `axis` read nothing but real cells, all of them `whole`."""
    found = np.ones(axis.places, bool)
    for place in range(axis.places):
        if cells := axis.endless(place):
            found[place] = cells[0] >= 0 and cells[-1] < len(whole) and whole[cells].all()
    return found


def moved_back(
    before: Array, after: Array, by: Pair, whole_before: tuple[Mask, Mask], whole_after: tuple[Mask, Mask]
) -> Moved | None:
    """Compare maps (channels, rows, columns) with `after` moved back `by` cells; None where they do not overlap.

    The masks say which rows and columns of each are made from the picture alone, nothing that came in at the edge.
    """
    overlap = [_overlap(length, cells) for length, cells in zip(before.shape[1:], by, strict=True)]
    if any(old.start >= old.stop for old, _ in overlap):
        return None
    (old_rows, new_rows), (old_columns, new_columns) = overlap
    was, now = before[:, old_rows, old_columns], after[:, new_rows, new_columns]
    differs = np.abs(now - was) > _rounding(before, after)
    rows = whole_before[0][old_rows] & whole_after[0][new_rows]
    columns = whole_before[1][old_columns] & whole_after[1][new_columns]
    return Moved(by, was.size, int(np.count_nonzero(differs)), int(np.count_nonzero(differs[:, rows][:, :, columns])))


def _overlap(length: int, by: int) -> tuple[slice, slice]:
    """Return the cells of the earlier map that have a counterpart in the later one, and these."""
    first, last = max(0, -by), min(length, length - by)
    return slice(first, last), slice(first + by, last + by)


def _rounding(before: Array, after: Array) -> float:
    return ROUNDING * max(float(np.abs(before).max()), float(np.abs(after).max()))
