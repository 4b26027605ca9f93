"""What an ONNX file says beside its numbers, small enough for a parser; the numbers stay where they lie in the file.

    file ─ walked through, counted ─► outline: nodes, names, shapes   ─► onnx.ModelProto
                                  └─► places of long blocks of numbers, by the tensor whose they are

What is not asked for is left out: notes, functions, subgraphs, the shapes of values. https://onnx.ai/onnx/repo-docs/IR.html
"""

from collections.abc import Iterator

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

from app.errors import Unfit, Unreadable
from app.importing.wire import LENGTH, Data, Field, fields, torn, written

MOST_FIELDS = 100_000  # looked at in a file: twice what a network of 400 layers has, and less than half a second
MOST_NODES = 4_000  # and tensors
MOST_OUTLINE = 1_000_000  # bytes: of the smallest messages, objects of 75 million
SHORT = 1_000  # bytes of numbers that stay in the outline
SCOPES = b"pkg.torch.onnx.name_scopes"  # the one note that is read: the modules of PyTorch that a node is in

# The numbers of fields, as in onnx.proto: what is copied, and what leaves a mark that there was something.
MODEL_GRAPH, MODEL_COPIED = 7, {8}
GRAPH_NODE, GRAPH_TENSOR, GRAPH_COPIED, GRAPH_MARKED = 1, 5, {11, 12}, {15}
NODE_ATTRIBUTE, NODE_NOTE, NODE_COPIED = 5, 9, {1, 2, 3, 4, 7}
ATTRIBUTE_TENSOR, ATTRIBUTE_COPIED = 5, {1, 2, 3, 4, 7, 8, 20}
TENSOR_COPIED, TENSOR_MARKED, TENSOR_ASIDE = {1, 2, 5, 7, 8, 14}, {13}, {4, 9, 10}

Tensor = tuple[str, int] | tuple[int, int]  # ("initializer", which), or which node and which of its attributes


class Outline:
    """An ONNX file without its long blocks of numbers; raises Unreadable where it is none, Unfit where it is too much.

    `model` is as the library reads it. `numbers` has, by tensor, the blocks that were left in the file.
    """

    def __init__(self, data: Data) -> None:
        self.numbers: dict[Tensor, Data] = {}
        self._data = data
        self._looked_at = 0
        self._length = 0
        try:
            self.model = onnx.ModelProto.FromString(bytes(self._model()))
        except DecodeError:
            raise Unreadable(
                "This is no ONNX file that can be read: its parts are not what the format has there. Export the "
                "network again."
            ) from None

    def _fields(self, first: int, end: int) -> Iterator[Field]:
        for field in fields(self._data, first, end):
            self._looked_at += 1
            if self._looked_at > MOST_FIELDS:
                raise Unfit(
                    "The file has more than {most} parts, which is more than any network has that can be shown here; "
                    "export it without notes and functions.",
                    most=f"{MOST_FIELDS:,}",
                )
            yield field

    def _copy(self, field: Field) -> bytes:
        """Return a field as it is."""
        self._length += field.end - field.key
        if self._length > MOST_OUTLINE:
            raise Unfit(
                "Beside long blocks of numbers the file has more than {most} bytes; export its weights as raw data.",
                most=f"{MOST_OUTLINE:,}",
            )
        return bytes(self._data[field.key : field.end])

    def _model(self) -> bytearray:
        out, graphs = bytearray(), 0
        for field in self._fields(0, len(self._data)):
            if field.number == MODEL_GRAPH:
                graphs += 1
                if graphs > 1 or field.kind != LENGTH:
                    raise torn(field.key)
                out += written(MODEL_GRAPH, self._graph(field))
            elif field.number in MODEL_COPIED:
                out += self._copy(field)
        return out

    def _graph(self, graph: Field) -> bytearray:
        out, nodes, tensors = bytearray(), 0, 0
        for field in self._fields(graph.first, graph.end):
            if max(nodes, tensors) > MOST_NODES:
                raise Unfit(
                    "The network has more than {most} nodes or tensors, which is more than can be shown here.",
                    most=f"{MOST_NODES:,}",
                )
            if field.number == GRAPH_NODE:
                out += written(GRAPH_NODE, self._node(field, nodes))
                nodes += 1
            elif field.number == GRAPH_TENSOR:
                out += written(GRAPH_TENSOR, self._tensor(field, ("initializer", tensors)))
                tensors += 1
            elif field.number in GRAPH_COPIED:
                out += self._copy(field)
            elif field.number in GRAPH_MARKED:
                out += written(field.number, b"")
        return out

    def _node(self, node: Field, number: int) -> bytearray:
        out, attributes = bytearray(), 0
        for field in self._fields(node.first, node.end):
            if field.number == NODE_ATTRIBUTE:
                out += written(NODE_ATTRIBUTE, self._attribute(field, (number, attributes)))
                attributes += 1
            elif field.number in NODE_COPIED or (field.number == NODE_NOTE and self._is_scopes(field)):
                out += self._copy(field)
        return out

    def _is_scopes(self, note: Field) -> bool:
        return note.end - note.first < SHORT and SCOPES in bytes(self._data[note.first : note.end])

    def _attribute(self, attribute: Field, tensor: Tensor) -> bytearray:
        out, tensors = bytearray(), 0
        for field in self._fields(attribute.first, attribute.end):
            if field.number == ATTRIBUTE_TENSOR:
                tensors += 1
                if tensors > 1:
                    raise torn(field.key)
                out += written(ATTRIBUTE_TENSOR, self._tensor(field, tensor))
            elif field.number in ATTRIBUTE_COPIED:
                out += self._copy(field)
        return out

    def _tensor(self, whole: Field, tensor: Tensor) -> bytearray:
        out = bytearray()
        for field in self._fields(whole.first, whole.end):
            long = field.kind == LENGTH and field.end - field.first > SHORT
            if field.number in TENSOR_ASIDE and long:
                if tensor in self.numbers:
                    raise torn(field.key)
                self.numbers[tensor] = self._data[field.first : field.end]
            elif field.number in TENSOR_COPIED | TENSOR_ASIDE:
                out += self._copy(field)
            elif field.number in TENSOR_MARKED:
                out += written(field.number, b"")
        return out
