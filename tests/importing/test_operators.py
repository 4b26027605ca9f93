"""Every operator that is read gives the numbers that ONNX Runtime gives for the same file."""

import numpy as np
import pytest
from onnx import numpy_helper

from app.importing.onnx_file import read_onnx
from app.importing.operators import READERS
from tests.importing.files import PICTURE, array, chain, computed, model, node, told_by_onnxruntime

W, B = array(4, 3, 3, 2), array(4)
RELU = ("Relu", [], {})
FLAT = ("Flatten", [], {})
MATRIX = array(270, 5)
NORM = {"s": array(3), "h": array(3, seed=2), "m": array(3, seed=3), "v": np.abs(array(3, seed=4)) + np.float32(0.1)}
TWO = [node("Relu", "x", to="a"), node("Conv", "a", "w", to="b", pads=[1, 1, 1, 1])]
SQUARE = array(3, 3, 3, 3)


def conv(**settings):
    return chain(("Conv", ["w", "b"], settings)), {"w": W, "b": B}


def pool(operator, rows, columns, **settings):
    return operator, [], {"kernel_shape": [rows, columns], "strides": [2, 2], **settings}


def whole(*numbers):
    return np.array(numbers, np.int64)


def single(*numbers):
    return np.array(numbers, np.float32)


