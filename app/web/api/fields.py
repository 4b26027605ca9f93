"""What a field of an address is, as the API's description tells it.

A handler takes the text and reads it itself: what it cannot read is answered in our words.
"""

from typing import Any

from pydantic import WithJsonSchema


def whole_number(*, or_else: str | None = None) -> WithJsonSchema:
    """Describe a whole number from 0, or one word in its place."""
    schema: dict[str, Any] = {"type": "integer", "minimum": 0}
    return WithJsonSchema({"anyOf": [schema, {"const": or_else}]} if or_else else schema)


def number(*, above: float) -> WithJsonSchema:
    """Describe a number above another."""
    return WithJsonSchema({"type": "number", "exclusiveMinimum": above})


def one_of(*words: str) -> WithJsonSchema:
    """Describe one of some words."""
    return WithJsonSchema({"type": "string", "enum": list(words)})
