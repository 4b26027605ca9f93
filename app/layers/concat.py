"""Concatenation: the channels of several outputs stand one after the other; vectors are laid end to end."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, ClassVar, Literal

from app.errors import Unfit
from app.layers.cells import Place
from app.layers.geometry import Geometry, Shape, beside
from app.layers.layer import MOST_CHANNELS, Array, Facet, Origin, Total, Weights
from app.layers.merge import Merge
from app.layers.terms import ConcatTerms
from app.layers.trainable import Back, Passed
from app.messages import N_
from app.numerics.merging import joined, parted


class Concat(Merge):
    """Joins the channels of several outputs; no number changes."""

    routes: ClassVar[bool] = True
    facets: ClassVar[tuple[Facet, ...]] = ("number", "maps")
    unlike: ClassVar[str] = N_(
        "concat needs outputs of as many rows and columns, but output {first} is {shape} and output "
        "{other} is {others}; bring them to one size, by padding or pooling."
    )
    lonely: ClassVar[str] = N_(
        "No earlier output has as many rows and columns as the one before, {shape}, so that there is nothing to join; "
        "layers that keep the size, such as conv2d with padding, make one."
    )
    type: Literal["concat"] = "concat"
    chapter: ClassVar[str] = "network"

    @classmethod
    def joins(cls, shape: Shape, other: Shape) -> bool:
        return shape[1:] == other[1:]

    def check_shapes(self, shapes: Sequence[Shape]) -> None:
        super().check_shapes(shapes)
        count = sum(shape[0] for shape in shapes)
        if count > MOST_CHANNELS:
            raise Unfit(
                "concat makes {count} channels of these outputs; the most is {most}.",
                count=f"{count:,}",
                most=f"{MOST_CHANNELS:,}",
                pointer="/inputs",
            )

    def joined(self, shapes: Sequence[Shape]) -> tuple[Geometry, ...]:
        made = sum(shape[0] for shape in shapes)
        firsts = _starts(shape[0] for shape in shapes)
        return tuple(beside(shape, first, made) for shape, first in zip(shapes, firsts, strict=False))

    def compute(self, inputs: Sequence[Array], weights: Weights) -> Array:
        return joined(inputs)

    def compute_batch(self, inputs: Sequence[Array], weights: Weights) -> Passed:
        return Passed(joined(inputs), self.recall_batch(inputs, weights))

    def recall_batch(self, inputs: Sequence[Array], weights: Weights) -> list[int]:
        return [len(x) for x in inputs]

    def backward_batch(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Back:
        return Back(parted(gradient, kept))

    def origin(self, inputs: Sequence[Array], weights: Weights, place: Place) -> Origin:
        firsts = _starts(map(len, inputs))
        which = max(at for at, first in enumerate(firsts[:-1]) if first <= place.channel)
        return Origin(which, Place(place.channel - firsts[which], place.row, place.column))

    def terms(self, inputs: Sequence[Array], weights: Weights, place: Place) -> ConcatTerms:
        which, cell = self.origin(inputs, weights, place)
        return {"input": self.sources[which], "channel": cell.channel, "value": float(inputs[which][cell])}

    def numbers(self, terms: Mapping[str, Any]) -> list[float]:
        return [terms["value"]]

    def total(self, terms: Mapping[str, Any]) -> Total:
        return Total(terms["value"], abs(terms["value"]))

    def terms_told(self, shape: Shape, place: Place) -> int:
        return 3

    def work(self, shape: Shape) -> tuple[int, str]:
        return 1, "copies"


def _starts(lengths: Iterable[int]) -> list[int]:
    """Return where each of some parts begins, and after them where the last ends."""
    return [0, *accumulate(lengths)]
