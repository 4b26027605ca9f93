"""One map enlarged: read by pointer, keys and finger, seen through a loupe, laid over the input, at every size."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import follow, rest
from tests.browser.screen import Screen
from tests.browser.test_looks import findings
from tests.browser.test_places import SMALL
from tests.pages.reading import printed

RECIPE = "conv2d(6, 5, weights=random(7)) | relu"
CELL = """([row, column]) => {
  const svg = document.querySelector("#look .enlarged"), m = svg.getScreenCTM();
  const [x, y] = svg.dataset.mapBox.split(" ").map(Number), [wide, high] = svg.dataset.step.split(" ").map(Number);
  const p = new DOMPoint(x + (column + 0.5) * wide, y + (row + 0.5) * high).matrixTransform(m);
  return [p.x, p.y];
}"""
OUT = """() => [...document.querySelectorAll(".about > *, .where > *, .patch, .board, .histogram")]
  .filter((e) => {
    const { left, right, top, bottom, width } = e.getBoundingClientRect();
    const main = document.querySelector("main").getBoundingClientRect();
    const down = innerWidth > 700 && (top < main.top - 1 || bottom > main.bottom + 1);
    return width && (left < -1 || right > innerWidth + 1 || down);
  }).map((e) => `${e.tagName} ${e.getAttribute("class")} ${JSON.stringify(e.getBoundingClientRect())}`)"""


def opened(page: Page, recipe: str = RECIPE, **fields: object) -> Screen:
    screen = Screen(page).open(recipe, **{"image": "coffee", "at": "0.3.7.16", "view": "map", **fields})
    expect(screen.all("#look .enlarged")).to_be_visible()
    rest(page)
    return screen


def told(screen: Screen, row: int, column: int, channel: int = 3) -> str:
    """What the readout says of a place whose number the API gives."""
    run = screen.all("#app").get_attribute("data-run") or ""
    value = float(screen.api.output(run, 0)[channel, row, column])
    decimals = int(screen.all("#look .enlarged").get_attribute("data-decimals") or 0)
    return f"row {row + 1}, column {column + 1}: {printed(value, decimals):f}".replace("-", "−")


def readout(screen: Screen, row: int, column: int, channel: int = 3) -> None:
    expect(screen.all("#look [data-readout]")).to_have_text(told(screen, row, column, channel))


def test_the_pointer_reads_any_cell_and_a_click_goes_there(page: Page) -> None:
    screen = opened(page)
    readout(screen, 7, 16)
    page.mouse.move(*page.evaluate(CELL, [20, 3]))
    readout(screen, 20, 3)
    page.mouse.move(5, 5)
    readout(screen, 7, 16)
    page.mouse.click(*page.evaluate(CELL, [12, 25]))
    expect(page).to_have_url(re.compile(r"at=0\.3\.12\.25"))
    readout(screen, 12, 25)


def test_the_keys_move_the_cursor_and_the_map_before_is_a_link(page: Page) -> None:
    screen = opened(page)
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    readout(screen, 9, 17)
    with screen.changing():
        page.locator("[data-map-before]").press("Enter")
    assert screen.state["at"] == "0.2.9.17"
    readout(screen, 9, 17, 2)


def test_a_loupe_shows_fifteen_cells_around_what_is_pointed_at(page: Page) -> None:
    screen = opened(page, size=224)
    page.mouse.move(*page.evaluate(CELL, [100, 50]))
    loupe = screen.all("#look svg.loupe")
    expect(loupe).to_be_visible()
    x, y, wide, high = map(float, (loupe.get_attribute("viewBox") or "").split())
    assert (wide, high) == (15, 15)
    assert (x + 5, y + 5) == (50, 100)  # of the picture, on which the map lies two cells in
    before = loupe.get_attribute("viewBox")
    page.mouse.click(*page.evaluate(CELL, [180, 180]))
    readout(screen, 180, 180)
    assert screen.all("#look svg.loupe").get_attribute("viewBox") != before
    assert opened(page).all("#look svg.loupe").count() == 0


def test_the_map_is_laid_over_the_input_by_keys_and_the_address_holds_it(page: Page) -> None:
    screen = opened(page)
    beneath, above = screen.all("#look .beneath"), screen.all("#look .above")
    expect(beneath).to_be_hidden()
    page.locator("#over").focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    expect(beneath).to_be_visible()
    expect(above).to_have_attribute("opacity", "0.6")
    assert screen.fields["over"] == "60"
    page.locator("#over").blur()
    page.keyboard.press("ArrowRight")  # another place keeps it
    readout(screen, 7, 17)
    expect(screen.all("#look .above")).to_have_attribute("opacity", "0.6")
    page.reload()
    expect(screen.all("#look .above")).to_have_attribute("opacity", "0.6")
    lying = {"beneath": ("0", "0", "32", "32"), "above": ("2", "2", "28", "28")}
    for name, where in lying.items():
        for attribute, length in zip(("x", "y", "width", "height"), where, strict=True):
            expect(screen.all(f"#look .{name}")).to_have_attribute(attribute, re.compile(rf"^{length}(\.0)?$"))


def test_a_finger_goes_to_a_cell_and_to_the_strongest_place(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, has_touch=True)
    screen = opened(page)
    page.touchscreen.tap(*page.evaluate(CELL, [10, 10]))
    readout(screen, 10, 10)
    first = screen.all("#look .patch.strongest").first
    row, column = map(int, (first.get_attribute("data-spot") or "").split())
    with screen.changing():
        first.tap()
    readout(screen, row, column)


@pytest.mark.layout
@pytest.mark.parametrize("size", [(1280, 720), (1024, 768), (390, 844)])
def test_nothing_is_cut_off_and_nothing_is_small(open_page: Callable[..., Page], size: tuple[int, int]) -> None:
    page = open_page(*size)
    for fields in ({"scale": "byte"}, {"at": "1.2.3.4", "colours": "one"}, {"size": 224, "range": "0.5", "over": 40}):
        opened(page, **fields)
        assert page.evaluate(OUT) == []
        assert page.evaluate(SMALL) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_without_scripts_the_map_is_all_there(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/?image=coffee&size=224&recipe=conv2d(2, 5)&at=0.1.30.40&view=map&over=50")
    expect(page.locator("#look svg.loupe")).to_be_visible()
    expect(page.locator("#look .beneath")).to_be_visible()
    follow(page.locator(".patch.weakest").first)
    expect(page.locator(".patch.weakest[aria-current]")).to_be_visible()


def test_axe_finds_nothing_wrong_with_map_and_scales_in_the_dark(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(color_scheme="dark")
    opened(page, colours="one", over=70)
    page.locator(".colours-menu > summary").click()
    assert findings(page) == []
