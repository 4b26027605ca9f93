"""What is told as JSON, as a type: a TypedDict that the code which builds it returns, and that the API describes.

@described
class Totals(TypedDict):
    \"\"\"What all layers cost together.\"\"\"

    parameters: int
    \"\"\"How many numbers they learn.\"\"\"
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, NotRequired, cast

from pydantic import BaseModel, ConfigDict, GetPydanticSchema, with_config
from typing_extensions import TypedDict

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


def fields_of(model: type[BaseModel], names: Collection[str] | None = None) -> dict[str, Any]:
    """Return the fields of a model that is read, as those of a record: where there is a default it may be left out."""
    found = {name: field for name, field in model.model_fields.items() if names is None or name in names}
    told = {name: Annotated[field.annotation, field] for name, field in found.items()}
    return {name: kind if found[name].is_required() else NotRequired[kind] for name, kind in told.items()}


def record(name: str, sentence: str, fields: Mapping[str, Any]) -> Any:
    """Return the type of a JSON object whose fields are those of other types."""
    kind = cast(Any, TypedDict)(name, dict(fields))
    kind.__doc__ = sentence
    return described(kind)
