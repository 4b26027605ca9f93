"""ReLU: what is below zero becomes zero."""

from typing import ClassVar, Literal

from app.layers.activation import Activation
from app.layers.layer import Array, Weights
from app.numerics.activations import relu


class ReLU(Activation):
    """Makes every negative number zero and passes the rest."""

    keeps_values: ClassVar[bool] = True
    type: Literal["relu"] = "relu"

    def forward(self, x: Array, weights: Weights) -> Array:
        return relu(x)

    def exact(self, x: float) -> float:
        return max(x, 0.0)
