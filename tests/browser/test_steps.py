"""The step machine: one place decides everything, and there are many ways to it, all of which lead back."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from app.explorer.page.keys import KEYS
from tests.browser.rest import follow
from tests.browser.screen import FIRST, START, Screen, map_is_true
from tests.browser.test_slide import same_story

VECTOR = "conv2d(3, 3, weights=random(4)) | max_pool2d(2) | flatten | linear(7, weights=random(2)) | softmax"
QUADS = """() => [...document.querySelectorAll(".plate > .figure")]
  .filter((e) => getComputedStyle(e).display !== "none")
  .flatMap((e) => [...e.querySelectorAll("[data-quad]")].map((quad) => quad.getAttribute("d"))).join()"""


def told(screen: Screen) -> dict[str, Any]:
    """Return everything that the page shows of a place, once it has come to rest."""
    screen.ready()  # a map that was turned to is drawn when its picture has come
    return {
        "at": screen.settled(),
        "address": screen.page.url,
        "status": screen.status,
        "sum": screen.all("#sum").inner_text(),
        "sentence": screen.all("#sum .sentence").text_content(),
        "drawing": [round(float(n)) for n in re.findall(r"-?\d+\.\d", screen.page.evaluate(QUADS))],
        "pixels": screen.pixels().tobytes(),
    }


@pytest.mark.parametrize("at", ["0.1.2.3", "2.0.0.1"])
def test_twenty_steps_forward_and_twenty_back_end_where_they_began(page: Page, at: str) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at=at)
    before, walk = told(screen), []
    for _ in range(20):
        page.locator("#next").click()
        walk.append(screen.place)
    away = told(screen)
    for _ in range(20):
        page.locator("#back").click()
        walk.append(screen.place)
    assert walk == [*range(walk[0], walk[0] + 20), *range(walk[0] + 18, walk[0] - 2, -1)]
    after = told(screen)
    assert after == before
    assert all(away[name] != before[name] for name in before)


def test_the_same_walk_by_keys(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at="0.1.5.5")
    before = told(screen)
    there = ["ArrowRight"] * 8 + ["ArrowDown"] * 6 + ["]"] * 2 + ["ArrowUp"] * 2 + ["ArrowLeft"] * 2
    opposite = {"ArrowRight": "ArrowLeft", "ArrowDown": "ArrowUp", "]": "[", "ArrowUp": "ArrowDown"}
    for key in there:
        screen.press(key)
    assert screen.settled() == "0.3.9.11"
    for key in reversed(there):
        screen.press(opposite.get(key, "ArrowRight"))
    assert told(screen) == before


def test_the_strongest_and_the_weakest_number_are_those_of_the_map(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at="0.2.1.1")
    output = screen.api.output(screen.run["id"], 0)[2]
    for key, index in (("s", output.argmax()), ("w", output.argmin())):
        row, column = np.unravel_index(index, output.shape)
        screen.press(key)
        screen.expect_place(int(index) + 1, 3)
        assert screen.settled() == f"0.2.{row}.{column}"
    page.locator(".jump > summary").click()
    page.get_by_role("link", name="Strongest number").click()
    screen.expect_place(int(output.argmax()) + 1, 3)
    expect(page.locator(".jump .sheet")).to_be_hidden()
    same_story(screen)


def test_a_place_is_asked_for_by_number(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at=START)
    page.locator(".jump > summary").focus()
    screen.press("Enter")
    for name, number in (("to_channel", "5"), ("to_row", "12"), ("to_column", "20")):
        page.locator(f"[name={name}]").fill(number)
    screen.press("Enter")
    screen.expect_place(11 * 28 + 20, 5)
    assert screen.settled() == "0.4.11.19"
    same_story(screen)


def test_a_place_is_asked_for_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/")
    page.locator(".jump > summary").click()
    for name, number in (("to_channel", "2"), ("to_row", "3"), ("to_column", "4")):
        page.locator(f"[name={name}]").fill(number)
    follow(page.locator(".jumps .act"))
    assert page.locator(".sum").get_attribute("data-at") == "0.1.2.3"


def test_a_sweep_goes_row_by_row(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at="0.0.2.5")
    screen.press("r")
    expect(page.locator("#speed")).to_have_value("rows")
    page.evaluate("""() => {
      window.places = [];
      const bar = document.querySelector("#scrub");
      new MutationObserver(() => window.places.push(+bar.getAttribute("aria-valuenow")))
        .observe(bar, { attributes: true, attributeFilter: ["aria-valuenow"] });
    }""")
    screen.press(" ")
    page.wait_for_function("() => new Set(window.places).size >= 4")
    screen.press(" ")
    seen = sorted(set(page.evaluate("window.places")) - {2 * 28 + 6})
    assert seen == [row * 28 for row in range(3, 3 + len(seen))], "the end of each row, none left out"
    same_story(screen)
    map_is_true(screen)


@pytest.mark.parametrize(("speed", "seconds"), [("0.25", 6272), ("1", 1568), ("16", 98), ("rows", 14), ("1", 829_440)])
def test_it_says_how_long_the_rest_takes(page: Page, speed: str, seconds: int) -> None:
    if seconds > 100_000:  # days
        Screen(page).open("conv2d(64, 3, padding=1)", size=128, at="0.13.48.0")
    else:
        Screen(page).open(FIRST, scale="byte", at="0.4.0.0")
    page.locator("#speed").select_option(speed)
    text = page.locator("#status [data-left]").inner_text()
    found = re.match(r"(?:(\d+) d )?(?:(\d+) h ?)?(?:(\d+) min)?(?:(\d+):(\d\d))? left$", text)
    assert found, text
    days, hours, minutes, more, rest = (int(number or 0) for number in found.groups())
    assert more < 60
    assert hours < 24
    told = ((days * 24 + hours) * 60 + minutes + more) * 60 + rest
    assert abs(told - seconds) <= seconds * 0.02 + 1, text


def corner(screen: Screen, row: float, column: float) -> tuple[float, float]:
    """Return where a point of the input's front sheet is in the window."""
    x, y = screen.page.evaluate(
        """([row, column]) => {
          const svg = [...document.querySelectorAll(".plate > .figure")]
            .find((e) => getComputedStyle(e).display !== "none");
          const m = svg.getScreenCTM();
          const sheet = svg.querySelector("[data-input]:not([data-sheet])");
          const [a, b, c, d, e, f] = sheet.dataset.input.split(" ").map(Number);
          const p = new DOMPoint(e + column * a + row * c, f + column * b + row * d).matrixTransform(m);
          return [p.x, p.y];
        }""",
        [row, column],
    )
    return x, y


