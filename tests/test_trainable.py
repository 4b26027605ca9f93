"""What every kind of layer owes to training: batches as pictures, and gradients as slopes.

A gradient is held against finite differences in double precision, and every example of a batch against the layer's
own `forward`, which has witnesses of its own (tests/test_layers.py). PyTorch's word is in tests/parity.
"""

import tracemalloc

import numpy as np
import pytest

from app.errors import Unfit
from app.layers import LAYERS
from app.layers.reading import read_layer
from app.layers.weights import RandomWeights
from app.numerics import threads
from app.numerics.batches import bands, products
from tests import pipelines

EVERY = pytest.mark.parametrize("kind", LAYERS)
CASES = 12
STEP = 1e-6  # of a difference; its error is about the square of it


def cases(kind, count=CASES):
    """Return layers of a kind, each with batches and weights in double precision, on which a slope is well defined."""
    chance, found, takes = pipelines.chance(f"train {kind}"), [], LAYERS[kind].takes
    while len(found) < count:
        vector = chance.choice(takes) == "vector"
        sides = (1, 1) if vector else (chance.randint(1, 7), chance.randint(1, 7))
        shape = (chance.randint(1, 12) if vector else chance.choice([1, 2, 4]), *sides)
        shapes = [shape]
        if LAYERS[kind].merges:
            shapes *= chance.randint(2, 3)
            fields = {"type": kind, "inputs": list(range(len(shapes)))}
        else:
            fields = pipelines.layer(chance, kind, shape)
        layer = read_layer(fields)
        try:
            layer.form(shapes, [vector] * len(shapes))
            layer.geometries(shapes)
        except Unfit:
            continue
        generator, examples = np.random.default_rng(len(found)), chance.randint(2, 4)
        inputs = [generator.normal(size=(*shape, examples)) for shape in shapes]
        if kind == "batch_norm2d":  # of nearly equal numbers it is too steep for differences
            inputs[0][:, 0, 0] += np.arange(examples)
        weights = {name: array.astype(np.float64) for name, array in layer.weights_for(shape).items()}
        found.append((layer, inputs, weights))
    return found


def slopes(function, array):
    """Return how `function`, of no arguments, grows with each number of `array`, which it reads: finite differences."""
    found = np.empty(array.shape)
    for place in np.ndindex(array.shape):
        kept = array[place]
        array[place] = kept + STEP
        above = function()
        array[place] = kept - STEP
        below = function()
        array[place] = kept
        found[place] = (above - below) / (2 * STEP)
    return found


def agree(found, expected):
    """Hold a gradient against slopes, by the largest of them."""
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= 2e-7 * max(1.0, np.abs(expected).max())


@EVERY
def test_a_gradient_is_how_the_output_grows(kind):
    for layer, inputs, weights in cases(kind):
        out, kept = layer.compute_batch(inputs, weights)
        toward = np.random.default_rng(1).normal(size=out.shape)  # a direction, so that the output is one number
        found = layer.backward_batch(toward, kept, weights)

        def along(layer=layer, inputs=inputs, weights=weights, toward=toward):
            return float((layer.compute_batch(inputs, weights).out * toward).sum())

        for gradient, x in zip(found.inputs, inputs, strict=True):
            assert gradient.dtype == np.float64
            agree(gradient, slopes(along, x))
        assert set(found.weights) == {name for name in weights if not name.startswith("running")}
        for name, gradient in found.weights.items():
            agree(gradient, slopes(along, weights[name]))


@EVERY
def test_each_example_of_a_batch_is_what_the_layer_makes_of_the_picture(kind):
    for layer, inputs, weights in cases(kind):
        batches = [x.astype(np.float32) for x in inputs]
        arrays = {name: array.astype(np.float32) for name, array in weights.items()}
        out = layer.evaluate_batch(batches, arrays)
        assert out.dtype == np.float32
        for example in range(out.shape[3]):
            alone = layer.compute([np.ascontiguousarray(batch[..., example]) for batch in batches], arrays)
            assert out.shape[:3] == alone.shape
            assert np.abs(out[..., example] - alone).max() <= 1e-5 * max(1.0, np.abs(alone).max())


@EVERY
def test_training_works_in_float32_and_leaves_what_it_reads_alone(kind):
    for layer, inputs, weights in cases(kind, 4):
        batches = [x.astype(np.float32) for x in inputs]
        arrays = {name: array.astype(np.float32) for name, array in weights.items()}
        for array in (*batches, *arrays.values()):
            array.flags.writeable = False
        out, kept = layer.compute_batch(batches, arrays)
        gradient = np.ones_like(out)
        gradient.flags.writeable = False
        found = layer.backward_batch(gradient, kept, arrays)
        assert {array.dtype for array in (out, *found.inputs, *found.weights.values())} == {np.dtype(np.float32)}
        assert {name: array.shape for name, array in found.weights.items()}.items() <= {
            name: array.shape for name, array in arrays.items()
        }.items()


