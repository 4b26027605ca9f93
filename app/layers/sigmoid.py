"""Sigmoid: any number becomes one between 0 and 1, along an S."""

import math
from typing import Literal

from app.layers.activation import Activation
from app.layers.layer import Array, Shape, Weights
from app.numerics.activations import sigmoid


class Sigmoid(Activation):
    """Brings every number between 0 and 1."""

    type: Literal["sigmoid"] = "sigmoid"

    def forward(self, x: Array, weights: Weights) -> Array:
        return sigmoid(x)

    def exact(self, x: float) -> float:
        return (1 + math.tanh(x / 2)) / 2

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "exponentials"
