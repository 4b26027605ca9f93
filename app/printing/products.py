"""One product as it is read out, 198 × 0.07 = 13.86: the factors with as many digits as the product needs."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import numpy as np

from app.printing.numbers import rounded, written

MOST_MORE = 30  # decimals that a factor is given beyond those in its cell


class Product(NamedTuple):
    """A value, a weight and what they give, as printed; worked by hand, the factors give the product, rounded."""

    value: Decimal
    weight: Decimal
    result: Decimal
    exact: bool  # nothing was rounded

    @property
    def factors(self) -> str:
        """The multiplication: 198 × −0.07."""
        return f"{written(self.value)} × {written(self.weight)}"

    @property
    def text(self) -> str:
        """The whole: 198 × −0.07 = −13.86; with ≈ where rounding had a part in it."""
        return f"{self.factors} {'=' if self.exact else '≈'} {written(self.result)}"


def product(value: float, weight: float, decimals: int, least: tuple[int, int]) -> Product:
    """Return a product with `decimals`, its factors with at least as many as `least` says: of the value, the weight."""
    result = rounded(value * weight, decimals)
    plain = [Decimal(str(np.float32(number))) for number in (value, weight)]  # as a person would write them
    for factors in (plain, [Decimal(value), Decimal(weight)]):  # to the last bit, where that is not enough
        for more in range(MOST_MORE + 1):
            v, w = (_shortened(f, count + more, count) for f, count in zip(factors, least, strict=True))
            if (v * w).quantize(result, ROUND_HALF_UP) == result:
                return Product(v, w, result, v * w == result and [v, w] == plain)
    return Product(v, w, result, False)


def _shortened(number: Decimal, decimals: int, least: int) -> Decimal:
    """Return `number` with `decimals` decimals, fewer where it has fewer, but at least `least`."""
    own = -int(number.normalize().as_tuple().exponent)
    return number.quantize(Decimal(1).scaleb(-min(decimals, max(own, least))), ROUND_HALF_UP)


def exact_decimals(numbers: np.ndarray, most: int) -> int | None:
    """Return how many decimals, at most `most`, print float32 numbers in full; None where that is too few."""
    wide = numbers.astype(np.float64)
    for decimals in range(most + 1):
        if np.array_equal(wide.round(decimals).astype(np.float32), numbers):
            return decimals
    return None
