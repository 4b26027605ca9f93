"""How one number came to be: what its window read, what that was multiplied by, and the part of the picture behind it.

Reading is separable: the rows that a place reads do not depend on its columns. So a rectangle of cells is a set of
rows and a set of columns, and following it home through the layers is following two sets of integers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import NotFound
from app.layers.layer import Array, Place, Weights
from app.numerics.padding import sources
from app.numerics.window import Pair, Span
from app.pipeline import Stage

Cells = NDArray[np.intp]


@dataclass(frozen=True)
class Closeup:
    """One number of a layer's output, with its terms."""

    stage: Stage
    place: Place
    span: Span  # the window, in cells of the layer's own input
    terms: dict[str, Any]  # what the layer says of it
    value: float  # the map's own number, bit for bit
    receptive_field: Span | None  # on the input picture; None where only padding was read

    def document(self) -> dict[str, Any]:
        """Return the close-up as the API tells it; its arrays stay arrays."""
        return {
            "layer": self.stage.index,
            "type": self.stage.layer.type,
            "position": self.place._asdict(),
            "window": _rectangle(self.span),
            **self.terms,
            "value": self.value,
            "receptive_field": self.receptive_field and _rectangle(self.receptive_field),
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
        stage.layer.window(stage.input_shape).span(place.row, place.column),
        stage.layer.step(x, weights, place),
        float(output[place]),
        receptive_field(stages[: index + 1], place),
    )


def receptive_field(stages: Sequence[Stage], place: Place) -> Span | None:
    """Return the smallest rectangle of input cells that the number at `place` of the last stage depends on."""
    rows = home(stages, 0, np.array([place.row]))
    columns = home(stages, 1, np.array([place.column]))
    if not (rows.size and columns.size):
        return None
    return Span(_hull(rows), _hull(columns))


def home(stages: Sequence[Stage], axis: int, places: Cells) -> Cells:
    """Return the input cells, along `axis` (0 rows, 1 columns), that `places` of the last stage resolve to."""
    for stage in reversed(stages):
        window = stage.layer.window(stage.input_shape)
        first = places * window.stride[axis] - window.padding[axis][0]
        reads = (first[:, None] + window.dilation[axis] * np.arange(window.size[axis])).ravel()
        real = sources(reads, stage.input_shape[axis + 1], stage.layer.border_mode())
        places = np.unique(real[real >= 0])
    return places


def _hull(cells: Cells) -> Pair:
    return int(cells[0]), int(cells[-1]) + 1


def _rectangle(span: Span) -> dict[str, list[int]]:
    return {"rows": list(span.rows), "columns": list(span.columns)}
