"""Where the network of a file ends: at its one output, and with nothing on which that does not depend."""

from collections.abc import Sequence

import onnx

from app.errors import Unfit, Word
from app.importing.network import Network, Output
from app.importing.node import Node
from app.importing.tensors import brief, text_of
from app.layers.references import PICTURE


def output_name(graph: onnx.GraphProto) -> str:
    """Return the name of a graph's one output; raise Unfit where it has none, or several."""
    names = [text_of(each.name) for each in graph.output]
    if len(names) != 1:
        raise Unfit(
            "The network has {count} outputs ({names}), and one is all that can be shown; export it with one output.",
            count=len(names),
            names=", ".join(map(brief, names[:6])) or Word("none"),
        )
    return names[0]


def leading_to(output: str, nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes on which an output depends, in their order."""
    read, found = {output} - {""}, list[Node]()
    for node in reversed(nodes):
        if not read.isdisjoint(node.outputs):
            read.update(filter(None, node.inputs))
            found.append(node)
    return found[::-1]


def last_layer(output: str, network: Network) -> Output:
    """Return the layer that gives an output; raise Unfit where none does."""
    value = network.values.get(output)
    if value is None:
        raise Unfit(
            'The output of the network is "{name}", which no node makes; export it again, with the output of a node.',
            name=brief(output),
        )
    if not isinstance(value, Output):
        raise Unfit(
            'The output of the network, "{name}", is numbers of the file that do not come from the picture; export it '
            "with an output that is computed from its input.",
            name=brief(output),
        )
    if value.at == PICTURE:
        raise Unfit(
            'The output of the network, "{name}", is the picture as it came in: no layer is on the way to it. Export '
            "it with the output of its last layer.",
            name=brief(output),
        )
    return value
