"""The others, each as a function from a graph to a call that gives the same numbers; None where they do not do it."""

from collections.abc import Callable, Sequence
from typing import Any

import cv2
import numpy as np
import onnxruntime
import scipy.signal
import torch
from onnx import NodeProto, TensorProto, helper, numpy_helper

from app.layers.layer import Array
from app.layers.references import REFERENCES
from bench.graph import Graph, Node

Call = Callable[[], Sequence[Array]]
OPERATORS = {
    "conv2d": "Conv", "relu": "Relu", "relu6": "Clip", "max_pool2d": "MaxPool", "batch_norm2d": "BatchNormalization",
    "global_avg_pool2d": "GlobalAveragePool", "flatten": "Flatten", "linear": "Gemm", "softmax": "Softmax",
    "add": "Add", "concat": "Concat",
}  # fmt: skip
MODULES = {
    "conv2d": torch.nn.Conv2d, "max_pool2d": torch.nn.MaxPool2d, "relu": torch.nn.ReLU, "relu6": torch.nn.ReLU6,
    "batch_norm2d": torch.nn.BatchNorm2d, "global_avg_pool2d": lambda: torch.nn.AdaptiveAvgPool2d(1),
    "flatten": torch.nn.Flatten, "linear": torch.nn.Linear, "softmax": lambda: torch.nn.Softmax(1),
}  # fmt: skip
MERGES = {"add": lambda x: torch.add(*x), "concat": lambda x: torch.cat(x, 1)}
NORMS = ("weight", "bias", "running_mean", "running_var")  # in the order in which the operator takes them


def pytorch(graph: Graph, threads: int) -> Call:
    """PyTorch, without gradients."""
    calls = [_module(node) for node in graph.nodes]
    sources = [torch.from_numpy(x)[None] for x in graph.sources]

    def run() -> list[Array]:
        with torch.inference_mode():
            return [value.numpy() for value in graph.run(lambda at, x: calls[at](x), sources)]

    torch.set_num_threads(threads)
    return run


def _module(node: Node) -> Callable[[list[torch.Tensor]], torch.Tensor]:
    layer, shape = node.layer, node.shapes[0]
    if layer.type in MERGES:
        return MERGES[layer.type]
    fields = layer.model_dump(exclude={"type", "weights", *REFERENCES})
    if layer.type == "conv2d":
        fields["in_channels"] = shape[0]
    elif layer.type == "batch_norm2d":
        fields["num_features"] = shape[0]
    elif layer.type == "linear":
        fields["in_features"] = int(np.prod(shape))
    module = MODULES[layer.type](**fields)
    arrays = {name: torch.from_numpy(array.copy()) for name, array in node.weights.items()}
    module.load_state_dict(arrays, strict=layer.type != "batch_norm2d")  # which counts batches, too
    module.eval()
    if layer.type == "linear":
        return lambda x: module(x[0].flatten(1))
    return lambda x: module(x[0])


def onnx(graph: Graph, threads: int) -> Call:
    """ONNX Runtime on a graph of the same operators; its session has the weights packed ahead."""
    nodes, constants = list[NodeProto](), list[TensorProto]()
    for at, node in enumerate(graph.nodes):
        inputs = [_name(number) for number in node.inputs]
        if node.layer.type == "linear":
            nodes.append(helper.make_node("Flatten", inputs, [f"flat{at}"]))
            inputs = [f"flat{at}"]
        for key, array in _constants(node).items():
            constants.append(numpy_helper.from_array(array, f"{key}{at}"))
            inputs.append(f"{key}{at}")
        nodes.append(helper.make_node(OPERATORS[node.layer.type], inputs, [_name(at)], **_attributes(node)))
    feed = {_name(-1 - at): x[None] for at, x in enumerate(graph.sources)}
    model = helper.make_model(
        helper.make_graph(
            nodes,
            "case",
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, x.shape) for name, x in feed.items()],
            [helper.make_tensor_value_info(_name(number), TensorProto.FLOAT, None) for number in graph.outputs],
            constants,
        ),
        opset_imports=[helper.make_opsetid("", 19)],
        ir_version=9,
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, feed)


def _name(number: int) -> str:
    return f"y{number}" if number >= 0 else f"x{-1 - number}"


def _constants(node: Node) -> dict[str, Array]:
    """Return what an operator reads beside its inputs, in its order."""
    if node.layer.type == "batch_norm2d":
        return {name: node.weights[name] for name in NORMS}
    if node.layer.type == "relu6":
        return {"least": np.array(0, np.float32), "most": np.array(6, np.float32)}
    return dict(node.weights)


def _attributes(node: Node) -> dict[str, Any]:
    layer, found = node.layer, dict[str, Any]()
    if layer.type in ("conv2d", "max_pool2d"):
        window = layer.window(node.shapes[0])
        (top, bottom), (left, right) = window.padding
        found = {
            "kernel_shape": window.size, "strides": window.stride, "pads": (top, left, bottom, right),
            "dilations": window.dilation,
        }  # fmt: skip
    match layer.type:
        case "conv2d":
            found["group"] = layer.groups
        case "max_pool2d":
            found["ceil_mode"] = int(layer.ceil_mode)
        case "batch_norm2d":
            found["epsilon"] = layer.eps
        case "linear":
            found["transB"] = 1
        case "concat" | "softmax":
            found["axis"] = 1
    return found


def _only_filter(graph: Graph) -> tuple[Array, float] | None:
    """Return the one filter of a graph that is one large filter over one channel, with its bias."""
    node, *others = graph.nodes
    weight = node.weights.get("weight")
    if others or weight is None or weight.shape[:2] != (1, 1) or weight.size < 100:
        return None
    return weight[0, 0], float(node.weights["bias"][0])


def opencv(graph: Graph, threads: int) -> Call | None:
    """OpenCV's filters: `GaussianBlur`-like in two passes where the kernel is separable, else `filter2D`."""
    if (found := _only_filter(graph)) is None:
        return None
    (weight, bias), x = found, graph.sources[0][0]
    cv2.setNumThreads(threads)
    if np.linalg.matrix_rank(weight, 1e-6) == 1:
        column = weight.sum(1)
        row = weight.sum(0) / weight.sum()
        return lambda: [cv2.sepFilter2D(x, cv2.CV_32F, row, column, delta=bias, borderType=cv2.BORDER_CONSTANT)]
    return lambda: [cv2.filter2D(x, cv2.CV_32F, weight, delta=bias, borderType=cv2.BORDER_CONSTANT)]


def scipy_fft(graph: Graph, threads: int) -> Call | None:
    """SciPy's overlap-add, on one thread."""
    if (found := _only_filter(graph)) is None:
        return None
    (weight, bias), x = found, graph.sources[0][0]
    flipped = weight[::-1, ::-1]
    return lambda: [scipy.signal.oaconvolve(x, flipped, "same") + np.float32(bias)]


PEERS = {"torch": pytorch, "onnxruntime": onnx}
SHOWN = {"opencv": opencv, "scipy": scipy_fft}
