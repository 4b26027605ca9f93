"""The stack as a visitor has it: turned, fanned out, laid flat; a map opened by mouse, keys, touch; hundreds fluid."""

import re
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from app.rendering.palette import signed_bytes, signed_palette
from app.rendering.plane import ACROSS, DEPTH, DOWN
from tests.browser.rest import follow, rest
from tests.browser.screen import PLAIN, Screen
from tests.browser.test_frames import work
from tests.pages.reading import link

PLACE = "0.3.4.5"
STACK = link(PLAIN, at=PLACE, view="stack")
GRID = link(PLAIN, at=PLACE, view="stack", pin="t.34.grid")
MANY = link("conv2d(256, 3)", size="64", at="0.40.7.16", view="stack")
STATE = """() => { const { turn, form, channel, rolled, pointed, from, flown } = document.querySelector("cs-stack");
  return { turn, form, channel, rolled, pointed, still: !from && flown === 1 }; }"""
MIDDLE = """(k) => { const { surface, canvas } = document.querySelector("cs-stack");
  const box = canvas.getBoundingClientRect(), [a, , c] = surface.corners(k);
  return [box.left + (a[0] + c[0]) / 2, box.top + (a[1] + c[1]) / 2]; }"""
PIXELS = """(k) => { const { surface, canvas, maps } = document.querySelector("cs-stack");
  if (!surface.lie) return { found: [] };
  const { xs, ys, scale } = surface.lie, found = [];
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const pen = copy.getContext("2d", { willReadFrequently: true });
  pen.drawImage(canvas, 0, 0);
  for (let row = 0; row < maps.rows; row++) for (let column = 0; column < maps.columns; column++) {
    const [x, y] = [xs[k] + (column + 0.5) * scale, ys[k] + (row + 0.5) * scale].map(Math.floor);
    found.push([...pen.getImageData(x, y, 1, 1).data]);
  }
  return { found, rows: maps.rows, columns: maps.columns }; }"""  # fmt: skip
ALIKE = """({ form, turn }) => { const stack = document.querySelector("cs-stack"), { surface, canvas } = stack;
  const { x, y, width, height } = surface.clip;
  stack.form = form; stack.turn = turn; stack.from = null;
  const lie = stack.lying(), state = { channel: 40, pointed: -1, flown: 1, named: "", settled: false };
  const [one, two] = [false, true].map((quick) => {
    surface.draw(lie, state, quick);
    const [across, down] = [width, height].map((side) => Math.round(side / 6));
    const pen = Object.assign(new OffscreenCanvas(across, down).getContext("2d"), { imageSmoothingQuality: "high" });
    pen.drawImage(canvas, x, y, width, height, 0, 0, across, down);
    return pen.getImageData(0, 0, across, down).data;
  });
  let same = 0, inked = 0;
  for (let i = 0; i < one.length; i += 4) {
    if (one[i + 3] < 255 && two[i + 3] < 255) continue;
    inked++;
    same += [0, 1, 2, 3].every((c) => Math.abs(one[i + c] - two[i + c]) < 24);
  }
  return [same / inked, inked / one.length * 4]; }"""
EACH_FRAME = """() => new Promise((done) => {
  const stack = document.querySelector("cs-stack");
  let t = 0;
  const go = () => {
    if ((t += 40) > 2500) return done();
    MOVE;
    requestAnimationFrame(go);
  };
  go(); })"""
TURNING = EACH_FRAME.replace("MOVE", "stack.rotate(30 + 30 * Math.sin(t / 400))")
SCROLLING = EACH_FRAME.replace("MOVE", "stack.roll(700 - 700 * Math.cos(t / 500))")
FANNING = EACH_FRAME.replace("MOVE", "stack.lay(['fan', 'grid', 'stack', 'fan', 'grid'][Math.floor(t / 620)])")


