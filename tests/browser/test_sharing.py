"""Shared weights: three ways to connect two volumes are switched, counted and drawn; by mouse, keys and finger."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import START, Screen
from tests.browser.test_looks import findings
from tests.browser.test_places import OVER, SMALL
from tests.pages.reading import numbers

RECIPE = "conv2d(6, 5, weights=random(7)) | relu"
LINES = """(which) => {
  const svg = [...document.querySelectorAll("#look svg.edges-of")].find((e) => getComputedStyle(e).display !== "none");
  const bundles = [...svg.querySelectorAll(".edges")].reverse(); // the neighbour's lie below
  return [...bundles[which].querySelectorAll("path")].flatMap((path) => {
    const colour = getComputedStyle(path).stroke, starts = path.getAttribute("d").match(/M[\\d.-]+ [\\d.-]+/g);
    return starts.map(() => colour);
  }).sort();
}"""


def opened(page: Page, **fields: object) -> Screen:
    screen = Screen(page).open(RECIPE, **{"image": "coffee", "at": "0.3.7.16", "view": "sharing", **fields})
    expect(screen.all("#look.sharing")).to_be_visible()
    return screen


def way(screen: Screen, name: str) -> None:
    """Switch to a way of connecting."""
    with screen.changing():
        screen.page.locator(".ways a", has_text=name).click()


def test_the_switch_recounts_and_back_undoes(page: Page) -> None:
    screen = opened(page)
    heading = page.locator("#look h2")
    expect(heading).to_have_text("456 parameters")
    way(screen, "Own weights at each place")
    expect(heading).to_have_text("357,504 parameters")
    assert screen.fields["pin"] == "local"
    expect(screen.all(".working")).to_have_text("357,504 = 784 × 6 × (5 × 5 × 3 + 1)")
    way(screen, "Everything connected")
    expect(heading).to_have_text("14,455,392 parameters")
    expect(screen.all("#look")).to_contain_text("31,700 times more")
    with screen.changing():
        page.go_back()
    expect(heading).to_have_text("357,504 parameters")
    run = screen.run["layers"][0]
    assert (run["parameters"], run["fully_connected_parameters"]) == (456, 14_455_392)


def test_two_neighbours_have_edges_of_the_same_colours_only_where_they_share(page: Page) -> None:
    screen = opened(page)
    one, other = page.evaluate(LINES, 0), page.evaluate(LINES, 1)
    assert len(one) == 75
    assert one == other
    assert len(set(one)) > 5
    way(screen, "Own weights at each place")
    one, other = page.evaluate(LINES, 0), page.evaluate(LINES, 1)
    assert len(one) == len(other) == 75
    assert one != other
    way(screen, "Everything connected")
    drawn = int(numbers(screen.all(".imagined").inner_text())[0])
    assert len(page.evaluate(LINES, 0)) == drawn == 144
    expect(screen.all(".imagined")).to_contain_text("of the 3,072 edges")


def test_the_multiplications_run_with_the_place(page: Page) -> None:
    screen = opened(page, at=START)
    expect(screen.all("#look .sentence")).to_contain_text(
        "75 multiplications make this number, 75 of 352,800 are done."
    )
    screen.press("ArrowRight")
    expect(screen.all("#look .sentence")).to_contain_text(
        "column 2: 75 multiplications make this number, 150 of 352,800"
    )
    page.locator("#next").click()
    expect(screen.all("#look .sentence")).to_contain_text("225 of 352,800")
    assert screen.status[4:] == [225, 352_800]
    way(screen, "Everything connected")
    assert screen.state["at"] == "0.0.0.2"
    expect(screen.all("#look .sentence")).to_contain_text("3,072 multiplications make this number, 9,216 of 14,450,688")
    screen.press("End")
    screen.press("]")
    expect(screen.all("#look .sentence")).to_contain_text("Map 2, row 28, column 28")


def test_keys_alone_reach_the_switch(page: Page) -> None:
    screen = Screen(page).open(RECIPE, image="coffee", at="0.3.7.16")
    page.locator(".looks summary").focus()
    screen.press("Enter")
    for wanted in ("Shared weights", "Own weights at each place"):
        link = page.locator(".looks .sheet a, .ways a").filter(has_text=wanted)
        for _ in range(60):
            if link.evaluate("e => e === document.activeElement"):
                break
            screen.press("Tab")
        with screen.changing():
            screen.press("Enter")
    expect(page.locator("#look h2")).to_have_text("357,504 parameters")


def test_a_finger_drags_the_window_and_switches(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, has_touch=True)
    screen = opened(page, at=START)
    hold = page.locator("#look svg.narrow [data-drag]")
    hold.scroll_into_view_if_needed()
    box = hold.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6)
    expect(screen.all("#look .sentence")).to_contain_text(re.compile(r"row (1[0-9]|2[0-8]), column (1[0-9]|2[0-8])"))
    with screen.changing():
        page.locator(".ways a", has_text="Everything connected").tap()
    expect(page.locator("#look h2")).to_have_text("14,455,392 parameters")


@pytest.mark.layout
@pytest.mark.parametrize("size", [(1280, 720), (1024, 768), (390, 844)])
def test_nothing_is_cut_and_nothing_is_small(open_page: Callable[..., Page], size: tuple[int, int]) -> None:
    page = open_page(*size)
    for pin in ("shared", "local", "full"):
        opened(page, pin=pin)
        assert page.evaluate(OVER) == [], pin
        assert page.evaluate(SMALL) == [], pin
    Screen(page).open("conv2d(12, 3) | conv2d(8, 11, bias=False)", image="coffee", at="1.3.4.4", view="sharing")
    assert page.evaluate(OVER) == []


def test_axe_finds_nothing_in_the_dark(open_page: Callable[..., Page]) -> None:
    page = open_page(color_scheme="dark")
    opened(page, pin="local")
    assert findings(page) == []
