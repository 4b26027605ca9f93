"""How many decimals numbers are given: as a person asks (d2: two decimals, s4: four digits), or as their size asks.

Decimals are the same for all numbers of a map; digits that count are counted on each number, and what rounding leaves
of a sum has all that it takes.
"""

from dataclasses import dataclass
from decimal import Decimal

from app.printing.numbers import MOST, Significant

DECIMALS = range(7)
SIGNIFICANT = range(2, 8)


@dataclass(frozen=True)
class Digits:
    """What the address asks of printed numbers; nothing, where kind is empty."""

    kind: str = ""  # d: decimals, s: significant digits
    count: int = 0

    def decimals(self, extent: float, automatic: int) -> int:
        """Return how many decimals numbers up to ±extent are given; `automatic` where nothing is asked."""
        if self.kind == "d":
            return self.count
        if self.kind == "s" and extent > 0:
            return Significant(max(0, min(MOST, self.count - 1 - Decimal(extent).adjusted())), self.count)
        return automatic

    @property
    def name(self) -> str:
        """As the address has it."""
        return f"{self.kind}{self.count}" if self.kind else ""


AUTOMATIC = Digits()
FORMATS = {
    digits.name: digits for digits in (*(Digits("d", n) for n in DECIMALS), *(Digits("s", n) for n in SIGNIFICANT))
}


def read_digits(text: str) -> Digits:
    """Return what an address asks; nonsense asks nothing."""
    return FORMATS.get(text, AUTOMATIC)
