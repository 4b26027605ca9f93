"""What follows from a document before any arithmetic: the shapes and costs of its stages, and what cannot be."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.errors import Mistake, Unfit
from app.layers import Layer, Shape
from app.layers.geometry import Geometry
from app.numerics.axis import Pair
from app.numerics.field import Number, ReceptiveField
from app.pipeline.document import Document


@dataclass(frozen=True)
class Stage:
    """What is known of one layer of a document before any arithmetic."""

    index: int
    layer: Layer
    geometry: Geometry  # what its numbers read of its input
    fields: tuple[ReceptiveField, ReceptiveField]  # what they have seen of the picture, down and across
    cost: int  # of computing it, in multiplications or operations as dear
    parameters: int  # that it learns
    from_vector: bool = False  # its input is a vector
    vector: bool = False  # its output is a vector, an array of shape (n, 1, 1)

    @property
    def input_shape(self) -> Shape:
        return self.geometry.input_shape

    @property
    def output_shape(self) -> Shape:
        return self.geometry.shape

    @cached_property
    def bytes(self) -> int:
        """The bytes of its output and of what it learns."""
        return 4 * (math.prod(self.output_shape) + self.parameters)

    @cached_property
    def working_bytes(self) -> int:
        """The bytes that computing it takes at once beside its input, its output and what it learns."""
        return self.layer.working_bytes(self.input_shape)

    @property
    def receptive_size(self) -> Pair:
        """Rows and columns of the picture that a number has seen, at most, edges ignored."""
        return self.fields[0].size, self.fields[1].size

    @property
    def jump(self) -> tuple[Number, Number]:
        """How far on the picture from what one place has seen to the next, down and across; ½ where it is finer."""
        return self.fields[0].jump, self.fields[1].jump

    @property
    def start(self) -> tuple[Number, Number]:
        """The row and column of the picture where what the first place has seen begins; padding lies before 0."""
        return self.fields[0].start, self.fields[1].start

    @property
    def input_axes(self) -> tuple[int, ...]:
        """The shape of the input as PyTorch has it: (n,) for a vector."""
        return self.input_shape[:1] if self.from_vector else self.input_shape

    @property
    def output_axes(self) -> tuple[int, ...]:
        """The shape of the output as PyTorch has it: (n,) for a vector."""
        return self.output_shape[:1] if self.vector else self.output_shape


class Fit(NamedTuple):
    """What a layer makes of a shape, and what that takes."""

    layer: Layer
    geometry: Geometry
    vector: bool
    cost: int
    parameters: int


Known = dict[tuple[int, Shape, bool], Fit]  # by the identity of a layer, which a fit keeps alive, and what it reads


def plan(
    document: Document, shape: Shape, *, most_multiplications: int, most_bytes: int, known: Known | None = None
) -> tuple[Stage, ...]:
    """Return the stages of `document` on an input of `shape`; raise Unfit for what cannot be or costs too much.

    What is `known` of its layers is not found again, and what is found is added: after one document, others that have
    most of its layers take little.
    """
    known = {} if known is None else known
    stages: list[Stage] = []
    fields = (ReceptiveField(), ReceptiveField())
    cost, numbers, vector = 0, shape[0] * shape[1] * shape[2], False
    for index, layer in enumerate(document.layers):
        key = (id(layer), shape, vector)
        try:
            fit = known.get(key) or known.setdefault(key, _fit(layer, shape, vector))
        except Mistake as mistake:
            raise mistake.within(f"/layers/{index}") from None
        output = fit.geometry.shape
        fields = (fields[0].through(fit.geometry.rows), fields[1].through(fit.geometry.columns))
        stages.append(Stage(index, layer, fit.geometry, fields, fit.cost, fit.parameters, vector, fit.vector))
        cost += fit.cost
        numbers += output[0] * output[1] * output[2]
        _afford(index, layer, "multiplications, or comparisons as dear", cost, most_multiplications)
        _afford(index, layer, "bytes for its maps", 4 * numbers, most_bytes)
        _afford(index, layer, "bytes for its weights", 4 * fit.parameters, most_bytes)
        shape, vector = output, fit.vector
    return tuple(stages)


def _fit(layer: Layer, shape: Shape, vector: bool) -> Fit:
    gives_vector = layer.gives_vector(shape, vector)
    return Fit(layer, layer.fitted(shape), gives_vector, layer.cost(shape), layer.parameters(shape))


def _afford(index: int, layer: Layer, what: str, count: int, most: int) -> None:
    """Refuse a run that, up to layer `index`, needs more than the most that is allowed of something (a msgid)."""
    if count > most:
        raise Unfit(
            "Up to layer {number} ({type}) this needs {count} {what}; the most is {most}. Use a smaller picture, "
            "fewer filters, a smaller window or a larger stride.",
            number=index + 1,
            type=layer.type,
            count=f"{count:,}",
            what=what,
            most=f"{most:,}",
            pointer=f"/layers/{index}",
        )
