"""How well a network does on examples that it did not learn from."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.layers.layer import Array
from app.training.examples import Examples
from app.training.network import Network

AT_ONCE = 128  # examples


class Score(NamedTuple):
    """What a network makes of examples."""

    shares: Array  # how likely each class is for each example, (class, example)
    loss: float  # the mean
    confusion: NDArray[np.intp]  # how many examples of each class (row) were taken for each class (column)

    @property
    def accuracy(self) -> float:
        """The part that is right, from 0 to 1."""
        return float(self.confusion.trace() / self.confusion.sum())


def score(network: Network, examples: Examples, at_once: int = AT_ONCE) -> Score:
    """Return what `network` makes of all `examples`, as they are."""
    numbers = np.arange(len(examples))
    parts = [
        network.evaluate(examples.batch(numbers[first : first + at_once]).x)
        for first in range(0, len(examples), at_once)
    ]
    shares = np.concatenate(parts, axis=1)
    confusion = np.zeros((network.classes, network.classes), np.intp)
    np.add.at(confusion, (examples.labels, shares.argmax(axis=0)), 1)
    least = np.finfo(np.float32).tiny
    return Score(shares, float(-np.log(np.maximum(shares[examples.labels, numbers], least)).mean()), confusion)
