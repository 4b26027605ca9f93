"""With how many decimals the numbers of a layer are written: its own, those that it reads, and its weights."""

from typing import NamedTuple

import numpy as np

from app.lab import Result
from app.printing.digits import Digits
from app.printing.numbers import NARROW, decimals_for, short
from app.printing.products import exact_decimals
from app.rendering.sheets.maps import extent_of

MOST_OF_WEIGHTS = 3
LARGEST_EXACT_CHECK = 1_000_000  # cells of which it is worth asking whether all are whole


class Decimals(NamedTuple):
    """The decimals of one layer."""

    own: int
    input: int
    weights: int


def decimals_of(
    digits: Digits, result: Result, extent: float, before: Result, input_extent: float, *, first: bool
) -> Decimals:
    """Return the decimals of a layer; those of a picture stay, where the `first` layer's filters read it."""
    weight = result.weights.get("weight")
    entering = decimals_for(input_extent, whole(before.output))
    if not first or weight is None:
        entering = digits.decimals(input_extent, entering)
    own = digits.decimals(extent, decimals_for(extent, whole(result.output)))
    return Decimals(own, entering, 0 if weight is None else of_weights(weight))


def of_weights(weight: np.ndarray) -> int:
    """Return how many decimals weights have in a narrow cell: all that they have, else as many as it holds."""
    extent = extent_of(weight)
    exact = exact_decimals(weight, MOST_OF_WEIGHTS) if weight.size <= LARGEST_EXACT_CHECK else None
    decimals = MOST_OF_WEIGHTS if exact is None else exact
    while decimals and len(short(-extent, decimals)) > NARROW:
        decimals -= 1
    return decimals


def whole(x: np.ndarray) -> bool:
    """Tell whether all numbers are whole, where they are few enough to be looked at."""
    return x.size <= LARGEST_EXACT_CHECK and bool(np.equal(x, np.rint(x)).all())
