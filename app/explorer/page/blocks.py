"""The ribbon of a network with blocks: a stop a column, and in the open block a stop a layer, in lanes where it parts.

Input → conv1 ▷ [fire2: squeeze1x1 ⪪ expand1x1 | expand3x3 ⪫ concat] fire3 ▷ fire4–5 ▷ fire6–9 → conv10 → scores
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import TypeVar
from xml.etree.ElementTree import Element

from markupsafe import Markup

from app.explorer.blocks import Block, Part, blocks_of, branches, called, parts, reads
from app.explorer.folding import SEPARATORS, folded
from app.explorer.looks.registry import followed
from app.explorer.pictures import Pictures
from app.explorer.scales import colours_of
from app.explorer.state import State, along
from app.explorer.view import Say
from app.lab import Run
from app.layers import Shape
from app.messages import catalogue
from app.pipeline.plan import Stage
from app.rendering.arrangement import arranged
from app.rendering.diagrams.volume import volume
from app.rendering.palette import Theme
from app.rendering.svg import Face, markup

MOST_ALONE = 48  # layers that stand side by side where no names make blocks
COLUMNS, BESIDE = 11, 7  # columns that have room at 1280 px, and beside an open block
BOARD_COLUMNS, BOARD_BESIDE = 8, 5  # on a projector
MOST_SIDE_BY_SIDE = 5  # layers of a block; of more the present one and its neighbours
LANES = 2  # that have room
Item = TypeVar("Item")
LEAST, PER_CELL, PER_MAP, TALLEST = 11.0, 2.0, 0.75, 42.0  # px of a volume, by the square roots of cells and maps


@dataclass(frozen=True)
class Stop:
    """A link to a layer, and what is said of it."""

    index: int
    name: str
    kind: str  # of layer; nothing for a block
    layers: int  # that it stands for
    shape: Shape  # of the layer that it leads to
    made: Shape  # by what it stands for
    reads: tuple[str, ...]
    href: str
    current: bool
    edit_href: str
    rides: bool = False  # each of its numbers is made of one number of the layer before it


@dataclass(frozen=True)
class Lane:
    """One way through a part of the open block; without stops it leads past the others."""

    stops: tuple[Stop, ...]
    before: Stop | None = None  # the nearest of those before them, for which there is no room
    after: Stop | None = None


@dataclass(frozen=True)
class Parting:
    """Ways side by side, or one."""

    lanes: tuple[Lane, ...]
    more: int = 0  # ways for which there is no room
    more_stop: Stop | None = None  # the next of them


@dataclass(frozen=True)
class Column:
    """What stands in the ribbon for a block."""

    stop: Stop
    block: Block
    picture: Markup | None  # none of a funnel and of scores, which have a sign
    joined: bool  # reads its neighbour
    passed: bool  # a way leads past it
    partings: tuple[Parting, ...]  # nothing where it is not open
    fold_href: str  # to open it or to fold it; nothing where it is one layer


@dataclass(frozen=True)
class Folded:
    """The ribbon of a network with blocks."""

    photo: Markup
    columns: tuple[Column, ...]
    neighbours: tuple[tuple[str, Stop], ...]  # "prev" and "next": the layers before and after the present one


def folds(run: Run) -> bool:
    """Tell whether a network has stops of blocks: names make some, a way leads past a layer, or layers are too many."""
    return len(run.stages) > MOST_ALONE or _named(run) or branches(run.stages)


def _named(run: Run) -> bool:
    return len(blocks_of(run.stages)) < len(run.stages)


def folded_ribbon(run: Run, state: State, theme: Theme, language: str) -> Folded:
    """Return the ribbon of a network with blocks: that of the present layer is open, where it is not to be folded."""
    drawing = _Drawing(run, state, Pictures(run, theme, colours_of(state)), catalogue(language).gettext)
    here, count = state.layer, len(run.stages)
    columns = _columns(run, state)
    found = reads(run.stages, columns)
    passed = {at for number, read in enumerate(found) for source in read for at in range(source + 1, number)}
    beside = (("prev", here - 1), ("next", here + 1))
    return Folded(
        markup(_volume(drawing.pictures.photo(), run.input_shape)),
        tuple(
            drawing.column(block, joined=number - 1 in found[number], passed=number in passed)
            for number, block in enumerate(columns)
        ),
        tuple((way, drawing.stop(index)) for way, index in beside if 0 <= index < count),
    )


def _columns(run: Run, state: State) -> tuple[Block, ...]:
    """Return the blocks of the ribbon, fewer where one of them is open."""
    if not _named(run) and len(run.stages) <= MOST_ALONE:
        return blocks_of(run.stages)
    present = state.layer if _named(run) else None  # without names the open one is all that has its size
    for most in (BOARD_COLUMNS, BOARD_BESIDE) if state.option("projector") else (COLUMNS, BESIDE):
        columns = folded(run.stages, most, present)
        if not any(_opens(block, state) for block in columns):
            break
    return columns


def _opens(block: Block, state: State) -> bool:
    return state.layer in block.layers and len(block.layers) > 1 and not state.option("folded")


def _volume(front: Face, shape: Shape) -> Element:
    """Return a volume whose sides and depth grow with the square roots of its cells and maps, so that all are seen."""
    laid = arranged(shape)
    longest = max(laid.rows, laid.columns)
    scale = min(TALLEST, LEAST + PER_CELL * sqrt(longest)) / longest
    return volume(front, laid.sheets, scale, "", depth=PER_MAP * sqrt(laid.sheets))


@dataclass(frozen=True)
class _Drawing:
    run: Run
    state: State
    pictures: Pictures
    say: Say

    @property
    def stages(self) -> Sequence[Stage]:
        return self.run.stages

    def column(self, block: Block, *, joined: bool, passed: bool) -> Column:
        """Return what stands for a block: its last volume, or its layers where it is open."""
        here = self.state.layer in block.layers
        opens = _opens(block, self.state)
        stop = self.stop(self.state.layer if here else block.last, block)
        picture = None
        if not (block.funnel or block.scores or opens):
            shape = self.stages[block.last].output_shape
            channel = min(self.state.place.channel, shape[0] - 1)
            picture = markup(_volume(self.pictures.map(block.last, channel, alone=True), shape))
        inside = _near(parts(self.stages, block), lambda part: any(self.state.layer in way for way in part.ways))
        fold = self.state.with_options(folded="1" if opens else "").address() if here and len(block.layers) > 1 else ""
        return Column(stop, block, picture, joined, passed, tuple(map(self.parting, inside)) if opens else (), fold)

    def parting(self, part: Part) -> Parting:
        """Return ways side by side; of more than have room the present one, and the next."""
        ways = [way for way in part.ways if way]
        now = next((number for number, way in enumerate(ways) if self.state.layer in way), 0)
        if len(part.ways) <= LANES:
            return Parting(tuple(map(self.lane, part.ways)))
        following = ways[(now + 1) % len(ways)]
        return Parting((self.lane(ways[now]),), len(part.ways) - 1, self.stop(following[0]))

    def lane(self, way: Sequence[int]) -> Lane:
        """Return the layers of a way, without those that ride on another, but where one is of the present layer."""
        groups: list[list[int]] = []
        for index in way:
            if groups and self._rides(index):
                groups[-1].append(index)
            else:
                groups.append([index])
        near = _near(groups, lambda group: self.state.layer in group)
        first = groups.index(near[0]) if near else 0
        before, after = groups[:first], groups[first + len(near) :]
        return Lane(
            tuple(self.stop(at, head=group[0]) for group in near for at in self._shown(group)),
            self.stop(before[-1][0]) if before else None,
            self.stop(after[0][0]) if after else None,
        )

    def stop(self, index: int, block: Block | None = None, head: int | None = None) -> Stop:
        """Return the link to a layer, which stands for a block or rides on layer `head`."""
        stage, here = self.stages[index], self.state.layer == index
        there = self.state.but(
            layer=index,
            edit="",
            place=along(self.state, self._shapes, index),
            view=followed(self.state.view, self.run, index),
        ).with_options(folded="")
        name = called(stage.layer)
        rides = head is not None and index != head
        if rides and head is not None:
            name = name.removeprefix(called(self.stages[head].layer)).lstrip(SEPARATORS) or name
        several = block is not None and len(block.layers) > 1
        return Stop(
            index,
            (block.name or self.say("scores")) if block else name,
            "" if several else stage.layer.type,
            len(block.layers) if block else 1,
            stage.output_shape,
            block.shape if block else stage.output_shape,
            self._reads(block.layers if block else range(index, index + 1)),
            there.address(),
            here,
            there.but(edit=str(index)).address() if here else "",
            rides,
        )

    @cached_property
    def _shapes(self) -> list[Shape]:
        return [stage.output_shape for stage in self.stages]

    def _shown(self, group: Sequence[int]) -> Sequence[int]:
        """Return a layer with those that ride on it, where one of them is the present one; else it alone."""
        return group if self.state.layer in group else group[:1]

    def _rides(self, index: int) -> bool:
        """Tell whether each number of a layer is made of the one number at its place in the layer before it."""
        stage = self.stages[index]
        alone = stage.geometry.size == (1, 1) and stage.geometry.channels_read(0) == (0, 1)
        return alone and stage.inputs == (index - 1,) and stage.input_shape == stage.output_shape

    def _reads(self, layers: range) -> tuple[str, ...]:
        """Return what is read from outside by some layers, by name, each once."""
        sources = sorted({source for at in layers for source in self.stages[at].inputs} - {*layers})
        names = (
            self.stages[at].layer.name or self.stages[at].layer.type if at >= 0 else self.say("Input") for at in sources
        )
        return tuple(dict.fromkeys(names))


def _near(items: Sequence[Item], holds: Callable[[Item], bool]) -> Sequence[Item]:
    """Return the items around the one that holds what is looked at, no more than have room."""
    now = next((number for number, item in enumerate(items) if holds(item)), 0)
    first = max(0, min(now - MOST_SIDE_BY_SIDE // 2, len(items) - MOST_SIDE_BY_SIDE))
    return items[first : first + MOST_SIDE_BY_SIDE]
