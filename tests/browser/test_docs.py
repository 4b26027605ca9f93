"""The try-it page works under the strict policy: requests are made from it, and nothing comes from elsewhere."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from app.web.api.examples import PLAIN

GALLERY = Path(__file__).resolve().parents[2] / "static" / "gallery"


def opened(page: Page, method: str, path: str) -> Locator:
    """Open a request's card, ready to be tried."""
    page.goto("/docs")
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


def test_the_gallery_is_listed_from_the_page(page: Page) -> None:
    status, gallery = executed(opened(page, "get", "/images"))
    assert status == 200
    assert "chelsea" in [picture["id"] for picture in gallery]


def test_the_example_of_a_run_is_there(page: Page) -> None:
    status, run = executed(opened(page, "get", "/runs/{run_id}"))
    assert (status, run["id"]) == (200, PLAIN.id)


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
