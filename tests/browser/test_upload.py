"""A picture of one's own: chosen, dropped anywhere or pasted, it becomes the input of the same layers."""

import base64
from collections.abc import Callable
from pathlib import Path

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


OTHERS = (
    "(kinds) => { const dataTransfer = new DataTransfer(), on = document.querySelector('#sum');"
    " for (const [kind, data] of kinds) dataTransfer.setData(kind, data);"
    " return ['dragenter', 'dragover', 'drop'].map((kind) =>"
    " on.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }))); }"
)
PASTED = (
    "([text, selector]) => { const clipboardData = new DataTransfer(); clipboardData.setData('text/plain', text);"
    " document.querySelector(selector).dispatchEvent("
    "new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })); }"
)
SEVERAL = (
    "(files) => { const dataTransfer = new DataTransfer();"
    " for (const [name, type, data] of files)"
    " dataTransfer.items.add(new File([Uint8Array.from(atob(data), (c) => c.charCodeAt(0))], name, { type }));"
    " document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true })); }"
)
ELSEWHERE = "This server fetches nothing from other addresses."


def text_of(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_the_same_file_again_says_so_and_a_mended_one_of_the_same_name_is_taken(page: Page) -> None:
    screen = Screen(page).open(PLAIN)
    with screen.changing():
        chosen(page, saved(gradient(64, 48), "PNG"), "mine.png", "image/png")
    first = screen.fields["image"]
    chosen(page, saved(gradient(64, 48), "PNG"), "mine.png", "image/png")
    expect(screen.notice).to_have_text("This is the picture that is shown already.")
    assert screen.fields["image"] == first
    expect(page.locator(".menu.picture")).not_to_have_attribute("open", "")
    with screen.changing():
        chosen(page, saved(TURNED, "PNG"), "mine.png", "image/png")
    assert screen.fields["image"] != first


def test_of_several_files_the_first_picture_is_taken_and_the_rest_is_named(page: Page) -> None:
    screen = Screen(page).open(PLAIN)
    files = [("notes.txt", "text/plain", text_of(b"notes")), ("a.png", "image/png", text_of(saved(TURNED, "PNG"))),
             ("b.png", "image/png", text_of(saved(gradient(), "PNG")))]  # fmt: skip
    with screen.changing():
        page.evaluate(SEVERAL, files)
    expect(screen.notice).to_have_text("Only a.png was taken of 3 files: one picture at a time.")
    assert screen.fields["image"] != "coffee"


def test_a_link_of_another_place_says_why_not_and_the_page_stays(page: Page) -> None:
    screen = Screen(page).open(PLAIN)
    before = page.url
    taken = page.evaluate(OTHERS, [["text/uri-list", "# a photo\r\nhttps://example.org/cat.png"]])
    assert taken == [True, False, False]  # the browser would leave the page for what is not prevented
    expect(screen.notice).to_contain_text(ELSEWHERE)
    screen.all("[data-dismiss]").click()
    page.evaluate(PASTED, ["https://example.org/cat.png", "body"])
    expect(screen.notice).to_contain_text(ELSEWHERE)
    assert page.url == before


def test_a_link_of_ours_is_followed_dropped_or_pasted(page: Page) -> None:
    screen = Screen(page).open(PLAIN)
    there = page.url.replace("image=coffee", "image=chelsea").replace("image=camera", "image=chelsea")
    short = page.request.post("/links", data={"address": "/?image=astronaut&size=32&recipe=relu"}).json()["url"]
    for address, image, act in (
        (there, "chelsea", lambda text: page.evaluate(PASTED, [text, "body"])),
        (short, "astronaut", lambda text: page.evaluate(OTHERS, [["text/uri-list", text]])),
    ):
        with screen.changing():
            act(address)
        assert screen.fields["image"] == image


def test_a_picture_that_is_pasted_as_its_data_address_is_taken(page: Page) -> None:
    screen = Screen(page).open(PLAIN)
    with screen.changing():
        page.evaluate(PASTED, ["data:image/png;base64," + text_of(saved(TURNED, "PNG")), "body"])
    assert len(screen.fields["image"]) == 32


def test_what_is_pasted_into_a_field_is_left_to_it(page: Page) -> None:
    screen = Screen(page).open(PLAIN)
    page.evaluate(PASTED, ["https://example.org/cat.png", "#recipe"])
    page.evaluate(PASTED, ["plain words", "body"])
    expect(screen.notice).to_have_count(0)


def test_what_is_dragged_within_the_page_goes_nowhere(page: Page) -> None:
    screen = Screen(page).open(PLAIN)
    page.evaluate("dispatchEvent(new DragEvent('dragstart'))")
    assert page.evaluate(OTHERS, [["text/uri-list", page.url]]) == [True, True, True]
    expect(page.locator("#drop")).to_be_hidden()
    expect(screen.notice).to_have_count(0)


def test_nothing_comes_in_under_an_open_tool(page: Page) -> None:
    screen = Screen(page).open(PLAIN)
    page.locator(".menu.picture > summary").click()
    page.locator("a[data-tool=draw]").click()
    expect(page.locator("dialog.picturing")).to_be_visible()
    page.evaluate(PASTE, [text_of(saved(TURNED, "PNG")), "mine.png", "image/png"])
    expect(page.locator("dialog .told")).to_have_text("Finish or close this first, then choose another picture.")
    assert len(screen.fields["image"]) != 32


def test_a_file_that_cannot_be_read_any_more_says_so(page: Page, tmp_path: Path) -> None:
    screen = Screen(page).open(PLAIN)
    file = tmp_path / "mine.png"
    file.write_bytes(saved(TURNED, "PNG"))
    page.evaluate("() => { XMLHttpRequest.prototype.send = function () { setTimeout(() => this.onerror()); }; }")
    gone = "Promise.reject(new DOMException('gone', 'NotReadableError'))"
    page.evaluate(f"() => {{ Blob.prototype.arrayBuffer = () => {gone}; }}")
    page.locator(".menu.picture > summary").click()
    page.locator(".menu.picture input[type=file]").set_input_files(file)
    expect(screen.notice).to_have_text(
        "mine.png cannot be read: it is a folder, or has changed since it was chosen. Choose it again."
    )


def test_an_upload_without_an_answer_says_so(page: Page, watch: Watch) -> None:
    screen = Screen(page).open(PLAIN)
    watch.cut_off(page)
    chosen(page, saved(TURNED, "PNG"), "mine.png", "image/png")
    expect(screen.notice).to_have_text("The server did not answer; is it still running?")


def test_a_server_that_is_back_takes_the_picture_that_is_chosen_again(page: Page, watch: Watch) -> None:
    screen = Screen(page).open(PLAIN)
    before = page.locator("#app").get_attribute("data-address")
    watch.cut_off(page)
    chosen(page, saved(TURNED, "PNG"), "mine.png", "image/png")
    expect(screen.notice).to_have_text("The server did not answer; is it still running?")
    page.context.set_offline(False)
    chosen(page, saved(TURNED, "PNG"), "mine.png", "image/png")
    expect(page.locator("#app")).not_to_have_attribute("data-address", before or "")
