"""What a layer reads is asked of one object: nothing above the layers computes a place from their settings."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {"stride", "padding", "dilation", "output_padding"}
BELOW = {"layers", "numerics", "importing"}  # the last reads a file's settings, and computes no place by them
ABOVE = sorted(path for path in (ROOT / "app").rglob("*.py") if path.relative_to(ROOT / "app").parts[0] not in BELOW)


def test_there_is_something_to_look_at():
    assert len(ABOVE) > 100
    assert reads("def span(place, layer):\n    return place * layer.stride[0] - layer.window(shape).padding[0][0]") == {
        "stride", "padding"
    }  # fmt: skip


def reads(source: str) -> set[str]:
    """Return the settings of a window that a module reads as attributes."""
    return {node.attr for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)} & SETTINGS


@pytest.mark.parametrize("path", ABOVE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_above_the_layers_reads_stride_padding_or_dilation(path: Path) -> None:
    assert not reads(path.read_text())


@pytest.mark.parametrize("path", sorted((ROOT / "static/js").rglob("*.js")), ids=lambda path: path.name)
def test_no_script_does(path: Path) -> None:
    assert not re.findall(r"(?<!style)\.(stride|padding|dilation)\b", path.read_text())


def test_templates_show_them_in_formulas_of_their_own_layer_alone() -> None:
    for path in sorted((ROOT / "templates").rglob("*.html")):
        found = re.findall(r"\w+\.(?:stride|padding|dilation|output_padding)\b", path.read_text())
        assert not found or path.parent.name == "layers", (path, found)
