"""Long parts of a text, set aside: blocks of numbers are read as arrays, and what is left is short enough for a parser.

    {"values": [[[0.1, … 2 MB … ]]], "recipe": "relu"}  ─►  {"values": <name 0>, "recipe": "relu"}  and  one array

Python's parsers let no other thread run until they are done, and lists of numbers take up to thirty times the memory
of their text. Here everything is looked at once, from left to right, a step at a time.
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from math import prod
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.layers.numbers import MOST_AXES, Array

STEP = 1 << 16  # bytes that are looked at in one go, a millisecond or so
LEAST = 500  # bytes of a block that is worth setting aside
_INSIDE = re.compile(rb"[][0-9eE.,+\s-]*+")
_OPENING = re.compile(rb"(?:\[\s*+){1,%d}+" % (MOST_AXES + 1))
_SHORT = re.compile(
    rb"(?:\[[^][]{0,%d}+\]\s*+,\s*+)++" % (LEAST - 3)
)  # lists that stay as they are, one after the other
_CLOSING = [re.compile(rb"(?:\]\s*+){%d}" % depth) for depth in range(1, MOST_AXES + 1)]
_MISPLACED = re.compile(rb"[^\s\[,]\s*+\[|\]\s*+[^\s\],]")  # a number before a list begins, or after it has ended
_FLAT = bytes.maketrans(b"[]", b"  ")
_TAIL = b"] \t\n\r\f\v"
_CONTINUED = bytes(range(0x80, 0xC0))  # of UTF-8: all but the first byte of a character
Text = bytes | bytearray
Check = Callable[[tuple[int, ...]], None]  # of the shape of a block, before its numbers are read; it raises
_NUMBERS = b"0123456789eE.+- \t\n\r\f\v"  # all that is inside a block but its brackets and commas


class Part(NamedTuple):
    """Where a part of a text lies that is looked at as a whole, and its value where it is to be set aside."""

    first: int
    end: int
    value: Any = None


class Overlong(Exception):
    """Too much of a text is left; the longest of its parts that could not be set aside begins at `place`."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


class Lines(NamedTuple):
    """How many ends of lines a part of a text has, and how many characters stand behind the last of them."""

    ends: int
    behind: int

    @classmethod
    def of(cls, text: Text, first: int, end: int) -> "Lines":
        """Count them in the bytes of `text` from `first` to `end`."""
        begun = max(first, text.rfind(b"\n", first, end) + 1)
        pieces = (text[at : min(at + STEP, end)] for at in range(begun, end, STEP))
        return cls(text.count(b"\n", first, end), sum(len(piece.translate(None, _CONTINUED)) for piece in pieces))


class Shortened:
    """What is left of a text when each of its parts that has a value is set aside, and stands there by a name."""

    def __init__(self, data: Text, parts: Iterable[Part], name: Callable[[int], bytes], most: int) -> None:
        """Raise Overlong where more than `most` bytes are left."""
        self.aside: list[Any] = []
        self._places = [(0, 0)]  # from here on what is left lies there in the whole
        self._parts: list[tuple[int, int, Lines]] = []  # from where to where names stand, and the lines of the parts
        left, pos, longest = bytearray(), 0, Part(0, 0)
        for part in chain(parts, [Part(len(data), len(data))]):
            whole = part.value is None
            stop = part.end if whole else part.first
            if whole and part.end - part.first > longest.end - longest.first:
                longest = part
            if len(left) + stop - pos > most:
                raise Overlong(longest.first)
            left += data[pos:stop]
            if not whole:
                first = len(left)
                left += name(len(self.aside))
                self.aside.append(part.value)
                self._parts.append((first, len(left), Lines.of(data, part.first, part.end)))
                self._places.append((len(left), part.end))
            pos = part.end
        self.text = bytes(left)

    def place(self, at: int) -> int:
        """Return where in the whole lies what is `at` in what is left."""
        here, there = self._places[bisect_right(self._places, at, key=itemgetter(0)) - 1]
        return there + at - here

    def line_and_column(self, at: int) -> tuple[int, int]:
        """Return where in the whole lies what is `at` in what is left, as editors count: from 1, and characters."""
        passed, begun = list[Lines](), 0
        for first, end, lines in self._parts:
            if first >= at:
                break
            passed += [Lines.of(self.text, begun, first), lines]
            begun = end
        line = column = 1
        for ends, behind in [*passed, Lines.of(self.text, begun, at)]:
            line, column = line + ends, behind + (1 if ends else column)
        return line, column

    def value(self, number: int) -> Any:
        """Return what was set aside, of a block its numbers, once."""
        value, self.aside[number] = self.aside[number], None
        return value.array() if isinstance(value, Block) else value


class Block:
    """The numbers of a block in pieces, each as small as they allow, until the text that they come from has gone."""

    def __init__(self, shape: tuple[int, ...], pieces: list[NDArray[Any]]) -> None:
        self.shape = shape
        self._pieces = pieces

    def array(self) -> Array:
        """Return them as one array, to which nobody writes: it needs no copy. The pieces go meanwhile."""
        array = np.empty(self.shape, np.float32)
        flat, count = array.reshape(-1), 0
        self._pieces.reverse()
        while self._pieces:
            piece = self._pieces.pop()
            flat[count : count + len(piece)] = piece
            count += len(piece)
        array.flags.writeable = False
        return array


