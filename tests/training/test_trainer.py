"""Claims about the Trainer: it learns, stops, goes on, and gives the same bits for the same seed."""

import numpy as np
import pytest

from app.pipeline import recipe
from app.training.examples import Examples
from app.training.network import Network, seeded
from app.training.optimizers import SGD, Adam
from app.training.score import score
from app.training.trainer import Trainer

TEXT = "conv2d(4, 3) | batch_norm2d | relu | max_pool2d(2) | linear(3) | softmax"
SHAPE = (1, 8, 10)


def examples(count=50, **more):
    """Return pictures of noise with a bright bar, high, in the middle or low."""
    generator = np.random.default_rng(1)
    labels = generator.integers(0, 3, count)
    pictures = generator.normal(size=(count, *SHAPE)).astype(np.float32)
    for picture, label in zip(pictures, labels, strict=True):
        picture[0, 1 + 2 * label : 3 + 2 * label, 2:8] += 3
    return Examples(pictures, labels, **more)


def trainer(seed=3, optimizer=None, epochs=3, text=TEXT, learned=None, **more):
    network = Network(seeded(recipe.read(text), seed), SHAPE)
    optimizer = optimizer or SGD(schedule="one_cycle")
    return Trainer(network, learned or examples(), optimizer, batch_size=16, epochs=epochs, seed=seed, **more)


def bits(one):
    return {name: array.tobytes() for name, array in one.state().arrays.items()}


@pytest.mark.parametrize("optimizer", [SGD(), Adam(learning_rate=0.01)])
def test_it_learns(optimizer):
    ours = trainer(optimizer=optimizer, epochs=12)
    before, reports = score(ours.network, ours.examples), list(ours)
    after = score(ours.network, ours.examples)
    assert after.accuracy > 0.95 > before.accuracy
    assert after.loss < 0.5 * before.loss
    assert [report.step for report in reports] == list(range(1, ours.steps + 1))
    assert [report.epoch for report in reports if report.epoch] == list(range(1, 13))


def test_one_seed_gives_the_same_bits_and_another_does_not():
    first, second, other = trainer(), trainer(), trainer(seed=4)
    losses = [[report.loss for report in one] for one in (first, second, other)]
    assert losses[0] == losses[1] != losses[2]
    assert bits(first) == bits(second) != bits(other)


@pytest.mark.parametrize("optimizer", [SGD(schedule="one_cycle"), Adam(weight_decay=0.01), SGD(momentum=0)])
@pytest.mark.parametrize("stop", [1, 4, 5])
def test_stopped_and_taken_up_again_elsewhere_it_gives_the_same_bits(optimizer, stop):
    vary = {"vary": lambda x, chance: x + chance.normal(size=x.shape).astype(np.float32)}
    whole, first, second = (trainer(optimizer=optimizer, learned=examples(**vary)) for _ in range(3))
    losses = [report.loss for report in whole]
    found = []
    for report in first:
        found.append(report.loss)
        if report.step == stop:
            break
    state = first.state()
    first.advance()  # what goes on does not change what was kept
    second.restore(state)
    assert second.step == stop
    assert found + [report.loss for report in second] == losses
    assert bits(second) == bits(whole)


def test_it_goes_on_where_its_loop_was_left():
    whole, ours = trainer(), trainer()
    list(whole)
    next(iter(ours))
    list(ours)
    assert bits(ours) == bits(whole)


def test_reset_begins_anew():
    ours = trainer()
    before = bits(ours)
    losses = [report.loss for report in ours]
    ours.reset()
    assert ours.step == 0
    assert bits(ours) == before
    assert [report.loss for report in ours] == losses


def test_each_epoch_has_every_example_once_in_an_order_of_its_own():
    ours = trainer()
    epochs = []
    for _ in range(ours.epochs):
        batches = []
        for _ in range(ours.steps_an_epoch):
            batches.append(ours.next_batch().numbers)
            ours.advance()
        assert [len(numbers) for numbers in batches] == [16, 16, 16, 2]
        epochs.append(np.concatenate(batches))
        assert sorted(epochs[-1]) == list(range(50))
    assert len({order.tobytes() for order in epochs}) == 3
    assert ours.steps == 12


def test_a_batch_is_its_examples():
    ours = trainer(learned=Examples(examples().pictures, examples().labels, read=lambda x: x * 2))
    batch = ours.next_batch()
    assert batch.x.shape == (*SHAPE, 16)
    assert batch.x.flags.c_contiguous
    for place, number in enumerate(batch.numbers):
        assert np.array_equal(batch.x[..., place], examples().pictures[number] * 2)
        assert batch.labels[place] == examples().labels[number]
    assert np.array_equal(ours.next_batch().x, batch.x), "it comes until it is learned from"


def test_what_is_varied_is_otherwise_each_time_but_not_when_it_is_scored():
    seen = []

    def vary(x, chance):
        seen.append(chance.normal())
        return x

    ours = trainer(learned=examples(vary=vary))
    list(ours)
    assert len(set(seen)) == len(seen) == ours.steps
    score(ours.network, ours.examples)
    assert len(seen) == ours.steps


def test_a_layer_whose_rate_is_nothing_stays_as_it_is():
    ours = trainer(factors=[0, 1, 1, 1, 1, 1])
    before = ours.network.weights[0]["weight"].copy(), ours.network.weights[4]["weight"].copy()
    ours.advance()
    assert np.array_equal(ours.network.weights[0]["weight"], before[0])
    assert not np.array_equal(ours.network.weights[4]["weight"], before[1])


def test_a_training_that_runs_away_says_so_by_its_loss_and_warns_of_nothing():
    ours = trainer(optimizer=SGD(learning_rate=100), text="conv2d(4, 3) | relu | linear(3) | softmax", epochs=5)
    assert not np.isfinite([report.loss for report in ours]).all()
    assert np.isnan(score(ours.network, ours.examples).loss)


def test_running_statistics_are_learned_and_used():
    ours = trainer()
    list(ours)
    weights, pictures = ours.network.weights, np.moveaxis(ours.examples.pictures, 0, -1)
    mapped = ours.network.layers[0].evaluate(np.ascontiguousarray(pictures), weights[0])
    assert np.allclose(weights[1]["running_mean"], mapped.mean(axis=(1, 2, 3)), atol=1)
    assert weights[1]["running_var"].min() > 1.2


def test_a_score_counts_each_class_that_was_taken_for_another():
    ours = trainer()
    found = score(ours.network, ours.examples, at_once=7)
    assert found.confusion.sum() == 50
    assert found.confusion.sum(axis=1).tolist() == np.bincount(ours.examples.labels).tolist()
    assert found.shares.shape == (3, 50)
    assert np.allclose(found.shares.sum(axis=0), 1, atol=1e-6)
    right = (found.shares.argmax(axis=0) == ours.examples.labels).mean()
    assert found.accuracy == pytest.approx(right)
    of_label = [found.shares[label, number] for number, label in enumerate(ours.examples.labels)]
    assert found.loss == pytest.approx(-np.log(of_label).mean(), rel=1e-5)
