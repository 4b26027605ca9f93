"""At three sizes, light and dark, nothing is cut off or overflows, and axe-core finds nothing to complain about."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import FIRST, Screen
from tests.pages.reading import link

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe-core" / "axe.min.js"
SIZES = {"large": (1280, 720), "middle": (1024, 768), "phone": (390, 844)}
DEEP = "conv2d(8, 3, padding=1, weights=random(4)) | relu | avg_pool2d(2) | conv2d(12, 3, weights=random(5)) | relu"
STATES = {
    "figure": link(FIRST, scale="byte", at="0.3.7.16"),
    "flat": link(FIRST, scale="byte", at="0.3.7.16", view="flat"),
    "fan": link(FIRST, scale="byte", at="0.3.7.16", view="fan"),
    "card": link(FIRST, scale="byte", at="0.3.7.16", edit="0"),
    "filters": link(FIRST, scale="byte", at="0.3.7.16", edit="0.weights"),
    "relu": link(FIRST, scale="byte", at="1.3.7.16"),
    "pool": link(FIRST, scale="byte", at="2.3.3.8"),
    "deep": link(DEEP, image="chelsea", at="3.7.5.6"),
    "mean": link(DEEP, image="chelsea", at="2.1.3.3"),
    "input": link("", image="rocket"),
}
BOXES = """() => Object.fromEntries(["#plate", ".figure", ".sum > *", ".transport", "#play", "#scrub", "#speed",
  "#status", ".bar", ".ribbon", "#recipe", "#card"].flatMap((name) => {
  const found = [...document.querySelectorAll(name)].filter((e) => e.checkVisibility());
  if (!found.length) return [];
  const { left, top, right, bottom } = found[0].getBoundingClientRect();
  return [[name, [left, top, right, bottom]]];
}))"""
OVERFLOWS = """() => {
  const root = document.documentElement, [w, h] = [root.clientWidth, root.clientHeight];
  const scrolls = (e) => /(auto|scroll)/.test(getComputedStyle(e).overflowY);
  const tall = [...document.querySelectorAll("body, #app, main, #stage, #plate, #sum, .transport, .bar, .ribbon")]
    .filter((e) => e.scrollHeight > e.clientHeight + 1 && e.clientHeight && (scrolls(e) || e.id === "app"))
    .map((e) => `${e.tagName}#${e.id}.${e.className} ${e.scrollHeight} > ${e.clientHeight}`);
  return { across: root.scrollWidth - w, down: root.scrollHeight - h, tall };
}"""

COVERED = """() => [...document.querySelectorAll(".ribbon, .transport")].flatMap((bar) => {
  const { left, top, right, bottom } = bar.getBoundingClientRect(), found = [];
  for (let x = left + 4; x < right; x += 12) for (let y = top + 4; y < bottom; y += 8) {
    const on = document.elementFromPoint(x, y);
    const foreign = on && !bar.contains(on) && !on.contains(bar) && !on.closest(".looks");
    if (foreign) found.push(`${on.tagName} ${on.className}`);
  }
  return [...new Set(found)];
})"""


def shown(open_page: Callable[..., Page], size: str, scheme: str, state: str) -> Screen:
    """Open a state in a window of a size, in the system's light or dark."""
    return Screen(open_page(*SIZES[size], color_scheme=scheme)).follow(STATES[state])


@pytest.mark.layout
@pytest.mark.parametrize(("size", "scheme"), [*((size, "light") for size in SIZES), ("large", "dark")])
def test_everything_is_inside_the_window(open_page: Callable[..., Page], size: str, scheme: str) -> None:
    width, height = SIZES[size]
    screen = shown(open_page, size, scheme, "figure")
    wrong = []
    for name, address in STATES.items():
        screen.follow(address)
        over = screen.page.evaluate(OVERFLOWS)
        if over["across"] > 0:
            wrong.append(f"{name}: {over['across']} px too wide")
        boxes = screen.page.evaluate(BOXES)
        free = size == "phone" or "#plate" not in boxes  # a page of other things may be longer than the window
        if not free and (over["down"] > 0 or over["tall"]):
            wrong.append(f"{name}: {over['down']} px too tall {over['tall']}")
        for part, (left, top, right, bottom) in boxes.items():
            wide = part in ("#scrub", ".ribbon")
            if left < -1 or (right > width + 1 and not wide):
                wrong.append(f"{name}: {part} reaches from {left:.0f} to {right:.0f} across")
            if (top < -1 or bottom > height + 1) and not free:
                wrong.append(f"{name}: {part} reaches from {top:.0f} to {bottom:.0f} down")
        if not free and boxes[".sum > *"][1] < boxes["#plate"][3] - 1:
            wrong.append(f"{name}: the sum overlaps the plate")
    assert not wrong, "\n".join(wrong)


@pytest.mark.layout
@pytest.mark.parametrize("size", SIZES)
def test_the_menus_stay_inside_the_window(open_page: Callable[..., Page], size: str) -> None:
    width, _ = SIZES[size]
    screen = shown(open_page, size, "light", "figure")
    for menu in ("picture", "size", "add"):
        screen.all(f".menu.{menu} > :is(summary, a)").click()
        sheet = screen.all("dialog.menu" if menu == "add" else f".menu.{menu} > .sheet")
        expect(sheet).to_be_visible()
        box = sheet.bounding_box()
        assert box
        assert box["x"] >= 0, menu
        assert box["x"] + box["width"] <= width, menu
        assert screen.page.evaluate(OVERFLOWS)["across"] <= 0, menu
        screen.press("Escape")
        expect(sheet).to_be_hidden()


