"""Filters are typed, painted, turned, taken back, chosen from the gallery, and painted as patterns to look for."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from app.numerics.kernels import bank
from tests.browser.rest import follow, rest
from tests.browser.screen import Screen, map_is_true

RECIPE = "conv2d(2, 3, weights=random(7)) | relu"


def opened(page: Page, part: str = "weights", recipe: str = RECIPE, **fields: object) -> Screen:
    screen = Screen(page).open(recipe, **{"image": "chelsea", "at": "0.1.3.4", "edit": f"0.{part}", **fields})
    page.wait_for_function(
        "document.querySelector('#filter-form') && !document.querySelector('[data-undo]:not([disabled])')"
    )
    rest(page)
    return screen


def weight(screen: Screen) -> np.ndarray:
    return screen.api.weight(screen.run["id"], 0)


def cell(page: Page, name: str) -> Locator:
    return page.locator(f"input[name='{name}']")


def centre(field: Locator) -> tuple[float, float]:
    box = field.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def choose(page: Page, group: str, number: int) -> str:
    """Take a paint; return what it is."""
    paint = page.locator(f".{group} input[name=brush]").nth(number)
    paint.check(force=True)
    return paint.get_attribute("value") or ""


def test_the_map_follows_what_is_typed_before_it_is_set(page: Page) -> None:
    screen = opened(page)
    address, shown = page.url, page.locator("#filter-live").get_attribute("data-maps")
    cell(page, "w.0.1.1").fill("3.5")
    expect(page.locator("#filter-live")).not_to_have_attribute("data-maps", shown or "")
    maps = page.locator("#filter-live").get_attribute("data-maps") or ""
    run = re.search(r"/runs/(\w+)/", maps)
    assert run
    assert screen.api.weight(run[1], 0)[1, 0, 1, 1] == 3.5
    assert page.locator("#filter-live .map image").get_attribute("href") == maps
    assert {i.get_attribute("href") for i in page.locator(".which .map image").all()} == {maps}
    assert page.url == address
    with screen.changing():
        cell(page, "w.0.1.1").press("Enter")
    assert weight(screen)[1, 0, 1, 1] == 3.5
    map_is_true(screen)


def test_a_field_that_is_left_is_set_before_anything_else_happens(page: Page) -> None:
    screen = opened(page)
    cell(page, "w.0.0.0").fill("0,5")
    with screen.changing():
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "w.0.0.1"
    assert weight(screen)[1, 0, 0, 0] == 0.5
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    cell(page, "w.0.0.1").fill("abc")
    page.get_by_role("link", name="Done").click()  # stays, and says why
    expect(page.locator("#h-filter")).to_contain_text("not 'abc'")
    expect(cell(page, "w.0.0.1")).to_have_value("abc")
    expect(cell(page, "w.0.0.1")).to_have_attribute("aria-invalid", "true")
    cell(page, "w.0.0.1").fill("0.75")
    expect(page.locator("#h-filter")).to_be_empty()
    page.get_by_role("link", name="Done").click()
    expect(page.locator("#card")).to_have_count(0)
    screen.ready()
    assert weight(screen)[1, 0, 0, 1] == 0.75


def test_the_newest_of_quick_edits_is_what_stands(page: Page) -> None:
    screen = opened(page)
    page.evaluate("""async () => {
        for (let i = 1; i <= 12; i++) {
            const field = document.querySelector("input[name='w.0.0.0']");
            field.value = String(i);
            field.dispatchEvent(new Event("input", { bubbles: true }));
            await new Promise((done) => setTimeout(done, 15));
        }
    }""")
    live, told = page.locator("#filter-live"), screen.api.weight
    rest(page)  # nothing older comes after it
    run = re.search(r"/runs/(\w+)/", live.get_attribute("data-maps") or "")
    assert run
    assert told(run[1], 0)[1, 0, 0, 0] == 12


def test_a_stroke_of_the_mouse_is_one_edit_that_can_be_taken_back(page: Page) -> None:
    screen = opened(page)
    old = weight(screen)
    value = float(choose(page, "brush", 5).replace("−", "-"))
    x, y = centre(cell(page, "w.0.0.0"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*centre(cell(page, "w.0.0.2")), steps=6)
    page.mouse.move(*centre(cell(page, "w.0.2.2")), steps=6)
    with screen.changing():
        page.mouse.up()
    wanted = old.copy()
    wanted[1, 0, 0, :] = wanted[1, 0, :, 2] = value
    np.testing.assert_allclose(weight(screen), wanted, atol=1e-6)
    expect(page.locator(".brush input[name=brush]").nth(5)).to_be_checked()  # it goes on painting
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_enabled()
    with screen.changing():
        undo.click()
    np.testing.assert_array_equal(weight(screen), old)
    with screen.changing():
        page.go_forward()
    np.testing.assert_allclose(weight(screen), wanted, atol=1e-6)


def test_one_stroke_paints_all_sheets(page: Page) -> None:
    screen = opened(page)
    value = float(choose(page, "brush", 1).replace("−", "-"))
    page.get_by_role("checkbox", name="in all sheets").check()
    with screen.changing():
        page.mouse.click(*centre(cell(page, "w.1.1.0")))
    np.testing.assert_allclose(weight(screen)[1, :, 1, 0], value)


def test_a_filter_is_painted_and_changed_by_keyboard_alone(page: Page) -> None:
    screen = opened(page)
    cell(page, "w.0.0.0").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.name") == "w.1.1.0"  # past the edge of a sheet, the next
    page.keyboard.type("0.75")
    with screen.changing():
        page.keyboard.press("Enter")
    assert weight(screen)[1, 1, 1, 0] == 0.75
    page.locator(".brush input[name=brush]").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    value = float((page.locator("[name=brush]:checked").get_attribute("value") or "").replace("−", "-"))
    cell(page, "w.2.2.2").focus()
    with screen.changing():
        page.keyboard.press("Space")
    np.testing.assert_allclose(weight(screen)[1, 2, 2, 2], value)
    old = weight(screen)
    page.get_by_role("button", name="Mirror").focus()
    with screen.changing():
        page.keyboard.press("Enter")
    np.testing.assert_array_equal(weight(screen)[1], old[1, ..., ::-1])
    map_is_true(screen)


@pytest.mark.layout
def test_a_finger_paints_and_every_target_is_as_large_as_a_finger(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, has_touch=True)
    screen = opened(page)
    field = cell(page, "w.2.1.1")
    field.evaluate("field => field.scrollIntoView({ block: 'center' })")
    choose(page, "brush", 3)  # which stays beside what is painted
    assert page.evaluate("getComputedStyle(document.querySelector('.cells')).touchAction") == "none"
    before = page.evaluate("scrollY")
    assert before > 0
    with screen.changing():
        page.touchscreen.tap(*centre(field))
    assert weight(screen)[1, 2, 1, 1] == 0
    assert page.evaluate("scrollY") == before, "an edit leaves one where one is"
    for target in page.locator("#card button:visible, #card a:visible, #card .brush label:visible").all():
        box = target.bounding_box()
        assert box
        assert box["height"] >= 44 or target.get_attribute("class") == "sr", target.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_named_filter_replaces_this_one(page: Page) -> None:
    screen = Screen(page).open(RECIPE, image="chelsea", at="0.1.3.4", edit="0.gallery")
    thumb = page.locator(".kernels img.made").first
    page.wait_for_function("document.querySelector('.kernels img.made').naturalWidth > 0")
    assert thumb.evaluate("image => image.naturalWidth") == 32
    old = weight(screen)
    with screen.changing():
        page.get_by_role("button", name="sobel_x as filter 2").click()
    np.testing.assert_array_equal(weight(screen)[1], bank(["sobel_x"], 3)[0][0])
    np.testing.assert_array_equal(weight(screen)[0], old[0])


def test_a_painted_pattern_leads_to_its_best_place(page: Page) -> None:
    screen = opened(page, "pattern", "conv2d(2, 3, weights=random(7))")
    white = [p.get_attribute("value") for p in page.locator("[name=brush]").all()].index("#ffffff")
    for column in range(3):
        colour = choose(page, "brush", 0 if column < 2 else white)
        x, y = centre(cell(page, f"p.0.{column}"))
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(*centre(cell(page, f"p.2.{column}")), steps=8)
        with screen.changing():
            page.mouse.up()
        assert cell(page, f"p.1.{column}").input_value() == colour or column < 2
    filter_ = weight(screen)[1].astype(float)
    wanted = np.array([[[-1, -1, 2]] * 3] * 3) / np.sqrt(54)
    np.testing.assert_allclose(filter_, wanted, atol=1e-5)
    map_ = screen.api.output(screen.run["id"], 0)[1]
    row, column = np.unravel_index(int(map_.argmax()), map_.shape)
    with screen.changing():
        page.locator(".bests a").first.click()
    assert screen.at == f"0.1.{row}.{column}"


def test_a_pattern_is_painted_by_keyboard(page: Page) -> None:
    screen = opened(page, "pattern", "conv2d(2, 3, weights=random(7))")
    cell(page, "p.0.0").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.name") == "p.1.1"
    with screen.changing():
        page.keyboard.press("Space")
    shown = weight(screen)[1, :, 1, 1]
    np.testing.assert_allclose(shown, weight(screen)[1].min(), atol=1e-6)  # black
    assert page.evaluate("document.activeElement.name") == "p.1.1"


def test_without_scripts_fields_and_buttons_are_a_form(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"/?image=chelsea&size=32&recipe={RECIPE}&at=0.1.3.4&edit=0.weights")
    screen = Screen(page)
    old = screen.api.weight(screen.api.run(screen.fields)["id"], 0)
    cell(page, "w.0.0.0").fill("2")
    follow(page.get_by_role("button", name="Negate"))
    after = screen.api.weight(screen.api.run(screen.fields)["id"], 0)
    wanted = old.copy()
    wanted[1] *= -1
    wanted[1, 0, 0, 0] = -2
    np.testing.assert_array_equal(after, wanted)
    assert not page.locator(".brush").is_visible()
