#!/usr/bin/env python3
"""Puts small faults into the code, one at a time, and counts those that the tests notice.

make mutants                             a sample of 300 by seed, a quarter from each of FOLDERS, within 90 minutes
make mutants ARGS="--sample 60 --seed 2"
make mutants ARGS="--again app/layers"   those that survived there, after a test has been added

    every test once, with coverage ─► which tests execute which line     .mutants/map.json, kept while app/ is the same
    source ─ ast ─► mutants ─ sample ─► each in a copy of the clone, against just those tests, the quickest first, -x
                                        .mutants/results.json · report.txt · survivors.diff

A mutant that no test executes has survived. One whose tests take longer than --seconds is tried with the quickest
that fit in them, so that the share which is reported is at most too low.

Left out, since no test can or should notice them: words for people and docstrings, what stands in `raise`, `assert`,
`strict=` and the log, types, decorators, constants in capitals (limits, and the sizes at which the engine changes its
method), and how work is parted among threads (SKIPPED). Mutants that change nothing (`<` for `<=` where equals cannot
be) are not told apart: they count as survivors.
"""

import argparse
import ast
import difflib
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".mutants"
FOLDERS = ("app/layers", "app/numerics", "app/pipeline", "app/explorer")
SKIPPED = ("app/numerics/threads.py",)
SECONDS = 60.0  # of tests that are run against one mutant, counted as they took with coverage
COPIED = ("app", "templates", "static", "locale", "tests", "scripts", "docs", "requirements", "pyproject.toml")
UNTOLD = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile", "Dockerfile", "LICENSE")
HIDDEN = (".ci", ".dockerignore", ".gitignore", "babel.cfg", "compose.yaml", "bench")

COMPARISONS = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
ARITHMETIC = {
    ast.Add: "-", ast.Sub: "+", ast.Mult: "+", ast.Div: "*", ast.FloorDiv: "*", ast.Mod: "//", ast.Pow: "*",
    ast.BitAnd: "|", ast.BitOr: "&",
}  # fmt: skip
NAMES = {
    "min": "max", "max": "min", "any": "all", "all": "any", "floor": "ceil", "ceil": "floor", "argmax": "argmin",
    "argmin": "argmax", "row": "column", "column": "row", "rows": "columns", "columns": "rows", "minimum": "maximum",
    "maximum": "minimum", "height": "width", "width": "height",
}  # fmt: skip
SYMBOLS = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
    ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.BitAnd: "&", ast.BitOr: "|", ast.And: "and", ast.Or: "or",
}  # fmt: skip
Position = tuple[int, int]  # line from 1, column from 0, in bytes as ast counts


@dataclass(frozen=True)
class Mutant:
    """One fault: what stands between two places of a file, and what is put there."""

    file: str
    start: Position
    end: Position
    new: str
    lines: tuple[int, ...]  # whose tests notice it

    @property
    def name(self) -> str:
        return f"{self.file}:{self.start[0]}:{self.start[1]} {self.new}"

    def applied(self, source: str) -> str:
        """Return the source with the fault in it."""
        lines = source.encode().splitlines(keepends=True)
        (first, left), (last, right) = self.start, self.end
        before, after = (
            b"".join([*lines[: first - 1], lines[first - 1][:left]]),
            b"".join([lines[last - 1][right:], *lines[last:]]),
        )
        return (before + self.new.encode() + after).decode()


