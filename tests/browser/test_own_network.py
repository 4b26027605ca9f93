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

PETS = {"name": "pets.onnx", "mimeType": "", "buffer": FILE}


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
    screen.press("Enter")
    expect(dialog.locator("h1")).to_have_text("swish")
    expect(screen.all("#stage")).to_be_visible()
    screen.press("Escape")
    screen.all("#networks").click()
    dialog.locator("[name=file]").set_input_files(PETS)
    expect(dialog.locator("[name=title]")).to_be_focused()
    expect(dialog).to_have_attribute("aria-label", "pets")
    expect(dialog.locator("text=Open it")).to_be_in_viewport(ratio=1)
    assert findings(page) == []
    dialog.locator("textarea").fill("\n".join(CLASSES[1:]))
    dialog.locator("[name=title]").fill("Pets")
    dialog.locator("[name=title]").press("Enter")
    expect(dialog.locator("[role=alert]")).to_contain_text("2 names of classes")
    expect(dialog.locator("[role=alert]")).to_be_in_viewport(ratio=1)
    expect(dialog.locator("textarea")).to_be_focused()
    assert findings(page) == []
    dialog.locator("textarea").fill("\n".join(CLASSES))
    dialog.locator("[name=title]").press("Enter")
    page.wait_for_url("**/?image=coffee**")
    rest(page)
    expect(screen.all("#networks")).to_have_text("Pets")
    screen.all("#networks").click()
    expect(dialog.locator("a[aria-current]")).to_contain_text("Pets")
    dialog.locator("a", has_text="About it Pets").click()
    expect(dialog.locator("h1")).to_have_text("Pets")
    dialog.locator("summary", has_text="Delete it").click()
    dialog.locator("text=Delete Pets now").click()
    expect(dialog.locator("[role=status]").first).to_contain_text("The network is deleted.")
    expect(dialog.locator("text=Back to the picture")).to_be_focused()
    with screen.changing():
        screen.press("Enter")
    expect(dialog).to_have_count(0)
    assert screen.fields["image"] == "coffee"
    assert screen.fields["recipe"] == ""


def test_where_there_are_no_layers_a_file_is_asked_about_and_the_address_stays(page: Page) -> None:
    screen = Screen(page).follow("/?image=coffee")
    screen.all("#networks").click()
    screen.all("dialog.menu [name=file]").set_input_files(PETS)
    expect(screen.all("dialog.menu [name=title]")).to_be_focused()
    assert page.url.endswith("/?image=coffee")


def test_on_a_phone_all_that_is_asked_fits(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page(390, 844)).open()
    screen.all("#networks").click()
    dialog = screen.all("dialog.menu")
    dialog.locator("[name=file]").set_input_files(PETS)
    expect(dialog.locator("[name=title]")).to_be_visible()
    assert screen.page.evaluate("e => e.scrollWidth <= e.clientWidth", dialog.element_handle())
    fields = "input:not([type=hidden], [type=radio], [type=checkbox]), button:visible, summary"
    for field in dialog.locator(fields).all():
        box = field.bounding_box()
        assert box is not None
        assert box["height"] >= 44
