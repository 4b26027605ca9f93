"""Claims about the shapes that code draws: they are what they are called, and follow from the seed."""

import hashlib

import numpy as np
import pytest

from app.pipeline import recipe
from app.training.network import Network, seeded
from app.training.optimizers import SGD
from app.training.score import score
from app.training.shapes import SHAPES, shapes
from app.training.trainer import Trainer


def named(ink):
    """Name a shape by what the cells of its lines are, in other words than it was drawn by."""
    rows, columns = np.nonzero(ink)
    if within := paper_within(ink):
        radius = np.hypot(rows - rows.mean(), columns - columns.mean()).max() + 0.5
        return "circle" if ink.sum() + within > 0.82 * np.pi * radius**2 else "square"
    short, long = np.sqrt(np.linalg.eigvalsh(np.cov(rows, columns)))
    return "line" if short < 0.5 * long else "cross"


def paper_within(ink):
    """Count the cells of paper that a flood from the edge does not reach."""
    flood = np.zeros((ink.shape[0] + 2, ink.shape[1] + 2), bool)
    flood[0] = True
    paper = np.pad(~ink, 1, constant_values=True)
    for _ in range(ink.size):
        more = flood.copy()
        for axis, by in ((0, 1), (0, -1), (1, 1), (1, -1)):
            more |= np.roll(flood, by, axis)
        more &= paper
        if (more == flood).all():
            break
        flood = more
    return int((paper & ~flood).sum())


@pytest.mark.parametrize("size", [24, 32])
def test_each_picture_is_of_the_shape_that_it_is_called(size):
    examples, held_out, names = shapes(size, SHAPES, 30, 5)
    found = [named(picture.max(axis=0) > 140) for picture in examples.pictures]
    right = [name == names[label] for name, label in zip(found, examples.labels, strict=True)]
    assert np.mean(right) > 0.97
    assert (np.bincount(examples.labels) == 30).all()
    assert (np.bincount(held_out.labels) == 15).all()


def test_the_network_reads_colours_from_0_to_1():
    examples, _, _ = shapes(13, ["square", "line"], 6, 1)
    batch = examples.batch(np.array([1, 7]))
    assert batch.x.shape == (3, 13, 13, 2)
    assert batch.x.dtype == np.float32
    assert (batch.x[..., 1] == examples.pictures[7] / np.float32(255)).all()
    assert 0 <= batch.x.min() < 0.3 < 0.8 < batch.x.max() <= 1
    assert batch.labels.tolist() == [0, 1]


def test_a_picture_follows_from_the_seed_and_not_from_how_many_there_are():
    few, held_out, _ = shapes(16, ["line", "cross"], 70, 9)
    many, _, names = shapes(16, ["cross", "circle", "line"], 80, 9)
    other, _, _ = shapes(16, ["cross", "line"], 70, 10)
    assert names == ("cross", "circle", "line")
    assert (few.pictures[70:] == many.pictures[:70]).all()
    assert (few.pictures[:70] == many.pictures[160:230]).all()
    assert len({picture.tobytes() for one in (few, held_out, other) for picture in one.pictures}) == 140 + 70 + 140


def test_a_seed_gives_the_same_bytes_for_ever():
    examples, held_out, _ = shapes(16, SHAPES, 4, 7)
    found = hashlib.sha256(examples.pictures.tobytes() + held_out.pictures.tobytes()).hexdigest()
    assert found[:16] == "423ab5f3bce2b491"


def test_a_small_network_soon_tells_them_apart():
    examples, held_out, _ = shapes(16, SHAPES, 200, 1)
    network = Network(
        seeded(recipe.read("conv2d(8, 5) | relu | max_pool2d(2) | linear(4) | softmax"), 1), examples.shape
    )
    before = score(network, held_out).accuracy
    list(Trainer(network, examples, SGD(learning_rate=0.1, momentum=0.0), batch_size=16, epochs=2, seed=1))
    assert before < 0.4 < 0.65 < score(network, held_out).accuracy
