"""The ribbon of a network with blocks, by keys, by ear, and on a phone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.screen import Screen
from tests.browser.test_every_hand import Hand
from tests.pages.reading import link
from tests.pages.test_blocks import EXPAND, FIRE, SIZE

IN_VIEW = """() => {
  const list = document.querySelector(".folded").getBoundingClientRect();
  const now = document.querySelector(".folded a.stop[aria-current]").getBoundingClientRect();
  return now.width > 0 && now.left >= list.left && now.right <= list.right;
}"""
NOW = ".folded a.stop[aria-current]"


def here(at: int, **fields: str) -> str:
    return link(FIRE, size=SIZE, at=f"{at}.2.3.4", **fields)


def goes(page: Page, key: str, focus: str) -> None:
    """Press a key that moves the focus, and says nothing."""
    page.keyboard.press(key)
    expect(page.locator(focus)).to_be_focused()


def test_keys_go_from_stop_to_stop_and_a_block_folds_and_opens(page: Page) -> None:
    hand = Hand(Screen(page).follow(here(EXPAND))).to(NOW)
    goes(page, "ArrowUp", '[title^="conv2d, 9 × 9 × 3"]')
    hand.does("Enter", focus=NOW, said="^fire2/expand1x1, conv2d, layer 6 of 15, 9 × 9 × 3")
    assert "at=5.2.3.4" in page.url  # the place goes along
    hand.does("}", focus=NOW, said="^fire2/expand3x3, conv2d, layer 7 of 15")
    hand.to("#fold").does("Enter", focus="#fold", said=r"^The block is folded\.$")
    expect(page.locator(".folded b")).to_have_text(["Input", "conv1", "max", "fire2", "conv3", "sum", "scores"])
    goes(page, "ArrowLeft", ".folded .funnel")
    goes(page, "ArrowRight", "#fold")
    hand.does("Enter", focus="#fold", said="^The block is open")
    hand.to(NOW).does("Escape", focus="#fold", said=r"^The block is folded\.$")
    assert "at=6.2.3.4" in page.url  # no arrow has moved the window


def test_on_a_phone_the_row_grows_where_ways_part_and_the_present_layer_is_in_view(
    open_page: Callable[..., Page],
) -> None:
    screen = Screen(open_page(390, 844))
    for at, tall in ((1, 64), (EXPAND, 94), (8, 94), (14, 64)):
        screen.follow(here(at))
        assert screen.page.evaluate(IN_VIEW), at
        assert tall <= screen.page.locator(".ribbon").bounding_box()["height"] <= tall + 4, at  # type: ignore[index]
    for stop in screen.page.locator(".tab .stop").all():
        assert stop.bounding_box()["height"] >= 44  # type: ignore[index]
