"""Operators with filters, or numbers for each map: convolution, its transpose, batch normalization; and padding."""

from typing import Any

import numpy as np

from app.errors import Unfit
from app.importing.network import Network, Output, Value, given
from app.importing.node import Node
from app.importing.operators.padding import Edges, edges_of, padded, pair, sliding
from app.importing.operators.reader import reads
from app.layers.layer import Array

NORMS = ("weight", "bias", "running_mean", "running_var")  # in the order of the node's inputs, from the second on


def _filters(node: Node, network: Network) -> Array:
    weight = network.weights(node, 1, axes=4)
    if weight is None:
        raise Unfit("It has no weights; export the network again.")
    if node.wholes("kernel_shape") not in ((), weight.shape[2:]):
        raise Unfit(
            "Its kernel_shape is {said}, and its weights are {given}; export the network again.",
            said="×".join(map(str, node.wholes("kernel_shape"))),
            given="×".join(map(str, weight.shape[2:])),
        )
    return weight


@reads("Conv")
def convolution(node: Node, network: Network) -> Value:
    source, weight = network.maps(node), _filters(node, network)
    way = sliding(node, source, (weight.shape[2], weight.shape[3]))
    if not way.edges.even:
        source = padded(network, source, way.edges)
    return network.add(
        "conv2d",
        source,
        stride=way.stride,
        padding=way.edges.pair if way.edges.even else 0,
        dilation=way.dilation,
        groups=node.whole("group", 1),
        **given(weight, network.weights(node, 2)),
    )


@reads("ConvTranspose")
def transposed(node: Node, network: Network) -> Value:
    source, weight = network.maps(node), _filters(node, network)
    if node.wholes("output_shape"):
        raise Unfit("It says the size of its output in output_shape; export it with pads instead.")
    if node.text("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        raise Unfit(
            "It leaves its padding to a rule, {rule}; export it with pads.", rule=node.text("auto_pad", "")[:40]
        )
    edges = edges_of(node.wholes("pads") or (0, 0, 0, 0))
    stride, dilation, added = pair(node, "strides"), pair(node, "dilations"), pair(node, "output_padding", (0, 0))
    # what is taken away less at the bottom and on the right is as good as added there
    rows, columns = added[0] + edges.top - edges.bottom, added[1] + edges.left - edges.right
    steps = map(max, stride, dilation)
    if not edges.even and not all(0 <= more < step for more, step in zip((rows, columns), steps, strict=True)):
        raise Unfit(
            "Its pads are {given} (top, left, bottom, right) with an output_padding of {added}; they may take away "
            "more at the beginning than at the end, by less than the larger of stride and dilation. Export it with "
            "even pads.",
            given=list(edges),
            added=list(added),
        )
    return network.add(
        "conv_transpose2d",
        source,
        stride=stride,
        padding=edges.pair,
        output_padding=(rows, columns),
        dilation=dilation,
        groups=node.whole("group", 1),
        **given(weight, network.weights(node, 2)),
    )


@reads("BatchNormalization")
def normalization(node: Node, network: Network) -> Value:
    if not node.whole("spatial", 1):
        raise Unfit("It normalizes each cell alone (spatial = 0); only whole maps can be normalized.")
    if node.whole("training_mode", 0):
        raise Unfit("It normalizes by the examples of a training; export the network for inference (model.eval()).")
    arrays: dict[str, Any] = {name: network.weights(node, at, axes=1) for at, name in enumerate(NORMS, 1)}
    if any(array is None for array in arrays.values()):
        raise Unfit("It has not all four of its arrays: scale, shift, mean and variance; export the network again.")
    eps = float(str(np.float32(node.number_of("epsilon", 1e-5))))
    return network.add("batch_norm2d", network.maps(node), eps=eps, weights={"init": "values", **arrays})


@reads("Pad")
def pad(node: Node, network: Network) -> Value:
    """Zeros around each map; in old opsets `paddings` or `pads` is a setting, in newer ones an input."""
    source, mode = network.maps(node), node.text("mode", "constant")
    if mode != "constant":
        raise Unfit(
            'It pads with what is at the edge ("{mode}"), and only zeros can be added as a layer. Let the convolution '
            "after it pad instead (padding_mode).",
            mode=mode[:40],
        )
    value = network.constant(node, 2)
    filled = node.number_of("value", 0.0) if value is None or not value.size else float(value.ravel()[0])
    if filled:
        raise Unfit("It pads with {value}; only zeros can be added.", value=f"{filled:g}")
    return _padded(network, source, _of_maps(node, network))


def _of_maps(node: Node, network: Network) -> Edges:
    numbers = network.wholes(node, 1, "pads")
    axes = network.constant(node, 3)
    if axes is not None:
        count, four = len(axes.ravel()), [0] * 8
        for at, axis in enumerate(axes.ravel()):
            if not -4 <= axis < 4 or len(numbers) != 2 * count:
                raise Unfit("Its axes and its pads do not agree; export the network again.")
            four[axis % 4], four[axis % 4 + 4] = numbers[at], numbers[at + count]
        numbers = tuple(four)
    if len(numbers) != 8 or any((*numbers[:2], *numbers[4:6])):
        raise Unfit("It pads other axes than rows and columns, by {given}.", given=list(numbers[:8]))
    return edges_of((*numbers[2:4], *numbers[6:8]))


def _padded(network: Network, source: Output, edges: Edges) -> Output:
    return network.add("zero_pad2d", source, padding=edges.fields) if any(edges) else source
