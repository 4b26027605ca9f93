"""The tests see their pages in the typefaces that lie beside them, whatever this machine has."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.typefaces import FAMILIES, HAN, NARROW, WIDE

pytestmark = pytest.mark.layout

SAID = "Window × filter → 0.5 − ⁻¹² ≈ √ᵀ ▦"
PAGES = {
    "/": ".plate.on",
    "/?view=trace": "#look.trace",
    "/?view=fan&projector=1": "#look.fan",
    "/docs": ".opblock",
    "/?lang=zh-CN": ".plate.on",
}
NAMES = ("sans-serif", "system-ui", "serif", "monospace", "ui-monospace", "Arial", "Liberation Sans", "Inter")


def typefaces(page: Page, selector: str) -> set[str]:
    """The families that the browser took of the machine for everything inside an element: not what pages bring."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    nodes = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": f"{selector}, {selector} *"})["nodeIds"]
    fonts = [font for node in nodes for font in session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]]
    return {font["familyName"] for font in fonts if not font["isCustomFont"]}


def allowed(typeface: str) -> set[str]:
    """The families that there are."""
    return {*FAMILIES[typeface].values(), HAN, *(["DejaVu Sans"] if typeface == NARROW else [])}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_set_in_what_lies_beside_the_tests(open_page: Callable[..., Page], typeface: str, path: str) -> None:
    page = open_page()
    page.goto(path)
    page.locator(PAGES[path]).first.wait_for()
    found = typefaces(page, "body")
    assert FAMILIES[typeface]["sans-serif"] in found
    assert found <= allowed(typeface)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_to_the_machines_fonts(page: Page, typeface: str, name: str) -> None:
    page.goto("about:blank")  # a tab that is used again stands at a drawing
    page.set_content(f'<p style="font-family: {name}">{SAID}</p>')
    assert typefaces(page, "p") <= allowed(typeface)


def test_a_digit_is_as_wide_as_its_typeface_has_it(page: Page, typeface: str) -> None:
    page.goto("about:blank")  # a tab that is used again stands at a drawing
    page.set_content('<span style="font: 100px sans-serif">0123456789</span>')
    box = page.locator("span").bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx({NARROW: 572, WIDE: 636}[typeface], abs=5)
