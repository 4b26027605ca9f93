"""A model whose fields are described by the texts below them, which are read when somebody asks.

Pydantic's own `use_attribute_docstrings` reads the source of every model while it is imported.
"""

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Documented(BaseModel):
    """Says in its JSON schema what its fields are."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core_schema)
        for name, said in handler.resolve_ref_schema(schema).get("properties", {}).items():
            if text := help_of(cls, name):
                said["description"] = text
        return schema


def help_of(kind: type[BaseModel], field: str) -> str:
    """Return what a field of a model is, in its own words or those of the nearest model that it has them from."""
    if said := kind.model_fields[field].description:
        return said
    return next((texts[field] for each in kind.__mro__ if field in (texts := _texts(each))), "")


@cache
def _texts(kind: type) -> dict[str, str]:
    """Return the texts below the fields that a class itself has."""
    if kind is Documented or not issubclass(kind, Documented):
        return {}
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0].body  # type: ignore[attr-defined]
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }
