"""Shares as people read them: never 0 % where there is one, never 100 % where one is missing."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import NamedTuple

from app.messages import N_
from app.printing.numbers import fixed, grouped, rounded

FEW = 1000  # numbers, up to which it is said how many of them
Say = Callable[[str], str]


def share(count: int, numbers: int, say: Say, decimals: int = 0) -> str:
    """Return how many of `numbers` are meant: 37 %, or where that would be none or all, 1 of 250, fewer than 1 %."""
    percent, least = 100 * count / max(1, numbers), 10.0**-decimals
    if count in (0, numbers) or least <= percent <= 100 - least:
        return "0 %" if not count else "100 %" if count == numbers else f"{fixed(percent, decimals)} %"
    if numbers <= FEW:
        return say(N_("{count} of {numbers}")).format(count=grouped(count), numbers=grouped(numbers))
    if percent < least:
        return say(N_("fewer than {least} %")).format(least=fixed(least, decimals))
    return say(N_("more than {most} %")).format(most=fixed(100 - least, decimals))


def ratio(part: float, whole: float, say: Say) -> str:
    """Return how large `part` is beside `whole`, both magnitudes; a dash where that is nothing and this is not."""
    if not whole or not part:
        return "—" if part else "0 %"
    percent = 100 * part / whole
    return f"{fixed(percent, 0)} %" if percent >= 1 else say(N_("less than 1 %"))


class Portions(NamedTuple):
    """Shares of one whole as printed, and what is missing to 100 % of those that are printed as a number."""

    texts: tuple[str, ...]
    remainder: Decimal


def portion(part: float, decimals: int = 1) -> str:
    """Return a share from 0 to 1 that softmax gave: 16.3 %; < 0.1 % and > 99.9 % where it would be none or all."""
    percent, least = 100 * part, 10.0**-decimals
    if percent < least:
        return f"< {fixed(least, decimals)} %"
    return f"{fixed(percent, decimals)} %" if percent <= 100 - least else f"> {fixed(100 - least, decimals)} %"


def portions(parts: Sequence[float], decimals: int = 1) -> Portions:
    """Return shares that together are 1, each as `portion` prints it; the numbers and the remainder make 100 %."""
    if len(parts) == 1:
        return Portions((f"{fixed(100, decimals)} %",), Decimal(0))
    texts = tuple(portion(part, decimals) for part in parts)
    numbers = [rounded(100 * part, decimals) for part, text in zip(parts, texts, strict=True) if text[0].isdigit()]
    most = any(text.startswith(">") for text in texts)
    return Portions(texts, Decimal(0) if most else rounded(100, decimals) - sum(numbers, Decimal(0)))
