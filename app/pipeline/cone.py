"""Forward: all that one cell of the input can change, in every volume after it, place by place.

input   conv2d 3     max_pool2d 2
····    ▪▪▪·         ▪▪
·▪··    ▪▪▪·         ▪▪
····    ▪▪▪·
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from app.layers.cells import hull, one
from app.numerics.axis import Mask
from app.numerics.window import Span
from app.pipeline.plan import Stage


@dataclass(frozen=True)
class Cone:
    """What a cell can change in one volume: some channels, in each of them every one of some rows and columns."""

    channels: Mask
    rows: Mask
    columns: Mask

    @property
    def any(self) -> bool:
        """Whether it changes anything there."""
        return bool(self.channels.any() and self.rows.any() and self.columns.any())

    @property
    def span(self) -> Span | None:
        """The smallest rectangle of rows and columns around it."""
        return hull(self.rows, self.columns) if self.any else None

    @property
    def places(self) -> int:
        """How many places of each map it changes."""
        return int(self.rows.sum() * self.columns.sum())

    @property
    def numbers(self) -> int:
        """How many numbers it changes."""
        return self.places * int(self.channels.sum())


def cones(stages: Sequence[Stage], row: int, column: int) -> list[Cone]:
    """Return what cell (row, column) of the input, in all its channels, can change: there, then after each stage."""
    rows, columns = one(row, column, stages[0].input_shape[1:])
    found = [Cone(np.ones(stages[0].input_shape[0], bool), rows, columns)]
    for stage in stages:
        found.append(Cone(*stage.geometry.reaches(found[-1].channels, found[-1].rows, found[-1].columns)))
    return found


Missed = Literal["stride", "end"]


def missed(stages: Sequence[Stage], volumes: Sequence[Cone]) -> tuple[int, Missed] | None:
    """Return the first stage that never reads what a cell changes, and why; None where all do.

    Its windows step over it (stride), or the last of them ends before it (end). `volumes` are what `cones` found.
    """
    for stage, before, after in zip(stages, volumes, volumes[1:], strict=False):
        if after.any:
            continue
        for axis, cells in zip(stage.geometry.axes, (before.rows, before.columns), strict=True):
            read = axis.reads(np.ones(axis.places, bool))
            if not (read & cells).any():
                beyond = read.any() and np.flatnonzero(cells)[0] > np.flatnonzero(read)[-1]
                return stage.index, "end" if beyond else "stride"
        return stage.index, "stride"
    return None
