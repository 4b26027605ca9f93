"""Layers, their settings and their weights are edited, and the resulting shape is there at once."""

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from app.printing.numbers import brief
from tests.browser.conftest import Watch
from tests.browser.screen import PLAIN, START, Screen, map_is_true


def opened(page: Page, recipe: str = PLAIN, **fields: object) -> Screen:
    return Screen(page).open(recipe, **{"image": "chelsea", "at": "0.2.3.4", **fields})


def recipe_of(screen: Screen) -> str:
    return screen.all("#recipe").input_value()


def typed(screen: Screen, card: Locator, name: str, text: str) -> None:
    """Type a setting and leave the field."""
    field = card.locator(f"#f-{name}")
    field.fill(text)
    with screen.changing():
        field.press("Enter")


def is_true(screen: Screen, *shapes: list[int]) -> None:
    """The ribbon says the shapes, and they are the API's; the map is true."""
    assert screen.shapes() == [[3, 32, 32], *shapes]
    assert [layer["output_shape"] for layer in screen.run["layers"]] == list(shapes)
    assert screen.run["recipe"] == recipe_of(screen)
    map_is_true(screen)


def test_a_layer_is_added_moved_and_removed(page: Page) -> None:
    screen = opened(page, "conv2d(6, 5, weights=random(7))")
    page.evaluate("window.loadedOnce = true")
    screen.add("relu")
    assert recipe_of(screen).endswith("| relu")
    is_true(screen, [6, 28, 28], [6, 28, 28])
    screen.add("max_pool2d")
    is_true(screen, [6, 28, 28], [6, 28, 28], [6, 14, 14])
    assert screen.at.startswith("2.")
    card = screen.edit()
    with screen.changing():
        card.get_by_role("button", name="Earlier").click()
    is_true(screen, [6, 28, 28], [6, 14, 14], [6, 14, 14])
    assert screen.at.startswith("1.")
    with screen.changing():
        card.get_by_role("button", name="Later").click()
    is_true(screen, [6, 28, 28], [6, 28, 28], [6, 14, 14])
    with screen.changing():
        card.get_by_role("link", name="Remove layer").click()
    is_true(screen, [6, 28, 28], [6, 28, 28])
    expect(screen.all("#card")).to_have_count(0)
    assert page.evaluate("window.loadedOnce")  # links and forms led to other states of the same page


def test_what_is_pressed_before_a_setting_has_arrived_waits_for_it(page: Page) -> None:
    screen = opened(page, "conv2d(4, 3)")
    card = screen.edit()
    card.locator("#f-stride").fill("2")
    card.get_by_role("button", name="out_channels +1").click()
    expect(screen.all("#recipe")).to_have_value("conv2d(5, 3, 2)")
    card.locator("#f-padding").fill("1")
    card.get_by_role("link", name="Done").click()
    expect(card).to_have_count(0)
    assert recipe_of(screen) == "conv2d(5, 3, 2, 1)"


def test_what_was_refused_makes_room_for_what_holds(page: Page, watch: Watch) -> None:
    watch.expects(422)
    screen = opened(page, "conv2d(4, 3)")
    card = screen.edit()
    stride = card.locator("#f-stride")
    stride.fill("abc")
    card.get_by_role("link", name="Done").click()
    expect(card.locator("#h-stride .wrong")).to_be_visible()
    expect(stride).to_have_attribute("aria-invalid", "true")
    with screen.changing():
        card.get_by_role("button", name="out_channels +1").click()
    expect(stride).to_have_value("1")
    assert stride.get_attribute("aria-invalid") is None
    assert recipe_of(screen) == "conv2d(5, 3)"
    stride.fill("99999")
    stride.press("Enter")
    expect(card.locator("#h-stride .wrong")).to_be_visible()
    with screen.changing():
        card.get_by_role("button", name="stride +1").click()
    assert recipe_of(screen) == "conv2d(5, 3, 2)"


