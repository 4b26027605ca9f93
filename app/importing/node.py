"""A node of an ONNX graph as its reader sees it: its settings by name, and the kind that each must have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import onnx

from app.errors import Unfit

T = TypeVar("T")
Attribute = onnx.AttributeProto


@dataclass(frozen=True)
class Node:
    """One operator at work."""

    number: int  # from 1, as people count
    count: int  # of nodes in the file
    name: str
    operator: str
    domain: str
    opset: int
    inputs: tuple[str, ...]  # "": left out
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    scopes: str = ""  # the modules that it is in, as PyTorch's newest exporter notes them

    def whole(self, name: str, usual: int) -> int:
        """Return a setting that is a whole number."""
        return self._got(name, usual, int)

    def number_of(self, name: str, usual: float) -> float:
        """Return a setting that is a number, in single precision as the file has it."""
        return self._got(name, usual, float)

    def text(self, name: str, usual: str) -> str:
        """Return a setting that is a text."""
        return self._got(name, usual, str)

    def wholes(self, name: str) -> tuple[int, ...]:
        """Return a setting that is a list of whole numbers; nothing where it is not given."""
        given = self._got(name, (), tuple)
        if not all(isinstance(number, int) for number in given):
            raise Unfit("Its setting {name} is a list of whole numbers; export the network again.", name=name)
        return given

    def _got(self, name: str, usual: T, kind: type[T]) -> T:
        given = self.attributes.get(name, usual)
        if not isinstance(given, kind):
            raise Unfit("Its setting {name} is not of the kind that it must be; export the network again.", name=name)
        return given


def value_of(attribute: Attribute) -> Any:
    """Return the value of a setting, None for those that no reader asks for; tensors are read elsewhere."""
    match attribute.type:
        case Attribute.INT:
            return attribute.i
        case Attribute.FLOAT:
            return float(np.float32(attribute.f))
        case Attribute.STRING:
            return attribute.s.decode(errors="replace")
        case Attribute.INTS:
            return tuple(attribute.ints)
        case Attribute.FLOATS:
            return tuple(attribute.floats)
    return None
