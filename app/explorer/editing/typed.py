"""Numbers as people type and paste them: 0,5 · −3 · 1/9, and blocks from a spreadsheet, a text, a Python list.

    1 0 −1 ⏎ 2 0 −2          rows, with tabs, blanks, commas or semicolons between; a blank line, or a heading such as
                             w0[:,:,0], begins the next sheet
    [[1, 0], [2, 0]]         nested lists, as Python, JSON, NumPy and PyTorch write them

What is no number is told by its place; nothing is left out, and nothing becomes another number.
"""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import Unfit

Exact = NDArray[np.float64]
LONGEST_NUMBER = 60  # characters
LONGEST_BLOCK = 500_000  # characters
MOST_AXES = 4
SIGNS = str.maketrans({"−": "-", "–": "-", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})
LARGEST = float(np.finfo(np.float32).max)
DECIMAL = re.compile(r"[+-]?+(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+")
TOKEN = re.compile(r"[\[\]()]|[^\s,;\[\]()]++")


def read_number(text: str) -> float | None:
    """Return the number that `text` writes, a fraction or with a decimal comma too; None where it writes none."""
    text = text.translate(SIGNS).strip()
    if len(text) > LONGEST_NUMBER:
        return None
    parts = [part.strip() for part in text.split("/")]
    numbers = [_decimal(part) for part in parts]
    if len(numbers) > 2 or None in numbers:
        return None
    above, below = numbers[0], numbers[-1] if len(numbers) == 2 else 1.0
    return above / below if above is not None and below else None


def _decimal(text: str) -> float | None:
    text = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    if not DECIMAL.fullmatch(text):
        return None
    number = float(text)
    return number if abs(number) <= LARGEST else None


def read_block(text: str) -> Exact:
    """Return the numbers of a pasted block: (rows, columns), (sheets, …) or (filters, sheets, …); raise Unfit."""
    if len(text) > LONGEST_BLOCK:
        raise Unfit(
            "This block has {count} characters; the most is {most}. The API takes longer ones.",
            count=f"{len(text):,}",
            most=f"{LONGEST_BLOCK:,}",
        )
    text = text.translate(SIGNS)
    listed = _lists(text)
    block = _nested(listed) if listed else _sheets(text)
    return block if block.ndim > 1 else block[None]


def _lists(text: str) -> str:
    """Return the part of a text that is a list, after a name or a call before it; nothing where it is none."""
    first, last = text.find("["), text.rfind("]")
    before = text[:first].replace("=", " ").replace("(", " ").replace(".", " ").strip()
    known = first >= 0 and (not before or ("\n" not in before and before.replace(" ", "").isidentifier()))
    index = ":" in text[first : text.find("]", first)]
    return text[first : last + 1] if known and not index else ""


def _nested(text: str) -> Exact:
    """Read nested lists; several beside each other are a list of them."""
    open_: list[list[Any]] = [[]]
    count = 0
    for part in (found[0] for found in TOKEN.finditer(text)):
        if part in ("[", "("):
            if len(open_) > MOST_AXES:
                raise Unfit("These lists are nested too deeply; filters are [filter][sheet][row][column].")
            open_[-1].append([])
            open_.append(open_[-1][-1])
        elif part in ("]", ")"):
            if len(open_) == 1:
                raise Unfit("A bracket closes that was not opened; paste the whole list.")
            open_.pop()
        else:
            count += 1
            number = read_number(part)
            if number is None:
                raise Unfit("Number {place} of the list, {given}, is none.", place=count, given=repr(part[:40]))
            open_[-1].append(number)
    if len(open_) > 1:
        raise Unfit("A bracket is opened that does not close; paste the whole list.")
    whole = open_[0]
    return _regular(whole[0] if len(whole) == 1 else whole)


def _regular(value: Any) -> Exact:
    try:
        block = np.array(value, np.float64)
    except ValueError:
        raise Unfit("The rows of this list are not all of one length; give every row the same length.") from None
    if not block.size:
        raise Unfit("There are no numbers in this list.")
    return block


def _sheets(text: str) -> Exact:
    """Read rows of numbers; a blank line or a heading begins the next sheet."""
    split = _splitter(text)
    sheets: list[list[list[float]]] = [[]]
    wanted = 0  # numbers of a row, as the first has them
    for place, line in enumerate(text.splitlines(), 1):
        cells = split(line)
        if not any(cells) or _heading(line):
            if sheets[-1]:
                sheets.append([])
            continue
        row = [read_number(cell) for cell in cells]
        if None in row:
            raise Unfit(
                "Row {row}, column {column}: {given} is no number.",
                row=place,
                column=row.index(None) + 1,
                given=repr(cells[row.index(None)][:40]),
            )
        sheets[-1].append([number for number in row if number is not None])
        wanted = wanted or len(row)
        if len(row) != wanted:
            raise Unfit(
                "Row {row} has {given} numbers, the first {wanted}; give every row the same length.",
                row=place,
                given=len(row),
                wanted=wanted,
            )
    if not sheets[-1]:
        sheets.pop()
    if not sheets:
        raise Unfit("There are no numbers in this block.")
    for number, sheet in enumerate(sheets, 1):
        if len(sheet) != len(sheets[0]):
            raise Unfit(
                "Sheet {number} has {given} rows, the first {wanted}; give every sheet the same size.",
                number=number,
                given=len(sheet),
                wanted=len(sheets[0]),
            )
    return np.array(sheets if len(sheets) > 1 else sheets[0], np.float64)


def _splitter(text: str) -> Callable[[str], list[str]]:
    """Return what takes a line apart: at tabs or semicolons, else at blanks and at commas that are not decimal."""
    for mark in "\t;":
        if mark in text:
            return lambda line: [cell.strip() for cell in line.rstrip(mark + " ").split(mark)]
    tokens = [line.split() for line in text.splitlines()]
    decimal = (
        "." not in text
        and any(len(cells) > 1 for cells in tokens)
        and all(cell.strip(",") == cell and cell.count(",") < 2 for cells in tokens for cell in cells)
    )
    return str.split if decimal else lambda line: line.rstrip(", ").replace(",", " ").split()


def _heading(line: str) -> bool:
    """Tell whether a line is a name for what follows: w0[:,:,0] · Channel 1: · Filter W0 (3x3x3)."""
    line = line.strip()
    return line[:1].isalpha() and line[-1] in ":])="
