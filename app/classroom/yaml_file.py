"""A lesson as a file that people write: YAML, of which only lists, names and texts are read, each knowing its line.

text ─ events ─► lists and texts, a line for each place ─► Lesson

PyYAML's events are read one by one, so that depth and number are bounded before anything is made of them; what stands
for something else (aliases, tags) is refused. A scalar is the text that is written there: `right: 30` needs no quotes.
"""

from collections.abc import Iterator
from typing import Any

import yaml

from app.classroom.lesson import Lesson, read_lesson
from app.classroom.lesson_document import document_of
from app.errors import LessonMistake, Mistake, shown
from app.messages import N_
from app.strict import escaped

MOST_BYTES = 1_000_000
MOST_DEPTH = 8
TOO_DEEP = N_("This is nested deeper than any part of a lesson.")
MOST_NODES = 20_000
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
BASE: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
NOTHING = ("", "~", "null", "Null", "NULL")
Lines = dict[str, int]  # by JSON pointer, from 1


def read_yaml(text: str) -> Lesson:
    """Return the lesson that a file holds; raise LessonMistake, with its line."""
    value, lines = parse_yaml(text)
    try:
        return read_lesson(value)
    except LessonMistake as mistake:
        raise at_line(mistake, lines) from None


def lines_in(text: str) -> Lines:
    """Return the line of each part of a file."""
    return parse_yaml(text)[1]


def at_line(mistake: Mistake, lines: Lines) -> LessonMistake:
    """Say in which line a mistake is, whose pointer may name what is not there: then where that would stand."""
    pointer = mistake.pointer or ""
    while pointer and pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    found = mistake if isinstance(mistake, LessonMistake) else LessonMistake.of(mistake)
    found.line = lines.get(pointer, 1)
    return found


def parse_yaml(text: str) -> tuple[Any, Lines]:
    """Return what a file holds, as dicts, lists and texts, and the line of each part."""
    if len(text) > MOST_BYTES or len(text.encode(errors="replace")) > MOST_BYTES:
        raise LessonMistake(
            "The file has more than {most} bytes; make two lessons of it, or leave long recipes out.",
            most=f"{MOST_BYTES:,}",
            line=1,
        )
    lines: Lines = {}
    reader = _Reader(text, lines)
    try:
        return reader.whole(), lines
    except yaml.MarkedYAMLError as error:
        raise _broken(error, text) from None
    except yaml.YAMLError as error:  # of a character that no text has
        line = text.count("\n", 0, getattr(error, "position", 0) or 0) + 1
        raise LessonMistake("There is a character here that cannot be read; write it again.", line=line) from None


class _Reader:
    """Reads the events of one file."""

    def __init__(self, text: str, lines: Lines) -> None:
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=LOADER))
        self._lines = lines
        self._count = 0

    def whole(self) -> Any:
        """Return the one thing that the file holds."""
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent | yaml.StreamStartEvent):
                continue
            if isinstance(event, yaml.StreamEndEvent):
                break
            found = self._node(event, "", 0)
            for rest in self._events:
                if isinstance(rest, yaml.DocumentStartEvent):
                    raise LessonMistake("A second lesson begins here; a file holds one.", line=rest.start_mark.line + 1)
            return found
        raise LessonMistake("The file is empty; a lesson has a title and steps.", line=1)

    def _node(self, event: Any, pointer: str, depth: int) -> Any:
        line = event.start_mark.line + 1
        self._count += 1
        self._lines.setdefault(pointer, line)
        if self._count > MOST_NODES:
            raise LessonMistake("Up to this line there are more than {most} parts.", most=f"{MOST_NODES:,}", line=line)
        if depth > MOST_DEPTH:
            raise LessonMistake(TOO_DEEP, line=line)
        if isinstance(event, yaml.AliasEvent):
            raise LessonMistake("*{name} stands for another part; write it out.", name=event.anchor[:40], line=line)
        if event.anchor:
            raise LessonMistake("&{name} is not read; leave it out.", name=event.anchor[:40], line=line)
        if event.tag not in (None, "!"):
            raise LessonMistake("The tag {name} is not read; leave it out.", name=shown(event.tag[:40]), line=line)
        if isinstance(event, yaml.ScalarEvent):
            return None if event.style is None and event.value in NOTHING else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return list(self._entries(pointer, depth))
        return self._fields(pointer, depth)

    def _entries(self, pointer: str, depth: int) -> Iterator[Any]:
        for at, event in enumerate(self._events):
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._node(event, f"{pointer}/{at}", depth + 1)

    def _fields(self, pointer: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key in self._events:
            if isinstance(key, yaml.MappingEndEvent):
                break
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarEvent) or key.tag not in (None, "!") or key.anchor:
                raise LessonMistake("A name of a field is a plain word, as in title: …", line=line)
            place = f"{pointer}/{escaped(key.value[:60])}"
            if key.value in found:
                raise LessonMistake(
                    "{name} stands here a second time; it was in line {first}. Leave one out.",
                    name=shown(key.value[:60]),
                    first=self._lines[place],
                    line=line,
                )
            self._lines[place] = line
            found[key.value] = self._node(next(self._events), place, depth + 1)
        return found


def _broken(error: yaml.MarkedYAMLError, text: str) -> LessonMistake:
    """Return what PyYAML says as a sentence with the line, and what most often leads to it."""
    mark = error.problem_mark or error.context_mark
    line = 1 if mark is None else mark.line + 1
    written = text.split("\n")
    here = written[min(line, len(written)) - 1]
    for number in (line, line - 1):
        each = written[number - 1] if 0 < number <= len(written) else ""
        if "\t" in each[: len(each) - len(each.lstrip())]:
            return LessonMistake("The line begins with a tab; YAML wants spaces there.", line=number)
    reason = (error.problem or "").rstrip(".")
    if "nesting depth" in reason:
        return LessonMistake(TOO_DEEP, line=line)
    if "mapping values" in reason and f"{here} ".count(": ") < 2:
        return LessonMistake("The indent of this line is not that of the line that it belongs to.", line=line)
    if "mapping values" in reason:
        return LessonMistake("There is a second colon in this line; put the text in quotes.", line=line)
    if error.context and "quoted scalar" in error.context:
        first = line if error.context_mark is None else error.context_mark.line + 1
        return LessonMistake("The quotes that begin here do not end.", line=first)
    if error.context and ("flow sequence" in error.context or "flow mapping" in error.context):
        first = line if error.context_mark is None else error.context_mark.line + 1
        return LessonMistake("The bracket that opens here is not closed.", line=first)
    return LessonMistake(
        "This is no YAML here: {written}. Look at the indent of this line and the one before, and put a "
        "text with : or # or [ in quotes.",
        written=shown(here.strip()[:60]),
        line=line,
    )


# ---- and back


class _Writer(BASE):  # type: ignore[misc]
    """Writes texts of several lines as people do, line by line."""


def _text(writer: Any, text: str) -> Any:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Writer.add_representer(str, _text)


def write_yaml(lesson: Lesson) -> str:
    """Return a lesson as a file that people read and write."""
    text: str = yaml.dump(document_of(lesson), Dumper=_Writer, allow_unicode=True, sort_keys=False, width=100)
    return text
