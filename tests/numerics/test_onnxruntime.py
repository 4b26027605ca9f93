"""Claim: we agree with ONNX Runtime, a second implementation that is not PyTorch, in what it has operators for."""

import numpy as np
import onnx
import onnxruntime
from hypothesis import given, settings
from onnx import TensorProto, helper

from app.numerics.convolution import correlate
from app.numerics.pooling import avg_pool, max_pool
from tests.numerics.cases import convs, pools


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
