"""The linear layer: every output is a weighted sum of all numbers before it, with weights of its own for each."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from app.errors import Unfit
from app.layers.cells import Place
from app.layers.geometry import Geometry, whole
from app.layers.layer import BUFFERS, MOST_CHANNELS, Array, Form, Layer, Shape, Total, Weights
from app.layers.sources import LinearWeights
from app.layers.terms import Contribution, SumTerms
from app.layers.trainable import Gradients, Passed, of_filters
from app.layers.weights import RandomWeights
from app.numerics.batches import linear as batches
from app.numerics.linear import linear

MOST_TOLD = 10  # of the largest and of the smallest contributions


class Linear(Layer):
    """Makes each output a weighted sum of all the numbers before it."""

    usual: ClassVar[bool] = True
    positional: ClassVar[tuple[str, ...]] = ("out_features", "bias")
    by_name: ClassVar[tuple[str, ...]] = ("bias",)
    learned: ClassVar[bool] = True
    fixed_by_weights: ClassVar[tuple[str, ...]] = ("out_features",)
    takes: ClassVar[tuple[Form, ...]] = ("maps", "vector")
    gives: ClassVar[Form | None] = "vector"
    starter: ClassVar[Mapping[str, Any]] = {"out_features": 10}

    in_torch: ClassVar[str] = "Linear(in_features, out_features, bias)"
    type: Literal["linear"] = "linear"
    chapter: ClassVar[str] = "neurons"
    out_features: Annotated[int, Field(ge=1, le=MOST_CHANNELS, strict=True)] | None = None
    """How many numbers it makes."""
    bias: Annotated[bool, Field(strict=True)] = True
    """Whether each output adds a number of its own."""
    weights: LinearWeights = RandomWeights()
    """Where the weights come from."""

    @model_validator(mode="after")
    def _settle(self) -> "Linear":
        """Fill in what the weights fix, and refuse what contradicts them."""
        fixed = self.weights.known_shape()
        if fixed:
            if fixed[0] > MOST_CHANNELS:
                raise Unfit(
                    "The weights make {count} outputs; the most is {most}.",
                    count=f"{fixed[0]:,}",
                    most=f"{MOST_CHANNELS:,}",
                    pointer="/weights",
                )
            self._fix("out_features", fixed[0])
        if self.out_features is None:
            raise Unfit("linear needs out_features: how many numbers it makes, such as 10.", pointer="/out_features")
        if not self.bias and self.weights.has_bias():
            raise Unfit("A bias is given although bias is false; leave one of them out.", pointer="/weights/bias")
        object.__setattr__(self, "weights", self.weights.settled())
        return self

    @property
    def _outputs(self) -> int:
        assert self.out_features is not None
        return self.out_features

    def geometry(self, shape: Shape) -> Geometry:
        return whole(shape, made=self._outputs, groups=1)

    def check(self, shape: Shape) -> None:
        self.weights.check(_count(shape))

    def weights_for(self, shape: Shape) -> Weights:
        count = _count(shape)
        weight, bias = self.weights.draw((self._outputs, count), count, self._outputs)
        return {"weight": weight, "bias": bias} if self.bias else {"weight": weight}

    def working_bytes(self, shape: Shape) -> int:
        return 24 * _count(shape) + BUFFERS  # in double precision

    def forward(self, x: Array, weights: Weights) -> Array:
        return linear(x.ravel(), weights["weight"], weights.get("bias")).reshape(-1, 1, 1)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        out = batches.linear(x.reshape(-1, x.shape[3]), weights["weight"], weights.get("bias"))
        return Passed(out.reshape(-1, 1, 1, x.shape[3]), x)

    def recall(self, x: Array, weights: Weights) -> Array:
        return x

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        examples = kept.shape[3]
        given, read = gradient.reshape(-1, examples), kept.reshape(-1, examples)
        found = batches.linear_gradients(given, read, weights["weight"], to_input=to_input)
        return of_filters(found, weights, kept.shape)

    def filters(self, shape: Shape, weight: Array) -> Array:
        return weight.reshape(-1, *shape)

    def step(self, x: Array, weights: Weights, place: Place) -> SumTerms:
        weight = weights["weight"][place.channel]
        products = x.ravel().astype(np.float64) * weight  # exact: a product of two float32 fits a float64
        largest = _first(-products, MOST_TOLD)
        others = np.ones(len(products), bool)
        others[largest] = False
        rest = np.flatnonzero(others)
        smallest = rest[_first(products[rest], MOST_TOLD)]
        others[smallest] = False

        def told(indices: NDArray[np.intp]) -> list[Contribution]:
            return [
                {
                    "index": int(index),
                    "channel": channel,
                    "row": row,
                    "column": column,
                    "input": float(x.ravel()[index]),
                    "weight": float(weight[index]),
                    "product": float(products[index]),
                }
                for index in indices
                for channel, row, column in [map(int, np.unravel_index(index, x.shape))]
            ]

        return {
            "largest": told(largest),
            "smallest": told(smallest),
            "remainder": float(products[others].sum()),
            "bias": float(weights["bias"][place.channel]) if self.bias else 0.0,
        }

    def total(self, terms: Mapping[str, Any]) -> Total:
        products = [told["product"] for told in (*terms["largest"], *terms["smallest"])]
        numbers = np.array([*products, terms["remainder"], terms["bias"]])
        return Total(float(numbers.sum()), float(np.abs(numbers).sum()))

    def terms_told(self, shape: Shape, place: Place) -> int:
        return 2 * MOST_TOLD * 7

    def parameters(self, shape: Shape) -> int:
        return self._outputs * (_count(shape) + int(self.bias))

    def multiplications(self, shape: Shape) -> int:
        return self._outputs * _count(shape)

    def work(self, shape: Shape) -> tuple[int, str]:
        return _count(shape), "multiplications"


def _count(shape: Shape) -> int:
    return shape[0] * shape[1] * shape[2]


def _first(numbers: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """Return where the smallest numbers stand, in rising order; without sorting all of them."""
    found = np.argpartition(numbers, most)[:most] if len(numbers) > most else np.arange(len(numbers))
    return np.asarray(found[np.lexsort((found, numbers[found]))])
