"""Dropout: a note that numbers were dropped at random here while the network learned; whoever runs it drops none."""

from typing import Any, ClassVar, Literal

import numpy as np

from app.layers.activation import Activation
from app.layers.layer import Array, Facet, Shape, Weights
from app.layers.trainable import Gradients, Passed


class Dropout(Activation):
    """Changes nothing: it marks where numbers were dropped at random while the network learned."""

    keeps_values: ClassVar[bool] = True
    rearranges: ClassVar[bool] = True
    routes: ClassVar[bool] = True
    facets: ClassVar[tuple[Facet, ...]] = ("number",)
    in_torch: ClassVar[str] = "Dropout(p, inplace)"
    type: Literal["dropout"] = "dropout"

    def forward(self, x: Array, weights: Weights) -> Array:
        return np.ascontiguousarray(x)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        return Passed(x)

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(gradient)

    def exact(self, x: float) -> float:
        return x

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "copies"
