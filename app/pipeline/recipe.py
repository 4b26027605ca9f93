"""A pipeline in one line: `conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2)`.

The notation is Python's own, so Python's parser reads it; nothing is ever evaluated. What is written are the same
fields as in the JSON document, with all that equals its default left out. `model("cifar10", epoch=3)`, first in a
recipe, stands for all layers of a trained model with their weights.
"""

import ast
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from app.errors import Mistake, NotFound, RecipeMistake, Word, shown
from app.layers import LAYERS, Layer
from app.layers.models import Model, find
from app.layers.numbers import Numbers
from app.layers.reading import MAX_LAYERS, read_layer, validated
from app.layers.references import REFERENCES
from app.layers.sources import WEIGHTS
from app.pipeline.aside import Overlong, Part, Shortened, blocks, reach
from app.pipeline.torch_call import torch_call
from app.pipeline.whole_model import Whole, layers_of, model_in
from app.strict import MOST_FAULTS, nearest, noted, together

MAX_CHARACTERS = 100_000  # beside long blocks of numbers
SHORT = 1_000  # characters: a recipe that is no longer is read once, however many ask for it
warnings.filterwarnings("ignore", module="<unknown>")  # of what Python's parser finds odd in a recipe
_BLANKS = str.maketrans("\n\r\t", "   ")
_FAMILIAR = re.compile(rb"[^\\#;`\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff]*+")
LONGEST_TEXT = 1_000  # characters of a text in quotes, as which nothing else is read
_QUOTED = re.compile(
    rb"""(?:"(?:[^"\\\x00-\x1f]|\\["'\\]){0,%d}+"|'(?:[^'\\\x00-\x1f]|\\["'\\]){0,%d}+')"""
    % (LONGEST_TEXT, LONGEST_TEXT)
)
_PLAIN = re.compile(rb"[^\[\"']*+")  # before a list of numbers, or a text, begins
_ESCAPED = re.compile(r'["\\]')
_UNESCAPED = re.compile(r"\\(.)")
_SET_ASIDE = re.compile("ñ([0-9]{1,9})ñ")  # the name of what is set aside: in letters that no recipe may hold
CALLED = ("type", "init")  # fields that the name of a call says
UNSAID = (*CALLED, *REFERENCES)  # those that are no settings
MODEL = "model"  # the call that stands for all layers of a model
Kinds = Mapping[str, Any]  # names of calls: layers, or sources of weights


class Recipe(NamedTuple):
    """What a recipe says."""

    layers: tuple[Layer, ...]
    model: Model | None  # that it begins with, as it is now


def read(text: str) -> tuple[Layer, ...]:
    """Return the layers that the recipe `text` names; raise a Mistake as `parse` does."""
    return parse(text).layers


def parse(text: str) -> Recipe:
    """Return what the recipe `text` says; raise RecipeMistake, with its column, where it cannot be read.

    Where a model that it names is not there, or no longer, that is NotFound.
    """
    said = _parse_short(text) if len(text) <= SHORT else _parse(text)
    return said._replace(model=find(said.model.id)) if said.model else said  # what is said of an upload may change


def _parse(text: str) -> Recipe:
    calls, model, layers = _calls(text), None, list[Layer]()
    if calls and _name(calls[0]) == MODEL:
        model, layers = _model(calls.pop(0))
    wrong = list[Mistake]()
    for index, call in enumerate(calls, len(layers)):
        with noted(wrong):
            layers.append(_layer(call, index))
        if len(wrong) == MOST_FAULTS:
            break
    if wrong:
        raise together(wrong)
    if len(layers) > MAX_LAYERS:
        raise RecipeMistake("A recipe has at most {most} layers.", column=1, most=MAX_LAYERS)
    return Recipe(tuple(layers), model)


_parse_short = lru_cache(256)(_parse)


def write(layers: Sequence[Layer], *, models: bool = True) -> str:
    """Return the recipe of `layers` in its canonical form; without `models` with each layer written out."""
    return "".join(pieces(layers, models=models))


