"""From a clean browser: what this is, a photo, the lesson, a network, each within two presses; then it yields."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import rest
from tests.browser.screen import CELL, Screen
from tests.pages.reading import link
from tests.samples import gradient, saved

BOXES = """() => ["#plate", ".sheets", ".addup", ".answer", ".ribbon", ".transport"].map((selector) => {
  const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
  return [selector, x, y, width, height].join(" ");
})"""
WINDOWS = [(1280, 720), (1024, 768), (1366, 625), (1920, 1080)]


@pytest.fixture
def clean(open_page: Callable[..., Page]) -> Page:
    """The first page, in a browser that has never been here."""
    page = open_page(clean=True)
    page.goto("/")
    return page


def test_a_photo_of_ones_own_is_two_presses_away(clean: Page) -> None:
    clean.locator(".begin a").filter(has_text="Try your own photo").click()
    with clean.expect_file_chooser() as chooser:
        clean.locator("#own-picture input[type=file]").click()
    chooser.value.set_files({"name": "my.png", "mimeType": "image/png", "buffer": saved(gradient(64, 48), "PNG")})
    expect(clean.locator(".menu.picture > summary")).to_contain_text("Your picture")
    expect(clean.locator(".begin")).to_have_count(0)


def test_the_lesson_is_begun_in_two_presses(clean: Page) -> None:
    clean.locator(".begin a").filter(has_text="Take the lesson").click()
    expect(clean).to_have_url(re.compile("/lesson$"))
    clean.locator("main a[href^='/lesson/']").first.click()
    expect(clean.locator("cs-step")).to_be_visible()


def test_a_trained_network_is_open_in_two_presses(clean: Page) -> None:
    clean.locator(".begin a").filter(has_text="Open a trained network").click()
    dialog = clean.locator("dialog.menu[open]")
    dialog.locator("a", has_text="CIFAR").first.click()
    expect(clean.locator("#networks")).to_contain_text("CIFAR")
    expect(clean.locator(".begin")).to_have_count(0)


ACTS: dict[str, Callable[[Page], object]] = {
    "play": lambda page: page.locator("#play").click(),
    "step": lambda page: page.keyboard.press("ArrowRight"),
    "press": lambda page: page.mouse.click(*page.evaluate(CELL, [3, 3])),
    "layer": lambda page: page.locator('.ribbon a.stop[rel="next"]').click(),
    "filter": lambda page: page.keyboard.press("]"),
    "look": lambda page: page.locator('.looks > a[data-look="fan"]').click(),
}


@pytest.mark.parametrize("act", ACTS)
def test_it_yields_to_the_first_act_for_good(clean: Page, act: str) -> None:
    screen = Screen(clean).ready()
    expect(screen.all(".begin")).to_be_visible()
    expect(screen.all(".sum > .acts")).to_be_hidden()
    ACTS[act](clean)
    expect(screen.all(".begin")).to_have_count(0)
    if act in ("step", "press", "filter"):
        expect(screen.all(".sum > .acts")).to_be_visible()
    clean.goto("/")
    expect(screen.all("#sum")).to_be_visible()
    expect(screen.all(".begin")).to_have_count(0)


def test_to_read_and_to_reload_is_no_act(clean: Page) -> None:
    clean.mouse.move(300, 300)
    clean.locator("#share").hover()
    clean.locator(".menu.size > summary").click()
    clean.keyboard.press("Escape")
    clean.reload()
    assert "recipe=" in clean.url, "the address holds the state"
    expect(clean.locator(".begin")).to_be_visible()


@pytest.mark.layout
def test_no_row_moves_when_it_yields(open_page: Callable[..., Page]) -> None:
    page = open_page(clean=True)
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        page.context.clear_cookies()
        page.goto("/")
        rest(page)
        expect(page.locator(".begin > p")).to_be_visible()
        before = page.evaluate(BOXES)
        page.keyboard.press("]")
        page.keyboard.press("[")
        expect(page.locator(".begin")).to_have_count(0)
        rest(page)
        assert page.evaluate(BOXES) == before, f"{width} × {height}"


def test_it_comes_back_from_the_list_of_keys(page: Page) -> None:
    Screen(page).open("conv2d(2, 3)")
    page.keyboard.press("?")
    page.locator("#help").get_by_role("link", name="Three ways to begin").click()
    expect(page.locator(".begin")).to_be_visible()
    Screen(page).ready()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".begin")).to_have_count(0)


def test_without_scripts_it_is_there_and_leads_on(open_page: Callable[..., Page]) -> None:
    page = open_page(clean=True, java_script_enabled=False)
    page.goto("/")
    page.locator(".begin a").filter(has_text="Try your own photo").click()
    expect(page.locator("#own-picture input[type=file]")).to_be_visible()
    page.goto("/")
    page.locator("#next").click()
    expect(page.locator(".begin")).to_have_count(0)
    page.goto("/")
    expect(page.locator(".begin")).to_have_count(0)


def test_how_long_it_takes_is_said_once_something_has_played(clean: Page) -> None:
    screen = Screen(clean).ready()
    clean.keyboard.press("ArrowRight")
    expect(screen.all(".sum > .acts")).to_be_visible()
    expect(screen.all("#status [data-left]")).to_be_hidden()
    clean.locator("#play").click()
    expect(screen.all("#status [data-left]")).to_be_visible()
    expect(screen.all("#status [data-left]")).to_contain_text("left")


def test_a_link_to_a_state_is_no_first_visit(open_page: Callable[..., Page]) -> None:
    page = open_page(clean=True)
    page.goto(link("conv2d(2, 3)"))
    expect(page.locator("#sum")).to_be_visible()
    expect(page.locator(".begin")).to_have_count(0)
