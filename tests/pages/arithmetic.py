"""The lines of arithmetic on a page, read and computed again by who has only the printed digits."""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from tests.pages.reading import Element, decimals_of

FIGURES = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
POWER = re.compile(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e\d+)?")
LEADING = re.compile(r"^−?\d[\d,]*(?:\.\d+)?")
GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def spoken(element: Element) -> str:
    """Return the text of a line without the words under its numbers."""
    parts = []
    for part in element.parts:
        if isinstance(part, str):
            parts.append(part)
        elif part.tag not in ("small", "caption", "th", "sup", "svg"):
            parts.append(spoken(part))
    return " ".join(" ".join(parts).split())


def lines(page: Element) -> Iterator[str]:
    """Give every line of arithmetic of the sum."""
    whole = page.one(class_="sum")
    for line in whole.all(class_="maxline"):
        yield spoken(line)
    for table in whole.all("table", "told"):
        yield from (spoken(row) for row in table.all("tr"))


def largest(*numbers: Decimal) -> Decimal:
    """Return the largest of one number or several."""
    return max(numbers)


def value(text: str) -> Decimal:
    """Return what a side of a line comes to."""
    text = POWER.sub(lambda found: "1e" + found[1].translate(FIGURES), GROUPED.sub("", text))
    text = re.sub(r",\s*…|…\s*,", "", text)
    text = NUMBER.sub(lambda found: f'Decimal("{found[0]}")', text)
    for sign, operator in (("−", "-"), ("×", "*"), ("÷", "/"), ("√", "root")):
        text = text.replace(sign, operator)
    known = {"__builtins__": {}, "Decimal": Decimal, "root": Decimal.sqrt, "max": largest, "min": min}
    return Decimal(eval(text, known))  # noqa: S307 - numbers and signs of a page of ours


def holds(line: str) -> int:
    """Check every equals sign of a line; return how many there were."""
    sides = re.split(r"\s*([=≈])\s*", line)
    checked = 0
    for left, sign, right in zip(sides[::2], sides[1::2], sides[2::2], strict=False):
        said = LEADING.match(right)
        if sign == "≈" or said is None or re.match(r"(?!max|min)[a-z_]", left):
            continue
        wanted = Decimal(said[0].replace("−", "-").replace(",", ""))
        found = value(left)
        if not set("×÷√") & set(left):
            assert found == wanted, line
        unit = Decimal(1).scaleb(-decimals_of(wanted))
        assert found.quantize(unit, ROUND_HALF_UP) == wanted, line
        checked += 1
    return checked
