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
from app.layers.reading import all_linked
from app.layers.references import PICTURE, last_readers
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


class Passing:
    """Outputs of layers on their way forward, each held until the last layer that reads it has."""

    def __init__(self, x: Array, reads: Sequence[Sequence[int]]) -> None:
        self._reads, self._last = reads, last_readers(enumerate(reads))
        self._held = {PICTURE: x}

    def read(self, index: int) -> list[Array]:
        """Return what layer `index` reads."""
        found = [self._held[source] for source in self._reads[index]]
        for source in set(self._reads[index]):
            if self._last[source] == index:
                del self._held[source]
        return found

    def made(self, index: int, out: Array) -> None:
        """Hold what layer `index` makes, where one reads it."""
        if index in self._last:
            self._held[index] = out


class Arriving:
    """Gradients on their way back: what comes to an output by several ways is added up."""

    def __init__(self) -> None:
        self._held: dict[int, Array] = {}

    def add(self, sources: Sequence[int], gradients: Sequence[Array | None]) -> None:
        """Let gradients come to outputs; those that come to the input are let go."""
        for source, gradient in zip(sources, gradients, strict=True):
            if source != PICTURE and gradient is not None:
                before = self._held.get(source)
                self._held[source] = gradient if before is None else before + gradient

    def take(self, index: int, shape: tuple[int, ...]) -> Array:
        """Return what has come to output `index`, of `shape`: zeros where nothing has."""
        found = self._held.pop(index, None)
        return np.zeros(shape, np.float32) if found is None else found


def branching(layers: Sequence[Layer]) -> bool:
    """Tell whether any of the layers reads another output than that of the layer before it."""
    return any(layer.inputs is not None for layer in layers)


def fitted(layers: Sequence[Layer], shape: Shape) -> Iterator[tuple[Shape, Shape]]:
    """Give the shape of what each layer reads, of several outputs the first, and of what it makes.

    Raises Unfit, with the layer's place, where one does not fit on an input of `shape`.
    """
    shapes, vectors = [shape], [False]
    for index, layer in enumerate(layers):
        read = [shapes[source + 1] for source in layer.reads(index)]
        try:
            vectors.append(layer.form(read, [vectors[source + 1] for source in layer.reads(index)]))
            shapes.append(layer.geometries(read)[0].shape)
        except Mistake as mistake:
            raise mistake.within(f"/layers/{index}") from None
        yield read[0], shapes[-1]


class Network:
    """Layers with weights that change."""

    def __init__(self, layers: Sequence[Layer], shape: Shape) -> None:
        """Begin with the weights that the layers say, on an input of `shape`; raise Unfit where they cannot learn."""
        if not layers:
            raise Unfit("A network that learns has layers, the last of them softmax; here are none.", pointer="/layers")
        self.layers = all_linked(layers)
        self._reads = [layer.reads(index) for index, layer in enumerate(self.layers)]
        self.shapes = [shape, *(made for _, made in fitted(self.layers, shape))]  # of the input, and of what each makes
        if not self.layers[-1].scores:
            self.layers[-1].loss(np.zeros((1, 1, 1, 1), np.float32), np.zeros(1, np.intp))  # says why there is none
        self.weights: list[Arrays] = [
            {name: np.array(array, np.float32) for name, array in layer.weights_for(self.shape_read(index)).items()}
            for index, layer in enumerate(self.layers)
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
            4 * examples * (sum(numbers[source + 1] for source in sources) + made)
            + layer.training_bytes(self.shape_read(index), examples)
            for index, (layer, sources, made) in enumerate(zip(self.layers, self._reads, numbers[1:], strict=True))
        )
        waiting = 4 * examples * sum(numbers) if branching(self.layers) else 0  # gradients, until all ways have met
        return 4 * examples * sum(numbers) + working + waiting + 2 * weights

    def shape_read(self, index: int) -> Shape:
        """Return the shape of the first output that a layer reads."""
        return self.shapes[self._reads[index][0] + 1]

    @quiet
    def learn(self, x: Array, labels: Labels, *, watched: bool = False) -> Learned:
        """Return the loss of a batch (channel, row, column, example) and its gradients; `watched`: by all outputs."""
        *layers, last = self.layers
        kept: list[Any] = []
        values = Passing(x, self._reads)
        for index, (layer, weights) in enumerate(zip(layers, self.weights, strict=False)):
            out, keeps = layer.compute_batch(values.read(index), weights)
            values.made(index, out)
            kept.append(keeps)
        loss = last.loss(values.read(len(layers))[0], labels)
        gradients = Arriving()
        gradients.add(self._reads[-1], [loss.gradient])
        found, outputs = [Arrays() for _ in self.layers], []
        statistics = [
            dict(layer.statistics(keeps, weights))
            for layer, keeps, weights in zip(layers, kept, self.weights, strict=False)
        ]
        least = 0 if watched else self._first
        for index in range(len(layers) - 1, least - 1, -1):
            sources, gradient = self._reads[index], gradients.take(index, (*self.shapes[index + 1], len(labels)))
            if watched:
                outputs.append(gradient)
            to_input = max(sources) >= least
            back = layers[index].backward_batch(gradient, kept.pop(), self.weights[index], to_input=to_input)
            gradients.add([source if source >= least else PICTURE for source in sources], back.inputs)
            found[index] = dict(back.weights)
        return Learned(loss, found, [*statistics, {}], outputs[::-1])

    @quiet
    def inputs(self, x: Array, index: int, *, learning: bool = False) -> list[Array]:
        """Return what layer `index` reads where the network is given a batch `x`, as it is or as it learns."""
        values = Passing(x, self._reads)
        for at, (layer, weights) in enumerate(zip(self.layers[:index], self.weights, strict=False)):
            read = values.read(at)
            out = layer.compute_batch(read, weights).out if learning else layer.evaluate_batch(read, weights)
            values.made(at, out)
        return values.read(index)

    @quiet
    def evaluate(self, x: Array) -> Array:
        """Return how likely each class is for each example of a batch, (class, example)."""
        out = self.layers[-1].evaluate_batch(self.inputs(x, len(self.layers) - 1), self.weights[-1])
        return out.reshape(self.classes, -1)

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
        layer.weighing(RandomWeights(seed=(seed + index) % (MAX_SEED + 1)))
        if layer.learned and "weights" not in layer.model_fields_set
        else layer
        for index, layer in enumerate(layers)
    )
