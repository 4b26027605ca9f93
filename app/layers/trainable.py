"""What every kind of layer says about learning, beside its `forward` for one picture.

It works on batches, whose examples lie along the last axis: (channel, row, column, example). Whoever trains passes a
batch forward, keeps what each layer wants kept, and passes the gradient of the loss back in the opposite order.
"""

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from app.errors import Unfit
from app.layers.geometry import Geometry, Shape
from app.layers.numbers import Array
from app.numerics.batches.convolution import FilterGradients
from app.numerics.batches.loss import Labels, Loss

Weights = Mapping[str, Array]
NONE: Weights = MappingProxyType({})
WORKING = 12_000_000  # bytes, about, of what two threads work in on a batch


class Passed(NamedTuple):
    """What a layer makes of a batch while it learns."""

    out: Array
    kept: Any = None  # what its `backward` needs to know, arrays that are there anyway where that is enough


class Gradients(NamedTuple):
    """The gradients of a loss by what a layer reads."""

    x: Array | None  # of the shape of its input; None where it was not asked for
    weights: Weights = NONE  # by each array that is learned, of its shape, summed over the examples


class Back(NamedTuple):
    """The gradients of a loss by all that a layer reads."""

    inputs: tuple[Array | None, ...]  # one an input, of its shape; they may share memory
    weights: Weights = NONE


def of_filters(found: FilterGradients, weights: Weights, shape: tuple[int, ...]) -> Gradients:
    """Return what was found for a layer with these `weights`, which may have no bias, on an input of `shape`."""
    by_input = None if found.x is None else found.x.reshape(shape)
    learned = {"weight": found.weight, "bias": found.bias}
    return Gradients(by_input, {name: array for name, array in learned.items() if name in weights})


class Trainable:
    """A layer's part in training."""

    scores: ClassVar[bool] = False  # its output says how likely each class is: it may end a network that is trained
    type: str

    def geometry(self, shape: Shape) -> Geometry:
        """Return what each number of the output reads of an input of `shape`."""
        raise NotImplementedError

    def forward_batch(self, x: Array, weights: Weights) -> Passed:
        """Return the output for a batch `x` while the network learns, and what `backward` needs."""
        raise NotImplementedError

    def backward(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Gradients:
        """Return the gradients by input and weights, from that by the output of the same passing."""
        raise NotImplementedError

    def evaluate(self, x: Array, weights: Weights) -> Array:
        """Return the output for a batch `x` as the network gives it after learning."""
        return self.forward_batch(x, weights).out

    def recall(self, x: Array, weights: Weights) -> Any:
        """Return what `backward` needs to know of how `evaluate`, or `forward`, passes a batch `x`."""
        return self.forward_batch(x, weights).kept

    # ---- the same for all that a layer reads, which is one output but where it merges several

    def compute_batch(self, inputs: Sequence[Array], weights: Weights) -> Passed:
        """Return what `forward_batch` does, for batches of all inputs."""
        return self.forward_batch(inputs[0], weights)

    def evaluate_batch(self, inputs: Sequence[Array], weights: Weights) -> Array:
        """Return what `evaluate` does."""
        return self.evaluate(inputs[0], weights)

    def recall_batch(self, inputs: Sequence[Array], weights: Weights) -> Any:
        """Return what `recall` does."""
        return self.recall(inputs[0], weights)

    def backward_batch(self, gradient: Array, kept: Any, weights: Weights, *, to_input: bool = True) -> Back:
        """Return what `backward` does, a gradient an input."""
        found = self.backward(gradient, kept, weights, to_input=to_input)
        return Back((found.x,), found.weights)

    def statistics(self, kept: Any, weights: Weights) -> Weights:
        """Return those arrays that follow the batches that pass, not a gradient, as they are after this one."""
        return {}

    def loss(self, x: Array, labels: Labels) -> Loss:
        """Return how wrong the output for the batch `x` is, and the gradient by `x`; for a layer that `scores`."""
        raise Unfit(
            "A network that learns ends in softmax, whose shares say how wrong it is; this one ends in {type}. Put "
            "softmax last.",
            type=self.type,
        )

    def loss_gradient(self, out: Array, labels: Labels) -> Array:
        """Return the gradient of that loss by the output `out`; for a layer that `scores`."""
        raise NotImplementedError

    def training_bytes(self, shape: Shape, examples: int) -> int:
        """Return the bytes that a batch takes beside input, output, weights and the gradients by these, about."""
        cells, places = (math.prod(volume[1:]) for volume in (shape, self.geometry(shape).shape))
        return 8 * examples * (cells + places) + WORKING
