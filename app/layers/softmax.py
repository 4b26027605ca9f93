"""Softmax: a vector of any numbers becomes shares that add up to 1, read as probabilities."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from app.layers.cells import Place
from app.layers.geometry import Geometry, whole
from app.layers.layer import Array, Form, Layer, Shape, Total, Weights
from app.layers.terms import ShareTerms
from app.layers.trainable import Gradients, Passed
from app.numerics.activations import exponentials, softmax
from app.numerics.batches import activations as batches
from app.numerics.batches.loss import Labels, Loss, cross_entropy, cross_entropy_by_shares


class Softmax(Layer):
    """Turns a vector into shares that add up to 1."""

    takes: ClassVar[tuple[Form, ...]] = ("vector",)
    scores: ClassVar[bool] = True
    never_negative: ClassVar[bool] = True
    in_torch: ClassVar[str] = "Softmax(dim)"
    type: Literal["softmax"] = "softmax"
    chapter: ClassVar[str] = "network"

    def check(self, shape: Shape) -> None:
        self.gives_vector(shape, shape[1:] == (1, 1))

    def geometry(self, shape: Shape) -> Geometry:
        return whole(shape, made=shape[0], groups=1)

    def working_bytes(self, shape: Shape) -> int:
        return 32 * shape[0]  # in double precision

    def forward(self, x: Array, weights: Weights) -> Array:
        return softmax(x)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        out = batches.softmax(x)
        return Passed(out, out)

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(batches.softmax_gradient(gradient, kept))

    def loss(self, x: Array, labels: Labels) -> Loss:
        return cross_entropy(x, labels)

    def loss_gradient(self, out: Array, labels: Labels) -> Array:
        return cross_entropy_by_shares(out, labels)

    def step(self, x: Array, weights: Weights, place: Place) -> ShareTerms:
        found = exponentials(x).ravel()
        return {"index": place.channel, "exps": found, "maximum": float(x.max()), "sum": float(found.sum())}

    def total(self, terms: Mapping[str, Any]) -> Total:
        share = float(terms["exps"][terms["index"]]) / float(np.sum(terms["exps"]))
        return Total(share, 1.0)

    def cost(self, shape: Shape) -> int:
        return shape[0]

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "exponentials"
