"""Claims about one weight in training: what is said before the next batch is what it brings, to the last bit."""

import numpy as np
import pytest

from app.errors import NotFound, Unfit
from app.layers.meeting import Weight
from app.training.course import Course
from app.training.next_batch import next_batch
from app.training.training import read_training

DATA = {"set": "shapes", "size": 13, "classes": ["circle", "line", "cross"], "per_class": 7, "seed": 2}
RECIPE = (
    'conv2d(4, (3, 5), (2, 1), padding=(1, 2), padding_mode="reflect") | batch_norm2d | relu | max_pool2d(2)'
    " | conv2d(6, 2, groups=2) | tanh | linear(3) | softmax"
)
OPTIMIZERS = (
    {"type": "sgd", "momentum": 0.0},
    {"type": "sgd", "nesterov": True, "weight_decay": 0.01, "schedule": "one_cycle"},
    {"type": "adam", "learning_rate": 0.01, "weight_decay": 0.02},
)


def course(optimizer=OPTIMIZERS[0], steps=3):
    document = {"data": DATA, "recipe": RECIPE, "optimizer": optimizer, "batch_size": 8, "epochs": 2, "seed": 5}
    training = read_training(document)
    made = Course(training, training.data.make({}))
    for _ in range(steps):
        made.advance()
    return made


def weights(made, index):
    """Return some places of weights of layer `index`."""
    shape = made.network.weights[index]["weight"].shape
    chance = np.random.default_rng(3)
    return [Weight(*(int(chance.integers(axis)) for axis in shape)) for _ in range(8)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("index", [0, 4])
def test_next_is_what_the_next_batch_makes_of_it(optimizer, index):
    made = course(optimizer)
    places = weights(made, index)
    coming = next_batch(made)
    told = [coming.change(index, place, 0) for place in places]
    before = made.progress()
    again = [next_batch(made).change(index, place, 0) for place in places]
    assert [each.next for each in again] == [each.next for each in told]  # to ask changes nothing
    assert made.step == before.step == told[0].step == 3
    made.advance()
    array = made.network.weights[index]["weight"]
    assert [each.next for each in told] == [float(array[place]) for place in places]
    assert any(each.update for each in told)


@pytest.mark.parametrize("index", [0, 4])
def test_examples_are_sums_of_products_and_the_batch_is_their_mean(index):
    made = course()
    coming = next_batch(made)
    for place in weights(made, index):
        told = [coming.change(index, place, example) for example in range(8)]
        for each in told:
            by_hand = sum(float(x) * float(g) for x, g in zip(each.values.ravel(), each.gradient.ravel(), strict=True))
            assert each.example == pytest.approx(by_hand, rel=1e-9, abs=1e-12)
        assert told[0].batch == pytest.approx(np.mean([each.example for each in told]), rel=1e-4, abs=1e-7)


def test_the_gradient_of_a_batch_is_the_slope_of_its_loss():
    made = course()
    coming, network = next_batch(made), made.network
    batch = coming.batch
    found = {(index, place): coming.change(index, place, 0).batch for index in (0, 4) for place in weights(made, index)}
    network.weights = [{name: array.astype(np.float64) for name, array in arrays.items()} for arrays in network.weights]
    x = batch.x.astype(np.float64)
    for (index, place), slope in found.items():
        array = network.weights[index]["weight"]
        losses = []
        for shift in (1e-5, -2e-5):
            array[place] += shift
            losses.append(network.learn(x, batch.labels).loss.mean)
        array[place] += 1e-5
        assert slope == pytest.approx((losses[0] - losses[1]) / 2e-5, rel=2e-3, abs=1e-5)


def test_the_last_batch_of_an_epoch_has_fewer_examples_and_after_all_epochs_none_comes():
    made = course(steps=2)
    place = Weight(0, 0, 0, 0)
    assert next_batch(made).change(0, place, 4).step == 2
    with pytest.raises(NotFound, match="from 0 to 4"):
        next_batch(made).change(0, place, 5)
    with pytest.raises(NotFound):
        next_batch(made).change(0, place, -1)
    for _ in range(4):
        made.advance()
    with pytest.raises(NotFound, match="All 2 epochs are over"):
        next_batch(made).change(0, place, 0)


def test_numbers_that_run_away_are_said_of_their_layer():
    made = course(steps=0)
    made.network.weights[6]["weight"][...] = np.random.default_rng(1).choice(
        [-3e38, 3e38], made.network.weights[6]["weight"].shape
    )
    with pytest.raises(Unfit, match="The numbers of layer") as mistake:
        next_batch(made).change(0, Weight(0, 0, 0, 0), 0)
    assert mistake.value.say(str).startswith("The numbers of layer 1 (conv2d) grow past what float32 holds")
    assert mistake.value.status == 422
