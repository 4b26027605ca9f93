"""Operators that lay maps out as a vector, and softmax, which reads one."""

from collections.abc import Iterable

from app.errors import Unfit
from app.importing.network import Network, Output, Value
from app.importing.node import Node
from app.importing.operators.reader import reads

SOFTMAX_BY_AXIS = 13  # the opset from which on softmax is over one axis; before, over it and all that follow


def flattened(network: Network, source: Output) -> Output:
    """Return numbers as a vector, by a layer of its own where they are none."""
    return source if source.vector else network.add("flatten", source, note="flatten")


def normal_axes(axes: Iterable[int], source: Output) -> set[int]:
    """Return axes counted from the front, that of examples first."""
    count = 1 + len(source.axes)
    return {axis + count if axis < 0 else axis for axis in axes}


@reads("Flatten")
def flatten(node: Node, network: Network) -> Value:
    source = network.output(node)
    if normal_axes([node.whole("axis", 1)], source) != {1}:
        raise Unfit(
            "It flattens from axis {axis} on; only all of a picture, from axis 1 on, can be laid out as one vector.",
            axis=node.whole("axis", 1),
        )
    return network.add("flatten", source) if not source.vector else source


@reads("Reshape")
def reshape(node: Node, network: Network) -> Value:
    source, wanted = network.output(node), network.wholes(node, 1, "shape")
    count = source.shape[0] * source.shape[1] * source.shape[2]
    kept = [
        (1, *source.axes)[at] if not length and at <= len(source.axes) else length for at, length in enumerate(wanted)
    ]
    if len(kept) == 2 and (kept[1] == count or (kept[1] == -1 and kept[0] != -1)):
        return network.add("flatten", source) if not source.vector else source
    if kept[1:] == list(source.axes):
        return source
    raise Unfit(
        "It lays {given} out as {wanted}; only a vector of {count} numbers can be made of them. Export the network "
        "with a flatten there.",
        given=source.said,
        wanted=list(wanted),
        count=f"{count:,}",
    )


@reads("Squeeze")
def squeeze(node: Node, network: Network) -> Value:
    """Maps of one cell become a vector."""
    source = network.output(node)
    axes = normal_axes(network.wholes(node, 1, "axes"), source)
    if source.vector or source.shape[1:] != (1, 1) or axes not in ({2, 3}, set()):
        raise Unfit(
            "It drops the axes {axes} of {given}; only rows and columns of one cell can be dropped.",
            axes=sorted(axes),
            given=source.said,
        )
    return network.add("flatten", source)


@reads("Softmax")
def softmax(node: Node, network: Network) -> Value:
    source = network.output(node)
    old = node.opset < SOFTMAX_BY_AXIS
    axis = node.whole("axis", 1 if old else -1)
    if normal_axes([axis], source) != {1}:
        raise Unfit(
            "It is over axis {axis} of {given}; only that over the classes, axis 1, is shown. Export the network with "
            "softmax over axis 1.",
            axis=axis,
            given=source.said,
        )
    if not source.vector and source.shape[1:] != (1, 1) and not old:
        raise Unfit(
            "It is over {count} maps at each of {where} places; only a vector has one softmax. Put a global average "
            "before it.",
            count=source.shape[0],
            where="×".join(map(str, source.shape[1:])),
        )
    return network.add("softmax", flattened(network, source))
