"""The heads of the columns: what each is called, how many maps it has, and where it leads."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.explorer.blocks import Block
from app.explorer.folding import opens
from app.explorer.network.columns import Stages
from app.explorer.state import State, along
from app.explorer.view import Say
from app.printing.numbers import grouped

OPEN = "b"  # pin=b.<layer>: the block of that layer is open


@dataclass(frozen=True)
class Head:
    """A column, or the funnel between two."""

    key: str  # its first and its last layer
    name: str
    sub: str
    sides: tuple[int, int]  # rows and columns of its maps …
    maps: str  # … and how many there are, where there is room for both
    href: str
    funnel: bool
    opens: bool  # its link opens a block, else a figure


def opened_in(pin: str, stages: Stages) -> int | None:
    """Return the layer whose block is open; None for none."""
    kind, _, number = pin.partition(".")
    layer = int(number) if kind == OPEN and number.isascii() and number.isdigit() and len(number) < 4 else len(stages)
    return layer if layer < len(stages) else None


def key_of(block: Block) -> str:
    """Return what tells a block from all others, however it is folded."""
    return f"{block.first}.{block.last}"


def at_map(state: State, stages: Stages, layer: int, channel: int) -> State:
    """Return the state in which the figure stands at a map, at the part of the picture that is looked at now."""
    place = along(state, [stage.output_shape for stage in stages], layer)
    return state.but(view="figure", layer=layer, place=place._replace(channel=channel), pin="", edit="", sheet="")


def heads_of(
    state: State,
    stages: Stages,
    foldings: Sequence[Sequence[Block]],
    channels: dict[int, int],
    say: Say,
    *,
    whole: bool,
) -> list[Head]:
    """Return a head for each block that is a column, or a funnel, in one of the foldings; the finest first.

    `channels` says which map of a layer stands for it. Below its name stands its `whole` shape, or how many maps there
    are; that these are maps says the first.
    """
    blocks = {key_of(block): block for folding in foldings for block in folding}
    many = say("{count} maps")
    firsts = {key_of(folding[0]) for folding in foldings if folding}

    heads = []
    for block in blocks.values():
        count, rows, columns = stages[block.last].output_shape
        maps = many.format(count=grouped(count))
        sub = f"{rows} × {columns} × {count}" if whole else maps if key_of(block) in firsts else grouped(count)
        href, opens = _leads(state, stages, block, channels.get(block.last, 0))
        heads.append(Head(key_of(block), _name(stages, block), sub, (rows, columns), maps, href, block.funnel, opens))
    return heads


def _leads(state: State, stages: Stages, block: Block, channel: int) -> tuple[str, bool]:
    """Return where a head leads, and whether it opens a block: of several the last, whose maps are seen."""
    several = len(block.layers) > 1 and not block.scores
    inner = next((one for one in reversed(block.blocks or (block,)) if several and opens(stages, one.last)), None)
    there = state.but(pin=f"{OPEN}.{inner.last}", edit="") if inner else at_map(state, stages, block.last, channel)
    return there.address(), inner is not None


def _name(stages: Stages, block: Block) -> str:
    """Return what a head is called: short: max for max_pool2d, and conv2d … for several that do not count."""
    name = block.name or stages[block.last].layer.type
    if block.funnel:
        return name.partition("_")[0]
    first, dash, last = name.partition("–")
    return f"{first} …" if dash and not last.isdigit() else name