def pieces(layers: Sequence[Layer], *, models: bool = True) -> Iterator[str]:
    """Yield that recipe a piece at a time: the numbers in it may be longer than all that is known of them."""
    origin = model_in(layers) if models else None
    if origin is not None:
        epoch = {} if origin.epoch == origin.model.last else {"epoch": origin.epoch}
        yield from _call(MODEL, Whole, {"model": origin.model.id, **epoch})
        layers = layers[len(origin.model.layers) :]
    for index, layer in enumerate(layers):
        yield " | " if index or origin is not None else ""
        yield from _call(layer.type, layer, layer.fields("python"))


# ---- reading


def _calls(text: str) -> list[ast.expr]:
    """Return the layers' expressions, from left to right."""
    data = text.encode(errors="surrogatepass")
    try:
        parts = _familiar(data, _parts(data))
        short = Shortened(data, parts, lambda index: f"ñ{index}ñ".encode(), MAX_CHARACTERS)
    except Overlong:
        raise RecipeMistake(
            "This recipe is longer than {most} characters; send it as a JSON document.",
            column=MAX_CHARACTERS,
            most=f"{MAX_CHARACTERS:,}",
        ) from None
    left = short.text.decode().translate(_BLANKS)
    if not left.strip():
        return []
    if left.count("|") >= MAX_LAYERS:
        raise RecipeMistake("A recipe has at most {most} layers.", column=1, most=MAX_LAYERS)
    indent, columns = len(left) - len(left.lstrip()), _Columns(data)
    try:
        tree = ast.parse(left.strip(), mode="eval")
    except SyntaxError as error:
        before = left.rstrip() if error.offset is None else left[: indent + error.offset - 1]
        raise RecipeMistake(
            "This cannot be read. A recipe is layers joined by |, such as conv2d(6, 5) | relu | max_pool2d(2).",
            column=columns.of(short.place(len(before.encode()))),
        ) from None
    except (ValueError, MemoryError, RecursionError):
        raise RecipeMistake("This is nested too deeply to be read.", column=1) from None
    calls, expression = list[ast.expr](), tree.body
    while isinstance(expression, ast.BinOp) and isinstance(expression.op, ast.BitOr):
        calls.append(expression.right)
        expression = expression.left
    for node in ast.walk(tree):
        if short.aside:
            _put_back(node, short)
        if isinstance(node, (ast.expr, ast.keyword)):
            node.col_offset = columns.of(short.place(indent + node.col_offset)) - 1
    return [expression, *reversed(calls)]


class _Columns:
    """At which character, from 1, the bytes of a text begin."""

    def __init__(self, data: bytes) -> None:
        inside = b"" if data.isascii() else data
        self._inner = np.flatnonzero((np.frombuffer(inside, np.uint8) & 0xC0) == 0x80)  # all but the first of each

    def of(self, at: int) -> int:
        return at + 1 - int(np.searchsorted(self._inner, at)) if len(self._inner) else at + 1


def _parts(data: bytes) -> Iterator[Part]:
    """Give the lists of numbers of a recipe, and the texts in quotes that Python's parser need not see."""
    pos = 0
    while (pos := reach(_PLAIN, data, pos)) < len(data):
        if data[pos : pos + 1] == b"[":
            for part in blocks(data, pos):
                yield part
                pos = part.end
        elif quoted := _QUOTED.match(data, pos):
            if _FAMILIAR.fullmatch(quoted[0]) is None or b"|" in quoted[0]:
                inside = quoted[0][1:-1].decode(errors="surrogatepass")
                yield Part(pos, quoted.end(), _UNESCAPED.sub(r"\1", inside))
            pos = quoted.end()
        else:
            return  # a quote that begins no text: what follows is refused, and need not be looked at


def _familiar(data: bytes, parts: Iterator[Part]) -> Iterator[Part]:
    """Give the parts of a recipe; raise RecipeMistake where between them is what has no place in it."""
    seen = 0
    for part in chain(parts, [Part(len(data), len(data))]):
        if seen < part.first and (seen := reach(_FAMILIAR, data, seen)) < part.first:
            character = data[seen : seen + 4].decode(errors="replace")[0]
            raise RecipeMistake(
                "The character {character} has no place in a recipe; layers are joined by |.",
                column=_Columns(data).of(seen),
                character=character if character.isprintable() else ascii(character),
            )
        if isinstance(part.value, str):
            seen = max(seen, part.end)
        yield part


