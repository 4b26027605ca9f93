"""The shift test as a visitor does it: the picture is moved by mouse, keys and touch, and all is counted anew."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import follow, rest
from tests.browser.screen import PLAIN, Screen
from tests.pages.reading import link

POOL = link(PLAIN, at="2.3.4.5", view="shift")
LOADED = """() => [...document.querySelectorAll('#look image')].map((image) => image.getAttribute('href'))"""


@pytest.fixture
def screen(page: Page) -> Screen:
    return Screen(page)


def counts(screen: Screen) -> list[str]:
    return screen.all("#look .counts").all_inner_texts()


def way(screen: Screen) -> str:
    return screen.all("#look header p b").inner_text()


def test_by_mouse_from_the_menu_to_two_pixels(screen: Screen) -> None:
    screen.open(PLAIN, at="2.3.4.5")
    screen.all(".looks summary").click()
    with screen.changing():
        screen.all(".looks a.line").filter(has_text="Shift test").click()
    assert way(screen) == "1 right"
    one = counts(screen)
    assert len(one) == 4
    assert "0 of 756 differ" in one[1]
    assert "2 pixels apart" in one[3]
    with screen.changing():
        screen.all("#shift-right").click()
    assert screen.fields["pin"] == "s.0.2"
    assert way(screen) == "2 right"
    assert "0 of 182 differ" in counts(screen)[3]
    for href in screen.page.evaluate(LOADED):
        assert screen.page.request.get(href).ok
    with screen.changing():
        screen.page.go_back()
    assert counts(screen) == one


def test_by_keyboard_alone(screen: Screen) -> None:
    screen.follow(POOL)
    for button, said in (("down", "1 right, 1 down"), ("left", "1 down"), ("back", "0")):
        screen.all(f"#shift-{button}").focus()
        with screen.changing():
            screen.press("Enter")
        assert way(screen) == said
        expect(screen.all(f"#shift-{button}")).to_be_focused()
    assert all(text.startswith("0 %") for text in counts(screen))


def test_no_further_than_three(screen: Screen) -> None:
    screen.follow(link(PLAIN, at="2.3.4.5", view="shift", pin="s.0.3"))
    expect(screen.all("#shift-right")).to_have_attribute("aria-disabled", "true")
    screen.all("#shift-right").click()
    rest(screen.page)
    assert way(screen) == "3 right"


def test_the_place_moves_on_both_maps_and_the_shift_stays(screen: Screen) -> None:
    screen.follow(link(PLAIN, at="0.3.4.5", view="shift", pin="s.2.0"))
    marks = screen.all("#look li:nth-child(2) .q.result")
    expect(marks).to_have_count(2)
    before = marks.first.get_attribute("d")
    screen.press("ArrowRight")
    expect(screen.all("#look")).to_contain_text("Row 5, column 7:")
    assert marks.first.get_attribute("d") != before
    assert way(screen) == "2 down"
    screen.press("]")
    expect(screen.all("#look li:nth-child(2) h2")).to_contain_text("map 5")
    value = float(screen.api.output(screen.run["id"], 0)[4, 4, 6])
    expect(screen.all("#look li:nth-child(2) .counts")).to_contain_text(f"{value:.2f}".replace("-", "−"))


def test_the_values_wait_for_a_guess(screen: Screen) -> None:
    screen.follow(link(PLAIN, at="0.3.4.5", view="shift", predict="1"))
    expect(screen.all("#look")).not_to_contain_text("Row 5, column 6:")


@pytest.mark.layout
def test_by_touch_on_a_phone_nothing_is_cut_off(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page(390, 844, has_touch=True))
    screen.follow(POOL)
    with screen.changing():
        screen.all("#shift-up").tap()
    assert way(screen) == "1 right, 1 up"
    box = screen.all("#shift-up").bounding_box()
    assert box is not None
    assert box["width"] >= 44
    assert box["height"] >= 44
    for picture in screen.all("#look .crop").all():
        inside = picture.bounding_box()
        assert inside is not None
        assert inside["x"] >= 0
        assert inside["x"] + inside["width"] <= 390


@pytest.mark.layout
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768)])
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_everything_stands_above_the_transport(
    open_page: Callable[..., Page], width: int, height: int, layer: int
) -> None:
    screen = Screen(open_page(width, height))
    screen.follow(link(PLAIN, at=f"{layer}.3.4.5", view="shift"))
    bottom = screen.all(".transport").bounding_box()
    assert bottom is not None
    boxes = [part.bounding_box() for part in screen.all("#look :is(.crop, .counts, .lesson, figcaption):visible").all()]
    assert all(box and box["y"] + box["height"] <= bottom["y"] + 0.5 for box in boxes)
    assert all(box and box["x"] + box["width"] <= width for box in boxes)


def test_without_a_script_the_buttons_are_links(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(POOL)
    follow(page.locator("#shift-down"))
    assert re.search(r"pin=s\.1\.1", page.url)
    expect(page.locator("#look header p b")).to_have_text("1 right, 1 down")
