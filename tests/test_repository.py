"""The repository keeps its own promises: floors, locked needs, vendored files, no trace of any one machine."""

import os
import re
import shutil
import struct
import subprocess
import sys
import tomllib
import zlib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from app import __version__
from scripts.vendor import unpacked

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

# Hosts of package registries, and folders of one person's machine. Written so that this file does not match itself.
REGISTRIES = re.compile(r"(?:pypi|pythonhosted|npmjs|yarnpkg|debian|docker)(?:\.org|\.com|\.io)\b", re.IGNORECASE)
MACHINE = re.compile(r"(?<![\w.:}$-])/(?:root|work|home/\w+|Users/\w+|opt/\w+)/")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).parent / "lint-imports", "--no-cache"]
    env = os.environ | {"PYTHONPATH": str(folder)}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)


def committed_text() -> dict[str, str]:
    """Every text file that is or would be committed, by its path."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):  # a copy without its history
        skip = {"__pycache__", "node_modules"}
        listed = [
            path.relative_to(ROOT).as_posix()
            for path in ROOT.rglob("*")
            if not any(part in skip or part.startswith(".venv") for part in path.parts)
        ]
    found = {}
    for name in listed:
        try:
            found[name] = (ROOT / name).read_text("utf-8")
        except (UnicodeDecodeError, OSError):
            continue
    return found


def test_a_folder_imports_only_from_floors_below_it() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("numerics/window.py", "import app.web", "app.numerics is not allowed to import app.web"),
        ("numerics/window.py", "import pydantic", "The engine knows NumPy and nothing else BROKEN"),
        ("attic.py", "", "app.attic"),
    ],
)
def test_the_floors_are_held(tmp_path: Path, module: str, line: str, broken: str) -> None:
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "app" / module).open("a") as file:
        file.write(f"\n{line}\n")
    result = lint_imports(tmp_path)
    assert result.returncode != 0
    assert broken in re.sub(r"\s+", " ", result.stdout)


def test_committed_text_names_no_registry_and_no_machine() -> None:
    files = committed_text()
    assert {"README.md", "Makefile", "requirements/run.txt", "tests/test_repository.py"} <= files.keys()
    found = [
        f"{name}: {match[0]}"
        for name, text in files.items()
        for pattern in (REGISTRIES, MACHINE)
        for match in pattern.finditer(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_locked_needs_are_exact_and_hashed(lock: Path) -> None:
    entries = re.sub(r"\\\n", "", lock.read_text("utf-8"))
    lines = [line for line in entries.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[a-z0-9-]+==[\w.]+( ; .+?)? +--hash=sha256:[0-9a-f]{64}\b", line), line[:100]


def test_what_the_package_asks_for_is_what_is_locked() -> None:
    locked = (ROOT / "requirements" / "run.txt").read_text("utf-8")
    for text in PROJECT["project"]["dependencies"]:
        need = Requirement(text)
        versions = re.findall(rf"^{re.escape(need.name)}==([\w.]+)", locked, re.MULTILINE)
        assert versions, f"{need.name} is not in run.txt: make lock"
        assert all(version in need.specifier for version in versions), f"{need} but run.txt has {versions}"


def test_each_lock_holds_those_before_it() -> None:
    locks = [(ROOT / "requirements" / f"{name}.txt").read_text("utf-8") for name in ("run", "build", "test", "bench")]
    run, build, test, bench = (set(re.findall(r"^[a-z0-9-]+==[\w.]+", lock, re.MULTILINE)) for lock in locks)
    assert run | build <= test <= bench, "make lock"


def test_vendored_files_are_those_of_their_packages() -> None:
    result = subprocess.run([sys.executable, ROOT / "scripts" / "vendor.py", "--check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_the_readme_begins_with_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert readme.index("make run") < readme.index("make test") < 900
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", readme):
        assert (ROOT / picture).is_file(), f"{picture} is not there"


def test_every_make_target_that_a_document_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        text = (ROOT / name).read_text("utf-8")
        named = set(re.findall(r"(?:^|`|=1 )make ([a-z-]+)", text, re.MULTILINE))
        assert named, name
        assert named <= targets, f"{name} names {named - targets}"


def test_the_change_log_knows_this_version_or_what_comes_next() -> None:
    log = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "## [Unreleased]" in log or f"## [{__version__}]" in log


def test_a_font_is_unpacked_to_the_bytes_that_were_packed() -> None:
    font = (ROOT / "tests" / "vendor" / "dejavu" / "DejaVuSansMono.ttf").read_bytes()
    count = int.from_bytes(font[4:6], "big")
    listed, tables = b"", b""
    for at in range(12, 12 + 16 * count, 16):
        tag, check, offset, size = struct.unpack_from(">4s3I", font, at)
        plain = font[offset : offset + size]
        packed = min(zlib.compress(plain), plain, key=len)
        listed += struct.pack(">4s4I", tag, 44 + 20 * count + len(tables), len(packed), size, check)
        tables += packed + bytes(-len(packed) % 4)
    woff = b"wOFF" + font[:4] + struct.pack(">IHHI", 0, count, 0, len(font)) + bytes(24) + listed + tables
    assert unpacked(woff) == font
