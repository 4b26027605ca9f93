"""Signs without colour: minus signs on what is below zero, asked for in the menu of scales or by the system."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from app.rendering.palette import ZERO, signed_bytes
from tests.browser.rest import rest
from tests.browser.screen import FIRST, Screen

LAST = {"image": "coffee", "size": "32", "scale": "byte", "at": "0.1.27.27"}
SEEN = 0.08  # of the scale: beyond it the colour of a number is not that of zero
SWITCH = "button[data-sign]"


def picture(page: Page, selector: str) -> NDArray[np.int_]:
    """Return what stands on the screen of an element: (rows, columns, 3)."""
    shot = page.locator(selector).first.screenshot(animations="disabled")
    return np.array(Image.open(io.BytesIO(shot)).convert("RGB")).astype(int)


def switch(page: Page) -> None:
    page.locator(".colours-menu > summary").click()
    page.locator(SWITCH).click()
    page.keyboard.press("Escape")
    rest(page)


def marks(page: Page, selector: str) -> NDArray[np.bool_]:
    """Return the pixels that the switch changes."""
    before = picture(page, selector)
    switch(page)
    return np.asarray((picture(page, selector) != before).any(axis=-1))


def test_minus_signs_stand_on_numbers_below_zero_and_on_no_others(page: Page) -> None:
    screen = Screen(page).open(FIRST, view="map", **LAST)
    page.locator("svg.enlarged").evaluate(
        "e => e.querySelectorAll(':scope > :not(svg)').forEach((over) => over.remove())"
    )
    changed = marks(page, "svg.enlarged")
    values = screen.api.output(page.locator("#app").get_attribute("data-run") or "", 0)
    extent, numbers = float(np.abs(values).max()), values[1]
    rows, columns = numbers.shape
    tall, wide = changed.shape[0] / rows, changed.shape[1] / columns
    assert min(wide, tall) > 8, "a whole sign lies in each cell"
    found = np.zeros(numbers.shape, int)
    for row, column in np.ndindex(*numbers.shape):
        x, y = column * wide, row * tall
        found[row, column] = changed[round(y) + 1 : round(y + tall) - 1, round(x) + 1 : round(x + wide) - 1].sum()
    below = signed_bytes(numbers, extent).astype(int) - ZERO < -SEEN * ZERO
    assert below.any()
    assert found[below].all()
    assert not found[numbers >= 0].any()


@pytest.mark.parametrize(
    ("view", "selector"),
    [
        ("figure", ".plate > .signed > canvas.live"),
        ("fan", ".look .crop.big"),
        ("stack", "cs-stack canvas"),
        ("network", "cs-network canvas"),
        ("compare", ".compare .crop.signed"),
        ("map", ".look .histogram"),
    ],
)
def test_they_stand_in_every_view_and_in_the_legend(page: Page, view: str, selector: str) -> None:
    Screen(page).open(FIRST, view=view, **LAST)
    rest(page)
    assert marks(page, selector).any()


def test_the_choice_is_kept_and_told(page: Page) -> None:
    screen = Screen(page).open(FIRST, **LAST)
    expect(page.locator(SWITCH)).to_have_attribute("aria-pressed", "false")
    switch(page)
    expect(page.locator(SWITCH)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("v")  # another state is told too
    expect(page.locator("#app")).to_have_attribute("data-view", "flat")
    expect(page.locator(SWITCH)).to_have_attribute("aria-pressed", "true")
    screen.open(FIRST, **LAST)
    expect(page.locator("html")).to_have_attribute("data-signs", "")
    switch(page)
    screen.open(FIRST, **LAST)
    expect(page.locator(SWITCH)).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"media": "print"}])
def test_they_are_there_where_there_are_no_colours(page: Page, media: dict[str, str]) -> None:
    Screen(page).open(FIRST, **LAST)
    filtered = "() => getComputedStyle(document.querySelector('.figure .signed')).filter"
    assert page.evaluate(filtered) == "none"
    page.emulate_media(**media)  # type: ignore[arg-type]
    assert "signs.svg#signs" in page.evaluate(filtered)


def test_a_map_that_lies_over_its_picture_leaves_the_picture_alone(page: Page) -> None:
    Screen(page).open(FIRST, view="map", **LAST)
    page.locator("#over").fill("40")
    assert marks(page, "svg.enlarged").mean() < 0.01, "but for a seam that was drawn anew"
