"""The mistakes that a visitor can make, each with its HTTP status; one handler gives them two voices.

    Mistake                 422  a request that cannot be carried out as it stands
    ├── BrokenRequest       400  not JSON, not multipart, a Host that is not ours
    ├── Forbidden           403  from another site, or without the right token
    ├── NotFound            404  unknown or expired id, layer or place outside the map
    ├── TooLarge            413  a body over the byte limit
    ├── TooLong             414  an address over the length that is read
    ├── UnknownKind         415  a file of no kind that we read
    ├── Unreadable          422  a file of a known kind that cannot be decoded, or has too many pixels
    ├── Unfit               422  a pipeline that cannot be: sizes, names, numbers, cost
    │   ├── RecipeMistake   422  … found while reading the one-line recipe, with its column
    │   ├── LessonMistake   422  … found in a lesson, with the line where it is a file
    │   └── Misfit          422  … found in a network of others, with the node
    ├── Busy                429  the waiting room is full
    └── Unavailable         503  shutting down, or the store is away

A message is a template for `str.format` and doubles as the gettext msgid, so that both faces can say it in the
visitor's language: raise Unfit("A {k} window …", k="8×8"). It says what happened, with the numbers, and the way out.
"""

import reprlib
from collections.abc import Callable, Mapping
from typing import ClassVar


class Word:
    """What a sentence puts in and is said in the visitor's language too: "none", "{count} bytes"."""

    def __init__(self, message: str, /, **values: object) -> None:
        self.message = message
        self.values = values

    def say(self, translate: Callable[[str], str] = str) -> str:
        """Return it in the language that `translate` speaks."""
        return translate(self.message).format(**self.values)

    def __str__(self) -> str:
        return self.say()


class Mistake(Exception):
    """A visitor's mistake: a sentence with its numbers, a status and, where known, the field at fault."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "This request cannot be carried out"

    def __init__(self, message: str, /, *, pointer: str | None = None, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values
        self.pointer = pointer  # JSON pointer into the document, such as /layers/0/kernel_size

    def say(self, translate: Callable[[str], str] = str) -> str:
        """Return the sentence, in the language that `translate` speaks."""
        values = {name: each.say(translate) if isinstance(each, Word) else each for name, each in self.values.items()}
        return translate(self.message).format(**values)

    def __str__(self) -> str:
        return self.say()

    @property
    def facts(self) -> Mapping[str, object]:
        """What is said of it beside the sentence, for programs."""
        return {}

    def within(self, place: str) -> "Mistake":
        """Say where in a larger document the field at fault lies, which a smaller part of it has named."""
        self.pointer = place + (self.pointer or "")
        return self


class BrokenRequest(Mistake):
    status = 400
    title = "The request could not be read"


class Forbidden(Mistake):
    status = 403
    title = "Not allowed"


class NotFound(Mistake):
    status = 404
    title = "Nothing here"


class TooLarge(Mistake):
    status = 413
    title = "Too many bytes"


class TooLong(Mistake):
    status = 414
    title = "Too long an address"


class UnknownKind(Mistake):
    status = 415
    title = "Not a kind of file that can be read"


class Unreadable(Mistake):
    title = "The file cannot be read"


class Unfit(Mistake):
    title = "This pipeline cannot be"


class RecipeMistake(Unfit):
    title = "The recipe cannot be read"

    def __init__(self, message: str, /, *, column: int, **values: object) -> None:
        super().__init__(message)
        self.pointer, self.values = "/recipe", values
        self.column = column  # 1-based, as editors count

    @property
    def facts(self) -> Mapping[str, object]:
        return {"column": self.column}

    def say(self, translate: Callable[[str], str] = str) -> str:
        """Return the sentence after the column that it is about."""
        return translate("Column {column}: {sentence}").format(column=self.column, sentence=super().say(translate))


class LessonMistake(Unfit):
    """What does not fit in a lesson, and where."""

    title = "This lesson cannot be"

    def __init__(self, message: str, /, *, pointer: str | None = "", line: int | None = None, **values: object) -> None:
        super().__init__(message, pointer=pointer, **values)  # "": the whole lesson
        self.line = line  # 1-based, of a file
        self.cause: Mistake | None = None
        self.text = ""  # of the file, where it was read

    @classmethod
    def of(cls, cause: Mistake) -> "LessonMistake":
        """Return another mistake as one of a lesson."""
        found = cls(cause.message, pointer=cause.pointer)
        found.values, found.cause = cause.values, cause
        return found

    @property
    def facts(self) -> Mapping[str, object]:
        return {} if self.line is None else {"line": self.line}

    def say(self, translate: Callable[[str], str] = str) -> str:
        """Return the sentence, after the line that it is about."""
        sentence = self.cause.say(translate) if self.cause else super().say(translate)
        if self.line is None:
            return sentence
        return translate("Line {line}: {sentence}").format(line=self.line, sentence=sentence)


class Misfit(Unfit):
    """One node of a network of others: why it has no layers here."""

    title = "This network does not fit"

    def __init__(self, cause: Mistake, /, *, node: int, count: int, name: str, operator: str, fits: int) -> None:
        super().__init__(cause.message, pointer="/file")
        self.cause = cause
        self.node, self.count = node, count  # 1-based, of so many
        self.fits = fits  # layers before it
        self.name, self.operator = name, operator

    @property
    def facts(self) -> Mapping[str, object]:
        return {"node": self.node, "name": self.name, "operator": self.operator, "fits": self.fits}

    def say(self, translate: Callable[[str], str] = str) -> str:
        """Return the sentence after the node that it is about."""
        return translate('Node {node} of {count}, "{name}" ({operator}): {sentence}').format(
            node=self.node,
            count=self.count,
            name=self.name,
            operator=self.operator,
            sentence=self.cause.say(translate),
        )


class Busy(Mistake):
    status = 429
    title = "Too busy"

    def __init__(self, message: str, /, *, retry_after: int = 1, **values: object) -> None:
        super().__init__(message)
        self.values = values
        self.retry_after = retry_after  # seconds


class Unavailable(Busy):
    status = 503
    title = "Not available just now"


def shown(value: object) -> str:
    """Return what a visitor gave, as a sentence quotes it: the way JSON writes it, and not at length."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    try:
        return _BRIEF.repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return "a number with too many digits"


_BRIEF = reprlib.Repr()
_BRIEF.maxstring = _BRIEF.maxlong = _BRIEF.maxother = 60
