"""An ONNX file as a network: its outline, its constants, and its nodes one after the other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import onnx

from app.errors import Misfit, Mistake, Unfit, Word
from app.importing.ends import last_layer, leading_to, output_name
from app.importing.imported import Imported
from app.importing.names import layer_names
from app.importing.network import Network
from app.importing.node import Attribute, Node, value_of
from app.importing.operators import READERS
from app.importing.outline import SCOPES, Outline
from app.importing.tensors import FLOATS, Constant, brief, text_of, type_name
from app.importing.wire import Data
from app.layers import Shape
from app.pipeline.document import MOST_SIDE

OLDEST = 7  # opset
USUAL_SIDE = 224  # where a file leaves the size of its pictures open, and nobody says it
OWN = ("", "ai.onnx")  # the domain of ONNX itself
CHANNELS = (1, 3)  # of a picture


def read_onnx(data: Data, height: int | None = None, width: int | None = None) -> Imported:
    """Return the network in an ONNX file, on pictures of a size (None: the file's own); raise Unfit or Unreadable.

    Where a node does not fit, the layers are those before it, and `misfit` says why.
    """
    outline = Outline(data)
    graph, opset = outline.model.graph, _opset(outline.model)
    if graph.sparse_initializer:
        raise Unfit("The file has sparse tensors, which are not read; export the network with all of its numbers.")
    constants = _constants(outline)
    name, shape = _picture(graph, constants, height, width)
    output = output_name(graph)
    nodes = leading_to(output, _nodes(outline, opset))
    network = Network(shape, Counter(each for node in nodes for each in node.inputs) + Counter([output]))
    network.values |= {**constants, name: network.picture}
    misfit = _read(nodes, network)
    layers = network.layers if misfit else network.layers[: last_layer(output, network).at + 1]
    return Imported(layers, shape, graph.name, misfit)


def _opset(model: onnx.ModelProto) -> int:
    """Return the version of ONNX's operators that a file is written in; raise Unfit where it is none that is read."""
    opset = max((each.version for each in model.opset_import if each.domain in OWN), default=0)
    newest = onnx.defs.onnx_opset_version()
    if not OLDEST <= opset <= newest:
        raise Unfit(
            "The file is of opset {opset}, and {oldest} to {newest} are read; export the network with another.",
            opset=opset,
            oldest=OLDEST,
            newest=newest,
        )
    return opset


def _constants(outline: Outline) -> dict[str, Constant]:
    """Return the numbers of a graph by their names."""
    constants: dict[str, Constant] = {}
    for at, proto in enumerate(outline.model.graph.initializer):
        if text_of(proto.name) in constants:
            raise Unfit('The file has two tensors named "{name}"; export the network again.', name=brief(proto.name))
        constants[text_of(proto.name)] = Constant(proto, outline.numbers.get(("initializer", at)))
    return constants


def _picture(
    graph: onnx.GraphProto, constants: Mapping[str, Constant], height: int | None, width: int | None
) -> tuple[str, Shape]:
    """Return the name of the input that is the picture, and its shape; raise Unfit where it is none."""
    inputs = [each for each in graph.input if text_of(each.name) not in constants]
    if len(inputs) != 1:
        raise Unfit(
            "The network has {count} inputs ({names}), and one picture is all that can be given to it.",
            count=len(inputs),
            names=", ".join(brief(each.name) for each in inputs[:6]) or Word("none"),
        )
    kind = inputs[0].type.tensor_type
    axes = [each.dim_value for each in kind.shape.dim]  # 0: open
    if kind.elem_type not in FLOATS:
        raise Unfit(
            "Its input is of the type {type}, and pictures are given as numbers with a point (float).",
            type=type_name(kind.elem_type),
        )
    if len(axes) != 4 or (axes[1] or 3) not in CHANNELS:
        raise Unfit(
            "Its input has the shape {shape}, and a picture is given as examples, channels (3: RGB, or 1: grey), rows, "
            "columns; export the network so, such as [1, 3, 224, 224] (tf2onnx: --inputs-as-nchw).",
            shape=[each or "?" for each in axes[:8]],
        )
    sides = (height or axes[2] or USUAL_SIDE, width or axes[3] or USUAL_SIDE)
    if not all(1 <= side <= MOST_SIDE for side in sides):
        raise Unfit(
            "Its pictures have {height}×{width} pixels; the most is {most} a side. Say another height and width.",
            height=sides[0],
            width=sides[1],
            most=f"{MOST_SIDE:,}",
        )
    return text_of(inputs[0].name), (axes[1] or 3, *sides)


def _nodes(outline: Outline, opset: int) -> list[Node]:
    nodes = outline.model.graph.node
    return [
        Node(
            number=at + 1,
            count=len(nodes),
            name=text_of(node.name),
            operator=text_of(node.op_type),
            domain=text_of(node.domain),
            opset=opset,
            inputs=tuple(map(text_of, node.input)),
            outputs=tuple(map(text_of, node.output)),
            attributes=_attributes(node, at, outline),
            scopes=next((text_of(note.value) for note in node.metadata_props if note.key == SCOPES.decode()), ""),
        )
        for at, node in enumerate(nodes)
    ]


def _attributes(node: onnx.NodeProto, number: int, outline: Outline) -> dict[str, Any]:
    return {
        text_of(attribute.name): Constant(attribute.t, outline.numbers.get((number, at)))
        if attribute.type == Attribute.TENSOR
        else value_of(attribute)
        for at, attribute in enumerate(node.attribute)
    }


def _read(nodes: Sequence[Node], network: Network) -> Misfit | None:
    """Read the nodes that a file needs, as far as they fit; return why the first that does not has no layers here."""
    for node, name in zip(nodes, layer_names(nodes), strict=True):
        network.begin(name)
        before = len(network.made)
        try:
            _read_one(node, network)
        except Mistake as mistake:
            del network.made[before:]
            shown = brief(node.name or next(filter(None, node.outputs)))
            return Misfit(
                mistake, node=node.number, count=node.count, name=shown, operator=brief(node.operator), fits=before
            )
    return None


def _read_one(node: Node, network: Network) -> None:
    if node.domain not in OWN:
        raise Unfit(
            'It is an operator of "{domain}", not of ONNX itself; export the network without it.',
            domain=brief(node.domain),
        )
    reader = READERS.get(node.operator)
    if reader is None:
        raise Unfit("There is no layer that does this; export the network without it.")
    again = next((name for name in node.outputs if name in network.values), None)
    if again is not None:
        raise Unfit('It makes "{name}", which is made already; export the network again.', name=brief(again))
    if any(network.is_read(name) for name in node.outputs[1:] if name):
        raise Unfit("More than its first output is read, and only that one is shown; export the network for inference.")
    network.values[node.outputs[0]] = reader(node, network)
