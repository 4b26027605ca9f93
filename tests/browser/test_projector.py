"""On a projector, at both sizes: large figures, high contrast, nothing outside; a laser. A clicker: test_clicker.py."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import follow, rest
from tests.browser.screen import FIRST, Screen
from tests.pages.reading import link

SIZES = {"large": (1280, 720), "middle": (1024, 768)}
LEAST = {"large": 28, "middle": 24}
VECTOR = "conv2d(6, 5, weights=random(7)) | relu | max_pool2d(2) | flatten | linear(10, weights=random(3)) | softmax"
MANY = "conv2d(64, 3, weights=random(1)) | relu | conv2d(4, 3, weights=random(2))"


def on(recipe: str, **fields: Any) -> str:
    return link(recipe, projector=1, **{"scale": "byte", "at": "0.3.7.16", **fields})


STATES = {
    "figure": on(FIRST),
    "conv": on(FIRST, sheet=0),
    "products": on(FIRST, sheet=0, pin="w.0"),
    "sum": on(FIRST, sheet=3),
    "relu": on(FIRST, at="1.3.7.16"),
    "pool": on(FIRST, at="2.3.3.8"),
    "flat": on(FIRST, view="flat"),
    "flat pool": on(FIRST, view="flat", at="2.3.3.8"),
    "64 maps": on(MANY, at="2.3.5.5", sheet=40),
    "64 maps' sum": on(MANY, at="2.3.5.5", sheet=64),
    "large": on("conv2d(8, 11, weights=random(3))", size=64, at="0.3.5.5", sheet=0),
    "narrow": on("conv2d(4, 1, weights=random(3))", sheet=0),
    "grey": on("conv2d(2, 3, padding=1, weights=random(2))", mode="L", at="0.1.0.0", sheet=0),
    "mean": on("conv2d(6, 5, weights=random(7)) | avg_pool2d(3)", at="1.3.3.7"),
    "nine": on("conv2d(6, 5, weights=random(7)) | max_pool2d(3)", at="1.3.3.7"),
    "norm": on("conv2d(6, 5, weights=random(7)) | batch_norm2d", at="1.3.3.8"),
    "sigmoid": on("conv2d(6, 5, weights=random(7)) | sigmoid", at="1.3.3.8"),
    "leaky": on("conv2d(6, 5, weights=random(7)) | leaky_relu", at="1.3.3.8"),
    "whole mean": on("conv2d(6, 5, weights=random(7)) | global_avg_pool2d", at="1.3.0.0"),
    "flatten": on(VECTOR, at="3.37.0.0"),
    "linear": on(VECTOR, at="4.3.0.0"),
    "softmax": on(VECTOR, at="5.3.0.0"),
}
# every text with a digit that a room reads: how large it is, and how far it stands out from what it stands on
READ = r"""() => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const light = (colour) => {
    const linear = (v) => (v <= 10.3 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgba(colour).map(linear);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const under = (e) => {
    for (let at = e; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (rgba(backgroundColor)[3] === 255) return backgroundColor;
    }
    return "#fff";
  };
  const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const found = [];
  for (const e of document.querySelectorAll("#sum *, .plate > .figure :is(.tag, .read)")) {
    const text = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent).join("").trim();
    const style = getComputedStyle(e), words = e.closest(".sr, small, th, caption, b, .note, .pictured p, [hidden]");
    if (!/\d/.test(text) || !e.getBoundingClientRect().width || style.visibility === "hidden" || words) continue;
    const svg = e.ownerSVGElement, scale = svg ? e.getScreenCTM().d : 1;
    const [ink, ground] = svg ? [style.fill, style.stroke] : [style.color, under(e)]; // letters drawn have a halo
    found.push({ text, size: parseFloat(style.fontSize) * scale, contrast: ratio(ink, ground) });
  }
  return found;
}"""
OUTSIDE = """() => {
  const [W, H] = [innerWidth, innerHeight], found = [], root = document.documentElement;
  if (root.scrollWidth > W || root.scrollHeight > H) found.push(`the page: ${root.scrollWidth} × ${root.scrollHeight}`);
  const parts = "b, small, span, p, a, button, text, td, th, output, h1, h2, summary, .figure, .swatch, .q";
  for (const e of document.querySelectorAll(`#app :is(${parts})`)) {
    const apart = e.closest(".sr, [hidden], details:not([open]) > .sheet, .ribbon ol, .fits, .work, .spare");
    if (apart || !e.checkVisibility({ visibilityProperty: true })) continue;
    const { left, top, right, bottom, width } = e.getBoundingClientRect();
    if (width < 3 || (left > -1.1 && top > -1.1 && right < W + 1.1 && bottom < H + 1.1)) continue;
    const what = `${e.tagName} ${e.getAttribute("class")} ${e.textContent.trim().slice(0, 20)}`;
    found.push(`${what} ${[left, top, right, bottom].map(Math.round)}`);
  }
  const scrolls = (e) => /(auto|scroll)/.test(getComputedStyle(e).overflowX + getComputedStyle(e).overflowY);
  for (const e of document.querySelectorAll("#app *")) {
    if (!e.clientWidth || !scrolls(e) || e.matches("input, .ribbon ol")) continue;
    if (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1) found.push(`${e.className} scrolls`);
  }
  return found;
}"""


@pytest.mark.layout
@pytest.mark.parametrize("size", SIZES)
def test_every_number_can_be_read_from_the_last_row_and_nothing_is_outside(
    open_page: Callable[..., Page], size: str
) -> None:
    screen, wrong = Screen(open_page(*SIZES[size])), []
    others = {"question": on(FIRST, predict=1), "input": link("", projector=1)}
    for name, address in {**STATES, **others}.items():
        page = screen.follow(address).page
        wrong += [f"{name}: {found}" for found in page.evaluate(OUTSIDE)]
        numbers = page.evaluate(READ)
        assert numbers or name in others, name
        for told in numbers:
            if told["size"] < LEAST[size] - 0.01:
                wrong.append(f"{name}: {told['text']} is {told['size']:.1f} px")
            if told["contrast"] < 7:
                wrong.append(f"{name}: {told['text']} stands out by {told['contrast']:.2f}")
    assert not wrong, "\n".join(wrong)


COVERED = """() => {
  const lid = document.querySelector("#pointed").getBoundingClientRect(), found = [];
  const drawn = ".plate > .figure :is(.edge:not(.legend-edge), .name, .tag, .q)";
  const deep = 8; // px of a box below its letters
  const parts = `${drawn}, .block td, .subtotals .num, .maxline .num`;
  for (const e of document.querySelectorAll(parts)) {
    const { left, right, top, bottom, width } = e.getBoundingClientRect();
    const apart = left > lid.right || right < lid.left || top > lid.bottom || bottom - deep < lid.top;
    if (width && !apart) found.push(`${e.tagName} ${e.textContent}`);
  }
  return found;
}"""


@pytest.mark.layout
@pytest.mark.parametrize("size", SIZES)
def test_what_is_pointed_at_covers_nothing_and_the_keys_fit(open_page: Callable[..., Page], size: str) -> None:
    screen = Screen(open_page(*SIZES[size]))
    for at, pin in ("0.3.7.16", "w.1.2.2"), ("1.3.7.16", "i.3.7.16"), ("2.3.3.8", "i.3.7.16"):
        page = screen.follow(on(FIRST, at=at, pin=pin)).page
        assert page.locator("#pointed p").is_visible()
        assert page.evaluate(COVERED) == [], at
    assert (page.locator(".note .said").text_content() or "").endswith(".")
    screen.press("?")
    assert page.locator("#help").evaluate("e => e.open && e.getBoundingClientRect().bottom <= innerHeight")
    assert page.locator("#help").evaluate("e => getComputedStyle(e).overflowY") == "auto", "what is longer scrolls"


@pytest.mark.layout
@pytest.mark.parametrize("size", SIZES)
def test_the_parts_are_as_large_as_they_are_drawn(open_page: Callable[..., Page], size: str) -> None:
    page = Screen(open_page(*SIZES[size])).follow(STATES["conv"]).page

    def px(selector: str) -> float:
        return float(page.locator(selector).first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))

    large = size == "large"
    assert px(".block .v") >= LEAST[size]
    assert px(".subtotals .part .num") == pytest.approx(34 if large else 0.028 * 1024)
    assert px(".subtotals .answer .num") == pytest.approx(46 if large else 0.037 * 1024)
    assert px(".ribbon b") >= 20
    tops = page.evaluate(
        "[...document.querySelectorAll('.bar, .ribbon, main, .transport')].map(e => e.getBoundingClientRect().top)"
    )
    assert tops == [0, 52, 112, (720 if large else 768) - 80]


def test_it_is_light_though_the_system_is_dark(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page(color_scheme="dark")).follow(STATES["conv"])
    assert screen.page.locator("html").get_attribute("data-theme") is None
    assert screen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def expect_sheet(page: Page, sheet: int) -> None:
    """Wait until a sheet speaks, on the screen and in the address."""
    expect(page.locator(".subtotals")).to_have_attribute("data-sheet", str(sheet))
    expect(page).to_have_url(re.compile(rf"[?&]sheet={sheet}(&|$)"))


def test_what_speaks_is_said(page: Page) -> None:
    screen = Screen(page).follow(STATES["conv"])
    screen.press("PageDown")
    number = page.locator(".subtotals .part[aria-current] .num")
    expect(page.locator("#spoken")).to_contain_text(re.compile(r"green speaks: −?[\d.]+\."))
    expect(page.locator("#spoken")).to_contain_text(number.inner_text())


def test_a_sheet_stays_the_one_that_speaks_while_the_window_moves(page: Page) -> None:
    screen = Screen(page).follow(on(FIRST, sheet=1))
    screen.press("ArrowRight")
    screen.settled()
    expect_sheet(page, 1)
    expect(page.locator(".block caption")).to_contain_text("green")


def test_a_click_on_a_subtotal_lets_it_speak_and_the_link_can_be_passed_on(page: Page) -> None:
    screen = Screen(page).follow(STATES["conv"])
    swaps = page.evaluate("window.swaps")
    page.locator(".subtotals .part", has_text="blue").click()
    expect_sheet(page, 2)
    expect(page.locator(".block caption")).to_contain_text("blue")
    assert page.evaluate("window.swaps") == swaps
    page.locator(".subtotals .eq").click()
    expect_sheet(page, 3)
    shown = page.locator("#sum").inner_text()
    screen.follow(page.url)
    assert page.locator("#sum").inner_text() == shown


def test_a_subtotal_is_chosen_with_the_keyboard_and_keeps_the_focus(page: Page) -> None:
    Screen(page).follow(STATES["conv"])
    page.locator(".subtotals .part", has_text="green").focus()
    page.keyboard.press("Enter")
    expect_sheet(page, 1)
    expect(page.locator(".subtotals .part", has_text="green")).to_be_focused()


def test_a_finger_chooses_a_sheet(open_page: Callable[..., Page]) -> None:
    page = Screen(open_page(1024, 768, has_touch=True)).follow(STATES["conv"]).page
    page.locator(".subtotals .part", has_text="blue").tap()
    expect_sheet(page, 2)
    page.locator("#blank-on").tap()
    expect(page.locator("#blank")).to_be_visible()
    page.touchscreen.tap(300, 300)
    expect(page.locator("#blank")).to_have_count(0)


def test_the_button_leads_to_the_projector_and_back_at_the_same_place(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at="0.3.7.16")
    screen.press("ArrowRight")
    at = screen.settled()
    page.locator("#projector").click()
    expect(page.locator("html")).to_have_attribute("data-projector", "")
    screen.ready()
    assert screen.fields["at"] == at
    with screen.changing():
        screen.press("PageDown")
    expect_sheet(page, 0)
    page.locator("#projector").click()
    expect(page.locator("html:not([data-projector])")).to_be_attached()
    assert screen.ready().fields["at"] == at
    page.go_back()
    expect(page.locator("html")).to_have_attribute("data-projector", "")
    expect_sheet(page, 0)


def test_links_to_other_layers_stay_on_the_projector(page: Page) -> None:
    screen = Screen(page).follow(STATES["conv"])
    with screen.changing():
        screen.press("}")
    assert screen.fields["projector"] == "1"
    assert screen.fields["at"].startswith("1.")
    page.go_back()
    expect(page.locator(".subtotals")).to_be_visible()


DOT = """() => {
  const box = document.querySelector("#laser")?.getBoundingClientRect();
  return box && [box.x + box.width / 2, box.y + box.height / 2];
}"""


def test_a_laser_follows_the_pointer_and_stops_no_click(page: Page) -> None:
    screen = Screen(page).follow(STATES["conv"])
    rest(page)
    page.mouse.move(400, 300)
    screen.press("l")
    page.wait_for_selector("#laser")
    assert page.evaluate(DOT) == [400, 300]
    page.mouse.move(640, 500)
    assert page.evaluate(DOT) == [640, 500]
    assert page.evaluate("getComputedStyle(document.querySelector('.subtotals .part')).cursor") == "none"
    page.locator(".subtotals .part", has_text="blue").click()
    expect_sheet(page, 2)
    screen.visit(3, 4)
    screen.expect_place(3 * 28 + 4 + 1)
    expect(page.locator("#laser-on")).to_have_attribute("aria-pressed", "true")
    screen.press("l")
    expect(page.locator("#laser")).to_have_count(0)
    expect(page.locator("#spoken")).to_have_text("The laser pointer is off.")
    screen.press("l")
    expect(page.locator("#spoken")).to_have_text("The laser pointer is on.")


def test_a_finger_that_rests_is_a_laser_until_it_is_lifted(open_page: Callable[..., Page]) -> None:
    page = Screen(open_page(1280, 720, has_touch=True)).follow(STATES["conv"]).page
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[int, int]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    send("touchStart", (900, 300))
    expect(page.locator("#laser")).to_be_visible()
    send("touchMove", (940, 340))
    page.wait_for_function(f"() => JSON.stringify(({DOT})()) === '[940,340]'")
    send("touchEnd")
    expect(page.locator("#laser")).to_have_count(0)


def test_the_keys_of_a_projector_do_nothing_elsewhere(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at="0.3.7.16")
    for key in ("b", ".", "l", "PageDown", "f"):
        screen.press(key)
    expect(page.locator("#blank, #laser")).to_have_count(0)
    assert page.evaluate("document.fullscreenElement === null")
    assert screen.place == 7 * 28 + 16 + 1


def test_without_scripts_the_sheet_of_the_address_speaks(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(on(FIRST, sheet=2))
    expect(page.locator(".block caption")).to_contain_text("blue")
    follow(page.locator(".subtotals .part", has_text="green"))
    expect(page.locator(".block caption")).to_contain_text("green")
    expect(page.locator("#full-on")).to_be_hidden()
