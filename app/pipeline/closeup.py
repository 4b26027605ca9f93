"""How one number came to be: what its window read, what that was multiplied by, and the part of the picture behind it.

A number is followed home (`hops`) and a cell forward (app/pipeline/cone.py) by asking each layer's geometry, backward
or forward, by every path that there is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from typing_extensions import TypedDict

from app.described import described
from app.errors import NotFound
from app.layers.cells import Cells, Place, around, gathered
from app.layers.layer import Array, Weights
from app.layers.references import PICTURE
from app.numerics.window import Span
from app.pipeline.plan import Stage


@described
class Rectangle(TypedDict):
    """Rows and columns from the first to the one behind the last."""

    rows: list[int]
    columns: list[int]


@dataclass(frozen=True)
class Closeup:
    """One number of a layer's output, with its terms."""

    stage: Stage
    place: Place
    span: Span | None  # the window, in cells of the layer's own input; None where it meets none
    terms: Mapping[str, Any]  # what the layer says of it
    value: float  # the map's own number, bit for bit
    receptive_field: Span | None  # on the input picture; None where only padding was read

    def document(self) -> dict[str, Any]:
        """Return the close-up as the API tells it; its arrays stay arrays."""
        return {
            "layer": self.stage.index,
            "type": self.stage.layer.type,
            "position": self.place._asdict(),
            "window": self.span and rectangle(self.span),
            **self.terms,
            "value": self.value,
            "receptive_field": self.receptive_field and rectangle(self.receptive_field),
        }


def close_up(
    stages: Sequence[Stage], index: int, place: Place, inputs: Sequence[Array], weights: Weights, output: Array
) -> Closeup:
    """Return the close-up of the number at `place` of layer `index`; raise NotFound for a place outside its output.

    `inputs` and `output` are the arrays (channel, row, column) that enter and leave that layer.
    """
    stage = stages[index]
    for name, wanted, length in zip(Place._fields, place, stage.output_shape, strict=True):
        if not 0 <= wanted < length:
            raise NotFound(
                "{name} {wanted} is outside the output of layer {layer}, whose {name}s run from 0 to {last}.",
                name=name,
                wanted=wanted,
                layer=index,
                last=length - 1,
            )
    return Closeup(
        stage,
        place,
        stage.geometry.span(place),
        stage.layer.terms(inputs, weights, place),
        float(output[place]),
        receptive_field(stages[: index + 1], place),
    )


def receptive_field(stages: Sequence[Stage], place: Place) -> Span | None:
    """Return the smallest rectangle of input cells that the number at `place` of the last stage depends on."""
    return hops(stages, len(stages) - 1, place)[-1].span


@dataclass(frozen=True)
class Hop:
    """What a number has seen of one volume on its way home."""

    layer: int | None  # the layer whose output it is; None for the input
    blocks: tuple[Cells, ...]  # of cells, none of which holds another; more than one only where paths have met

    @cached_property
    def cells(self) -> Cells:
        """The smallest block around them all: which channels, rows and columns."""
        return around(self.blocks)

    @property
    def span(self) -> Span | None:
        """The smallest rectangle around them; None where only padding was read."""
        return self.cells.span


def hops(stages: Sequence[Stage], index: int, place: Place) -> list[Hop]:
    """Return what the number at `place` of layer `index` has seen of each volume before it, the nearest first.

    The last is the input. What the layers read through padding counts as the real cells that it stands for; of what a
    layer reads several of, only those volumes are told that are on a path.
    """
    seen = {index: [Cells.at(place, stages[index].output_shape)]}
    found = list[Hop]()
    for number in range(index, PICTURE - 1, -1):
        if number not in seen:
            continue
        blocks = _gathered(seen.pop(number))
        if number < index:
            found.append(Hop(None if number == PICTURE else number, blocks))
        if number == PICTURE:
            continue
        for source, geometry in zip(stages[number].inputs, stages[number].geometries, strict=True):
            read = [geometry.reads(block) for block in blocks]
            if there := [block for block in read if block.channels[0] < block.channels[1]]:
                seen.setdefault(source, []).extend(there)
    return found


def _gathered(blocks: list[Cells]) -> tuple[Cells, ...]:
    """Return blocks that hold the same cells and not each other; of many, one around them all."""
    if len(blocks) == 1:
        return tuple(blocks)
    return gathered([block for block in blocks if block.span] or blocks[:1], Cells.holds, around)


def winning_path(
    stages: Sequence[Stage],
    outputs: Sequence[Array],
    index: int,
    place: Place,
    home: Sequence[Hop] | None = None,
) -> list[Place | None]:
    """Return where the number at `place` of layer `index` comes from in each volume before it, the nearest first.

    The list is as long as that of `hops`: a place as long as each layer makes its number from one cell (activations,
    flatten, the winner of a max pool, the first of equals; through a concat the one that is there), and None from the
    first layer on that mixes several, and for volumes beside the way. `outputs` are the arrays of the volumes: the
    input, then the output of each layer; `home` are those `hops`, where they are known.
    """
    came = dict[int, Place]()
    number, here = index, place
    while number != PICTURE:
        stage = stages[number]
        origin = stage.layer.origin([outputs[source + 1] for source in stage.inputs], {}, here)
        if origin is None:
            break
        number, here = stage.inputs[origin.input], origin.place
        came[number] = here
    return [came.get(PICTURE if hop.layer is None else hop.layer) for hop in home or hops(stages, index, place)]


def rectangle(span: Span) -> Rectangle:
    """Return a rectangle as the API tells it, half-open."""
    return {"rows": list(span.rows), "columns": list(span.columns)}
