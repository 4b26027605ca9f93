"""Every kind of layer on the screen: what pooling keeps and drops, dead maps, and vectors number by number."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import SEEN, START, Screen
from tests.pages.reading import link

POOLED = "conv2d(4, 3, weights=random(7)) | relu | max_pool2d(3)"
NEGATED = "conv2d(weights=values([[[[-1]],[[-1]],[[-1]]],[[[1]],[[1]],[[1]]],[[[-2]],[[0]],[[0]]]])) | relu"
VECTOR = "conv2d(6, 5) | relu | max_pool2d(2) | flatten | linear(10, weights=random(3)) | tanh | sigmoid | softmax"
KEPT = "conv2d(4, 3) | batch_norm2d | leaky_relu(negative_slope=0.2) | global_avg_pool2d | linear(10) | softmax"
READABLE = """() => {
  const svg = (SEEN)(), texts = [...svg.querySelectorAll(".lens text")], k = svg.getScreenCTM().a;
  const boxes = texts.map((e) => e.getBoundingClientRect()).map(({ left, right, top, bottom, height }) =>
    ({ left: left + 0.5, right: right - 0.5, top: top + 0.3 * height, bottom: bottom - 0.3 * height }));
  const over = (p, q) => p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom;
  return [Math.min(...texts.map((e) => k * parseFloat(e.getAttribute("font-size")))),
    boxes.filter((p, i) => boxes.some((q, j) => j > i && over(p, q))).length];
}""".replace("SEEN", SEEN)
NUMBER = re.compile(r"−?\d+\.\d+")


def part(screen: Screen, selector: str) -> int:
    """Return how many such elements the drawing on the screen has."""
    return int(screen.page.evaluate(f"(name) => ({SEEN})().querySelectorAll(name).length", selector))


def tied(screen: Screen) -> tuple[int, int, int]:
    """Return a place of the pool where some numbers, not all, are equally large: row, column, how many."""
    run = screen.run["id"]
    for row in range(10):
        for column in range(10):
            step = screen.api.step(run, f"0.0.{row}.{column}")
            if 1 < len(step["winners"]) < 9:
                return row, column, len(step["winners"])
    raise AssertionError("no ties here")


def number(screen: Screen, at: str) -> float:
    return float(screen.api.step(screen.run["id"], at)["value"])


# ---- pooling


def test_a_tie_marks_all_and_drops_the_rest(page: Page) -> None:
    screen = Screen(page).open("max_pool2d(3)", size=32, scale="byte", image="coins", mode="L", at=START)
    row, column, ties = tied(screen)
    screen.visit(row, column)
    screen.settled()
    expect(page.locator("#sum .note")).to_contain_text(f"A tie: {ties} of the 9")
    assert part(screen, ".lens .q.result") == ties
    assert part(screen, ".lens .grid.dropped") == 1
    assert len(page.locator("#sum .cand.won").all()) == ties


def test_what_no_window_keeps_is_dimmed(page: Page) -> None:
    screen = Screen(page).open(POOLED, at="2.1.3.3")
    veil = page.evaluate(f"() => ({SEEN})().querySelector('image[href*=\"kept.png\"]').getAttribute('href')")
    clear = page.evaluate(
        """async (href) => { const i = new Image(); i.src = href; await i.decode();
        const c = new OffscreenCanvas(i.width, i.height).getContext("2d"); c.drawImage(i, 0, 0);
        const d = c.getImageData(0, 0, i.width, i.height).data;
        return d.filter((_, k) => k % 4 === 3 && d[k] === 0).length; }""",
        veil,
    )
    kept = set()
    for r in range(10):
        for c in range(10):
            kept |= {(w["row"], w["column"]) for w in screen.api.step(screen.run["id"], f"2.1.{r}.{c}")["winners"]}
    assert clear == len(kept)
    screen.follow(link(POOLED, at="1.1.3.3"))
    assert part(screen, "image[href*='kept.png']") == 0


def test_it_is_said_where_the_kept_number_sat(page: Page) -> None:
    Screen(page).open("conv2d(4, 3) | max_pool2d(2)", at="1.1.3.3")
    expect(page.locator("#sum .note")).to_contain_text(re.compile("the one at the (top|bottom) (left|right)"))
    Screen(page).open("conv2d(4, 3) | max_pool2d(4)", at="1.1.3.3")
    expect(page.locator("#sum .note")).to_contain_text(re.compile(r"row \d, column \d of the window"))


@pytest.mark.layout
@pytest.mark.parametrize("size", [5, 7])
@pytest.mark.parametrize("view", ["figure", "flat"])
def test_numbers_of_a_large_window_can_be_read(page: Page, size: int, view: str) -> None:
    screen = Screen(page).open(f"conv2d(4, 3) | max_pool2d({size})", at="1.1.1.1", view=view)
    assert part(screen, ".lens text") == size * size
    smallest, overlaps = page.evaluate(READABLE)
    assert smallest >= 14
    assert overlaps == 0


def test_a_window_too_large_for_numbers_shows_the_winner(page: Page) -> None:
    screen = Screen(page).open("conv2d(4, 3) | max_pool2d(12)", at="1.1.1.1")
    assert part(screen, ".lens text") == 1
    assert part(screen, ".lens path") < 20


# ---- ReLU


def test_dead_maps_are_named_and_linked(page: Page) -> None:
    screen = Screen(page).open(NEGATED, at="1.1.3.3")
    note = page.locator("#sum .note")
    expect(note).to_contain_text("2 maps are dead")
    with screen.changing():
        note.get_by_role("link", name="map 3").click()
    assert screen.settled() == "1.2.3.3"
    expect(note).to_contain_text("Map 3 is dead: every number is 0.")
    expect(page.locator("#sum .sentence")).to_contain_text("Map 3 is dead")
    screen.follow(link(NEGATED, at="1.1.3.3", view="fan"))
    expect(page.locator(".fancard .flag")).to_have_count(2)


def test_dead_maps_are_reached_by_the_keyboard(page: Page) -> None:
    screen = Screen(page).open(NEGATED, at="1.1.3.3")
    page.locator("#sum .note a").first.focus()
    with screen.changing():
        screen.press("Enter")
    assert screen.settled() == "1.0.3.3"


# ---- vectors


@pytest.mark.parametrize("layer", [4, 5, 7])
def test_arrow_keys_walk_through_a_vector(page: Page, layer: int) -> None:
    screen = Screen(page).open(VECTOR, at=f"{layer}.0.0.0")
    for place in (1, 2, 3):
        screen.press("ArrowDown")
        screen.expect_place(place + 1)
        expect(page.locator("#sum .sum")).to_have_attribute("data-at", f"{layer}.{place}.0.0")
    screen.press("ArrowUp")
    screen.expect_place(3)
    expect(page).to_have_url(re.compile(rf"at={layer}\.2\.0\.0"))
    tag = float(screen.tag.replace("−", "-"))
    assert abs(tag - number(screen, f"{layer}.2.0.0")) < 0.006


def test_cells_of_a_vector_are_clicked(page: Page) -> None:
    screen = Screen(page).open(VECTOR, at="4.0.0.0", view="flat")
    screen.visit(6, 0)
    screen.expect_place(7)
    expect(page.locator("#sum .sum")).to_have_attribute("data-at", "4.6.0.0")
    expect(page.locator("#status")).to_contain_text("number 7 of 10")
    assert NUMBER.fullmatch(page.locator("#sum .answer .num").inner_text())


@pytest.mark.layout
def test_cells_of_a_vector_are_tapped(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, has_touch=True)
    screen = Screen(page).open(VECTOR, at="7.0.0.0")
    page.touchscreen.tap(*screen.cell(4, 0))
    expect(page.locator("#sum .sum")).to_have_attribute("data-at", "7.4.0.0")
    page.locator(".shares a").nth(8).tap()
    expect(page.locator("#sum .sum")).to_have_attribute("data-at", "7.8.0.0")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.layout
@pytest.mark.parametrize("recipe", [VECTOR, KEPT])
def test_every_kind_is_seen_in_every_drawing_without_complaint(open_page: Callable[..., Page], recipe: str) -> None:
    page = open_page(1024, 768)
    screen = Screen(page).open(recipe)
    shapes = screen.shapes()[1:]
    for layer, (count, _, _) in enumerate(shapes):
        for view in ("figure", "flat", "fan"):
            screen.follow(link(recipe, at=f"{layer}.{count // 2}.0.0", view=view))
            size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
            assert size[0] == 1024, (layer, view)
            assert size[1] == 768 or view == "fan", (layer, view)  # whose cards go on below the window
            assert page.evaluate("document.querySelectorAll('*').length") < 1500
