"""What a projector shows of a sum: one sheet speaks in large figures, the others are their subtotals in a line below.

The address says which: sheet=0 … C−1, then C for the sum of them all; without it the figure has the word.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from app.explorer.state import State
from app.explorer.sums.filter_sum import cells_round
from app.explorer.view import View
from app.messages import Counted
from app.printing.numbers import Sum, adding_up, rounded, short
from app.whole_numbers import read_whole

MOST_PARTS = 4  # subtotals in the line
NEAR_PARTS = 3  # of more sheets: the one that speaks and its neighbours, or the largest; the rest is one
MOST_PRINTED = 5  # rows and columns of a block of numbers
MOST_PRODUCTS = 4  # told beside the picture of a larger one
LONGEST_CELL = 5  # characters
PRODUCTS = re.compile(r"w\.\d{1,5}", re.ASCII)  # the pin that asks for each product


class Part(NamedTuple):
    """One term of the line."""

    name: str
    number: Decimal
    sheet: int | None  # none for all that are not told one by one, and for what is not a sheet
    so_far: Decimal
    kind: str = ""  # "bias", "rest"


class Product(NamedTuple):
    """One product of a filter too large to print."""

    row: int
    column: int
    number: Decimal


@dataclass(frozen=True)
class Board:
    """The sum of a number on a projector."""

    view: View
    state: State

    @cached_property
    def terms(self) -> Mapping[str, Any]:
        return self.view.closeup.terms

    @cached_property
    def names(self) -> list[tuple[str, str]]:
        """A letter and a word for each sheet."""
        return self.view.channel_names()

    @property
    def count(self) -> int:
        return len(self.names)

    @property
    def speaking(self) -> int | None:
        """The sheet that speaks; `count` stands for the sum, None for the figure."""
        sheet = read_whole(self.state.sheet)
        return None if sheet is None else min(sheet, self.count)

    @property
    def sums(self) -> bool:
        """Whether the sum speaks."""
        return self.speaking == self.count

    def href(self, sheet: int) -> str:
        """Return the address at which `sheet` speaks."""
        return self.state.but(sheet=str(sheet), edit="").address()

    @cached_property
    def total(self) -> Sum:
        """The subtotals and the bias as printed; they add up to the last digit."""
        terms = [*self.terms["channel_sums"].tolist(), self.terms["bias"]]
        return adding_up(terms, self.view.closeup.value, self.view.decimals)

    @cached_property
    def parts(self) -> list[Part]:
        """The line of subtotals, as many as it has room for, the others as one, then the bias."""
        subtotals = self.total.terms[:-1]
        told = self._told()
        say = self.view.say
        found: list[tuple[str, Decimal, int | None, str]] = [
            (self.names[sheet][1], subtotals[sheet], sheet, "") for sheet in told
        ]
        if len(told) < self.count:
            rest = sum((subtotals[sheet] for sheet in range(self.count) if sheet not in told), Decimal(0))
            others = self.count - len(told)
            name = say(Counted("{count} other", "{count} others", others)).format(count=others)
            found.append((name, rest, None, "rest"))
        found.append((say("bias"), self.total.terms[-1], None, "bias"))
        if self.total.remainder:
            found.append((say("rounding"), self.total.remainder, None, "rest"))
        return [
            Part(name, number, sheet, sum((f[1] for f in found[: i + 1]), Decimal(0)), kind)
            for i, (name, number, sheet, kind) in enumerate(found)
        ]

    @cached_property
    def telling(self) -> list[int]:
        """The sheets that a clicker stops at: all of a few, of many those that add or take most."""
        if self.count <= MOST_PARTS:
            return list(range(self.count))
        subtotals = self.total.terms
        return sorted(sorted(range(self.count), key=lambda sheet: -abs(subtotals[sheet]))[:NEAR_PARTS])

    def _told(self) -> list[int]:
        if self.count <= MOST_PARTS or self.speaking is None or self.sums:
            return self.telling
        first = max(0, min(self.speaking - NEAR_PARTS // 2, self.count - NEAR_PARTS))
        return list(range(first, first + NEAR_PARTS))

    # ---- the sheet that speaks

    @property
    def size(self) -> tuple[int, int]:
        """Rows and columns of the filter."""
        rows, columns = self.terms["kernel"].shape[1:]
        return rows, columns

    @property
    def printed(self) -> bool:
        """Whether the filter is small enough to be printed number by number."""
        return max(self.size) <= MOST_PRINTED

    @cached_property
    def decimals(self) -> tuple[int, int]:
        """Decimals of the values and of the weights with which each fits into a cell."""
        view, sheet = self.view, self._sheet
        values = _fitting(self.terms["patch"][sheet].ravel().tolist(), view.cell_decimals)
        return values, _fitting(self.terms["kernel"][sheet].ravel().tolist(), view.weight_decimals)

    @property
    def rounds(self) -> bool:
        """Whether the cells of the sheet that speaks, as they are printed, give something else than its subtotal."""
        if self.speaking is None or self.sums or not self.printed:
            return False
        if self.cells is not None:
            return sum((cell for row in self.cells for cell in row), Decimal(0)) != self.total.terms[self._sheet]
        return cells_round(self.view, self._sheet, self.decimals)

    @property
    def cells(self) -> list[list[Decimal]] | None:
        """Each product of the sheet that speaks, where these are asked for in place of values and weights."""
        if self.speaking is None or self.sums or not self.printed or not PRODUCTS.fullmatch(self.state.pin):
            return None
        products = self.terms["products"][self._sheet]
        decimals = _fitting(products.ravel().tolist(), self.view.decimals)
        return [[rounded(number, decimals) for number in row] for row in products.tolist()]

    @property
    def asking(self) -> str:
        """The pin that asks for the products of the sheet that speaks, or the one that has asked."""
        return self.state.pin if PRODUCTS.fullmatch(self.state.pin) else f"w.{self._sheet}"

    @property
    def _sheet(self) -> int:
        assert self.speaking is not None
        return self.speaking

    @cached_property
    def products(self) -> tuple[list[Product], Decimal]:
        """The largest products of the sheet, and what all others add: together its subtotal as printed."""
        products, decimals = self.terms["products"][self._sheet], self.view.decimals
        largest = np.argsort(-np.abs(products), axis=None, kind="stable")[:MOST_PRODUCTS]
        columns = products.shape[1]
        told = [
            Product(int(i) // columns, int(i) % columns, rounded(float(products.flat[i]), decimals)) for i in largest
        ]
        return told, self.total.terms[self._sheet] - sum((p.number for p in told), Decimal(0))


def _fitting(values: Sequence[float], decimals: int) -> int:
    """Return the most decimals, up to `decimals`, with which every value is short enough for a cell."""
    ends = min(values), max(values)
    while decimals and any(len(short(value, decimals)) > LONGEST_CELL for value in ends):
        decimals -= 1
    return decimals


def board(view: View, state: State) -> Board | None:
    """Return what a projector shows of a number's sum; none where that is one line, or there is no projector."""
    return Board(view, state) if state.option("projector") and has_sheets(view) else None


def has_sheets(view: View) -> bool:
    """Tell whether a number is added up sheet by sheet."""
    return "channel_sums" in view.closeup.terms