@EVERY
def test_the_same_bits_come_of_any_number_of_threads(kind, monkeypatch):
    monkeypatch.setattr(products, "WORTH", 1)
    monkeypatch.setattr(bands, "BAND_FLOATS", 300)
    layer, inputs, weights = cases(kind, 1)[0]
    made = []
    for count in (1, 3):
        monkeypatch.setattr(threads, "_most", count)
        out, kept = layer.compute_batch(inputs, weights)
        found = layer.backward_batch(np.cos(out), kept, weights)
        made.append([array.tobytes() for array in (out, *found.inputs, *found.weights.values())])
    assert made[0] == made[1]


@pytest.mark.parametrize("kind", ["conv2d", "conv_transpose2d"])
@pytest.mark.parametrize("band", [1, 40, 400])
def test_sums_are_the_same_however_small_the_bands(kind, band, monkeypatch):
    for layer, (x,), weights in cases(kind, 25):
        made = []
        for floats in (bands.BAND_FLOATS, band):
            with monkeypatch.context() as patch:
                patch.setattr(bands, "BAND_FLOATS", floats)
                out, kept = layer.forward_batch(x, weights)
                found = layer.backward(np.sin(out), kept, weights)
                made.append([out, found.x, *found.weights.values()])
        for first, second in zip(*made, strict=True):
            assert np.allclose(first, second, rtol=1e-12, atol=1e-12)


@EVERY
def test_it_takes_no_more_memory_than_it_says(kind):
    examples = 16
    shape = (512, 1, 1) if "maps" not in LAYERS[kind].takes else (16, 40, 40)
    layer = read_layer({"type": kind, **LAYERS[kind].starter})
    x = np.random.default_rng(2).normal(size=(*shape, examples)).astype(np.float32)
    weights = dict(layer.weights_for(shape))
    inputs = [x] * len(layer.reads(1))
    threads.give_back()
    tracemalloc.start()
    try:
        out, kept = layer.compute_batch(inputs, weights)
        found = layer.backward_batch(np.ones_like(out), kept, weights)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert {gradient.shape for gradient in found.inputs} == {x.shape}
    learned = sum(array.nbytes for array in found.weights.values())
    assert peak <= 2 * out.nbytes + x.nbytes + learned + layer.training_bytes(shape, examples)


def test_of_equal_cells_the_first_gets_the_gradient_of_a_pool():
    layer = read_layer({"type": "max_pool2d", "kernel_size": 2})
    x = np.zeros((1, 2, 4, 2), np.float32)
    x[0, :, 2:, 1] = [[1, 2], [2, 2]]
    out, kept = layer.forward_batch(x, {})
    found = layer.backward(np.full_like(out, 3), kept, {}).x
    assert found[0, :, :, 0].tolist() == [[3, 0, 3, 0], [0, 0, 0, 0]]
    assert found[0, :, :, 1].tolist() == [[3, 0, 0, 3], [0, 0, 0, 0]]


def test_running_statistics_follow_the_batches():
    layer = read_layer({"type": "batch_norm2d"})
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2)
    weights = layer.weights_for((2, 3, 2))
    _, kept = layer.forward_batch(x, weights)
    after = layer.statistics(kept, weights)
    assert np.allclose(after["running_mean"], [0.1 * 5.5, 0.1 * 17.5])
    assert np.allclose(after["running_var"], 0.9 + 0.1 * np.arange(12).var(ddof=1))
    assert set(weights["running_mean"]) == {0}


@EVERY
def test_only_what_gives_shares_can_tell_how_wrong_it_is(kind):
    layer = cases(kind, 1)[0][0]
    if layer.scores:
        return
    with pytest.raises(Unfit, match=rf"this one ends in {kind}\. Put softmax last\."):
        layer.loss(np.zeros((3, 1, 1, 2), np.float32), np.zeros(2, np.intp))


def test_other_weights_are_told_where_the_old_ones_had_been():
    layer = read_layer(
        {"type": "conv2d", "out_channels": 2, "kernel_size": 3, "weights": {"init": "random", "seed": 7}}
    )
    relu = read_layer({"type": "relu"})
    assert b'"seed"' in layer.text
    assert b'"seed"' not in layer.weighing(RandomWeights()).text
    assert relu.weighing(RandomWeights()) is relu