class Finder(ast.NodeVisitor):
    """Finds the places of a file where a fault can be put."""

    def __init__(self, file: str, source: str) -> None:
        self.file, self.source = file, source
        self.lines = source.encode().splitlines(keepends=True)
        self.found: list[Mutant] = []
        self.statement: tuple[int, ...] = ()

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.stmt):
            before, self.statement = self.statement, tuple(range(node.lineno, _header_end(node) + 1))
            self._statement(node)
            self.statement = before
        else:
            super().visit(node)

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom)):
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id.strip("_").isupper() for target in targets):
                return
            if any(isinstance(target, ast.Name) and target.id[0].isupper() for target in targets):
                return  # a type
            if node.value is not None:
                self.visit(node.value)
            return
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for value in [*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body]:
                self.visit(value)
            return
        if isinstance(node, ast.ClassDef):
            for part in node.body:
                self.visit(part)
            return
        if isinstance(node, (ast.If, ast.While)):
            self._condition(node.test)
        if isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
            self._between(node.target, node.value, SYMBOLS[type(node.op)] + "=", ARITHMETIC[type(node.op)] + "=")
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            if _called(node.value).startswith("log."):
                return
            self._add(node, "pass")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for left, operator, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
            self._between(left, right, SYMBOLS[type(operator)], COMPARISONS[type(operator)])
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        words = [each for each in (node.left, node.right) if _says(each)]
        if type(node.op) in ARITHMETIC and not words:
            self._between(node.left, node.right, SYMBOLS[type(node.op)], ARITHMETIC[type(node.op)])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        new = "or" if isinstance(node.op, ast.And) else "and"
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between(left, right, SYMBOLS[type(node.op)], new)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, (ast.Not, ast.USub, ast.Invert)):
            self._add(node, self._text(node.operand))
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._condition(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for condition in node.ifs:
            self._condition(condition)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._add(node, str(not node.value))
        elif isinstance(node.value, int):
            self._add(node, str(node.value + 1))
        elif isinstance(node.value, float) and node.value >= 0.01:  # smaller ones are tolerances
            self._add(node, repr(node.value * 2 + 1))

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id in NAMES:
            self._add(node.func, NAMES[node.func.id])
        if _called(node).startswith(("Unfit", "NotFound", "BrokenRequest", "N_")):
            return
        if _called(node) == "Field":
            return  # limits
        self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg != "strict":  # an assertion of zip's
            self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in NAMES:
            end = (node.end_lineno or 0, node.end_col_offset or 0)
            start = (end[0], end[1] - len(node.attr.encode()))
            self.found.append(Mutant(self.file, start, end, NAMES[node.attr], self._lines_of(node)))
        self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave words alone: what stands in them has no place of its own before Python 3.12."""

    def _condition(self, test: ast.expr) -> None:
        if not isinstance(test, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.NamedExpr)):
            self._add(test, f"not ({self._text(test)})")

    def _between(self, left: ast.expr, right: ast.expr, old: str, new: str) -> None:
        """Add a mutant of the operator between two expressions, where it is the only one of its kind there."""
        start, end = (left.end_lineno or 0, left.end_col_offset or 0), (right.lineno, right.col_offset)
        if start[0] != end[0]:
            return
        gap = self.lines[start[0] - 1][start[1] : end[1]].decode()
        if gap.count(old) == 1:
            at = start[1] + len(gap[: gap.index(old)].encode())
            place = (start[0], at), (start[0], at + len(old.encode()))
            self.found.append(Mutant(self.file, *place, new, tuple({*range(left.lineno, end[0] + 1)})))

    def _add(self, node: ast.expr | ast.stmt, new: str) -> None:
        end = (node.end_lineno or 0, node.end_col_offset or 0)
        self.found.append(Mutant(self.file, (node.lineno, node.col_offset), end, new, self._lines_of(node)))

    def _lines_of(self, node: ast.expr | ast.stmt) -> tuple[int, ...]:
        own = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        return tuple(own) if len(own) == 1 else tuple({*own} & {*self.statement} or {node.lineno})

    def _text(self, node: ast.expr) -> str:
        return ast.get_source_segment(self.source, node) or ""


def _header_end(node: ast.stmt) -> int:
    """Return the last line of a statement, without the statements inside it."""
    body = getattr(node, "body", None)
    return (body[0].lineno - 1 if isinstance(body, list) and body else node.end_lineno) or node.lineno


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def _says(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def mutants_of(file: str) -> list[Mutant]:
    """Return every mutant of a file; some may be no program, or the same one."""
    source = (ROOT / file).read_text()
    finder = Finder(file, source)
    finder.visit(ast.parse(source))
    return finder.found


def is_another_program(mutant: Mutant) -> bool:
    """Tell whether there is Python in which the fault makes a difference."""
    source = (ROOT / mutant.file).read_text()
    return _differs(source, mutant.applied(source))


def _differs(source: str, other: str) -> bool:
    try:
        return ast.dump(ast.parse(source)) != ast.dump(ast.parse(other))
    except SyntaxError:
        return False


def files() -> Iterator[str]:
    """Yield the files in which faults are put."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            file = path.relative_to(ROOT).as_posix()
            if file not in SKIPPED:
                yield file


def sampled(count: int, seed: int) -> tuple[list[Mutant], int]:
    """Return mutants drawn by a seed, one folder after the other, and how many there are to draw from.

    A larger sample goes on where a smaller one ended.
    """
    folders: dict[str, list[Mutant]] = {folder: [] for folder in FOLDERS}
    for file in files():
        folders["/".join(file.split("/")[:2])] += mutants_of(file)
    every = list(folders.values())
    for found in every:
        random.Random(seed).shuffle(found)  # noqa: S311
    turns = [mutant for turn in zip_longest(*every) for mutant in turn if mutant is not None]
    return list(islice(filter(is_another_program, turns), count)), len(turns)


# ---- which tests execute which line


def fingerprint() -> str:
    """Return what the map depends on: all of app/, line by line."""
    found = hashlib.sha256()
    for path in sorted((ROOT / "app").rglob("*.py")):
        found.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


class Map:
    """Which tests execute each line, and how long each took."""

    def __init__(self, lines: dict[str, dict[str, list[int]]], tests: list[str], seconds: list[float]) -> None:
        self.lines, self.tests, self.seconds = lines, tests, seconds

    def tests_of(self, mutant: Mutant) -> list[int]:
        """Return the tests that execute a mutant's lines, the quickest first.

        What is executed on import (a default of a field) is looked at by every test that executes a line of its file.
        """
        there = self.lines.get(mutant.file, {})
        found = {test for line in mutant.lines for test in there.get(str(line), ()) if test >= 0}
        if not found and any(-1 in there.get(str(line), ()) for line in mutant.lines):
            found = {test for tests in there.values() for test in tests if test >= 0}
        return sorted(found, key=lambda test: (self.seconds[test], self.tests[test]))


def read_map(workers: int) -> Map:
    """Return the map of the present app/: kept, or made by all tests but those in the browser."""
    kept = KEPT / "map.json"
    if kept.exists():
        stored = json.loads(kept.read_text())
        if stored["app"] == fingerprint():
            return Map(stored["lines"], stored["tests"], stored["seconds"])
    print("Running every test once, to see which lines each executes …", flush=True)
    data, times = KEPT / "coverage", KEPT / "times.xml"
    covered = [f"--cov={folder}" for folder in FOLDERS]
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-n", str(workers), "-m", "not browser", "-p", "no:cacheprovider"),
        *(
            *covered,
            "--cov-context=test",
            "--cov-report=",
            "--cov-fail-under=0",
            f"--junitxml={times}",
            "-o",
            "junit_family=xunit1",
        ),
    ]
    environment = os.environ | {"COVERAGE_FILE": str(data), "COVERAGE_CORE": "ctrace", "CI": "1"}
    if subprocess.run(command, cwd=ROOT, env=environment).returncode:
        raise SystemExit("The tests fail as it is; faults can be looked for when they pass.")
    return keep_map([data], [times])


