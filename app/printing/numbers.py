"""Numbers as people read them: a true minus sign, a fixed number of decimals, and sums that add up as printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np

MINUS = "−"
MOST = 9  # decimals
NARROW = 5  # characters of a narrow cell


class Significant(int):
    """The decimals of the largest number where each keeps its own digits that count: of two, 350 and −0.25."""

    count: int

    def __new__(cls, decimals: int, count: int) -> "Significant":
        made = super().__new__(cls, decimals)
        made.count = count
        return made

    def of(self, value: float | Decimal) -> int:
        """Return the decimals of `value`: below zero where not even its ones count."""
        leading = Context(prec=self.count, rounding=ROUND_HALF_UP).create_decimal(value)
        return min(MOST, self.count - 1 - leading.adjusted()) if leading else 0


def finer(decimals: int, more: int) -> int:
    """Return how numbers are rounded that have `more` decimals, or digits that count."""
    plain = int(decimals) + more
    return Significant(plain, decimals.count + more) if isinstance(decimals, Significant) else plain


def rounded(value: float | Decimal, decimals: int) -> Decimal:
    """Return `value` rounded half away from zero to `decimals`, as JavaScript's toFixed rounds."""
    if isinstance(decimals, Significant):
        decimals = decimals.of(value)
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def written(number: Decimal) -> str:
    """Return a decimal with a true minus sign and its thousands marked; zero has no sign."""
    text = f"{abs(number):,f}"
    return MINUS + text if number < 0 else text


def fixed(value: float, decimals: int) -> str:
    """Return `value` with `decimals` decimals and a true minus sign."""
    return written(rounded(value, decimals))


def short(value: float, decimals: int, bare: bool | None = None) -> str:
    """Return `value` for a narrow cell: without the zero before the point where it is `bare`, or has three decimals."""
    bare = decimals > 2 if bare is None else bare
    own = isinstance(decimals, Significant)
    places = decimals.of(value) if isinstance(decimals, Significant) else decimals
    while True:
        text = fixed(value, places).replace(",", "")
        text = text.replace("0.", ".", 1) if bare and text.lstrip(MINUS).startswith("0.") else text
        if not own or places <= 0 or len(text) <= NARROW:
            return text
        places -= 1


def plain(value: float) -> str:
    """Return the shortest decimal that reads back as the same float32, for a field to edit."""
    return written(Decimal(str(np.float32(value)).removesuffix(".0"))).replace(",", "")


def brief(value: float) -> str:
    """Return a weight for a small field: as it is where that is short or whole, else with three decimals."""
    exact = plain(value)
    return exact if len(exact.lstrip(MINUS)) <= 4 or "." not in exact else short(value, 3)


def grouped(number: int) -> str:
    """Return a count with its thousands marked: 352,800."""
    return f"{number:,}"


def about(number: int) -> str:
    """Return a count of which three digits matter: 31,700."""
    unit = 10 ** max(0, len(str(number)) - 3)
    return grouped(number // unit * unit)


def decimals_for(extent: float, whole: bool) -> int:
    """Return how many decimals numbers up to ±extent are given: none where all are whole, else about four digits."""
    if whole or extent >= 100_000:
        return 0
    for decimals, least in ((1, 10_000), (2, 1), (3, 0.1), (4, 0.01)):
        if extent >= least:
            return decimals
    return 6


def level(value: float, extent: float) -> str:
    """Return the class of a cell's tint on the signed scale: n10 … n1, z, p1 … p10."""
    share = min(1.0, abs(value) / extent) ** 0.8 if extent else 0.0  # as the palette grows
    step = round(10 * share) * (1 if value > 0 else -1)
    return f"n{-step}" if step < 0 else f"p{step}" if step else "z"


def brightness(value: float, low: float, high: float) -> str:
    """Return the class of a cell's tint from dark to light: l0 … l10."""
    return f"l{round(10 * max(0.0, min(1.0, (value - low) / (high - low))))}"


@dataclass(frozen=True)
class Sum:
    """Terms, a remainder where rounding asks for one, and a total, as printed: they add up to the last digit."""

    terms: tuple[Decimal, ...]
    remainder: Decimal
    total: Decimal


def adding_up(terms: Sequence[float], total: float, decimals: int) -> Sum:
    """Return `terms` and `total` rounded to `decimals`, with what rounding leaves over."""
    printed = tuple(rounded(term, decimals) for term in terms)
    whole = rounded(total, decimals)
    left = whole - sum(printed, Decimal(0))
    return Sum(printed, left.normalize() if isinstance(decimals, Significant) else left, whole)
