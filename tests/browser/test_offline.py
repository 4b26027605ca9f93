"""Nobody answers: whatever a person does then says so, play stops, and all goes on once somebody answers."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.screen import PLAIN, Screen
from tests.pages.reading import link

SILENCE = "The server did not answer; is it still running?"
ACTS: dict[str, tuple[str, Callable[[Screen], None]]] = {
    "a place": ("figure", lambda screen: screen.press("ArrowRight")),
    "a map": ("figure", lambda screen: screen.press("]")),
    "a layer": ("figure", lambda screen: screen.all(".ribbon a.stop").nth(1).click()),
    "a view": ("figure", lambda screen: opened(screen, ".looks summary", ".looks a.line >> text=Shift test")),
    "a recipe": ("figure", lambda screen: screen.all("#recipe").press("Enter")),
    "a setting": ("figure", lambda screen: screen.all(".ribbon .edit").click()),
    "a tool": ("figure", lambda screen: opened(screen, ".menu.picture > summary", "a[data-tool=draw]")),
    "sharing": ("figure", lambda screen: screen.all("#share").click()),
    "another place of a look": ("trace", lambda screen: screen.press("ArrowRight")),
}


def opened(screen: Screen, menu: str, choice: str) -> None:
    screen.all(menu).first.click()
    screen.all(choice).first.click()


@pytest.mark.parametrize("act", ACTS)
def test_an_act_that_failed_says_so(page: Page, watch: Watch, act: str) -> None:
    view, do = ACTS[act]
    screen = Screen(page).follow(link(PLAIN, at="0.3.4.5", view=view))
    before = page.url.partition("&at=")[0]
    watch.cut_off(page)
    do(screen)
    expect(screen.notice).to_have_text(SILENCE)
    assert page.url.partition("&at=")[0] == before


def test_play_stops_and_goes_on_where_it_was(page: Page, watch: Watch) -> None:
    screen = Screen(page).open(PLAIN, at="0.0.0.1")
    watch.cut_off(page)
    screen.all("#play").click()
    expect(screen.notice).to_have_text(SILENCE)
    expect(screen.all("#play")).to_have_attribute("aria-pressed", "false")
    place = screen.place
    assert place < 10
    page.context.set_offline(False)
    screen.press("ArrowRight")
    screen.expect_place(place + 1)
    screen.settled()
    expect(screen.notice).to_have_count(0)


def test_a_map_that_did_not_come_comes_with_the_next_step(page: Page, watch: Watch) -> None:
    screen = Screen(page).open(PLAIN, at="0.3.4.5")
    watch.cut_off(page)
    screen.press("]")
    expect(screen.notice).to_have_text(SILENCE)
    page.context.set_offline(False)
    screen.press("ArrowRight")
    expect(screen.all(".plate")).to_have_attribute("data-channel", "4")
    assert screen.settled() == "0.4.4.6"
    expect(screen.notice).to_have_count(0)


def test_go_to_follows_the_place(page: Page) -> None:
    screen = Screen(page).open(PLAIN, at="0.3.4.5")
    names = ("channel", "row", "column")
    fields = [screen.all(f".jumps input[name=to_{name}]") for name in names]
    for key in ("ArrowRight", "ArrowDown", "]"):
        screen.press(key)
    screen.expect_place(5 * 28 + 7, 5)
    for field, value in zip(fields, ("5", "6", "7"), strict=True):
        expect(field).to_have_value(value)
    screen.all(".jump > summary").click()
    fields[1].fill("20")
    page.evaluate("document.querySelector('cs-transport').show(0)")
    expect(fields[1]).to_have_value("20")  # who types is left alone
    fields[1].press("Enter")
    screen.expect_place(19 * 28 + 7, 5)
