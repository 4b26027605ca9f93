"""How one number came to be: what its window read, what that was multiplied by, and the part of the picture behind it.

A number is followed home (`hops`) and a cell forward (`cone`) by asking each layer's geometry, backward or forward.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.errors import NotFound
from app.layers.cells import Cells, Place, hull, one
from app.layers.layer import Array, Weights
from app.numerics.window import Span
from app.pipeline.plan import Stage


@dataclass(frozen=True)
class Closeup:
    """One number of a layer's output, with its terms."""

    stage: Stage
    place: Place
    span: Span | None  # the window, in cells of the layer's own input; None where it meets none
    terms: dict[str, Any]  # what the layer says of it
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


def close_up(stages: Sequence[Stage], index: int, place: Place, x: Array, weights: Weights, output: Array) -> Closeup:
    """Return the close-up of the number at `place` of layer `index`; raise NotFound for a place outside its output.

    `x` and `output` are the arrays (channel, row, column) that enter and leave that layer.
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
        stage.layer.step(x, weights, place),
        float(output[place]),
        receptive_field(stages[: index + 1], place),
    )


def receptive_field(stages: Sequence[Stage], place: Place) -> Span | None:
    """Return the smallest rectangle of input cells that the number at `place` of the last stage depends on."""
    return hops(stages, len(stages) - 1, place)[-1].span


class Hop(NamedTuple):
    """What a number has seen of one volume on its way home."""

    layer: int | None  # the layer whose output it is; None for the input
    cells: Cells  # which channels, rows and columns
    span: Span | None  # the smallest rectangle around them; None where only padding was read


def hops(stages: Sequence[Stage], index: int, place: Place) -> list[Hop]:
    """Return what the number at `place` of layer `index` has seen of each volume before it, the nearest first.

    The last is the input. What the layers read through padding counts as the real cells that it stands for.
    """
    cells = Cells.at(place, stages[index].output_shape)
    found = []
    for stage in reversed(stages[: index + 1]):
        cells = stage.geometry.reads(cells)
        found.append(Hop(stage.index - 1 if stage.index else None, cells, cells.span))
    return found


def winning_path(stages: Sequence[Stage], outputs: Sequence[Array], index: int, place: Place) -> list[Place | None]:
    """Return where the number at `place` of layer `index` comes from in each volume before it, the nearest first.

    The list is as long as that of `hops`: a place as long as each layer makes its number from one cell (activations,
    flatten, the winner of a max pool, the first of equals), and None from the first layer on that mixes several.
    `outputs` are the arrays of the volumes: the input, then the output of each layer.
    """
    path: list[Place | None] = []
    here: Place | None = place
    for stage in reversed(stages[: index + 1]):
        here = here and stage.layer.passes_from(outputs[stage.index], {}, here)
        path.append(here)
    return path


def cone(stages: Sequence[Stage], row: int, column: int) -> Span | None:
    """Return the smallest rectangle of places of the last stage that cell (row, column) can change; None where none.

    The cell is one of the input of the first stage, in all of its channels.
    """
    rows, columns = one(row, column, stages[0].input_shape[1:])
    for stage in stages:
        rows, columns = stage.geometry.rows.read_by(rows), stage.geometry.columns.read_by(columns)
        if not (rows.any() and columns.any()):
            return None
    return hull(rows, columns)


def rectangle(span: Span) -> dict[str, list[int]]:
    """Return a rectangle as the API tells it, half-open."""
    return {"rows": list(span.rows), "columns": list(span.columns)}