def test_all_layers_can_be_removed_and_a_first_one_added(page: Page) -> None:
    screen = opened(page, "conv2d(6, 5, weights=random(7))")
    card = screen.edit()
    with screen.changing():
        card.get_by_role("link", name="Remove layer").click()
    assert recipe_of(screen) == ""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    with screen.changing():
        page.locator(".empty a.act").first.click()
    assert len(screen.shapes()) == 2
    map_is_true(screen)


def test_a_setting_is_stepped(page: Page) -> None:
    screen = opened(page)
    card = screen.edit()
    with screen.changing():
        card.get_by_role("button", name="out_channels +1").click()
    is_true(screen, [7, 28, 28], [7, 28, 28], [7, 14, 14])
    with screen.changing():
        card.get_by_role("button", name="padding +1", exact=True).click()
    is_true(screen, [7, 30, 30], [7, 30, 30], [7, 15, 15])
    with screen.changing():
        card.get_by_role("button", name="stride +1").click()
    is_true(screen, [7, 15, 15], [7, 15, 15], [7, 7, 7])
    with screen.changing():
        card.get_by_role("button", name="kernel_size −1").click()
    is_true(screen, [7, 16, 16], [7, 16, 16], [7, 8, 8])


def test_a_setting_is_typed(page: Page) -> None:
    screen = opened(page)
    card = screen.edit()
    typed(screen, card, "kernel_size", "3, 5")
    is_true(screen, [6, 30, 28], [6, 30, 28], [6, 15, 14])
    assert "conv2d(6, (3, 5)" in recipe_of(screen)
    typed(screen, card, "kernel_size", "4")
    is_true(screen, [6, 29, 29], [6, 29, 29], [6, 14, 14])
    typed(screen, card, "padding", "same")
    is_true(screen, [6, 32, 32], [6, 32, 32], [6, 16, 16])


def test_a_word_is_chosen_and_a_yes_made_a_no(page: Page) -> None:
    screen = opened(page, "conv2d(6, 5, padding=2, weights=random(7)) | max_pool2d(3)")
    card = screen.edit()
    with screen.changing():
        card.locator("#f-padding_mode").select_option("reflect")
    assert "reflect" in recipe_of(screen)
    map_is_true(screen)
    with screen.changing():
        card.locator("form.field", has=page.get_by_text("bias", exact=True)).locator("button[value=false]").click()
    assert "bias=False" in recipe_of(screen)
    assert screen.run["totals"]["parameters"] == 450
    with screen.changing():
        card.get_by_role("link", name="Done").click()
    with screen.changing():
        page.locator(".ribbon a.stop").last.click()
    card = screen.edit()
    with screen.changing():
        row = card.locator("form.field", has=page.get_by_text("ceil_mode", exact=True))
        row.locator("button[value=true]").click()
    is_true(screen, [6, 32, 32], [6, 11, 11])


def test_a_step_that_cannot_be_is_not_offered(page: Page) -> None:
    screen = opened(page, "conv2d(1, 1, weights=random(7)) | max_pool2d(32)")
    card = screen.edit()
    for name in ("out_channels −1", "kernel_size −1", "stride −1", "padding −1", "kernel_size +1", "stride +1"):
        expect(card.get_by_role("button", name=name, exact=True)).to_be_disabled()
    expect(card.get_by_role("button", name="padding +1", exact=True)).to_be_disabled()  # its zeros would stand alone
    expect(card.get_by_role("button", name="out_channels +1", exact=True)).to_be_enabled()


def test_a_layer_that_does_not_fit_is_not_offered_and_says_why(page: Page) -> None:
    screen = opened(page, "conv2d(1, 1, weights=random(7)) | max_pool2d(32)", at=START)
    screen.all("#add").click()
    refused = screen.all("dialog .line.off").filter(has=page.get_by_text("max_pool2d", exact=True))
    expect(refused).to_contain_text("2×2 window")
    assert not refused.locator("a").count()


