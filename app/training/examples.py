"""Examples with their labels, as a network in training reads them, some at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.layers import Shape
from app.layers.numbers import Array
from app.numerics.batches.loss import Labels
from app.pictures.picture import on_scale

Chance = np.random.Generator


def unit(pictures: NDArray[np.uint8]) -> Array:
    """Return bytes as numbers from 0 to 1."""
    return on_scale(pictures, "unit")


class Batch(NamedTuple):
    """Some examples at once."""

    x: Array  # (channel, row, column, example)
    labels: Labels
    numbers: NDArray[np.intp]  # which examples they are


@dataclass(frozen=True)
class Examples:
    """Pictures, each with the number of its class."""

    pictures: NDArray[Any]  # (example, channel, row, column), as they are kept: bytes take a quarter of the memory
    labels: Labels
    read: Callable[[NDArray[Any]], Array] | None = None  # from what is kept to what the network reads; None: as it is
    vary: Callable[[Array, Chance], Array] | None = None  # a batch otherwise each time: shifted, mirrored, turned

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def shape(self) -> Shape:
        """Channels, rows and columns of each."""
        channels, rows, columns = self.pictures.shape[1:]
        return channels, rows, columns

    def batch(self, numbers: NDArray[np.intp], chance: Chance | None = None) -> Batch:
        """Return the examples of these `numbers`, varied where there is `chance` for it."""
        x: Array = np.ascontiguousarray(self.pictures[numbers].transpose(1, 2, 3, 0))
        x = np.ascontiguousarray(x if self.read is None else self.read(x), np.float32)
        if self.vary is not None and chance is not None:
            x = np.ascontiguousarray(self.vary(x, chance), np.float32)
        return Batch(x, self.labels[numbers], numbers)
