"""A line of arithmetic that can be checked: its numbers have as many digits as it takes to get the printed result.

0.5 ÷ 3 = 0.17       as it stands
1 ÷ 1.7 ≠ 0.57   →   1 ÷ 1.74 = 0.57
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation, Overflow
from functools import reduce
from operator import mul

from app.printing.numbers import MINUS, finer, rounded, written

MOST_MORE = 7  # digits beyond those that a number has elsewhere
LARGEST_PLAIN = Decimal(10) ** 9  # from here on a number is written with a power of ten
Numbers = Sequence[Decimal]


def _mean(numbers: Numbers) -> Decimal:
    *terms, count = numbers
    return sum(terms, Decimal(0)) / count


def _standard(numbers: Numbers) -> Decimal:
    x, mean, variance, eps = numbers
    return (x - mean) / (variance + eps).sqrt()


RULES: dict[str, Callable[[Numbers], Decimal]] = {
    "sum": lambda numbers: sum(numbers, Decimal(0)),
    "product": lambda numbers: reduce(mul, numbers),
    "quotient": lambda numbers: numbers[0] / numbers[1],
    "power": lambda numbers: (numbers[0] - numbers[1]).exp(),
    "mean": _mean,  # of all but the last, which says how many they are
    "affine": lambda numbers: numbers[0] * numbers[1] + numbers[2],
    "standard": _standard,  # (x − mean) ÷ √(variance + eps)
    "logistic": lambda numbers: 1 / (1 + numbers[0]),  # of e^−x
    "descent": lambda numbers: numbers[0] - numbers[1] * numbers[2],  # weight − rate × gradient
    "surprise": lambda numbers: -numbers[0].ln(),  # of a share
    "tangent": lambda numbers: (1 - numbers[0]) / (1 + numbers[0]),  # of e^−2x
}


@dataclass(frozen=True)
class Working:
    """Numbers as printed, the result, and whether who computes with the first gets the second."""

    parts: tuple[Decimal, ...]
    total: Decimal
    exact: bool

    @property
    def sign(self) -> str:
        """What stands between them."""
        return "=" if self.exact else "≈"


def working(rule: str, parts: Sequence[tuple[float | Decimal, int | None]], total: float, decimals: int) -> Working:
    """Return `parts`, each with its usual decimals, with more where the `rule` needs them to give the printed total.

    A part without decimals (None) stands as it is: a count, a setting.
    """
    wanted = rounded(total, decimals)
    tries = [
        tuple(
            _constant(part) if places is None else _precise(Decimal(part), finer(places, more))
            for part, places in parts
        )
        for more in range(MOST_MORE + 1)
    ]
    for printed in tries:
        with suppress(DivisionByZero, InvalidOperation, Overflow):
            if RULES[rule](printed).quantize(wanted, ROUND_HALF_UP) == wanted:
                return Working(printed, wanted, True)
    return Working(tries[0], wanted, False)


def exponential(x: float) -> Decimal:
    """Return e^x, which no float need hold."""
    return Decimal(x).exp()


def _constant(part: float | Decimal) -> Decimal:
    return Decimal(repr(part)) if isinstance(part, float) else Decimal(part)


def _precise(part: Decimal, decimals: int) -> Decimal:
    """Return a number rounded; the very large keep three digits."""
    if abs(part) >= LARGEST_PLAIN:
        return Decimal(f"{part:.2e}")
    return rounded(part, decimals)


def spelled(number: Decimal) -> str:
    """Return a number as it stands in a line, the very large with a power of ten."""
    if abs(number) < LARGEST_PLAIN:
        return written(number)
    power = number.adjusted()
    digits = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(digit)] for digit in str(power))
    return f"{written(number.scaleb(-power))} × 10{digits}"


def plainly(number: float) -> str:
    """Return a setting as it was given: 0.2, 0.00001."""
    text = f"{Decimal(repr(number)):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", MINUS)
