"""Nothing overlaps, is cut or cannot be reached, in five windows of five kinds; `make windows` looks at all of them."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.longer import longer
from tests.browser.rest import rest
from tests.browser.windows import LONGER, RULES, STATES, faults, show
from tests.serving import serving

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = [
    ("figure", "1366x625", {}),
    ("large", "1280x720", {}),
    ("figure", "1024x620", {"projector": True}),
    ("softmax", "768x1024", {"theme": "dark"}),
    ("filters", "640x360", {}),
    ("map", "320x568", {}),
    ("figure", "390x844", {"language": LONGER}),
    ("trace", "1366x625", {"language": LONGER, "projector": True}),
]

SPACED = """() => { // as WCAG 1.4.12 lets anybody space it
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
    p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets.push(sheet);
}"""


@pytest.fixture(scope="module")
def longer_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that also speaks the longer language."""
    folder = tmp_path_factory.mktemp("longer")
    command = [sys.executable, "-m", "tests.browser.longer", "serve", "--port", "0"]
    with serving(command, log=folder / "log", env={**os.environ, "CONVSCOPE_DATA_DIR": str(folder)}, cwd=ROOT) as where:
        yield where


@pytest.mark.parametrize(("state", "size", "how"), CHOSEN, ids=[f"{state}-{size}" for state, size, _ in CHOSEN])
def test_nothing_breaks_in_a_window(
    open_page: Callable[..., Page],
    watch: Watch,
    longer_address: str,
    state: str,
    size: str,
    how: dict[str, bool | str],
) -> None:
    watch.host = urlsplit(longer_address).netloc
    page = open_page(base_url=longer_address)
    show(page, STATES[state], size, **how)  # type: ignore[arg-type]
    assert faults(page, STATES[state]) == []


def test_text_that_is_spaced_out_is_neither_cut_nor_covered(page: Page) -> None:
    wrong = []
    for state in ("figure", "pool", "map", "filters", "settings"):
        show(page, STATES[state], "1280x720")
        page.evaluate(SPACED)
        rest(page)
        found = page.evaluate(f"() => ({RULES}).faults(false)")
        wrong += [
            f"{state}: {kind} {text}" for kind, text in found if kind in {"clipped", "overlap", "covered", "outside"}
        ]
    assert not wrong, "\n".join(wrong)


def test_what_is_broken_is_found(page: Page) -> None:
    show(page, STATES["figure"], "1280x720")
    page.evaluate("document.querySelector('.sum .note').style.marginTop = '-60px'")
    page.evaluate("document.querySelector('.part .num').style.fontSize = '9px'")
    page.evaluate("document.querySelector('.ribbon').style.position = 'fixed'")
    page.evaluate("document.querySelector('.block td .wt').textContent = '−123456.78'")
    kinds = {kind for kind, _ in faults(page, STATES["figure"])}
    assert kinds >= {"overlap", "tiny", "merged"}


def test_a_longer_sentence_keeps_what_is_put_into_it() -> None:
    assert longer("%(count)s of {all} maps") == "%(count)s of {all} maps of maps of"
    assert longer("Share") == "Sharesh"
    assert longer("→") == "→"


@pytest.mark.parametrize("state", ["figure", "pool", "large"])
def test_a_figure_and_its_sum_are_one_page_of_paper(page: Page, state: str) -> None:
    show(page, STATES[state], "1280x720")
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    page.emulate_media(media="print")
    for hidden in (".bar", ".ribbon", ".transport", ".acts"):
        expect(page.locator(hidden).first).to_be_hidden()
    for block in page.locator(".term .block").all():
        expect(block).to_be_visible()
    expect(page.locator(".answer")).to_be_visible()
