"""Answers whose type says what is in them. A handler returns one, and the API's description reads it from there, so
that what mypy has checked against the code that answers is what is described:

    Answer[Run]        a Run as JSON
    Artifact[Step]     a Step as JSON that never changes: it has an ETag, and who has it already gets 304
    Artifact[NumPy]    a file of that kind
    FileAnswer[YAML]   a file of that kind, as it is just now
    EventStream[Room]  events, whose data are each a Room as JSON

What is answered as JSON is a TypedDict, which stands where the code that builds it does.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from fastapi import Response

TEXT = {"type": "string"}
T = TypeVar("T")
F = TypeVar("F", bound="File")


class Json(bytes, Generic[T]):
    """Bytes that are a T, written as JSON: a name for checkers, since the bytes themselves are never copied."""


class File:
    """A kind of file."""

    media_type: ClassVar[str]
    schema: ClassVar[Mapping[str, str]] = {"type": "string", "format": "binary"}
    disposition: ClassVar[str] = "inline"

    @classmethod
    def named(cls, filename: str) -> dict[str, str]:
        """Return the header that says what such a file is called, and whether it is for saving alone."""
        return {"Content-Disposition": f'{cls.disposition}; filename="{filename}"'}


class NumPy(File):
    """An array, C-order, as `numpy.load` reads it."""

    media_type = "application/octet-stream"


class NPZ(File):
    """Arrays by name, as `numpy.load` reads them."""

    media_type = "application/zip"
    disposition = "attachment"  # nothing that a browser shows


class CSV(File):
    """A table, of which the first line names the columns."""

    media_type = "text/csv; header=present"
    schema = TEXT


class PNG(File):
    media_type = "image/png"


class SVG(File):
    media_type = "image/svg+xml"
    schema = TEXT


class YAML(File):
    media_type = "application/yaml"
    schema: ClassVar[Mapping[str, str]] = {}  # whatever it holds


class Typed(Response, Generic[T]):
    """An answer of which the type says what is in it: of the class that `Typed[T]` is `model` is T."""

    model: ClassVar[Any] = None

    def __class_getitem__(cls, model: Any) -> type["Typed[T]"]:
        return type(cls.__name__, (cls,), {"model": model})


class Answer(Typed[T]):
    """A T as JSON."""

    media_type = "application/json"

    def __init__(self, content: Json[T], status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__(content, status_code, headers)


class Artifact(Typed[T]):
    """A T, or a file of the kind T, that never changes; or 304."""


class Lines(Typed[T]):
    """A T as JSON on each line (NDJSON); or, to whoever asks for it, an archive of arrays."""

    media_type = "application/x-ndjson"


class FileAnswer(Typed[F]):
    """A file of the kind F."""

    def __init__(self, kind: type[F], content: bytes, headers: dict[str, str] | None = None) -> None:
        super().__init__(content, headers=headers, media_type=kind.media_type)


def answered(endpoint: Callable[..., Any]) -> type[Typed[Any]] | None:
    """Return the type of what a handler answers; None where it answers nothing that has one."""
    kind = inspect.get_annotations(endpoint).get("return")
    return kind if isinstance(kind, type) and issubclass(kind, Typed) and kind.model is not None else None
