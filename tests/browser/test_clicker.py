"""With a clicker alone: along the whole network and back, a question answered first, out of every view again."""

import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import rest
from tests.browser.screen import FIRST, Screen
from tests.pages.reading import link

SIZES = [(1280, 720), (1024, 768), (1366, 625)]
ELEVEN = " | ".join((
    "conv2d(6, 5, padding=1, weights=random(7))", "relu", "max_pool2d(2)", "conv2d(8, 3, weights=random(2))",
    "batch_norm2d", "tanh", "avg_pool2d(2)", "flatten", "linear(12, weights=random(3))", "linear(5, weights=random(4))",
    "softmax",
))  # fmt: skip
LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
NEXT, BACK = "#path [rel=next] span", "#path [rel=prev]"
COMES = """(before) => {
  const app = document.querySelector("#app");
  return app.dataset.address !== before && document.documentElement.matches(".ready") && location.search.length;
}"""
FITS = """() => {
  const path = document.querySelector("#path"), { left, right, bottom } = path.getBoundingClientRect();
  const inside = left >= 0 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
  const words = path.querySelector("[rel=next]").getBoundingClientRect();
  const ends = [...document.querySelectorAll("cs-transport > *")].map((e) => e.getBoundingClientRect().right);
  return inside && words.right <= right + 1 && Math.max(...ends) <= left + 1;
}"""

CONV = ["red", "green", "blue", "the sum"]
FIRST_WORDS = [
    *CONV, "all 6 maps", "why 28?", "relu", "before and after", "max_pool2d", "all 6 maps",
    "trace it home", "home: relu", "home: conv2d", "home: Input", "the end; start again",
]  # fmt: skip
ELEVEN_WORDS = [
    *CONV, "all 6 maps", "why 30?", "relu", "before and after", "max_pool2d", "all 6 maps",
    "conv2d", "map 2", "map 5", "map 6", "the sum", "all 8 maps", "why 13?", "batch_norm2d", "before and after",
    "tanh", "before and after", "avg_pool2d", "all 8 maps", "flatten", "all 288 numbers", "linear", "all 12 numbers",
    "linear", "all 5 numbers", "softmax", "all 5 numbers", "trace it home", "home: linear", "home: linear",
    "home: flatten", "home: avg_pool2d", "home: tanh", "home: batch_norm2d", "home: conv2d", "home: max_pool2d",
    "home: relu", "home: conv2d", "home: Input", "the end; start again",
]  # fmt: skip


def on(recipe: str, **fields: Any) -> str:
    return link(recipe, projector=1, **{"at": "0.3.7.16", **fields})


def press(page: Page, key: str) -> None:
    """Press a key of a clicker and wait for what comes."""
    before = page.locator("#app").get_attribute("data-address")
    page.keyboard.press(key)
    page.wait_for_function(COMES, arg=before)


def seen(page: Page) -> str:
    """What the screen shows, but for what comes next."""
    return page.locator("#stage").inner_text() + str(page.locator(".ribbon li[aria-current] b").all_inner_texts())


def walk(page: Page, words: list[str]) -> None:
    """Go to the end and back with two keys; nothing is skipped, nothing stays as it was, and the place is kept.

    Where the way is long, what is passed on the way back is looked at only where that is asked for.
    """
    screen = Screen(page)
    shown, states, places = [seen(page)], [screen.state], {}
    for number, told in enumerate(words):
        expect(page.locator(NEXT)).to_have_text(told)
        assert page.evaluate(FITS), f"before {told}"
        if number + 1 < len(words):
            press(page, "PageDown")
            shown.append(seen(page))
            states.append(screen.state)
            assert shown[-1] != shown[-2], f"nothing new at {told}"
        layer, *place = screen.state["at"].split(".")
        assert places.setdefault(layer, place) == place
    assert screen.state["view"] == "trace"
    if len(words) > len(FIRST_WORDS) and not LONG:
        for _ in words[1:]:
            page.keyboard.press("PageUp")
        page.wait_for_function("() => document.querySelector('#path [rel=prev]').hidden")
        page.locator("html.ready").wait_for(state="attached")
        assert (screen.state, seen(page)) == (states[0], shown[0])
    else:
        for there, state in zip(shown[-2::-1], states[-2::-1], strict=True):
            press(page, "PageUp")
            assert screen.state == state
            assert seen(page) == there
    page.keyboard.press("PageUp")
    expect(page.locator("#spoken")).to_have_text("This is the beginning.")
    assert screen.state == states[0]


