"""Why a map has its size: the window is dragged to the edge by mouse, by keys and by finger, and its places counted."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import Watch
from tests.browser.rest import follow, rest
from tests.browser.screen import START, Screen
from tests.browser.test_looks import findings

SHOWN = """() => {
  const svg = [...document.querySelectorAll("#look svg.places")].find((e) => getComputedStyle(e).display !== "none");
  const box = (e) => ["left", "top", "right", "bottom"].map((side) => e.getBoundingClientRect()[side]);
  return {
    window: box(svg.querySelector('[data-slide="both"] .q.window')), edge: box(svg.querySelector(".edge")),
    hit: box(svg.querySelector("[data-drag]")),
    counts: [...svg.querySelectorAll("[data-count]")].map((e) => +e.textContent),
  };
}"""
OVER = """() => [...document.querySelectorAll("#look, #look .why, #look .board, #look svg.figure")].filter((e) => {
  const { left, right, top, bottom, width } = e.getBoundingClientRect(), wide = innerWidth > 700;
  const main = document.querySelector("main").getBoundingClientRect();
  return width && (left < -1 || right > innerWidth + 1 || (e.clientWidth && e.scrollWidth > e.clientWidth + 1)
    || (wide && (top < main.top - 1 || bottom > main.bottom + 1)));
}).map((e) => e.className.baseVal ?? e.className)"""
CARD = """() => {
  const fields = document.querySelector(".card .cols");
  return [fields.scrollWidth - fields.clientWidth, fields.scrollHeight - fields.clientHeight];
}"""
SMALL = """() => [...document.querySelectorAll("#look *")].filter((e) => {
  const says = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  if (!says || !e.getClientRects().length || e.closest(".sr")) return false;
  const svg = e.ownerSVGElement?.getScreenCTM()?.a ?? 1;
  return parseFloat(getComputedStyle(e).fontSize) * svg < 15.45;
}).map((e) => e.textContent)"""


def opened(page: Page, recipe: str = "conv2d(6, 5, weights=random(7))", **fields: object) -> Screen:
    screen = Screen(page).open(recipe, **{"image": "coffee", "at": "0.3.7.16", "view": "places", **fields})
    expect(screen.all("#look.places")).to_be_visible()
    return screen


def counted(screen: Screen, row: int, column: int) -> None:
    """Wait until row and column are counted on the rulers, under the scrubber and in the words."""
    expect(screen.all("#look .sentence")).to_contain_text(re.compile(rf"Row {row} of \d+, column {column} of"))
    rest(screen.page)  # a window that glides is drawn between two places
    assert screen.page.evaluate(SHOWN)["counts"] == [column, row]


def finger(page: Page) -> Callable[[str, float, float], None]:
    """Return what touches the screen: touchStart, touchMove, touchEnd at a point."""
    session: CDPSession = page.context.new_cdp_session(page)

    def touch(kind: str, x: float, y: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return touch


def test_the_window_is_dragged_to_the_right_edge_and_the_places_counted(page: Page) -> None:
    screen = opened(page)
    seen = page.evaluate(SHOWN)
    left, top, right, bottom = seen["window"]
    y = (top + bottom) / 2
    page.mouse.move((left + right) / 2, y)
    page.mouse.down()
    passed = set()
    for x in range(int(right), int(seen["edge"][2]) + 40, 6):
        page.mouse.move(x, y)
        page.evaluate("() => new Promise(requestAnimationFrame)")  # a move is told of with the next frame
        passed.add(page.evaluate(SHOWN)["counts"][0])
    assert passed >= set(range(20, 29))  # it goes along place by place, at once
    page.mouse.up()
    counted(screen, 8, 28)
    end = page.evaluate(SHOWN)
    assert end["window"][2] == pytest.approx(end["edge"][2], abs=3)  # it touches the edge
    expect(screen.all("#look .sentence")).to_contain_text("touches the right edge: place 28 is the last")
    expect(page).to_have_url(re.compile("at=0.3.7.27"))
    assert screen.status[0] == 7 * 28 + 28


def test_with_padding_the_same_drag_reaches_32_and_back_undoes(page: Page) -> None:
    screen = opened(page, at="0.3.7.27")
    with screen.changing():
        page.locator(".try", has_text="padding").get_by_role("link", name="2", exact=True).click()
    expect(page.get_by_role("heading", name="Why 32?")).to_be_visible()
    assert screen.shapes()[1] == [6, 32, 32]
    assert page.locator("#look svg.places.wide .dots").count() == 1
    seen = page.evaluate(SHOWN)
    y = (seen["window"][1] + seen["window"][3]) / 2
    page.mouse.move((seen["window"][0] + seen["window"][2]) / 2, y)
    page.mouse.down()
    page.mouse.move(seen["hit"][2] - 2, y, steps=6)
    page.mouse.up()
    counted(screen, 8, 32)
    assert page.evaluate(SHOWN)["window"][2] == pytest.approx(seen["hit"][2], abs=3)
    with screen.changing():
        page.go_back()
    expect(page.get_by_role("heading", name="Why 28?")).to_be_visible()


def test_keys_alone_open_it_go_to_the_edge_and_try_a_stride(page: Page) -> None:
    screen = Screen(page).open("conv2d(6, 5, weights=random(7))", image="coffee", at="0.3.7.26")
    page.locator(".looks summary").focus()
    screen.press("Enter")
    why = page.locator(".looks .sheet a", has_text="Why this size?")
    for _ in range(12):
        screen.press("Tab")
        if why.evaluate("e => e === document.activeElement"):
            break
    with screen.changing():
        screen.press("Enter")
    screen.press("ArrowRight")
    counted(screen, 8, 28)
    screen.press("ArrowRight")
    screen.press("ArrowDown")
    counted(screen, 9, 28)
    expect(page.locator("#spoken")).to_contain_text("Row 9 of 28, column 28 of 28.")
    stride = page.locator(".try", has_text="stride").get_by_role("link", name="3", exact=True)
    for _ in range(60):
        screen.press("Tab")
        if stride.evaluate("e => e === document.activeElement"):
            break
    with screen.changing():
        screen.press("Enter")
    expect(page.get_by_role("heading", name="Why 10?")).to_be_visible()
    assert screen.shapes()[1] == [6, 10, 10]
    with screen.changing():
        screen.press("Escape")
    expect(page.locator("#plate")).to_be_visible()


def test_a_finger_drags_the_window_and_the_page_stays_still(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, has_touch=True)
    screen = opened(page, at=START)
    page.locator("#look svg.places.narrow").scroll_into_view_if_needed()
    scrolled = page.evaluate("scrollY")
    seen = page.evaluate(SHOWN)
    touch = finger(page)
    touch("touchStart", seen["window"][0] + 10, seen["window"][1] + 10)
    for part in range(1, 9):
        across = part * (seen["edge"][2] - seen["window"][0]) / 8
        touch("touchMove", seen["window"][0] + across, seen["window"][1] + part * 20)
    touch("touchEnd", 0, 0)
    expect(screen.all("#look .sentence")).to_contain_text("column 28 of 28")
    rest(page)
    assert page.evaluate("scrollY") == scrolled
    assert page.evaluate(SHOWN)["counts"][0] == 28


def test_playing_carries_the_window_along(page: Page) -> None:
    screen = opened(page, at=START)
    page.locator("#speed").select_option("16")
    screen.press(" ")
    expect(screen.all("#look .sentence")).to_contain_text(re.compile("Row [2-9] of 28"), timeout=15_000)
    screen.press(" ")
    place = screen.place - 1
    counted(screen, place // 28 + 1, place % 28 + 1)


def test_without_scripts_links_go_to_the_edges(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/?image=coffee&size=32&recipe=conv2d(6, 5)&view=places&at=0.0.3.4")
    follow(page.get_by_role("link", name="To the right edge"))
    expect(page.locator(".sentence")).to_contain_text("Row 4 of 28, column 28 of 28.")
    follow(page.get_by_role("link", name="To the bottom edge"))
    expect(page.locator(".sentence")).to_contain_text("Row 28 of 28, column 28 of 28.")


@pytest.mark.layout
@pytest.mark.parametrize("size", [(1280, 720), (1024, 768), (390, 844)])
def test_nothing_is_cut_and_nothing_is_small(open_page: Callable[..., Page], size: tuple[int, int]) -> None:
    page = open_page(*size)
    for recipe in ("conv2d(6, 5)", "conv2d(2, (3, 5), stride=(2, 4), dilation=2)", "max_pool2d(3, 2, ceil_mode=True)"):
        screen = opened(page, recipe, at="0.1.4.4")
        assert screen.page.evaluate(OVER) == [], recipe
        assert screen.page.evaluate(SMALL) == [], recipe
        screen.open(recipe, image="coffee", at="0.1.4.4", edit="0")
        across, down = page.evaluate(CARD)
        assert across <= 0, f"{recipe}: the card scrolls by {across} px across"
        assert size[0] < 700 or down <= 1, f"{recipe}: the card scrolls by {down} px"


def test_axe_finds_nothing_in_the_dark(open_page: Callable[..., Page]) -> None:
    page = open_page(color_scheme="dark")
    opened(page, "conv2d(6, 5, padding=2, stride=2)")
    assert findings(page) == []


@pytest.mark.layout
def test_a_card_holds_its_settings_within_their_ranges(page: Page, watch: Watch) -> None:
    watch.expects(422)
    screen = Screen(page).open("conv2d(6, 5)", image="coffee")
    card = screen.edit()
    expect(card.locator("#h-padding")).to_contain_text("0 to 4. Beyond, it reads only zeros.")
    for _ in range(4):
        with screen.changing():
            card.get_by_role("button", name="padding +1", exact=True).click()
    expect(card.get_by_role("button", name="padding +1", exact=True)).to_be_disabled()
    card.locator("#f-padding").fill("5")
    card.locator("#f-padding").press("Enter")
    expect(card.locator("#h-padding [role=alert]")).to_contain_text("only zeros")
    expect(card.locator("#f-padding")).to_be_visible()
    assert "padding=4" in screen.all("#recipe").input_value()
    with screen.changing():
        card.get_by_role("link", name="Why 36?").click()
    expect(page.get_by_role("heading", name="Why 36?")).to_be_visible()
