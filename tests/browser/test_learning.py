"""One weight learns, as a person walks it: the tape deck, a press on a weight, another class, the keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import rest
from tests.browser.screen import Screen
from tests.pages.reading import link

NET = "conv2d(4, 3, padding=1, weights=random(7)) | relu | max_pool2d(2) | linear(4) | softmax"
BESIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def weight(**more: object) -> str:
    """Return the address of a weight."""
    return link(NET, size=12, at="0.2.0.0", view="weight", label=1, **more)


def pin(screen: Screen) -> str:
    rest(screen.page)
    return screen.fields.get("pin", "")


def test_the_deck_walks_the_weights_and_the_address_holds_them(page: Page) -> None:
    screen = Screen(page).follow(weight(pin="w.0.0.1"))
    number = page.locator(".equation b").first
    before = number.inner_text()
    page.locator("#next").click()
    expect(number).not_to_have_text(before)
    assert pin(screen) == "w.0.0.2"
    assert screen.fields["at"] == "0.2.0.0"
    expect(page.locator("#spoken")).to_contain_text("Filter 3, red, row 1, column 3")
    for keys, there in ((["ArrowDown", "ArrowLeft"], "w.0.1.1"), (["]"], "w.1.1.1"), (["End"], "w.1.2.2")):
        for key in keys:
            screen.press(key)
        assert pin(screen) == there
    walked = number.inner_text()
    page.reload()
    screen.ready()
    expect(number).to_have_text(walked)
    screen.press("Escape")
    expect(page.locator("cs-plate")).to_be_visible()


def test_a_press_on_a_weight_goes_to_it_and_a_press_on_a_class_takes_it_for_true(page: Page) -> None:
    screen = Screen(page).follow(weight(pin="w.0.1.1"))
    rest(page)
    middle = page.evaluate("""() => {
      const hit = document.querySelector(".figure.wide [data-slice='0']"), m = hit.getScreenCTM();
      const [a, b, c, d, e, f] = hit.dataset.weights.split(" ").map(Number);
      const p = new DOMPoint(e + 2.5 * a + 0.5 * c, f + 2.5 * b + 0.5 * d).matrixTransform(m);
      return [p.x, p.y];
    }""")
    page.mouse.click(*middle)
    assert pin(screen) == "w.0.0.2"
    with screen.changing():
        page.locator(".loss tbody a").nth(3).click()
    assert screen.fields["label"] == "3"
    assert screen.fields["pin"] == "w.0.0.2"
    assert screen.fields["at"] == "0.2.0.0"
    expect(page.locator(".loss tr.true")).to_contain_text("class 4")
    expect(page.locator("#spoken")).to_contain_text("The picture is taken for class 4.")


def test_a_link_keeps_the_number_and_the_weight_that_was_walked_to(page: Page) -> None:
    screen = Screen(page).follow(weight())
    screen.press("ArrowRight")
    assert pin(screen) == "w.0.1.2"
    other = page.locator(".loss tbody a").nth(3)
    other.focus()
    with screen.changing():
        other.press("Enter")
    assert {name: screen.fields[name] for name in ("at", "view", "label", "pin")} == {
        "at": "0.2.0.0",
        "view": "weight",
        "label": "3",
        "pin": "w.0.1.2",
    }
    screen.press("ArrowDown")
    assert pin(screen) == "w.0.2.2"
    with screen.changing():
        page.locator(".ribbon .edit").click()
    assert (screen.fields["at"], screen.fields["pin"]) == ("0.2.0.0", "w.0.2.2")


def test_the_ribbon_follows_what_flows_back_through_every_layer(page: Page) -> None:
    screen = Screen(page).follow(link(NET, size=12, at="0.2.9.6", view="weight", pin="w.0.0.1", label=1))
    stops = page.locator(".ribbon a.stop")
    for layer, at, look in ((1, "1.2.9.6", "back"), (2, "2.2.4.3", "back"), (0, "0.2.8.6", "weight")):
        with screen.changing():
            stops.nth(layer).click()
        assert (screen.fields["at"], screen.fields["view"], screen.fields.get("pin")) == (at, look, None)
    with screen.changing():
        stops.nth(3).click()
    assert "view" not in screen.fields
    expect(page.locator("cs-plate")).to_be_visible()


@pytest.mark.layout
@pytest.mark.parametrize("size", [(390, 844), (844, 390), (1024, 768), (1280, 600)])
def test_nothing_is_cut_and_the_step_is_seen(open_page: Callable[..., Page], size: tuple[int, int]) -> None:
    screen = Screen(open_page(*size)).follow(weight())
    rest(screen.page)
    assert screen.page.evaluate(BESIDE) <= 0
    answer = screen.all(".learns .answer")
    answer.scroll_into_view_if_needed()
    box, deck = answer.bounding_box(), screen.all(".transport").bounding_box()
    assert box
    assert deck
    assert box["y"] + box["height"] <= deck["y"]
    assert size[0] < 700 or box["x"] + box["width"] <= size[0]


def test_it_arrives_once_and_not_at_every_step(page: Page) -> None:
    screen = Screen(page).follow(weight())
    rest(page)
    lasts = "() => getComputedStyle(document.querySelector('.learns')).animationDuration"
    assert page.evaluate(lasts) == "0.24s"
    arrivals = "() => document.getAnimations().filter((one) => one.animationName === 'arrive').length"
    screen.press("ArrowRight")
    expect(page.locator("#look")).to_have_class("look weight moved")
    assert page.evaluate(arrivals) == 0
    page.emulate_media(reduced_motion="reduce")
    screen.follow(weight())
    assert page.evaluate(lasts) == "0s"


@pytest.mark.parametrize("size", [(1366, 625), (1280, 600)])
def test_a_low_window_shows_all_of_it_with_ten_classes_and_the_most_products(
    open_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    trained = link('model("cifar10")', image="coffee", size=32, at="0.3.0.0", view="weight", label=1)
    page = Screen(open_page(*size)).follow(trained).page
    expect(page.locator(".pairs li")).to_have_count(36)
    expect(page.locator("#strip")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0
    total, deck = page.locator(".pairs .part b").bounding_box(), page.locator(".transport").bounding_box()
    assert total
    assert deck
    assert total["y"] + total["height"] <= deck["y"]


def test_a_clicker_goes_from_weight_to_weight_and_from_the_last_back_to_the_path(page: Page) -> None:
    screen = Screen(page).follow(weight(projector=1, pin="w.0.2.1", walk="0.2.0.0.fan"))
    following = page.locator("#path [rel=next] span")
    expect(following).to_have_text("weight 9")
    page.keyboard.press("PageDown")
    expect(following).to_have_text("weight 10")
    assert pin(screen) == "w.0.2.2"
    page.keyboard.press("PageDown")
    expect(following).to_have_text("weight 11")
    assert pin(screen) == "w.1.0.0"
    page.keyboard.press("PageUp")
    expect(following).to_have_text("weight 10")
    assert pin(screen) == "w.0.2.2"
    screen.follow(weight(projector=1, pin="w.2.2.2", walk="0.2.0.0.fan"))
    expect(following).to_have_text("back: all 4 maps")
    page.keyboard.press("PageDown")
    expect(page.locator("#app")).to_have_attribute("data-view", "fan")