class Stack(Screen):
    """A page with a stack on it."""

    def ready(self) -> "Stack":
        super().ready()
        self.page.wait_for_function("() => document.querySelector('cs-stack.on')?.surface.lie")  # it has been drawn
        return self

    def follow(self, address: str) -> "Stack":
        super().follow(address)
        return self

    @property
    def now(self) -> dict[str, Any]:
        return dict(self.page.evaluate(STATE))

    def rest(self) -> dict[str, Any]:
        """Wait until nothing moves; return how the stack is held."""
        rest(self.page)
        assert self.now["still"]
        return self.now

    def middle(self, k: int) -> tuple[float, float]:
        x, y = self.page.evaluate(MIDDLE, k)
        return x, y

    def pin(self, pin: str) -> None:
        expect(self.page).to_have_url(re.compile(rf"[?&]pin={re.escape(pin)}(&|$)"))


@pytest.fixture
def stack(page: Page) -> Stack:
    return Stack(page)


def test_the_projection_is_that_of_every_drawing(stack: Stack) -> None:
    stack.follow(STACK)
    found = stack.page.evaluate("async () => (await import('/static/js/stack/volume.js')).turned(34)")
    for axis, wanted in (("across", ACROSS), ("down", DOWN), ("depth", DEPTH)):
        assert found[axis] == pytest.approx(wanted, abs=1e-3)


def test_a_stack_has_the_proportions_of_its_volume(stack: Stack) -> None:
    recipe = "conv2d(6, 5) | conv2d(64, 3, stride=4)"
    wide = []
    for layer in (0, 1):
        stack.follow(link(recipe, at=f"{layer}.3.1.1", view="stack"))
        lie = stack.page.evaluate("() => { const { across, side, xs } = document.querySelector('cs-stack').surface.lie;"
                                  " return [across, side, [...xs]]; }")  # fmt: skip
        (across, _), (side, _), xs = lie
        count, _, columns = stack.run["layers"][layer]["output_shape"]
        assert side / across == pytest.approx(DEPTH[0] / ACROSS[0], abs=0.01)  # a sheet is as thick as a cell is wide
        assert xs[-1] - xs[0] == pytest.approx((count - 1) * side, abs=0.1)
        wide.append(columns * across / (count * side))
    assert wide[0] > 5
    assert wide[1] < 0.2


def test_by_mouse_from_the_menu_to_the_figure(stack: Stack) -> None:
    Screen(stack.page).open(PLAIN, at=PLACE)
    stack.all(".looks summary").click()
    with stack.changing():
        stack.all(".looks a.line[data-look=stack]:visible").click()
    x, y = stack.middle(0)
    stack.page.mouse.move(x, y)
    stack.page.mouse.down()
    stack.page.mouse.move(x + 100, y + 5, steps=5)
    stack.page.mouse.up()
    assert stack.rest()["turn"] == pytest.approx(34 - 35, abs=1)
    assert stack.now["channel"] == 3  # a drag opens nothing
    stack.pin(f"t.{round(stack.now['turn'])}.stack")
    stack.all('cs-stack a[data-form="fan"]').click()
    assert stack.rest()["form"] == "fan"
    stack.page.mouse.click(*stack.middle(0))
    assert stack.rest()["channel"] == 0
    expect(stack.page).to_have_url(re.compile(r"[?&]at=0\.0\.4\.5(&|$)"))
    expect(stack.all("cs-stack [data-opened]")).to_contain_text("Map 1")
    expect(stack.all("cs-stack .sentence")).to_have_text("Map 1 is made from everything before it, through filter 1.")
    kept = stack.page.url
    stack.page.reload()
    stack.ready()
    assert (stack.now["form"], stack.now["channel"]) == ("fan", 0)
    with Screen(stack.page).changing():
        stack.all("[data-figure]").click()
    expect(stack.all("#status [data-map]")).to_have_text("1")
    stack.page.go_back()
    stack.page.wait_for_selector("cs-stack.on")
    assert stack.page.url == kept
    assert (stack.now["form"], stack.now["channel"]) == ("fan", 0)


