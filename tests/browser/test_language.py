"""The way from one language to the other, as a visitor takes it; and how Chinese is set."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import rest

CONV = "/?image=coffee&size=32&scale=byte&recipe=conv2d(6,+5)&at=0.3.7.16"
BROKEN = """(signs) => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const top = (node, at) => {
    const range = new Range();
    range.setStart(node, at); range.setEnd(node, at + 1);
    const box = range.getClientRects()[0];
    return box && box.width ? box.top : null;
  };
  for (let node; node = walk.nextNode();) for (let at = 1; at < node.data.length; at++) {
    if (!signs.includes(node.data[at])) continue;
    const here = top(node, at), before = top(node, at - 1);
    if (here !== null && before !== null && here > before + 6) found.push(node.data);
  }
  return found;
}"""


def switch(page: Page, name: str) -> None:
    """Follow the link to a language, in the bar or behind its button."""
    link = page.locator(f"a[hreflang]:text-is('{name}')").first
    if not link.is_visible():
        page.locator("button.fold").click()
    link.click()


@pytest.mark.parametrize("size", [(1280, 720), (390, 844)])
def test_a_visitor_goes_to_chinese_and_it_stays(open_page: Callable[..., Page], size: tuple[int, int]) -> None:
    page = open_page(*size)
    page.goto(CONV)
    rest(page)
    switch(page, "中文")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert "at=0.3.7.16" in page.url
    page.goto("/lesson")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    page.goto("/train?set=digits&seed=3")
    switch(page, "EN")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert {"set=digits", "seed=3", "lang=en"} <= set(page.url.partition("?")[2].split("&"))


def test_the_browser_s_preference_is_heard(open_page: Callable[..., Page]) -> None:
    page = open_page(locale="zh-Hans-CN")
    page.goto(CONV)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page).to_have_title(re.compile("第 1 层"))


@pytest.mark.layout
@pytest.mark.parametrize(
    "path", [CONV, f"{CONV}&view=places", f"{CONV}&edit=0", "/lesson/why-28", "/lesson", "/train?set=shapes"]
)
def test_no_line_begins_with_a_full_stop(open_page: Callable[..., Page], path: str) -> None:
    page = open_page(390, 844)
    page.goto(f"{path}{'&' if '?' in path else '?'}lang=zh-CN")
    page.evaluate("document.fonts.ready.then(() => 0)")
    assert page.evaluate(BROKEN, "，。：；？！、）”") == []


@pytest.mark.parametrize(("language", "left"), [("en", r"\d+ d \d+ h left"), ("zh-CN", r"还剩 \d+ 天 \d+ 小时")])
def test_days_that_are_left_are_said_in_the_visitors_language(
    open_page: Callable[..., Page], language: str, left: str
) -> None:
    page = open_page(1280, 720)
    page.goto(f"/?image=coffee&size=224&recipe=conv2d(64,+3)&lang={language}")
    rest(page)
    page.locator("#play").click()
    expect(page.locator("#status [data-left]")).to_have_text(re.compile(left))
    page.locator("#play").click()
