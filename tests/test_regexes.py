"""The rule against regular expressions that take more than linear time finds those that did, and lets the others be."""

import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from scripts.regexes import check, faults

SLOW = [
    r"(a+)+",
    r"(a*)*b",
    r"(?:\s*\d*)*x",
    r"\s*.*x",
    r"\d+\w*:",
    r"[ab]*[bc]*d",
    r"a*\s*a*!",
    r"(x+x+)+y",
    r"\d*7\d*!",
]
SLOW_WHEN_SOUGHT = [r'"(?:[^"\\]|\\.)*"', r"\[[][0-9 ,.eE+-]{500,}\]", r"\s*([{};,>])\s*", r"/\*.*?\*/", r".*x",
                    r'x|"(?:[^"\\]|\\.)*"']  # fmt: skip
LINEAR = [r"[+-]?(\d{1,15}(\.\d{0,9})?|\.\d{1,9})", r"(?:[^\"\\]++|\\.)*+", r"[^\s]\s*+x", r"a*+a*+b",
          r"(\d+)(,\d+){1,3}", r"#[0-9a-f]{6}", r"(image):([\w-]{1,64})", r"(a|b)*c"]  # fmt: skip


@pytest.mark.parametrize("pattern", SLOW)
def test_what_backtracks_is_found(pattern):
    assert faults(pattern)


@pytest.mark.parametrize("pattern", SLOW_WHEN_SOUGHT)
def test_what_is_slow_to_seek_is_found_where_it_is_sought(pattern):
    assert not faults(pattern)
    assert faults(pattern, sought=True)


@pytest.mark.parametrize("pattern", LINEAR)
def test_what_is_linear_may_stay(pattern):
    assert not faults(pattern)


def test_a_module_is_searched_at_its_top_and_in_its_functions(tmp_path):
    import re

    file = tmp_path / "module.py"
    file.write_text(
        "import re\nA = re.compile('\"(a|b.)*\"')\nB = re.compile('(a+)+')\nC = re.compile('(a+)+')  # linear: short\n"
        "def work(text, word):\n    A.sub('', text)\n    re.sub('(a+)+', '', text)\n    re.match(word + '*', text)\n"
    )
    module = SimpleNamespace(A=re.compile('"(a|b.)*"'), B=re.compile("(a+)+"), C=re.compile("(a+)+"))
    found = list(check(file, module))
    assert sorted(int(fault.split(":")[1]) for fault in found) == [2, 3, 7, 8]


def test_the_whole_app_passes(monkeypatch, capsys):
    from scripts.regexes import main

    monkeypatch.chdir(Path(__file__).parent.parent)
    before = time.process_time()
    assert main() == 0, capsys.readouterr().out
    assert time.process_time() - before < 20
