"""What a template sees: the fields of a dataclass, each by its name, and nothing else.

A template reads its context; it never finds a name there that no class declares (tests/pages/test_contexts.py).
"""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Context:
    """The base of all that is handed to a template."""


def variables(*contexts: Context) -> dict[str, Any]:
    """Return the fields of `contexts` by name; two contexts that stand together share none."""
    found: dict[str, Any] = {}
    for context in contexts:
        own = {field.name: getattr(context, field.name) for field in fields(context)}
        assert not found.keys() & own.keys(), f"{type(context).__name__} says again: {found.keys() & own.keys()}"
        found |= own
    return found
