"""What is measured: layers as networks have them, and two whole networks, each with what it is held to."""

from dataclasses import dataclass

import numpy as np

from app.layers.layer import Shape
from app.pipeline import recipe
from bench.graph import Graph


@dataclass(frozen=True)
class Case:
    """Layers on an input, with weights."""

    name: str
    recipe: str
    shape: Shape  # of the input
    kind: str  # dense, large, separable, pool or network
    limit: float = 1.5  # for the ratio to the faster of the peers

    def graph(self) -> Graph:
        """Return its layers on the same random input every time."""
        x = np.random.default_rng(7).normal(size=self.shape).astype(np.float32)
        return Graph.of(recipe.read(self.recipe), x)


CONVOLUTIONS = [
    ("conv2d(6, 5)", (3, 32, 32)),
    ("conv2d(10, 3)", (10, 64, 64)),
    ("conv2d(8, 3, padding=1)", (3, 512, 512)),
    ("conv2d(64, 7, 2, 3)", (3, 224, 224)),
    ("conv2d(96, 11, 4)", (3, 227, 227)),
    ("conv2d(64, 3, padding=1)", (64, 56, 56)),
    ("conv2d(128, 3, padding=1)", (128, 28, 28)),
    ("conv2d(512, 3, padding=1)", (512, 7, 7)),
    ("conv2d(16, 5, padding=2)", (3, 1080, 1920)),
    ("conv2d(8, 3, padding=1)", (3, 2048, 2048)),
    ("conv2d(32, 3, padding=1, groups=32)", (32, 112, 112)),
    ("conv2d(64, 3, padding=2, dilation=2)", (64, 56, 56)),
]
LENET = (
    "conv2d(6, 5) | relu | max_pool2d(2) | conv2d(16, 5) | relu | max_pool2d(2) | flatten"
    " | linear(120) | relu | linear(84) | relu | linear(10) | softmax"
)
CIFAR = (
    "conv2d(32, 3, padding=1) | relu | conv2d(32, 3, padding=1) | relu | max_pool2d(2)"
    " | conv2d(64, 3, padding=1) | relu | conv2d(64, 3, padding=1) | relu | max_pool2d(2)"
    " | flatten | linear(128) | relu | linear(10) | softmax"
)


def gaussian(size: int) -> str:
    """Return the recipe of one Gaussian filter."""
    places = np.arange(size) - size // 2
    line = np.exp(-(places**2) / (2 * (size / 6) ** 2))
    sheet = np.outer(line, line) / line.sum() ** 2
    return f"conv2d(padding={size // 2}, weights=values([[{np.round(sheet, 9).tolist()}]]))"


def _named(text: str, shape: Shape) -> str:
    return f"{'×'.join(map(str, shape))} | {text}"


CASES = [
    *(Case(_named(text, shape), text, shape, "dense") for text, shape in CONVOLUTIONS),
    Case("1×1024×1024 | conv2d(1, 15, padding=7)", "conv2d(1, 15, padding=7)", (1, 1024, 1024), "large", 0.3),
    Case("1×1024×1024 | Gaussian 31×31", gaussian(31), (1, 1024, 1024), "separable", 0.3),
    Case("64×112×112 | max_pool2d(3, 2, padding=1)", "max_pool2d(3, 2, padding=1)", (64, 112, 112), "pool"),
    Case("LeNet on 1×32×32", LENET, (1, 32, 32), "network"),
    Case("CIFAR network on 3×32×32", CIFAR, (3, 32, 32), "network"),
]
