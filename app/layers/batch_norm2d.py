"""Batch normalization after learning: each map is moved and stretched by four numbers of its own.

Random weights are the state before learning, whatever the seed: mean 0, variance 1, scale 1, shift 0.
"""

import math
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from app.layers.cells import Place
from app.layers.geometry import Geometry, sliding
from app.layers.layer import Array, Facet, Layer, Shape, Total, Weights
from app.layers.sources import NormWeights
from app.layers.terms import NormTerms
from app.layers.trainable import Gradients, Passed
from app.layers.weights import RandomWeights
from app.numerics.batches import normalization as batches
from app.numerics.normalization import batch_norm, normalized
from app.numerics.window import Window

MOMENTUM = 0.1  # the part of each batch in the running mean and variance; PyTorch's
Epsilon = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False, strict=True)]


class BatchNorm2d(Layer):
    """Takes each map's mean away, divides by its deviation, then scales and shifts."""

    learned: ClassVar[bool] = True
    facets: ClassVar[tuple[Facet, ...]] = ("number", "change")
    in_torch: ClassVar[str] = "BatchNorm2d(num_features, eps)"
    type: Literal["batch_norm2d"] = "batch_norm2d"
    eps: Epsilon = 1e-5
    """A small number added to the variance, so that nothing is divided by zero."""
    weights: NormWeights = RandomWeights()
    """Where the four come from; random is the state before learning: mean 0, variance 1, scale 1, shift 0."""

    @model_validator(mode="after")
    def _settle(self) -> "BatchNorm2d":
        """Refuse numbers that do not agree, and leave out what equals its default."""
        self.weights.known_shape()
        object.__setattr__(self, "weights", self.weights.settled())
        return self

    def geometry(self, shape: Shape) -> Geometry:
        return sliding(shape, Window(), shape[0], shape[0])

    def check(self, shape: Shape) -> None:
        self.weights.check(shape[0])

    def weights_for(self, shape: Shape) -> Weights:
        return self.weights.norms(shape[0])

    def forward(self, x: Array, weights: Weights) -> Array:
        mean, variance = weights["running_mean"], weights["running_var"]
        return batch_norm(x, mean, variance, weights["weight"], weights["bias"], self.eps)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        found = batches.moments(x)
        out = batches.batch_norm(x, found.mean, found.variance, weights["weight"], weights["bias"], self.eps)
        return Passed(out, (x, found))

    def recall(self, x: Array, weights: Weights) -> Any:
        return x, batches.Moments(weights["running_mean"], weights["running_var"], math.inf)

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        x, found = kept
        by_input, by_weight, by_bias = batches.batch_norm_gradients(gradient, x, found, weights["weight"], self.eps)
        return Gradients(by_input, {"weight": by_weight, "bias": by_bias})

    def evaluate(self, x: Array, weights: Weights) -> Array:
        mean, variance = weights["running_mean"], weights["running_var"]
        return batches.batch_norm(x, mean, variance, weights["weight"], weights["bias"], self.eps)

    def statistics(self, kept: Any, weights: Weights) -> Weights:
        _, found = kept
        estimate = found.variance * (found.numbers / max(found.numbers - 1, 1))  # of all pictures, from those seen
        seen = {"running_mean": found.mean, "running_var": estimate}
        return {name: weights[name] + MOMENTUM * (array - weights[name]) for name, array in seen.items()}

    def step(self, x: Array, weights: Weights, place: Place) -> NormTerms:
        mean, variance = (weights[name][place.channel] for name in ("running_mean", "running_var"))
        return {
            "input": float(x[place]),
            "mean": float(mean),
            "variance": float(variance),
            "eps": self.eps,
            "scale": float(weights["weight"][place.channel]),
            "shift": float(weights["bias"][place.channel]),
            "normalized": float(normalized(x[place], mean, variance, self.eps)),
        }

    def total(self, terms: Mapping[str, Any]) -> Total:
        scaled = terms["normalized"] * terms["scale"]
        return Total(scaled + terms["shift"], abs(scaled) + abs(terms["shift"]))

    def passes_from(self, x: Array, weights: Weights, place: Place) -> Place:
        return place

    def parameters(self, shape: Shape) -> int:
        return 2 * shape[0]

    def multiplications(self, shape: Shape) -> int:
        return int(np.prod(shape, dtype=object))

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "multiplications"
