"""What activations share: each looks at one number at a time, so its window is a single cell."""

from collections.abc import Mapping
from typing import Any, ClassVar

from app.layers.cells import Place
from app.layers.geometry import Geometry, sliding
from app.layers.layer import Array, Facet, Form, Layer, Shape, Total, Weights
from app.layers.terms import InputTerms
from app.numerics.window import Window


class Activation(Layer):
    """A function of one number; a kind says it twice, for arrays (`forward`) and for one number (`exact`)."""

    takes: ClassVar[tuple[Form, ...]] = ("maps", "vector")
    facets: ClassVar[tuple[Facet, ...]] = ("number", "change")
    chapter: ClassVar[str] = "relu"

    def exact(self, x: float) -> float:
        """Return the function of one number in double precision."""
        raise NotImplementedError

    def geometry(self, shape: Shape) -> Geometry:
        return sliding(shape, Window(), shape[0], shape[0])

    def step(self, x: Array, weights: Weights, place: Place) -> InputTerms:
        return {"input": float(x[place])}

    def total(self, terms: Mapping[str, Any]) -> Total:
        value = self.exact(terms["input"])
        return Total(value, abs(terms["input"]) + abs(value))

    def passes_from(self, x: Array, weights: Weights, place: Place) -> Place:
        return place
