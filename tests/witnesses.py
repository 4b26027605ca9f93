"""An independent witness of each kind of layer: the ONNX operators that say the same, run by ONNX Runtime.

A witness reads the fields of a document itself, as they were written and with defaults of its own, so that what our
reading makes of them is held to it as well. To add one is to add a row to WITNESSES: the operators in order, each with
its attributes and its constants. Where ONNX has no such operator, `run` may be anything else that shares no code with
app/: PyTorch's numbers (tests/golden), or plain loops (tests/oracle.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper

from tests import oracle

Array = NDArray[np.float32]
Fields = Mapping[str, Any]
Arrays = Mapping[str, Array]


class Node(NamedTuple):
    """One operator of a graph."""

    operator: str
    attributes: Mapping[str, Any] = {}
    constants: tuple[NDArray[Any] | None, ...] = ()  # None: an input that is left out


def run(nodes: list[Node], inputs: Sequence[Array]) -> Array:
    """Return what ONNX Runtime makes of inputs (channels, rows, columns) by one operator after the other.

    The first operator reads all inputs, each of the others what the one before it gives.
    """
    made, constants = [], []
    others = [f"i{at}" for at in range(1, len(inputs))]
    for number, node in enumerate(nodes):
        names = [f"c{number}_{at}" if array is not None else "" for at, array in enumerate(node.constants)]
        constants += [
            onnx.numpy_helper.from_array(array, name)
            for array, name in zip(node.constants, names, strict=True)
            if array is not None
        ]
        read = [f"x{number}", *(others if not number else []), *names]
        made.append(helper.make_node(node.operator, read, [f"x{number + 1}"], **node.attributes))
    fed = {name: x[None] for name, x in zip(["x0", *others], inputs, strict=True)}
    first = [helper.make_tensor_value_info(name, TensorProto.FLOAT, x.shape) for name, x in fed.items()]
    last = helper.make_tensor_value_info(f"x{len(nodes)}", TensorProto.FLOAT, None)
    graph = helper.make_graph(made, "witness", first, [last], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, fed)[0][0]


def both(size: Any) -> list[int]:
    """Return rows and columns of a field that gives one number for both, or two."""
    return list(size) if isinstance(size, (list, tuple)) else [size, size]


def around(padding: list[int]) -> list[int]:
    """Return padding of (rows, columns) on each side as ONNX counts it: top, left, bottom, right."""
    return padding * 2


@dataclass(frozen=True)
class Witness:
    """The operators of one kind of layer, and how near our numbers must be to what they give."""

    nodes: Callable[[Fields, Arrays], list[Node]]
    exact: bool = False  # nothing is computed, only chosen: the same bits
    adds: bool = False  # sums of products
    sizes: Callable[[Arrays], Arrays] = lambda arrays: {name: np.abs(array) for name, array in arrays.items()}

    def theirs(self, fields: Fields, inputs: Sequence[Array], arrays: Arrays) -> tuple[Array, float]:
        """Return their result, and how far ours may be from it (the contract's tolerance)."""
        result = run(self.nodes(fields, arrays), inputs)
        if self.exact:
            return result, 0.0
        sizes = [np.abs(x) for x in inputs]
        products = run(self.nodes(fields, self.sizes(arrays)), sizes) if self.adds else sizes[0]
        return result, float(1e-5 * np.abs(result).max() + 1e-6 * products.max())


def _conv2d(fields: Fields, arrays: Arrays) -> list[Node]:
    size, stride, dilation = list(arrays["weight"].shape[2:]), *(both(fields.get(n, 1)) for n in ("stride", "dilation"))
    padding, mode = fields.get("padding", 0), fields.get("padding_mode", "zeros")
    attributes = {"strides": stride, "dilations": dilation, "group": fields.get("groups", 1)}
    constants = (arrays["weight"], *([arrays["bias"]] if "bias" in arrays else []))
    if padding == "same" and mode == "zeros" and dilation == [1, 1]:  # ONNX says itself where the odd cell lies
        return [Node("Conv", attributes | {"auto_pad": "SAME_UPPER"}, constants)]
    if padding == "same":
        spare = [(n - 1) * gap for n, gap in zip(size, dilation, strict=True)]
        pads = [n // 2 for n in spare] + [n - n // 2 for n in spare]
    else:
        pads = around(both(0 if padding == "valid" else padding))
    if mode == "zeros":
        return [Node("Conv", attributes | {"pads": pads}, constants)]
    border = np.array([0, 0, *pads[:2], 0, 0, *pads[2:]])
    name = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
    return [Node("Pad", {"mode": name}, (border,)), Node("Conv", attributes, constants)]


def _conv_transpose2d(fields: Fields, arrays: Arrays) -> list[Node]:
    """Let everything spread, then cut off the padding and add what output_padding asks for: ONNX knows less of it."""
    attributes = {
        "strides": both(fields.get("stride", 1)),
        "dilations": both(fields.get("dilation", 1)),
        "group": fields.get("groups", 1),
    }
    gone, more = both(fields.get("padding", 0)), both(fields.get("output_padding", 0))
    ends = [extra - cut for extra, cut in zip(more, gone, strict=True)]
    border = np.array([0, 0, *(-cut for cut in gone), 0, 0, *ends])
    nodes = [Node("ConvTranspose", attributes, (arrays["weight"],)), Node("Pad", {"mode": "constant"}, (border,))]
    return nodes + ([Node("Add", {}, (arrays["bias"].reshape(1, -1, 1, 1),))] if "bias" in arrays else [])


def _upsample2d(fields: Fields, arrays: Arrays) -> list[Node]:
    scales = np.array([1, 1, *both(fields.get("scale", 2))], np.float32)
    attributes = {"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}
    return [Node("Resize", attributes, (None, scales))]  # the cell of place p is p ÷ scale, rounded down


def _pool(operator: str) -> Callable[[Fields, Arrays], list[Node]]:
    def nodes(fields: Fields, arrays: Arrays) -> list[Node]:
        size = both(fields["kernel_size"])
        attributes = {
            "kernel_shape": size,
            "strides": both(fields.get("stride") or size),
            "pads": around(both(fields.get("padding", 0))),
            "ceil_mode": int(fields.get("ceil_mode", False)),
        }
        if operator == "AveragePool":
            attributes["count_include_pad"] = int(fields.get("count_include_pad", True))
        elif "dilation" in fields:
            attributes["dilations"] = both(fields["dilation"])
        return [Node(operator, attributes)]

    return nodes


class Means(Witness):
    """Means by ONNX, which divides by what a window holds; by plain loops where the document says by what."""

    def theirs(self, fields: Fields, inputs: Sequence[Array], arrays: Arrays) -> tuple[Array, float]:
        if "divisor_override" not in fields:
            return super().theirs(fields, inputs, arrays)
        size, divisor = both(fields["kernel_size"]), fields["divisor_override"]
        way = (size, both(fields.get("stride") or size), both(fields.get("padding", 0)), fields.get("ceil_mode", False))
        result, sums = (
            np.array(oracle.pool(x.tolist(), "avg", *way, divisor=divisor)) for x in (*inputs, abs(inputs[0]))
        )
        return result, float(1e-5 * np.abs(result).max() + 1e-6 * sums.max())


def _batch_norm2d(fields: Fields, arrays: Arrays) -> list[Node]:
    names = "weight", "bias", "running_mean", "running_var"
    return [
        Node("BatchNormalization", {"epsilon": float(fields.get("eps", 1e-5))}, tuple(arrays[name] for name in names))
    ]


def _linear(fields: Fields, arrays: Arrays) -> list[Node]:
    return [Node("Flatten"), Node("Gemm", {"transB": 1}, tuple(arrays.values()))]


def _zero_pad2d(fields: Fields, arrays: Arrays) -> list[Node]:
    given = fields["padding"]
    sides = given if isinstance(given, list) and len(given) == 4 else [n for n in both(given) for _ in range(2)]
    top, bottom, left, right = sides
    return [Node("Pad", {"mode": "constant"}, (np.array([0, 0, top, left, 0, 0, bottom, right]),))]


def _relu6(fields: Fields, arrays: Arrays) -> list[Node]:
    return [Node("Clip", {}, (np.float32(0), np.float32(6)))]


def _leaky_relu(fields: Fields, arrays: Arrays) -> list[Node]:
    return [Node("LeakyRelu", {"alpha": float(fields.get("negative_slope", 0.01))})]


def _alone(operator: str, **attributes: Any) -> Callable[[Fields, Arrays], list[Node]]:
    return lambda fields, arrays: [Node(operator, attributes)]


def _subtracted(arrays: Arrays) -> Arrays:
    """Return what adds up the sizes of a normalization's terms: its mean is taken away."""
    return {name: np.abs(array) * (-1 if name == "running_mean" else 1) for name, array in arrays.items()}


WITNESSES = {
    "conv2d": Witness(_conv2d, adds=True),
    "conv_transpose2d": Witness(_conv_transpose2d, adds=True),
    "upsample2d": Witness(_upsample2d, exact=True),
    "zero_pad2d": Witness(_zero_pad2d, exact=True),
    "relu": Witness(_alone("Relu"), exact=True),
    "relu6": Witness(_relu6, exact=True),
    "dropout": Witness(_alone("Dropout"), exact=True),  # which drops nothing but in training
    "leaky_relu": Witness(_leaky_relu),
    "sigmoid": Witness(_alone("Sigmoid")),
    "tanh": Witness(_alone("Tanh")),
    "max_pool2d": Witness(_pool("MaxPool"), exact=True),
    "avg_pool2d": Means(_pool("AveragePool"), adds=True),
    "global_avg_pool2d": Witness(_alone("GlobalAveragePool"), adds=True),
    "batch_norm2d": Witness(_batch_norm2d, adds=True, sizes=_subtracted),
    "flatten": Witness(_alone("Flatten"), exact=True),
    "linear": Witness(_linear, adds=True),
    "softmax": Witness(_alone("Softmax", axis=1)),
    "add": Witness(_alone("Sum"), adds=True),
    "concat": Witness(_alone("Concat", axis=1), exact=True),
}


def witness_of(kind: str) -> Witness:
    """Return the witness of a kind of layer; fail with what to do where it has none."""
    assert kind in WITNESSES, (
        f"{kind} has no witness: nothing but our own arithmetic says what it computes. Add a row to WITNESSES in "
        "tests/witnesses.py with the ONNX operators that compute the same, as conv2d has one."
    )
    return WITNESSES[kind]
