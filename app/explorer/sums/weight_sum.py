"""The gradient by one weight as a sum that is written out: each value that the weight met, over the gradient there."""

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from app.numerics.axis import Pair
from app.printing.numbers import MOST, level, rounded
from app.printing.working import Working, working
from app.training.weight_change import WeightChange

SHOWN = 36  # products that are written
UNIT = 0.01  # gradients below are written in a power of ten
DIGITS = 3  # of the largest gradient
MOST_VALUE = 4  # decimals of a tiny value
MORE = 3  # decimals that a small sum may have beyond those of its gradients
MOST_ROWS = 10  # classes that all have a row; of more …
FEWER = 8  # … so many
FINEST = 8  # decimals that a weight has in float32; a change that is smaller does not show


@dataclass(frozen=True)
class Met:
    """A place at which the gradient is not 0."""

    at: Pair  # row and column of the map
    value: float
    gradient: float
    printed: Decimal  # the gradient, in the sum's power of ten
    tint: str


@dataclass(frozen=True)
class WeightSum:
    """The products, what is not written of them, and what they give: as printed they add up."""

    met: tuple[Met, ...]
    decimals: int  # of the values
    others: int  # smaller ones, that are not written
    zeros: int  # places at which the gradient is 0
    power: int  # gradients are written in 10 to the −power
    rest: Decimal  # the others and what rounding leaves
    total: Decimal


def weight_sum(change: WeightChange, decimals: int) -> WeightSum:
    """Return the sum that is the gradient of one example by a weight; values have `decimals`, tiny ones more."""
    gradient, values = change.gradient, change.values
    rows, columns = np.nonzero(gradient)
    extent = float(np.abs(gradient).max(initial=0))
    power = 0 if extent >= UNIT or not extent else -math.floor(math.log10(extent))
    places = digits_of(extent * 10**power)
    sizes = np.abs(gradient[rows, columns].astype(np.float64) * values[rows, columns])
    chosen = np.sort(np.argsort(-sizes, kind="stable")[:SHOWN])
    met = tuple(
        Met(
            (int(rows[k]), int(columns[k])),
            float(values[rows[k], columns[k]]),
            float(gradient[rows[k], columns[k]]),
            rounded(float(gradient[rows[k], columns[k]]) * 10**power, places),
            level(float(gradient[rows[k], columns[k]]), extent),
        )
        for k in chosen
    )
    largest = max((abs(one.value) for one in met), default=0)
    decimals = max(decimals, min(MOST_VALUE, digits_of(largest, 2))) if largest else decimals
    whole = change.example * 10**power
    least = max(places, min(places + MORE, digits_of(abs(whole))))
    total = rounded(whole, least)
    written = sum((rounded(one.value, decimals) * one.printed for one in met), Decimal(0))
    rest = total - rounded(written, least)
    return WeightSum(met, decimals, len(rows) - len(met), gradient.size - len(rows), power, rest, total)


def digits_of(extent: float, count: int = DIGITS) -> int:
    """Return the decimals with which numbers up to ±extent have so many digits."""
    return max(0, min(MOST, count - 1 - math.floor(math.log10(extent)))) if extent else count


@dataclass(frozen=True)
class LossRow:
    """One class: what the network said, what is true, and the gradient by its score: the first less the second."""

    index: int
    said: Decimal
    truth: int
    gradient: Decimal


@dataclass(frozen=True)
class LossSum:
    """How wrong the answer is."""

    rows: tuple[LossRow, ...]
    others: int  # classes that have no row
    line: Working  # −ln of the share of the true class


def loss_sum(shares: np.ndarray, label: int, loss: float) -> LossSum:
    """Return the loss of `shares` where `label` is true; of many classes the likeliest, and that one."""
    chosen = list(range(len(shares)))
    if len(shares) > MOST_ROWS:
        likeliest = np.argsort(-shares, kind="stable")[:FEWER].tolist()
        chosen = sorted(likeliest if label in likeliest else [*likeliest[:-1], label])
    wrong = 1 - float(shares[label])
    decimals = max(2, min(6, digits_of(wrong, 2)))
    said = {k: rounded(float(shares[k]), decimals) for k in chosen}
    rows = tuple(LossRow(k, said[k], int(k == label), said[k] - int(k == label)) for k in chosen)
    share = float(shares[label])
    places = max(decimals, digits_of(share, 2))
    line = working("surprise", [(share, places)], loss, max(2, min(6, digits_of(loss, 2))))
    return LossSum(rows, len(shares) - len(rows), line)


def descent_line(change: WeightChange, rate: float, gradient_decimals: int) -> Working:
    """Return weight − rate × gradient = the next weight, with the digits that its change takes."""
    decimals = max(4, digits_of(abs(change.update), 2))
    decimals = decimals if decimals <= FINEST else 4
    parts = [(change.weight, decimals), (rate, None), (change.example, gradient_decimals)]
    return working("descent", parts, change.next, decimals)
