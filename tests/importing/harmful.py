"""Files that do not fit, or mean harm, each with the status and the words that it is answered with.

What has a node at fault names it: "bad" is what it is called here.
"""

import json
import pickle
import struct

import numpy as np
import onnx
from onnx import TensorProto, helper

from tests.importing.files import array, bytes_of, chain, field, inside, model, node, varint

W, B = array(4, 3, 3, 2), array(4)
GRAPH, NODE, TENSOR, INPUT = 7, 1, 5, 11  # fields of a model and of its graph
FINE = model(chain(("Conv", ["w"], {}), ("Relu", [], {})), {"w": W})


def bad(operator, *inputs, arrays=None, before=(), **settings):
    """Return a model whose last node is at fault."""
    name = {"name": "bad", "to": "y"}
    return model([*before, node(operator, *(inputs or ("x",)), **name, **settings)], {"w": W, **(arrays or {})})


def changed(change, proto=FINE):
    """Return a model that was fine before something was done to it."""
    made = onnx.ModelProto()
    made.CopyFrom(proto)
    change(made)
    return made


def relu(**settings):
    return model(chain(("Relu", [], {})), **settings)


def ending(*outputs, nodes=None):
    """Return a model from x over y and z, whose outputs are others."""

    def change(proto):
        del proto.graph.output[:]
        proto.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs)

    return changed(change, model(nodes or [node("Relu", "x", to="y"), node("Tanh", "y", to="z")], {"w": W}))


def tensor(**fields):
    """Return a model whose weights say something of themselves."""

    def change(proto):
        weights = proto.graph.initializer[0]
        for name, value in fields.items():
            if isinstance(value, list):
                del getattr(weights, name)[:]
                getattr(weights, name).extend(value)
            else:
                setattr(weights, name, value)
        proto.graph.node[0].name = "bad"

    return changed(change)


def external(proto):
    weights = proto.graph.initializer[0]
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value="../../etc/passwd")


def subgraph():
    body = helper.make_graph([], "then", [], [])
    return bad("If", then_branch=body, else_branch=body)


def deep(depth=10_000):
    """Return a type of a sequence of a sequence of …"""
    kind = b""
    for _ in range(depth):
        kind = field(4, field(1, kind))
    return inside(GRAPH, INPUT)(field(1, b"x") + field(2, kind))


def safetensors(entries, numbers=b"", length=None):
    header = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + numbers


def entry(first=0, last=24, shape=(2, 3), kind="F32"):
    return {"dtype": kind, "shape": list(shape), "data_offsets": [first, last]}


OPSET = bytes_of(onnx.ModelProto(opset_import=[helper.make_opsetid("", 17)]))
NAN = np.where(np.arange(W.size).reshape(W.shape) == 5, np.float32(np.nan), W)
HUGE = 1 << 40
LONG = model(chain(*[("Relu", [], {})] * 401))
WIDE = model(chain(("Conv", ["w"], {})), {"w": array(99, 3, 31, 31)}, shape=(1, 3, 1900, 2000))

HALF = {"n": np.float32([1, 1, 0.5, 2])}
ENDS = {"l": np.float32(-1), "h": np.float32(1)}

