"""What the loss of one example says of everything in a network: backpropagation through numbers that are there.

A network that is looked at has computed its outputs already. Each layer is passed backward from these very numbers, so
that the zeros and the ties on the screen are those that the gradient flows through.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.layers import Layer
from app.layers.layer import Array, Weights, shape_of
from app.layers.references import PICTURE
from app.layers.trainable import NONE
from app.training.network import Arriving, branching, quiet


@dataclass(frozen=True)
class Gradients:
    """The gradients of the loss (cross-entropy) of one example by all that a network has made and has learned."""

    loss: float
    outputs: tuple[Array, ...]  # of each layer: by its output, (channel, row, column)
    weights: tuple[Weights, ...]  # of each layer: by its arrays, in PyTorch's layout

    @property
    def bytes(self) -> int:
        """The bytes of all arrays."""
        learned = sum(array.nbytes for arrays in self.weights for array in arrays.values())
        return sum(array.nbytes for array in self.outputs) + learned


@quiet
def backpropagate(
    layers: Sequence[Layer],
    values: Sequence[Array],
    weights: Sequence[Weights],
    label: int,
    between: Callable[[], object] = lambda: None,
) -> Gradients:
    """Return the gradients for one example, through `layers` of which the last one scores.

    Parameters
    ----------
    layers, weights
        The network, and the arrays of each layer.
    values
        The input, and the output of each layer, shape (channel, row, column).
    label
        The class of the example, from 0.
    between
        Is called before each layer; what it raises stops the work.
    """
    *hidden, last = layers
    labels = np.array([label])
    (read,) = last.reads(len(hidden))
    loss = last.loss(values[read + 1][..., None], labels)
    outputs, found = [last.loss_gradient(values[-1][..., None], labels)], [NONE]
    gradients = Arriving()
    gradients.add([read], [loss.gradient])
    for index in range(len(hidden) - 1, PICTURE, -1):
        between()
        sources = hidden[index].reads(index)
        inputs = [values[source + 1][..., None] for source in sources]
        outputs.append(gradients.take(index, (*values[index + 1].shape, 1)))
        kept = hidden[index].recall_batch(inputs, weights[index])
        back = hidden[index].backward_batch(outputs[-1], kept, weights[index], to_input=max(sources) > PICTURE)
        found.append(back.weights)
        gradients.add(sources, back.inputs)
    return Gradients(loss.mean, tuple(array[..., 0] for array in reversed(outputs)), tuple(reversed(found)))


def backward_bytes(layers: Sequence[Layer], values: Sequence[Array], weights: Sequence[Weights]) -> int:
    """Return the bytes that `backpropagate` takes beside what it is given, its result included, about."""
    numbers = [value.size for value in values]
    learned = sum(array.nbytes for arrays in weights for array in arrays.values())
    working = 0
    for index, layer in enumerate(layers):
        sources = layer.reads(index)
        read, made = sum(numbers[source + 1] for source in sources), numbers[index + 1]
        shape = shape_of(values[sources[0] + 1])
        working = max(working, 4 * (2 * made + read) + layer.training_bytes(shape, 1))
    meeting = 4 * max(numbers) if branching(layers) else 0  # what arrives at an output by several ways is added
    return 4 * sum(numbers) + learned + working + meeting
