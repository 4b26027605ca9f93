"""The try-it page works under the strict policy: requests are made from it, and nothing comes from elsewhere."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

GALLERY = Path(__file__).resolve().parents[2] / "static" / "gallery"
FILLED_IN = {"title": "", "height": "", "mode": "", "fit": "cover", "scale": "unit", "truncate": "false", "recipe": ""}


def opened(page: Page, method: str, path: str) -> Locator:
    """Open a request's card, ready to be tried."""
    page.goto("/docs")
    return tried(page, method, path)


def tried(page: Page, method: str, path: str) -> Locator:
    """Open a request's card on the page that is there."""
    card = page.locator(f".opblock-{method}", has=page.locator(f'[data-path="/api/v1{path}"]'))
    card.locator(".opblock-summary-control").click()
    card.get_by_role("button", name="Try it out").click()
    return card


def executed(card: Locator) -> tuple[int, Any]:
    """Send what the card says; return the status and the JSON that stand below it then."""
    card.get_by_role("button", name="Execute").click()
    answer = card.locator(".live-responses-table tr.response")
    status = answer.locator(".response-col_status").inner_text()
    return int(status.split()[0]), json.loads(answer.locator("pre").first.inner_text())


def test_what_a_request_is_about_is_made_where_there_is_none(page: Page) -> None:
    status, model = executed(opened(page, "patch", "/models/{model_id}"))
    assert (status, model["title"]) == (200, "Cats and dogs")


def test_a_request_is_about_what_was_made_last_and_its_stream_ends_on_the_page(page: Page) -> None:
    _, room = executed(opened(page, "post", "/rooms"))
    card = tried(page, "get", "/rooms/{code}/events")
    card.get_by_role("button", name="Execute").click()
    expect(card.locator(".live-responses-table tr.response pre").first).to_contain_text(f'"code":"{room["code"]}"')


def test_a_form_is_filled_in_as_its_example_says_and_nothing_is_made_up(page: Page) -> None:
    opened(page, "post", "/models")
    fields = {name: page.locator(f"[data-property-name={name}] :is(input, select)") for name in FILLED_IN}
    assert {name: field.input_value() for name, field in fields.items()} == FILLED_IN


def test_the_example_document_makes_a_run(page: Page) -> None:
    status, run = executed(opened(page, "post", "/runs"))
    assert status in {200, 201}
    assert [layer["type"] for layer in run["layers"]] == ["conv2d", "relu", "max_pool2d"]


def test_a_file_is_uploaded_from_the_page(page: Page) -> None:
    card = opened(page, "post", "/images")
    card.locator("input[type=file]").set_input_files(GALLERY / "coins.png")
    status, picture = executed(card)
    assert (status, picture["width"], picture["height"]) == (201, 384, 303)


@pytest.mark.layout
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_leads_back(open_page: Callable[..., Page], scheme: str) -> None:
    page = open_page(390, 844, color_scheme=scheme)
    executed(opened(page, "post", "/runs"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    back = page.get_by_role("link", name="Convscope")
    assert back.get_attribute("href") == "/"
    ink, ground = page.evaluate("""() => {
      const { color } = getComputedStyle(document.querySelector("h1"));
      return [color, getComputedStyle(document.body).backgroundColor].map((text) => parseInt(text.match(/\\d+/)[0]));
    }""")
    assert (ink > ground) == (scheme == "dark")
