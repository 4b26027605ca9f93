"""Upsampling: each cell becomes several equal ones, so that the map is larger and nothing is new in it."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from app.layers.cells import Place
from app.layers.layer import Array, Facet, Shape, Total, Weights, one_if_equal, pair_schema, read_pair
from app.layers.spreading import SpreadingLayer
from app.layers.terms import InputTerms
from app.layers.trainable import Gradients, Passed
from app.numerics.axis import Pair
from app.numerics.batches import transposed as batches
from app.numerics.spread import Spread
from app.numerics.transposed import upsample
from app.strict import carried

LEAST, MOST = 2, 8


@carried
def _scale(value: object, info: ValidationInfo) -> Pair:
    return read_pair(value, info, LEAST, MOST)


Scale = Annotated[
    Pair, BeforeValidator(_scale), PlainSerializer(one_if_equal), WithJsonSchema(pair_schema(LEAST, MOST))
]


class Upsample2d(SpreadingLayer):
    """Makes each cell into several equal ones, rows and columns of them."""

    positional: ClassVar[tuple[str, ...]] = ("scale",)
    keeps_values: ClassVar[bool] = True
    sized_by: ClassVar[Mapping[str, tuple[object, ...]]] = {"scale": (2, 3, 4)}
    facets: ClassVar[tuple[Facet, ...]] = ("number", "maps", "size")

    in_torch: ClassVar[str] = "Upsample(size, scale_factor, mode)"
    type: Literal["upsample2d"] = "upsample2d"
    scale: Scale = (2, 2)
    """How many rows and columns each cell becomes."""

    @classmethod
    def from_torch(cls, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        scale, mode = arguments.get("scale_factor"), arguments.get("mode", "nearest")
        return None if scale is None or mode != "nearest" else {"scale": scale}

    def spread(self) -> Spread:
        return Spread(self.scale, self.scale)

    def forward(self, x: Array, weights: Weights) -> Array:
        return upsample(x, self.scale)

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        return Passed(batches.upsample(x, self.scale))

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        return Gradients(batches.upsample_gradient(gradient, self.scale))

    def step(self, x: Array, weights: Weights, place: Place) -> InputTerms:
        return {"input": float(x[self.passes_from(x, weights, place)])}

    def total(self, terms: Mapping[str, Any]) -> Total:
        return Total(terms["input"], abs(terms["input"]))

    def passes_from(self, x: Array, weights: Weights, place: Place) -> Place:
        return Place(place.channel, place.row // self.scale[0], place.column // self.scale[1])

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "copies"
