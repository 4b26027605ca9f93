"""The shares that softmax gives, as a person is shown them: the largest, the one at work, and the rest together."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from app.printing.numbers import adding_up
from app.printing.shares import portions

EXP_DECIMALS = 3


@dataclass(frozen=True)
class Bar:
    """One output."""

    index: int
    input: float
    share: float
    exp: Decimal
    percent: str


@dataclass(frozen=True)
class Shares:
    """Bars with what the others make together; both columns add up as printed."""

    shown: tuple[Bar, ...]
    others: int
    exps: tuple[Decimal, Decimal, Decimal]  # of the others, rounding, the whole
    percents: tuple[str, Decimal]  # of the others, rounding


def shares(exps: Sequence[float], inputs: Sequence[float], index: int, most: int) -> Shares:
    """Return the shares of `exps` (of `inputs`) in their sum, at most `most` on their own, `index` among them."""
    numbers = np.asarray(exps, np.float64)
    whole = float(numbers.sum())
    largest = np.argsort(-numbers, kind="stable")
    shown = largest[:most].tolist() if len(numbers) > most else list(range(len(numbers)))
    if index not in shown:
        shown[-1] = index
    shown.sort()
    rest = whole - float(numbers[shown].sum()) if len(shown) < len(numbers) else 0.0
    terms = [*numbers[shown].tolist(), rest]
    exp = adding_up(terms, whole, EXP_DECIMALS)
    percent = portions([term / whole for term in (terms if len(shown) < len(numbers) else terms[:-1])])
    bars = tuple(
        Bar(i, float(inputs[i]), float(numbers[i]) / whole, exp.terms[at], percent.texts[at])
        for at, i in enumerate(shown)
    )
    return Shares(
        bars,
        len(numbers) - len(shown),
        (exp.terms[-1], exp.remainder, exp.total),
        (percent.texts[-1], percent.remainder),
    )
