"""Followed home and forward by mouse, by keyboard alone and by touch; nothing is cut, and Back goes back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.rest import follow
from tests.browser.screen import FIRST, Screen
from tests.pages.reading import link
from tests.pages.test_trace import DEEP

HERE = link(FIRST, scale="byte", at="2.3.3.8", view="trace")
FORWARD = link(FIRST, scale="byte", at="2.3.3.8", view="forward", pin="i.0.9.19")
STATES = {
    "home": HERE,
    "forward": FORWARD,
    "long": link(DEEP, scale="byte", at="10.3.0.0", view="trace", pin="h.3"),
    "long forward": link(DEEP, scale="byte", at="6.300.0.0", view="forward", pin="i.0.9.20.4"),
    "five": link(DEEP, at="3.3.2.2", view="trace"),
    "dilated": link("conv2d(4, 3, dilation=3) | relu | conv2d(2, 3, dilation=2)", at="2.1.8.9", view="trace"),
    "padding": link("conv2d(2, 1, padding=4) | relu", at="1.1.0.0", view="trace"),
    "skipped": link("conv2d(2, 3, 4) | relu", at="1.1.0.0", view="forward", pin="i.0.3.3"),
    "large": link("conv2d(8, 7, 2) | relu | global_avg_pool2d", size=224, at="2.1.0.0", view="trace"),
}
POINT = """([name, row, column]) => {
  const hit = [...document.querySelectorAll(`#look .hit[data-${name}]`)].find((e) => e.getClientRects().length);
  const [a, b, c, d, e, f] = hit.dataset[name].split(" ").map(Number), x = column + 0.5, y = row + 0.5;
  const p = new DOMPoint(e + x * a + y * c, f + x * b + y * d).matrixTransform(hit.ownerSVGElement.getScreenCTM());
  return [p.x, p.y];
}"""
CUT = """() => {
  const main = document.querySelector("main").getBoundingClientRect(), wrong = [];
  for (const e of document.querySelectorAll("#look .volhead, #look .hop > *, #look summary, #look h2, #look .act")) {
    const { left, right, top, bottom } = e.getBoundingClientRect();
    const what = `${e.className || e.tagName} ${e.textContent.trim().slice(0, 30)}`;
    if (left < main.left - 1 || right > main.right + 1 || top < main.top - 1 || bottom > main.bottom + 1)
      wrong.push(`${what} ${[left, top, right, bottom].map(Math.round)}`);
    if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline") wrong.push(`wide: ${what}`);
  }
  for (const e of document.querySelectorAll("#look *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const small = parseFloat(getComputedStyle(e).fontSize) < 16;
    if (own && small && e.getClientRects().length) wrong.push(`small: ${e.textContent}`);
  }
  return wrong;
}"""


def point(page: Page, name: str, row: int, column: int) -> tuple[float, float]:
    """Where a cell of the last map (map), or of the picture (pixel), lies in the window."""
    x, y = page.evaluate(POINT, [name, row, column])
    return x, y


def seen(page: Page, volume: int = 0) -> dict[str, list[int]]:
    """The rectangle of a volume that is shown."""
    item = page.locator(f"#look li[data-volume='{volume}']")
    return {side: [int(n) for n in (item.get_attribute(f"data-{side}") or "").split()] for side in ("rows", "columns")}


def at_home(screen: Screen, at: str) -> None:
    """Wait until the way home is that of a place, as the API knows it."""
    expect(screen.page).to_have_url(re.compile(rf"[?&]at={re.escape(at)}(&|$)"))
    field = screen.api.step(screen.run["id"], at)["receptive_field"]
    expect(screen.all("#look li[data-volume='0']")).to_have_attribute("data-rows", " ".join(map(str, field["rows"])))
    assert seen(screen.page) == field


def follows(screen: Screen, row: int, column: int) -> None:
    """Wait until a pixel is followed, and hold what is shown to the API's cone."""
    expect(screen.page).to_have_url(re.compile(rf"[?&]pin=i\.0\.{row}\.{column}(&|$)"))
    expect(screen.all("#look li[data-volume='0']")).to_have_attribute("data-rows", f"{row} {row + 1}")
    expect(screen.all("#look li[data-volume='0']")).to_have_attribute("data-columns", f"{column} {column + 1}")
    fields = {k: v for k, v in screen.state.items() if k != "pin"}
    run = screen.api.run(fields)
    for layer in range(len(run["layers"])):
        cone = screen.api.json(f"/runs/{run['id']}/layers/{layer}/cone?row={row}&column={column}")
        assert seen(screen.page, layer + 1) == cone


def test_home_by_mouse(page: Page) -> None:
    screen = Screen(page).follow(HERE)
    assert page.locator("#look td.won").all_inner_texts() == ["226.15"] * 3
    page.mouse.click(*point(page, "map", 5, 6))
    at_home(screen, "2.3.5.6")
    page.locator("#next").click()
    at_home(screen, "2.3.5.7")
    x, y = point(page, "map", 9, 9)
    page.mouse.move(*point(page, "map", 8, 9))
    page.mouse.down()
    page.mouse.move(x, y, steps=4)
    page.mouse.up()
    at_home(screen, "2.3.9.9")
    with screen.changing():
        page.locator("#look li[data-volume='2'] .volhead").click()
    assert screen.fields["at"].startswith("1.3.")
    assert screen.fields["view"] == "trace"
    with screen.changing():
        page.go_back()
    at_home(screen, "2.3.9.9")
    with screen.changing():
        page.get_by_role("link", name="Back to the figure").click()
    assert page.locator("#plate").count() == 1
    assert screen.at == "2.3.9.9"


def test_home_by_keyboard_alone(page: Page) -> None:
    screen = Screen(page).follow(link(FIRST, scale="byte", at="2.3.3.8"))
    with screen.changing():
        page.keyboard.press("t")
    at_home(screen, "2.3.3.8")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    at_home(screen, "2.3.4.9")
    expect(page.locator("#spoken")).to_contain_text("Traced home: rows 9–14, columns 19–24")
    with screen.changing():
        page.keyboard.press("Escape")
    assert page.locator("#plate").count() == 1


def test_home_and_forward_by_touch(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, has_touch=True)
    screen = Screen(page).follow(HERE)
    page.touchscreen.tap(*point(page, "map", 7, 7))
    at_home(screen, "2.3.7.7")
    screen.follow(FORWARD)
    page.touchscreen.tap(*point(page, "pixel", 20, 12))
    follows(screen, 20, 12)
    with screen.changing():
        page.locator(".around .at12").tap()
    follows(screen, 20, 13)


def test_forward_by_mouse(page: Page) -> None:
    screen = Screen(page).follow(FORWARD)
    follows(screen, 9, 19)
    page.mouse.click(*point(page, "pixel", 0, 31))
    follows(screen, 0, 31)
    page.mouse.move(*point(page, "pixel", 20, 20))
    page.mouse.down()
    page.mouse.move(*point(page, "pixel", 22, 25), steps=5)
    page.mouse.up()
    follows(screen, 22, 25)
    page.mouse.click(*point(page, "map", 2, 3))
    expect(page).to_have_url(re.compile(r"[?&]at=2\.3\.2\.3"))
    follows(screen, 22, 25)
    with screen.changing():
        page.get_by_role("link", name="Trace one home").click()
    assert screen.state["view"] == "trace"
    field = seen(page)
    assert field["rows"][0] <= 22 < field["rows"][1]
    assert field["columns"][0] <= 25 < field["columns"][1]
    with screen.changing():
        page.go_back()
    follows(screen, 22, 25)


def test_forward_by_keyboard_alone(page: Page) -> None:
    screen = Screen(page).follow(FORWARD)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.hit[data-pixel]')"):
            break
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
    follows(screen, 8, 21)
    assert page.evaluate("document.activeElement.matches('.hit[data-pixel]')"), "the picture keeps the focus"
    page.keyboard.press("ArrowLeft")
    follows(screen, 8, 20)
    expect(page.locator("#spoken")).to_contain_text("The pixel at row 9, column 21")
    assert "at=2.3.3.8" in page.url, "the place stays where it is"
    with screen.changing():
        page.keyboard.press("Escape")
    assert page.locator("#plate").count() == 1


def test_a_key_counts_from_the_one_before_though_its_drawing_is_late(page: Page) -> None:
    screen = Screen(page).follow(FORWARD)
    held: list[Route] = []
    page.route("**/parts/look/**", lambda route: held.append(route), times=2)
    picture = page.locator(".hit[data-pixel]:visible")
    picture.focus()
    with page.expect_request("**/parts/look/**"):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    with page.expect_request("**/parts/look/**"):  # for the second, once the first is drawn
        held[0].continue_()
    expect(screen.all("#look li[data-volume='0']")).to_have_attribute("data-columns", "20 21")
    expect(picture).to_be_focused()
    page.keyboard.press("ArrowUp")
    held[1].continue_()
    follows(screen, 8, 21)


def test_the_pixel_stays_from_layer_to_layer_and_is_let_go_with_the_look(page: Page) -> None:
    screen = Screen(page).follow(FORWARD)
    page.mouse.click(*point(page, "pixel", 12, 13))
    follows(screen, 12, 13)
    with screen.changing():
        page.locator(".ribbon a.stop").nth(1).click()
    assert screen.state["at"].startswith("1.")
    assert screen.state["pin"] == "i.0.12.13"
    with screen.changing():
        page.get_by_role("link", name="Back to the figure").click()
    assert "pin" not in screen.state


def test_layers_left_out_are_a_choice_away(page: Page) -> None:
    screen = Screen(page).follow(link(DEEP, scale="byte", at="10.3.0.0", view="trace"))
    page.locator(".leftout summary").click()
    with screen.changing():
        page.locator(".leftout a", has_text="3 · max_pool2d").click()
    assert page.locator("#look li[data-volume]").evaluate_all("all => all.map(e => +e.dataset.volume)") == [0, 3, 4, 11]


def test_without_javascript_it_is_all_there(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(FORWARD)
    follow(page.locator(".around .at00"))
    assert "pin=i.0.8.18" in page.url
    follow(page.get_by_role("link", name="Trace one home"))
    expect(page.locator("#look td.won").first).to_be_visible()
    follow(page.locator("#look li[data-volume='1'] .volhead"))
    expect(page.locator("#look.trace li[data-volume]")).to_have_count(2)


@pytest.mark.layout
@pytest.mark.parametrize("size", [(1280, 720), (1024, 768)])
def test_nothing_is_cut_or_small(open_page: Callable[..., Page], size: tuple[int, int]) -> None:
    page = open_page(*size)
    wrong: dict[str, Any] = {}
    for name, address in STATES.items():
        Screen(page).follow(address)
        if found := page.evaluate(CUT):
            wrong[name] = found
        assert page.evaluate("document.querySelectorAll('*').length") < 1500
    assert not wrong, wrong
