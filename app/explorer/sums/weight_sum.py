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


def descent_line(change: WeightChange, rate: float, gradient: float) -> Working:
    """Return weight − rate × gradient = the next weight, with the digits that its change takes."""
    decimals = max(4, digits_of(abs(change.update), 2))
    decimals = decimals if decimals <= FINEST else 4
    parts = [(change.weight, decimals), (rate, None), (gradient, digits_of(abs(gradient)))]
    return working("descent", parts, change.next, decimals)
