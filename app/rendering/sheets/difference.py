"""The pictures of a comparison: two maps on one scale, and the left one minus the right one on a scale of its own."""

from dataclasses import dataclass

import numpy as np

from app.numerics.shift import Array, Change, change
from app.numerics.window import Pair
from app.rendering.palette import Theme
from app.rendering.sheets.maps import extent_of, laid_out, maps_png


@dataclass(frozen=True)
class Difference:
    """What is between two maps of one shape."""

    change: Change
    low: float
    high: float
    signed_mean: float

    @property
    def extent(self) -> float:
        """The end of its scale."""
        return max(-self.low, self.high, 0.0)


def sheet_of(output: Array, channel: int) -> Array:
    """Return the sheet (1, rows, columns) on which a channel is seen; a vector whole."""
    sheets = laid_out(output)
    return sheets[channel : channel + 1] if len(sheets) == len(output) else sheets


def facing(left: Array, right: Array, offset: Pair) -> Array:
    """Return the sheet `right` on the cells of `left`, `offset` cells further on; NaN where it has none."""
    if left.shape == right.shape and offset == (0, 0):
        return right
    found = np.full_like(left, np.nan)
    spans = [
        (max(0, -by), min(mine, theirs - by))
        for by, mine, theirs in zip(offset, left.shape[1:], right.shape[1:], strict=True)
    ]
    (top, bottom), (first, last) = spans
    if top < bottom and first < last:
        there = right[:, top + offset[0] : bottom + offset[0], first + offset[1] : last + offset[1]]
        found[:, top:bottom, first:last] = there
    return found


def compared(left: Array, right: Array) -> Difference | None:
    """Return how two sheets of one shape differ, None without a number in both; rounding counts as equal."""
    real = ~(np.isnan(left) | np.isnan(right))
    if not real.any():
        return None
    between = (left.astype(np.float64) - right)[real]
    return Difference(
        change(left[real], right[real]), float(between.min()), float(between.max()), float(between.mean())
    )


def difference_png(left: Array, right: Array, theme: Theme) -> bytes:
    """Return the picture of `left` − `right`, sheets of one shape, on the signed scale that just holds it."""
    between = left - right
    return maps_png(between, [extent_of(between)], theme)
