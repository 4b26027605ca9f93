"""A block of cells of a volume: what a number has seen of it.

Reading is separable: the rows that a place reads do not depend on its columns. So a block is a range of channels, a set
of rows and a set of columns, and following a number home through the layers is following the three. Where layers branch
and meet, what it has seen of a volume may be several blocks.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from app.numerics.axis import Mask, Pair
from app.numerics.window import Span

MOST_MET = 64  # blocks of a volume that are compared, each with all others
MOST_BLOCKS = 32  # … and that are told apart


class Place(NamedTuple):
    """One cell of a layer's output, counted from 0."""

    channel: int
    row: int
    column: int


class Cells(NamedTuple):
    """Every cell in one of the channels, one of the rows and one of the columns."""

    channels: Pair  # half-open
    rows: Mask
    columns: Mask

    @classmethod
    def at(cls, place: Place, shape: tuple[int, int, int]) -> "Cells":
        """Return the one cell at `place` of a volume of `shape`."""
        return cls((place.channel, place.channel + 1), *one(place.row, place.column, shape[1:]))

    @property
    def span(self) -> Span | None:
        """The smallest rectangle of rows and columns around the cells; None where there are none."""
        return hull(self.rows, self.columns)

    def holds(self, other: "Cells") -> bool:
        """Tell whether all cells of another block are among these."""
        (first, last), (start, end) = self.channels, other.channels
        return first <= start and end <= last and within(other.rows, self.rows) and within(other.columns, self.columns)


def one(row: int, column: int, shape: Pair) -> tuple[Mask, Mask]:
    """Return the set of one row and the set of one column of `shape`."""
    return np.arange(shape[0]) == row, np.arange(shape[1]) == column


def hull(rows: Mask, columns: Mask) -> Span | None:
    """Return the smallest rectangle around a set of rows and a set of columns; None where either is empty."""
    if not (rows.any() and columns.any()):
        return None
    return Span(_ends(rows), _ends(columns))


def within(some: Mask, others: Mask) -> bool:
    """Tell whether a set of cells along an axis has none that another has not."""
    return not (some & ~others).any()


Block = TypeVar("Block")


def gathered(
    blocks: Sequence[Block], holds: Callable[[Block, Block], bool], around: Callable[[Sequence[Block]], Block]
) -> tuple[Block, ...]:
    """Return blocks that hold the same cells, none of which holds another; where they are too many, one around all."""
    if len(blocks) > MOST_MET:
        return (around(blocks),)
    found = list[Block]()
    for block in blocks:
        if not any(holds(other, block) for other in found):
            found = [*(other for other in found if not holds(block, other)), block]
    return tuple(found) if len(found) <= MOST_BLOCKS else (around(found),)


def around(blocks: Sequence[Cells]) -> Cells:
    """Return one block that holds all of some."""
    if len(blocks) == 1:
        return blocks[0]
    filled = [block for block in blocks if block.span] or blocks
    channels = min(block.channels[0] for block in filled), max(block.channels[1] for block in filled)
    rows = np.logical_or.reduce([block.rows for block in filled])
    return Cells(channels, rows, np.logical_or.reduce([block.columns for block in filled]))


def _ends(cells: Mask) -> Pair:
    found = np.flatnonzero(cells)
    return int(found[0]), int(found[-1]) + 1
