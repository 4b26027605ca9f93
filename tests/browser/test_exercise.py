"""The exercise of every course: an input of 5×5×3, two filters of 3×3×3, stride 2, padding 1; eighteen numbers."""

import re

import numpy as np
from playwright.sync_api import Locator, Page, expect

from tests.browser.pasting import paste
from tests.browser.rest import rest
from tests.browser.screen import Screen

CHANCE = np.random.default_rng(12)
INPUT = CHANCE.integers(-2, 3, (3, 5, 5))  # no two sheets, rows or columns are alike, and some are negative
FILTERS = CHANCE.integers(-1, 2, (2, 3, 3, 3))
BIAS = (1, -2)
PADDED = np.pad(INPUT, ((0, 0), (1, 1), (1, 1)))
ANSWER = [
    [
        [int((PADDED[:, 2 * r : 2 * r + 3, 2 * k : 2 * k + 3] * filter_).sum()) + bias for k in range(3)]
        for r in range(3)
    ]
    for filter_, bias in zip(FILTERS, BIAS, strict=True)
]


def sheets(block: np.ndarray, between: str = "\t") -> str:
    return "\n\n".join("\n".join(between.join(map(str, row)) for row in sheet) for sheet in block.tolist())


def numbers_tool(page: Page) -> Locator:
    Screen(page).open("relu", image="chelsea", size=32)
    page.locator(".menu.picture > summary").click()
    page.get_by_role("link", name="Numbers", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".celltable input")).to_have_count(25)
    rest(page)
    return dialog


def use(page: Page, dialog: Locator) -> None:
    dialog.get_by_label("Numbers begin without layers").check()
    dialog.get_by_role("button", name="Use these cells").click()
    expect(dialog).to_have_count(0)
    page.wait_for_url(re.compile("values="))
    rest(page)


def layer(page: Page) -> Screen:
    """Add the layer in its line, as courses write it."""
    line = page.get_by_label("Recipe: the layers in one line").locator("visible=true")
    line.fill("conv2d(2, 3, stride=2, padding=1)")
    line.press("Enter")
    expect(page.locator(".ribbon .stop small").last).to_have_text("3 × 3 × 2")
    rest(page)
    return Screen(page)


def answer_of(page: Page) -> list[list[list[int]]]:
    """The numbers of the layer as the table shows them."""
    screen = Screen(page)
    with screen.changing():
        page.locator(".card .act.main, .card a.act").get_by_text("Done").click()
    page.locator(".looks summary").click()
    page.get_by_role("link", name="All numbers").click()
    expect(page.locator(".look.numbers table.made")).to_have_count(2)
    tables = page.locator(".look.numbers table.made").evaluate_all(
        "all => all.map((table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent)))"
    )
    return [[[int(cell.replace("−", "-")) for cell in row] for row in table] for table in tables]


def test_the_exercise_is_pasted(page: Page) -> None:
    dialog = numbers_tool(page)
    paste(dialog.locator(".celltable input").first, sheets(INPUT))
    expect(dialog.get_by_role("link", name="3", exact=True)).to_be_visible()
    use(page, dialog)
    screen = layer(page)
    np.testing.assert_array_equal(screen.api.output(screen.run["id"], "input"), INPUT)
    page.get_by_role("link", name="Edit this layer").click()
    page.get_by_role("link", name="Filters", exact=True).click()
    rest(page)
    with screen.changing():
        paste(page.locator("input[name='w.0.0.0']"), sheets(FILTERS.reshape(6, 3, 3)))
    rest(page)
    with screen.changing():
        paste(page.locator("input.biasbox"), " ".join(map(str, BIAS)))
    rest(page)
    np.testing.assert_array_equal(screen.api.weight(screen.run["id"], 0), FILTERS)
    assert answer_of(page) == ANSWER
    np.testing.assert_array_equal(screen.api.output(screen.run["id"], 0), ANSWER)


def test_the_exercise_is_typed(page: Page) -> None:
    dialog = numbers_tool(page)
    dialog.get_by_label("channels").fill("3")
    dialog.get_by_label("channels").press("Tab")
    for c, sheet in enumerate(INPUT):
        dialog.get_by_role("link", name=str(c + 1), exact=True).click()
        dialog.get_by_label(f"channel {c + 1}, row 1, column 1", exact=True).focus()
        for number in sheet.ravel():
            page.keyboard.type(str(number))
            page.keyboard.press("Tab")
    use(page, dialog)
    screen = layer(page)
    np.testing.assert_array_equal(screen.api.output(screen.run["id"], "input"), INPUT)
    page.get_by_role("link", name="Edit this layer").click()
    for number, filter_ in enumerate(FILTERS):
        if number:
            page.locator(".which .chip").nth(number).click()
        else:
            page.get_by_role("link", name="Filters", exact=True).click()
        rest(page)
        with screen.changing():
            page.get_by_role("button", name="Zero", exact=True).click()
        rest(page)
        for c, r, k in np.argwhere(filter_):
            page.locator(f"input[name='w.{c}.{r}.{k}']").fill(str(filter_[c, r, k]))
        with screen.changing():
            page.locator("input.biasbox").fill(str(BIAS[number]))
            page.locator("input.biasbox").press("Enter")
        rest(page)
    assert answer_of(page) == ANSWER
