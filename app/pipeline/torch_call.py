"""PyTorch's own calls, such as nn.Conv2d(3, 6, 5): which of our layers they are, so that a mistake can give our line.

nn.Conv2d, torch.nn.Conv2d and Conv2d make a layer; F.max_pool2d and torch.relu are functions, whose first argument is
what they read. nn.Sequential(…) is as many layers as are in it. Each layer says itself what PyTorch calls it.
"""

import ast
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from app.errors import Mistake
from app.layers import LAYERS, Layer
from app.layers.reading import MAX_LAYERS, read_layer

Read = Callable[[ast.expr], Any]  # the number, text or list that is written down; raises a Mistake where none is
_NAME, _ARGUMENT = re.compile(r"[A-Za-z0-9]++"), re.compile(r"[a-z_]++(?=[,)])")
ROOTS = ("torch", "nn", "F", "functional")
SEQUENCE = "Sequential"
FUNCTIONS = {
    "interpolate": "upsample2d",
    "adaptive_avg_pool2d": "global_avg_pool2d",
    "cat": "concat",
}
MODULES = {_NAME.match(kind.in_torch)[0]: kind for kind in LAYERS.values() if kind.in_torch}  # type: ignore[index]


class Theirs(NamedTuple):
    """A call of PyTorch's."""

    name: str  # as it was written, without its arguments
    layers: tuple[Layer | type[Layer], ...]  # ours; a kind alone where its settings cannot be told
    missing: tuple[str, ...] = ()  # what is in it that we have no layer for, as it was written


def torch_call(expression: ast.expr, read: Read) -> Theirs | None:
    """Return what a call of PyTorch's is here; None for any other."""
    name = _dotted(expression)
    parts = name.split(".")
    arguments = expression.args if isinstance(expression, ast.Call) else []
    if parts[-1] == SEQUENCE:
        found = [torch_call(part, read) or Theirs("", (), (_dotted(part) or "…",)) for part in arguments[:MAX_LAYERS]]
        return Theirs(
            name,
            tuple(layer for each in found for layer in each.layers),
            tuple(missing for each in found for missing in each.missing),
        )
    if parts[-1] in MODULES:
        return _theirs(name, MODULES[parts[-1]], expression, read, skipped=0)
    kind = LAYERS.get(FUNCTIONS.get(parts[-1], parts[-1]))
    if kind is not None and len(parts) > 1 and parts[-2] in ROOTS:
        return _theirs(name, kind, expression, read, skipped=1)
    return None


def _dotted(expression: ast.expr) -> str:
    """Return the name of what is called, with what stands before its last dot."""
    parts, part = list[str](), expression.func if isinstance(expression, ast.Call) else expression
    while isinstance(part, ast.Attribute):
        parts.append(part.attr)
        part = part.value
    return ".".join([part.id, *reversed(parts)]) if isinstance(part, ast.Name) else ""


def _theirs(name: str, kind: type[Layer], expression: ast.expr, read: Read, skipped: int) -> Theirs | None:
    """Return our layer of a call, of whose positional arguments the first are `skipped`; None where we have no such."""
    if skipped and (kind.learned or kind.merges):
        return Theirs(name, (kind,))  # a function is given its weights, or all that it reads, by their names
    try:
        settings = kind.from_torch(dict(_arguments(kind, expression, read, skipped)))
        if settings is None:
            return None
        return Theirs(name, (read_layer({"type": kind.model_fields["type"].default, **settings}),))
    except Mistake:
        return Theirs(name, (kind,))


def _arguments(kind: type[Layer], expression: ast.expr, read: Read, skipped: int) -> Iterator[tuple[str, Any]]:
    if not isinstance(expression, ast.Call):
        return
    names = kind.positional if skipped else _ARGUMENT.findall(kind.in_torch)
    known = {*_ARGUMENT.findall(kind.in_torch), *kind.settings()}
    given = [
        *zip(names, expression.args[skipped:], strict=False),
        *((each.arg, each.value) for each in expression.keywords),
    ]
    for name, value in given:
        try:
            if name in known:
                yield name, read(value)
        except Mistake:
            if name in kind.settings():  # what is none, such as in_channels, may be anything
                raise
