"""ReLU: what is below zero becomes zero; its window is a single cell."""

from typing import Any, ClassVar, Literal

from app.layers.layer import Array, Layer, Place, Shape, Weights
from app.numerics.activations import relu
from app.numerics.window import Window


class ReLU(Layer):
    """Makes every negative number zero and passes the rest."""

    keeps_values: ClassVar[bool] = True
    type: Literal["relu"] = "relu"

    def window(self, shape: Shape) -> Window:
        return Window()

    def forward(self, x: Array, weights: Weights) -> Array:
        return relu(x)

    def step(self, x: Array, weights: Weights, place: Place) -> dict[str, Any]:
        return {"input": float(x[place])}
