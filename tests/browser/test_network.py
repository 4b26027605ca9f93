"""The network view as a visitor has it: reached by a key, walked by keys, mouse and finger, its light played."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

from app.rendering.palette import signed_bytes, signed_palette
from tests.browser.rest import rest
from tests.browser.screen import FIRST, Screen
from tests.pages.reading import link

SQUEEZENET = link('model("squeezenet")', size=None, at="9.0.20.30")
SMALL = link(FIRST, scale="byte", at="0.3.7.16", view="network")
MOST = 1_500  # elements
PALETTE = np.frombuffer(signed_palette("light"), np.uint8).reshape(256, 3)
MIDDLE = """([layer, index]) => {
  const { scene, paper } = document.querySelector("cs-network"), box = paper.canvas.getBoundingClientRect();
  const sheet = scene.sheets.find((each) => each.layer === layer && each.index === index);
  return [box.left + sheet.x + 0.829 * sheet.w / 2, box.top + sheet.y + (0.107 * sheet.w + 0.982 * sheet.h) / 2];
}"""  # in the projection of app/rendering/plane.py
COLOUR = """([x, y]) => {
  const { canvas } = document.querySelector("cs-network").paper, box = canvas.getBoundingClientRect();
  const copy = new OffscreenCanvas(canvas.width, canvas.height), pen = copy.getContext("2d");
  pen.drawImage(canvas, 0, 0);
  const [left, top] = [x - box.left, y - box.top].map((at) => Math.floor(at * devicePixelRatio));
  return [...pen.getImageData(left, top, 1, 1).data.slice(0, 3)];
}"""
HEADS = """() => [...document.querySelectorAll(".colhead")].filter((e) => e.checkVisibility()).map((e) => {
  const { left, right, top, bottom } = e.getBoundingClientRect();
  return [e.innerText, left, right, top, bottom];
})"""
FREE = """() => {
  const sides = (selector) => document.querySelector(selector).getBoundingClientRect();
  return sides(".transport").top - sides("[data-main]").bottom;
}"""
FOCUS = "() => [document.activeElement.closest('section')?.dataset.layer, document.activeElement.textContent]"


def shown(page: Page) -> None:
    page.wait_for_selector("cs-network.on")
    rest(page)


def colour(page: Page, layer: int, index: int) -> list[int]:
    return list(page.evaluate(COLOUR, page.evaluate(MIDDLE, [layer, index])))


def focus(page: Page) -> list[str]:
    return list(page.evaluate(FOCUS))


def heads(page: Page) -> list[str]:
    found: list[Any] = sorted(page.evaluate(HEADS), key=lambda head: head[1] + head[2])
    for (one, _, right, *_), (other, left, *_) in pairwise(found):
        assert right <= left + 1, f"{one} lies on {other}"
    return [text.split()[0] for text, *_ in found]


def test_squeezenet_at_a_glance(page: Page) -> None:
    screen = Screen(page).follow(SQUEEZENET)
    page.keyboard.press("n")
    shown(page)
    assert page.evaluate("document.querySelectorAll('*').length") < MOST
    blocks = ["conv1", "max", "fire2", "fire3", "max", "fire4", "fire5", "max", *(f"fire{k}" for k in range(6, 10))]
    assert heads(page) == ["Input", *blocks, "conv10", "scores"]
    drawn = page.evaluate("JSON.parse(document.querySelector('cs-network').dataset.drawn)")
    rows, _ = drawn["sides"]["9"]
    links = page.locator("section[data-layer='9'] a")
    channel = int(re.search(r"at=9\.(\d+)", links.first.get_attribute("href") or "")[1])  # type: ignore[index]
    output = screen.api.output(page.evaluate("document.querySelector('#app').dataset.run"), 9)
    near = PALETTE[signed_bytes(output[channel, rows // 2 - 2 : rows // 2 + 2], float(output.max()))].reshape(-1, 3)
    assert colour(page, 9, 0) in near.tolist(), "what is drawn is what the API returns"

    # keys: columns, maps, the figure, and back
    page.keyboard.press("ArrowRight")
    assert focus(page)[0] == "1"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    layer, name = focus(page)
    assert layer == "9"
    with screen.changing():
        page.keyboard.press("Enter")
    channel = int(name.split()[1]) - 1
    expect(page).to_have_url(re.compile(rf"[?&]at=9\.{channel}\.20\.30"))
    assert "view=network" not in page.url
    with screen.changing():
        page.go_back()
    shown(page)

    # a block opens by its head, and Escape folds it
    with screen.changing():
        page.get_by_role("link", name="fire3 128").click()
    shown(page)
    assert {"squeeze1x1", "concat", "fire3"} <= set(heads(page))
    expect(page.locator(".say .sentence")).to_contain_text("Inside fire3 the light takes two ways.")
    expect(page.locator("[data-close]")).to_be_focused()
    with screen.changing():
        page.keyboard.press("Escape")
    shown(page)
    assert heads(page)[1:4] == ["conv1", "max", "fire2"]
    expect(page.get_by_role("link", name="fire3 128")).to_be_focused()

    # the light: what it has not reached is blank paper
    page.locator("#first").click()
    rest(page)
    paper = [246, 244, 238]  # the token --paper
    assert colour(page, 9, 0) == paper
    expect(page.locator("#status")).to_contain_text("layer 0 of 66")
    expect(page.locator(".classes .num").first).to_be_hidden()
    expect(page.locator(".told")).to_be_hidden()
    for _ in range(2):
        page.locator("#next").click()
    rest(page)
    assert colour(page, 9, 0) != paper
    expect(page.locator("#status")).to_contain_text("layer 10 of 66")
    page.select_option("#speed", "4")
    page.locator("#scrub").focus()
    page.keyboard.press("Space")
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#status")).to_contain_text("387,748,520 of 387,748,520")

    expect(page.locator(".told")).to_have_text(re.compile("^It says "))
    lines = page.locator("#help kbd:text-matches('[←↑]')").filter(visible=True)
    page.locator("#help-open").click()
    expect(lines).to_have_text(["← →", "↑ ↓"])
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 844, "height": 390})
    page.wait_for_function(f"() => ({FREE})() >= 0")
    page.set_viewport_size({"width": 1280, "height": 720})
    rest(page)

    # a click on a map opens the figure there
    x, y = page.evaluate(MIDDLE, [9, 2])
    href = links.nth(2).get_attribute("href") or ""
    with screen.changing():
        page.mouse.click(x, y)
    assert re.search(r"at=9\.\d+", page.url)[0] == re.search(r"at=9\.\d+", href)[0]  # type: ignore[index]


def test_a_row_is_lit_by_mouse_keys_and_finger(open_page: Callable[..., Page]) -> None:
    page = open_page(1280, 720)
    screen = Screen(page).follow(SMALL)
    shown(page)
    main = page.locator("[data-main]")
    expect(main).to_have_text("Open map 4")
    page.mouse.click(*page.evaluate(MIDDLE, [1, 1]))
    expect(main).to_have_text("Open map 2")
    assert "at=0.1.7.16" in page.url
    page.keyboard.press("ArrowDown")
    expect(main).to_have_text("Open map 3" if focus(page)[1].startswith("map 3") else "Open map 2")
    page.get_by_role("button", name="6 hue_edge").click()
    expect(main).to_have_text("Open map 6")
    with screen.changing():
        main.click()
    expect(page).to_have_url(re.compile(r"[?&]at=2\.5\."))

    phone = open_page(390, 844, has_touch=True)
    screen = Screen(phone).follow(SMALL)
    shown(phone)
    phone.touchscreen.tap(*phone.evaluate(MIDDLE, [0, 0]))
    expect(phone.locator("[data-main]")).to_have_text("Open map 1")
    rest(phone)
    with screen.changing():
        phone.touchscreen.tap(*phone.evaluate(MIDDLE, [0, 0]))
    assert "at=0.0." in phone.url
