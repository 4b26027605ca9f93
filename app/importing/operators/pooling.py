"""Operators that keep one number of each window, or of each map."""

from typing import Any

from app.errors import Unfit
from app.importing.network import Network, Output, Value
from app.importing.node import Node
from app.importing.operators.padding import Sliding, padded, sliding
from app.importing.operators.reader import reads
from app.importing.operators.vectors import flattened, normal_axes


def _window(node: Node, source: Output) -> Sliding:
    size = node.wholes("kernel_shape")
    if len(size) != 2:
        raise Unfit("Its window has {count} sides; maps have rows and columns, so 2 are needed.", count=len(size))
    return sliding(node, source, (size[0], size[1]))


def _settings(node: Node, way: Sliding) -> dict[str, Any]:
    found: dict[str, Any] = {"kernel_size": way.size, "stride": way.stride}
    found["padding"] = way.edges.pair if way.edges.even else 0
    if node.whole("ceil_mode", 0):
        found["ceil_mode"] = True
    if way.dilation != (1, 1):
        found["dilation"] = way.dilation
    return found


@reads("MaxPool")
def largest(node: Node, network: Network) -> Value:
    source = network.maps(node)
    way = _window(node, source)
    if not way.edges.even:
        if not source.positive:
            raise Unfit(
                "It pads more on one side than on the other ({top} above, {bottom} below, {left} and {right} on the "
                "sides), and its maps may be negative, so that zeros would win; pad evenly, or use relu before it.",
                **way.edges._asdict(),
            )
        source = padded(network, source, way.edges)
    return network.add("max_pool2d", source, **_settings(node, way))


@reads("AveragePool")
def mean(node: Node, network: Network) -> Value:
    source = network.maps(node)
    way, counted = _window(node, source), bool(node.whole("count_include_pad", 0))
    if way.dilation != (1, 1):
        raise Unfit("The cells of its window lie apart (dilations), which is shown of largest numbers, not of means.")
    if not way.edges.even:
        if not counted:
            raise Unfit(
                "It pads more on one side than on the other and leaves that out of the mean; pad evenly, or count what "
                "is padded (count_include_pad)."
            )
        source = padded(network, source, way.edges)
    return network.add("avg_pool2d", source, count_include_pad=counted, **_settings(node, way))


@reads("GlobalAveragePool")
def whole_mean(node: Node, network: Network) -> Value:
    return network.add("global_avg_pool2d", network.maps(node))


@reads("ReduceMean")
def reduced(node: Node, network: Network) -> Value:
    """The mean over rows and columns, which is global average pooling, left as maps or as a vector."""
    source = network.maps(node)
    axes = normal_axes(network.wholes(node, 1, "axes"), source)
    if axes != {2, 3}:
        raise Unfit(
            "It takes the mean over the axes {axes}; only that over rows and columns, 2 and 3, is shown.",
            axes=sorted(axes),
        )
    means = network.add("global_avg_pool2d", source)
    return means if node.whole("keepdims", 1) else flattened(network, means)
