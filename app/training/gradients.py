"""What the loss of one example says of everything in a network: backpropagation through numbers that are there.

A network that is looked at has computed its outputs already. Each layer is passed backward from these very numbers, so
that the zeros and the ties on the screen are those that the gradient flows through.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.layers import Layer
from app.layers.layer import Array, Weights, shape_of
from app.layers.trainable import NONE
from app.training.network import quiet


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
    loss = last.loss(values[-2][..., None], labels)
    outputs, found = [last.loss_gradient(values[-1][..., None], labels)], [NONE]
    gradient = loss.gradient
    for index in range(len(hidden) - 1, -1, -1):
        between()
        outputs.append(gradient)
        kept = hidden[index].recall(values[index][..., None], weights[index])
        back = hidden[index].backward(gradient, kept, weights[index], to_input=index > 0)
        found.append(back.weights)
        if back.x is not None:
            gradient = back.x
    return Gradients(loss.mean, tuple(array[..., 0] for array in reversed(outputs)), tuple(reversed(found)))


def backward_bytes(layers: Sequence[Layer], values: Sequence[Array], weights: Sequence[Weights]) -> int:
    """Return the bytes that `backpropagate` takes beside what it is given, its result included, about."""
    numbers = [value.size for value in values]
    learned = sum(array.nbytes for arrays in weights for array in arrays.values())
    working = max(
        4 * (2 * made + read) + layer.training_bytes(shape_of(value), 1)
        for layer, value, read, made in zip(layers, values, numbers, numbers[1:], strict=False)
    )
    return 4 * sum(numbers) + learned + working
