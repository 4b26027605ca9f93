"""The others, each as a function from a case to a call that gives the same numbers; None where they do not do it."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import onnxruntime
import scipy.signal
import torch
from onnx import TensorProto, helper, numpy_helper

from app.layers.layer import Array
from bench.cases import Case

Call = Callable[[], Array]
OPERATORS = {
    "conv2d": "Conv", "relu": "Relu", "max_pool2d": "MaxPool", "flatten": "Flatten", "linear": "Gemm",
    "softmax": "Softmax",
}  # fmt: skip
MODULES = {
    "conv2d": torch.nn.Conv2d, "max_pool2d": torch.nn.MaxPool2d, "relu": torch.nn.ReLU, "flatten": torch.nn.Flatten,
    "linear": torch.nn.Linear, "softmax": lambda: torch.nn.Softmax(1),
}  # fmt: skip


def pytorch(case: Case, x: Array, threads: int) -> Call:
    """PyTorch, without gradients."""
    net = torch.nn.Sequential()
    for layer, weights, shape in case.layers():
        fields = layer.model_dump(exclude={"type", "weights"})
        if layer.type == "conv2d":
            fields["in_channels"] = shape[0]
        elif layer.type == "linear":
            fields["in_features"] = int(np.prod(shape))
        module = MODULES[layer.type](**fields)
        module.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in weights.items()})
        net.append(module)
    net.eval()
    source = torch.from_numpy(x)[None]

    def run() -> Array:
        with torch.inference_mode():
            return net(source).numpy()

    torch.set_num_threads(threads)
    return run


def onnx(case: Case, x: Array, threads: int) -> Call:
    """ONNX Runtime on a graph of the same operators; its session has the weights packed ahead."""
    nodes, constants, name = [], [], "x"
    for number, (layer, weights, shape) in enumerate(case.layers()):
        attributes: dict[str, Any] = {}
        if layer.type in ("conv2d", "max_pool2d"):
            window = layer.window(shape)
            (top, bottom), (left, right) = window.padding
            attributes = {
                "kernel_shape": window.size, "strides": window.stride, "pads": (top, left, bottom, right),
                "dilations": window.dilation,
            }  # fmt: skip
        if layer.type == "conv2d":
            attributes["group"] = layer.groups
        if layer.type == "linear":
            attributes["transB"] = 1
        for key, array in weights.items():
            constants.append(numpy_helper.from_array(array, f"{key}{number}"))
        inputs = [name, *(f"{key}{number}" for key in weights)]
        name = f"y{number}"
        nodes.append(helper.make_node(OPERATORS[layer.type], inputs, [name], **attributes))
    graph = helper.make_graph(
        nodes, "case",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, *x.shape])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None)],
        constants,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    feed = {"x": x[None]}
    return lambda: session.run(None, feed)[0]


def _only_filter(case: Case) -> tuple[Array, float] | None:
    """Return the one filter of a case that is one filter over one channel, with its bias."""
    (_, weights, shape), *others = case.layers()
    if others or shape[0] != 1 or case.kind not in ("large", "separable"):
        return None
    return weights["weight"][0, 0], float(weights["bias"][0])


def opencv(case: Case, x: Array, threads: int) -> Call | None:
    """OpenCV's filters: `GaussianBlur`-like in two passes where the kernel is separable, else `filter2D`."""
    if (found := _only_filter(case)) is None:
        return None
    weight, bias = found
    cv2.setNumThreads(threads)
    if case.kind == "separable":
        column = weight.sum(1)
        row = weight.sum(0) / weight.sum()
        return lambda: cv2.sepFilter2D(x[0], cv2.CV_32F, row, column, delta=bias, borderType=cv2.BORDER_CONSTANT)
    return lambda: cv2.filter2D(x[0], cv2.CV_32F, weight, delta=bias, borderType=cv2.BORDER_CONSTANT)


def scipy_fft(case: Case, x: Array, threads: int) -> Call | None:
    """SciPy's overlap-add, on one thread."""
    if (found := _only_filter(case)) is None:
        return None
    flipped, bias = found[0][::-1, ::-1], found[1]
    return lambda: scipy.signal.oaconvolve(x[0], flipped, "same") + np.float32(bias)


PEERS = {"torch": pytorch, "onnxruntime": onnx}
SHOWN = {"opencv": opencv, "scipy": scipy_fft}