ONNX = {
    # of no kind that is read
    "nothing": (b"", 422, "empty"),
    "a text": (b"Dear sirs, this is my network.", 415, "neither an ONNX file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), 415, "neither an ONNX file"),
    "PyTorch's archive": (b"PK\x03\x04" + bytes(100), 415, "can hold a program"),
    "a pickle": (pickle.dumps({"w": [1.0]}), 415, "can hold a program"),
    "a Keras file": (b"\x89HDF\r\n\x1a\n" + bytes(100), 415, "Keras"),
    # bytes that lie
    "half a file": (bytes_of(FINE)[: len(bytes_of(FINE)) // 2], 422, "cut short or damaged at byte"),
    "a length beyond the end": (b"\x08\x08" + varint(GRAPH << 3 | 2) + varint(1 << 62), 422, "damaged at byte 2"),
    "a number without an end": (b"\x08" + b"\xff" * 1000, 422, "damaged at byte 1"),
    "a group, which the format has not": (b"\x08\x08\x0b\x0b", 422, "damaged at byte 2"),
    "two graphs": (bytes_of(FINE) + field(GRAPH, b""), 422, "damaged at byte"),
    "numbers in two pieces": (inside(GRAPH, TENSOR)(field(9, bytes(1001)) * 2), 422, "damaged at byte"),
    # bombs
    "ten thousand types in each other": (OPSET + deep(), 422, "no ONNX file that can be read"),
    "half a million empty nodes": (OPSET + field(GRAPH, field(NODE, b"") * 500_000), 422, "more than 4,000 nodes"),
    "a million empty notes": (field(14, b"") * 1_000_000, 422, "more than 100,000 parts"),
    "a name of two megabytes": (OPSET + inside(GRAPH, NODE, 3)(b"n" * 2_000_000), 422, "more than 1,000,000 bytes"),
    "half a million axes": (OPSET + inside(GRAPH, INPUT, 2, 1, 2)(field(1, b"") * 490_000), 422, "type undefined"),
    "five thousand nodes": (model(chain(*[("Relu", [], {})] * 5000)), 422, "more than 4,000 nodes"),
    "weights of 2^80 numbers": (tensor(dims=[HUGE, HUGE]), 422, 'Node 1 of 2, "bad" (Conv)'),
    "weights of 2^65 numbers": (tensor(dims=[HUGE << 22, 8]), 422, "which cannot be"),
    "weights of less than nothing": (tensor(dims=[-4, 3, 3, 2]), 422, "shape [-4, 3, 3, 2], which cannot be"),
    "a picture of a million rows": (relu(shape=(1, 3, 1_000_000, 9)), 422, "1000000×9 pixels"),
    "too dear a network": (WIDE, 422, "multiplications"),
    "more layers than are taken": (LONG, 422, "at most"),
    # numbers that are not there, or are others
    "fewer bytes than are said": (tensor(dims=[4, 3, 3, 3]), 422, "288 bytes for them where 432 are needed"),
    "more bytes than are said": (tensor(dims=[4, 3, 1, 2]), 422, "288 bytes for them where 96 are needed"),
    "numbers in another file": (changed(external), 422, "lie in another file"),
    "numbers of another kind": (tensor(data_type=TensorProto.INT8, dims=[288]), 422, "of the type int8"),
    "texts as weights": (tensor(data_type=TensorProto.STRING), 422, "of the type string"),
    "a weight that is no number": (model(chain(("Conv", ["w"], {})), {"w": NAN}), 422, "finite"),
    "two tensors of one name": (changed(lambda m: m.graph.initializer.add().CopyFrom(m.graph.initializer[0])), 422,
                                'two tensors named "w"'),
    "sparse tensors": (changed(lambda m: m.graph.sparse_initializer.add()), 422, "sparse tensors"),
    # graphs that cannot be
    "a circle": (bad("Relu", "z", before=[node("Relu", "y", to="z", name="first")]), 422, '"first" (Relu)'),
    "a node that reads itself": (bad("Relu", "y"), 422, 'It reads "y", which nothing before it makes'),
    "one name for two outputs": (bad("Relu", before=[node("Relu", "x", to="y")]), 422, 'Node 2 of 2, "bad" (Relu)'),
    "a graph in a node": (subgraph(), 422, 'Node 1 of 1, "bad" (If)'),
    "an operator of others": (bad("Conv", "x", "w", domain="com.microsoft"), 422, 'Node 1 of 1, "bad" (Conv)'),
    "a quantized network": (bad("QLinearConv"), 422, 'Node 1 of 1, "bad" (QLinearConv)'),
    "a recurrent network": (bad("LSTM"), 422, 'Node 1 of 1, "bad" (LSTM)'),
    "an opset of long ago": (relu(opset=6), 422, "of opset 6, and 7 to"),
    "an opset to come": (changed(lambda m: setattr(m.opset_import[0], "version", 999)), 422, "of opset 999"),
    "a node that makes nothing": (ending("y", nodes=[helper.make_node("Relu", ["x"], [])]), 422, "which no node makes"),
    # outputs that no layer gives
    "two outputs": (ending("y", "z"), 422, "2 outputs (y, z)"),
    "no output": (ending(), 422, "0 outputs (none)"),
    "an output that no node makes": (ending("zzz"), 422, '"zzz", which no node makes'),
    "weights as the output": (ending("w"), 422, '"w", is numbers of the file'),
    "a constant as the output": (ending("c", nodes=[node("Constant", to="c", value_float=1.0)]), 422,
                                 '"c", is numbers of the file'),
    "the picture as the output": (ending("c", nodes=[node("Identity", "x", to="c")]), 422, '"c", is the picture'),
    # inputs that no picture is
    "two inputs": (changed(lambda m: m.graph.input.add().CopyFrom(helper.make_tensor_value_info("z", 1, [1]))), 422,
                   "2 inputs (x, z)"),
    "five channels": (relu(shape=(1, 5, 8, 8)), 422, "the shape [1, 5, 8, 8]"),
    "no rows": (relu(shape=(1, 3)), 422, "the shape [1, 3]"),
    "whole numbers": (relu(kind=TensorProto.INT64), 422, "of the type int64"),
    # settings that do not fit
    "strides that are a text": (bad("Conv", "x", "w", strides="two"), 422, 'Node 1 of 1, "bad" (Conv)'),
    "a window larger than the map": (bad("Conv", "x", "v", arrays={"v": array(2, 3, 12, 3)}), 422, "12×3"),
    "channels that do not agree": (bad("Conv", "x", "v", arrays={"v": array(2, 5, 3, 3)}), 422, '"bad" (Conv)'),
    "a window that lies": (bad("Conv", "x", "w", kernel_shape=[3, 3]), 422, "kernel_shape is 3×3"),
    "less than no padding": (bad("Conv", "x", "w", pads=[0, 0, -1, 0]), 422, "pads by [0, 0, -1, 0]"),
    "weights that are computed": (bad("Conv", "x", "x"), 422, "is computed from the picture"),
    "more padding than can be": (bad("Conv", "x", "w", pads=[9000] * 4), 422, 'layer 1 (conv2d "bad") this needs'),
    "pads that cut the beginning": (bad("ConvTranspose", "x", "w", arrays={"w": array(3, 2, 3, 3)}, pads=[2, 0, 0, 0]),
                                    422, '"bad" (ConvTranspose): Its pads are [2, 0, 0, 0]'),
    "weights that are empty": (bad("Conv", "x", "v", arrays={"v": array(0, 3, 3, 3)}), 422, "which holds no numbers"),
    "weights of three axes": (bad("Conv", "x", "v", arrays={"v": array(4, 3, 3)}), 422, "and 4 axes are needed"),
    "maps joined by rows": (bad("Concat", "x", "x", axis=2), 422, '"bad" (Concat): It joins along axis 2'),
    "softmax over no axis": (bad("Softmax", axis=99), 422, "over axis 99 of 3×10×9"),
    "dropout at work": (bad("Dropout", "x", "", "t", arrays={"t": np.array(True)}), 422, "at random"),
    "two lengths left open": (bad("Reshape", "x", "n", arrays={"n": np.array([-1, -1])}), 422, "out as [-1, -1]"),
    "a clip to what is no number": (bad("Clip", "x", "l", arrays={"l": np.float32(np.nan)}), 422, "one number"),
    "a clip to -1 … 1": (bad("Clip", "x", "l", "h", arrays=ENDS), 422, "between -1 and 1"),
    "another shape": (bad("Reshape", "x", "n", arrays={"n": np.array([1, 9, 30])}), 422, "a vector of 270 numbers"),
    "a smooth resize": (bad("Resize", "x", "", "n", arrays=HALF, mode="linear"), 422, '"linear"'),
    "a resize to half": (bad("Resize", "x", "", "n", arrays=HALF), 422, "0.5"),
    "mirrored edges": (bad("Pad", "x", "n", arrays={"n": np.array([0] * 8)}, mode="reflect"), 422, '"reflect"'),
    "a mean over channels": (bad("ReduceMean", axes=[1]), 422, "the axes [1]"),
    "a mean of what is not counted": (bad("AveragePool", kernel_shape=[2, 2], pads=[0, 0, 1, 1]), 422, "the mean"),
}  # fmt: skip

SAFETENSORS = {
    "a header of a petabyte": (safetensors({}, length=1 << 50), 415, "neither an ONNX file"),
    "a header beyond the end": (safetensors(b"{" * 40, length=48), 422, "its header has 48 bytes"),
    "a header that is no JSON": (safetensors(b"{" * 1000), 422, "not JSON"),
    "a header without end": (safetensors(b'{"a":' + b"[" * 100_000), 422, "not JSON"),
    "tensors that overlap": (safetensors({"0.weight": entry(), "0.bias": entry(8, 16)}, bytes(24)), 422, "overlap"),
    "numbers beyond the end": (safetensors({"0.weight": entry(0, 1 << 50)}, bytes(24)), 422, "end at byte"),
    "a place that is no number": (safetensors({"0.weight": entry(first=False)}, bytes(24)), 422, "does not say what"),
    "one name twice": (safetensors(b'{"0.weight": 1, "0.weight": 2}'), 422, "names a tensor twice"),
    "a shape that lies": (safetensors({"0.weight": entry(shape=(2, 300))}, bytes(24)), 422, "24 bytes for them"),
    "weights of whole numbers": (safetensors({"0.weight": entry(kind="I32")}, bytes(24)), 422, "of the type I32"),
    "no weights for a layer": (safetensors({"first.weight": entry()}, bytes(24)), 422, 'no tensor "0.weight"'),
    "weights of another shape": (safetensors({"0.weight": entry(shape=(3, 2))}, bytes(24)), 422, "weights make it 3"),
}  # fmt: skip
