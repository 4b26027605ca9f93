"""Folding: the blocks of a network in as many columns as have room. The ribbon and the network view fold by it.

conv1 ▷ fire2  fire3 ▷ fire4  fire5 ▷ fire6 … fire9  conv10  scores     pools are funnels between the columns
conv1 ▷ fire2  fire3 ▷ fire4  fire5 ▷ fire6–9  conv10  scores           the longest run of equal rows × columns first
conv1 ▷ fire2–3 ▷ fire4–5 ▷ fire6–9  conv10  scores
conv1 ▷ fire2–3 ▷ fire4–5 ▷ fire6–conv10  scores                        whatever they are called
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from app.explorer.blocks import Block, blocks_of
from app.pipeline.plan import Stage

SEPARATORS = "/._-"  # before the number of a name that counts
Alike = Callable[[Block, Block], bool]


class Numbered(NamedTuple):
    """A name that counts: fire6 is the sixth of the fires."""

    stem: str
    number: str  # nothing where it does not count


def folded(
    stages: Sequence[Stage], most: int, present: int | None = None, *, opened: int | None = None, alone: bool = True
) -> tuple[Block, ...]:
    """Return the blocks of a network, folded until at most `most` of them (at least 4) are columns; funnels are none.

    The block of layer `present` stays as it is; what opens together with layer `opened` is one block, which stays.
    A network of few layers, none of which share a block, is left `alone`.
    """
    columns = blocks_of(stages)
    if alone and opened is None and len(columns) == len(stages) <= most:
        return columns
    columns = _columns(stages)
    folding = _Folding(
        most, present if opened is None else opened, Counter(numbered(block.name).stem for block in columns)
    )
    if opened is not None:
        columns = folding.together(columns, _around(columns, opened))
    for alike in (_count_on, _same_sides):
        columns = folding.of_runs(columns, alike)
    return folding.of_neighbours(columns)


def opens(stages: Sequence[Stage], layer: int) -> bool:
    """Tell whether there is something to open at a layer: others of its block, or single ones of its size beside it."""
    columns = _columns(stages)
    beside = _around(columns, layer)
    return len(beside) > 1 or len(columns[beside[0]].layers) > 1


def width_of(columns: Iterable[Block]) -> int:
    """Return how many columns there are, without the funnels between them."""
    return sum(not column.funnel for column in columns)


def numbered(name: str) -> Numbered:
    """Return the parts of a name that ends in a number."""
    stem = name.rstrip("0123456789")
    return Numbered(stem, name[len(stem) :])


def _columns(stages: Sequence[Stage]) -> tuple[Block, ...]:
    """Return the blocks of a network, with its funnels and the scores in which it ends."""
    return _ended(stages, [_funnel(stages, block) for block in blocks_of(stages)])


def _around(columns: Sequence[Block], layer: int) -> range:
    """Return which columns open together with a layer: its own, and where that is one layer, those like it beside."""
    here = next(number for number, column in enumerate(columns) if layer in column.layers)
    first, last = here, here
    while first and _alone_alike(columns[first - 1], columns[here]):
        first -= 1
    while last + 1 < len(columns) and _alone_alike(columns[last + 1], columns[here]):
        last += 1
    return range(first, last + 1)


def _alone_alike(one: Block, other: Block) -> bool:
    return len(one.layers) == len(other.layers) == 1 and _same_sides(one, other)


def _funnel(stages: Sequence[Stage], block: Block) -> Block:
    """Return a block, which is a funnel where it is a single layer that learns nothing and makes the maps smaller."""
    stage = stages[block.first]
    narrower = len(block.layers) == 1 and not stage.layer.learned and block.sides != (1, 1)
    before = stage.input_shape
    return replace(block, funnel=narrower and block.shape[1] * block.shape[2] < before[1] * before[2])


def _ended(stages: Sequence[Stage], blocks: Sequence[Block]) -> tuple[Block, ...]:
    """Return the blocks, the last of which are the scores: single layers for 1×1 maps, of which at most one learns."""
    start, learned = len(blocks), 0
    for block in reversed(blocks):
        learned += stages[block.first].layer.learned
        if len(block.layers) > 1 or block.sides != (1, 1) or learned > 1:
            break
        start -= 1
    tail = blocks[start:] or blocks[-1:]
    name = tail[0].name if len(tail) == 1 else ""
    ends = tail[-1].sides == (1, 1)
    return (*blocks[: len(blocks) - len(tail)], _run(tail, name=name, scores=ends))


def _run(blocks: Sequence[Block], *, name: str, scores: bool = False) -> Block:
    """Return neighbours as one block."""
    inside = tuple(each for block in blocks for each in block.blocks or (block,)) if len(blocks) > 1 else ()
    return Block(name, range(blocks[0].first, blocks[-1].last + 1), blocks[-1].shape, inside, scores=scores)


def _same_sides(one: Block, other: Block) -> bool:
    return one.sides == other.sides and not (one.funnel or other.funnel or one.scores or other.scores)


def _count_on(one: Block, other: Block) -> bool:
    here, there = numbered(one.name), numbered(other.name)
    return _same_sides(one, other) and here.stem == there.stem and bool(here.number and there.number)


@dataclass(frozen=True)
class _Folding:
    most: int
    present: int | None  # the layer whose block is not folded
    stems: Mapping[str, int]  # how many blocks have a name of each stem

    def together(self, columns: tuple[Block, ...], numbers: range) -> tuple[Block, ...]:
        """Return the columns, some of which are one."""
        run = columns[numbers[0] : numbers[-1] + 1]
        return (*columns[: numbers[0]], self._joined(run), *columns[numbers[-1] + 1 :])

    def of_runs(self, columns: tuple[Block, ...], alike: Alike) -> tuple[Block, ...]:
        """Return the columns, runs of which that are alike are folded, the longest and last first, while too many.

        A run that is all there is stays: as one it would say nothing.
        """
        runs = self._runs(columns, alike)
        over, chosen = width_of(columns) - self.most, set[int]()
        for number, run in sorted(enumerate(runs), key=lambda each: (-len(each[1]), -each[0])):
            if over <= 0 or len(run) == 1:
                break
            if len(run) == len(columns):
                continue
            chosen.add(number)
            over -= len(run) - 1
        return tuple(
            block for number, run in enumerate(runs) for block in ([self._joined(run)] if number in chosen else run)
        )

    def of_neighbours(self, columns: tuple[Block, ...]) -> tuple[Block, ...]:
        """Return the columns, whatever stands side by side folded evenly where there are still too many."""
        if width_of(columns) <= self.most:
            return columns
        end = len(columns) - columns[-1].scores
        here = next((number for number, column in enumerate(columns[:end]) if self._is_present(column)), end)
        sides = columns[:here], columns[here + 1 : end]
        wide = [width_of(side) for side in sides]
        room = self.most - (len(columns) - end) - (here < end)
        left = min(max(room * wide[0] // max(sum(wide), 1), bool(wide[0])), room - bool(wide[1]))
        kept = columns[here : here + 1] if here < end else ()
        return (*self._evenly(sides[0], left), *kept, *self._evenly(sides[1], room - left), *columns[end:])

    def _evenly(self, columns: Sequence[Block], room: int) -> Iterator[Block]:
        """Give neighbours in `room` runs of about as many columns; what is a funnel between two runs stays one."""
        wide, number = width_of(columns), 0
        runs: dict[int, list[Block]] = {}
        for column in columns:
            runs.setdefault(number * room // max(wide, 1), []).append(column)
            number += not column.funnel
        for run in runs.values():
            inner = [at for at, column in enumerate(run) if not column.funnel]
            first, last = (inner[0], inner[-1] + 1) if inner else (0, 0)
            yield from run[:first]
            if inner:
                yield self._joined(run[first:last])
            yield from run[last:]

    def _runs(self, columns: Sequence[Block], alike: Alike) -> list[list[Block]]:
        runs: list[list[Block]] = []
        for column in columns:
            before = runs[-1][-1] if runs else None
            if before and alike(before, column) and not (self._is_present(before) or self._is_present(column)):
                runs[-1].append(column)
            else:
                runs.append([column])
        return runs

    def _is_present(self, block: Block) -> bool:
        return self.present is not None and self.present in block.layers

    def _joined(self, run: Sequence[Block]) -> Block:
        """Return neighbours as one block: fire6–9, or layer1 for all of layer1/0 to layer1/2."""
        if len(run) == 1:
            return run[0]
        first, last = (run[0].blocks or run)[0], (run[-1].blocks or run[-1:])[-1]
        here, there = numbered(first.name), numbered(last.name)
        if here.stem != there.stem or not (here.number and there.number):
            return _run(run, name=first.name if first.name == last.name else f"{first.name}–{last.name}")
        whole = here.stem[-1:] in SEPARATORS and self.stems[here.stem] == sum(len(block.blocks or [0]) for block in run)
        return _run(run, name=here.stem[:-1] if whole else f"{first.name}–{there.number}")
