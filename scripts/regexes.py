"""No regular expression of ours takes more than linear time: `python -m scripts.regexes` says where one could.

    (a+)+        an endless repeat in an endless one: exponential
    \\s*.*x       endless repeats side by side that take the same character: quadratic
    ".*"         sought, not matched: where the end is missing, each beginning looks as far as the text goes
    re.sub(p,…)  a pattern made inside a function cannot be looked at

Possessive repeats (`a*+`) never go back, so the first two cannot happen to them. Where a text is our own and short, a
line says so: `# linear: of our own files`.
"""

import ast
import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

ENDLESS = 100  # repeats, from which on a limit is as good as none
EXCUSED = "# linear: "
SEEKING = {"search", "sub", "subn", "split", "findall", "finditer"}
ASKING = SEEKING | {"match", "fullmatch", "compile"}
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)
EVERY = frozenset(range(256)) | {256}  # 256 stands for all that lies beyond
CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_NOT_WORD: r"\W",
}


def faults(pattern: str | bytes, flags: int = 0, *, sought: bool = False) -> list[str]:
    """Return what makes a pattern slow on some text; nothing where it is linear."""
    tree = list(_parser.parse(pattern, flags))
    found = [*_nested(tree), *_beside(tree)]
    if sought and _may_fail_late(tree):
        found.append("it is sought, and what comes after an endless repeat may be missing")
    return found


def _endless(node: tuple[Any, Any]) -> bool:
    return node[0] in (*REPEATS, op.POSSESSIVE_REPEAT) and node[1][1] >= ENDLESS


def _inside(node: tuple[Any, Any]) -> Iterator[list[tuple[Any, Any]]]:
    """Give the sequences that a node holds."""
    kind, argument = node
    if kind in (*REPEATS, op.POSSESSIVE_REPEAT):
        yield list(argument[2])
    elif kind is op.SUBPATTERN:
        yield list(argument[3])
    elif kind is op.BRANCH:
        yield from map(list, argument[1])
    elif kind in (op.ASSERT, op.ASSERT_NOT):
        yield list(argument[1])
    elif kind is op.ATOMIC_GROUP:
        yield list(argument)


def _nodes(tree: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    for node in tree:
        yield node
        for inner in _inside(node):
            yield from _nodes(inner)


def _nested(tree: list[tuple[Any, Any]]) -> Iterator[str]:
    for node in _nodes(tree):
        if node[0] in REPEATS and _endless(node):
            for inner in _nodes(node[1][2]):
                if inner[0] in REPEATS and inner[1][1] >= ENDLESS:
                    yield "an endless repeat stands in an endless repeat"


def _beside(tree: list[tuple[Any, Any]]) -> Iterator[str]:
    """Find two endless repeats with nothing between them that is always there, which begin with the same character."""
    before: list[frozenset[int]] = []
    for node in tree:
        if node[0] in REPEATS and _endless(node):
            taken = _characters(node[1][2])
            if any(taken & other for other in before):
                yield "two endless repeats side by side take the same character"
            before = [*(before if node[1][0] == 0 else []), taken]
        elif not _may_be_empty(node):
            needed = _characters([node])
            before = [other for other in before if needed <= other]  # what is always there may be taken as well
        for inner in _inside(node):
            yield from _beside(inner)


def _may_fail_late(tree: list[tuple[Any, Any]]) -> bool:
    """Tell whether a search may begin at many places of a stretch, go to its end from each, and find nothing."""
    if len(tree) == 1 and tree[0][0] is op.BRANCH:
        return any(_may_fail_late(list(way)) for way in tree[0][1][1])
    before: set[int] = set()
    late = False
    for node in tree:
        if late and not _may_be_empty(node):
            return True
        eaten = [_characters([part]) for part in _nodes([node]) if _endless(part)]
        late = late or any(not before or before & each for each in eaten)
        before |= _characters([node])
    return False


def _may_be_empty(node: tuple[Any, Any]) -> bool:
    kind, argument = node
    if kind in (*REPEATS, op.POSSESSIVE_REPEAT):
        return bool(argument[0] == 0) or all(map(_may_be_empty, argument[2]))
    if kind is op.SUBPATTERN:
        return all(map(_may_be_empty, argument[3]))
    if kind is op.BRANCH:
        return any(all(map(_may_be_empty, way)) for way in argument[1])
    return False


def _characters(tree: Iterable[tuple[Any, Any]]) -> frozenset[int]:
    """Return every character that stands anywhere in a part of a pattern."""
    found: set[int] = set()
    for kind, argument in _nodes(tree):
        if kind is op.LITERAL:
            found.add(min(argument, 256))
        elif kind is op.NOT_LITERAL:
            found |= EVERY - {argument}
        elif kind is op.ANY:
            found |= EVERY
        elif kind is op.IN:
            found |= _set(argument)
    return frozenset(found)


def _set(items: list[tuple[Any, Any]]) -> frozenset[int]:
    found: set[int] = set()
    for kind, argument in items:
        if kind is op.LITERAL:
            found.add(min(argument, 256))
        elif kind is op.RANGE:
            found.update(range(min(argument[0], 256), min(argument[1], 256) + 1))
        elif kind is op.CATEGORY:
            found.update(n for n in EVERY if re.match(CATEGORIES[argument], chr(n if n < 256 else 0x2603)))
    return EVERY - found if items[0][0] is op.NEGATE else frozenset(found)


# ---- where they are


def check(file: Path, module: ModuleType) -> Iterator[str]:
    """Give what is wrong with the patterns of a module: those it keeps, and those that its functions write down."""
    text = file.read_text()
    lines = text.split("\n")
    tree = ast.parse(text)
    sought = {
        call.func.value.id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in SEEKING
        and isinstance(call.func.value, ast.Name)
    }  # fmt: skip
    for node in tree.body:
        names = [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
        if EXCUSED in lines[node.lineno - 1]:
            continue
        for name in names:
            value = getattr(module, name, None)
            for pattern in value if isinstance(value, (list, tuple)) else [value]:
                if isinstance(pattern, re.Pattern):
                    for fault in faults(pattern.pattern, pattern.flags & ~re.UNICODE, sought=name in sought):
                        yield f"{file}:{node.lineno}: {name}: {fault}"
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    for call in {call for function in functions for call in ast.walk(function) if isinstance(call, ast.Call)}:
        match call.func:
            case ast.Attribute(value=ast.Name(id="re"), attr=method) if method in ASKING:
                if EXCUSED in lines[call.lineno - 1]:
                    continue
                pattern = call.args[0] if call.args else None
                if not isinstance(pattern, ast.Constant):
                    yield f"{file}:{call.lineno}: a pattern made inside a function; make it at the top of the module"
                    continue
                for fault in faults(pattern.value, sought=method in SEEKING):
                    yield f"{file}:{call.lineno}: {fault}"


def main() -> int:
    """Check every module of the app; say each fault, and return 1 where there is one."""
    found = []
    for file in sorted(Path("app").rglob("*.py")):
        if "import re\n" in file.read_text():
            name = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
            found += check(file, importlib.import_module(name))
    print("\n".join(found) or "No regular expression takes more than linear time.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
