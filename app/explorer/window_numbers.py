"""The numbers that a window reads, as a person is shown them: in reading order, padding told apart, winners marked."""

from collections.abc import Callable
from dataclasses import dataclass

from app.pipeline.closeup import Closeup
from app.printing.working import Working, working
from app.rendering.figure.scene import Cell

MOST_LISTED = 9  # numbers in a line
MOST_DRAWN = 256  # numbers of a window that are drawn one by one


@dataclass(frozen=True)
class WindowNumbers:
    """The numbers behind one number."""

    closeup: Closeup
    hidden: bool = False  # which of them is kept is not to be seen yet

    @property
    def counted(self) -> list[tuple[float, tuple[int, int] | None]]:
        """The numbers that a pool reads, in reading order, each with its place (none: a padding zero)."""
        _, rows, columns = self.closeup.stage.input_shape
        found: list[tuple[float, tuple[int, int] | None]] = []
        for line, row in zip(self.closeup.terms["patch"], self._read(0), strict=True):
            for value, column in zip(line, self._read(1), strict=True):
                inside = 0 <= row < rows and 0 <= column < columns
                if value is not None:
                    found.append((value, (row, column) if inside else None))
        return found

    def _read(self, axis: int) -> range:
        """Return the cells that are read along an axis (0 rows, 1 columns), those of padding among them."""
        return self.closeup.stage.geometry.axes[axis].read(self.closeup.place[1 + axis])

    @property
    def summed(self) -> list[tuple[float, tuple[int, int] | None]]:
        """As many of the numbers that a mean reads as a line holds, those of the map before the zeros beside it."""
        return sorted(self.counted, key=lambda number: number[1] is None)[:MOST_LISTED]

    def mean(self, input_decimals: int, decimals: int) -> Working:
        """Return how the mean comes out of `summed`, of the others' sum where there are others, and of their count."""
        shown = [value for value, _ in self.summed]
        more = [sum(value for value, _ in self.counted) - sum(shown)] if len(self.counted) > len(shown) else []
        terms: list[tuple[float, int | None]] = [(value, input_decimals) for value in shown + more]
        return working("mean", [*terms, (self.closeup.terms["divisor"], None)], self.closeup.value, decimals)

    @property
    def winner(self) -> tuple[int, int, int, int]:
        """Where in its window the first of the largest numbers sits, row and column, and the window's size."""
        rows, columns = self._read(0), self._read(1)
        first = self.closeup.terms["winners"][0]
        return rows.index(first["row"]), columns.index(first["column"]), len(rows), len(columns)

    @property
    def listed(self) -> list[tuple[float | None, tuple[int, int] | None]]:
        """The numbers that a max pool reads, as many as a line holds, the largest among them; None stands for a gap."""
        found: list[tuple[float | None, tuple[int, int] | None]] = list(self.counted)
        if len(found) <= MOST_LISTED:
            return found
        if self.hidden:
            return [*found[: MOST_LISTED - 1], (None, None)]
        winner = next(i for i, (value, _) in enumerate(found) if value == self.closeup.value)
        gap: list[tuple[float | None, tuple[int, int] | None]] = [(None, None)]
        if winner < MOST_LISTED - 2:
            return found[: MOST_LISTED - 1] + gap
        last = [found[winner]] if winner == len(found) - 1 else [found[winner], *gap]
        return found[: MOST_LISTED - 1 - len(last)] + gap + last

    def outside(self, row: int, column: int) -> bool:
        """Tell whether that cell of the window reads padding."""
        _, rows, columns = self.closeup.stage.input_shape
        return not (0 <= self._read(0)[row] < rows and 0 <= self._read(1)[column] < columns)

    def cells(self, write: Callable[[float], str], brief: Callable[[float, int], str]) -> tuple[tuple[Cell, ...], ...]:
        """Return the numbers in the window of a layer without filters; none where they are too many to be drawn."""
        terms, picks = self.closeup.terms, self.closeup.stage.layer.keeps_values and not self.hidden
        if "input" in terms:
            number = terms.get("value", terms["input"]) or 0.0  # None: a zero of padding; a concat tells the value
            kept = picks and number == self.closeup.value
            return ((Cell(write(number), brief(number, 0), brief(number, 1), kept, picks and not kept),),)
        if "patch" not in terms or sum(map(len, terms["patch"])) > MOST_DRAWN:
            return ()
        told = () if self.hidden else terms.get("winners", ())
        winners = {(self._read(0).index(w["row"]), self._read(1).index(w["column"])) for w in told}
        return tuple(
            tuple(
                Cell(
                    None if v is None else write(v),
                    "" if v is None else brief(v, 0),
                    "" if v is None else brief(v, 1),
                    (r, c) in winners,
                    bool(winners) and (r, c) not in winners,
                )
                for c, v in enumerate(row)
            )
            for r, row in enumerate(terms["patch"])
        )