@pytest.mark.parametrize(
    "recipe", ["conv2d(6, 5", "conv2d(2, 40)", "conv3d(1, 1) | relu", 'conv2d(weights=preset("no"))']
)
def test_a_bad_recipe_says_why_and_keeps_the_text_and_the_picture(page: Page, watch: Watch, recipe: str) -> None:
    watch.expects(422)
    screen = opened(page)
    address, sum_, plate = page.url, screen.sum, page.locator(".plate").inner_html()
    page.locator("#recipe").fill(recipe)
    with page.expect_response(lambda answer: answer.status == 422):
        page.locator("#recipe").press("Enter")
    told = page.request.get("/api/v1/runs", params={"image": "chelsea", "size": 32, "recipe": recipe})
    assert told.status == 422
    expect(screen.notice).to_have_text(told.json()["detail"])
    assert recipe_of(screen) == recipe
    assert (page.url, screen.sum, page.locator(".plate").inner_html()) == (address, sum_, plate)


def test_a_notice_goes_when_the_recipe_is_put_right(page: Page, watch: Watch) -> None:
    watch.expects(422)
    screen = opened(page)
    page.locator("#recipe").fill("conv2d(6, 5")
    page.locator("#recipe").press("Enter")
    expect(screen.notice).to_be_visible()
    page.locator("#recipe").fill("conv2d(6, 5)")
    with screen.changing():
        page.locator("#recipe").press("Enter")
    expect(screen.notice).to_have_count(0)
    assert recipe_of(screen) == "conv2d(6, 5)"


def test_a_bad_setting_says_why_and_changes_nothing(page: Page, watch: Watch) -> None:
    watch.expects(422)
    screen = opened(page)
    card = screen.edit()
    recipe, sum_ = recipe_of(screen), screen.sum
    card.locator("#f-kernel_size").fill("99")
    card.locator("#f-kernel_size").press("Enter")
    expect(card.locator("#h-kernel_size [role=alert]")).to_contain_text("99×99 window")  # where it was typed
    expect(screen.notice).to_have_count(0)
    expect(card).to_be_visible()
    assert (recipe_of(screen), screen.sum) == (recipe, sum_)


def filters(screen: Screen) -> Locator:
    """Open the filters of the layer on the screen."""
    card = screen.edit()
    with screen.changing():
        card.get_by_role("link", name="Filters").click()
    screen.page.wait_for_selector("#filter-form[data-begun]")
    return card


def gallery(screen: Screen) -> Locator:
    """Open the gallery of named filters of the layer on the screen."""
    card = filters(screen)
    with screen.changing():
        card.get_by_role("link", name="Gallery").click()
    return card


def test_named_filters_are_chosen(page: Page) -> None:
    screen = opened(page)
    card = gallery(screen)
    for name in ("sobel_x", "gaussian"):
        card.get_by_role("checkbox", name=name, exact=True).check()
    with screen.changing():
        card.get_by_role("button", name="Use these").click()
    assert screen.run["layers"][0]["output_shape"][0] == 2
    assert re.search(r"preset\(.*sobel_x", recipe_of(screen))
    assert card.get_by_role("checkbox", name="gaussian", exact=True).is_checked()
    map_is_true(screen)


def test_a_seed_is_given_and_another_rolled(page: Page) -> None:
    screen = opened(page)
    card = gallery(screen)
    before = screen.api.output(screen.run["id"], 0)
    card.locator("#seed").fill("12")
    with screen.changing():
        card.get_by_role("button", name="Draw").click()
    assert "random(12)" in recipe_of(screen)
    drawn = screen.api.output(screen.run["id"], 0)
    assert not np.array_equal(before, drawn)
    map_is_true(screen)
    with screen.changing():
        card.get_by_role("button", name="Roll again").click()
    seed = card.locator("#seed").input_value()
    assert f"random({seed})" in recipe_of(screen)
    assert seed != "12"
    assert not np.array_equal(screen.api.output(screen.run["id"], 0), drawn)
    map_is_true(screen)