@pytest.mark.layout
@pytest.mark.parametrize("size", ["large", "middle"])
def test_nothing_moves_while_the_window_slides(open_page: Callable[..., Page], size: str) -> None:
    screen = shown(open_page, size, "light", "figure")
    before = screen.page.evaluate(BOXES)
    for key in ("ArrowRight", "End", "]"):
        screen.press(key)
        screen.settled()
    assert screen.page.evaluate(BOXES) == before


@cache
def axe() -> str:
    return AXE.read_text("utf-8")


def findings(page: Page) -> list[str]:
    """Let axe-core look at the page."""
    page.evaluate(axe() + "; undefined")
    found: list[dict[str, Any]] = json.loads(
        page.evaluate("axe.run(document, { resultTypes: ['violations'] }).then((r) => JSON.stringify(r.violations))")
    )
    return [f"{v['id']}: {node['target']} {node['failureSummary']}" for v in found for node in v["nodes"]]


@pytest.mark.parametrize("state", ["figure", "fan", "card", "filters", "pool", "input"])
@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("large", "dark")])
def test_axe_finds_nothing(open_page: Callable[..., Page], state: str, size: str, scheme: str) -> None:
    wrong = findings(shown(open_page, size, scheme, state).page)
    assert not wrong, "\n".join(wrong)


@pytest.mark.layout
@pytest.mark.parametrize("size", SIZES)
def test_every_way_of_looking_is_within_reach_in_the_menu(open_page: Callable[..., Page], size: str) -> None:
    screen = shown(open_page, size, "light", "figure")
    screen.all(".looks summary").click()
    sheet = screen.all(".looks .sheet")
    left, top, right, bottom, hidden = sheet.evaluate(
        """(e) => { const { left, top, right, bottom } = e.getBoundingClientRect();
          return [left, top, right, bottom, e.scrollHeight - e.clientHeight]; }"""
    )
    width, height = SIZES[size]
    assert left >= 0
    assert top >= 0
    assert right <= width
    assert bottom <= height
    assert size == "phone" or not hidden  # there a finger scrolls it
    for way in (sheet.locator("a.line:visible").first, sheet.locator("a.line:visible").last):
        way.click(trial=True)


@pytest.mark.layout
@pytest.mark.parametrize("view", ["figure", "flat", "fan", "map", "trace", "places", "sharing", "compare"])
@pytest.mark.parametrize("fields", [{}, {"projector": 1}], ids=["desk", "projector"])
def test_a_laptops_window_covers_neither_ribbon_nor_transport(
    open_page: Callable[..., Page], view: str, fields: dict[str, int]
) -> None:
    screen = Screen(open_page(1366, 625)).open(FIRST, scale="byte", at="0.3.7.16", view=view, **fields)
    assert screen.page.evaluate(COVERED) == []
    main = screen.all("main").bounding_box()
    assert main
    tops = [box["y"] for part in screen.all("#sum :is(table, svg):visible").all() if (box := part.bounding_box())]
    assert all(top >= main["y"] for top in tops), tops


@pytest.mark.layout
def test_the_buttons_beside_a_sum_leave_its_note_readable(page: Page) -> None:
    recipe = "conv2d(6, 5, weights=random(7)) | relu"  # places of many digits, with a remainder of rounding
    for address in (STATES["figure"], *(link(recipe, image="chelsea", at=f"0.0.0.{column}") for column in (1, 2, 3))):
        screen = Screen(page).follow(address)
        note = screen.all(".sum .note").evaluate(
            "e => Math.max(...[...e.children].map((p) => p.getBoundingClientRect().bottom))"
        )
        acts = screen.all(".sum .acts .act").first.bounding_box()
        assert acts
        assert note <= acts["y"] + 1, address


def test_axe_finds_nothing_in_menus_help_and_notices_in_the_dark(open_page: Callable[..., Page]) -> None:
    screen = shown(open_page, "large", "dark", "figure")
    wrong = []
    for menu in ("picture", "size", "add"):
        screen.all(f".menu.{menu} > :is(summary, a)").click()
        if menu == "add":
            expect(screen.all("dialog.menu")).to_be_visible()
        wrong += [f"{menu}: {found}" for found in findings(screen.page)]
        screen.press("Escape")
    screen.press("?")
    expect(screen.all("#help")).to_be_visible()
    wrong += [f"help: {found}" for found in findings(screen.page)]
    assert not wrong, "\n".join(wrong)


def test_the_systems_dark_is_followed_in_pictures_too(open_page: Callable[..., Page]) -> None:
    screen = shown(open_page, "large", "dark", "figure")
    assert screen.page.locator("html").get_attribute("data-theme") == "dark"
    ground = screen.page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert max(ground[:3]) < 80
    hrefs = screen.page.locator(".plate image").evaluate_all("images => images.map(i => i.getAttribute('href'))")
    maps = [href for href in hrefs if "/layers/0/" in href]
    assert maps
    assert all("theme=dark" in href for href in maps)
