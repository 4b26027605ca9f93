"""Forward: all that one cell of the input can change, in every volume after it, place by place.

input   conv2d 3     max_pool2d 2
····    ▪▪▪·         ▪▪
·▪··    ▪▪▪·         ▪▪
····    ▪▪▪·
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from app.layers import Place, Shape
from app.layers.cells import gathered, hull, one, within
from app.layers.references import PICTURE
from app.numerics.axis import Mask
from app.numerics.window import Span
from app.pipeline.plan import Stage


class Reached(NamedTuple):
    """A block of a volume: every cell in one of the channels, one of the rows and one of the columns."""

    channels: Mask
    rows: Mask
    columns: Mask

    @property
    def any(self) -> bool:
        """Whether there is a cell in it."""
        return bool(self.channels.any() and self.rows.any() and self.columns.any())

    def holds(self, other: "Reached") -> bool:
        """Tell whether all cells of another block are in it."""
        return all(within(theirs, own) for theirs, own in zip(other, self, strict=True))


@dataclass(frozen=True)
class Cone:
    """What a cell can change in one volume: blocks of cells, none of which holds another."""

    shape: Shape
    blocks: tuple[Reached, ...]  # one, or none, but where paths have met

    @property
    def any(self) -> bool:
        """Whether it changes anything there."""
        return bool(self.blocks)

    @cached_property
    def channels(self) -> Mask:
        """The channels in which it changes anything."""
        return self._either(0)

    @cached_property
    def rows(self) -> Mask:
        """The rows in which it changes anything."""
        return self._either(1)

    @cached_property
    def columns(self) -> Mask:
        """The columns in which it changes anything."""
        return self._either(2)

    def _either(self, axis: int) -> Mask:
        marked = np.zeros(self.shape[axis], bool)
        for block in self.blocks:
            marked |= block[axis]
        return marked

    @property
    def span(self) -> Span | None:
        """The smallest rectangle of rows and columns around it."""
        return hull(self.rows, self.columns)

    @cached_property
    def places(self) -> int:
        """How many places of a map it changes, in one channel or another."""
        if len(self.blocks) <= 1:
            return int(self.rows.sum() * self.columns.sum())
        marked = np.zeros(self.shape[1:], bool)
        for block in self.blocks:
            marked[np.ix_(block.rows, block.columns)] = True
        return int(marked.sum())

    @cached_property
    def numbers(self) -> int:
        """How many numbers it changes."""
        if len(self.blocks) <= 1:
            return self.places * int(self.channels.sum())
        marked = np.zeros(self.shape, bool)
        for block in self.blocks:
            marked[np.ix_(*block)] = True
        return int(marked.sum())

    def changes(self, place: Place) -> bool:
        """Tell whether it changes the number at a place."""
        return any(all(marked[at] for marked, at in zip(block, place, strict=True)) for block in self.blocks)


def cones(stages: Sequence[Stage], row: int, column: int, source: int = PICTURE) -> list[Cone]:
    """Return what cell (row, column) of a volume, in all its channels, can change: there, then after each later stage.

    The volume is the input, or the output of stage `source`.
    """
    shape = stages[0].input_shape if source == PICTURE else stages[source].output_shape
    found = {source: Cone(shape, (Reached(np.ones(shape[0], bool), *one(row, column, shape[1:])),))}
    for stage in stages[source + 1 :]:
        found[stage.index] = Cone(stage.output_shape, gathered(list(_reached(stage, found)), Reached.holds, _around))
    return list(found.values())


def _reached(stage: Stage, found: Mapping[int, Cone]) -> Iterator[Reached]:
    """Give the blocks that a stage makes from those of what it reads."""
    for number, geometry in zip(stage.inputs, stage.geometries, strict=True):
        for block in found[number].blocks if number in found else ():
            reached = Reached(*geometry.reaches(*block))
            if reached.any:
                yield reached


def _around(blocks: Sequence[Reached]) -> Reached:
    """Return one block that holds all of some."""
    return Reached(*(np.logical_or.reduce([block[axis] for block in blocks]) for axis in range(3)))


def cone(stages: Sequence[Stage], row: int, column: int, source: int = PICTURE) -> Span | None:
    """Return the smallest rectangle of places of the last stage that such a cell can change; None where none."""
    return cones(stages, row, column, source)[-1].span


Missed = Literal["stride", "end"]


def missed(stages: Sequence[Stage], volumes: Sequence[Cone]) -> tuple[int, Missed] | None:
    """Return the first stage that never reads what a cell changes, and why; None where it changes the last volume.

    Its windows step over it (stride), or the last of them ends before it (end). `volumes` are what `cones` found.
    """
    if volumes[-1].any:
        return None
    for stage in stages:
        before = [volumes[number + 1] for number in stage.inputs]
        if volumes[stage.index + 1].any or not any(volume.any for volume in before):
            continue
        for volume, geometry in zip(before, stage.geometries, strict=True):
            for axis, cells in zip(geometry.axes, (volume.rows, volume.columns), strict=True):
                read = axis.reads(np.ones(axis.places, bool))
                if volume.any and not (read & cells).any():
                    beyond = read.any() and np.flatnonzero(cells)[0] > np.flatnonzero(read)[-1]
                    return stage.index, "end" if beyond else "stride"
        return stage.index, "stride"
    return None
