"""Blocks: runs of layers that are seen as one, by their names, and the ways that lead through them.

    squeeze1x1 ─ relu ─┬─ expand1x1 ─ relu ─┬─ concat       fire2, of the names fire2/squeeze1x1 … fire2/concat
                       └─ expand3x3 ─ relu ─┘

A block is a run of layers whose names share what stands before the last "/"; a layer without a name stands alone.
All of this is linear in the number of layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from app.layers import Layer, Shape
from app.pipeline.plan import Stage


@dataclass(frozen=True)
class Block:
    """A run of layers that is seen as one."""

    name: str  # nothing for the scores of a network
    layers: range
    shape: Shape  # of what its last layer gives
    blocks: tuple["Block", ...] = ()  # that are folded into it
    funnel: bool = False  # a pool between columns, and no column itself
    scores: bool = False  # the numbers in which the network ends

    @property
    def first(self) -> int:
        return self.layers[0]

    @property
    def last(self) -> int:
        return self.layers[-1]

    @property
    def sides(self) -> tuple[int, int]:
        """Rows and columns of its maps."""
        return self.shape[1], self.shape[2]


class Part(NamedTuple):
    """Layers of a block one after the other, or ways side by side, in the order in which what joins them reads them.

    A way without layers leads past the others, as in a residual connection.
    """

    ways: tuple[tuple[int, ...], ...]


def branches(stages: Sequence[Stage]) -> bool:
    """Tell whether a way leads past a layer."""
    return any(stage.inputs != (stage.index - 1,) for stage in stages)


def own_name(layer: Layer) -> str:
    """Return what stands behind the last "/" of the name of a layer; nothing where it has none."""
    return (layer.name or "").rpartition("/")[2]


def called(layer: Layer) -> str:
    """Return what a layer is called within its block: its own name, else its type."""
    return own_name(layer) or layer.type


def seen_from(layer: Layer, source: Layer) -> str:
    """Return what a layer calls one that it reads: within its block its own name, else that of the other block."""
    block = block_of(source)
    return own_name(source) if block == block_of(layer) else block


def blocks_of(stages: Sequence[Stage]) -> tuple[Block, ...]:
    """Return the blocks of a network, in the order of its layers."""
    runs = (list(run) for _, run in groupby(range(len(stages)), lambda index: block_of(stages[index].layer) or index))
    return tuple(
        Block(
            block_of(stages[run[0]].layer) or stages[run[0]].layer.type,
            range(run[0], run[-1] + 1),
            stages[run[-1]].output_shape,
        )
        for run in runs
    )


def parts(stages: Sequence[Stage], block: Block) -> tuple[Part, ...]:
    """Return what a block consists of, from where its input comes in to where its output leaves.

    fire2: (squeeze1x1, relu), then (expand1x1, relu) beside (expand3x3, relu), then (concat).
    """
    entrance, exit_ = block.first - 1, block.last + 1  # all that is outside counts as one place before, one behind
    sources = {at: {max(entrance, source) for source in stages[at].inputs} for at in block.layers}
    farthest = dict.fromkeys((entrance, *block.layers), 0)  # the layer of the block that reads it last
    for at in block.layers:
        farthest.update(dict.fromkeys(sources[at], at))
    found: list[Part] = []
    run: tuple[int, ...] = ()
    reach, joint = farthest[entrance], entrance  # how far what came so far is read; where all of it last met
    for at in (*block.layers, exit_):
        if reach > at and at < exit_:
            reach = max(reach, farthest[at] or exit_)
            continue
        between = range(joint + 1, at)
        if between:
            found += [Part((run,))] if run else []
            run = ()
            ends = tuple(stages[at].inputs) if at < exit_ else ()
            found.append(Part(_ways(sources, between, ends, past=at < exit_ and joint in sources[at])))
        run += (at,) if at < exit_ else ()
        joint = at
        reach = farthest.get(at, exit_) or exit_
    return (*found, Part((run,))) if run else tuple(found)


def reads(stages: Sequence[Stage], columns: Sequence[Block]) -> tuple[tuple[int, ...], ...]:
    """Return for each column the columns before it that it reads, in order; -1 is the picture.

    Where one is not the neighbour, a way leads past what stands between.
    """
    column_of = {-1: -1} | {at: number for number, column in enumerate(columns) for at in column.layers}
    read = (
        {column_of[source] for at in column.layers for source in stages[at].inputs} - {number}
        for number, column in enumerate(columns)
    )
    return tuple(tuple(sorted(each)) for each in read)


def block_of(layer: Layer) -> str:
    """Return the name of the block of a layer; nothing where it has no name."""
    name = layer.name or ""
    return name.rpartition("/")[0] or name


def _ways(
    sources: dict[int, set[int]], between: range, ends: Sequence[int], *, past: bool
) -> tuple[tuple[int, ...], ...]:
    """Return the ways of which the layers `between` consist, in the order of the `ends` that are read behind them."""
    way_of: dict[int, int] = {}  # a layer to the first layer of its way
    members: dict[int, list[int]] = {}
    for at in between:
        joined = sorted({way_of[source] for source in sources[at] if source in way_of})
        first = joined[0] if joined else at
        for other in joined[1:]:
            way_of.update(dict.fromkeys(members[other], first))
            members[first] += members.pop(other)
        way_of[at] = first
        members.setdefault(first, []).append(at)
    order = {way_of.get(end, -1): number for number, end in reversed(list(enumerate(ends)))}  # -1: the way past
    ways = {first: tuple(sorted(layers)) for first, layers in members.items()} | ({-1: ()} if past else {})
    return tuple(ways[first] for first in sorted(ways, key=lambda first: (order.get(first, len(ends)), first)))
