"""Class scores as a visitor sees them: another class is one press away, and a covered place is read by hand or keys."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.printing.shares import portion
from tests.browser.rest import follow, rest
from tests.browser.screen import Screen
from tests.browser.test_access import findings
from tests.pages.reading import link
from tests.strokes import DIGITS

NETWORK = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2) | linear(10, weights=random(3)) | softmax"
ADDRESS = link(NETWORK, image="chelsea", size="16", at="4.4.0.0", view="scores")
TRAINED = link('model("article")', image="chelsea", at="6.3.0.0", view="scores")
OUT = """() => [...document.querySelectorAll(
    ".scores h2, .scores .bars a, .scores td, .scores th, .scores .crop, #mattered .stage, #mattered figcaption > *")]
  .filter((e) => {
    const { left, right, top, bottom, width } = e.getBoundingClientRect();
    const main = document.querySelector("main").getBoundingClientRect();
    const down = innerWidth > 700 && (top < main.top - 1 || bottom > main.bottom + 1);
    return width && (left < -1 || right > innerWidth + 1 || down || e.scrollWidth > e.clientWidth + 1 && e.clientWidth);
  }).map((e) => `${e.tagName} ${e.getAttribute("class")} ${e.textContent.trim().slice(0, 30)}`)"""


def opened(page: Page, address: str = ADDRESS) -> Screen:
    screen = Screen(page).follow(address)
    expect(screen.all("#mattered .laid")).to_be_visible()
    rest(page)
    return screen


def test_a_covered_place_is_read_by_pointer_and_keys_and_another_class_is_one_press_away(page: Page) -> None:
    screen = opened(page)
    field, share = screen.all("#mattered input"), screen.all("#mattered [data-share]")
    told = (screen.all("#mattered").get_attribute("data-shares") or "").split("|")
    expect(share).to_have_text(told[int(field.input_value()) - 1])
    box = screen.all("#mattered .laid").bounding_box()
    assert box
    cell = box["width"] / 16
    page.mouse.move(box["x"] + 4.5 * cell, box["y"] + 2.5 * cell)  # the places begin a cell in
    expect(share).to_have_text(told[1 * 13 + 3])
    field.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(share).to_have_text(told[2 * 13 + 4])
    assert field.get_attribute("aria-valuetext") == f"place 31: class 5 {told[30]}"
    assert screen.state["at"] == "4.4.0.0"
    follow(screen.all("#class-7"), "Enter")
    expect(screen.all("#class-7")).to_be_focused()
    run = screen.all("#app").get_attribute("data-run") or ""
    value = portion(float(screen.api.output(run, 4).ravel()[7]))
    expect(screen.all("#mattered figcaption")).to_contain_text([re.compile(f"instead of {value}"), ""])
    expect(screen.all(".scores .adds h2")).to_contain_text("class 8")


def test_it_can_be_stopped_and_begun_again(page: Page) -> None:
    page.route("**/parts/occlusion/**", lambda route: None)  # an answer that does not come
    page.goto(link(NETWORK, image="coffee", size="16", at="4.4.0.0", view="scores"))
    asking = page.locator("#mattered .asking")
    expect(asking.locator("progress")).to_be_visible()
    asking.locator("button").click()
    expect(asking.locator("progress")).to_be_hidden()
    expect(asking.locator("a")).to_be_focused()
    page.unroute("**/parts/occlusion/**")
    page.keyboard.press("Enter")
    expect(page.locator("#mattered input")).to_be_focused()
    expect(page.locator("#spoken")).to_contain_text("place")


def test_a_digit_drawn_on_the_pad_is_named(page: Page) -> None:
    screen = Screen(page).open('model("digits")', image="text", size=28, mode="L", at="6.0.0.0", view="scores")
    screen.all(".menu.picture > summary").click()
    screen.all("[data-tool=draw]").click()
    canvas = screen.all("dialog.picturing canvas")
    expect(canvas).to_be_focused()
    box = canvas.bounding_box()
    assert box
    expect(screen.all("[name=digit]")).to_be_checked()
    for stroke in DIGITS[4][0]:
        for at, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + (0.3 + 0.5 * x) * box["width"], box["y"] + (0.1 + 0.6 * y) * box["height"])
            if not at:
                page.mouse.down()
        page.mouse.up()
    with screen.changing():
        screen.all("[data-use]").click()
    expect(screen.all(".bars .won b")).to_have_text("4")
    assert screen.run["prediction"][0]["label"] == "4"


@pytest.mark.layout
@pytest.mark.parametrize("size", [(1280, 720), (1366, 625), (1024, 768), (390, 844)])
def test_all_of_it_has_room_and_is_within_reach_of_everyone(
    open_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = open_page(*size)
    opened(page)
    assert not page.evaluate(OUT)
    if size[0] in (1280, 390):
        assert not findings(page)
    opened(page, TRAINED)
    assert not page.evaluate(OUT)
    if size[0] in (1280, 1024):
        opened(page, f"{TRAINED}&projector=1")
        assert not page.evaluate(OUT)
