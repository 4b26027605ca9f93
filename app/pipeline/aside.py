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
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

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


class Shortened:
    """What is left of a text when each of its parts that has a value is set aside, and stands there by a name."""

    def __init__(self, data: Text, parts: Iterable[Part], name: Callable[[int], bytes], most: int) -> None:
        """Raise Overlong where more than `most` bytes are left."""
        self.aside: list[Any] = []
        self._places = [(0, 0)]  # from here on what is left lies there in the whole
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
                left += name(len(self.aside))
                self.aside.append(part.value)
                self._places.append((len(left), part.end))
            pos = part.end
        self.text = bytes(left)

    def place(self, at: int) -> int:
        """Return where in the whole lies what is `at` in what is left."""
        here, there = self._places[bisect_right(self._places, at, key=itemgetter(0)) - 1]
        return there + at - here


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
                yield Part(pos, closed, array_in(data, pos, closed, check) if closed - pos >= LEAST else None)
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


def array_in(data: Text, first: int, last: int, check: Check = any_shape) -> Array | None:
    """Return the numbers of nested lists, as JSON writes them; None where they are not a regular block of numbers.

    Nobody writes to the array that is returned, so it needs no copy.
    """
    shape = _shape(_brackets(data, first, last))
    if shape is None:
        return None
    check(shape)
    array, count, pos = np.empty(shape, np.float32).ravel(), 0, first
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
        if count + len(numbers) > array.size or not numbers:
            return None
        array[count : count + len(numbers)] = _float32(numbers)
        count, pos = count + len(numbers), end + 1
    if count < array.size:
        return None
    array.flags.writeable = False
    return array.reshape(shape)


def _brackets(data: Text, first: int, last: int) -> bytes:
    """Return the brackets and commas of a block alone."""
    return b"".join(data[at : min(at + STEP, last)].translate(None, _NUMBERS) for at in range(first, last, STEP))


def _float32(numbers: list[float]) -> Array:
    """Return numbers rounded as everywhere, to a Python float and then to float32; what is too large is infinite."""
    try:
        exact = np.array(numbers, np.float64)
    except OverflowError:
        exact = np.full(len(numbers), np.inf)
    with np.errstate(over="ignore"):
        return exact.astype(np.float32) + np.float32(0)  # −0 is written as 0


def _shape(brackets: bytes) -> tuple[int, ...] | None:
    """Return the shape of a block from its brackets and commas alone; None where no shape has just these."""
    depth = len(brackets) - len(brackets.lstrip(b"["))
    shape, inner = list[int](), b""
    for level in range(1, depth + 1):
        first = depth - level  # the first list of this level begins after those around it
        length = brackets.find(b"]" * level, first) + level - first
        count, rest = divmod(length - 1, len(inner) + 1)
        if rest or count < 1:
            return None
        shape.insert(0, count)
        inner = b"".join((b"[", (inner + b",") * (count - 1), inner, b"]"))
    return tuple(shape) if inner == brackets else None
