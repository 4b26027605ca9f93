"""Claims about the making of a network that ships: it goes on where it was put down, by its own settings."""

from dataclasses import replace

import numpy as np
import pytest

from app.training.shipping.making import Making
from app.training.shipping.networks import PLANS
from app.training.shipping.wrong_data import WrongData


def test_put_down_after_an_epoch_it_goes_on_to_the_same_bits(tmp_path, data):
    plan = PLANS["article"]
    examples = plan.data.divided(data)
    whole = Making(plan, examples, tmp_path / "whole")
    epochs = list(whole)
    first = iter(Making(plan, examples, tmp_path / "parts"))
    parts = [next(first), next(first)]
    again = Making(plan, examples, tmp_path / "parts")
    assert again.epochs == parts
    assert parts + list(again) == epochs
    assert {name: array.tobytes() for name, array in again.kept.items()} == {
        name: array.tobytes() for name, array in whole.kept.items()
    }


def test_what_was_begun_otherwise_is_not_taken_up(tmp_path, data):
    plan = PLANS["article"]
    examples = plan.data.divided(data)
    next(iter(Making(plan, examples, tmp_path)))
    with pytest.raises(WrongData, match=r"begun with other settings or other data; delete it, or give another --out"):
        Making(replace(plan, seed=2), examples, tmp_path)


def test_what_is_broken_is_not_taken_up(tmp_path, data):
    (tmp_path / "unfinished.npz").write_bytes(b"PK half of it")
    plan = PLANS["article"]
    with pytest.raises(WrongData, match=r"unfinished\.npz cannot be read .*; delete it to begin anew"):
        Making(plan, plan.data.divided(data), tmp_path)


def test_the_first_layer_has_a_weight_decay_of_its_own(tmp_path, data):
    plan = PLANS["article"]
    examples = plan.data.divided(data)
    made = Making(plan, examples, tmp_path)
    batch = made.trainer.next_batch()
    before = {name: array.copy() for name, array in made.network.named()}
    gradients = made.network.learn(batch.x, batch.labels).weights
    rate = made.trainer.rate
    made.trainer.advance()
    for index, decay in ((0, plan.first_decay), (2, plan.optimizer.weight_decay)):
        weight = before[f"{index}.weight"]
        wanted = weight - rate * 1.9 * (gradients[index]["weight"] + decay * weight)  # Nesterov's first step
        assert np.allclose(dict(made.network.named())[f"{index}.weight"], wanted, atol=1e-7)
