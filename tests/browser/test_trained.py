"""A trained network typed into the recipe line, and one of its weights changed by hand."""

import re
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.screen import Screen


def held(page: Page) -> dict[str, str]:
    """Return what the address bar holds."""
    return dict(parse_qsl(urlsplit(page.url).query))


def test_a_model_typed_brings_its_own_input_and_a_weight_changed_leaves_the_rest_trained(page: Page) -> None:
    screen = Screen(page).open("conv2d(2, 3) | relu", image="chelsea", size=20)
    with screen.changing():
        screen.all("#recipe").fill('model("digits")')
        screen.all("#recipe").press("Enter")
    assert {name: held(page).get(name) for name in ("recipe", "size", "mode", "of")} == {
        "recipe": 'model("digits")', "size": None, "mode": None, "of": None,
    }  # fmt: skip
    expect(screen.all(".ribbon")).to_contain_text("28 × 28 × 1")
    page.goto(f"{page.url}&edit=0.weights")
    screen.ready()
    with screen.changing():
        screen.all('input[name="w.0.2.1"]').fill("0.5")
        page.get_by_role("button", name="Set the weights").click()
    first, *rest = held(page)["recipe"].split(" | ")
    assert re.match(r"conv2d\(8, 5, weights=values\(\[\[\[\[", first)
    assert [layer for layer in rest if "weights" in layer] == [
        'conv2d(24, 5, weights=trained("digits", 3))', 'linear(10, weights=trained("digits", 6))',
    ]  # fmt: skip
    assert held(page)["mode"] == "L"
    assert held(page)["size"] == "28"
