"""JSON that somebody sent: read in steps, however long it is, with its long blocks of numbers as arrays."""

import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from io import StringIO
from typing import Any

from app.errors import BrokenRequest, Unfit
from app.machine import give_back_memory
from app.pipeline.aside import STEP, Check, Lines, Overlong, Part, Shortened, Text, any_shape, blocks, reach
from app.strict import MOST_FAULTS, escaped, repeated_field, together

LONG = 100_000  # bytes, from which on a text is not given to Python's parser as it is
MOST = 1_000_000  # bytes beside blocks of numbers and long texts
LONG_TEXT = 1_000  # bytes of a text that is worth setting aside
_NAME = secrets.token_hex(8)  # stands for what is set aside; nobody can know it
_PLAIN = re.compile(rb'[^"\[]*+')
_TEXT = re.compile(rb'(?:[^"\\]++|\\u.{4}|\\[^u])*+', re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x1f]")
Hook = Callable[[dict[str, Any]], Any]


def _as_it_is(fields: dict[str, Any]) -> Any:
    return fields


def parse_json(data: Text, hook: Hook = _as_it_is, most: int = MOST, check: Check = any_shape) -> Any:
    """Return what the JSON text `data` holds, its objects as `hook` returns them; raise BrokenRequest, Unfit or
    RepeatedField, where an object has a field twice.

    NaN and Infinity are refused. Where the text is long, its long blocks of numbers are NumPy arrays; `check` is asked
    of their shapes before memory goes into them. A bytearray is empty afterwards: it goes before the arrays come.
    """
    if len(data) <= LONG:
        return _loads(data, hook, lambda error: (error.lineno, error.colno))
    try:
        short = Shortened(data, _parts(data, check), lambda index: b'{"%b":%d}' % (_NAME.encode(), index), most)
    except Overlong as longest:
        line, column = _line_and_column(data, longest.place)
        raise Unfit(
            "The JSON has more than {most} bytes beside regular blocks of numbers and long texts; look at line {line}, "
            "column {column}, and give every row the same length.",
            most=f"{most:,}",
            line=line,
            column=column,
        ) from None
    if isinstance(data, bytearray):
        data.clear()
        give_back_memory()
    return _loads(
        short.text,
        partial(_returned, short, hook),
        lambda error: short.line_and_column(len(error.doc[: error.pos].encode(errors="surrogatepass"))),
    )


def _loads(text: Text, hook: Hook, where: Callable[[json.JSONDecodeError], tuple[int, int]]) -> Any:
    """Return what a short `text` holds; `where` says at which line and column of the whole an error is."""
    repeated: list[tuple[object, str]] = []  # an object, and a field that it has twice

    def read(pairs: list[tuple[str, Any]]) -> Any:
        fields = dict(pairs)
        found = hook(fields)
        if len(fields) < len(pairs) and len(repeated) < MOST_FAULTS:
            counted = Counter(name for name, _ in pairs)
            repeated.extend((found, name) for name, count in counted.items() if count > 1)
        return found

    try:
        value = json.loads(text, parse_constant=_refuse, object_pairs_hook=read)
    except RecursionError:
        raise BrokenRequest("The JSON is nested too deeply to be read.") from None
    except UnicodeDecodeError:
        raise BrokenRequest("The JSON is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise _broken(where(error), error.msg) from None
    except ValueError:
        raise BrokenRequest("The JSON holds a number with too many digits.") from None
    if repeated:
        places = _pointers(value)
        at = [(places[id(fields)], name) for fields, name in repeated if id(fields) in places]
        raise together(repeated_field(name, f"{place}/{escaped(name)}") for place, name in reversed(at))
    return value


def _pointers(value: Any) -> dict[int, str]:
    """Return where the objects in a value lie, by their identity."""
    found, left = dict[int, str](), [(value, "")]
    while left:
        part, pointer = left.pop()
        if isinstance(part, dict):
            found[id(part)] = pointer
            left.extend((inner, f"{pointer}/{escaped(name)}") for name, inner in part.items())
        elif isinstance(part, list):
            left.extend((inner, f"{pointer}/{index}") for index, inner in enumerate(part))
    return found


def _refuse(name: str) -> float:
    raise Unfit("{name} is not a number that can be computed with; every number must be finite.", name=name)


def _returned(short: Shortened, hook: Hook, fields: dict[str, Any]) -> Any:
    return short.value(fields[_NAME]) if fields.keys() == {_NAME} else hook(fields)


def _broken(where: tuple[int, int], reason: str) -> BrokenRequest:
    line, column = where
    return BrokenRequest(
        "The JSON cannot be read at line {line}, column {column}: {reason}.", line=line, column=column, reason=reason
    )


def _line_and_column(data: Text, at: int) -> tuple[int, int]:
    """Return where in the text a byte lies, as editors count: from 1, and characters."""
    ends, behind = Lines.of(data, 0, at)
    return ends + 1, behind + 1


def _parts(data: Text, check: Check) -> Iterator[Part]:
    """Give the texts of a JSON text, and its lists of numbers."""
    pos = 0
    while (pos := reach(_PLAIN, data, pos)) < len(data):
        if data[pos : pos + 1] == b"[":
            for part in blocks(data, pos, check):
                yield part
                pos = part.end
        else:
            end = reach(_TEXT, data, pos + 1) + 1
            if data[end - 1 : end] != b'"':
                raise _broken(_line_and_column(data, pos), "this text has no end")
            yield Part(pos, end, _text(data, pos, end) if end - pos > LONG_TEXT else None)
            pos = end


def _text(data: Text, first: int, end: int) -> str:
    """Return a long text; raise BrokenRequest where it is none, or none that a recipe could be."""
    if data.find(b"\\", first, end) < 0 and not _CONTROL.search(data, first, end):
        with suppress(UnicodeDecodeError), memoryview(data) as view:
            return str(view[first + 1 : end - 1], "ascii")  # which holds it once, unlike its pieces
    found, pos = StringIO(), first + 1
    while pos < end - 1:
        piece = _TEXT.match(data, pos, min(pos + STEP, end - 1))
        assert piece
        if not piece[0].isascii():
            raise _broken(_line_and_column(data, first), "a text as long as this can only be a recipe, which is ASCII")
        try:
            found.write(json.loads(b'"%b"' % piece[0]))
        except json.JSONDecodeError as error:
            raise _broken(_line_and_column(data, pos + error.pos - 1), error.msg) from None
        pos = piece.end()
    return found.getvalue()
