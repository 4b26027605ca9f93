"""The sum of one number of a filter's map as it is printed: blocks, subtotals, bias, total, every product on demand.

What is printed adds up to the last digit, whatever the digits: terms and remainder to the total, the products of a
block and their remainder to its subtotal, the largest products and the rest of them, with the bias, to the total.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import numpy as np

from app.explorer.view import View
from app.printing.numbers import MINUS, Sum, adding_up, level, rounded, written
from app.printing.products import Product, product
from app.whole_numbers import read_wholes

MOST_PRINTED = 5  # rows or columns of a block whose every cell is printed
MOST_WIDE = 3  # blocks that have room beside each other and the total
MOST_BLOCKS = 4  # the same, a column wide
NARROW = 3  # columns that still have room where there are more
LONG = 7  # digits of a number, and its point
MOST_PICTURED = 4  # blocks as pictures
STRONGEST = 3  # of many blocks are shown; the others are one term
LARGEST = 5  # products that are told of a filter that is too large to print
MOST_CELLS = 1024  # of the picture of all others: products where there are fewer, else a cell a subtotal
MORE = 1  # decimals of a factor in a list, beyond those in its cell
FINEST = 32  # cells of a side of a picture


class Term(NamedTuple):
    """One of the largest products."""

    channel: int
    row: int
    column: int
    product: Product


class Picture(NamedTuple):
    """Products as cells: for each tint the path of its cells."""

    rows: int
    columns: int
    cells: list[tuple[str, str]]
    ring: str  # the path around the cells that are told


@dataclass(frozen=True)
class FilterSum:
    """The sum behind the number of a view; `pin` says which product (w.0.1.2) or block (w.0) is held."""

    view: View
    pin: str = ""

    # ---- what is added

    @cached_property
    def products(self) -> np.ndarray:
        """Every product (channel, row, column), in double precision."""
        found: np.ndarray = self.view.closeup.terms["products"]
        return found

    @property
    def size(self) -> tuple[int, int, int]:
        """Channels, rows and columns of the filter."""
        channels, rows, columns = self.products.shape
        return channels, rows, columns

    @property
    def count(self) -> int:
        """How many products there are."""
        return self.products.size

    @property
    def printed(self) -> bool:
        """Whether blocks are small enough that each cell is printed: of many blocks, only narrow ones."""
        channels, rows, columns = self.size
        return max(rows, columns) <= (MOST_PRINTED if channels <= MOST_WIDE else NARROW)

    @property
    def large(self) -> bool:
        """Whether the filter is too large to be printed whole."""
        return not self.printed or self.size[0] > (MOST_WIDE if self.size[2] > 1 or self.long else MOST_BLOCKS)

    @property
    def long(self) -> bool:
        """Whether the numbers of the layer have so many digits that they need smaller type."""
        return len(written(rounded(self.view.extent, self.view.decimals))) >= LONG

    @cached_property
    def shown(self) -> list[int]:
        """The channels that have a block: all of a few, of many the strongest and the one that is held."""
        channels = self.size[0]
        if not self.large or channels <= MOST_PICTURED:
            return list(range(channels))
        strongest = np.argsort(-np.abs(self.subtotals), kind="stable")[:STRONGEST].tolist()
        if self.held and self.held[0] not in strongest:
            strongest[-1] = self.held[0]
        return sorted(strongest)

    @property
    def subtotals(self) -> np.ndarray:
        found: np.ndarray = self.view.closeup.terms["channel_sums"]
        return found

    @property
    def others(self) -> int:
        """How many channels are told as one term."""
        return self.size[0] - len(self.shown)

    @cached_property
    def total(self) -> Sum:
        """The terms as printed: a subtotal for each block, one for all others, the bias."""
        parts = self.subtotals
        rest = [float(parts.sum() - parts[self.shown].sum())] if self.others else []
        terms = [*parts[self.shown].tolist(), *rest, self.view.closeup.terms["bias"]]
        return adding_up(terms, self.view.closeup.value, self.view.decimals)

    # ---- single products

    @cached_property
    def held(self) -> tuple[int, ...]:
        """The channel, or the channel, row and column of a block, that is held; nothing where `pin` names none."""
        kind, _, at = self.pin.partition(".")
        held = (read_wholes(at, 1) or read_wholes(at, 3)) if kind == "w" else None
        if held is None or held[0] >= self.size[0]:
            return ()
        channel, *weight = held
        met = [taps.index(at) for taps, at in zip(self.taps, weight, strict=False) if at in taps]
        return (channel, *met) if len(met) == len(weight) else ()

    @cached_property
    def taps(self) -> tuple[range, range]:
        """The rows and the columns of the filter that the rows and columns of a block are multiplied by."""
        geometry, place = self.view.geometry, self.view.place
        return geometry.rows.taps(place.row), geometry.columns.taps(place.column)

    def weight(self, channel: int, row: int, column: int) -> str:
        """Return which weight a cell of a block is multiplied by, as a pin names it."""
        return f"{channel}.{self.taps[0][row]}.{self.taps[1][column]}"

    def product(self, channel: int, row: int, column: int) -> Product:
        """Return one product as it is read out."""
        terms, view = self.view.closeup.terms, self.view
        value, weight = (float(terms[name][channel, row, column]) for name in ("patch", "kernel"))
        return product(value, weight, view.decimals, (view.cell_decimals, view.weight_decimals))

    def factors(self, channel: int, row: int, column: int) -> str:
        """Return one multiplication where there is little room: its factors rounded about as in their cells."""
        told = self.product(channel, row, column)
        terms, view = self.view.closeup.terms, self.view
        shorter = [
            min((rounded(float(terms[name][channel, row, column]), least + MORE), full), key=lambda n: len(str(n)))
            for name, least, full in (
                ("patch", view.cell_decimals, told.value),
                ("kernel", view.weight_decimals, told.weight),
            )
        ]
        return f"{written(shorter[0])} × {written(shorter[1])}"

    def rounds(self, channel: int) -> bool:
        """Whether the cells of a block, as they are printed, give something else than its subtotal."""
        view = self.view
        return cells_round(view, channel, (view.cell_decimals, view.weight_decimals))

    def block(self, channel: int) -> Sum:
        """Return the products of one channel as printed, with what rounding leaves between them and its subtotal."""
        products = self.products[channel].ravel().tolist()
        return adding_up(products, float(self.subtotals[channel]), self.view.decimals)

    # ---- a filter too large to print

    @cached_property
    def largest(self) -> list[Term]:
        """The products that are largest in size, the largest first."""
        order = np.argsort(-np.abs(self.products), axis=None, kind="stable")[:LARGEST]
        places = (map(int, np.unravel_index(index, self.products.shape)) for index in order)
        return [Term(c, r, k, self.product(c, r, k)) for c, r, k in places]

    @cached_property
    def rest(self) -> Decimal:
        """What the largest products and the bias lack of the total, as printed."""
        told = sum((term.product.result for term in self.largest), Decimal(0))
        return self.total.total - self.total.terms[-1] - told

    @property
    def rest_is_rounded(self) -> bool:
        """Whether the rest, as printed, holds some rounding beside the other products."""
        told = sum(float(self.products[term[:3]]) for term in self.largest)
        return rounded(float(self.products.sum()) - told, self.view.decimals) != self.rest

    def picture(self, channel: int) -> Picture:
        """Return the products of one channel as a picture, with rings around the largest and the one that is held."""
        products, by = coarse(self.products[channel])
        extent = float(np.abs(self.products).max()) if by == (1, 1) else float(np.abs(products).max())
        told = {term[1:3] for term in self.largest if term.channel == channel}
        if len(self.held) == 3 and self.held[0] == channel:
            told.add((self.held[1], self.held[2]))
        ring = "".join(f"M{k // by[1]} {r // by[0]}h1v1h-1z" for r, k in sorted(told))
        return Picture(products.shape[0], products.shape[1], tinted(products, extent), ring)

    @property
    def finest(self) -> bool:
        """Whether each cell of a picture is one product."""
        return max(self.size[1:]) <= FINEST

    def overview(self) -> Picture:
        """Return the products of all channels beside each other, or their subtotals where they are too many."""
        channels, rows, columns = self.size
        across = int(np.ceil(np.sqrt(min(channels, MOST_CELLS))))
        if channels * rows * columns <= MOST_CELLS and rows * columns > 1:
            cells: dict[str, str] = {}
            for channel in range(channels):
                top, left = channel // across * (rows + 1), channel % across * (columns + 1)
                for tint, d in tinted(self.products[channel], float(np.abs(self.products).max()), top, left):
                    cells[tint] = cells.get(tint, "") + d
            down = -(-channels // across)
            return Picture(down * (rows + 1) - 1, across * (columns + 1) - 1, sorted(cells.items()), "")
        sums = np.zeros(across * -(-min(channels, MOST_CELLS) // across))
        sums[: min(channels, MOST_CELLS)] = self.subtotals[:MOST_CELLS]
        grid = sums.reshape(-1, across)
        return Picture(grid.shape[0], grid.shape[1], tinted(grid, float(np.abs(self.subtotals).max())), "")


def cells_round(view: View, channel: int, decimals: tuple[int, int]) -> bool:
    """Tell whether a sheet's cells, values and weights printed with `decimals`, give another number than its sum."""
    terms = view.closeup.terms
    made = sum(
        (
            Decimal(view.cell(v, decimals[0]).replace(MINUS, "-"))
            * Decimal(view.cell(w, decimals[1]).replace(MINUS, "-"))
            for v, w in zip(
                terms["patch"][channel].ravel().tolist(), terms["kernel"][channel].ravel().tolist(), strict=True
            )
        ),
        Decimal(0),
    )
    return rounded(made, view.decimals) != rounded(float(terms["channel_sums"][channel]), view.decimals)


def coarse(products: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """Return products (rows, columns) added up in squares, so that a picture has no more than FINEST a side."""
    rows, columns = products.shape
    by = (-(-rows // FINEST), -(-columns // FINEST))
    padded = np.pad(products, ((0, -rows % by[0]), (0, -columns % by[1])))
    squares = padded.reshape(padded.shape[0] // by[0], by[0], padded.shape[1] // by[1], by[1])
    return squares.sum(axis=(1, 3)), by


def tinted(numbers: np.ndarray, extent: float, top: int = 0, left: int = 0) -> list[tuple[str, str]]:
    """Return for each tint the path of the cells that have it, the first cell at (top, left)."""
    cells: dict[str, str] = {}
    for (row, column), value in np.ndenumerate(numbers):
        tint = level(float(value), extent)
        cells[tint] = cells.get(tint, "") + f"M{left + column} {top + row}h1v1h-1z"
    return sorted(cells.items())
