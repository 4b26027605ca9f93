"""Pointing: hover shows what is connected, a click or Enter holds it, Escape lets go; by mouse, by keys, by finger."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import PLAIN, SEEN, Screen
from tests.pages.reading import link

AT = link(PLAIN, scale="byte", at="0.3.7.16")
POOL = link(PLAIN, scale="byte", at="2.3.3.8")
POINT = """([selector, row, column]) => {
  const svg = (SEEN)(), hit = svg.querySelector(selector), m = svg.getScreenCTM();
  const { input, weights, numbers, map } = hit.dataset;
  const [a, b, c, d, e, f] = (input ?? weights ?? numbers ?? map).split(" ").map(Number);
  const x = column + 0.5, y = row + 0.5;
  const p = new DOMPoint(e + x * a + y * c, f + x * b + y * d).matrixTransform(m);
  return [p.x, p.y];
}""".replace("SEEN", SEEN)
PHOTO = "[data-input]:not([data-sheet])"
RED = '[data-weights][data-slice="0"]'
MARKS = "() => (SEEN)().querySelector('[data-pointing]').childElementCount".replace("SEEN", SEEN)


def point(screen: Screen, selector: str, row: int, column: int) -> tuple[float, float]:
    """Return where a cell of a sheet, of a filter's slice or of the map is in the window."""
    x, y = screen.page.evaluate(POINT, [selector, row, column])
    return x, y


def says(screen: Screen, sentence: str) -> None:
    """Wait until the sentence is there."""
    expect(screen.all("#pointed p")).to_have_text(re.compile(sentence))


def nothing(screen: Screen) -> None:
    """Wait until nothing is pointed at."""
    expect(screen.all("#pointed p")).to_have_count(0)
    assert screen.page.evaluate(MARKS) == 0


def away(screen: Screen) -> None:
    """Take the mouse to where nothing is."""
    screen.page.mouse.move(640, 5)


def holds(screen: Screen, pin: str) -> None:
    """Wait until the address holds a pin."""
    expect(screen.page).to_have_url(re.compile(rf"[?&]pin={re.escape(pin)}(&|$)"))


def test_hover_is_a_preview(page: Page) -> None:
    screen = Screen(page).follow(AT)
    page.mouse.move(*point(screen, RED, 1, 2))
    says(screen, r"This weight \(row 2, column 3 of red: [−\d.]+\) multiplies 784 cells, one at each place")
    page.mouse.move(*point(screen, PHOTO, 9, 18))
    says(screen, r"Row 10, column 19 of red \(\d+\) is read by 25 places of each of 6 maps")
    page.mouse.move(*point(screen, '[data-input][data-sheet="1"]', 0, 30))
    says(screen, r"Row 1, column 31 of green \(\d+\) is read by 2 places of each of 6 maps")
    page.mouse.move(*point(screen, "[data-map]", 20, 5))
    says(screen, r"Row 21, column 6 of map 4 reads 75 cells")
    assert screen.at == "0.3.7.16", "looking moves nothing"
    assert "pin" not in screen.fields
    away(screen)
    nothing(screen)


def test_a_click_holds_and_escape_lets_go(page: Page) -> None:
    screen = Screen(page).follow(AT)
    for selector, pin, sentence in ((PHOTO, "i.0.9.18", "is read by 25 places"), (RED, "w.0.2.2", "multiplies 784")):
        page.mouse.click(*point(screen, selector, *map(int, pin.split(".")[2:])))
        holds(screen, pin)
        away(screen)
        says(screen, sentence)
        assert page.evaluate(MARKS) > 0
        expect(page.locator("#spoken")).to_have_text(re.compile(sentence))
        page.keyboard.press("Escape")
        nothing(screen)
        assert "pin" not in screen.fields
    page.mouse.click(*point(screen, RED, 1, 1))
    holds(screen, "w.0.1.1")
    page.mouse.move(*point(screen, RED, 1, 1), steps=2)  # the mouse rests on what is held
    page.keyboard.press("Escape")
    nothing(screen)
    assert "pin" not in screen.fields


