"""ReLU: what is below zero becomes zero."""

from typing import Any, ClassVar, Literal

from app.layers.activation import Activation
from app.layers.layer import Array, Weights
from app.layers.trainable import Gradients, Passed
from app.numerics.activations import relu
from app.numerics.batches import activations as batches


class ReLU(Activation):
    """Makes every negative number zero and passes the rest."""

    usual: ClassVar[bool] = True
    keeps_values: ClassVar[bool] = True
    routes: ClassVar[bool] = True
    never_negative: ClassVar[bool] = True
    in_torch: ClassVar[str] = "ReLU(inplace)"
    type: Literal["relu"] = "relu"

    def forward(self, x: Array, weights: Weights) -> Array:
        return relu(x)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        out = batches.relu(x)
        return Passed(out, out)

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(batches.relu_gradient(gradient, kept))

    def exact(self, x: float) -> float:
        return max(x, 0.0)
