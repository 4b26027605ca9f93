"""How numbers that many have typed are spread: one bar a number where they are few, else ranges of round widths."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

from app.printing.numbers import written

MOST_BARS = 8  # numbers that have a bar of their own
RANGES = 5  # about so many ranges hold all but the outermost answers
OUTER = 10  # one part in so many, on each side, may lie outside them


@dataclass(frozen=True)
class Bar:
    """Some answers that stand together."""

    label: str
    count: int
    right: bool


def spread(numbers: Sequence[Decimal], right: Decimal | None) -> tuple[Bar, ...]:
    """Return how numbers are spread, from the smallest, with a bar for what is right even where nobody said it."""
    told = sorted(numbers)
    each = sorted({*told, *([] if right is None else [right])})
    if len(each) <= MOST_BARS:
        return tuple(Bar(written(number), told.count(number), number == right) for number in each)
    edges = _edges(told[len(told) // OUTER], told[-1 - len(told) // OUTER], right)
    decimals = max(0, *(-int(edge.normalize().as_tuple().exponent) for edge in edges))
    names = [written(edge.quantize(Decimal(1).scaleb(-decimals))) for edge in edges]
    labels = [f"< {names[0]}", *(f"{low} – {high}" for low, high in pairwise(names))]
    labels.append(f"≥ {names[-1]}")
    counts, at = [0] * len(labels), -1 if right is None else _range(right, edges)
    for number in told:
        counts[_range(number, edges)] += 1
    bars = [Bar(label, counts[index], index == at) for index, label in enumerate(labels)]
    return tuple(bar for bar in bars if bar.count or bar.right or bar not in (bars[0], bars[-1]))


def _range(number: Decimal, edges: Sequence[Decimal]) -> int:
    """Return which range a number is in: 0 below the first edge, then from each edge to the next."""
    return sum(number >= edge for edge in edges)


def _edges(low: Decimal, high: Decimal, right: Decimal | None) -> list[Decimal]:
    """Return round numbers around those from `low` to `high`, and around what is right where that is near."""
    if right is not None:
        reach = high - low
        low, high = min(low, max(right, low - reach)), max(high, min(right, high + reach))
    width = _round((high - low) / RANGES or Decimal(1))
    first = (low / width).to_integral_value(ROUND_FLOOR)
    count = int((high / width).to_integral_value(ROUND_FLOOR) - first) + 2
    return [(first + number) * width for number in range(count)]


def _round(width: Decimal) -> Decimal:
    """Return the next larger of 1, 2 and 5 times a power of ten."""
    power = Decimal(1).scaleb(width.adjusted())
    return next(power * digit for digit in (1, 2, 5, 10) if power * digit >= width)
