"""A residual connection is made by hand: by the menu of layers and the card, and undone."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.screen import Screen
from tests.browser.test_access import findings

WAY = "conv2d(4, 3, padding=1) | relu | conv2d(4, 3, padding=1)"


def test_a_shortcut_is_added_led_elsewhere_named_and_undone(page: Page, watch: Watch) -> None:
    screen = Screen(page).open(WAY, image="coffee", size=12, at="2.0.3.3")
    recipe = screen.all("#recipe")
    screen.add("add")
    expect(recipe).to_have_value(f"{WAY} | add(inputs=[2, 1])")
    card = screen.edit()
    with screen.changing():
        card.get_by_role("link", name="Inputs").click()
    assert findings(page) == []
    with screen.changing():
        card.get_by_role("button", name="1 conv2d").click()
    expect(recipe).to_have_value(f"{WAY} | add(inputs=[2, 1, 0])")
    expect(screen.all("#spoken")).to_contain_text("add, layer 4, reads layer 3, conv2d, layer 2, relu, layer 1, conv2d")
    expect(card.get_by_role("button", name="1 conv2d")).to_be_focused()
    with screen.changing():
        card.locator("#f-reads").fill("3, 1")
        card.locator("#f-reads").press("Enter")
    expect(recipe).to_have_value(f"{WAY} | add(inputs=[2, 0])")
    watch.expects(422)
    card.locator("#f-reads").fill("3, nowhere")
    card.locator("#f-reads").press("Enter")
    expect(card.locator("#h-reads .wrong")).to_contain_text("say a number from 0, the input, to 3, or a name")
    with screen.changing():
        card.locator("#f-name").fill("block/meet")
        card.locator("#f-name").press("Enter")
    expect(recipe).to_have_value(f'{WAY} | add(inputs=[2, 0], name="block/meet")')
    card.get_by_role("button", name="Earlier").click()
    expect(screen.notice).to_contain_text("add, layer 4, joins several outputs")
    with screen.changing():
        screen.press("Control+z")
    expect(recipe).to_have_value(f"{WAY} | add(inputs=[2, 0])")


def test_a_layer_is_added_on_its_branch(page: Page) -> None:
    screen = Screen(page).open(f"{WAY} | add(inputs=[2, 1])", image="coffee", size=12, at="2.0.3.3", edit="2")
    page.get_by_role("link", name="Add behind it").click()
    with screen.changing():
        page.locator("dialog a.line", has=page.get_by_text("tanh", exact=True)).click()
    expect(screen.all("#recipe")).to_have_value(f"{WAY} | tanh | add(inputs=[3, 1])")
    expect(screen.all(".ribbon li[aria-current] b")).to_have_text("tanh")
