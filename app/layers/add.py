"""Addition: outputs of equal shape are summed cell by cell, as where a shortcut meets the layers it goes around."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

import numpy as np

from app.layers.cells import Place
from app.layers.geometry import Geometry, Shape, sliding
from app.layers.layer import Array, Facet, Total, Weights
from app.layers.merge import Merge
from app.layers.terms import AddTerms
from app.layers.trainable import Back, Passed
from app.messages import N_
from app.numerics.merging import added
from app.numerics.window import Window


class Add(Merge):
    """Sums several outputs cell by cell."""

    routes: ClassVar[bool] = True
    facets: ClassVar[tuple[Facet, ...]] = ("number", "change")
    unlike: ClassVar[str] = N_(
        "add needs outputs of one shape, but output {first} is {shape} and output {other} is {others}; "
        "give them as many channels, rows and columns."
    )
    lonely: ClassVar[str] = N_(
        "No earlier output has the shape of the one before, {shape}, so that there is nothing to add; layers that keep "
        "the shape, such as conv2d with padding, make one."
    )
    type: Literal["add"] = "add"
    chapter: ClassVar[str] = "network"

    @classmethod
    def joins(cls, shape: Shape, other: Shape) -> bool:
        return shape == other

    def joined(self, shapes: Sequence[Shape]) -> tuple[Geometry, ...]:
        return tuple(sliding(shape, Window(), shape[0], shape[0]) for shape in shapes)

    def compute(self, inputs: Sequence[Array], weights: Weights) -> Array:
        return added(inputs)

    def compute_batch(self, inputs: Sequence[Array], weights: Weights) -> Passed:
        return Passed(added(inputs))

    def backward_batch(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Back:
        return Back((gradient,) * len(self.sources))

    def terms(self, inputs: Sequence[Array], weights: Weights, place: Place) -> AddTerms:
        return {"inputs": [float(x[place]) for x in inputs]}

    def numbers(self, terms: Mapping[str, Any]) -> list[float]:
        return list(terms["inputs"])

    def total(self, terms: Mapping[str, Any]) -> Total:
        numbers = np.array(terms["inputs"])
        return Total(float(numbers.sum()), float(np.abs(numbers).sum()))

    def terms_told(self, shape: Shape, place: Place) -> int:
        return len(self.sources)

    def cost(self, shape: Shape) -> int:
        channels, rows, columns = shape
        return (len(self.sources) - 1) * channels * rows * columns

    def work(self, shape: Shape) -> tuple[int, str]:
        return len(self.sources) - 1, "additions"
