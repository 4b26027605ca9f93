"""A network in training: its layers with weights of their own, which change; forward, and the gradients back.

It ends in a layer that says how likely each class is. The loss is taken together with that layer.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from app.errors import Mistake, Unfit
from app.layers import Layer, Shape
from app.layers.layer import Array
from app.layers.weights import MAX_SEED, RandomWeights
from app.numerics.batches.loss import Labels, Loss

Arrays = dict[str, Array]
quiet = np.errstate(all="ignore")  # a training that runs away says so by its loss


class Learned(NamedTuple):
    """What one batch says of a network."""

    loss: Loss
    weights: list[Arrays]  # of each layer: the gradients of the mean loss by what it learns
    statistics: list[Arrays]  # of each layer: what follows the batches that pass, as it is after this one
    outputs: list[Array]  # of each layer: the gradient by its output; empty unless asked for


class Network:
    """Layers with weights that change."""

    def __init__(self, layers: Sequence[Layer], shape: Shape) -> None:
        """Begin with the weights that the layers say, on an input of `shape`; raise Unfit where they cannot learn."""
        if not layers:
            raise Unfit("A network that learns has layers, the last of them softmax; here are none.", pointer="/layers")
        self.layers = tuple(layers)
        self.shapes = [shape]  # of the input, and of what each layer makes
        vector = False
        for index, layer in enumerate(self.layers):
            try:
                vector = layer.gives_vector(self.shapes[-1], vector)
                self.shapes.append(layer.output_shape(self.shapes[-1]))
            except Mistake as mistake:
                raise mistake.within(f"/layers/{index}") from None
        if not self.layers[-1].scores:
            self.layers[-1].loss(np.zeros((1, 1, 1, 1), np.float32), np.zeros(1, np.intp))  # says why there is none
        self.weights: list[Arrays] = [
            {name: np.array(array, np.float32) for name, array in layer.weights_for(read).items()}
            for layer, read in zip(self.layers, self.shapes, strict=False)
        ]
        self._first = next((at for at, arrays in enumerate(self.weights) if arrays), len(self.layers))  # that learns

    @property
    def classes(self) -> int:
        """How many classes it tells apart."""
        return self.shapes[-1][0]

    def bytes(self, examples: int) -> int:
        """Return the bytes that it takes to learn from so many examples at once, its weights included, about.

        All that is made on the way forward may be kept for the way back, where two gradients are held at a time.
        """
        numbers = [math.prod(shape) for shape in self.shapes]
        weights = sum(array.nbytes for arrays in self.weights for array in arrays.values())
        working = max(
            4 * examples * (read + made) + layer.training_bytes(shape, examples)
            for layer, shape, read, made in zip(self.layers, self.shapes, numbers, numbers[1:], strict=False)
        )
        return 4 * examples * sum(numbers) + working + 2 * weights

    @quiet
    def learn(self, x: Array, labels: Labels, *, watched: bool = False) -> Learned:
        """Return the loss of a batch (channel, row, column, example) and its gradients; `watched`: by all outputs."""
        *layers, last = self.layers
        kept: list[Any] = []
        for layer, weights in zip(layers, self.weights, strict=False):
            x, keeps = layer.forward_batch(x, weights)
            kept.append(keeps)
        loss = last.loss(x, labels)
        gradient: Array | None = loss.gradient
        found, outputs = [Arrays() for _ in self.layers], []
        statistics = [
            dict(layer.statistics(keeps, weights))
            for layer, keeps, weights in zip(layers, kept, self.weights, strict=False)
        ]
        least = 0 if watched else self._first
        for index in range(len(layers) - 1, least - 1, -1):
            assert gradient is not None
            if watched:
                outputs.append(gradient)
            back = layers[index].backward(gradient, kept.pop(), self.weights[index], to_input=index > least)
            gradient, found[index] = back.x, dict(back.weights)
        return Learned(loss, found, [*statistics, {}], outputs[::-1])

    @quiet
    def evaluate(self, x: Array) -> Array:
        """Return how likely each class is for each example of a batch, (class, example)."""
        for layer, weights in zip(self.layers, self.weights, strict=True):
            x = layer.evaluate(x, weights)
        return x.reshape(self.classes, -1)

    def named(self) -> Iterator[tuple[str, Array]]:
        """Give the weight arrays, each by the index of its layer and its name: 0.weight, 0.bias, …"""
        for index, arrays in enumerate(self.weights):
            for name, array in arrays.items():
                yield f"{index}.{name}", array

    def take(self, named: Mapping[str, Array]) -> None:
        """Go on with other weights, called as `named` calls them."""
        for name, array in self.named():
            array[...] = named[name]


def seeded(layers: Sequence[Layer], seed: int) -> tuple[Layer, ...]:
    """Return the layers, those that say nothing of their weights with random ones: each by `seed` plus its index."""
    return tuple(
        layer.model_copy(update={"weights": RandomWeights(seed=(seed + index) % (MAX_SEED + 1))})
        if layer.learned and "weights" not in layer.model_fields_set
        else layer
        for index, layer in enumerate(layers)
    )
