"""In which line of a JSON text each part of it stands; the text has been read, and is JSON."""

import json
import re
from collections.abc import Iterator

from app.classroom.yaml_file import Lines
from app.strict import escaped

TEXT = re.compile(r'(?:[^"\\]++|\\.)*+')
WORD = re.compile(r"[\w.+-]++")
FIELDS = -1  # in place of the number of an entry


def json_lines(text: str) -> Lines:
    """Return the line of each part, from 1, by JSON pointer; that of a field is the line of its name."""
    lines: Lines = {}
    around: list[tuple[str, int]] = []  # what is open: where it is, and which of its entries is being read
    place, line, named = "", 1, False
    for sign in _signs(text):
        if sign == "\n":
            line += 1
        elif sign in "{[":
            lines.setdefault(place, line)
            named = sign == "["
            around.append((place, 0 if named else FIELDS))
            place = f"{place}/0"
        elif sign in "}]":
            place = around.pop()[0]
        elif sign == ",":
            outer, at = around.pop()
            named = at != FIELDS
            around.append((outer, at + 1 if named else FIELDS))
            place = f"{outer}/{at + 1}"
        elif sign == ":":
            named = True
        elif named or not around:
            lines.setdefault(place, line)
        else:
            place = f"{around[-1][0]}/{escaped(json.loads(sign)[:60])}"
            lines[place] = line
    return lines


def _signs(text: str) -> Iterator[str]:
    """Yield the signs, texts and words of a JSON text, and the ends of its lines."""
    at = 0
    while at < len(text):
        if (sign := text[at]) == '"':
            found = TEXT.match(text, at + 1)
            sign = text[at : found.end() + 1] if found else sign
        elif word := WORD.match(text, at):
            sign = word[0]
        if sign not in " \t\r":
            yield sign
        at += len(sign)
