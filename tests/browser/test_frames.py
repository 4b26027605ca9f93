"""What moves costs little a frame: how often the page is styled and laid out meanwhile. Times are for `make bench`."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import FIRST, Screen


def work(page: Page) -> Callable[[], tuple[float, float]]:
    """Begin to count; what is returned tells how often the page has been laid out and styled since."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def counts() -> tuple[float, float]:
        found = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
        return found["LayoutCount"], found["RecalcStyleCount"]

    begun = counts()
    return lambda: (counts()[0] - begun[0], counts()[1] - begun[1])


@pytest.mark.parametrize(("speed", "places", "most"), [("1", 2, 12), ("8", 16, 3)])
def test_a_slide_lays_the_page_out_a_few_times_a_place(page: Page, speed: str, places: int, most: int) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at="0.3.0.0")
    page.locator("#speed").select_option(speed)
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "true")
    first, counted = screen.place, work(page)
    while screen.place < first + places:
        page.evaluate("() => new Promise(requestAnimationFrame)")
    layouts, styles = counted()
    moved = screen.place - first
    print(f"\n{speed}×: {layouts:.0f} layouts, {styles:.0f} styles in {moved} places")  # noqa: T201
    assert layouts <= most * (moved + 1)
    assert styles <= 2 * most * (moved + 1)
