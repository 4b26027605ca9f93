"""Hyperbolic tangent: any number becomes one between −1 and 1, along an S through 0."""

import math
from typing import Any, ClassVar, Literal

from app.layers.activation import Activation
from app.layers.layer import Array, Shape, Weights
from app.layers.trainable import Gradients, Passed
from app.numerics.activations import tanh
from app.numerics.batches import activations as batches


class Tanh(Activation):
    """Brings every number between −1 and 1."""

    in_torch: ClassVar[str] = "Tanh()"
    type: Literal["tanh"] = "tanh"

    def forward(self, x: Array, weights: Weights) -> Array:
        return tanh(x)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        out = batches.tanh(x)
        return Passed(out, out)

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(batches.tanh_gradient(gradient, kept))

    def exact(self, x: float) -> float:
        return math.tanh(x)

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "exponentials"
