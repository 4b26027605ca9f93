"""Where branches meet on the screen: all windows move together, and the keyboard walks to either output."""

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import rest
from tests.browser.screen import SEEN, Screen

RECIPE = (
    "conv2d(4, 3, padding=1, weights=random(1)) | relu | conv2d(4, 3, padding=1, weights=random(2))"
    " | add(inputs=[1, 2]) | concat(inputs=[0, 3])"
)
WINDOWS = """() => [...(SEEN)().querySelectorAll('.q.window[data-quad="window"]')].map((e) => {
  const [a, b, c, d, x, y] = e.dataset.plane.trim().split(/\\s+/).map(Number), det = a * d - b * c;
  const [px, py] = e.getAttribute("d").slice(1).split("L")[0].split(" ").map(Number);
  return [Math.round((a * (py - y) - b * (px - x)) / det), Math.round((d * (px - x) - c * (py - y)) / det)];
})""".replace("SEEN", SEEN)


def test_windows_in_all_that_is_added_move_together_and_links_lead_to_each(page: Page) -> None:
    screen = Screen(page).open(RECIPE, image="chelsea", size=12, at="3.2.4.5")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#scrub")).to_have_attribute("aria-valuenow", str(4 * 12 + 7))
    rest(page)
    assert page.evaluate(WINDOWS) == [[4, 6], [4, 6]]
    arrays = [screen.api.output(screen.run["id"], layer)[2, 4, 6] for layer in (1, 2)]
    drawn = page.locator(".plate > .figure:visible .lens text").all_text_contents()
    assert [float(text.replace("−", "-")) for text in drawn] == pytest.approx(np.round(arrays, 2), abs=0.006)
    for number, layer in ((0, 1), (1, 2)):
        page.locator("#sum .addend a").nth(number).focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**at={layer}.2.4.6**")
        screen.ready()
        page.go_back()
        page.wait_for_url("**at=3.2.4.6**")
        screen.ready()


def test_a_map_that_is_chosen_is_pulled_out_of_its_own_stack(page: Page) -> None:
    Screen(page).open(RECIPE, image="chelsea", size=12, at="4.1.4.5")
    figure = page.locator(".plate > .figure:visible")
    expect(figure).to_contain_text("conv2d, layer 1")
    expect(page.locator("#sum .counted .fact .num").first).to_have_text("2")
    sheet = figure.locator('a.sheet[data-channel="6"]')
    box = sheet.bounding_box()
    assert box
    sheet.click(position={"x": box["width"] - 3, "y": box["height"] / 2})  # what others leave free of it
    expect(page.locator("#sum .counted .fact .num")).to_have_text(["7", "4", "3"])
    expect(figure).to_contain_text("Map 3")
    page.wait_for_url("**at=4.6.4.5**")