def any_shape(_: tuple[int, ...]) -> None:
    """Take a block of any shape."""


def reach(pattern: re.Pattern[Any], text: str | Text, pos: int = 0) -> int:
    """Return where what `pattern` matches from `pos` on ends: any number of something, each of which fits in a step."""
    while (found := pattern.match(text, pos, pos + STEP)) and found.end() > pos:
        pos = found.end()
    return pos


def blocks(data: Text, start: int, check: Check = any_shape) -> Iterator[Part]:
    """Give the lists of numbers that begin at the bracket at `start` and follow it with nothing else between."""
    end, unclosed, pos = reach(_INSIDE, data, start), set[int](), start
    while 0 <= pos < end:
        if short := _SHORT.match(data, pos, min(end, pos + STEP)):
            yield Part(pos, short.end())
            pos = data.find(b"[", short.end(), end)
            continue
        opening = _OPENING.match(data, pos, end)
        assert opening
        depth, last = opening[0].count(b"["), opening.end()
        if depth <= MOST_AXES and depth not in unclosed:
            if closed := _closed(data, last, end, depth):
                yield Part(pos, closed, block_in(data, pos, closed, check) if closed - pos >= LEAST else None)
                pos = data.find(b"[", closed, end)
                continue
            unclosed.add(depth)  # and so it is for those that follow
        yield Part(pos, last)
        pos = data.find(b"[", last, end)


def _closed(data: Text, pos: int, end: int, depth: int) -> int | None:
    """Return where, before `end`, the first `depth` closing brackets in a row end; None where there are none."""
    while pos < end:
        stop = min(pos + STEP, end)
        if closing := _CLOSING[depth - 1].search(data, pos, stop):
            return closing.end()
        looked_at = len(data[pos:stop].rstrip(_TAIL)) if stop < end else stop - pos  # what is cut short comes again
        if not looked_at:  # a step of blanks: not a block as anybody writes them
            break
        pos += looked_at
    return None


def block_in(data: Text, first: int, last: int, check: Check = any_shape) -> Block | None:
    """Return the numbers of nested lists, as JSON writes them; None where they are not a regular block of numbers."""
    shape = _shape(_brackets(data, first, last))
    if shape is None:
        return None
    check(shape)
    pieces, missing, pos = list[NDArray[Any]](), prod(shape), first
    while pos < last:
        comma = data.find(b",", pos + STEP, last)
        end = last if comma < 0 else comma
        if end - pos > 2 * STEP:  # one number, of more digits than any has
            return None
        if _MISPLACED.search(data, pos, end):
            return None
        try:
            numbers = json.loads(b"[%b]" % bytes(data[pos:end].translate(_FLAT)))
        except ValueError:
            return None
        if not 0 < len(numbers) <= missing:
            return None
        pieces.append(_small(_float32(numbers)))
        missing, pos = missing - len(numbers), end + 1
    return None if missing else Block(shape, pieces)


def _brackets(data: Text, first: int, last: int) -> bytearray:
    """Return the brackets and commas of a block alone."""
    found = bytearray()
    for at in range(first, last, STEP):
        found += data[at : min(at + STEP, last)].translate(None, _NUMBERS)
    return found


def _float32(numbers: list[float]) -> Array:
    """Return numbers rounded as everywhere, to a Python float and then to float32; what is too large is infinite."""
    try:
        exact = np.array(numbers, np.float64)
    except OverflowError:
        exact = np.full(len(numbers), np.inf)
    with np.errstate(over="ignore"):
        return exact.astype(np.float32) + np.float32(0)  # −0 is written as 0


def _small(numbers: Array) -> NDArray[Any]:
    """Return the same numbers in a byte each where they are whole and small: no text of them is longer than theirs."""
    with np.errstate(invalid="ignore"):
        small = numbers.astype(np.int8)
    return small if np.array_equal(small, numbers) else numbers


def _shape(brackets: bytearray) -> tuple[int, ...] | None:
    """Return the shape of a block from its brackets and commas alone; None where no shape has just these."""
    depth = next((at for at, byte in enumerate(brackets) if byte != ord("[")), 0)
    shape, inner = list[int](), 0
    with memoryview(brackets) as view:
        for level in range(1, depth + 1):
            first = depth - level  # the first list of this level begins after those around it
            end = brackets.find(b"]" * level, first) + level
            count, rest = divmod(end - first - 1, inner + 1)
            if rest or count < 1:
                return None
            begun, step = first + 1, inner + 1  # then it is its first entry again and again, behind commas
            repeats = view[begun + step : end - 1] == view[begun : end - 1 - step]
            if count > 1 and not (repeats and brackets[begun + inner] == ord(",")):
                return None
            shape.insert(0, count)
            inner = end - first
    return tuple(shape) if inner == len(brackets) else None