@pytest.mark.parametrize("size", SIZES)
def test_a_walk_of_the_first_network_to_the_end_and_back(open_page: Callable[..., Page], size: tuple[int, int]) -> None:
    page = Screen(open_page(*size)).follow(on(FIRST, scale="byte")).page
    walk(page, FIRST_WORDS)


@pytest.mark.parametrize("size", SIZES if LONG else SIZES[2:])
def test_a_walk_of_eleven_layers_to_the_end_and_back(open_page: Callable[..., Page], size: tuple[int, int]) -> None:
    page = Screen(open_page(*size)).follow(on(ELEVEN)).page
    walk(page, ELEVEN_WORDS)


def test_after_the_end_it_begins_again(page: Page) -> None:
    screen = Screen(page).follow(on(FIRST, at="2.3.3.8", view="trace", pin="h.0", walk="0.3.7.16.trace"))
    press(page, "PageDown")
    assert (screen.state["at"], screen.state.get("view")) == ("0.3.7.16", None)


def test_presses_that_come_faster_than_stops_are_all_followed(page: Page) -> None:
    Screen(page).follow(on(FIRST))
    for key in ["PageDown"] * 5:
        page.keyboard.press(key)
    page.wait_for_function("() => document.querySelector('#path [rel=prev]').title === 'the sum'")
    assert page.locator("#app").get_attribute("data-view") == "fan"


def test_play_and_arrows_move_the_window_and_the_path_goes_on_from_there(page: Page) -> None:
    screen = Screen(page).follow(on(FIRST, sheet=3))
    screen.press("ArrowRight")
    screen.press("ArrowDown")
    press(page, "PageDown")
    assert (screen.state["view"], screen.state["at"]) == ("fan", "0.3.8.17")
    press(page, "PageDown")
    screen.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"at=0\.3\.8\.16"))
    press(page, "PageDown")
    assert screen.state["at"] == "1.3.8.16"
    screen.press(" ")
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "true")
    place = screen.place
    expect(page.locator("#scrub")).not_to_have_attribute("aria-valuenow", str(place))
    press(page, "PageDown")
    expect(page.locator("#play")).not_to_have_attribute("aria-pressed", "true")
    assert screen.state["view"] == "compare"


def test_a_question_is_answered_before_the_path_goes_on(page: Page) -> None:
    screen = Screen(page).follow(on(FIRST, scale="byte", predict=1))
    expect(page.locator(".question")).to_be_visible()
    expect(page.locator(NEXT)).to_have_text("the answer")
    press(page, "PageDown")
    expect(page.locator("#verdict")).to_have_text("It is 226.15.")
    press(page, "PageDown")
    expect(page.locator(".block caption")).to_contain_text("red")
    screen.press("ArrowRight")
    expect(page.locator(NEXT)).to_have_text("the answer")
    rest(page)
    press(page, "PageDown")
    expect(page.locator("#verdict")).to_have_text("It is 199.91.")
    assert screen.state["sheet"] == "0"


def test_what_is_typed_is_an_answer_and_what_cannot_be_read_does_not_hold_the_path_up(page: Page) -> None:
    screen = Screen(page).follow(on(FIRST, scale="byte", predict=1))
    screen.press("g")
    expect(page.locator("input[name=guess]")).to_be_focused()
    page.keyboard.type("226.15")
    screen.press("PageDown")
    expect(page.locator("#verdict")).to_have_text("Exactly: 226.15.")
    expect(page.locator(NEXT)).to_have_text("red")
    screen.press("ArrowRight")
    expect(page.locator(NEXT)).to_have_text("the answer")
    rest(page)
    screen.press("g")
    expect(page.locator("input[name=guess]")).to_be_focused()
    page.keyboard.type("much")
    screen.press("PageDown")
    expect(page.locator("#verdict")).to_contain_text("is not a number")
    press(page, "PageDown")
    expect(page.locator("#verdict")).to_have_text("It is 199.91.")


