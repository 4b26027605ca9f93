"""Every request of the try-it page works as it stands, for somebody who has just come: open it, try it out, execute."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.importing.files import array, bytes_of, chain, model
from tests.samples import gradient, saved

PHOTO: FilePayload = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": saved(gradient(), "JPEG")}
CONVOLUTION = model(chain(("Conv", ["w"], {})), {"w": array(7, 3, 5, 4)})
NETWORK: FilePayload = {"name": "network.onnx", "mimeType": "", "buffer": bytes_of(CONVOLUTION)}


def answers(card: Locator, operation: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Execute what a card offers, with each kind of body that it takes; yield the kind, and the status shown."""
    card.locator(".opblock-summary-control").click()
    card.get_by_role("button", name="Try it out").click()
    live = card.locator(".live-responses-table tr.response .response-col_status")
    kinds = list(operation.get("requestBody", {}).get("content", {""}))
    for kind in kinds:
        if len(kinds) > 1:
            card.locator(".body-param-content-type select").select_option(kind)
            expect(live).to_have_count(0)
        for chooser in card.locator("input[type=file]").all():
            chooser.set_input_files(NETWORK if operation["operationId"] == "upload_model" else PHOTO)
        card.get_by_role("button", name="Execute").click()
        yield kind, live.inner_text().split()[0]
    card.locator(".opblock-summary-control").click()


@pytest.mark.timeout(600)  # each of sixty requests is drawn with all that its document says of it
def test_every_request_works_as_it_stands(page: Page) -> None:
    description = page.request.get("/openapi.json").json()
    operations = {each["operationId"]: each for methods in description["paths"].values() for each in methods.values()}
    page.goto("/docs")
    expect(page.locator(".opblock")).to_have_count(len(operations))
    folds = page.locator(".opblock-tag .expand-operation").all()
    for fold in folds:  # each change draws all that are unfolded anew
        fold.click()
    done, failed = [], []
    for fold in folds:
        fold.click()
        for card in page.locator(".opblock").all():
            name = (card.get_attribute("id") or "").rpartition("-")[2]
            done.append(name)
            for kind, status in answers(card, operations[name]):
                if status[0] != "2" or status not in operations[name]["responses"]:
                    failed.append((name, kind, status))
        fold.click()
    assert failed == []
    expect(page.locator(".errors-wrapper")).to_have_count(0)  # all that requests name was there to be read
    assert sorted(done) == sorted(operations)
