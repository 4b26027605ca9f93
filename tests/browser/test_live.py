"""The camera, live, with Chromium's own test pattern: maps follow, one frame is on its way at a time, all stops."""

from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.rest import rest
from tests.browser.screen import PLAIN
from tests.pages.reading import link

LIVE = link(PLAIN, at="0.2.3.5", view="compare") + "&with=camera"
PIXELS = """(selector) => {
  const canvas = document.querySelector(selector), copy = new OffscreenCanvas(canvas.width, canvas.height);
  copy.getContext("2d").drawImage(canvas, 0, 0);
  return [...copy.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
}"""
COUNT = """
window.flying = window.most = window.answers = 0;
const real = window.fetch;
window.fetch = async (...args) => {
  if (!String(args[0]).startsWith("/parts/live")) return real(...args);
  window.flying++;
  window.most = Math.max(window.most, window.flying);
  try { const answer = await real(...args); window.answers++; return answer; } finally { window.flying--; }
};
"""
HIDE = """() => {
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def filming(launch: Callable[..., Browser], typeface: str) -> Browser:
    """A Chromium with a camera that shows a test pattern, and that is allowed."""
    return launch(typeface, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


@pytest.fixture(params=[(1280, 720, False), (390, 844, True)], ids=["mouse", "touch"])
def page(request: pytest.FixtureRequest, filming: Browser, open_page: Callable[..., Page]) -> Page:
    width, height, touch = request.param
    page = open_page(width, height, within=filming, has_touch=touch, color_scheme="light")
    page.add_init_script(COUNT)
    page.goto(LIVE)
    button = page.locator("[data-live]")
    expect(button).to_have_text("Start the camera")
    if touch:
        button.tap()
    else:
        button.click()
    page.wait_for_function("() => window.answers > 3")
    return page


def seen(page: Page, selector: str) -> np.ndarray:
    return np.array(page.evaluate(PIXELS, f".live {selector}")).reshape(-1, 4)


def quiet(page: Page) -> None:
    """Nothing is sent any more."""
    expect(page.locator("[data-live]")).to_have_text("Start the camera")
    rest(page)


def test_maps_follow_the_picture_one_frame_at_a_time(page: Page) -> None:
    first = seen(page, "canvas[data-input]"), seen(page, 'canvas[data-sheet="2"]')
    page.wait_for_function("n => window.answers > n + 8", arg=page.evaluate("window.answers"))
    later = seen(page, "canvas[data-input]"), seen(page, 'canvas[data-sheet="2"]')
    for before, after in zip(first, later, strict=True):
        assert (after[:, 3] == 255).all()
        assert (before != after).any()
    assert page.evaluate("window.most") == 1
    expect(page.locator(".live [data-rate]")).to_contain_text("frames a second")
    assert int(page.locator(".live [data-rate] b").inner_text()) > 0
    page.locator("[data-live]").click()
    quiet(page)


def test_the_place_moves_while_the_camera_runs_and_hiding_the_page_stops_it(page: Page) -> None:
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('at=0.2.3.6')")
    page.wait_for_function("n => window.answers > n + 2", arg=page.evaluate("window.answers"))
    expect(page.locator("[data-live]")).to_have_text("Stop the camera")
    assert (seen(page, 'canvas[data-sheet="2"]')[:, 3] == 255).all()
    page.evaluate(HIDE)
    quiet(page)


def test_leaving_the_view_stops_it(page: Page) -> None:
    page.locator("#look header a").filter(has_text="Two side by side").click()
    page.locator("#look .sides").wait_for()
    rest(page)
