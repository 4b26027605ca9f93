"""What a worksheet is made of: numbered parts, with blanks where a pupil writes what an answer sheet has."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from app.layers import Place
from app.printing.numbers import MINUS, written

Say = Callable[[str], str]
Pick = Callable[[str, int], int]
Chosen = TypeVar("Chosen")
ALONG = 3  # places beside the one at work
MOST_WEIGHED = 10_000  # choices of which each may be drawn to be left out; of more, those that stay are drawn


@dataclass(frozen=True)
class Blank:
    """A line to write on."""

    answer: str
    width: str = "usual"  # short, usual, long


@dataclass(frozen=True)
class Piece:
    """A number, a sign or a blank of a line, and a word below it."""

    text: str | Blank
    name: str = ""


@dataclass(frozen=True)
class Line:
    """One line of arithmetic; `name` says of what, in front."""

    pieces: tuple[Piece, ...]
    name: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table: a value over what it is multiplied by, if it is."""

    value: str
    weight: str = ""
    ringed: bool = False  # on the answer sheet: the one that stays


@dataclass(frozen=True)
class Part:
    """One thing to do."""

    head: str
    lines: tuple[Line, ...] = ()
    table: tuple[tuple[Cell, ...], ...] = ()
    working: int = -1  # which row of the table is worked out
    boxes: tuple[tuple[str, bool], ...] = ()  # answers to choose from, and whether each is right
    because: str = ""  # on the answer sheet
    draws: bool = False  # something is drawn into the picture
    sizes: bool = False  # how large the map is, is asked
    wide: bool = False  # its lines stand in two columns, where there is no table

    def answers(self) -> tuple[str, ...]:
        """Return what is written into its blanks."""
        pieces = (piece.text for line in self.lines for piece in line.pieces)
        return tuple(text.answer for text in pieces if isinstance(text, Blank))


@dataclass(frozen=True)
class Seed:
    """What chooses the blanks: the same for the same seed, on every machine and for ever."""

    number: int
    of: str = field(default="")  # what is chosen from

    def pick(self, name: str, count: int) -> int:
        """Return one of `count` choices, by what is chosen."""
        digest = hashlib.sha256(f"{self.number} {self.of} {name}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % count

    def some(self, name: str, choices: Sequence[Chosen], most: int) -> list[Chosen]:
        """Return at most so many of `choices`, in their order; of a range, however long, at no cost."""
        if len(choices) > MOST_WEIGHED:
            drawn: set[int] = set()
            for number in range(2 * most):  # the same one twice is rare
                if len(drawn) < most:
                    drawn.add(self.pick(f"{name} {len(choices)} {number}", len(choices)))
            return [choices[at] for at in sorted(drawn)]
        left = list(range(len(choices)))
        while len(left) > most:
            del left[self.pick(f"{name} {len(left)}", len(left))]
        return [choices[at] for at in left]

    def places_beside(self, place: Place, rows: int, columns: int, name: str, most: int = ALONG) -> list[Place]:
        """Return at most so many other places of the map at whose place one is, in reading order."""
        here = place.row * columns + place.column
        others = self.some(name, range(rows * columns - 1), most)
        found = [at if at < here else at + 1 for at in others]
        return [Place(place.channel, at // columns, at % columns) for at in found]


def given(text: str, name: str = "") -> Piece:
    """Return what is printed."""
    return Piece(text, name)


def blank(answer: str, name: str = "", width: str = "usual") -> Piece:
    """Return what is to be written."""
    return Piece(Blank(answer, width), name)


def plus(number: Decimal, name: str) -> list[Piece]:
    """Return a term behind the first: its sign, and how large it is."""
    return [given(MINUS if number < 0 else "+"), given(written(abs(number)), name)]
