"""Ten batches of a small network with layers of most kinds, by ours and by PyTorch, for each way to train.

python -m tests.golden.training    makes training.json, which PyTorch alone needs
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from app.layers.reading import read_layer
from app.pipeline import recipe
from app.training.examples import Examples
from app.training.network import Network, seeded
from app.training.optimizers import SGD, Adam
from app.training.trainer import Trainer
from tests.golden.case import numbers

PATH = Path(__file__).with_suffix(".json")
LAYERS = (
    'conv2d(4, (3, 2), 1, 1, padding_mode="reflect", bias=False) | batch_norm2d | relu | max_pool2d(3, 2, padding=1)'
    ' | conv2d(6, 3, (1, 2), "valid", groups=2) | leaky_relu | conv_transpose2d(3, 3, 2, 1) | sigmoid'
    " | avg_pool2d((2, 1)) | upsample2d | tanh | linear(9) | relu | linear(4) | softmax"
)
SHAPE, EXAMPLES, BATCH, STEPS = (2, 9, 11), 40, 8, 10
OPTIMIZERS = {"sgd": SGD, "adam": Adam}
CASES: dict[str, dict[str, Any]] = {
    "plain": {"type": "sgd", "learning_rate": 0.1, "momentum": 0.0},
    "momentum": {"type": "sgd", "learning_rate": 0.05, "momentum": 0.9},
    "nesterov": {"type": "sgd", "learning_rate": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01},
    "one cycle": {"type": "sgd", "learning_rate": 0.2, "momentum": 0.9, "schedule": "one_cycle"},
    "adam": {"type": "adam", "learning_rate": 0.003},
    "adam, one cycle": {"type": "adam", "learning_rate": 0.01, "schedule": "one_cycle", "weight_decay": 0.02},
}


def trainer(settings: dict[str, Any]) -> Trainer:
    """Return our training by these settings of an optimizer."""
    network = Network(seeded(recipe.read(LAYERS), seed=5), SHAPE)
    pictures = numbers(11, (EXAMPLES, *SHAPE)) / 2
    labels = (numbers(12, (EXAMPLES,)) + 4).astype(np.intp) // 2
    optimizer = OPTIMIZERS[settings["type"]](**settings)
    return Trainer(network, Examples(pictures, labels), optimizer, batch_size=BATCH, epochs=2, seed=3)


def ours(settings: dict[str, Any]) -> list[float]:
    """Return the loss of each batch, before its change."""
    return [report.loss for report in trainer(settings)]


def theirs(settings: dict[str, Any]) -> list[float]:
    """Return the same by PyTorch, which is given our batches and first weights."""
    import torch

    from tests.parity.modules import module

    mine = trainer(settings)
    network = mine.network
    net = torch.nn.Sequential()
    for layer, shape, weights in zip(network.layers[:-1], network.shapes[:-1], network.weights, strict=False):
        if layer.type == "linear":
            net.append(torch.nn.Flatten())
        net.append(module(read_layer(layer.canonical()).canonical(), shape, weights))
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    arguments = {name: value for name, value in settings.items() if name not in ("type", "schedule", "learning_rate")}
    optimizer = kinds[settings["type"]](net.parameters(), lr=settings["learning_rate"], **arguments)
    cycle = None
    if settings.get("schedule") == "one_cycle":
        cycle = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, settings["learning_rate"], total_steps=mine.steps, cycle_momentum=False
        )
    losses = []
    for step in range(mine.steps):
        mine.step = step
        batch = mine.next_batch()
        x = torch.from_numpy(np.ascontiguousarray(batch.x.transpose(3, 0, 1, 2)))
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(net(x), torch.from_numpy(batch.labels))
        loss.backward()
        optimizer.step()
        if cycle is not None and step + 1 < mine.steps:
            cycle.step()
        losses.append(float(loss.detach()))
    assert len(losses) == STEPS
    return losses


def main() -> None:
    import torch

    found = {name: theirs(settings) for name, settings in CASES.items()}
    PATH.write_text(json.dumps({"torch": torch.__version__, "losses": found}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
