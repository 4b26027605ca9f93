"""Claims about the gradients of a run: slopes of the very function that a network computes after learning."""

import numpy as np
import pytest

from app.layers.meeting import Weight
from app.pipeline import recipe
from app.training.gradients import backpropagate
from app.training.network import Network, seeded
from app.training.weight_change import descent
from tests.test_trainable import agree, slopes

NETS = {
    "strides": "conv2d(4, (2, 3), stride=(2, 1), padding=(1, 2), groups=2) | relu | conv2d(2, 2, dilation=2)",
    "reflect": 'conv2d(3, 3, padding=1, padding_mode="reflect") | leaky_relu | max_pool2d(3, 2, padding=1)',
    "circular": 'conv2d(3, 3, stride=2, padding=(2, 1), padding_mode="circular") | batch_norm2d | tanh',
    "replicate": 'conv2d(2, 3, padding=2, padding_mode="replicate") | sigmoid | max_pool2d(3) | upsample2d(2)',
    "finer": "max_pool2d(2) | conv_transpose2d(2, 3, 2) | avg_pool2d(3, 2, padding=1, count_include_pad=False)",
    "means": "batch_norm2d | conv2d(3, 2, padding='same') | avg_pool2d(2, ceil_mode=True) | global_avg_pool2d",
    "padded": "zero_pad2d((0, 2, 1, 0)) | conv2d(3, 3) | relu6 | dropout | avg_pool2d(2)",
    "shortcut": "conv2d(2, 3, padding=1) | tanh | conv2d(2, 3, padding=1) | add(inputs=[1, 2, 1, -1]) | sigmoid",
    "fire": "conv2d(3, 1) | tanh | conv2d(2, 1, inputs=1) | conv2d(3, 3, padding=1, inputs=1) | sigmoid"
    " | concat(inputs=[4, 2, 1, 4, -1]) | conv2d(2, 2)",
    "ends": "conv2d(2, 3) | flatten | linear(4, inputs=0) | tanh | concat(inputs=[3, 1, 3]) | linear(4) | relu"
    " | linear(4, inputs=5) | add(inputs=[5, 7])",
    "shares": "conv2d(2, 3) | flatten | linear(4) | softmax | linear(5)",
}
SHAPE, CLASSES, LABEL = (2, 6, 5), 3, 1


def network(text, shape=SHAPE):
    """Return layers, float64 arrays of theirs, and an input."""
    chance = np.random.default_rng(3)
    ours = Network(seeded(recipe.read(f"{text} | linear({CLASSES}) | softmax"), 1), shape)
    weights = [{name: array.astype(np.float64) for name, array in arrays.items()} for arrays in ours.weights]
    for arrays in weights:
        for name in arrays.keys() - {"weight"}:
            arrays[name] += chance.uniform(0.1, 0.6, arrays[name].shape)
    weights[-2]["weight"] *= 0.3  # so that no share is tiny, where the loss is too bent for differences
    return ours.layers, weights, chance.normal(size=shape)


def passed(layers, weights, x, *made):
    """Return the input `x`, what the first layers made, and what all behind make of that, after learning."""
    values = [x, *made]
    for index in range(len(made), len(layers)):
        read = [values[source + 1][..., None] for source in layers[index].reads(index)]
        values.append(layers[index].evaluate_batch(read, weights[index])[..., 0])
    return values


@pytest.mark.parametrize("text", NETS.values(), ids=NETS)
def test_they_are_the_slopes_of_the_loss(text):
    layers, weights, x = network(text)
    values = passed(layers, weights, x)
    found = backpropagate(layers, values, weights, LABEL)
    assert found.loss == pytest.approx(-np.log(values[-1][LABEL, 0, 0]))
    for index, arrays in enumerate(weights):
        assert found.weights[index].keys() == {name for name in arrays if not name.startswith("running")}
        for name, gradient in found.weights[index].items():
            agree(gradient, slopes(lambda: loss(passed(layers, weights, x)), arrays[name]))
    for index, gradient in enumerate(found.outputs):
        made = [value.copy() for value in values[: index + 2]]  # some show the memory of others
        agree(gradient, slopes(lambda made=made: loss(passed(layers, weights, *made)), made[-1]))


def loss(values):
    return -np.log(values[-1][LABEL, 0, 0])


@pytest.mark.parametrize("name", ["strides", "reflect", "circular", "replicate", "means"])
def test_a_weight_s_gradient_is_the_sum_of_what_it_met_times_the_gradient_there(name):
    layers, weights, x = network(NETS[name])
    values = passed(layers, weights, x)
    found, told = backpropagate(layers, values, weights, LABEL), 0
    for index, layer in enumerate(layers):
        if layer.meeting(values[index].shape, Weight(0, 0, 0, 0)) is None:
            continue
        for place in np.ndindex(weights[index]["weight"].shape):
            meeting = layer.meeting(values[index].shape, Weight(*place))
            before = float(weights[index]["weight"][place])
            change = descent(values[index][meeting.channel], found.outputs[index][place[0]], meeting, before, 0.25)
            assert change.example == pytest.approx(found.weights[index]["weight"][place], rel=1e-9, abs=1e-12)
            assert change.values.shape == change.gradient.shape
            assert (change.weight, change.update) == (before, -0.25 * change.example)
            assert change.next == before + change.update
            told += 1
    assert told


def test_what_was_blocked_gets_nothing_and_of_equal_cells_the_first_gets_all():
    layers = recipe.read("relu | max_pool2d(2) | linear(2) | softmax")
    x = np.array([[[0, -1, 2, 2], [-3, 0, 2, 1]]], np.float32)
    weights = [{}, {}, {"weight": np.array([[1, 1], [0, -1]], np.float32), "bias": np.zeros(2, np.float32)}, {}]
    found = backpropagate(layers, passed(layers, weights, x), weights, 0)
    p = 1 / (1 + np.exp(4))  # of class 1: scores 2 and −2
    back = [-p, -2 * p]  # −p·1 + p·0 and −p·1 + p·(−1)
    assert np.allclose(found.outputs[1].ravel(), back)
    assert np.allclose(found.outputs[0], [[[back[0], 0, back[1], 0], [0, 0, 0, 0]]])
    assert np.allclose(found.outputs[3].ravel(), [-1 / (1 - p), 0])


def test_work_that_nobody_waits_for_stops_between_layers():
    layers, weights, x = network("conv2d(2, 3) | relu")
    asked = []

    def between():
        asked.append(1)
        if len(asked) == 2:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        backpropagate(layers, passed(layers, weights, x), weights, LABEL, between)
    assert len(asked) == 2
