"""Claim: we agree with ONNX Runtime, a second implementation that is not PyTorch, in what it has operators for."""

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from app.numerics.activations import leaky_relu, relu, sigmoid, softmax, tanh
from app.numerics.convolution import correlate
from app.numerics.linear import linear
from app.numerics.normalization import batch_norm
from app.numerics.pooling import avg_pool, global_avg_pool, max_pool
from app.pipeline.document import read_document
from tests import pipelines
from tests.numerics.cases import convs, numbers, pools


def onnx_result(operator, x, attributes, constants=()):
    """Run a model of one node."""
    names = [f"constant_{number}" for number in range(len(constants))]
    node = helper.make_node(operator, ["x", *names], ["y"], **attributes)
    graph = helper.make_graph(
        [node], "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, *x.shape])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(array, name) for array, name in zip(constants, names, strict=True)],
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x[None]})[0][0]


def geometry(window):
    (top, bottom), (left, right) = window.padding
    return {"kernel_shape": window.size, "strides": window.stride, "pads": (top, left, bottom, right)}


@given(convs(modes=("zeros",), sides=30, filters=(1, 5, 33)))
@settings(max_examples=100)
def test_conv(case):
    constants = [case.weight] if case.bias is None else [case.weight, case.bias]
    theirs = onnx_result(
        "Conv", case.x, geometry(case.window) | {"dilations": case.window.dilation, "group": case.groups}, constants
    )
    ours = correlate(case.x, case.weight, case.bias, case.window, groups=case.groups)
    products = correlate(np.abs(case.x), np.abs(case.weight), None, case.window, groups=case.groups)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= 1e-5 * np.abs(theirs).max() + 1e-6 * products.max()


@given(pools(sides=30))
@settings(max_examples=60)
def test_max_pool(case):
    attributes = geometry(case.window) | {"ceil_mode": int(case.window.ceil_mode)}
    assert np.array_equal(max_pool(case.x, case.window), onnx_result("MaxPool", case.x, attributes))


@given(pools(sides=30))
@settings(max_examples=60)
def test_average_pool(case):
    attributes = geometry(case.window)
    attributes |= {"ceil_mode": int(case.window.ceil_mode), "count_include_pad": int(case.count_include_pad)}
    ours = avg_pool(case.x, case.window, count_include_pad=case.count_include_pad)
    np.testing.assert_allclose(ours, onnx_result("AveragePool", case.x, attributes), rtol=1e-5, atol=1e-5)


SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 12), st.integers(1, 12))
SEEDS = st.integers(0, 2**32 - 1)
ACTIVATIONS = {
    "Relu": (relu, {}),
    "LeakyRelu": (lambda x: leaky_relu(x, 0.2), {"alpha": 0.2}),
    "Sigmoid": (sigmoid, {}),
    "Tanh": (tanh, {}),
    "GlobalAveragePool": (global_avg_pool, {}),
    "Flatten": (lambda x: x.ravel(), {}),
}


@pytest.mark.parametrize("operator", ACTIVATIONS)
@given(shape=SHAPES, seed=SEEDS, scale=st.sampled_from((1, 30)))
@settings(max_examples=25)
def test_what_looks_at_one_number_or_one_map(operator, shape, seed, scale):
    function, attributes = ACTIVATIONS[operator]
    x = scale * numbers(seed, shape, False)
    theirs = onnx_result(operator, x, attributes)
    assert np.abs(function(x) - theirs).max() <= 1e-5 * np.abs(theirs).max() + 1e-6 * np.abs(x).max()


@given(count=st.integers(1, 300), seed=SEEDS, scale=st.sampled_from((1, 100, 1e37)))
@settings(max_examples=40)
def test_softmax(count, seed, scale):
    x = np.float32(scale) * numbers(seed, (count,), False)
    theirs = onnx_result("Softmax", x, {"axis": -1})
    assert np.abs(softmax(x) - theirs).max() <= 1e-5 * theirs.max()