def keep_map(data: list[Path], times: list[Path]) -> Map:
    """Return what coverage and the report of the tests have found, and keep it."""
    import coverage  # only here: the rest of the file is the standard library's

    seconds = {}
    for report in times:
        for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own report
            seconds[f"{case.get('file')}::{case.get('name')}"] = float(case.get("time") or 0)
    tests: dict[str, int] = {}
    lines: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for path in data:
        found = coverage.CoverageData(str(path))
        found.read()
        for file in found.measured_files():
            there = lines["app/" + file.rpartition("/app/")[2]]
            for line, contexts in found.contexts_by_lineno(file).items():
                names = {context.rpartition("|")[0] for context in contexts}
                numbers = {tests.setdefault(name, len(tests)) if name else -1 for name in names}
                there[str(line)] = sorted({*there.get(str(line), ()), *numbers})
    made = Map(dict(lines), list(tests), [seconds.get(name, 1.0) for name in tests])
    stored = {"app": fingerprint(), "lines": made.lines, "tests": made.tests, "seconds": made.seconds}
    (KEPT / "map.json").write_text(json.dumps(stored))
    return made


# ---- trying


class Copies:
    """Copies of the clone, one a worker, in which faults are put."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.own, self.count = folder, threading.local(), 0
        self.lock = threading.Lock()

    @property
    def here(self) -> Path:
        """The copy of this thread."""
        if not hasattr(self.own, "folder"):
            with self.lock:
                self.count += 1
                folder = self.folder / str(self.count)
                for name in (*COPIED, *UNTOLD, *HIDDEN):
                    source = ROOT / name
                    if source.is_dir():
                        shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
                    elif source.exists():
                        shutil.copy(source, folder / name)
            compiled = ("-m", "compileall", "-q", "--invalidation-mode", "checked-hash", "app", "tests")
            subprocess.run([sys.executable, *compiled], cwd=folder, check=True)
            self.own.folder = folder
        folder = self.own.folder
        assert isinstance(folder, Path)
        return folder


def tried(mutant: Mutant, copies: Copies, found: Map, most: float) -> str:
    """Return "killed" or "survived", with the test or what there is to know."""
    chosen, spent = [], 0.0
    everyone = found.tests_of(mutant)
    for test in everyone:
        spent += found.seconds[test]
        if chosen and spent > most:
            break
        chosen.append(found.tests[test])
    if not chosen:
        return "survived: no test executes it"
    copy = copies.here
    target, asked = copy / mutant.file, copy / "tests.txt"
    source = (ROOT / mutant.file).read_text()
    asked.write_text("\n".join(chosen))
    target.write_text(mutant.applied(source))
    options = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--timeout=120", "--no-header", "--tb=line")
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "CI": "1"}
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "pytest", *options, f"@{asked}"],
            cwd=copy, env=environment, capture_output=True, text=True, timeout=120 + 10 * most,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "killed: it never ends"
    finally:
        target.write_text(source)
    said = answer.stdout.strip().splitlines()
    if answer.returncode == 0:
        left = len(everyone) - len(chosen)
        return f"survived: {len(chosen)} tests" + (f", {left} slower ones not tried" if left else "")
    failed = next((line for line in said if line.startswith(("FAILED", "ERROR"))), "")
    if answer.returncode in (4, 5) and "ERROR collecting" not in answer.stdout and "ImportError" not in answer.stdout:
        return f"error: {' '.join(said[-2:])[:300]}"
    return f"killed: {failed[:200] or said[-1][:200]}"


def diff_of(mutant: Mutant) -> str:
    """Return the fault as a patch."""
    source = (ROOT / mutant.file).read_text()
    before, after = source.splitlines(keepends=True), mutant.applied(source).splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, mutant.file, mutant.file, n=1))


def report(sample: list[Mutant], results: dict[str, str]) -> str:
    """Return the share killed, by folder, and write it and the survivors down."""
    lines = []
    for folder in (*FOLDERS, "app"):
        inside = [m for m in sample if m.file.startswith(folder + "/") and m.name in results]
        counted = [m for m in inside if not results[m.name].startswith("error")]
        killed = [m for m in counted if results[m.name].startswith("killed")]
        if counted:
            lines.append(
                f"{folder:14} {len(killed):4} of {len(counted):4} killed: {100 * len(killed) / len(counted):.1f} %"
            )
    survivors = [
        f"# {results[mutant.name]}\n{diff_of(mutant)}\n"
        for mutant in sample
        if not results.get(mutant.name, "killed").startswith("killed")
    ]
    (KEPT / "survivors.diff").write_text("\n".join(survivors))
    text = "\n".join(lines)
    (KEPT / "report.txt").write_text(text + "\n")
    return text


def main() -> None:
    """Try a sample of mutants, and say what share of them was killed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of tests against one mutant")
    parser.add_argument("--minutes", type=float, default=90, help="no new mutant is begun after them")
    parser.add_argument("--again", metavar="FOLDER", help="try those again that survived below it")
    asked = parser.parse_args()
    KEPT.mkdir(exist_ok=True)
    (KEPT / ".gitignore").write_text("*\n")
    started = time.monotonic()
    found = read_map(asked.workers)
    sample, count = sampled(asked.sample, asked.seed)
    print(f"{count:,} mutants; a sample of {len(sample)} by seed {asked.seed}", flush=True)
    stored = KEPT / "results.json"
    kept = json.loads(stored.read_text()) if stored.exists() else {}
    results: dict[str, str] = kept.get(fingerprint(), {})
    left = [mutant for mutant in sample if results.get(mutant.name, "error").startswith("error")]
    if asked.again is not None:
        left = [
            m
            for m in sample
            if m.file.startswith(asked.again) and not results.get(m.name, "killed").startswith("killed")
        ]
    lock = threading.Lock()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies = Copies(Path(folder))

        def one(mutant: Mutant) -> None:
            if time.monotonic() - started > 60 * asked.minutes:
                return
            result = tried(mutant, copies, found, asked.seconds)
            with lock:
                results[mutant.name] = result
                stored.write_text(json.dumps({fingerprint(): results}, indent=0))
                print(f"{mutant.name:70} {result}", flush=True)

        with ThreadPoolExecutor(asked.workers) as pool:
            list(pool.map(one, left))
    print(report(sample, results))
    print(f"The survivors, with what was changed: {KEPT / 'survivors.diff'}")


if __name__ == "__main__":
    main()
