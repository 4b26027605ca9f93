"""What is told as JSON, as a type: a TypedDict that the code which builds it returns, and that the API describes.

@described
class Totals(TypedDict):
    \"\"\"What all layers cost together.\"\"\"

    parameters: int
    \"\"\"How many numbers they learn.\"\"\"
"""

from typing import Any

from pydantic import ConfigDict, GetPydanticSchema, with_config

described = with_config(ConfigDict(use_attribute_docstrings=True, extra="forbid"))  # it has no other fields


def like(kind: Any) -> GetPydanticSchema:
    """Describe a value by the kind of which it is the written form."""
    return GetPydanticSchema(lambda _, handler: handler.generate_schema(kind))


def nested(axes: int, number: Any = float) -> GetPydanticSchema:
    """Describe an array by the nested lists as which it is told."""
    lists = number
    for _ in range(axes):
        lists = list.__class_getitem__(lists)
    return like(lists)
