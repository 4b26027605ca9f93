"""A network on its way in: its layers so far, each with its numbers, and what every name in the file stands for.

A reader of an operator (operators/) takes what its node reads, adds the layers that compute the same, and returns what
they give. A number is held once: as long as the file has it, a layer looks at it there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.errors import Unfit
from app.importing.node import Node
from app.importing.tensors import Constant, brief
from app.layers import Layer, Shape
from app.layers.layer import Array
from app.layers.reading import MAX_LAYERS, read_layer
from app.layers.references import LONGEST_NAME, PICTURE


class Output(NamedTuple):
    """What a layer gives, or the picture."""

    at: int  # index of the layer
    shape: Shape
    vector: bool = False
    positive: bool = False  # none of its numbers can be negative

    @property
    def axes(self) -> tuple[int, ...]:
        """Its axes as the file counts them, without the one of examples."""
        return self.shape[:1] if self.vector else self.shape

    @property
    def said(self) -> str:
        """Its shape as a sentence has it."""
        return "×".join(map(str, self.axes))


Value = Output | NDArray[Any]  # what a name stands for: computed from the picture, or numbers of the file


@dataclass(frozen=True)
class Made:
    """A layer, with its numbers, and what it gives."""

    layer: Layer
    output: Output


class Network:
    """The layers of a file, as far as they have been read."""

    def __init__(self, shape: Shape, read_by: Mapping[str, int]) -> None:
        """`read_by`: how many read what stands under a name."""
        self.picture = Output(PICTURE, shape)
        self.made: list[Made] = []
        self.values: dict[str, Output | Constant | NDArray[Any]] = {}
        self._read_by = read_by
        self._name = ""

    @property
    def layers(self) -> tuple[Layer, ...]:
        return tuple(made.layer for made in self.made)

    def begin(self, name: str) -> None:
        """Let the layers that come now go by a name."""
        self._name = name

    def add(self, kind: str, *sources: Output, note: str = "", **fields: Any) -> Output:
        """Add a layer that reads `sources`, named after its node and a `note`; raise Unfit where it cannot be."""
        if len(self.made) >= MAX_LAYERS:
            raise Unfit("A pipeline has at most {most} layers, and here is one more.", most=MAX_LAYERS)
        if self._name:
            fields["name"] = _noted(self._name, note)
        read = [source.at for source in sources]
        layer = read_layer({"type": kind, "inputs": read, **fields}).linked(len(self.made))
        shapes, vectors = [source.shape for source in sources], [source.vector for source in sources]
        vector, shape = layer.form(shapes, vectors), layer.geometries(shapes)[0].shape
        passed = layer.keeps_values or layer.merges
        positive = layer.never_negative or (passed and all(source.positive for source in sources))
        self.made.append(Made(layer, Output(len(self.made), shape, vector, positive)))
        return self.made[-1].output

    def amend(self, output: Output, **fields: Any) -> Output:
        """Say a layer anew, with other settings, which give an output of the same shape."""
        before = self.made[output.at]
        layer = read_layer({**before.layer.fields("python"), **fields})
        self.made[output.at] = Made(layer, output)
        return output

    def layer_of(self, output: Output) -> Layer | None:
        """Return the layer that gives something; None: the picture."""
        return None if output.at == PICTURE else self.made[output.at].layer

    # ---- what a node reads

    def value(self, node: Node, which: int) -> Value | None:
        """Return what a node reads as input `which`; None where that is left out."""
        name = node.inputs[which] if which < len(node.inputs) else ""
        if not name:
            return None
        if name not in self.values:
            raise Unfit(
                'It reads "{name}", which nothing before it makes: the file has a circle, or its nodes are not in '
                "order. Export the network again.",
                name=brief(name),
            )
        value = self.values[name]
        return value.array if isinstance(value, Constant) else value

    def output(self, node: Node, which: int = 0) -> Output:
        """Return what a node reads as input `which`, which must come from the picture."""
        value = self.value(node, which)
        if not isinstance(value, Output):
            raise Unfit("It reads numbers that do not come from the picture; export the network with constants folded.")
        return value

    def maps(self, node: Node, which: int = 0) -> Output:
        """Return maps that a node reads; raise Unfit where it reads a vector."""
        value = self.output(node, which)
        if value.vector:
            raise Unfit(
                "It reads a vector of {count} numbers, and here only maps with rows and columns can be read.",
                count=f"{value.shape[0]:,}",
            )
        return value

    def constant(self, node: Node, which: int) -> NDArray[Any] | None:
        """Return numbers of the file that a node reads as input `which`; None where that is left out."""
        value = self.value(node, which)
        if isinstance(value, Output):
            raise Unfit(
                "Its input {number} is computed from the picture, and must be numbers of the file; export the network "
                "with constants folded, for one size of picture.",
                number=which + 1,
            )
        return value

    def wholes(self, node: Node, which: int, setting: str) -> tuple[int, ...]:
        """Return a list of whole numbers that old opsets have as a setting, newer ones as an input."""
        if (given := node.wholes(setting)) or which >= len(node.inputs):
            return given
        array = self.constant(node, which)
        if array is None:
            return ()
        if array.dtype.kind not in "iu" or array.size > 16:
            raise Unfit("Its {setting} must be a few whole numbers; export the network again.", setting=setting)
        return tuple(map(int, array.ravel()))

    def weights(self, node: Node, which: int, axes: int | None = None) -> Array | None:
        """Return weights that a node reads, in single precision, as the file has them; None where they are left out."""
        array = self.constant(node, which)
        if array is None:
            return None
        if array.dtype.kind != "f":
            raise Unfit('Its weights "{name}" are not numbers with a point.', name=brief(node.inputs[which]))
        if 0 in array.shape:
            raise Unfit(
                'Its weights "{name}" have the shape {shape}, which holds no numbers; export the network again.',
                name=brief(node.inputs[which]),
                shape=list(array.shape),
            )
        if axes is not None and array.ndim != axes:
            raise Unfit(
                'Its weights "{name}" have the shape {shape}, and {axes} axes are needed; export the network again, '
                "with layers that go over pictures.",
                name=brief(node.inputs[which]),
                shape=list(array.shape),
                axes=axes,
            )
        return single(array)

    def read_once(self, name: str) -> bool:
        """Tell whether one node alone reads what stands under a name."""
        return self._read_by.get(name, 0) == 1

    def is_read(self, name: str) -> bool:
        """Tell whether anything reads what stands under a name."""
        return self._read_by.get(name, 0) > 0


def single(array: NDArray[Any]) -> Array:
    """Return numbers in single precision, read-only; what is too large for it is infinite, and so refused later."""
    if array.dtype == np.float32 and array.dtype.isnative:
        return array
    with np.errstate(over="ignore", invalid="ignore"):
        made = array.astype(np.float32)
    made.flags.writeable = False
    return made


def given(weight: Array, bias: Array | None = None) -> dict[str, Any]:
    """Return what a document says of a layer whose weights are these, and whose bias is this or none."""
    weights = {"init": "values", "weight": weight}
    return {"weights": weights, "bias": False} if bias is None else {"weights": {**weights, "bias": bias}}


def _noted(name: str, note: str) -> str:
    return f"{name}_{note}"[-LONGEST_NAME:] if note else name
