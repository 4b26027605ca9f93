"""A picture of one's own: chosen, dropped anywhere or pasted, it becomes the input of the same layers."""

import base64
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.screen import PLAIN, Screen
from tests.samples import gradient, saved

CARRIED = """([data, name, type]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0)), carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type }));
  return carried;
}"""
DROP = (
    "(given) => { const dataTransfer = (" + CARRIED + ")(given), on = document.querySelector('#sum');"
    " for (const kind of ['dragenter', 'dragover', 'drop'])"
    " on.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true })); }"
)
HOVER = (
    "(given) => { const dataTransfer = (" + CARRIED + ")(given);"
    " document.body.dispatchEvent(new DragEvent('dragenter', { dataTransfer, bubbles: true, cancelable: true })); }"
)
PASTE = (
    "(given) => document.body.dispatchEvent(new ClipboardEvent('paste',"
    " { clipboardData: (" + CARRIED + ")(given), bubbles: true, cancelable: true }))"
)
TURNED = Image.fromarray(np.asarray(gradient(64, 48))[:, ::-1].copy())


def chosen(page: Page, data: bytes, name: str, kind: str) -> None:
    """Choose a file in the picture menu."""
    page.locator(".menu.picture > summary").click()
    page.locator(".menu.picture input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": data})


def dropped(page: Page, data: bytes, name: str, kind: str) -> None:
    """Drop a file in the middle of the page."""
    page.evaluate(DROP, [base64.b64encode(data).decode(), name, kind])


def pasted(page: Page, data: bytes, name: str, kind: str) -> None:
    """Paste a file."""
    page.evaluate(PASTE, [base64.b64encode(data).decode(), name, kind])


WAYS = pytest.mark.parametrize("way", [chosen, dropped, pasted], ids=lambda way: way.__name__)
Way = Callable[[Page, bytes, str, str], None]


@WAYS
def test_a_picture_becomes_the_input_and_the_layers_stay(page: Page, way: Way) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", at="0.2.3.4")
    picture = saved({"chosen": gradient(64, 48), "dropped": TURNED, "pasted": gradient(40, 60)}[way.__name__], "PNG")
    with screen.changing():
        way(page, picture, "holiday.png", "image/png")
    image = screen.fields["image"]
    assert image != "chelsea"
    assert screen.fields["recipe"] == PLAIN
    assert screen.fields["size"] == "32"
    assert screen.at == "0.2.3.4"
    run = screen.run
    assert run["input"] == {**run["input"], "image": image, "shape": [3, 32, 32]}
    assert screen.api.json(f"/images/{image}")["width"] == {"chosen": 64, "dropped": 64, "pasted": 40}[way.__name__]
    hrefs = page.locator(".plate > .figure image").evaluate_all("images => images.map(i => i.getAttribute('href'))")
    inputs = [href for href in hrefs if "/layers/input/output.png" in href]
    assert inputs, "the plate shows no input"
    prefix = screen.api.run({"image": image, "size": "32", "recipe": ""})["id"]
    assert all(f"/runs/{prefix}/" in href for href in inputs)
    expect(page.locator("#progress")).to_be_hidden()


@WAYS
def test_a_picture_comes_in_where_the_address_is_that_of_a_run(page: Page, way: Way) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea")
    weight = np.arange(8 * 3 * 9 * 9).reshape(8, 3, 9, 9) % 7 / 8
    document = {
        "input": {"image": "chelsea", "height": 32, "width": 32},
        "layers": [{"type": "conv2d", "weights": {"init": "values", "weight": weight.tolist()}}, {"type": "relu"}],
    }
    run = page.request.post("/api/v1/runs", data=document).json()["id"]
    page.goto(f"/?run={run}&at=1.2.3.4")
    with screen.changing():
        way(page, saved(TURNED, "PNG"), "holiday.png", "image/png")
    assert set(screen.fields) == {"run", "at"}
    assert screen.fields["run"] != run
    assert screen.at == "1.2.3.4"
    after = screen.run
    assert after["input"]["image"] != "chelsea"
    assert [layer["type"] for layer in after["layers"]] == ["conv2d", "relu"]


@WAYS
@pytest.mark.parametrize(
    ("data", "name", "kind", "status"),
    [
        (b"This is a letter, not a picture.\n" * 9, "letter.png", "image/png", 415),
        (saved(gradient(200, 150), "JPEG")[:2000], "half.jpg", "image/jpeg", 422),
    ],
    ids=["text named .png", "truncated JPEG"],
)
def test_an_unreadable_file_is_told_and_nothing_else_changes(
    page: Page, watch: Watch, way: Way, data: bytes, name: str, kind: str, status: int
) -> None:
    watch.expects(status)
    screen = Screen(page).open(PLAIN, image="chelsea", at="0.2.3.4")
    before, plate, sum_ = page.url, page.locator(".plate").inner_html(), screen.sum
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        way(page, data, name, kind)
    assert answer.value.status == status
    at_api = page.request.post(
        "/api/v1/images", multipart={"file": {"name": name, "mimeType": kind, "buffer": data}}
    ).json()
    expect(screen.notice).to_have_text(at_api["detail"])
    expect(page.locator("#progress")).to_be_hidden()
    assert (page.url, page.locator(".plate").inner_html(), screen.sum) == (before, plate, sum_)


def test_a_picture_held_over_the_page_is_awaited_and_may_leave_again(page: Page) -> None:
    Screen(page).open()
    file = [base64.b64encode(saved(gradient(), "PNG")).decode(), "a.png", "image/png"]
    page.evaluate(HOVER, file)
    expect(page.locator("#drop")).to_be_visible()
    page.evaluate(HOVER.replace("dragenter", "dragleave"), file)
    expect(page.locator("#drop")).to_be_hidden()


def test_pasted_text_is_left_alone(page: Page) -> None:
    screen = Screen(page).open()
    page.evaluate("""() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "relu");
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }""")
    assert not screen.notice.count()