def test_what_the_mouse_is_over_is_named(stack: Stack) -> None:
    stack.follow(GRID)
    stack.page.mouse.move(*stack.middle(5))
    stack.page.wait_for_function(f"() => ({STATE})().pointed === 5")
    name = stack.page.evaluate("() => document.querySelector('cs-stack').name(5)")
    numbers = stack.api.output(stack.run["id"], 0)[5]
    assert re.fullmatch(r"Map 6, \S+ … \S+", name)
    low, high = (float(part.replace("−", "-")) for part in name.split(", ")[1].split(" … "))
    assert low == pytest.approx(numbers.min(), abs=0.01)
    assert high == pytest.approx(numbers.max(), abs=0.01)
    stack.page.mouse.move(5, 400)
    stack.page.wait_for_function(f"() => ({STATE})().pointed === -1")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pixels_of_the_grid_are_the_numbers(open_page: Callable[..., Page], theme: str) -> None:
    stack = Stack(open_page(color_scheme=theme)).follow(GRID)
    stack.rest()
    output = stack.api.output(stack.run["id"], 0)
    palette = np.frombuffer(signed_palette(theme), np.uint8).reshape(256, 3)  # type: ignore[arg-type]
    for channel in (0, 2, 5):
        seen = stack.page.evaluate(PIXELS, channel)
        pixels = np.array(seen["found"], np.uint8).reshape(seen["rows"], seen["columns"], 4)[1:-1, 1:-1, :3]
        wanted = palette[signed_bytes(output[channel], float(np.abs(output).max()))][1:-1, 1:-1]
        np.testing.assert_array_equal(pixels, wanted)


def test_by_keyboard_alone(stack: Stack) -> None:
    stack.follow(STACK)
    stack.all("cs-stack canvas").focus()
    for _ in range(3):
        stack.press("ArrowLeft")
    assert stack.now["turn"] == 19
    stack.pin("t.19.stack")
    expect(stack.all("cs-stack canvas")).to_have_attribute("aria-valuenow", "19")
    stack.press("Tab")
    focused = stack.page.evaluate("() => document.activeElement.getAttribute('aria-label')")
    assert focused.startswith("Map 4,")
    stack.press("ArrowRight")
    assert stack.now["pointed"] == 4
    stack.press("Enter")
    assert stack.rest()["channel"] == 4
    assert stack.at == "0.4.4.5"
    stack.press("]")
    assert stack.rest()["channel"] == 5
    stack.press("]")
    assert stack.rest()["channel"] == 5
    expect(stack.all("cs-stack svg a[aria-current]")).to_have_attribute("data-channel", "5")
    stack.all('cs-stack a[data-form="grid"]').focus()
    stack.press("Enter")
    assert stack.rest()["form"] == "grid"
    stack.press("Escape")
    expect(stack.all("cs-plate")).to_be_visible()


@pytest.mark.layout
def test_by_touch_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, has_touch=True)
    stack = Stack(page).follow(STACK)
    for target in stack.all("cs-stack .chip").all():
        box = target.bounding_box()
        assert box is not None
        assert box["width"] >= 44
        assert box["height"] >= 44
    x, y = stack.middle(0)
    client, began = page.context.new_cdp_session(page), time.time()

    def touch(kind: str, after: float, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        told = {"type": kind, "touchPoints": points, "timestamp": began + after}
        client.send("Input.dispatchTouchEvent", told)

    touch("touchStart", 0, x, y)
    for i in range(1, 7):
        touch("touchMove", 0.05 * i, x - 10 * i, y)
    touch("touchMove", 1, x - 60, y)  # it rests: lifted in motion it would fling, and the next tap only stop that
    touch("touchEnd", 1.1)
    assert stack.rest()["turn"] == pytest.approx(34 + 21, abs=1)
    stack.all('cs-stack a[data-form="grid"]').tap()
    expect(page).to_have_url(re.compile(r"[.]grid(&|$)"))
    stack.rest()
    page.touchscreen.tap(*stack.middle(1))
    assert stack.rest()["channel"] == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.layout
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768)])
def test_nothing_is_cut_off(open_page: Callable[..., Page], width: int, height: int) -> None:
    stack = Stack(open_page(width, height))
    for form in ("stack", "fan", "grid"):
        for turn in (-70, 0, 34, 70):
            stack.follow(link(PLAIN, at=PLACE, view="stack", pin=f"t.{turn}.{form}"))
            box = stack.all("cs-stack canvas").bounding_box()
            assert box is not None
            corners = stack.page.evaluate(
                "() => { const { surface, maps } = document.querySelector('cs-stack');"
                " return Array.from({ length: maps.count }, (_, k) => surface.corners(k)).flat(); }"
            )
            assert min(x for x, _ in corners) >= 0
            assert max(x for x, _ in corners) <= box["width"]
            assert min(y for _, y in corners) >= 0
            assert max(y for _, y in corners) <= box["height"]
        over = stack.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert over == [width, height]


