"""Learning: a batch forward, back and into the weights, ours and PyTorch's, on small networks for CIFAR's pictures."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from app.numerics import threads
from app.pipeline import recipe
from app.training.examples import Examples
from app.training.network import Network, seeded
from app.training.optimizers import SGD
from app.training.trainer import Trainer
from bench.cases import CIFAR
from bench.machine import cores
from bench.peers import MODULES
from bench.table import Row
from bench.timing import side_by_side

SHAPE, EXAMPLES, CLASSES = (3, 32, 32), 2048, 10
LIMIT = 2.5
SETTINGS = {"learning_rate": 0.01, "momentum": 0.9, "nesterov": True, "weight_decay": 0.001}


@dataclass(frozen=True)
class Case:
    """A network that learns from so many pictures at once."""

    name: str
    recipe: str
    batch_size: int


CASES = [
    Case(
        "17,000 weights, batch 128",
        "conv2d(16, 5) | relu | max_pool2d(2) | conv2d(32, 3) | relu | max_pool2d(2) | linear(10) | softmax",
        128,
    ),
    Case(
        "70,000 weights, batch 64",
        "conv2d(24, 5, padding=2) | relu | conv2d(24, 3, padding=1) | relu | max_pool2d(2)"
        " | conv2d(48, 3, padding=1) | relu | conv2d(48, 3, padding=1) | relu | max_pool2d(2)"
        " | conv2d(48, 3, padding=1) | relu | max_pool2d(2) | linear(10) | softmax",
        64,
    ),
    Case("CIFAR network, batch 64", CIFAR, 64),
]


def measure(only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return a row a network: milliseconds a batch, two threads each."""
    count = min(2, cores())
    threads.use(count)
    torch.set_num_threads(count)
    rows = []
    for case in CASES:
        if only in case.name:
            ours = _trainer(case)
            contenders = {"ours": ours.advance, "torch": _theirs(ours)}
            times = side_by_side(contenders, seconds=seconds, least=3)
            rows.append(Row(case.name, times["ours"], peers={"torch": times["torch"]}, limit=LIMIT, threads=count))
    return rows


def _trainer(case: Case) -> Trainer:
    generator = np.random.default_rng(7)
    pictures = generator.normal(size=(EXAMPLES, *SHAPE)).astype(np.float32)
    examples = Examples(pictures, generator.integers(0, CLASSES, EXAMPLES))
    network = Network(seeded(recipe.read(case.recipe), seed=1), SHAPE)
    return Trainer(network, examples, SGD(**SETTINGS), batch_size=case.batch_size, epochs=10_000, seed=1)


def _theirs(ours: Trainer) -> Callable[[], float]:
    """Return a step of the same training by PyTorch; stop where its first loss is another."""
    net = torch.nn.Sequential()
    for layer, shape, weights in zip(ours.network.layers[:-1], ours.network.shapes, ours.network.weights, strict=False):
        fields = layer.model_dump(exclude={"type", "weights"})
        if layer.type == "linear":
            net.append(torch.nn.Flatten())
            fields["in_features"] = int(np.prod(shape))
        elif layer.type == "conv2d":
            fields["in_channels"] = shape[0]
        net.append(MODULES[layer.type](**fields))
        net[-1].load_state_dict({name: torch.from_numpy(array.copy()) for name, array in weights.items()})
    settings = dict(SETTINGS)
    optimizer = torch.optim.SGD(net.parameters(), lr=settings.pop("learning_rate"), **settings)
    pictures, labels = torch.from_numpy(ours.examples.pictures), torch.from_numpy(ours.examples.labels)
    place = 0

    def step() -> float:
        nonlocal place
        some = slice(place, place + ours.batch_size)
        place = (place + ours.batch_size) % EXAMPLES
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(pictures[some]), labels[some])
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    some = np.arange(ours.batch_size)
    batch = ours.examples.batch(some)
    mine = ours.network.learn(batch.x, batch.labels).loss.mean
    if abs(step() - mine) > 1e-4 * mine:
        raise AssertionError("PyTorch has another loss")
    return step