# by what it is: nodes, constants, and what differs from opset 17
CASES = {
    "convolution": (*conv(), {}),
    "padded evenly": (*conv(pads=[1, 2, 1, 2], strides=[2, 1]), {}),
    "padded unevenly": (*conv(pads=[0, 1, 2, 0], dilations=[2, 3]), {}),
    "padded by rule, more behind": (*conv(auto_pad="SAME_UPPER", strides=[2, 2]), {}),
    "padded by rule, more before": (*conv(auto_pad="SAME_LOWER"), {}),
    "not padded by rule": (*conv(auto_pad="VALID"), {}),
    "in groups": (chain(("Conv", ["w"], {"group": 3})), {"w": array(6, 1, 2, 3)}, {}),
    "bias as a node": ([node("Conv", "x", "w", to="c"), node("Add", "b", "c", to="y")],
                       {"w": W, "b": B.reshape(4, 1, 1)}, {}),
    "transposed": (
        chain(("ConvTranspose", ["w", "b"], {"strides": [2, 3], "pads": [1, 0, 1, 0], "output_padding": [1, 2]})),
        {"w": array(3, 2, 3, 4), "b": array(2)}, {}),
    "transposed, cut unevenly": (chain(("ConvTranspose", ["w"], {"strides": [2, 2], "pads": [1, 1, 0, 1]})),
                                 {"w": array(3, 2, 3, 3)}, {}),
    "relu, leaky": (chain(RELU, ("Conv", ["w"], {}), ("LeakyRelu", [], {"alpha": 0.2})), {"w": W}, {}),
    "sigmoid, tanh": (chain(("Sigmoid", [], {}), ("Tanh", [], {})), {}, {}),
    "clip by settings": (chain(("Clip", [], {"min": 0.0, "max": 6.0})), {}, {"opset": 9}),
    "clip by inputs": (chain(("Clip", ["low", "high"], {})), {"low": single(0)[0], "high": single(6)[0]}, {}),
    "clip below alone": (chain(("Clip", ["low"], {})), {"low": single(0)[0]}, {}),
    "max pool": (chain(pool("MaxPool", 3, 2, pads=[1, 0, 1, 0])), {}, {}),
    "max pool with gaps": (chain(pool("MaxPool", 3, 2, pads=[1, 0, 1, 0], dilations=[2, 3])), {}, {}),
    "max pool, up to the edge": (chain(pool("MaxPool", 3, 3, ceil_mode=1)), {}, {}),
    "max pool, padded unevenly": (chain(RELU, pool("MaxPool", 3, 3, pads=[0, 0, 1, 1])), {}, {}),
    "mean pool": (chain(pool("AveragePool", 3, 2, pads=[1, 1, 1, 1])), {}, {}),
    "mean pool, padding counted": (chain(pool("AveragePool", 3, 2, pads=[0, 1, 1, 0], count_include_pad=1)), {}, {}),
    "global mean": (chain(("GlobalAveragePool", [], {}), ("Flatten", [], {})), {}, {}),
    "mean over the map": (chain(("ReduceMean", [], {"axes": [2, 3], "keepdims": 0})), {}, {"opset": 13}),
    "mean over the map, newer": (chain(("ReduceMean", ["axes"], {})), {"axes": whole(-1, -2)}, {"opset": 18}),
    "batch norm": (chain(("BatchNormalization", ["s", "h", "m", "v"], {"epsilon": 0.02})), NORM, {}),
    "flatten, Gemm": (chain(FLAT, ("Gemm", ["w", "b"], {"alpha": 0.5, "beta": 2.0})), {"w": MATRIX, "b": array(5)}, {}),
    "Gemm turned": (chain(FLAT, ("Gemm", ["w", "b"], {"transB": 1})), {"w": array(5, 270), "b": single(0.3)}, {}),
    "reshape to -1": (chain(("Reshape", ["n"], {}), ("MatMul", ["w"], {})), {"n": whole(1, -1), "w": MATRIX}, {}),
    "reshape to all": (chain(("Reshape", ["n"], {}), ("MatMul", ["w"], {}), ("Add", ["b"], {})),
                       {"n": whole(0, 270), "w": MATRIX, "b": array(1, 5)}, {}),
    "squeezed": (chain(("GlobalAveragePool", [], {}), ("Squeeze", ["axes"], {})), {"axes": whole(2, 3)}, {}),
    "softmax": (chain(FLAT, ("Softmax", [], {})), {}, {}),
    "softmax of maps of one cell": (chain(("GlobalAveragePool", [], {}), ("Softmax", [], {}), FLAT), {}, {"opset": 11}),
    "concat": ([*TWO, node("Concat", "x", "b", "a", to="y", axis=-3)], {"w": array(2, 3, 3, 3)}, {}),
    "concat of vectors": (
        [node("Flatten", "x", to="a"), node("MatMul", "a", "w", to="b"), node("Concat", "b", "a", to="y", axis=1)],
        {"w": MATRIX}, {}),
    "sum of three": ([*TWO, node("Sum", "x", "b", "a", to="y")], {"w": SQUARE}, {}),
    "pad by settings": (chain(("Pad", [], {"pads": [0, 0, 1, 0, 0, 0, 2, 3]})), {}, {"opset": 9}),
    "pad by inputs": (chain(("Pad", ["n"], {})), {"n": whole(0, 0, 1, 2, 0, 0, 0, 3)}, {}),
    "pad of some axes": (
        chain(("Pad", ["n", "", "axes"], {})), {"n": whole(1, 2, 0, 3), "axes": whole(3, -2)}, {"opset": 18}),
    "upsample by settings": (chain(("Upsample", [], {"scales": [1.0, 1.0, 2.0, 3.0]})), {}, {"opset": 7}),
    "upsample by inputs": (chain(("Upsample", ["n"], {})), {"n": single(1, 1, 2, 2)}, {"opset": 9}),
    "resize, first": (chain(("Resize", ["n"], {})), {"n": single(1, 1, 3, 2)}, {"opset": 10}),
    "resize by factors": (chain(("Resize", ["", "n"], {})), {"n": single(1, 1, 2, 4)}, {}),
    "resize to a size": (
        chain(("Resize", ["", "", "n"], {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"})),
        {"n": whole(1, 3, 30, 18)}, {}),
    "resize of some axes": (chain(("Resize", ["", "n"], {"axes": [2, 3]})), {"n": single(2, 2)}, {"opset": 18}),
    "nodes beside the way to the output": (
        [node("Conv", "x", "w", to="c"), node("HardSwish", "c", to="n"), node("Add", "c", "b", to="y"),
         node("Tanh", "y", to="z"), node("Tanh", "c", to="u")], {"w": W, "b": B.reshape(4, 1, 1)}, {}),
    "dropout not at work": (chain(("Dropout", ["", "t"], {})), {"t": np.array(False)}, {}),
    "identity, dropout, constant": (
        [node("Constant", to="w", value=numpy_helper.from_array(W)), node("Identity", "x", to="a"),
         node("Dropout", "a", to="b"), node("Conv", "b", "w", to="y")], {}, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_numbers_are_those_of_onnx_runtime(case):
    nodes, arrays, settings = CASES[case]
    data = model(nodes, arrays, **settings).SerializeToString()
    imported = read_onnx(memoryview(data))
    assert imported.misfit is None, str(imported.misfit)
    ours, theirs = computed(imported.layers, PICTURE), told_by_onnxruntime(data, PICTURE)
    assert ours.ravel().shape == theirs.ravel().shape
    assert np.abs(ours.ravel() - theirs.ravel()).max() <= 1e-5 * max(1, np.abs(theirs).max())


def test_every_operator_of_the_table_is_among_them():
    tried = {each.op_type for nodes, *_ in CASES.values() for each in nodes}
    assert READERS.keys() <= tried


@pytest.mark.parametrize("kind", [np.float16, np.float64])
def test_weights_of_half_and_double_precision_are_read_in_single(kind):
    nodes, arrays = conv()
    data = model(nodes, {name: each.astype(kind) for name, each in arrays.items()}).SerializeToString()
    layer = read_onnx(memoryview(data)).layers[0]
    assert np.array_equal(layer.weights_for((3, 10, 9))["weight"], W.astype(kind).astype(np.float32))