@pytest.mark.parametrize("view", ["figure", "flat"])
def test_the_window_is_dragged_by_mouse(page: Page, view: str) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at="0.0.5.5", view=view)
    page.mouse.move(*corner(screen, 7.5, 7.5))
    page.mouse.down()
    page.mouse.move(*corner(screen, 12.5, 20.5), steps=5)
    screen.expect_place(10 * 28 + 18 + 1)
    page.mouse.move(*corner(screen, 40, 60), steps=3)  # beyond the picture: to its last place
    screen.expect_place(28 * 28)
    page.mouse.up()
    page.mouse.move(*corner(screen, 3, 3), steps=3)  # let go: it stays
    screen.expect_place(28 * 28)
    same_story(screen)


def test_the_window_is_dragged_by_finger(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, has_touch=True, is_mobile=True)
    screen = Screen(page).open(FIRST, scale="byte", at="0.0.5.5")
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, *points: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    finger("touchStart", corner(screen, 7.5, 7.5))
    for step in range(1, 6):
        finger("touchMove", corner(screen, 7.5 + step, 7.5 + 2 * step))
    finger("touchEnd")
    screen.expect_place(10 * 28 + 15 + 1)
    assert page.evaluate("scrollY") == 0, "the page scrolled under the finger"
    assert screen.settled() == "0.0.10.15"
    map_is_true(screen)


def test_a_vector_is_walked_number_by_number(page: Page) -> None:
    screen = Screen(page).open(VECTOR, image="chelsea", size=12, at="3.0.0.0")
    for key, element in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("End", 6), ("Home", 0)):
        screen.press(key)
        screen.expect_place(element + 1)
        expect(page.locator("#sum .sum")).to_have_attribute("data-at", f"3.{element}.0.0")
        expect(page).to_have_url(re.compile(rf"[?&]at=3\.{element}\.0\.0(&|$)"))
        value = screen.api.step(screen.run["id"], f"3.{element}.0.0")["value"]
        assert abs(float(screen.tag.replace("−", "-")) - value) <= 0.005


def test_every_key_in_the_list_does_something_that_there_is(page: Page) -> None:
    screen = Screen(page).open()
    acts = page.evaluate("async () => Object.keys((await import('/static/js/explorer/keys.js')).ACTS)")
    assert sorted(acts) == sorted({act for key in KEYS for act in key.acts})
    screen.press("?")
    for key in (key for key in KEYS if not key.projector):
        expect(page.locator("#help dt", has_text=re.compile(f"^{re.escape(key.label)}$"))).to_be_visible()
