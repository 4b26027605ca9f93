"""A pipeline in one line: `conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)`.

The notation is Python's own, so Python's parser reads it; nothing is ever evaluated. What is written are the same
fields as in the JSON document, with all that equals its default left out.
"""

import ast
import json
import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from app.errors import Mistake, RecipeMistake, shown
from app.layers import LAYERS, Layer
from app.layers.reading import MAX_LAYERS, read_layer
from app.layers.weights import WEIGHTS

MAX_CHARACTERS = 100_000  # beside long blocks of numbers
warnings.filterwarnings("ignore", module="<unknown>")  # of what Python's parser finds odd in a recipe
_BLOCK = re.compile(r"\[[][0-9 ,.eE+-]{500,}\]")
_ASIDE = "ñ"  # begins the name of a block that is set aside: a letter, but none that a recipe may hold
_STRANGER = re.compile(r"[^ -~]|[\\#;`]")
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
    text = re.sub(r"[\n\r\t]", " ", text)
    if stranger := _STRANGER.search(text):
        raise RecipeMistake(
            "The character {character} has no place in a recipe; layers are joined by |.",
            column=stranger.start() + 1,
            character=stranger[0] if stranger[0].isprintable() else ascii(stranger[0]),
        )
    blocks: list[Any] = []
    text = _BLOCK.sub(lambda block: _set_aside(block, blocks), text)
    if not text.strip():
        return []
    if len(text.replace(" ", "")) > MAX_CHARACTERS:
        raise RecipeMistake(
            "This recipe is longer than {most} characters; send it as a JSON document.",
            column=MAX_CHARACTERS,
            most=f"{MAX_CHARACTERS:,}",
        )
    if text.count("|") >= MAX_LAYERS:
        raise RecipeMistake("A recipe has at most {most} layers.", column=1, most=MAX_LAYERS)
    indent = len(text) - len(text.lstrip())
    try:
        expression = ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise RecipeMistake(
            "This cannot be read. A recipe is layers joined by |, such as conv2d(6, 5) | relu | max_pool2d(2).",
            column=indent + (error.offset or len(text.strip()) + 1),
        ) from None
    except (ValueError, MemoryError, RecursionError):
        raise RecipeMistake("This is nested too deeply to be read.", column=1) from None
    for node in ast.walk(expression):
        if isinstance(node, (ast.expr, ast.keyword)):
            node.col_offset += indent
    calls = []
    expression = _Returned(blocks).visit(expression)
    while isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.BitOr):
        calls.append(expression.right)
        expression = expression.left
    return [expression, *reversed(calls)]


def _set_aside(block: re.Match[str], blocks: list[Any]) -> str:
    """Keep a long block of numbers, which Python's parser would spend much memory on, and leave a name in its place."""
    try:
        lists = json.loads(f"[{block[0]}]")
    except ValueError:
        return block[0]
    names = ",".join(f"{_ASIDE}{len(blocks) + index}" for index in range(len(lists)))
    blocks += lists
    return names.ljust(len(block[0]) - len(lists))  # as many bytes, in which Python counts columns


class _Returned(ast.NodeTransformer):
    """Puts the blocks that were set aside back, as constants."""

    def __init__(self, blocks: list[Any]) -> None:
        self.blocks = blocks

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if not node.id.startswith(_ASIDE):
            return node
        constant = ast.Constant(self.blocks[int(node.id[1:])])
        return ast.copy_location(constant, node)


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
            first = call.args[0]
            arguments[positional[0][1:]] = ast.List(call.args, ast.Load(), lineno=1, col_offset=first.col_offset)
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
        if keyword.arg is None:
            raise RecipeMistake("** has no place in a recipe.", column=_column(keyword))
        if keyword.arg in arguments:
            raise RecipeMistake('"{field}" is given twice.', column=_column(keyword), field=keyword.arg[:60])
        if keyword.arg in ("type", "init"):  # which the name of the call says
            raise RecipeMistake(
                "There is no setting named {field} here.", column=_column(keyword), field=shown(keyword.arg)
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
        case ast.Constant(value=bool() | int() | float() | str() | list() as value):
            return value
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return [_literal(part) for part in parts]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float() as value)) if (
            not isinstance(value, bool)
        ):
            return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.Name):
        raise RecipeMistake('A word stands in quotes: write "{name}".', column=_column(node), name=node.id[:60])
    raise RecipeMistake('Here a number, True, False, a "name" or a list of these is needed.', column=_column(node))


def _column(node: ast.expr | ast.keyword) -> int:
    return node.col_offset + 1


# ---- writing


def _call(name: str, kind: Any, fields: dict[str, Any]) -> str:
    """Write one call: fields in positional order while they are there without a gap, the rest by name."""
    fields = {field: value for field, value in fields.items() if field not in ("type", "init")}
    pairs = isinstance(kind, Layer)
    texts = {field: _text(value, pairs=pairs) for field, value in fields.items()}
    if kind.positional and kind.positional[0].startswith("*"):
        parts = [_literally(value) for value in fields[kind.positional[0][1:]]]
        texts.clear()
    else:
        parts = []
        for field in kind.positional:
            if field not in texts:
                break
            parts.append(texts.pop(field))
    parts += [f"{field}={text}" for field, text in texts.items()]
    return f"{name}({', '.join(parts)})" if parts else name


def _text(value: Any, *, pairs: bool) -> str:
    """Write the value of a field: weights are a call; two numbers are a pair in a layer, and a list in weights."""
    match value:
        case {"init": init}:
            return _call(init, WEIGHTS[init], value)
        case [int(rows), int(columns)] if pairs:
            return f"({rows}, {columns})"
    return _literally(value)


def _literally(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_literally, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)
