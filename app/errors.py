"""The mistakes that a visitor can make, each with its HTTP status; one handler gives them two voices.

    Mistake                 422  a request that cannot be carried out as it stands
    ├── BrokenRequest       400  not JSON, not multipart, a Host that is not ours
    ├── Forbidden           403  from another site, or without the right token
    ├── NotFound            404  unknown or expired id, layer or place outside the map
    ├── WrongMethod         405  an address that does not take the method
    ├── TooLarge            413  a body over the byte limit
    ├── TooLong             414  an address over the length that is read
    ├── UnknownKind         415  a file of no kind that we read
    │   └── Encoded         415  a body that is compressed
    ├── Unreadable          422  a file of a known kind that cannot be decoded, or has too many pixels
    ├── Unfit               422  a pipeline that cannot be: sizes, names, numbers
    │   ├── UnknownField    422  … a field that is not known, with the nearest that is
    │   ├── RepeatedField   422  … a field that is given twice
    │   ├── TooDear         422  … or over the limit of what a run may cost
    │   ├── RecipeMistake   422  … found while reading the one-line recipe, with its column
    │   ├── LessonMistake   422  … found in a lesson, with the line where it is a file
    │   └── Misfit          422  … found in a network of others, with the node
    ├── Busy                429  the waiting room is full
    │   └── Unavailable     503  shutting down, or the store is away
    └── OurMistake          500  not the visitor's, but it is told like theirs

Each has a code, which programs may rely on: it never changes. `/guide` lists them with their help.

A message is a template for `str.format` and doubles as the gettext msgid, so that both faces can say it in the
visitor's language: raise Unfit("A {k} window …", k="8×8"). It says what happened, with the numbers, and the way out.
"""

import reprlib
from collections.abc import Callable, Iterator, Mapping
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
    code: ClassVar[str] = "invalid-request"
    help: ClassVar[str] = "Something in the request is not as it must be: `errors` says where, and what it may be."

    def __init__(self, message: str, /, *, pointer: str | None = None, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values
        self.pointer = pointer  # JSON pointer into the document, such as /layers/0/kernel_size
        self.others: tuple[Mistake, ...] = ()  # found beside it in the same document

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
        for other in self.others:
            other.within(place)
        return self


class BrokenRequest(Mistake):
    status = 400
    title = "The request could not be read"
    code = "unreadable-request"
    help = "The body is no JSON or no form, or the `Host` is none of this server's names."


class Forbidden(Mistake):
    status = 403
    title = "Not allowed"
    code = "forbidden"
    help = "The token or key is missing or another's, or a page of another site sends something."


class NotFound(Mistake):
    status = 404
    title = "Nothing here"
    code = "not-found"
    help = "An id is unknown or has expired, or a layer or place lies outside: make it again, or correct the address."


class WrongMethod(Mistake):
    status = 405
    title = "Method not allowed"
    code = "method-not-allowed"
    help = "The address does not take this method: the header `Allow` says which it takes."


class TooLarge(Mistake):
    status = 413
    title = "Too many bytes"
    code = "body-too-large"
    help = "The body has more bytes than `/api/v1/limits` allows: send less."


class TooLong(Mistake):
    status = 414
    title = "Too long an address"
    code = "address-too-long"
    help = "The address has more bytes than `/api/v1/limits` allows: post the document instead."


class UnknownKind(Mistake):
    status = 415
    title = "Not a kind of file that can be read"
    code = "unsupported-kind"
    help = "The file or body is of a kind that cannot be read here: the sentence says which can be."


class Encoded(UnknownKind):
    title = "An encoded body"
    code = "encoded-body"
    help = "The body is compressed, as the header `Content-Encoding` says: send it as it is."


class Unreadable(Mistake):
    title = "The file cannot be read"
    code = "unreadable-file"
    help = "The kind of the file is known, but it is damaged or has too many pixels: save it again, or smaller."


class Unfit(Mistake):
    title = "This pipeline cannot be"
    code = "invalid-pipeline"
    help = "Sizes, names or numbers of the layers do not agree: `errors` says of which layer, and what would do."


class UnknownField(Unfit):
    title = "No such field"
    code = "unknown-field"
    help = "A field is not known here, and nothing is ignored: the sentence gives the nearest that is."


class RepeatedField(Unfit):
    title = "A field twice"
    code = "repeated-field"
    help = "A field is given twice, and neither is chosen: give it once."


class TooDear(Unfit):
    title = "This pipeline costs too much"
    code = "over-limit"
    help = (
        "The run would need more computing or memory than `/api/v1/limits` allows: "
        "the sentence says what makes it less."
    )


class RecipeMistake(Unfit):
    title = "The recipe cannot be read"
    code = "invalid-recipe"
    help = "The recipe cannot be read, or its layers cannot be: `column` says at which character, from 1."

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
    code = "invalid-lesson"
    help = "The lesson cannot be: `errors` says in which field, and `line` in which line where it is a file."

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
    code = "unsupported-network"
    help = "A node of the network has no layer here: `node` and `name` say which, `fits` how many layers come before."

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
    code = "busy"
    help = "Too much is asked at once: come again after the seconds in the header `Retry-After`."

    def __init__(self, message: str, /, *, retry_after: int = 1, **values: object) -> None:
        super().__init__(message)
        self.values = values
        self.retry_after = retry_after  # seconds


class Unavailable(Busy):
    status = 503
    title = "Not available just now"
    code = "unavailable"
    help = "The server is being shut down or its store is away: come again after the seconds in `Retry-After`."


class OurMistake(Mistake):
    status = 500
    title = "Our mistake"
    code = "internal-error"
    help = "Something went wrong on the server, which has written down what: try again."


def kinds(root: type[Mistake] = Mistake) -> Iterator[type[Mistake]]:
    """Yield every kind of mistake in the order of the tree."""
    yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


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
