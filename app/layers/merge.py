"""What layers share that read several outputs: they need `inputs`, and all of these are maps, or all are vectors."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import ConfigDict

from app.errors import Unfit
from app.layers.geometry import Geometry, Shape
from app.layers.layer import BUFFERS, Array, Form, Layer, Weights
from app.layers.references import PICTURE, InputsField
from app.layers.trainable import WORKING


class Merge(Layer):
    """Makes one volume of several."""

    takes: ClassVar[tuple[Form, ...]] = ("maps", "vector")
    merges: ClassVar[bool] = True
    unlike: ClassVar[str]  # why two outputs cannot be joined (a msgid)
    lonely: ClassVar[str]  # why it finds no output to join with one of `shape` (a msgid)
    starter: ClassVar[Mapping[str, Any]] = {"inputs": (PICTURE, PICTURE)}

    model_config = ConfigDict(json_schema_extra={"required": ["inputs"]})
    inputs: InputsField = None
    """Which outputs it joins, counted from 0, −1 the picture; two or more."""

    def check_inputs(self) -> None:
        if self.inputs is None or len(self.inputs) < 2:
            raise Unfit(
                "{type} needs inputs: the indices of two or more outputs to join, such as [3, 5]; −1 is the picture.",
                type=self.type,
                pointer="/inputs",
            )

    @property
    def sources(self) -> tuple[int, ...]:
        """Which outputs it reads; −1 is the picture."""
        assert self.inputs is not None
        return self.inputs

    def form(self, shapes: Sequence[Shape], vectors: Sequence[bool]) -> bool:
        if len(set(vectors)) > 1:
            maps, numbers = vectors.index(False), vectors.index(True)
            raise Unfit(
                "{type} joins maps with maps and vectors with vectors, but output {maps} is {where} maps and output "
                "{vector} a vector of {count} numbers; put flatten behind the maps.",
                type=self.type,
                maps=self.sources[maps],
                where=written(shapes[maps]),
                vector=self.sources[numbers],
                count=f"{shapes[numbers][0]:,}",
                pointer="/inputs",
            )
        return vectors[0]

    def geometries(self, shapes: Sequence[Shape]) -> tuple[Geometry, ...]:
        self.check_shapes(shapes)
        return self.joined(shapes)

    @classmethod
    def joins(cls, shape: Shape, other: Shape) -> bool:
        """Tell whether maps of these shapes, or vectors, can be joined."""
        raise NotImplementedError

    def check_shapes(self, shapes: Sequence[Shape]) -> None:
        """Refuse inputs that cannot be joined (Unfit)."""
        for source, shape in zip(self.sources, shapes, strict=True):
            if not self.joins(shapes[0], shape):
                raise Unfit(
                    self.unlike,
                    first=self.sources[0],
                    shape=written(shapes[0]),
                    other=source,
                    others=written(shape),
                    pointer="/inputs",
                )

    def joined(self, shapes: Sequence[Shape]) -> tuple[Geometry, ...]:
        """Return what each number of the output reads of each input."""
        raise NotImplementedError

    def numbers(self, terms: Mapping[str, Any]) -> list[float]:
        """Return the numbers that a step reads, in the order of the inputs, from its terms."""
        raise NotImplementedError

    def working_bytes(self, shape: Shape) -> int:
        return BUFFERS

    def evaluate_batch(self, inputs: Sequence[Array], weights: Weights) -> Array:
        return self.compute_batch(inputs, weights).out

    def recall_batch(self, inputs: Sequence[Array], weights: Weights) -> Any:
        return None

    def training_bytes(self, shape: Shape, examples: int) -> int:
        return WORKING


def written(shape: Shape) -> str:
    """Return a shape as a sentence has it."""
    return "×".join(map(str, shape))
