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


def test_a_class_at_a_projector_sees_the_number_and_a_teacher_finds_the_ways_in_the_list_of_keys(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(clean=True)
    Screen(page).follow("/?projector=1")
    expect(page.locator(".begin")).to_have_count(0)
    expect(page.get_by_text("One number of map 4,")).to_be_visible()
    page.keyboard.press("?")
    said = page.locator("#help p").first
    expect(said).to_contain_text("See how a neural network looks at a picture")
    expect(said.get_by_role("link", name="The lesson")).to_have_attribute("href", "/lesson?projector=1")
    said.get_by_role("link", name="Three ways to begin").click()
    expect(page.locator(".begin")).to_be_visible()


@pytest.mark.layout
@pytest.mark.parametrize("size", [(844, 390), (915, 412), (932, 430)])
def test_on_a_phone_on_its_side_all_of_it_is_above_the_bar(
    open_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = open_page(*size, clean=True)
    Screen(page).follow("/")
    bar = page.locator(".transport").bounding_box()
    assert bar
    for part in (".begin p", *(f".begin a:nth-of-type({number})" for number in (1, 2, 3)), ".addup .answer"):
        box = page.locator(part).bounding_box()
        assert box, part
        assert box["y"] + box["height"] <= bar["y"] + 0.5, part


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
