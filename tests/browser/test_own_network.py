"""A network of one's own: dropped on the page or chosen in the menu, asked about, shown; and told what does not fit."""

import base64
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.rest import rest
from tests.browser.screen import Screen
from tests.browser.test_access import findings
from tests.browser.test_upload import DROP
from tests.pages.test_own_network import CLASSES, FILE, MISFIT


def test_a_file_that_is_dropped_is_named_where_it_does_not_fit_and_another_is_opened_by_key(
    page: Page, watch: Watch
) -> None:
    screen = Screen(page).open()
    watch.expects(422)
    page.evaluate(DROP, [base64.b64encode(MISFIT).decode(), "swish.onnx", ""])
    dialog = screen.all("dialog.menu")
    expect(dialog.locator(".misfit")).to_contain_text("swish.onnx does not fit. Node 3 of 3")
    expect(dialog.locator("a.main", has_text="Open what comes before it")).to_be_focused()
    assert findings(page) == []
    dialog.locator("[name=file]").set_input_files({"name": "pets.onnx", "mimeType": "", "buffer": FILE})
    expect(dialog.locator("[name=title]")).to_be_focused()
    expect(dialog).to_have_attribute("aria-label", "pets")
    assert findings(page) == []
    dialog.locator("textarea").fill("\n".join(CLASSES))
    dialog.locator("[name=title]").fill("Pets")
    dialog.locator("[name=title]").press("Enter")
    page.wait_for_url("**/?image=coffee**")
    rest(page)
    expect(screen.all("#networks")).to_have_text("Pets")
    screen.all("#networks").click()
    expect(dialog.locator("a[aria-current]")).to_contain_text("Pets")
    dialog.locator("text=About it").click()
    expect(screen.all("h1")).to_have_text("Pets")
    screen.all("text=Delete it").click()
    expect(screen.all("h1")).to_have_text("A network of your own")


def test_on_a_phone_all_that_is_asked_fits(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page(390, 844)).open()
    screen.all("#networks").click()
    dialog = screen.all("dialog.menu")
    dialog.locator("[name=file]").set_input_files({"name": "pets.onnx", "mimeType": "", "buffer": FILE})
    expect(dialog.locator("[name=title]")).to_be_visible()
    assert screen.page.evaluate("e => e.scrollWidth <= e.clientWidth", dialog.element_handle())
    for field in dialog.locator("input:not([type=hidden]):not([type=radio]):not([type=checkbox]), button").all():
        box = field.bounding_box()
        assert box is not None
        assert box["height"] >= 44
