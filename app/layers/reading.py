"""From JSON to a layer: pydantic finds what is wrong, this file says it as a sentence with the numbers in it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.errors import Mistake, Unfit, UnknownField, Word, shown
from app.layers import LAYERS, AnyLayer, Layer
from app.layers.sources import WEIGHTS
from app.messages import N_, Counted, counted
from app.strict import MOST_FAULTS, Carried, escaped, nearest, noted, together

T = TypeVar("T")
MAX_LAYERS = 400
MOST_READ = 2_000  # outputs that the layers of a pipeline read, each as often as it is read
_ADAPTER: TypeAdapter[Layer] = TypeAdapter(AnyLayer)
_EXPECTED = {
    "int_type": N_("a whole number"),
    "bool_type": N_("true or false"),
    "string_type": N_("a text"),
    "float_type": N_("a number"),
    "string_unicode": N_("a text of valid characters"),
    "tuple_type": N_("a list"),
    "model_type": N_("an object"),
    "model_attributes_type": N_("an object"),
}

LIMITS = {
    ("list", True): counted("at least {count} entry", "at least {count} entries"),
    ("list", False): counted("at most {count} entry", "at most {count} entries"),
    ("string", True): counted("at least {count} character", "at least {count} characters"),
    ("string", False): counted("at most {count} character", "at most {count} characters"),
}


def read_layer(document: object) -> Layer:
    """Return the layer that `document` describes; raise Unfit, with a pointer inside it, where it describes none."""
    if not isinstance(document, Mapping):
        raise Unfit('A layer is an object with a type, such as {{"type": "relu"}}.')
    kind = document.get("type")
    if not (isinstance(kind, str) and kind in LAYERS):
        near = nearest(kind, LAYERS) if isinstance(kind, str) else ""
        raise Unfit(
            "There is no layer named {name}; did you mean {nearest}?"
            if near
            else "There is no layer named {name}; the names are {names}.",
            name=shown(kind),
            nearest=near,
            names=", ".join(LAYERS),
            pointer="/type",
        )
    return validated(lambda: _ADAPTER.validate_python(document), tag=kind, fields=LAYERS[kind].model_fields)


def all_linked(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """Return a list of layers in its canonical form; raise Unfit, with its place, where one reads a later layer, or
    all together read too many.
    """
    found, wrong, read = list[Layer](), list[Mistake](), 0
    for index, layer in enumerate(layers):
        with noted(wrong, f"/layers/{index}"):
            found.append(layer.linked(index))
            read += len(layer.reads(index))
            if read > MOST_READ:
                raise Unfit(
                    "Up to this layer outputs are read {count} times; the most is {most} in all. Join some of them in "
                    "one layer, and let the others read that.",
                    count=f"{read:,}",
                    most=f"{MOST_READ:,}",
                    pointer="/inputs",
                )
        if len(wrong) == MOST_FAULTS:
            break
    if wrong:
        raise together(wrong)
    return tuple(found)


def validated(validate: Callable[[], T], tag: str = "", fields: Iterable[str] = ()) -> T:
    """Return what `validate` makes, its errors told as Unfit; pydantic puts the `tag` of a union before its places.

    `fields`: those that there are, of which the nearest is told where another is given.
    """
    try:
        return validate()
    except ValidationError as error:
        every = (each for each in error.errors(include_url=False) if not _follows(each))
        # What is misspelt first: that another is missing follows from it.
        found = sorted(every, key=lambda each: each["type"] != "extra_forbidden")[:MOST_FAULTS]
        told = [_sentence(each, tag, fields) for each in found]
        raise together({(each.pointer, str(each)): each for each in told}.values()) from error


def _follows(error: Mapping[str, Any]) -> bool:
    """Tell whether a list is too short only without its entries that are wrong, of which each is told."""
    return error["type"] == "too_short" and bool(len(error["input"]) >= error["ctx"]["min_length"])


def _sentence(error: Mapping[str, Any], tag: str, fields: Iterable[str]) -> Mistake:
    """Return an error of pydantic's as a sentence that names the field, what it was, and what it may be."""
    context: dict[str, Any] = error.get("ctx") or {}
    if isinstance(carrier := context.get("error"), Carried):
        return carrier.mistake
    place = list(error["loc"])
    if tag and place[:1] == [tag]:
        del place[0]
    if place[:1] == ["weights"] and place[1:2] and place[1] in WEIGHTS:
        fields = WEIGHTS[place.pop(1)].model_fields
    pointer = "".join(f"/{escaped(str(part))}" for part in place)
    field = next((part for part in reversed(place) if isinstance(part, str)), "this")
    given = shown(error.get("input"))
    expected: str | Word
    match error["type"]:
        case "missing":
            return Unfit("{field} is missing.", field=field, pointer=pointer)
        case "finite_number":
            return Unfit(
                "{field} must be a number between -1.8e308 and 1.8e308, and {given} is beyond what is computed with.",
                field=field,
                given=given,
                pointer=pointer,
            )
        case "string_too_short" as kind:
            return Unfit(
                "{field} is empty or blank; give {limit}.", field=field, limit=_limit(kind, context), pointer=pointer
            )
        case "too_short" | "too_long" | "string_too_long" as kind:
            return Unfit(
                "{field} must have {limit}, not {count}.",
                field=field,
                limit=_limit(kind, context),
                count=f"{len(error['input']):,}",
                pointer=pointer,
            )
        case "extra_forbidden":
            near = nearest(str(field), fields)
            return UnknownField(
                "There is no setting named {field} here; did you mean {nearest}?"
                if near
                else "There is no setting named {field} here; there are {names}."
                if fields
                else "There is no setting named {field} here.",
                field=shown(field),
                nearest=near,
                names=", ".join(fields),
                pointer=pointer,
            )
        case "union_tag_invalid" | "union_tag_not_found":
            return Unfit(
                "{field} come from {expected}, as in {example}, not {given}.",
                field=field,
                expected=", ".join(WEIGHTS),
                example='{"init": "random", "seed": 7}',
                given=given,
                pointer=pointer,
            )
        case "greater_than_equal" | "less_than_equal" as kind:
            bound = f"{context['ge' if kind[0] == 'g' else 'le']:,}"
            expected = Word("at least {bound}", bound=bound) if kind[0] == "g" else Word("at most {bound}", bound=bound)
        case "greater_than" | "less_than" as kind:
            bound = f"{context['gt' if kind[0] == 'g' else 'lt']:g}"
            expected = (
                Word("more than {bound}", bound=bound) if kind[0] == "g" else Word("less than {bound}", bound=bound)
            )
        case "literal_error":
            names, _, last = context["expected"].replace("'", '"').rpartition(" or ")
            expected = Word("{names} or {last}", names=names, last=last) if names else last
        case kind:
            expected = Word(_EXPECTED.get(kind, N_("of another kind")))
    return Unfit(
        "{field} must be {expected}, not {given}.", field=field, expected=expected, given=given, pointer=pointer
    )


def _limit(kind: str, context: Mapping[str, int]) -> Word:
    """Return how many entries of a list, or characters of a text, there may be."""
    least = "min_length" in context
    count = context["min_length" if least else "max_length"]
    forms = LIMITS["string" if kind.startswith("string") else "list", least]
    return Word(Counted(*forms, count), count=f"{count:,}")