@given(shape=SHAPES, seed=SEEDS, least=st.sampled_from((0, 1e-6, 1)))
@settings(max_examples=40)
def test_batch_normalization(shape, seed, least):
    x = numbers(seed, shape, False)
    weight, bias, mean, variance = (numbers(seed + n, shape[:1], False) for n in (1, 2, 3, 4))
    variance = np.float32(least) * np.abs(variance)
    theirs = onnx_result("BatchNormalization", x, {"epsilon": 1e-5}, (weight, bias, mean, variance))
    factor = np.abs(weight) / np.sqrt(variance + np.float32(1e-5))
    products = factor * (np.abs(x).max((1, 2)) + np.abs(mean)) + np.abs(bias)
    error = np.abs(batch_norm(x, mean, variance, weight, bias) - theirs).max()
    assert error <= 1e-5 * np.abs(theirs).max() + 1e-6 * products.max()


@given(count=st.integers(1, 400), outputs=st.integers(1, 40), seed=SEEDS)
@settings(max_examples=40)
def test_gemm(count, outputs, seed):
    x, weight, bias = (numbers(seed + n, shape, False) for n, shape in enumerate(((count,), (outputs, count), outputs)))
    theirs = onnx_result("Gemm", x, {"transB": 1}, (weight, bias))
    products = np.abs(weight) @ np.abs(x) + np.abs(bias)
    assert np.abs(linear(x, weight, bias) - theirs).max() <= 1e-5 * np.abs(theirs).max() + 1e-6 * products.max()


def onnx_node(layer, weights):
    """Return the operator, the attributes and the constants of a layer of a document; None where there is no such."""
    match layer.type:
        case "relu" | "sigmoid" | "tanh" | "softmax" | "flatten":
            return layer.type.capitalize(), {}, ()
        case "leaky_relu":
            return "LeakyRelu", {"alpha": layer.negative_slope}, ()
        case "global_avg_pool2d":
            return "GlobalAveragePool", {}, ()
        case "batch_norm2d":
            names = "weight", "bias", "running_mean", "running_var"
            return "BatchNormalization", {"epsilon": layer.eps}, tuple(weights[name] for name in names)
        case "upsample2d":  # the cell of place p is p ÷ scale, rounded down
            scales = np.array([1, 1, *layer.scale], np.float32)
            named = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
            return "Resize", named, (np.zeros(0, np.float32), scales)
        case "conv_transpose2d":
            (rows, columns), (down, across) = layer.padding, layer.output_padding
            if down >= layer.stride[0] or across >= layer.stride[1]:
                return None  # PyTorch takes it where the dilation is larger, ONNX Runtime does not
            attributes = {
                "kernel_shape": layer.kernel_size, "strides": layer.stride, "dilations": layer.dilation,
                "pads": (rows, columns, rows, columns), "output_padding": (down, across), "group": layer.groups,
            }  # fmt: skip
            return "ConvTranspose", attributes, tuple(weights.values())
        case "linear":
            return "Gemm", {"transB": 1}, tuple(weights.values())
    return None


def test_chains_of_layers_agree_one_by_one():
    chance = pipelines.chance("onnxruntime")
    seen = set()
    for number in range(240):
        kind = (None, "conv_transpose2d", "upsample2d")[number % 3]
        document, stages = pipelines.pipeline(chance, sides=10, kind=kind)
        outputs, weights = pipelines.arrays(document, stages)
        assert document == read_document(document.canonical)
        for stage, arrays in zip(stages, weights, strict=True):
            node = onnx_node(stage.layer, arrays)
            if node is None:
                continue
            x, ours = outputs[stage.index].reshape(stage.input_axes), outputs[stage.index + 1]
            theirs = onnx_result(node[0], x.ravel() if node[0] == "Gemm" else x, node[1], node[2])
            size = np.abs(x).max() if not arrays else np.abs(x).max() * x.size
            seen.add(stage.layer.type)
            assert ours.size == theirs.size
            assert np.abs(ours.ravel() - theirs.ravel()).max() <= 1e-5 * np.abs(theirs).max() + 1e-6 * size
    assert len(seen) == 11
