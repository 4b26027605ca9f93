"""How one score came to be: what each map before it adds, those that weigh most, and the rest in one number.

map × weights = products        all cells of a map, each with a weight of its own for the class
Σ products                      what the map adds
the maps + bias                 the score
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.layers import Shape
from app.layers.layer import Array
from app.layers.references import PICTURE
from app.numerics.window import Pair
from app.pipeline.plan import Stage
from app.printing.numbers import adding_up

MOST = 4  # maps that are shown


def maps_read(stages: Sequence[Stage], index: int) -> tuple[int, Shape]:
    """Return the layer whose maps layer `index` reads (−1: the picture), and their shape, before they were laid out as
    a row."""
    shape, number = stages[index].input_shape, stages[index].inputs[0]
    while number != PICTURE and stages[number].layer.rearranges:
        shape, number = stages[number].input_shape, stages[number].inputs[0]
    return number, shape


def products(x: Array, weight: Array, shape: Shape) -> NDArray[np.float64]:
    """Return what each cell of maps of `shape` adds to a score: its number times its weight, exactly."""
    return (x.astype(np.float64) * weight).reshape(shape)


def heaviest(found: NDArray[np.float64], most: int = MOST) -> list[int]:
    """Return the maps whose products add most or take most away, the heaviest first."""
    sums = np.abs(found.sum(axis=(1, 2)))
    return [int(index) for index in np.argsort(-sums, kind="stable")[:most]]


@dataclass(frozen=True)
class Part:
    """What one map adds."""

    map: int
    cell: Pair  # of its largest product, by size
    added: Decimal


@dataclass(frozen=True)
class ScoreSum:
    """A score as printed: its parts, the rest, in which rounding is too, and the bias add up to the last digit."""

    parts: tuple[Part, ...]
    others: int  # maps that are not shown; where there are none the rest is rounding
    rest: Decimal
    bias: Decimal
    total: Decimal


def score_sum(found: NDArray[np.float64], bias: float, score: float, decimals: int) -> ScoreSum:
    """Return how the products of all maps (channels, rows, columns) and the `bias` make a `score`."""
    maps = heaviest(found)
    printed = adding_up([*(float(found[index].sum()) for index in maps), bias], score, decimals)
    cells = [divmod(int(np.abs(found[index]).argmax()), found.shape[2]) for index in maps]
    parts = tuple(Part(*each) for each in zip(maps, cells, printed.terms, strict=False))
    return ScoreSum(parts, len(found) - len(maps), printed.remainder, printed.terms[-1], printed.total)
