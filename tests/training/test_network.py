"""Claims about a network in training: what it needs, and the gradients of all it learns by finite differences."""

import tracemalloc

import numpy as np
import pytest

from app.errors import Unfit
from app.layers.weights import MAX_SEED
from app.numerics import threads
from app.pipeline import recipe
from app.training.network import Network, seeded
from tests.test_trainable import agree, slopes

SHAPE = (2, 6, 5)
SMALL = (
    'conv2d(3, 3, padding=1, padding_mode="circular") | batch_norm2d | tanh | avg_pool2d(2, ceil_mode=True)'
    " | linear(3) | softmax"
)
BRANCHES = (
    "batch_norm2d | conv2d(2, 3, padding=1) | tanh | conv2d(2, 3, padding=1) | add(inputs=[3, 1, 3, -1])"
    " | conv2d(3, 1, inputs=2) | concat(inputs=[4, 5, 0]) | relu(inputs=0) | linear(3, inputs=6) | softmax"
)
CLASSIC = (
    "conv2d(16, 5, padding=2) | relu | max_pool2d(2) | conv2d(24, 3) | batch_norm2d | relu | max_pool2d(2)"
    " | linear(10) | softmax"
)
ODD = (
    'conv2d(8, 3, padding=1, padding_mode="reflect") | sigmoid | conv_transpose2d(8, 4, 2, 1) | avg_pool2d(3, 2)'
    " | global_avg_pool2d | flatten | linear(10) | softmax"
)


def network(text=SMALL, shape=SHAPE, seed=1):
    return Network(seeded(recipe.read(text), seed), shape)


def batch(shape=SHAPE, examples=4, classes=3):
    generator = np.random.default_rng(5)
    x = generator.normal(size=(*shape, examples)).astype(np.float32)
    return x, generator.integers(0, classes, examples)


@pytest.mark.parametrize("text", [SMALL, BRANCHES])
def test_gradients_of_the_whole_network_are_slopes_of_its_loss(text):
    ours, (x, labels) = network(text), batch()
    ours.weights = [{name: array.astype(np.float64) for name, array in arrays.items()} for arrays in ours.weights]
    x = x.astype(np.float64)
    found = ours.learn(x, labels, watched=True)
    assert abs(found.loss.mean - by_hand(ours, x, labels)) < 1e-12
    for arrays, gradients in zip(ours.weights, found.weights, strict=True):
        for name, gradient in gradients.items():
            agree(gradient, slopes(lambda: ours.learn(x, labels).loss.mean, arrays[name]))


def by_hand(ours, x, labels):
    """Return the mean cross-entropy, from what each layer gives."""
    values = [x]
    for index, (layer, weights) in enumerate(zip(ours.layers, ours.weights, strict=True)):
        values.append(layer.compute_batch([values[source + 1] for source in layer.reads(index)], weights).out)
    x = values[-1]
    return float(np.mean([-np.log(x[label, 0, 0, example]) for example, label in enumerate(labels)]))


def test_the_gradient_at_an_output_says_what_its_numbers_do_to_the_loss():
    ours, (x, labels) = network("conv2d(3, 3) | relu | linear(3) | softmax"), batch()
    x, kept = x.astype(np.float64), [x.astype(np.float64)]
    ours.weights = [{name: array.astype(np.float64) for name, array in arrays.items()} for arrays in ours.weights]
    for layer, weights in zip(ours.layers, ours.weights, strict=True):
        kept.append(layer.forward_batch(kept[-1], weights).out)
    outputs = ours.learn(x, labels, watched=True).outputs
    assert [gradient.shape for gradient in outputs] == [made.shape for made in kept[1:-1]]

    def after(index):
        """Return the loss of what layer `index` made."""
        made = kept[index + 1]
        for layer, weights in zip(ours.layers[index + 1 : -1], ours.weights[index + 1 :], strict=False):
            made = layer.forward_batch(made, weights).out
        return ours.layers[-1].loss(made, labels).mean

    for index, gradient in enumerate(outputs):
        agree(gradient, slopes(lambda index=index: after(index), kept[index + 1]))


def test_watching_changes_no_gradient():
    ours, (x, labels) = network("relu | conv2d(3, 3) | linear(3) | softmax"), batch()
    plain, watched = ours.learn(x, labels), ours.learn(x, labels, watched=True)
    assert plain.outputs == []
    assert len(watched.outputs) == 3
    for one, other in zip(plain.weights, watched.weights, strict=True):
        assert {name: array.tobytes() for name, array in one.items()} == {
            name: array.tobytes() for name, array in other.items()
        }


def test_losses_neither_overflow_nor_vanish():
    ours = network("linear(3) | softmax", (1, 1, 1))
    ours.weights[0]["weight"][:] = [[0], [1000], [-1000]]
    found = ours.learn(np.ones((1, 1, 1, 2), np.float32), np.array([1, 2]))
    assert np.allclose(found.loss.losses, [0, 2000])
    assert found.loss.right.tolist() == [True, False]
    assert np.allclose(found.weights[0]["bias"], [0, 0.5, -0.5])


@pytest.mark.parametrize(
    ("text", "words", "pointer"),
    [
        ("", "here are none", "/layers"),
        ("conv2d(3, 3) | relu", r"this one ends in relu\. Put softmax last", None),
        ("conv2d(3, 9) | linear(3) | softmax", "does not fit", "/layers/0"),
        ("conv2d(3, 3) | softmax", "flatten or linear before it", "/layers/1"),
    ],
)
def test_what_cannot_learn_is_refused(text, words, pointer):
    with pytest.raises(Unfit, match=words) as caught:
        network(text)
    assert caught.value.pointer == pointer


def test_layers_that_say_nothing_of_their_weights_begin_at_random_by_the_seed_and_their_index():
    layers = seeded(recipe.read("conv2d(3, 3) | relu | linear(2, weights=random(0)) | linear(2)"), MAX_SEED - 2)
    assert [layer.weights.seed for layer in layers if layer.learned] == [MAX_SEED - 2, 0, 0]
    assert layers[3].weights.seed == 0
    layers = seeded(recipe.read("conv2d(3, 3) | relu | linear(2, weights=random(0)) | linear(2)"), 7)
    assert [layer.weights.seed for layer in layers if layer.learned] == [7, 0, 10]


def test_a_network_leaves_the_weights_of_its_document_alone():
    first, second = network(), network()
    first.weights[0]["weight"][:] = 0
    assert second.weights[0]["weight"].any()


@pytest.mark.parametrize("text", [CLASSIC, ODD], ids=["classic", "odd"])
def test_learning_takes_no_more_memory_than_it_says(text):
    shape, examples = (3, 32, 32), 48
    x, labels = batch(shape, examples, 10)
    threads.give_back()
    tracemalloc.start()
    try:
        ours = network(text, shape)
        ours.learn(x, labels)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak + x.nbytes <= ours.bytes(examples)
