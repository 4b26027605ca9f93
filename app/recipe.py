"""A pipeline in one line: `conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)`.

The notation is Python's own, so Python's parser reads it; nothing is ever evaluated. What is written are the same
fields as in the JSON document, with all that equals its default left out.
"""

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from app.errors import Mistake, RecipeMistake
from app.layers import LAYERS, Layer
from app.layers.reading import MAX_LAYERS, read_layer
from app.layers.weights import WEIGHTS

MAX_CHARACTERS = 2_000_000
Kinds = Mapping[str, Any]  # names of calls: layers, or sources of weights


def read(text: str) -> tuple[Layer, ...]:
    """Return the layers that the recipe `text` names; raise RecipeMistake, with its column, where it cannot be read."""
    return tuple(_layer(call) for call in _calls(text))


def write(layers: Iterable[Layer]) -> str:
    """Return the recipe of `layers` in its canonical form."""
    return " | ".join(_call(layer.type, layer, layer.canonical()) for layer in layers)


# ---- reading


def _calls(text: str) -> list[ast.expr]:
    """Return the layers' expressions, from left to right."""
    if len(text) > MAX_CHARACTERS:
        raise RecipeMistake(
            "The recipe has {length} characters; the most is {most}. Send large weights as a JSON document.",
            column=MAX_CHARACTERS,
            length=f"{len(text):,}",
            most=f"{MAX_CHARACTERS:,}",
        )
    text = " ".join(text.split("\n")).replace("\r", " ").replace("\t", " ")
    for column, character in enumerate(text, 1):
        if character in "\\#;`" or not (character.isascii() and character.isprintable()):
            raise RecipeMistake(
                "The character {character} has no place in a recipe; layers are joined by |.",
                column=column,
                character=repr(character),
            )
    if not text.strip():
        return []
    if text.count("|") >= MAX_LAYERS:
        raise RecipeMistake("A recipe has at most {most} layers.", column=1, most=MAX_LAYERS)
    indent = len(text) - len(text.lstrip())
    try:
        expression = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise RecipeMistake(
            "This cannot be read. A recipe is layers joined by |, such as conv2d(6, 5) | relu | max_pool2d(2).",
            column=min(max(error.offset or 1, 1) + indent, len(text) + 1),
        ) from None
    except (ValueError, MemoryError, RecursionError):
        raise RecipeMistake("This is nested too deeply to be read.", column=1) from None
    for node in ast.walk(expression):
        if isinstance(node, (ast.expr, ast.keyword)):
            node.col_offset += indent
    calls = []
    while isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.BitOr):
        calls.append(expression.right)
        expression = expression.left
    return [expression, *reversed(calls)]


def _layer(call: ast.expr) -> Layer:
    name, arguments = _arguments(call, LAYERS, "layer")
    document = {"type": name, **{field: _value(field, node) for field, node in arguments.items()}}
    try:
        return read_layer(document)
    except Mistake as mistake:
        field = (mistake.pointer or "").strip("/").split("/")[0]
        raise RecipeMistake(mistake.message, column=_column(arguments.get(field, call)), **mistake.values) from mistake


def _arguments(call: ast.expr, kinds: Kinds, noun: str) -> tuple[str, dict[str, ast.expr]]:
    """Return the name of a call and its arguments by field."""
    function = call.func if isinstance(call, ast.Call) else call
    if not isinstance(function, ast.Name):
        raise RecipeMistake(
            "Here the name of a {noun} is needed, one of {names}.",
            column=_column(call),
            noun=noun,
            names=", ".join(kinds),
        )
    name = function.id
    if name not in kinds:
        raise RecipeMistake(
            'There is no {noun} named "{name}"; the names are {names}.',
            column=_column(call),
            noun=noun,
            name=name[:60],
            names=", ".join(kinds),
        )
    arguments: dict[str, ast.expr] = {}
    if not isinstance(call, ast.Call):
        return name, arguments
    positional = kinds[name].positional
    if positional and positional[0].startswith("*"):
        if call.args:
            arguments[positional[0][1:]] = ast.List(elts=call.args, **_where(call.args[0]))
    elif len(call.args) > len(positional):
        raise RecipeMistake(
            "{name} takes at most {most} values without names ({fields}); name the others, as in {example}.",
            column=_column(call.args[len(positional)]),
            name=name,
            most=len(positional),
            fields=", ".join(positional) or "none",
            example="bias=False",
        )
    else:
        arguments.update(zip(positional, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg is None or keyword.arg in arguments:
            raise RecipeMistake(
                '"{field}" is given twice.' if keyword.arg else "** has no place in a recipe.",
                column=_column(keyword),
                field=keyword.arg,
            )
        arguments[keyword.arg] = keyword.value
    return name, arguments


def _value(field: str, node: ast.expr) -> Any:
    if field == "weights":
        name, arguments = _arguments(node, WEIGHTS, "source of weights")
        return {"init": name, **{field: _literal(value) for field, value in arguments.items()}}
    return _literal(node)


def _literal(node: ast.expr) -> Any:
    """Return the number, text, truth value or list that `node` writes down."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return [_literal(part) for part in parts]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float() as value)) if (
            not isinstance(value, bool)
        ):
            return -value if isinstance(node.op, ast.USub) else value
    raise RecipeMistake('Here a number, True, False, a "name" or a list of these is needed.', column=_column(node))


def _column(node: ast.expr | ast.keyword) -> int:
    return node.col_offset + 1


def _where(node: ast.expr) -> dict[str, int]:
    return {"lineno": node.lineno, "col_offset": node.col_offset}


# ---- writing


def _call(name: str, kind: Any, fields: dict[str, Any]) -> str:
    """Write one call: fields in positional order while they are there without a gap, the rest by name."""
    fields = {field: value for field, value in fields.items() if field not in ("type", "init")}
    if kind.positional and kind.positional[0].startswith("*"):
        parts = [_text(value) for value in fields.pop(kind.positional[0][1:])]
    else:
        parts = []
        for field in kind.positional:
            if field not in fields:
                break
            parts.append(_text(fields.pop(field)))
    for field, value in fields.items():
        if field == "weights":
            value_text = _call(value["init"], WEIGHTS[value["init"]], value)
        else:
            value_text = _text(value, pair=True)
        parts.append(f"{field}={value_text}")
    return f"{name}({', '.join(parts)})" if parts else name


def _text(value: Any, pair: bool = True) -> str:
    if isinstance(value, list):
        if len(value) == 2 and pair and all(isinstance(part, int) for part in value):
            return f"({value[0]}, {value[1]})"
        return "[" + ", ".join(_text(part, pair=False) for part in value) + "]"
    if isinstance(value, str):
        return '"' + value + '"'
    return repr(value)
