"""The menu of networks: opened, chosen from and left by mouse, keys and finger; and without scripts."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.rest import rest
from tests.browser.screen import Screen
from tests.browser.test_access import findings


def test_a_network_is_chosen_by_key_and_undo_brings_back_what_was(page: Page) -> None:
    screen = Screen(page).open()
    before, button = page.url, screen.all("#networks")
    button.focus()
    screen.press("Enter")
    menu = screen.all("dialog.menu")
    expect(menu).to_be_visible()
    expect(menu.locator("a[aria-current]")).to_be_focused()  # the present one
    assert findings(page) == []
    screen.press("Escape")
    expect(menu).to_have_count(0)
    expect(button).to_be_focused()
    screen.press("Enter")
    expect(menu).to_be_visible()
    screen.press("ArrowDown")
    expect(menu.locator("a", has_text="Digits")).to_be_focused()
    with screen.changing():
        screen.press("Enter")
    expect(button).to_have_text("Digits")
    expect(menu).to_have_count(0)
    expect(screen.all("#spoken")).to_contain_text("Network: Digits, layers: 8.")
    assert screen.fields["image"] == "coffee"
    expect(screen.all(".ribbon small").first).to_have_text("28 × 28 × 1")
    with screen.changing():
        screen.press("Control+z")
    rest(page)
    assert page.url == before
    expect(button).to_have_text("Six filters")


def test_on_a_phone_the_menu_fits_and_a_wrong_recipe_is_said_in_it(
    open_page: Callable[..., Page], watch: Watch
) -> None:
    screen = Screen(open_page(390, 844)).open('model("digits")', image="camera", size=None, at="0.0.5.5")
    screen.all("#networks").click()
    menu = screen.all("dialog.menu")
    box = menu.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 844
    assert screen.page.evaluate("e => e.scrollWidth <= e.clientWidth", menu.element_handle())
    watch.expects(422)
    menu.locator("#recipe").fill("conv2d(")
    menu.locator("#recipe").press("Enter")
    expect(menu.locator(".wrong")).to_contain_text("Column 7")
    expect(menu.locator("#recipe")).to_have_value("conv2d(")
    with screen.changing():
        menu.locator("#recipe").fill("relu | conv2d(2, 3)")
        menu.locator("#recipe").press("Enter")
    expect(menu).to_have_count(0)
    expect(screen.all("#networks")).to_have_text("2 layers")


def test_without_scripts_the_menu_is_a_page(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/?image=rocket&size=20&recipe=relu&at=0.0.1.1")
    page.locator("#networks").click()
    page.locator(".networks a", has_text="CIFAR-10").click()
    expect(page.locator("#networks")).to_have_text("CIFAR-10")
    expect(page.locator("#strip")).to_be_visible()
