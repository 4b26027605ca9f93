"""Templates are compiled once, on the first start, and again where they or their compiler changed."""

import pytest
from jinja2 import DictLoader, Environment, bccache

from app.explorer.templating import compiled
from app.explorer.templating.compiled import compiled_in


@pytest.fixture
def said(tmp_path, monkeypatch):
    """What a fresh start makes of a template, and whether it was compiled."""

    def said(source, folder=tmp_path / "templates"):
        runs = []
        env = Environment(
            loader=DictLoader({"a": source}), bytecode_cache=folder and compiled_in(folder), autoescape=True
        )
        plain = env._generate
        monkeypatch.setattr(env, "_generate", lambda *given, **more: runs.append(1) or plain(*given, **more))
        return env.get_template("a").render(), bool(runs)

    return said


def test_a_second_start_compiles_nothing(said):
    assert said("one {{ 1 + 1 }}") == ("one 2", True)
    assert said("one {{ 1 + 1 }}") == ("one 2", False)


def test_another_template_or_compiler_is_compiled(said, monkeypatch):
    said("one")
    assert said("two") == ("two", True)
    monkeypatch.setattr(compiled, "MAKERS", "9.9")
    assert said("two") == ("two", True)
    monkeypatch.setattr(bccache, "bc_magic", b"another Python")
    assert said("two") == ("two", True)


def test_pages_come_without_a_folder_that_can_be_written(said, tmp_path):
    (tmp_path / "file").write_text("")
    assert [said("one", tmp_path / "file" / "templates") for _ in range(2)] == [("one", True)] * 2


def test_pages_come_where_a_disk_is_full(said, tmp_path, monkeypatch):
    def full(*given, **more):
        raise OSError("no space left")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", full)
    assert [said("one") for _ in range(2)] == [("one", True)] * 2
