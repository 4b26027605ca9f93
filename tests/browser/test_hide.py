"""Parts that an address hides: their keys do nothing, no picture comes in, and the page stays whole."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.explorer.options import HIDEABLE
from app.explorer.page.keys import KEYS
from tests.browser.pasting import paste
from tests.browser.rest import rest
from tests.browser.screen import FIRST, Screen
from tests.browser.windows import State, at, faults, show

ALL = ",".join(HIDEABLE)
PLACE = "0.3.7.16"
SIZES = ("1280x720", "1024x768", "390x844", "784x560", "590x520", "390x360")

HELD = """async (names) => {
  const data = new DataTransfer(), canvas = new OffscreenCanvas(9, 9);
  canvas.getContext("2d");
  data.items.add(new File([await canvas.convertToBlob()], "x.png", { type: "image/png" }));
  for (const name of names) {
    const how = { bubbles: true, cancelable: true };
    document.body.dispatchEvent(name === "paste" ? new ClipboardEvent(name, { ...how, clipboardData: data })
      : new DragEvent(name, { ...how, dataTransfer: data }));
  }
}"""  # a picture file


def story(screen: Screen) -> dict[str, object]:
    """Return what a key could change of a page."""
    page = screen.page
    rest(page)
    return {
        "url": page.url,
        "shown": page.locator("#app").inner_text(),
        "playing": page.locator("#play").get_attribute("aria-pressed") if page.locator("#play").count() else None,
        "speed": page.locator("#speed").input_value(),
        "open": page.locator("dialog[open], details[open]").count(),
    }


def pressed(screen: Screen, key: str) -> dict[str, object]:
    """Press a key of the table, and return what it has made of the page."""
    screen.page.keyboard.press(key.replace(" ", "Space"))
    return story(screen)


@pytest.mark.parametrize("part", HIDEABLE)
def test_keys_of_what_is_hidden_do_nothing(page: Page, part: str) -> None:
    for projector in ("", "1"):
        keys = [k for key in KEYS if key.part == part and key.projector in (None, bool(projector)) for k in key.keys]
        screen = Screen(page).open(FIRST, scale="byte", at=PLACE, hide=part, projector=projector)
        before = story(screen)
        for key in keys:
            assert pressed(screen, key) == before, key


def test_the_same_keys_do_something_where_nothing_is_hidden(page: Page) -> None:
    for key in [k for line in KEYS if line.part and not line.projector for k in line.keys]:
        screen = Screen(page).open(FIRST, scale="byte", at="1.3.7.16" if key == "{" else PLACE)
        before = story(screen)
        if key == " ":
            page.keyboard.press("Space")
            expect(page.locator("#play")).to_have_attribute("aria-pressed", "true")
        elif key == "l":
            page.keyboard.press("l")
            expect(screen.notice).to_have_text("Step 1 of “My lesson”")
        else:  # what comes with the first press of a key is still on its way when the page is at rest
            page.keyboard.press(key)
            assert any(story(screen) != before for _ in range(100)), key


def test_the_window_moves_by_arrows_where_the_tape_deck_is_hidden(page: Page) -> None:
    Screen(page).open(FIRST, scale="byte", at=PLACE, hide=ALL)
    for key, place in (("ArrowRight", "0.3.7.17"), ("[", "0.2.7.17")):
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(rf"&at={place}&hide=\w+"))
        expect(page.locator("#sum > .sum")).to_have_attribute("data-at", place)


def test_no_picture_comes_in_where_pictures_are_hidden(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at=PLACE, hide="picture")
    before = story(screen)
    paste(page.locator("body"), f"{page.url.split('/?')[0]}/?image=rocket")
    assert story(screen) == before
    page.evaluate(HELD, ["paste", "dragenter", "dragover", "drop"])
    assert story(screen) == before
    expect(page.locator("#drop")).to_be_hidden()


@pytest.mark.parametrize("hide", [*HIDEABLE, ALL])
def test_the_page_is_whole_without_its_parts(open_page: Callable[..., Page], hide: str) -> None:
    page = open_page()
    wrong = []
    for size in SIZES:
        for path in ("/?", "/embed?"):
            state = State(at(PLACE, hide=hide).address.replace("/?", path), drawn=size != "390x360")
            show(page, state, size)
            wrong += [f"{path}{hide} {size}: {kind} {text}" for kind, text in faults(page, state)]
    assert not wrong, "\n".join(wrong)


def test_what_is_hidden_stays_so_through_swaps_forms_and_undo(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at=PLACE, hide="share,picture")
    for act in (
        lambda: page.locator('.ribbon a.stop[rel="next"]').click(),
        lambda: page.locator('.looks > a[data-look="fan"]').click(),
        lambda: page.keyboard.press("Control+z"),
        lambda: (page.locator("#recipe").fill("conv2d(2, 3)"), page.keyboard.press("Enter")),
        lambda: page.keyboard.press("Control+z"),
    ):
        with screen.changing():
            act()
        assert "hide=share,picture" in page.url
        expect(page.locator("#app")).to_have_attribute("data-hide", "share picture")
        expect(page.locator("#share, .menu.picture, [data-open-picture]")).to_have_count(0)
