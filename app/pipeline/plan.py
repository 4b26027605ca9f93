"""What follows from a document before any arithmetic: the shapes and costs of its stages, and what cannot be."""

from dataclasses import dataclass
from typing import NamedTuple

from app.errors import Mistake, Unfit
from app.layers import Layer, Shape
from app.numerics.window import Pair
from app.pipeline.document import Document


@dataclass(frozen=True)
class Stage:
    """What is known of one layer of a document before any arithmetic."""

    index: int
    layer: Layer
    input_shape: Shape
    output_shape: Shape
    receptive_size: Pair
    jump: Pair
    from_vector: bool = False  # its input is a vector
    vector: bool = False  # its output is a vector, an array of shape (n, 1, 1)

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
    output_shape: Shape
    vector: bool
    reach: Pair
    stride: Pair
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
    size, jump = (1, 1), (1, 1)
    cost, numbers, vector = 0, shape[0] * shape[1] * shape[2], False
    for index, layer in enumerate(document.layers):
        key = (id(layer), shape, vector)
        try:
            fit = known.get(key) or known.setdefault(key, _fit(layer, shape, vector))
        except Mistake as mistake:
            raise mistake.within(f"/layers/{index}") from None
        reach, stride, output = fit.reach, fit.stride, fit.output_shape
        size = (size[0] + (reach[0] - 1) * jump[0], size[1] + (reach[1] - 1) * jump[1])
        jump = (jump[0] * stride[0], jump[1] * stride[1])
        stages.append(Stage(index, layer, shape, output, size, jump, vector, fit.vector))
        cost += fit.cost
        numbers += output[0] * output[1] * output[2]
        _afford(index, layer, "multiplications, or comparisons as dear", cost, most_multiplications)
        _afford(index, layer, "bytes for its maps", 4 * numbers, most_bytes)
        _afford(index, layer, "bytes for its weights", 4 * fit.parameters, most_bytes)
        shape, vector = output, fit.vector
    return tuple(stages)


def _fit(layer: Layer, shape: Shape, vector: bool) -> Fit:
    gives_vector, output, window = layer.gives_vector(shape, vector), layer.output_shape(shape), layer.window(shape)
    return Fit(layer, output, gives_vector, window.reach, window.stride, layer.cost(shape), layer.parameters(shape))


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
