"""Claims about optimizers: PyTorch's losses over ten steps, their formulas on one number, what they refuse."""

import json

import numpy as np
import pytest

from app.errors import Unfit
from app.layers.reading import validated
from app.training.optimizers import SGD, Adam
from app.training.schedules import SCHEDULES, one_cycle
from tests.golden.training import CASES, PATH, ours

GOLDEN = json.loads(PATH.read_text("utf-8"))["losses"]


@pytest.mark.parametrize("case", CASES)
def test_ten_batches_give_pytorchs_losses(case):
    assert GOLDEN.keys() == CASES.keys()
    assert np.abs(np.array(ours(CASES[case])) - GOLDEN[case]).max() <= 1e-5


def followed(optimizer, gradients, weight=2.0):
    """Return a single weight after each of some steps."""
    array, found = np.array([weight], np.float32), []
    memory = optimizer.memory(array)
    for step, gradient in enumerate(gradients):
        optimizer.update(array, np.array([gradient], np.float32), memory, optimizer.rate(step, len(gradients)), step)
        found.append(float(array[0]))
    return found


def test_plain_descent_goes_along_the_gradient():
    assert followed(SGD(learning_rate=0.5, momentum=0), [1, -2]) == [1.5, 2.5]
    assert SGD(momentum=0).memory(np.zeros(3, np.float32)) == {}


def test_momentum_keeps_a_part_of_the_direction_and_nesterov_looks_ahead():
    assert followed(SGD(learning_rate=1, momentum=0.5), [1, 1, 0]) == [1, -0.5, -1.25]
    assert followed(SGD(learning_rate=1, momentum=0.5, nesterov=True), [1, 1, 0]) == [0.5, -1.25, -1.625]


def test_decay_draws_a_weight_to_zero():
    assert followed(SGD(learning_rate=0.5, momentum=0, weight_decay=0.5), [0, 0]) == [1.5, 1.125]


def test_the_first_step_of_adam_is_its_rate_however_large_the_gradient():
    for gradient in (1e-3, 5, 1e4):
        assert followed(Adam(learning_rate=0.1), [gradient])[0] == pytest.approx(1.9, abs=1e-5)


def test_one_cycle_goes_up_to_the_rate_and_down_to_next_to_nothing():
    parts = [one_cycle(step, 100) for step in range(100)]
    assert parts[0] == pytest.approx(0.04)
    assert parts[29] == max(parts) == 1
    assert parts[-1] == pytest.approx(4e-6)
    assert parts[:30] == sorted(parts[:30])
    assert parts[29:] == sorted(parts[29:], reverse=True)
    for steps in range(1, 12):  # however few there are
        assert all(0 < one_cycle(step, steps) <= 1 for step in range(steps))


def test_every_schedule_that_can_be_chosen_is_there():
    assert set(SGD.model_json_schema()["properties"]["schedule"]["enum"]) == SCHEDULES.keys()


@pytest.mark.parametrize(
    "wrong",
    [
        {"learning_rate": 0}, {"learning_rate": "0.1"}, {"learning_rate": float("inf")}, {"momentum": 1},
        {"weight_decay": -1}, {"nesterov": 1}, {"schedule": "cosine"}, {"beta": 1},
    ],
)  # fmt: skip
def test_nonsense_is_refused(wrong):
    with pytest.raises(Unfit):
        validated(lambda: SGD.model_validate(wrong))


def test_nesterov_needs_momentum():
    with pytest.raises(Unfit, match="nesterov looks ahead along the momentum, which is 0"):
        SGD(momentum=0, nesterov=True)
