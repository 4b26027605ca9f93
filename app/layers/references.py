"""How a layer says what it reads: the index of an earlier layer or several, −1 the picture; and what it is called.

Layers stay one list in order of computation. A layer that says nothing reads the one before it, so that a plain chain
needs no index; and an index that says the same is left out, so that a pipeline has one canonical form.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema

from app.errors import Unfit, shown
from app.strict import carried

PICTURE = -1
REFERENCES = ("inputs", "name")  # fields of every layer that are no settings of it
MOST_INPUTS = 64  # of one layer
LONGEST_NAME = 60  # characters
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")  # what ends a line, or turns it round, too


@carried
def _inputs(value: object, info: ValidationInfo) -> tuple[int, ...] | None:
    """Read one index or several; raise Unfit for anything else."""
    if value is None:
        return None
    indices = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if not indices or not all(type(index) is int for index in indices):
        raise Unfit(
            "inputs must be the index of an earlier layer, from 0, −1 for the picture, or a list of these, not "
            "{given}.",
            given=shown(value),
            pointer="/inputs",
        )
    if min(indices) < PICTURE:
        raise Unfit(
            "inputs counts layers from 0, and −1 is the picture: there is no layer {index}.",
            index=shown(min(indices)),
            pointer="/inputs",
        )
    if len(indices) > MOST_INPUTS:
        raise Unfit(
            "A layer reads at most {most} outputs, not {count}; join some of them in a layer before it.",
            most=MOST_INPUTS,
            count=f"{len(indices):,}",
            pointer="/inputs",
        )
    return indices


def _written(inputs: tuple[int, ...] | None) -> int | list[int] | None:
    """Write one index as a number, the canonical form."""
    if inputs is None:
        return None
    return inputs[0] if len(inputs) == 1 else list(inputs)


@carried
def _name(name: str) -> str:
    if found := _UNSEEN.search(name):
        raise Unfit(
            "name has a character that cannot be seen, {character}; leave it out.",
            character=ascii(found[0]),
            pointer="/name",
        )
    return name


def last_readers(reads: Iterable[tuple[int, Sequence[int]]]) -> dict[int, int]:
    """Return the last layer to read each output, of layers in their order with what each of them reads."""
    return {source: number for number, sources in reads for source in sources}


_INDEX: dict[str, Any] = {"type": "integer", "minimum": PICTURE}
_ONE: dict[str, Any] = {"anyOf": [_INDEX, {"type": "array", "items": _INDEX, "minItems": 1, "maxItems": 1}]}
_SEVERAL: dict[str, Any] = {"type": "array", "items": _INDEX, "minItems": 2, "maxItems": MOST_INPUTS}
Inputs = Annotated[tuple[int, ...] | None, BeforeValidator(_inputs), PlainSerializer(_written)]
InputField = Annotated[Inputs, WithJsonSchema(_ONE)]  # of a layer that reads one output
InputsField = Annotated[Inputs, WithJsonSchema(_SEVERAL)]
NameField = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_name)] | None
