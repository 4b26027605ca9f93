"""Hyperbolic tangent: any number becomes one between −1 and 1, along an S through 0."""

import math
from typing import Literal

from app.layers.activation import Activation
from app.layers.layer import Array, Shape, Weights
from app.numerics.activations import tanh


class Tanh(Activation):
    """Brings every number between −1 and 1."""

    type: Literal["tanh"] = "tanh"

    def forward(self, x: Array, weights: Weights) -> Array:
        return tanh(x)

    def exact(self, x: float) -> float:
        return math.tanh(x)

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "exponentials"
