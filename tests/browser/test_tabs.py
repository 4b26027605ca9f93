"""Where a window shows one block of a sum at a time, each subtotal opens its own: by pointer, by key, and told."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import rest
from tests.browser.screen import Screen

PICTURED = "conv2d(1, 7, weights=random(7))"  # 49 products a block: a picture of each
AT = {"image": "coffee", "size": "32", "at": "0.0.3.3"}
SIZES = [(1024, 620), (390, 844)]  # beside the figure, and below it


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_subtotal_over_a_picture_is_opened_by_key(
    open_page: Callable[..., Page], width: int, height: int, key: str
) -> None:
    page = open_page(width, height)
    Screen(page).open(PICTURED, **AT)
    blocks, tabs = page.locator("#sum .term"), page.locator("#sum").get_by_role("button", expanded=False)
    expect(blocks.nth(0)).to_be_visible()
    expect(blocks.nth(2)).to_be_hidden()
    expect(tabs).to_have_count(2)
    blue = page.locator("#sum .sub[data-term='2'] > .part")
    blue.focus()
    page.keyboard.press(key)
    expect(blocks.nth(2)).to_be_visible()
    expect(blocks.nth(0)).to_be_hidden()
    expect(blue).to_be_focused()
    expect(blue).to_have_attribute("aria-expanded", "true")
    expect(tabs).to_have_count(2)
    if width < 500:
        page.locator("#next").click()
    else:
        page.keyboard.press("ArrowRight")
    rest(page)
    expect(blocks.nth(2)).to_be_visible()
    if width > 500:
        expect(page.locator("#sum .sub[data-term='2'] > .part")).to_be_focused()


def test_printed_subtotals_tell_too_which_block_is_open(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844)
    Screen(page).open(PICTURED.replace("7, w", "3, w"), **AT)
    green = page.locator("#sum .sub[data-term='1'] > a.part")
    expect(green).to_have_attribute("aria-expanded", "false")
    green.press("Enter")
    expect(green).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#sum .term").nth(1)).to_be_visible()


def test_where_all_blocks_are_shown_a_subtotal_is_no_button(page: Page) -> None:
    Screen(page).open(PICTURED, **AT)
    expect(page.locator("#sum .term").nth(2)).to_be_visible()
    expect(page.locator("#sum .sub > [role=button]")).to_have_count(0)
    page.set_viewport_size({"width": 1024, "height": 620})
    expect(page.locator("#sum .sub > [role=button]")).to_have_count(3)
