"""On a phone: nothing is wider than the screen, and what is pointed at hides no number."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from app.explorer.looks.registry import LOOKS
from tests.browser.screen import FIRST, Screen
from tests.pages.reading import link

VECTOR = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2) | flatten | linear(10, weights=random(3)) | softmax"
BESIDE = """() => {
  const wide = document.documentElement.scrollWidth, found = wide > innerWidth ? [`the page: ${wide}`] : [];
  for (const e of document.querySelectorAll("main :is(p, h1, h2, td, th, small, b, text, .num, .chip, .act)")) {
    const { left, right, width } = e.getBoundingClientRect();
    const shown = e.checkVisibility({ visibilityProperty: true }) && !e.closest(".sr, details:not([open]) > .sheet");
    if (shown && width > 2 && (left < -1 || right > innerWidth + 1)) found.push(e.textContent.trim());
  }
  return found;
}"""
HIDDEN = """() => {
  const lid = document.querySelector("#pointed").getBoundingClientRect();
  const found = [];
  for (const e of document.querySelectorAll(".figure.narrow, #sum .num, #sum .swatch")) {
    const { top, bottom, width } = e.getBoundingClientRect();
    if (width && top < lid.bottom - 1 && bottom > lid.top) found.push(e.textContent);
  }
  return found;
}"""


def phone(open_page: Callable[..., Page]) -> Screen:
    """Return a window as large as a phone."""
    return Screen(open_page(390, 844, has_touch=True, is_mobile=True))


@pytest.mark.layout
def test_nothing_is_wider_than_a_phone(open_page: Callable[..., Page]) -> None:
    screen, wrong = phone(open_page), []
    states = {
        look: link(FIRST, scale="byte", at="2.3.3.8" if look == "shift" else "0.3.7.16", view=look) for look in LOOKS
    }
    for layer, at in ("flatten", "3.37.0.0"), ("linear", "4.3.0.0"), ("softmax", "5.3.0.0"):
        states[layer] = link(VECTOR, scale="byte", at=at)
    for name, address in states.items():
        wrong += [f"{name}: {found}" for found in screen.follow(address).page.evaluate(BESIDE)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.layout
def test_what_is_pointed_at_hides_neither_the_figure_nor_a_number(open_page: Callable[..., Page]) -> None:
    screen = phone(open_page)
    for at, pin in ("0.3.7.16", "i.0.9.18"), ("0.3.7.16", "w.1.2.2"), ("2.3.3.8", "i.3.7.16"):
        page = screen.follow(link(FIRST, scale="byte", at=at, pin=pin)).page
        assert page.locator("#pointed p").is_visible()
        assert page.evaluate(HIDDEN) == []


@pytest.mark.layout
@pytest.mark.parametrize(("edit", "count"), [("0", 3), ("0.weights", 5)])
def test_a_cards_tabs_are_whole_on_a_phone(open_page: Callable[..., Page], edit: str, count: int) -> None:
    screen = phone(open_page).open(FIRST, edit=edit)
    cut = "() => [...document.querySelectorAll('.tabs, .tabs a')].filter((e) => e.scrollWidth > e.clientWidth).length"
    assert screen.page.locator(".tabs a").count() == count
    assert screen.page.evaluate(cut) == 0
