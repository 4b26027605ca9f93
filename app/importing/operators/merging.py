"""Operators that read several layers: sums and what is joined along channels."""

from app.errors import Unfit
from app.importing.network import Network, Output, Value
from app.importing.node import Node
from app.importing.operators.products import with_bias
from app.importing.operators.reader import reads
from app.importing.operators.vectors import normal_axes


@reads("Add", "Sum")
def add(node: Node, network: Network) -> Value:
    values = [network.value(node, which) for which in range(len(node.inputs))]
    outputs = [value for value in values if isinstance(value, Output)]
    if len(outputs) == len(values) == 1:
        return outputs[0]
    if len(values) == 2 and len(outputs) == 1:
        constant = network.constant(node, 0 if isinstance(values[1], Output) else 1)
        if constant is not None:
            return with_bias(node, network, values.index(outputs[0]) if values[0] is outputs[0] else 1, constant)
    if len(outputs) < len(values) or not outputs:
        raise Unfit("It adds numbers of the file to what several layers give; only layers are added up.")
    if len({output.axes for output in outputs}) > 1:
        raise Unfit(
            "It adds {shapes}; only outputs of the same shape are added, cell by cell.",
            shapes=" + ".join(output.said for output in outputs[:6]),
        )
    return network.add("add", *outputs)


@reads("Concat")
def concat(node: Node, network: Network) -> Value:
    outputs = [network.output(node, which) for which in range(len(node.inputs))]
    if not outputs:
        raise Unfit("It reads nothing; export the network again.")
    if normal_axes([node.whole("axis", 1)], outputs[0]) != {1}:
        raise Unfit(
            "It joins along axis {axis}, and layers can be joined along axis 1 alone, that of the channels; export the "
            "network with axis 1.",
            axis=node.whole("axis", 1),
        )
    return network.add("concat", *outputs) if len(outputs) > 1 else outputs[0]
