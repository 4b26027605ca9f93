"""Leaky ReLU: what is below zero is made small, not zero, so that it can still be learned from."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from app.layers.activation import Activation
from app.layers.cells import Place
from app.layers.layer import Array, Weights
from app.layers.terms import LeakyTerms
from app.layers.trainable import Gradients, Passed
from app.numerics.activations import leaky_relu
from app.numerics.batches import activations as batches

Slope = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False, strict=True), AfterValidator(lambda x: x + 0.0)]


class LeakyReLU(Activation):
    """Makes negative numbers small and passes the rest."""

    positional: ClassVar[tuple[str, ...]] = ("negative_slope",)
    by_name: ClassVar[tuple[str, ...]] = ("negative_slope",)
    in_torch: ClassVar[str] = "LeakyReLU(negative_slope, inplace)"
    type: Literal["leaky_relu"] = "leaky_relu"
    negative_slope: Slope = 0.01
    """What negative numbers are multiplied by."""

    def forward(self, x: Array, weights: Weights) -> Array:
        return leaky_relu(x, self.negative_slope)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        return Passed(batches.leaky_relu(x, self.negative_slope), x)

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(batches.leaky_relu_gradient(gradient, kept, self.negative_slope))

    def step(self, x: Array, weights: Weights, place: Place) -> LeakyTerms:
        return {**super().step(x, weights, place), "negative_slope": self.negative_slope}

    def exact(self, x: float) -> float:
        return x if x > 0 else x * self.negative_slope
