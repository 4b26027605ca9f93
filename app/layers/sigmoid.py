"""Sigmoid: any number becomes one between 0 and 1, along an S."""

import math
from typing import Any, ClassVar, Literal

from app.layers.activation import Activation
from app.layers.layer import Array, Shape, Weights
from app.layers.trainable import Gradients, Passed
from app.numerics.activations import sigmoid
from app.numerics.batches import activations as batches


class Sigmoid(Activation):
    """Brings every number between 0 and 1."""

    never_negative: ClassVar[bool] = True
    in_torch: ClassVar[str] = "Sigmoid()"
    type: Literal["sigmoid"] = "sigmoid"

    def forward(self, x: Array, weights: Weights) -> Array:
        return sigmoid(x)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        out = batches.sigmoid(x)
        return Passed(out, out)

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(batches.sigmoid_gradient(gradient, kept))

    def exact(self, x: float) -> float:
        return (1 + math.tanh(x / 2)) / 2

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "exponentials"