def test_back_lets_go_and_a_link_holds(page: Page) -> None:
    screen = Screen(page).follow(AT)
    page.mouse.click(*point(screen, RED, 2, 2))
    holds(screen, "w.0.2.2")
    address = page.url
    with screen.changing():
        page.go_back()
    nothing(screen)
    screen.follow(address)
    says(screen, "multiplies 784 cells")


def test_what_is_held_goes_with_the_window(page: Page) -> None:
    screen = Screen(page).follow(AT + "&pin=i.0.9.18")
    ring = "() => (SEEN)().querySelector('[data-pointing] .ring[transform]:last-of-type').getAttribute('d')"
    first = page.evaluate(ring.replace("SEEN", SEEN))
    page.keyboard.press("ArrowRight")  # the same cell meets the weight before
    page.wait_for_function(f"first => ({ring.replace('SEEN', SEEN)})() !== first", arg=first)
    screen.follow(AT + "&pin=w.0.0.0")
    corner = (
        "() => (SEEN)().querySelector('[data-pointing] .filled').transform.baseVal.consolidate().matrix.e"
    ).replace("SEEN", SEEN)
    first = page.evaluate(corner)
    page.keyboard.press("ArrowRight")
    screen.expect_place(7 * 28 + 18)
    page.wait_for_function(f"first => ({corner})() > first + 2", arg=first)
    says(screen, "multiplies 784 cells")


def test_the_cell_at_work_shows_its_window_in_the_colours_of_its_weights(page: Page) -> None:
    screen = Screen(page).follow(AT)
    page.mouse.click(*screen.cell(7, 16))
    holds(screen, "o")
    away(screen)
    says(screen, "Row 8, column 17 of map 4 reads 75 cells, each in the colour of the weight")
    assert (
        page.evaluate("() => (SEEN)().querySelectorAll('[data-pointing] [data-follow]').length".replace("SEEN", SEEN))
        == 3
    )
    page.keyboard.press("ArrowDown")
    says(screen, "Row 9, column 17 of map 4")
    page.mouse.click(*screen.cell(8, 16))
    away(screen)
    nothing(screen)


def test_pressing_points_and_dragging_moves_the_window(page: Page) -> None:
    screen = Screen(page).follow(AT)
    page.mouse.click(*point(screen, PHOTO, 25, 25))
    holds(screen, "i.0.25.25")
    assert screen.at == "0.3.7.16"
    page.mouse.move(*point(screen, PHOTO, 9, 18))
    page.mouse.down()
    page.mouse.move(*point(screen, PHOTO, 20, 20), steps=4)
    page.mouse.up()
    screen.expect_place(18 * 28 + 18 + 1)
    holds(screen, "i.0.25.25")


def test_by_keyboard_alone(page: Page) -> None:
    screen = Screen(page).follow(AT)
    spoken = page.locator("#spoken")
    page.keyboard.press("p")
    says(screen, "Row 10, column 19 of red")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("]")
    says(screen, "Row 11, column 18 of green")
    expect(spoken).to_have_text(re.compile("Row 11, column 18 of green"))
    assert screen.at == "0.3.7.16"
    page.keyboard.press("p")
    says(screen, r"Filter \(P goes on: Map\)\. This weight .row 3, column 3 of")
    expect(spoken).to_have_text(re.compile(r"Filter \(P goes on: Map\)\. This weight"))
    page.keyboard.press("ArrowUp")
    expect(spoken).to_have_text(re.compile("^This weight .row 2"))  # the part is said once
    page.keyboard.press("Enter")
    holds(screen, "w.0.1.2")
    page.keyboard.press("ArrowDown")  # the arrows are the window's again
    screen.expect_place(8 * 28 + 17)
    says(screen, "This weight .row 2, column 3 of red")
    page.keyboard.press("p")  # on from where Enter held
    says(screen, "Row 9, column 17 of map 4 reads")
    page.keyboard.press("ArrowRight")
    says(screen, "Row 9, column 18 of map 4 reads")
    page.keyboard.press("Escape")  # one level: the cursor is gone, what was held is not
    says(screen, "This weight .row 2, column 3 of red")
    page.keyboard.press("Escape")
    nothing(screen)
    for _ in range(3):
        page.keyboard.press("p")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")  # goes there
    screen.expect_place(8 * 28 + 18)


