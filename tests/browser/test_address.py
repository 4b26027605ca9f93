"""The address bar holds the state: it can be copied, sent, reloaded, gone back from."""

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screen import FIRST, PLAIN, Screen, map_is_true
from tests.pages.reading import link

LONG = "conv2d(24, 5, weights=random(3))"


def same(one: Screen, other: Screen) -> None:
    """Two windows show the same place, number and cells."""
    assert other.at == one.at
    assert other.sum == one.sum
    assert other.tag == one.tag
    assert other.shapes() == one.shapes()
    assert (other.pixels() == one.pixels()).all()


def test_the_link_opened_elsewhere_shows_the_same_place(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page()).open()
    for key in ("ArrowRight", "ArrowDown", "]"):
        screen.press(key)
    expect(screen.all("#status [data-map]")).to_have_text("5")
    assert screen.settled() == "0.4.8.17"
    other = Screen(open_page(1024, 768)).follow(screen.page.url)
    same(screen, other)
    map_is_true(other)


def test_the_address_says_the_run_in_words_and_keeps_its_other_fields(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", mode="L", at="0.1.0.0", view="flat")
    before = screen.fields
    screen.press("ArrowRight")
    screen.expect_place(2)
    screen.settled()
    assert screen.fields == {**before, "at": "0.1.0.1"}
    assert "conv2d(6" in unquote(page.url).replace("+", " ")


def test_a_reload_shows_the_same_place(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", at="1.2.0.0")
    screen.press("ArrowDown")
    screen.expect_place(29)
    at, sum_, pixels = screen.settled(), screen.sum, screen.pixels()
    page.reload()
    screen.ready()
    assert (screen.at, screen.sum) == (at, sum_)
    assert (screen.pixels() == pixels).all()


def undone_and_redone(screen: Screen, edit: Callable[[], None]) -> None:
    """An edit is undone by Back and redone by Forward, with its recipe, shapes and numbers."""
    told = lambda: (screen.all("#recipe").input_value(), screen.shapes(), screen.fields["image"], screen.sum)  # noqa: E731
    before, address = told(), screen.page.url
    with screen.changing():
        edit()
    after, changed = told(), screen.page.url
    assert before != after
    assert address != changed
    with screen.changing():
        screen.page.go_back()
    expect(screen.page).to_have_url(address)
    assert told() == before
    map_is_true(screen)
    with screen.changing():
        screen.page.go_forward()
    expect(screen.page).to_have_url(changed)
    assert told() == after
    map_is_true(screen)


def test_back_undoes_another_recipe_and_forward_redoes_it(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", at="0.2.3.4")

    def edit() -> None:
        page.locator("#recipe").fill("conv2d(3, 3, weights=random(1)) | relu")
        page.locator("#recipe").press("Enter")

    undone_and_redone(screen, edit)


def test_back_undoes_a_stepper_and_forward_redoes_it(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", at="0.2.3.4")
    card = screen.edit()
    undone_and_redone(screen, card.get_by_role("button", name="kernel_size −1").click)
    expect(card.locator("#f-kernel_size")).to_have_value("4")


def test_back_undoes_an_added_layer_and_forward_redoes_it(page: Page) -> None:
    screen = Screen(page).open("conv2d(3, 3)", image="chelsea", at="0.2.3.4")
    page.locator("#add").click()
    undone_and_redone(screen, page.locator("dialog a.line").filter(has=page.get_by_text("relu", exact=True)).click)


def test_back_undoes_another_picture_and_forward_redoes_it(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", at="0.2.3.4")
    page.locator(".menu.picture > summary").click()
    undone_and_redone(screen, page.locator(".gallery li a").filter(has_text="Rocket").click)


def test_back_goes_to_the_place_that_was_left(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", at="0.2.3.4")
    screen.press("ArrowDown")
    at = screen.settled()
    with screen.changing():
        page.locator(".ribbon a.stop").nth(1).click()
    assert screen.at == "1.2.4.4"
    with screen.changing():
        page.go_back()
    expect(page.locator(".ribbon li[aria-current] b")).to_have_text("conv2d")
    assert screen.settled() == at == "0.2.4.4"


def test_a_state_too_long_for_a_link_is_named_by_its_run(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page()).open(LONG, image="chelsea", at="0.5.3.4")
    page = screen.page
    card = screen.edit()
    with screen.changing():
        card.get_by_role("link", name="Filters").click()
    field = card.locator("input[name='w.0.2.2']")
    field.fill("1.5")
    with screen.changing():
        card.get_by_role("button", name="Set the weights").click()
    assert set(screen.fields) == {"run", "at", "edit"}
    assert len(page.url) < 400
    expect(screen.all(".long-link")).to_contain_text(re.compile(r"24 hours"))
    run = screen.run
    assert screen.api.weight(run["id"], 0)[5, 0, 2, 2] == 1.5
    with screen.changing():
        card.get_by_role("link", name="Done").click()
    expect(screen.all(".long-link")).to_be_hidden()  # it comes once
    screen.press("ArrowRight")
    screen.expect_place(3 * 28 + 4 + 2)
    at = screen.settled()
    assert screen.fields == {"run": run["id"], "at": at}
    map_is_true(screen)
    other = Screen(open_page()).follow(page.url)
    same(screen, other)
    expect(other.all(".long-link")).to_be_visible()  # it is another browser
    page.reload()
    screen.ready()
    same(other, screen)
    expect(screen.all(".long-link")).to_be_hidden()


@pytest.mark.layout
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
@pytest.mark.parametrize("view", ["figure", "fan"])
def test_that_an_address_names_a_run_is_said_beside_the_figure(
    open_page: Callable[..., Page], width: int, height: int, view: str
) -> None:
    page = open_page(width, height)
    weight = [[[[0.125 + k] * 15] * 15] * 3 for k in range(9)]
    layers = [{"type": "conv2d", "weights": {"init": "values", "weight": weight}}]
    document = {"input": {"image": "chelsea", "height": 32, "width": 32}, "layers": layers}
    run = page.request.post("/api/v1/runs", data=document).json()
    screen = Screen(page).follow(f"/?run={run['id']}&at=0.1.2.3&view={view}")
    told = screen.all(".long-link").bounding_box()
    assert told is not None
    for part in screen.all("#plate, #sum > .sum > *:visible, #look > *:visible, .looks, .transport").all():
        box = part.bounding_box()
        assert (
            box is None or box["y"] >= told["y"] + told["height"] - 0.5 or box["y"] + box["height"] <= told["y"] + 0.5
        )


def test_what_is_seen_at_first_can_be_shared(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page()).open()
    other = Screen(open_page()).follow(screen.all("#app").get_attribute("data-address") or "")
    same(screen, other)
    assert other.state["recipe"].replace("6, 5, ", "") == FIRST


def test_the_theme_and_the_language_go_along(page: Page) -> None:
    screen = Screen(page).follow(link(PLAIN, image="chelsea", at="0.1.1.1", theme="dark", lang="en"))
    screen.press("ArrowRight")
    screen.settled()
    with screen.changing():
        page.locator(".ribbon a.stop").nth(1).click()
    assert {"theme": "dark", "lang": "en"}.items() <= screen.fields.items()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_back_and_forward_walk_the_whole_history(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="coffee")
    recipes = [PLAIN]
    for recipe in (
        "conv2d(2, 3, weights=random(1))",
        "conv2d(3, 3, weights=random(2)) | relu",
        "relu",
        "max_pool2d(2)",
    ):
        with screen.changing():
            page.fill("#recipe", recipe)
            page.press("#recipe", "Enter")
        recipes.append(recipe)
    for recipe in reversed(recipes[:-1]):
        page.go_back()
        expect(page.locator("#recipe")).to_have_value(recipe)
    for recipe in recipes[1:]:
        page.go_forward()
        expect(page.locator("#recipe")).to_have_value(recipe)
