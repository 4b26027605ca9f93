"""The slide: the window moves, the map fills in cell by cell, and every number on the screen is the API's."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import FIRST, PLAIN, START, Screen, map_is_true
from tests.pages.reading import agree, link, number

SMALL = 'conv2d(weights=preset("edge_x", "warm")) | relu'  # on an 8×8 picture: maps of a few dozen places
NEAR = "place => Math.abs(document.querySelector('#scrub').getAttribute('aria-valuenow') - place) <= 2"
PLACES = [
    link(FIRST, scale="byte", at="0.3.7.16"),
    link(FIRST, scale="byte", at="1.3.7.16"),
    link(FIRST, scale="byte", at="2.0.13.13"),
    link(PLAIN, image="chelsea", at="0.2.3.4"),
    link(PLAIN, image="chelsea", at="0.5.27.27"),
    link(PLAIN, image="chelsea", at="1.1.0.0"),
    link(PLAIN, image="chelsea", at="2.4.6.9"),
    link('conv2d(weights=preset("gaussian", "laplacian"))', image="camera", mode="L", at="0.1.9.9"),
    link("conv2d(4, 3, 2, 1, weights=random(3)) | relu | avg_pool2d(2)", image="rocket", at="0.1.0.0"),
    link("conv2d(4, 3, 2, 1, weights=random(3)) | relu | avg_pool2d(2)", image="rocket", at="2.2.3.3"),
    link("conv2d(4, 3) | relu | conv2d(3, 3, weights=random(5))", image="astronaut", at="2.1.5.6"),
    link("conv2d(6, (3, 5), groups=3, weights=random(2))", image="coffee", at="0.4.8.1"),
    link(PLAIN, image="retina", size=None, height=20, width=31, at="0.0.15.26"),
    link(FIRST, scale="byte", at="0.1.4.4", view="flat"),
]


def opened(page: Page, **fields: Any) -> Screen:
    """Open two small maps, at the first place of the first."""
    return Screen(page).open(SMALL, size=8, scale="byte", at=START, **fields)


def same_story(screen: Screen) -> None:
    """Everything on the screen about a place is what the API says about it."""
    at = screen.settled()
    run, sum_ = screen.run, screen.sum
    layer, channel, row, column = map(int, at.split("."))
    facts = run["layers"][layer]
    channels, rows, columns = facts["output_shape"]
    step = screen.api.step(run["id"], at)
    agree(sum_, step)
    assert number(screen.tag) == sum_.total
    work = screen.status[5]
    place = row * columns + column + 1
    done = work // (channels * rows * columns) * (channel * rows * columns + place)
    assert screen.status == [place, rows * columns, channel + 1, channels, done, work]
    if facts["type"] == "conv2d":
        assert work == facts["multiplications"]
    assert screen.shapes() == [run["input"]["shape"], *(layer["output_shape"] for layer in run["layers"])]


@pytest.mark.parametrize("place", PLACES)
def test_the_numbers_on_the_screen_are_the_apis_and_add_up(page: Page, place: str) -> None:
    screen = Screen(page).follow(place)
    same_story(screen)


def test_a_remainder_is_shown_where_rounding_leaves_one_over(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", at=START)
    found = False
    for _ in range(12):
        sum_ = screen.sum
        assert sum_.bias is not None
        assert sum(sum_.terms, sum_.bias) + sum_.remainder == sum_.total
        assert (sum_.remainder != 0) == bool(screen.all("#sum .rest").count())
        found |= sum_.remainder != 0
        if found:
            break
        screen.press("ArrowRight")
        screen.settled()
    assert found, "no remainder in twelve places: choose others"


def test_what_is_written_with_the_first_blocks_is_the_windows_numbers(page: Page) -> None:
    screen = Screen(page).open()
    step = screen.api.step(screen.run["id"], screen.at)
    for name, numbers in (("v", step["patch"]), ("wt", step["kernel"])):
        shown = [number(text) for text in screen.all(f"#sum .block .{name}").all_text_contents()]
        wanted = [value for sheet in numbers for row in sheet for value in row]
        assert all(abs(a - Decimal(b)) <= Decimal("0.005") for a, b in zip(shown, wanted, strict=True))


@pytest.mark.parametrize("at", [START, "1.2.3.0", "2.5.0.0"])
def test_after_n_steps_of_playing_exactly_n_cells_are_drawn(page: Page, at: str) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at=at)
    page.locator("#speed").select_option("16")
    started = screen.place
    map_is_true(screen)
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(
        "(wanted) => +document.querySelector('#scrub').getAttribute('aria-valuenow') >= wanted", arg=started + 30
    )
    page.locator("#play").click()
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "false")
    steps = screen.place - started
    assert steps >= 30
    assert screen.drawn == started + steps
    map_is_true(screen)
    same_story(screen)
    assert screen.drawn == screen.place


def test_steps_go_on_and_back_and_to_both_ends(page: Page) -> None:
    screen = opened(page)
    places = screen.status[1]
    for button, place in (("next", 2), ("next", 3), ("back", 2), ("last", places), ("back", places - 1), ("first", 1)):
        page.locator(f"#{button}").click()
        screen.expect_place(place)
        screen.settled()  # the map is drawn up to its new place when the window has come there
        map_is_true(screen)
    same_story(screen)


def test_the_mouse_scrubs(page: Page) -> None:
    screen = opened(page)
    _, places, _, channels, *_ = screen.status
    box = page.locator("#scrub").bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 1, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, middle, steps=4)
    expect(page.locator("#status [data-map]")).to_have_text("1")
    page.wait_for_function(NEAR, arg=places * channels * 0.25)
    page.mouse.move(box["x"] + box["width"] * 0.75, middle, steps=4)
    page.mouse.up()
    expect(page.locator("#status [data-map]")).to_have_text("2")
    page.wait_for_function(NEAR, arg=places * 0.5)
    screen.settled()
    map_is_true(screen)
    same_story(screen)


def test_the_keyboard_scrubs(page: Page) -> None:
    screen = opened(page)
    places = screen.status[1]
    page.locator("#scrub").focus()
    for key, place in (("ArrowRight", 2), ("End", places), ("ArrowLeft", places - 1), ("Home", 1)):
        screen.press(key)
        screen.expect_place(place)
    assert page.locator("#scrub").get_attribute("aria-valuemax") == str(places)


@pytest.mark.layout
@pytest.mark.parametrize("view", ["figure", "flat"])
@pytest.mark.parametrize("size", [(1280, 720), (1024, 768), (390, 844)], ids=str)
def test_a_click_on_a_cell_of_the_map_goes_there(
    open_page: Callable[..., Page], view: str, size: tuple[int, int]
) -> None:
    screen = Screen(open_page(*size)).open(SMALL, size=16, scale="byte", at="0.1.2.3", view=view)
    for row, column in ((0, 0), (7, 4), (3, 6)):
        screen.visit(row, column)
        columns = screen.run["layers"][0]["output_shape"][2]
        screen.expect_place(row * columns + column + 1, 2)
        assert screen.settled() == f"0.1.{row}.{column}"
        map_is_true(screen)


def test_the_keys_move_the_window(page: Page) -> None:
    screen = Screen(page).open(SMALL, size=8, scale="byte", at="0.0.2.2")
    _, rows, columns = screen.run["layers"][0]["output_shape"]
    for key, (row, column) in (
        ("ArrowRight", (2, 3)), ("ArrowDown", (3, 3)), ("ArrowLeft", (3, 2)), ("ArrowUp", (2, 2)),
        ("Home", (0, 0)), ("ArrowUp", (0, 0)), ("ArrowLeft", (0, 0)), ("End", (rows - 1, columns - 1)),
        ("ArrowDown", (rows - 1, columns - 1)),
    ):  # fmt: skip
        screen.press(key)
        screen.expect_place(row * columns + column + 1, 1)
    assert screen.settled() == f"0.0.{rows - 1}.{columns - 1}"
    map_is_true(screen)


def test_brackets_turn_to_another_filter_and_braces_to_another_layer(page: Page) -> None:
    screen = Screen(page).open(SMALL, size=8, scale="byte", at="0.0.2.2")
    screen.press("]")
    screen.expect_place(screen.place, 2)
    assert screen.settled() == "0.1.2.2"
    map_is_true(screen)
    same_story(screen)
    screen.press("]")  # there is no third
    screen.press("[")
    screen.expect_place(screen.place, 1)
    assert screen.settled() == "0.0.2.2"
    same_story(screen)
    with screen.changing():
        screen.press("}")
    assert screen.settled() == "1.0.2.2"
    map_is_true(screen)
    same_story(screen)
    with screen.changing():
        screen.press("{")
    assert screen.settled() == "0.0.2.2"
    same_story(screen)


def test_a_click_on_a_map_of_the_stack_turns_to_it(page: Page) -> None:
    screen = Screen(page).open(SMALL, size=8, scale="byte", at="0.0.2.2")
    page.locator(".figure.wide [data-channel='1']").first.click()
    expect(page.locator("#status [data-map]")).to_have_text("2")
    assert screen.settled() == "0.1.2.2"
    map_is_true(screen)


def test_space_plays_and_pauses(page: Page) -> None:
    screen = opened(page)
    page.locator("#speed").select_option("4")
    page.locator("#speed").blur()
    screen.press(" ")
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#play")).to_have_attribute("title", "Pause")
    page.wait_for_function("() => +document.querySelector('#scrub').getAttribute('aria-valuenow') >= 3")
    screen.press(" ")
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "false")
    same_story(screen)
    map_is_true(screen)


def test_the_view_is_laid_flat_and_raised_by_a_key_and_keeps_the_place(page: Page) -> None:
    screen = opened(page)
    screen.press("ArrowDown")
    screen.settled()
    with screen.changing():
        screen.press("v")
    assert screen.fields["view"] == "flat"
    assert screen.settled() == "0.0.1.0"
    map_is_true(screen)
    with screen.changing():
        screen.press("V")
    assert screen.fields.get("view", "figure") == "figure"
    assert screen.settled() == "0.0.1.0"
    map_is_true(screen)


def test_help_opens_with_a_key_and_closes_with_escape(page: Page) -> None:
    screen = opened(page)
    screen.press("?")
    expect(page.locator("#help")).to_be_visible()
    screen.press("ArrowRight")
    screen.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    screen.expect_place(1)


def test_escape_closes_a_menu_then_the_card_then_the_fan(page: Page) -> None:
    screen = opened(page)
    card = screen.edit()
    page.locator(".menu.size > summary").click()
    expect(page.locator(".menu.size .sheet")).to_be_visible()
    screen.press("Escape")
    expect(page.locator(".menu.size .sheet")).to_be_hidden()
    expect(card).to_be_visible()
    with screen.changing():
        screen.press("Escape")
    expect(card).to_have_count(0)
    with screen.changing():
        page.get_by_role("link", name="Fan", exact=True).click()
    expect(page.locator(".fancard")).to_have_count(2)
    with screen.changing():
        screen.press("Escape")
    expect(page.locator(".fan")).to_have_count(0)


def test_a_card_of_the_fan_opens_its_map(page: Page) -> None:
    screen = opened(page)
    with screen.changing():
        page.get_by_role("link", name="Fan", exact=True).click()
    with screen.changing():
        page.locator(".fancard").nth(1).click()
    assert screen.settled().startswith("0.1.")
    map_is_true(screen)


def test_typing_in_a_field_moves_nothing(page: Page) -> None:
    screen = opened(page)
    page.locator("#recipe").focus()
    for key in ("End", "ArrowLeft", " ", "v", "?", "]"):
        screen.press(key)
    screen.expect_place(1, 1)
    assert page.locator("#play").get_attribute("aria-pressed") != "true"
    expect(page.locator("#help")).to_be_hidden()


def test_the_speed_that_is_chosen_is_the_speed(page: Page) -> None:
    screen = Screen(page).open(FIRST, scale="byte", at=START)
    page.locator("#speed").select_option("4")
    page.locator("#play").click()
    taken = page.evaluate("""() => new Promise((done) => {
      const bar = document.querySelector("#scrub"), read = () => +bar.getAttribute("aria-valuenow"), from = read();
      let begun = 0, first = 0;
      new MutationObserver(() => {
        if (!begun) { begun = performance.now(); first = read(); }
        else if (read() >= first + 8) done((performance.now() - begun) / (read() - first));
      }).observe(bar, { attributes: true, attributeFilter: ["aria-valuenow"] });
    })""")
    page.locator("#play").click()
    assert 200 <= taken <= 400, f"{taken:.0f} ms a place at 4×"
    expect(page.locator("#status [data-left]")).to_have_text(re.compile(r"^\d+:\d\d left$"))
    same_story(screen)


def test_past_the_end_of_a_map_the_next_filter_goes_on_and_the_last_one_ends(page: Page) -> None:
    screen = Screen(page).open(SMALL, size=8, scale="byte", at=START)
    places = screen.status[1]
    page.locator("#last").click()
    screen.expect_place(places, 1)
    page.locator("#speed").select_option("16")
    page.locator("#play").click()
    expect(page.locator("#status [data-map]")).to_have_text("2")
    expect(page.locator("#play")).to_have_attribute("aria-pressed", "false", timeout=15_000)
    screen.expect_place(places, 2)
    screen.settled()
    assert screen.drawn == places
    map_is_true(screen)
    same_story(screen)


def test_with_reduced_motion_the_window_jumps(open_page: Callable[..., Page]) -> None:
    screen = opened(open_page(reduced_motion="reduce"))
    screen.page.evaluate("""() => {
      window.seen = [];
      const quad = document.querySelector(".figure.wide [data-quad=cell]");
      new MutationObserver(() => window.seen.push(quad.getAttribute("d"))).observe(quad, { attributes: true });
    }""")
    screen.press("ArrowRight")
    screen.expect_place(2)
    screen.settled()
    assert len(set(screen.page.evaluate("window.seen"))) <= 2, "more places than the one before and the one after"
    map_is_true(screen)
    same_story(screen)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_number_has_the_colour_of_its_theme(open_page: Callable[..., Page], theme: str) -> None:
    screen = opened(open_page(color_scheme=theme))
    page = screen.page
    page.locator("#last").click()
    screen.expect_place(screen.status[1])
    map_is_true(screen, theme)
    assert re.match(r"0\.0\.", screen.settled())


@pytest.mark.layout
def test_a_rounding_remainder_moves_nothing(page: Page) -> None:
    screen = Screen(page).open("conv2d(6, 5, weights=random(7)) | relu", image="chelsea", at="0.0.0.0")  # noqa: S104 - a place, not an address
    widths, remainders = set(), set()
    for column in range(1, 7):
        screen.press("ArrowRight")
        screen.expect_place(column + 1)
        expect(page.locator(f'.sum[data-at="0.0.0.{column}"]')).to_be_visible()
        widths.add(tuple(page.locator(".sheets").evaluate("e => [e.clientWidth, e.scrollWidth]")))
        remainders.add(page.locator("#sum .rest").count())
    assert remainders == {0, 1}
    assert len(widths) == 1