def _put_back(node: ast.AST, short: Shortened) -> None:
    """Put blocks that were set aside, among what hangs on a node, in the place of their names, as constants."""

    def constant(part: Any) -> Any:
        if isinstance(part, ast.Name) and (named := _SET_ASIDE.fullmatch(part.id)):
            return ast.copy_location(ast.Constant(short.value(int(named[1]))), part)
        return part

    for name, part in ast.iter_fields(node):
        setattr(node, name, list(map(constant, part)) if isinstance(part, list) else constant(part))


def _layer(call: ast.expr, index: int) -> Layer:
    if _name(call) == MODEL:
        raise RecipeMistake(
            "{name} stands for all layers of a model on its own input, and so before all others.",
            column=_column(call),
            name=f"{MODEL}(…)",
        )
    _in_torch(call)
    name, arguments = _arguments(call, LAYERS, Word("layer"))
    document = {"type": name, **{field: _value(LAYERS[name], field, node) for field, node in arguments.items()}}
    try:
        return read_layer(document).linked(index)
    except Mistake as mistake:
        raise _at(mistake, call, arguments) from mistake


def _in_torch(call: ast.expr) -> None:
    """Refuse a call of PyTorch's (RecipeMistake), with our line for it."""
    if _name(call) not in LAYERS and (theirs := torch_call(call, _literal)) and theirs.layers:
        ours = (write([each]) if isinstance(each, Layer) else _signature(each) for each in theirs.layers)
        names = {"theirs": theirs.name[:60], "ours": " | ".join(ours), "missing": ", ".join(theirs.missing)[:120]}
        if theirs.missing:
            raise RecipeMistake(
                "{theirs} is PyTorch's call. Without {missing}, for which there is no layer here, it is {ours} in a "
                "recipe.",
                column=_column(call),
                **names,
            )
        raise RecipeMistake("{theirs} is PyTorch's call; in a recipe it is {ours}.", column=_column(call), **names)


def _signature(kind: type[Layer]) -> str:
    """Return how a layer is written whose settings are not known."""
    fields = ["inputs=[…]"] if kind.merges else kind.positional
    return f"{kind.model_fields['type'].default}({', '.join(fields)})" if fields else kind.model_fields["type"].default


def _at(mistake: Mistake, call: ast.expr, arguments: Mapping[str, ast.expr]) -> Mistake:
    """Return a mistake with the column of the argument that it is about; what is not there keeps its own status."""
    others = [_at(other, call, arguments) for other in mistake.others]
    mistake.others = ()
    if isinstance(mistake, NotFound):
        mistake.pointer = "/recipe"
        return together([mistake, *others])
    field = (mistake.pointer or "").strip("/").split("/")[0]
    named = RecipeMistake(mistake.message, column=_column(arguments.get(field, call)), **mistake.values)
    return together([named, *others])


def _name(call: ast.expr) -> str:
    """Return what is called; nothing where no name is."""
    function = call.func if isinstance(call, ast.Call) else call
    return function.id if isinstance(function, ast.Name) else ""


def _model(call: ast.expr) -> tuple[Model, list[Layer]]:
    """Return the model that a call names, and its layers."""
    _, arguments = _arguments(call, {MODEL: Whole}, Word("model"))
    fields = {field: _literal(node) for field, node in arguments.items()}
    try:
        whole = validated(lambda: Whole.model_validate(fields), fields=Whole.model_fields)
        model = find(whole.model)
        return model, layers_of(model, model.checkpoint(whole.epoch))
    except Mistake as mistake:
        raise _at(mistake, call, arguments) from mistake


