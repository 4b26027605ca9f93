"""The columns of the network view: the blocks of a run, folded for every number of columns that may have room.

Which folding is seen decides the browser, by the width of its window; what can be seen at all is decided here, and is
bounded however many layers there are.
"""

from collections.abc import Sequence
from typing import NamedTuple

from app.explorer.blocks import Block, Part, branches, called, parts
from app.explorer.folding import folded, width_of
from app.pipeline.plan import Stage

MOST, LEAST = 16, 3  # columns of the finest folding and of the coarsest
CUTS = (
    MOST,
    8,
    5,
    LEAST,
)  # foldings that may end their columns elsewhere than the finest does, so that few layers are seen
ROWS, LONGEST = 8, 6  # maps of a network in which each has a row, and layers of it
MOST_PARTS = 4  # of an open block that stand side by side
MOST_WAYS = 2  # of a part that are drawn; the others are counted
Stages = Sequence[Stage]


class Lane(NamedTuple):
    """A way through an open block; past everything in it where it has no layer."""

    name: str
    layer: int | None  # the last
    maps: int = 0  # that it ends in


class Inside(NamedTuple):
    """What stands in a column of an open block: one way, or several side by side."""

    lanes: tuple[Lane, ...]
    more: int = 0  # ways that have no room

    @property
    def forks(self) -> bool:
        """Whether the light takes several ways."""
        return len(self.lanes) > 1


class Segment(NamedTuple):
    """Layers that the light passes at one stretch."""

    last: int
    work: int  # multiplications


def foldings(stages: Stages, opened: int | None = None) -> tuple[tuple[Block, ...], ...]:
    """Return the blocks of a network in fewer and fewer columns; what opens with the layer `opened` is one.

    The shares in which a network ends are no column: they stand beside it. A network whose maps stand in rows is seen
    layer by layer.
    """
    found: list[tuple[Block, ...]] = []
    whole = rows_of(stages) is not None
    for most in range(MOST, LEAST - 1, -1):
        blocks = folded(stages, most, opened=opened, alone=whole)
        fewer = not found or width_of(blocks) < width_of(found[-1])
        if fewer and (most in CUTS or not found or _ends(blocks) <= _ends(found[0])):
            found.append(blocks)
    shares = stages[-1].layer.scores
    return tuple(blocks[:-1] if shares and len(blocks) > 1 else blocks for blocks in found)


def _ends(blocks: Sequence[Block]) -> set[int]:
    """Return the layers whose maps stand for a column each."""
    return {block.last for block in blocks if not block.funnel}


def inside(stages: Stages, block: Block) -> tuple[Inside, ...]:
    """Return what an open block shows, from left to right; of layers without a fork each by itself."""
    found = parts(stages, block)
    if len(found) == 1:
        found = tuple(Part(((layer,),)) for layer in found[0].ways[0])
    if len(found) > MOST_PARTS:
        found = (*found[: MOST_PARTS - 1], found[-1])
    return tuple(
        Inside(tuple(_lane(stages, way) for way in part.ways[:MOST_WAYS]), max(0, len(part.ways) - MOST_WAYS))
        for part in found
    )


def layers_seen(stages: Stages, opened: int | None = None) -> tuple[int, ...]:
    """Return the layers of which maps are seen, in order, whatever the folding and what of it is open."""
    blocks = foldings(stages, opened)
    seen = set().union(*map(_ends, blocks))
    if opened is not None and (block := block_with(blocks[0], opened)):
        seen |= {lane.layer for part in inside(stages, block) for lane in part.lanes if lane.layer is not None}
    return tuple(sorted(seen))


def block_with(blocks: Sequence[Block], layer: int) -> Block | None:
    """Return the block that a layer belongs to, where it can be opened: it has several layers."""
    return next((block for block in blocks if layer in block.layers and len(block.layers) > 1), None)


def segments(stages: Stages, blocks: Sequence[Block]) -> list[Segment]:
    """Return the stretches of the light through `blocks`, and behind them; a funnel belongs to what it leads to."""
    ends = [block.last for block in blocks if not block.funnel]
    ends = [*ends[:-1], len(stages) - 1] if ends else [len(stages) - 1]
    found, first = [], 0
    for last in ends:
        work = sum(stage.layer.multiplications(stage.input_shape) for stage in stages[first : last + 1])
        found.append(Segment(last, work))
        first = last + 1
    return found


def rows_of(stages: Stages) -> int | None:
    """Return how many maps stand in a row of their own, from the first layer to the last; None where they do not.

    They do in a network that is one chain, whose layers behind the first make each map from one map alone.
    """
    count = stages[0].output_shape[0]
    chain = not branches(stages)
    alone = all(_one_to_one(stage, count) for stage in stages[1:])
    maps = not any(stage.vector for stage in stages)
    return count if chain and alone and maps and count <= ROWS and len(stages) <= LONGEST else None


def _one_to_one(stage: Stage, count: int) -> bool:
    """Tell whether each map of a stage is made from the map of the same number alone."""
    same = stage.input_shape[0] == stage.output_shape[0] == count
    return same and all(stage.geometry.channels_read(number) == (number, number + 1) for number in range(count))


def _lane(stages: Stages, way: tuple[int, ...]) -> Lane:
    return Lane(called(stages[way[0]].layer), way[-1], stages[way[-1]].output_shape[0]) if way else Lane("", None)
