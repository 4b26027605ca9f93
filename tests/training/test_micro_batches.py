"""Claims about micro-batches: their sums are the batch's, whatever the number of threads."""

import numpy as np
import pytest

from app.numerics import threads
from app.pipeline import recipe
from app.training.examples import Examples
from app.training.micro_batches import learn
from app.training.network import Network, seeded
from app.training.optimizers import SGD
from app.training.trainer import Trainer

TEXT = "conv2d(4, 3) | relu | max_pool2d(2) | linear(3) | softmax"
SHAPE = (2, 8, 10)


@pytest.fixture
def network():
    return Network(seeded(recipe.read(TEXT), 3), SHAPE)


@pytest.fixture
def batch():
    generator = np.random.default_rng(1)
    return generator.normal(size=(*SHAPE, 11)).astype(np.float32), generator.integers(0, 3, 11)


def bits(learned):
    return [{name: array.tobytes() for name, array in arrays.items()} for arrays in learned.weights]


@pytest.mark.parametrize("parts", [2, 4, 11, 50])
def test_the_parts_of_a_batch_sum_up_to_what_it_says_as_a_whole(network, batch, parts):
    whole, summed = network.learn(*batch), learn(network, *batch, parts)
    for arrays, others in zip(whole.weights, summed.weights, strict=True):
        assert arrays.keys() == others.keys()
        for name, array in arrays.items():
            assert np.allclose(array, others[name], rtol=1e-4, atol=1e-6)
    assert np.allclose(whole.loss.losses, summed.loss.losses)
    assert np.allclose(whole.loss.gradient, summed.loss.gradient, atol=1e-7)
    assert np.array_equal(whole.loss.right, summed.loss.right)


def test_the_number_of_threads_changes_no_bit(network, batch):
    before = threads._most
    try:
        found = []
        for count in (1, 4):
            threads.use(count)
            found.append(bits(learn(network, *batch, 4)))
    finally:
        threads.use(before)
    assert found[0] == found[1]


def test_a_trainer_learns_in_parts():
    generator = np.random.default_rng(1)
    examples = Examples(generator.normal(size=(20, *SHAPE)).astype(np.float32), generator.integers(0, 3, 20))
    found = []
    for parts in (1, 3):
        trainer = Trainer(
            Network(seeded(recipe.read(TEXT), 3), SHAPE), examples, SGD(), batch_size=8, epochs=2, seed=1,
            micro_batches=parts,
        )  # fmt: skip
        found.append([(report.loss, report.accuracy) for report in trainer])
    assert np.allclose(*found, rtol=1e-4)


def test_what_follows_the_statistics_of_a_batch_is_not_learned_in_parts(batch):
    network = Network(seeded(recipe.read("conv2d(4, 3) | batch_norm2d | linear(3) | softmax"), 3), SHAPE)
    with pytest.raises(AssertionError, match="follows the statistics of the batch"):
        learn(network, *batch, 2)
