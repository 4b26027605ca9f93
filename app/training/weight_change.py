"""How one weight of a filter learns: a dot product that slides, turned round.

At each place of its map a weight has met one cell of the input. These cells, each times the gradient of the loss at
that place, add up to the gradient by the weight; what it changes by follows from that.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from app.errors import NotFound
from app.layers import Layer, Shape
from app.layers.layer import Array
from app.layers.meeting import Meeting, Weight

RATE = 0.01  # the learning rate, where nothing is said of it


@dataclass(frozen=True)
class WeightChange:
    """What an example says of a weight, and what the weight becomes."""

    input: Array  # the channel that the weight slides over, without padding: (rows, columns)
    gradient: Array  # of the loss of the example by the filter's map: (rows, columns)
    meeting: Meeting
    weight: float  # before
    update: float  # what is added to it
    step: int = 0  # how many changes it has had
    batch: float | None = None  # the mean of the examples that change it together; None: this one alone does

    @cached_property
    def values(self) -> Array:
        """The cell that the weight meets at each place, 0 in padding that holds zeros: (rows, columns)."""
        return self.meeting.values(self.input)

    @cached_property
    def example(self) -> float:
        """The gradient of the example's loss by the weight, in double precision."""
        return total(self.values, self.gradient)

    @property
    def next(self) -> float:
        """The weight afterwards."""
        return self.weight + self.update

    def document(self) -> dict[str, Any]:
        """Return it as the API tells it."""
        return {
            "input": self.input,
            "gradient": self.gradient,
            "example": self.example,
            **({} if self.batch is None else {"batch": self.batch}),
            "weight": self.weight,
            "update": self.update,
            "next": self.next,
            "step": self.step,
        }


def descent(x: Array, gradient: Array, meeting: Meeting, weight: float, rate: float) -> WeightChange:
    """Return the change by plain gradient descent at `rate`, for an example that is alone."""
    return WeightChange(x, gradient, meeting, weight, -rate * total(meeting.values(x), gradient))


def check_slides(layer: Layer, shape: Shape, index: int) -> None:
    """Refuse a layer, of this index and on an input of `shape`, that has no filters to slide (NotFound)."""
    if layer.meeting(shape, Weight(0, 0, 0, 0)) is None:
        raise NotFound(
            "Layer {number} ({type}) has no filters that slide; ask about a conv2d layer.",
            number=index + 1,
            type=layer.type,
        )


def total(values: Array, gradient: Array) -> float:
    """Return the sum of the products, cell by cell."""
    return float(np.vdot(values.astype(np.float64), gradient.astype(np.float64)))
