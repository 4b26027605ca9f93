"""One filter for all places, weights of their own at each place, everything connected: counted, and drawn to scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from xml.etree.ElementTree import Element

from app.pipeline.plan import Stage
from app.rendering.svg import add, drawing

KINDS = ("shared", "local", "full")
LEAST_RINGED = 14.0  # px of a square under which a ring shows where it is


@dataclass(frozen=True)
class Counts:
    """How many numbers a layer learns, and would learn."""

    parameters: dict[str, int]  # for each of KINDS
    multiplications: dict[str, int]
    filters: int
    outputs: int
    inputs: int
    places: int
    weights: int  # that make one number
    bias: int  # 0 or 1 a filter
    sides: tuple[int, ...]  # of a filter: rows, columns, channels

    def times(self, kind: str) -> int:
        """Return how many times more it is than sharing, rounded down."""
        return self.parameters[kind] // self.parameters["shared"]


def counts(stage: Stage) -> Counts | None:
    """Return the counts of a layer that shares its weights; None of any other."""
    layer, shape = stage.layer, stage.input_shape
    local, full = layer.locally_connected_parameters(shape), layer.fully_connected_parameters(shape)
    if local is None or full is None:
        return None
    filters, rows, columns = stage.output_shape
    outputs, inputs = filters * rows * columns, shape[0] * shape[1] * shape[2]
    weights = layer.work(shape)[0]
    first, last = stage.geometry.channels_read(0)
    return Counts(
        parameters={"shared": layer.parameters(shape), "local": local, "full": full},
        multiplications={"shared": outputs * weights, "local": outputs * weights, "full": outputs * inputs},
        filters=filters,
        outputs=outputs,
        inputs=inputs,
        places=rows * columns,
        weights=weights,
        bias=layer.parameters(shape) // filters - weights,
        sides=(*stage.geometry.size, last - first),
    )


def areas(counted: Counts, side: float, kind: str = "shared", kinds: Sequence[str] = KINDS) -> Element:
    """Return the parameters as squares to scale in one of `side` px, that of `kind` marked; ringed where it is tiny."""
    most = max(counted.parameters.values())
    svg = drawing(side + 12, side + 12, "", class_="areas")
    for name in sorted(kinds, key=lambda name: -counted.parameters[name]):
        px = side * sqrt(counted.parameters[name] / most)
        present = (" present" if px >= LEAST_RINGED else " present tiny") if name == kind else ""
        add(svg, "rect", class_=f"area {name}{present}", x=side - px + 1, y=side - px + 1, width=px, height=px)
        if name == kind and px < LEAST_RINGED:
            add(svg, "circle", class_="ring", cx=side + 1 - px / 2, cy=side + 1 - px / 2, r=9)
    return svg
