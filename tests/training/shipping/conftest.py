"""A small data set and short trainings."""

from dataclasses import replace

import pytest

from app.training.shipping import networks
from tests.training.shipping import archives

SMALL = "conv2d(6, 5, 4) | relu | linear(10) | softmax"


@pytest.fixture
def short(monkeypatch):
    """Two epochs of a small network are enough."""
    for name, plan in networks.PLANS.items():
        monkeypatch.setitem(networks.PLANS, name, replace(plan, recipe=SMALL, epochs=2, checkpoints=(0, 2)))


@pytest.fixture
def data(tmp_path, short):
    return archives.archive(tmp_path / "cifar.tar.gz", archives.cifar10())
