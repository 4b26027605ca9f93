"""Products of a matrix with a vector, and the bias that some exporters add as a node of its own."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import Unfit
from app.importing.network import Network, Output, Value, given, single
from app.importing.node import Node
from app.importing.operators.reader import reads
from app.layers.layer import Array


def _vector(node: Node, network: Network, which: int = 0) -> Output:
    source = network.output(node, which)
    if not source.vector:
        raise Unfit(
            "It multiplies maps of {given} by a matrix; only a vector can be. Put a flatten before it.",
            given=source.said,
        )
    return source


def _matrix(node: Node, network: Network, *, transposed: bool) -> Array:
    """Return the matrix that a node multiplies by, (outputs, inputs) as a linear layer has it."""
    matrix = network.weights(node, 1, axes=2)
    if matrix is None:
        raise Unfit("It has no weights; export the network again.")
    return matrix if transposed else _turned(matrix)


def _turned(matrix: Array) -> Array:
    turned = np.ascontiguousarray(matrix.T)
    turned.flags.writeable = False
    return turned


@reads("Gemm")
def gemm(node: Node, network: Network) -> Value:
    source = _vector(node, network)
    if node.whole("transA", 0):
        raise Unfit("It turns the vector that it reads (transA); export the network again.")
    matrix = _times(_matrix(node, network, transposed=bool(node.whole("transB", 0))), node.number_of("alpha", 1.0))
    added = network.weights(node, 2)
    bias = None if added is None else _times(_spread(added, len(matrix)), node.number_of("beta", 1.0))
    return network.add("linear", source, **given(matrix, bias))


def _times(array: Array, factor: float) -> Array:
    if factor == 1:
        return array
    with np.errstate(invalid="ignore"):  # a number that is none is refused as every weight
        return single(array.astype(np.float64) * factor)


@reads("MatMul")
def product(node: Node, network: Network) -> Value:
    return network.add("linear", _vector(node, network), **given(_matrix(node, network, transposed=False)))


def with_bias(node: Node, network: Network, which: int, added: NDArray[Any]) -> Output:
    """Return what a layer gives when numbers of the file are added to it, as its bias; raise Unfit otherwise."""
    source = network.output(node, which)
    layer = network.layer_of(source)
    fits = layer is not None and layer.fields("python").get("bias") is False and network.read_once(node.inputs[which])
    if layer is None or not fits:
        raise Unfit(
            "It adds numbers of the file to {given}; they can only be the bias of the convolution, or the product, "
            "just before it.",
            given=source.said,
        )
    single_axis = added if source.vector else _per_map(added)
    weights = {**layer.fields("python")["weights"], "bias": _spread(single(single_axis), source.shape[0])}
    return network.amend(source, bias=True, weights=weights)


def _per_map(added: NDArray[Any]) -> NDArray[Any]:
    """Return numbers that are the same in all of a map as one a map."""
    if added.ndim > 4 or (added.ndim > 1 and added.shape[-2:] != (1, 1)) or (added.ndim == 1 and added.size > 1):
        raise Unfit("It adds numbers of the shape {shape}, and a bias has one a map.", shape=list(added.shape[:8]))
    return added


def _spread(added: Array, count: int) -> Array:
    """Return a bias of `count` numbers, which may stand in the file as one, or with empty axes before and behind."""
    if math.prod(added.shape) not in (1, count):
        raise Unfit(
            "It adds numbers of the shape {shape} to {count} outputs; a bias has one number an output.",
            shape=list(added.shape[:8]),
            count=f"{count:,}",
        )
    spread = np.ascontiguousarray(np.broadcast_to(added.ravel(), count))
    spread.flags.writeable = False
    return spread
