"""From JSON to a layer: pydantic finds what is wrong, this file says it as a sentence with the numbers in it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.errors import Mistake, Unfit
from app.layers import LAYERS, AnyLayer, Layer

T = TypeVar("T")
MAX_LAYERS = 100
_ADAPTER: TypeAdapter[Layer] = TypeAdapter(AnyLayer)


def read_layer(document: object) -> Layer:
    """Return the layer that `document` describes; raise Unfit, with a pointer inside it, where it describes none."""
    if not isinstance(document, Mapping):
        raise Unfit('A layer is an object with a type, such as {{"type": "relu"}}.')
    if document.get("type") not in LAYERS:
        raise Unfit(
            'There is no layer named "{name}"; the names are {names}.',
            name=str(document.get("type", ""))[:60],
            names=", ".join(LAYERS),
            pointer="/type",
        )
    return validated(lambda: _ADAPTER.validate_python(document), drop=1)


def validated(validate: Callable[[], T], drop: int = 0) -> T:
    """Return what `validate` makes, its errors told as Unfit; `drop` leading parts of their places are not fields."""
    try:
        return validate()
    except ValidationError as error:
        raise sentence(error, drop) from error


def sentence(error: ValidationError, drop: int = 0) -> Mistake:
    """Return the first error as a sentence that names the field, what it was, and what it may be."""
    first = error.errors(include_url=False)[0]
    place = [part for part in first["loc"][drop:] if str(part) not in _TAGS]
    field, pointer = str(place[-1]) if place else "", "/" + "/".join(map(str, place))
    context: dict[str, Any] = first.get("ctx") or {}
    given = _shown(first.get("input"))
    kind = first["type"]
    if kind == "missing":
        return Unfit("{field} is missing.", field=_named(place), pointer=pointer)
    if kind == "extra_forbidden":
        return Unfit('There is no setting named "{field}" here.', field=field[:60], pointer=pointer)
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        return Unfit(
            "{field} must be {bound}, not {given}.",
            field=_named(place),
            given=given,
            pointer=pointer,
            bound={"g": "at least ", "l": "at most "}[kind[0]] + str(next(iter(context.values()))),
        )
    if kind == "literal_error":
        return Unfit(
            "{field} must be {expected}, not {given}.",
            field=_named(place),
            expected=context["expected"],
            given=given,
            pointer=pointer,
        )
    if kind.startswith("union_tag"):
        return Unfit(
            'weights come from "random", "preset" or "values", not {given}.',
            given=_shown(
                (first.get("input") or {}).get("init")
                if isinstance(first.get("input"), Mapping)
                else first.get("input")
            ),
            pointer=pointer,
        )
    wanted = {
        "int_type": "a whole number",
        "bool_type": "true or false",
        "tuple_type": "a number or two: rows, columns",
        "string_type": "a text",
        "float_type": "a number",
        "too_short": "longer",
        "too_long": "shorter",
    }
    return Unfit(
        "{field} must be {expected}, not {given}.",
        field=_named(place),
        expected=wanted.get(kind, first["msg"]),
        given=given,
        pointer=pointer,
    )


_TAGS = {"random", "preset", "values", "trained", "tuple[constrained-int, constrained-int]"}


def _named(place: list[Any]) -> str:
    """Return the nearest named field of a place: "kernel_size" for ("kernel_size", 0)."""
    names = [part for part in place if isinstance(part, str) and "[" not in part]
    return names[-1] if names else "this"


def _shown(value: object) -> str:
    text = {"True": "true", "False": "false", "None": "null"}.get(repr(value), repr(value))
    return text if len(text) <= 60 else text[:57] + "…"