def test_the_keys_point_at_every_kind_of_layer(page: Page) -> None:
    screen = Screen(page).follow(POOL)
    page.keyboard.press("p")
    says(screen, "of map 4 .* is read by one place of one map")
    page.keyboard.press("p")  # no filter here: the map
    says(screen, "Row 4, column 9 of map 4 reads 4 cells and keeps the largest, with a ring")
    page.keyboard.press("p")
    nothing(screen)
    screen.open("flatten | linear(10)", at="1.3.0.0", size=8)
    page.keyboard.press("p")
    says(screen, "is read by all 10 numbers, each with a weight of its own")
    page.keyboard.press("p")
    says(screen, "nothing is shared")
    page.keyboard.press("p")
    says(screen, "Number 4 reads 192 cells")


def test_a_number_in_a_window_is_a_cell_of_the_input(page: Page) -> None:
    screen = Screen(page).follow(POOL)
    page.mouse.click(*point(screen, "[data-numbers]", 0, 1))
    holds(screen, "i.3.6.17")
    page.keyboard.press("ArrowRight")
    screen.expect_place(3 * 14 + 10)
    screen.settled()
    page.mouse.click(*point(screen, "[data-numbers]", 1, 0))
    holds(screen, "i.3.7.18")


@pytest.mark.layout
def test_by_finger(open_page: Callable[..., Page]) -> None:
    for view in ("figure", "flat"):
        page = open_page(390, 844, has_touch=True, is_mobile=True)
        screen = Screen(page).follow(f"{AT}&view={view}")
        page.touchscreen.tap(*point(screen, PHOTO, 20, 20))
        holds(screen, "i.0.20.20")
        says(screen, "Row 21, column 21 of red .* is read by 25 places of each of 6 maps")
        box = page.locator("#pointed").bounding_box()
        bar = page.locator(".transport").bounding_box()
        assert box
        assert bar
        assert box["y"] + box["height"] <= bar["y"] + 1
        page.locator("#pointed [data-unpin]").tap()
        nothing(screen)
        page.locator('#sum [data-cell="0.1.2"]').tap()
        holds(screen, "w.0.1.2")
        says(screen, "This weight .row 2, column 3 of red")
        page.locator('#sum [data-cell="0.1.2"]').tap()
        nothing(screen)


def test_what_is_held_stays_from_look_to_look_and_belongs_to_its_layer(page: Page) -> None:
    screen = Screen(page).follow(AT)
    page.mouse.click(*point(screen, RED, 2, 2))
    holds(screen, "w.0.2.2")
    with screen.changing():
        page.keyboard.press("v")
    holds(screen, "w.0.2.2")
    says(screen, "multiplies 784 cells")
    with screen.changing():
        page.locator(".ribbon a.stop").last.click()
    assert "pin" not in screen.fields
    nothing(screen)


@pytest.mark.layout
def test_no_sentence_covers_a_number_of_the_sum(open_page: Callable[..., Page]) -> None:
    for size in ((1280, 720), (1024, 768)):
        for address in (f"{AT}&pin=w.1.2.3", f"{AT}&view=flat&pin=i.1.9.9", f"{POOL}&pin=i.3.7.17", f"{POOL}&pin=o"):
            page = open_page(*size)
            screen = Screen(page).follow(address)
            box = screen.all("#pointed").bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= size[0]
            covered = page.evaluate(
                """([x, y, w, h]) => [...document.querySelectorAll("#sum .num, #sum td, #sum .answer, .acts .act")]
                  .filter((e) => { const b = e.getBoundingClientRect(); const { visibility } = getComputedStyle(e);
                    return visibility !== "hidden" && b.width && b.left < x + w && b.right > x
                      && b.top < y + h && b.bottom > y; })
                  .map((e) => e.textContent)""",
                [box["x"], box["y"], box["width"], box["height"]],
            )
            assert not covered, (size, address, covered)
            page.close()
