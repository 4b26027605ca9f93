"""Comparing as a visitor does it: both sides move in lock step, by mouse, by keys alone and by touch."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import follow
from tests.browser.screen import PLAIN, Screen
from tests.pages.reading import link

PICTURES = link(PLAIN, at="0.2.3.5", view="compare")
CELL = """([side, row, column]) => {
  const svg = document.querySelector(`#look .${side} .map svg`), m = svg.getScreenCTM();
  const p = new DOMPoint(column + .5, row + .5).matrixTransform(m);
  return [p.x, p.y];
}"""
OUTLINED = """() => [...document.querySelectorAll("#look .map .q.result")].map((p) => p.getAttribute("d"))"""
WINDOWS = """() => [...document.querySelectorAll("#look .photo .q.window")].map((p) => p.getAttribute("d"))"""


@pytest.fixture
def screen(page: Page) -> Screen:
    return Screen(page)


def where(screen: Screen) -> list[str]:
    return screen.all("#look .where").all_inner_texts()


def expect_where(screen: Screen, row: int, column: int) -> None:
    expect(screen.all("#look .left .where")).to_have_text(f"row {row}, column {column}")
    assert where(screen) == [f"row {row}, column {column}"] * 2
    assert screen.page.evaluate(OUTLINED) == [f"M{column - 1} {row - 1}h1v1h-1z"] * 3
    windows = screen.page.evaluate(WINDOWS)
    assert len(windows) == 2
    assert windows[0] == windows[1] == f"M{column - 1} {row - 1}H{column + 4}V{row + 4}H{column - 1}z"


def test_by_mouse_both_sides_move_together(screen: Screen) -> None:
    screen.open(PLAIN, at="0.2.3.5")
    screen.all(".looks summary").click()
    with screen.changing():
        screen.all(".looks a.line").filter(has_text="Compare").click()
    expect_where(screen, 4, 6)
    screen.page.mouse.click(*screen.page.evaluate(CELL, ["left", 10, 20]))
    expect_where(screen, 11, 21)
    screen.page.mouse.click(*screen.page.evaluate(CELL, ["right", 8, 2]))
    expect_where(screen, 9, 3)
    screen.page.mouse.click(*screen.page.evaluate(CELL, ["gap", 27, 27]))
    expect_where(screen, 28, 28)
    expect(screen.page).to_have_url(re.compile(r"at=0\.2\.27\.27"))


def test_the_window_is_dragged_in_the_picture(screen: Screen) -> None:
    screen.follow(PICTURES)
    box = screen.all("#look .left .photo svg").bounding_box()
    assert box
    side = box["width"] / 32
    screen.page.mouse.move(box["x"] + 7.5 * side, box["y"] + 5.5 * side)
    screen.page.mouse.down()
    screen.page.mouse.move(box["x"] + 20.5 * side, box["y"] + 12.5 * side, steps=4)
    screen.page.mouse.up()
    expect_where(screen, 11, 19)


def test_another_thing_to_compare_is_chosen_swapped_and_left_again(screen: Screen) -> None:
    screen.follow(PICTURES)
    screen.all(".with summary").click()
    with screen.changing():
        screen.all(".with .kind").filter(has_text="Padding").get_by_text("2", exact=True).click()
    assert screen.fields["with"] == "padding:2"
    assert where(screen) == ["row 4, column 6", "row 6, column 8"]
    screen.page.mouse.click(*screen.page.evaluate(CELL, ["right", 10, 10]))
    expect(screen.all("#look .left .where")).to_have_text("row 9, column 9")
    expect(screen.page).to_have_url(re.compile(r"at=0\.2\.8\.8"))
    with screen.changing():
        screen.all("#swap").click()
    assert screen.all("#look h2").all_inner_texts()[0] == "padding 2"
    assert where(screen) == ["row 11, column 11", "row 9, column 9"]
    with screen.changing():
        screen.page.go_back()
    assert where(screen) == ["row 9, column 9", "row 11, column 11"]
    with screen.changing():
        screen.all("#look .right h2 a").click()
    assert screen.state["recipe"].startswith("conv2d(6, 5, padding=2")
    assert "with" not in screen.fields


def test_by_keyboard_alone(screen: Screen) -> None:
    screen.follow(PICTURES)
    for key in ("ArrowRight", "ArrowDown"):
        screen.press(key)
    expect_where(screen, 5, 7)
    screen.press("]")
    expect(screen.all("#look .left .what")).to_contain_text("map 4")
    screen.all(".with summary").focus()
    screen.press("Enter")
    screen.all(".with .chip").filter(has_text="relu").focus()
    with screen.changing():
        screen.press("Enter")
    assert screen.fields["with"] == "layer:1"
    assert screen.all("#look h2").all_inner_texts()[:2] == ["before relu", "−after relu"]
    screen.press("Escape")
    screen.all("cs-plate").wait_for()


@pytest.mark.layout
def test_by_touch_on_a_phone(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page(390, 844, has_touch=True)).follow(PICTURES)
    assert screen.page.evaluate("document.documentElement.scrollWidth") == 390
    screen.page.touchscreen.tap(*screen.page.evaluate(CELL, ["right", 9, 4]))
    expect_where(screen, 10, 5)
    screen.all(".with summary").tap()
    with screen.changing():
        screen.all(".with .kind").filter(has_text="seed").get_by_text("3", exact=True).tap()
    assert screen.fields["with"] == "seed:3"
    expect_where(screen, 10, 5)


@pytest.mark.layout
@pytest.mark.parametrize("size", [(1280, 720), (1024, 768)])
@pytest.mark.parametrize("asked", ["image:chelsea", "padding:2", "channel:4"])
def test_nothing_is_cut_off(open_page: Callable[..., Page], size: tuple[int, int], asked: str) -> None:
    screen = Screen(open_page(*size)).follow(f"{PICTURES}&with={asked}")
    box = screen.all("#look").bounding_box()
    assert box
    for part in ("article", ".both", "dl", ".value", ".map svg"):
        for found in screen.all(f"#look {part}").all():
            inner = found.bounding_box()
            assert inner
            assert inner["y"] + inner["height"] <= box["y"] + box["height"] + 1, part
            assert inner["x"] + inner["width"] <= box["x"] + box["width"] + 1, part


def test_every_picture_in_a_row_leads_to_its_map(screen: Screen) -> None:
    screen.follow(PICTURES)
    with screen.changing():
        screen.all("#look header a").filter(has_text="All pictures").click()
    rows = screen.all("#look .rows li")
    third = rows.nth(2).locator("a").nth(4)
    third.scroll_into_view_if_needed()
    screen.page.wait_for_function("i => i.complete && i.naturalWidth === 28", arg=third.locator("img").element_handle())
    with screen.changing():
        third.click()
    assert screen.fields["at"] == "0.3.3.5"
    assert screen.fields["image"] != "coffee"
    assert screen.fields.get("view", "figure") == "figure"


def test_it_is_all_there_without_javascript(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(PICTURES)
    assert page.locator("#look .map svg").count() == 3
    follow(page.locator("#swap"))
    assert page.locator("#look h2").all_inner_texts()[0] == "Chelsea the cat"
    follow(page.locator("#look header a").filter(has_text="All pictures"))
    assert page.locator("#look .rows img").count() > 60
