"""ReLU6: what is below zero becomes zero, and what is above 6 becomes 6."""

from typing import Any, ClassVar, Literal

from app.layers.activation import Activation
from app.layers.layer import Array, Weights
from app.layers.trainable import Gradients, Passed
from app.numerics.activations import relu6
from app.numerics.batches import activations as batches


class ReLU6(Activation):
    """Makes every negative number zero, every number above 6 six, and passes the rest."""

    keeps_values: ClassVar[bool] = True
    routes: ClassVar[bool] = True
    never_negative: ClassVar[bool] = True
    in_torch: ClassVar[str] = "ReLU6(inplace)"
    type: Literal["relu6"] = "relu6"

    def forward(self, x: Array, weights: Weights) -> Array:
        return relu6(x)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        out = batches.relu6(x)
        return Passed(out, out)

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(batches.relu6_gradient(gradient, kept))

    def exact(self, x: float) -> float:
        return min(max(x, 0.0), 6.0)