def _arguments(call: ast.expr, kinds: Kinds, noun: Word) -> tuple[str, dict[str, ast.expr]]:
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
        near = nearest(name, [*kinds, MODEL] if kinds is LAYERS else kinds)
        raise RecipeMistake(
            'There is no {noun} named "{name}"; did you mean {nearest}?'
            if near
            else 'There is no {noun} named "{name}"; the names are {names}.',
            column=_column(call),
            noun=noun,
            name=name[:60],
            nearest=near,
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
        raise _nameless(call, kinds[name], name)
    else:
        arguments.update(zip(positional, call.args, strict=False))
    for keyword in call.keywords:
        if keyword.arg is None:
            raise RecipeMistake("** has no place in a recipe.", column=_column(keyword))
        if keyword.arg in arguments:
            raise RecipeMistake('"{field}" is given twice.', column=_column(keyword), field=keyword.arg[:60])
        if keyword.arg in CALLED:  # which the name of the call says
            raise RecipeMistake(
                "There is no setting named {field} here.", column=_column(keyword), field=shown(keyword.arg)
            )
        arguments[keyword.arg] = keyword.value
    return name, arguments


def _nameless(call: ast.Call, kind: Any, name: str) -> RecipeMistake:
    """Return why a call has too many values without names, and how the next one is written."""
    fields = ", ".join(kind.positional)
    column = _column(call.args[len(kind.positional)])
    rest = [field for field in kind.model_fields if field not in (*UNSAID, *kind.positional)]
    if issubclass(kind, Layer) and kind.merges:
        return RecipeMistake("{name} takes its inputs by name, as in {name}(inputs=[3, 5]).", column=column, name=name)
    if not rest:
        message = "{name} takes no more than {fields}." if fields else "{name} takes no values."
        return RecipeMistake(message, column=column, name=name, fields=fields)
    default = kind.model_fields[rest[0]].default
    value = "random(7)" if rest[0] == "weights" else "".join(said(3 if default is None else default, pairs=False))
    return RecipeMistake(
        "Without a name {name} takes {fields}; all else needs its name, as in {example}.",
        column=column,
        name=name,
        fields=fields or "nothing",
        example=f"{rest[0]}={value}",
    )


def _value(kind: type[Layer], field: str, node: ast.expr) -> Any:
    if field in kind.model_fields and kind.model_fields[field].annotation is bool:
        _check_truth(field, node)
    if field == "weights":
        name, arguments = _arguments(node, WEIGHTS, Word("source of weights"))
        return {"init": name, **{field: _literal(value) for field, value in arguments.items()}}
    return _literal(node)


def _check_truth(field: str, node: ast.expr) -> None:
    """Refuse a word, a text or a number where True or False belongs (RecipeMistake)."""
    match node:
        case ast.Name(id=name):
            given = name[:60]
        case ast.Constant(value=int() | float() | str() as value) if not isinstance(value, bool):
            given = shown(value)
        case _:
            return
    raise RecipeMistake(
        "{field} must be {expected}, not {given}.",
        column=_column(node),
        field=field,
        expected=Word("{names} or {last}", names="True", last="False"),
        given=given,
    )


def _literal(node: ast.expr) -> Any:
    """Return the number, text, truth value or list that `node` writes down."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | np.ndarray() as value):
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


def _call(name: str, kind: Any, fields: dict[str, Any]) -> Iterator[str]:
    """Write one call: fields in positional order while they are there without a gap, the rest by name.

    Some fields of layers are always written by name, which is how links to them are known.
    """
    left = {field: value for field, value in fields.items() if field not in CALLED}
    pairs = isinstance(kind, Layer)
    parts = list[tuple[str, str, Any]]()  # what stands before a value, of which field it is, and the value
    if kind.positional and kind.positional[0].startswith("*"):
        listed = kind.positional[0][1:]
        parts += [("", listed, value) for value in left.pop(listed)]
    else:
        for field in kind.positional:
            if field not in left or (pairs and field in kind.by_name):
                break
            parts.append(("", field, left.pop(field)))
    parts += [(f"{field}=", field, value) for field, value in left.items()]
    yield name
    for number, (before, field, value) in enumerate(parts):
        yield (", " if number else "(") + before
        yield from said(value, pairs=pairs and field not in REFERENCES)
    yield ")" if parts else ""


def said(value: Any, *, pairs: bool) -> Iterator[str]:
    """Write the value of a field: weights are a call; two numbers are a pair in a layer, and a list in weights."""
    match value:
        case {"init": init}:
            yield from _call(init, WEIGHTS[init], value)
        case [int(rows), int(columns)] if pairs:
            yield f"({rows}, {columns})"
        case list() | tuple():
            for number, part in enumerate(value):
                yield ", " if number else "["
                yield from said(part, pairs=False)
            yield "]" if value else "[]"
        case Numbers():
            yield from value.written()
        case str():
            yield '"' + _ESCAPED.sub(r"\\\g<0>", value) + '"'
        case _:
            yield repr(value)
