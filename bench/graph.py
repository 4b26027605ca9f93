"""Layers and what each of them reads: a whole network, or layers side by side, each on an input of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from app.layers.layer import Array, Layer, Shape, Weights


@dataclass(frozen=True)
class Node:
    """A layer with its weights, the shapes of what it reads, and which nodes these are; −1, −2 … are the sources."""

    layer: Layer
    weights: Weights
    shapes: tuple[Shape, ...]
    inputs: tuple[int, ...]


@dataclass(frozen=True)
class Graph:
    """Nodes in the order in which they are computed, and the arrays that they begin with."""

    nodes: tuple[Node, ...]
    sources: tuple[Array, ...]
    outputs: tuple[int, ...]  # nodes that are asked for

    @classmethod
    def of(cls, layers: Sequence[Layer], x: Array) -> "Graph":
        """Return a network that reads `x`, its last output asked for."""
        nodes, shapes = list[Node](), {-1: x.shape}
        for index, layer in enumerate(layers):
            inputs = layer.reads(index)
            read = tuple(shapes[number] for number in inputs)
            nodes.append(Node(layer, layer.weights_for(read[0]), read, inputs))
            shapes[index] = layer.geometries(read)[0].shape
        return cls(tuple(nodes), (x,), (len(nodes) - 1,))

    @cached_property
    def _last(self) -> list[list[int]]:
        """For each node, which values nobody reads after it."""
        readers = {number: at for at, node in enumerate(self.nodes) for number in node.inputs}
        spent: list[list[int]] = [[] for _ in self.nodes]
        for number, at in readers.items():
            if number not in self.outputs:
                spent[at].append(number)
        return spent

    def run(self, compute: Callable[[int, list[Any]], Any], sources: Sequence[Any]) -> list[Any]:
        """Return the outputs, each node by `compute` from its number and what it reads; the rest is let go early."""
        values = {-1 - at: source for at, source in enumerate(sources)}
        for at, node in enumerate(self.nodes):
            values[at] = compute(at, [values[number] for number in node.inputs])
            for number in self._last[at]:
                del values[number]
        return [values[number] for number in self.outputs]

    def ours(self) -> list[Array]:
        """Return the outputs as Convscope computes them."""
        return self.run(lambda at, x: self.nodes[at].layer.compute(x, self.nodes[at].weights), self.sources)

    def parted(self, kind: Callable[[Node], str]) -> dict[str, "Graph"]:
        """Return the nodes of each kind side by side, each on the arrays that it reads in this graph."""
        found: dict[str, list[tuple[Node, list[Array]]]] = {}

        def compute(at: int, inputs: list[Array]) -> Array:
            node = self.nodes[at]
            found.setdefault(kind(node), []).append((node, inputs))
            return node.layer.compute(inputs, node.weights)

        self.run(compute, self.sources)
        return {name: _beside(nodes) for name, nodes in found.items()}

    def multiplications(self) -> int:
        """Return how many multiplications all nodes take."""
        return sum(node.layer.multiplications(node.shapes[0]) for node in self.nodes)


def _beside(nodes: Sequence[tuple[Node, Sequence[Array]]]) -> Graph:
    sources, placed = list[Array](), list[Node]()
    for node, inputs in nodes:
        numbers = tuple(range(-1 - len(sources), -1 - len(sources) - len(inputs), -1))
        sources += map(np.ascontiguousarray, inputs)
        placed.append(Node(node.layer, node.weights, node.shapes, numbers))
    return Graph(tuple(placed), tuple(sources), tuple(range(len(placed))))
