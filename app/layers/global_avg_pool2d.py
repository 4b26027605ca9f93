"""Global average pooling: of each map one number stays, its mean."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from app.layers.cells import Place
from app.layers.geometry import Geometry, whole
from app.layers.layer import Array, Layer, Shape, Total, Weights
from app.layers.terms import WholeMeanTerms
from app.layers.trainable import Gradients, Passed
from app.numerics.batches import pooling as batches
from app.numerics.pooling import global_avg_pool


class GlobalAvgPool2d(Layer):
    """Keeps the mean of each map, one number a map."""

    keeps_values: ClassVar[bool] = True
    in_torch: ClassVar[str] = "AdaptiveAvgPool2d(output_size)"
    type: Literal["global_avg_pool2d"] = "global_avg_pool2d"
    chapter: ClassVar[str] = "pooling"

    @classmethod
    def from_torch(cls, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        return {} if arguments.get("output_size") in (1, [1, 1]) else None

    def geometry(self, shape: Shape) -> Geometry:
        return whole(shape, made=shape[0], groups=shape[0])

    def averages(self, shape: Shape) -> bool:
        return True

    def forward(self, x: Array, weights: Weights) -> Array:
        return global_avg_pool(x)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        return Passed(batches.global_avg_pool(x), x.shape[1:3])

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(batches.global_avg_pool_gradient(gradient, kept))

    def step(self, x: Array, weights: Weights, place: Place) -> WholeMeanTerms:
        cells = x[place.channel].astype(np.float64)
        return {"patch": cells, "divisor": cells.size}

    def total(self, terms: Mapping[str, Any]) -> Total:
        cells = np.asarray(terms["patch"], np.float64)
        return Total(float(cells.sum()) / terms["divisor"], float(np.abs(cells).sum()) / terms["divisor"])

    def multiplications(self, shape: Shape) -> int:
        return shape[0]

    def cost(self, shape: Shape) -> int:
        return shape[0] * shape[1] * shape[2]

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "multiplications"
