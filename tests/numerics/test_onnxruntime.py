"""Claim: we agree with ONNX Runtime, a second implementation that is not PyTorch, in what it has operators for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.layers import LAYERS
from app.numerics.activations import leaky_relu, relu, sigmoid, softmax, tanh
from app.numerics.convolution import correlate
from app.numerics.linear import linear
from app.numerics.normalization import batch_norm
from app.numerics.pooling import avg_pool, global_avg_pool, max_pool
from app.pipeline.document import read_document
from tests import pipelines
from tests.numerics.cases import convs, numbers, pools
from tests.witnesses import Node, run, witness_of


def onnx_result(operator, x, attributes, constants=()):
    """Run a model of one node."""
    return run([Node(operator, attributes, tuple(constants))], [x])


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
    attributes |= {"ceil_mode": int(case.window.ceil_mode), "count_include_pad": int(case.means.count_include_pad)}
    ours = avg_pool(case.x, case.window, case.means)
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


def test_chains_of_layers_agree_one_by_one():
    chance = pipelines.chance("onnxruntime")
    seen = set()
    for number in range(240):
        kind = (None, "conv_transpose2d", "upsample2d", "add", "concat")[number % 5]
        document, stages = pipelines.pipeline(chance, sides=10, kind=kind)
        outputs, weights = pipelines.arrays(document, stages)
        assert document == read_document(document.canonical)
        for stage, fields, arrays in zip(stages, document.canonical["layers"], weights, strict=True):
            axes = 1 if stage.from_vector else 3
            read = [outputs[source + 1].reshape(outputs[source + 1].shape[:axes]) for source in stage.inputs]
            ours = outputs[stage.index + 1]
            theirs, tolerance = witness_of(stage.layer.type).theirs(fields, read, arrays)
            seen.add(stage.layer.type)
            assert ours.size == theirs.size
            assert np.abs(ours.ravel() - theirs.ravel()).max() <= tolerance
    assert seen == LAYERS.keys()
