"""Shares as people read them: never 0 % where there is one, never 100 % where one is missing."""

from collections.abc import Callable

from app.messages import N_
from app.printing.numbers import fixed, grouped

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