@pytest.mark.parametrize("view", ["fan", "stack"])
def test_out_of_a_view_that_was_opened_it_leads_map_by_map(page: Page, view: str) -> None:
    screen = Screen(page).follow(on(FIRST, sheet=1))
    with screen.changing():
        page.locator(".looks summary").click()
        page.locator(f'.looks .line[data-look="{view}"]').click()
    for told, place in (("map 5", "0.4.7.16"), ("map 6", "0.5.7.16")):
        expect(page.locator(NEXT)).to_have_text(told)
        press(page, "PageDown")
        assert screen.state["at"] == place
    expect(page.locator(NEXT)).to_have_text("back: green")
    press(page, "PageDown")
    assert (screen.state["at"], screen.state["sheet"], screen.state.get("view")) == ("0.3.7.16", "1", None)


def test_a_way_back_can_be_seen_and_clicked(page: Page) -> None:
    screen = Screen(page).follow(on(FIRST, view="map", sheet=2))
    with screen.changing():
        page.locator("#path a", has_text="Back").click()
    assert (screen.state["at"], screen.state["sheet"], screen.state.get("view")) == ("0.3.7.16", "2", None)
    with screen.changing():
        page.locator(BACK).click()
    assert screen.state["sheet"] == "1"
    with screen.changing():
        page.locator("#path [rel=next]").click()
    assert screen.state["sheet"] == "2"


def test_a_list_that_has_the_focus_leaves_a_clicker_its_keys(page: Page) -> None:
    screen = Screen(page).follow(on(FIRST))
    speed = page.locator("#speed").input_value()
    page.locator("#speed").focus()
    press(page, "PageDown")
    expect(page.locator(".block caption")).to_contain_text("red")
    page.locator("#speed").focus()
    screen.press("b")
    expect(page.locator("#blank")).to_be_visible()
    screen.press(".")
    expect(page.locator("#blank")).to_have_count(0)
    press(page, "PageUp")
    assert page.locator("#speed").input_value() == speed


def test_while_the_screen_is_blank_any_key_shows_it_and_does_nothing_else(page: Page) -> None:
    screen = Screen(page).follow(on(FIRST, sheet=1))
    screen.press("b")
    expect(page.locator("#blank")).to_be_visible()
    screen.press("PageDown")
    expect(page.locator("#blank")).to_have_count(0)
    rest(page)
    expect(page.locator(".block caption")).to_contain_text("green")


def test_p_shows_the_products_of_the_sheet_and_of_the_next_and_lets_go(page: Page) -> None:
    screen = Screen(page).follow(on(FIRST, scale="byte", sheet=0))
    screen.press("p")
    expect(page.locator(".block caption")).to_have_text("red: each product")
    expect(page.locator(".block td").nth(12)).to_have_text("32.60")
    rest(page)
    press(page, "PageDown")
    expect(page.locator(".block caption")).to_have_text("green: each product")
    screen.press("p")
    expect(page.locator(".block caption")).to_have_text("green: each value over its weight")


def test_what_has_come_is_said(page: Page) -> None:
    Screen(page).follow(on(FIRST, scale="byte", sheet=3))
    press(page, "PageUp")
    expect(page.locator("#spoken")).to_contain_text("blue speaks: −106.12.")
    for _ in range(4):
        press(page, "PageDown")
    expect(page.locator("#spoken")).to_contain_text("the larger of 0 and 226.15")


def test_a_card_that_is_open_is_not_left(page: Page) -> None:
    screen = Screen(page).follow(on(FIRST, edit=0))
    before = screen.state
    page.locator("#card input:visible").first.focus()
    screen.press("PageDown")
    rest(page)
    assert screen.state == before
    expect(page.locator("#card")).to_be_visible()
