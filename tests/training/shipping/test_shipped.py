"""Claims about what ships: every checkpoint is whole, begins with the random weights of its seed, within budget."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from app.models.facts import Facts
from app.paths import APP
from app.training.network import Network, seeded
from app.training.shipping.networks import PLANS

PROMISED = {  # most parameters, most bytes, least part that is right at the end
    "cifar10": (75_000, 3_000_000, 0.75),
    "digits": (50_000, 1_000_000, 0.985),
    "article": (50_000, 500_000, 0.55),
}


@pytest.fixture(params=PLANS)
def name(request):
    return request.param


@pytest.fixture
def facts(name):
    return Facts.model_validate_json((APP / "models" / name / "model.json").read_bytes())


@pytest.fixture
def weights(name):
    return load_file(APP / "models" / name / "weights.safetensors")


def test_the_facts_are_those_of_its_plan(name, facts):
    plan = PLANS[name]
    said = facts.model_dump(mode="json")
    assert (said["recipe"], said["title"], said["classes"]) == (plan.recipe, plan.title, list(plan.data.classes))
    assert (said["source"], said["training"]["data"]) == (plan.data.source, plan.data.description)
    assert said["training"]["seed"] == plan.seed
    assert said["training"]["batch_size"] == plan.batch_size
    assert said["training"]["optimizer"] == json.loads(json.dumps(plan.settings))
    assert [each["epoch"] for each in said["epochs"]] == list(plan.checkpoints)
    assert said["training"]["seconds"] > 0


def test_every_checkpoint_has_every_array_and_none_is_left_over(name, facts, weights):
    plan = PLANS[name]
    wanted = {key: array.shape for key, array in Network(plan.layers, plan.data.shape).named()}
    assert {key: array.shape for key, array in weights.items()} == {
        f"{each.epoch}.{key}": shape for each in facts.epochs for key, shape in wanted.items()
    }
    for key, array in weights.items():
        assert array.dtype == plan.precision
        assert np.isfinite(array).all()
        assert array.any() or key.endswith("bias")


def test_it_begins_with_the_random_weights_of_its_seed(name, weights):
    plan = PLANS[name]
    for key, array in Network(seeded(plan.layers, plan.seed), plan.data.shape).named():
        assert np.array_equal(weights[f"0.{key}"], array.astype(plan.precision))


def test_it_keeps_its_budget_and_gets_better(name, facts, weights):
    parameters, size, right = PROMISED[name]
    first, last = facts.epochs[0], facts.epochs[-1]
    assert sum(array.size for key, array in weights.items() if key.startswith("0.")) <= parameters
    assert (APP / "models" / name / "weights.safetensors").stat().st_size <= size
    assert len(facts.epochs) <= 20
    assert abs(first.accuracy - 0.1) < 0.05
    assert last.accuracy >= right
    assert last.loss < first.loss / 2