def test_the_colours_follow_another_scale(stack: Stack) -> None:
    stack.follow(GRID)
    stack.rest()
    before = stack.page.evaluate(PIXELS, 2)["found"]
    href = stack.all("cs-stack image.maps").get_attribute("href")
    stack.page.evaluate(
        "(href) => document.querySelector('cs-stack image.maps').setAttribute('href', href)", f"{href}&theme=dark"
    )
    stack.page.wait_for_function(
        f"(before) => {{ const now = JSON.stringify(({PIXELS})(2).found); return now.length > 2 && now !== before; }}",
        arg=str(before).replace(" ", ""),
    )


def test_with_reduced_motion_nothing_travels(open_page: Callable[..., Page]) -> None:
    stack = Stack(open_page(reduced_motion="reduce")).follow(STACK)
    drawn = """() => new Promise((done) => {
      document.querySelector("cs-stack a[data-form='fan']").click();
      requestAnimationFrame(() => requestAnimationFrame(done));
    })"""
    stack.page.evaluate(drawn)
    assert (stack.now["form"], stack.now["still"]) == ("fan", True), "there after a frame"


def test_without_a_script_every_map_is_a_link(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(STACK)
    maps = page.locator("cs-stack svg.all a")
    expect(maps).to_have_count(6)
    expect(page.locator("cs-stack canvas")).to_be_hidden()
    follow(maps.nth(1))
    assert "at=0.1.4.5" in page.url
    expect(page.locator("cs-stack .sentence")).to_have_text(
        "Map 2 is made from everything before it, through filter 2."
    )


def test_hundreds_that_move_look_like_those_that_stand_still(stack: Stack) -> None:
    stack.follow(MANY)
    stack.rest()
    for form in ("stack", "fan"):
        for turn in (-60, -20, 15, 34, 65):
            same, inked = stack.page.evaluate(ALIKE, {"form": form, "turn": turn})
            assert inked > 0.1
            assert same > 0.9, (form, turn, same)


@pytest.mark.parametrize(
    ("way", "form"), [(TURNING, "stack"), (TURNING, "fan"), (FANNING, "stack"), (SCROLLING, "grid")]
)
def test_two_hundred_and_fifty_six_maps_move_without_a_layout(stack: Stack, way: str, form: str) -> None:
    stack.follow(MANY.replace("view=stack", f"view=stack&pin=t.30.{form}"))
    stack.rest()
    counted = work(stack.page)
    stack.page.evaluate(way)
    layouts, styles = counted()
    print(f"\n{form}: {layouts:.0f} layouts, {styles:.0f} styles")  # noqa: T201
    assert layouts == 0
    assert styles <= 10


def test_hundreds_scroll_by_wheel_keys_and_drag(stack: Stack) -> None:
    stack.follow(MANY.replace("view=stack", "view=stack&pin=t.34.grid"))
    begun = stack.rest()["rolled"]
    stack.page.mouse.move(1000, 400)
    stack.page.mouse.wheel(0, 300)
    stack.page.wait_for_function(f"() => ({STATE})().rolled === {begun + 300}")
    stack.page.mouse.down()
    stack.page.mouse.move(1000, 300, steps=4)
    stack.page.mouse.up()
    assert stack.rest()["rolled"] == pytest.approx(begun + 400)
    stack.all("cs-stack canvas").focus()
    stack.press("End")
    bottom = stack.rest()["rolled"]
    stack.press("ArrowDown")
    assert stack.rest()["rolled"] == bottom
    assert stack.middle(255)[1] < 620
    stack.press("Home")
    assert stack.rest()["rolled"] == 0
    stack.page.keyboard.press("Tab")
    assert stack.rest()["pointed"] == 40
    stack.press("End")  # the last map is scrolled into view
    assert stack.rest()["rolled"] > bottom - 100
