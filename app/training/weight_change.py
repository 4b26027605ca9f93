"""How one weight of a filter learns: a dot product that slides, turned round.

At each place of its map a weight has met one cell of the input. These cells, each times the gradient of the loss at
that place, add up to the gradient by the weight; what it changes by follows from that.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import numpy as np
from typing_extensions import TypedDict

from app.described import described, nested
from app.errors import NotFound
from app.layers import Layer, Shape
from app.layers.layer import Array
from app.layers.meeting import Meeting, Weight

RATE = 0.01  # the learning rate, where nothing is said of it


@described
class ExampleWeightChange(TypedDict):
    """How one weight would change, were this example the only one."""

    input: Annotated[Array, nested(2)]
    """The channel of the layer's input that the weight slides over, without padding."""
    gradient: Annotated[Array, nested(2)]
    """Of the loss, by the numbers of the filter's map."""
    example: float
    """The gradient by the weight: each number of `gradient` times the cell that the weight met there, added up."""
    weight: float
    """The weight before."""
    update: float
    """What is added to it."""
    next: float
    """The weight after: weight + update."""
    step: int
    """How many changes the weight has had."""


@described
class BatchWeightChange(ExampleWeightChange):
    """How one weight is to change by the batch that comes next; `update` is what the optimizer adds, momentum, weight
    decay and all.
    """

    batch: float
    """The gradient by the weight of the batch: the mean of its examples'."""


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

    def document(self) -> ExampleWeightChange:
        """Return it as the API tells it."""
        return {
            "input": self.input,
            "gradient": self.gradient,
            "example": self.example,
            "weight": self.weight,
            "update": self.update,
            "next": self.next,
            "step": self.step,
        }

    def document_of_batch(self) -> BatchWeightChange:
        """Return it with what the whole batch says."""
        assert self.batch is not None
        return {**self.document(), "batch": self.batch}


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