def test_a_weight_edited_in_the_grid_changes_the_map(page: Page) -> None:
    screen = opened(page, "conv2d(2, 3, weights=random(7))", at="0.1.3.4")
    old = screen.run["id"]
    weight = screen.api.weight(old, 0)
    card = filters(screen)
    assert card.locator("input[name='w.0.0.0']").input_value() == brief(weight[1, 0, 0, 0].item())
    card.locator("input[name='w.2.1.0']").fill("−0.5")
    with screen.changing():
        card.locator("input[name='bias']").focus()  # a weight counts when its field is left
    card.locator("input[name='bias']").fill("2")
    with screen.changing():
        card.locator("input[name='bias']").press("Enter")
    run = screen.run
    wanted = weight.copy()
    wanted[1, 2, 1, 0] = -0.5
    np.testing.assert_array_equal(screen.api.weight(run["id"], 0), wanted)
    assert card.locator("input[name='w.2.1.0']").input_value() == "−0.5"
    assert card.locator("input[name='bias']").input_value().rstrip("0").rstrip(".") == "2"
    source = screen.api.output(run["id"], "input").astype(float)
    patches = np.lib.stride_tricks.sliding_window_view(source, (3, 3), axis=(1, 2))
    map_ = np.einsum("crsij,cij->rs", patches, wanted[1].astype(float)) + 2
    np.testing.assert_allclose(screen.api.output(run["id"], 0)[1], map_, rtol=1e-5, atol=1e-5)
    map_is_true(screen)


def test_a_weight_that_is_no_number_is_told(page: Page) -> None:
    screen = opened(page, "conv2d(2, 3, weights=random(7))", at="0.1.3.4")
    card = filters(screen)
    recipe = recipe_of(screen)
    card.locator("input[name='w.0.0.0']").fill("much")
    card.get_by_role("button", name="Set the weights").click()
    expect(page.locator("#h-filter")).to_contain_text("much")
    assert recipe_of(screen) == recipe


def test_size_colour_and_scale_of_the_input_are_chosen(page: Page) -> None:
    screen = opened(page)
    for text, field, value in (("48", "size", "48"), ("grey", "mode", "L"), ("0 … 255", "scale", "byte")):
        page.locator(".menu.size > summary").click()
        with screen.changing():
            page.locator(".menu.size .sheet a.chip").filter(has=page.get_by_text(text, exact=True)).or_(
                page.locator(".menu.size .sheet").get_by_role("link", name=text, exact=True)
            ).first.click()
        assert screen.fields[field] == value
        map_is_true(screen)
    assert screen.shapes()[0] == [1, 48, 48]


def test_quick_clicks_on_a_stepper_all_count(page: Page) -> None:
    screen = opened(page, "conv2d(6, 5, weights=random(7))")
    screen.edit()
    # All in one breath, faster than any answer; a new "+" may take the place of the old one in between.
    page.evaluate("""async () => {
        for (let i = 0; i < 5; i++) {
            document.querySelector("#f-out_channels").parentElement.querySelector(".step[value='1']").click();
            await new Promise((done) => setTimeout(done, 30));
        }
    }""")
    expect(screen.all("#recipe")).to_have_value(re.compile(r"conv2d\(11, 5"))


def test_a_colour_picture_s_filters_go_on_when_it_turns_grey(page: Page) -> None:
    screen = Screen(page).open('conv2d(weights=preset("edge_x", "warm"))', image="coffee", scale="byte", at="0.1.3.4")
    page.locator(".menu.size > summary").click()
    with screen.changing():
        page.locator(".menu.size .sheet").get_by_role("link", name="grey", exact=True).click()
    assert screen.shapes() == [[1, 32, 32], [2, 28, 28]]
    map_is_true(screen)
