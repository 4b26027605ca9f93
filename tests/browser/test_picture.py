"""Pictures made by hand, as a person makes them: by mouse, by keys alone, by finger, with the camera and without."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from app.pictures.gallery import load
from app.pictures.picture import prepare
from tests.browser.conftest import Watch
from tests.browser.pasting import paste
from tests.browser.rest import rest
from tests.browser.screen import PLAIN, Screen
from tests.samples import gradient, saved

Pixels = NDArray[np.uint8]
CAMERA = """([width, height]) => {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "rgb(10 200 90)";
  pen.fillRect(0, 0, width, height);
  window.tracks = [];
  navigator.mediaDevices.getUserMedia = async () => {
    const stream = canvas.captureStream(5);
    tracks.push(...stream.getTracks());
    setInterval(() => pen.fillRect(0, 0, width, height), 100);
    return stream;
  };
}"""
REFUSES = """navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotAllowedError"); }"""


def opened(page: Page, tool: str, **fields: object) -> Locator:
    """Open a tool from the picture menu."""
    screen = Screen(page).open(PLAIN, **{"image": "chelsea", "at": "0.2.3.3", **fields})
    page.locator(".menu.picture > summary").click()
    page.locator(f".gallery a[data-tool={tool}]").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    rest(page)
    assert screen.at == "0.2.3.3"
    return dialog


@contextmanager
def using(page: Page, name: str = "Use it") -> Iterator[None]:
    """Wait, after what is done inside, until the layers run on the picture that was made."""
    screen = Screen(page)
    with screen.changing():
        yield
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert screen.fields["recipe"] == PLAIN
    assert screen.at == "0.2.3.3"


def input_of(page: Page) -> Pixels:
    """The input of the run on the screen, in levels."""
    screen = Screen(page)
    return np.rint(screen.api.output(screen.run["id"], "input") * 255).astype(np.uint8)


def cell(canvas: Locator, row: float, column: float, rows: int = 32, columns: int = 32) -> tuple[float, float]:
    box = canvas.bounding_box()
    assert box
    return box["x"] + box["width"] * (column + 0.5) / columns, box["y"] + box["height"] * (row + 0.5) / rows


def changed(a: Pixels, b: Pixels | int) -> list[tuple[int, int]]:
    return [(int(r), int(k)) for r, k in np.argwhere((a != b).any(axis=0))]


# ---- drawing


def test_what_is_drawn_by_mouse_is_what_the_filter_reads(page: Page) -> None:
    dialog = opened(page, "draw")
    canvas = dialog.locator("canvas")
    page.mouse.move(*cell(canvas, 3, 4))
    page.mouse.down()
    page.mouse.move(*cell(canvas, 3, 9), steps=2)
    page.mouse.up()
    dialog.get_by_role("radio", name="Red").check()
    page.mouse.click(*cell(canvas, 20, 30))
    with using(page):
        dialog.get_by_role("button", name="Use it").click()
    pixels = input_of(page)
    assert changed(pixels, 255) == [(3, k) for k in range(4, 10)] + [(20, 30)]
    assert pixels[:, 20, 30].tolist() == [0xD6, 0x28, 0x28]
    page.go_back()
    Screen(page).ready()
    assert "image=chelsea" in page.url


def test_a_drawing_begins_on_the_present_picture_is_rubbed_out_and_undone(page: Page) -> None:
    dialog = opened(page, "draw")
    canvas = dialog.locator("canvas")
    dialog.get_by_role("button", name="This picture").click()
    expect(dialog.get_by_role("button", name="Undo")).to_be_enabled()  # then it has come
    for row in (1, 2, 3):
        page.mouse.click(*cell(canvas, row, 5))
    dialog.get_by_role("radio", name="Eraser").check(force=True)
    page.mouse.click(*cell(canvas, 2, 5))
    undo, redo = (dialog.get_by_role("button", name=name) for name in ("Undo", "Redo"))
    undo.click()
    undo.click()
    redo.click()
    expect(redo).to_be_enabled()
    redo.click()
    expect(redo).to_be_disabled()
    with using(page):
        dialog.get_by_role("button", name="Use it").click()
    before = prepare(load("chelsea"), 32, 32, "cover", "RGB")[0]
    assert changed(input_of(page), before) == [(1, 5), (3, 5)]


def test_a_picture_is_drawn_by_keys_alone(page: Page) -> None:
    Screen(page).open(PLAIN, image="chelsea", at="0.2.3.3", size=16)
    page.locator(".menu.picture > summary").focus()
    for key in ("Enter", "Tab", "Tab", "Tab"):
        page.keyboard.press(key)
    expect(page.locator("a[data-tool=draw]")).to_be_focused()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("canvas")).to_be_focused()
    rest(page)
    for key in ("ArrowUp", "Space", "ArrowLeft", "ArrowLeft", "Space", "ArrowDown"):
        page.keyboard.press(key)
    expect(dialog.get_by_role("status")).to_have_text("row 9, column 7: Black")
    page.keyboard.press("Space")
    page.keyboard.press("Control+z")
    while dialog.get_by_role("button", name="Use it").evaluate("button => button !== document.activeElement"):
        page.keyboard.press("Tab")
    with using(page):
        page.keyboard.press("Enter")
    assert changed(input_of(page), 255) == [(7, 6), (7, 8)]


def test_a_picture_is_drawn_by_finger_and_nothing_scrolls(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, has_touch=True)
    dialog = opened(page, "draw")
    canvas = dialog.locator("canvas")
    canvas.scroll_into_view_if_needed()
    session = page.context.new_cdp_session(page)
    for kind, points in (
        ("touchStart", [(5, 6)]),
        ("touchMove", [(12, 6)]),
        ("touchMove", [(19, 6)]),
        ("touchEnd", []),
    ):
        where = [dict(zip("xy", cell(canvas, *point), strict=True)) for point in points]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": where})
    assert dialog.evaluate("dialog => dialog.scrollTop") == 0
    with using(page):
        dialog.get_by_role("button", name="Use it").click()  # a tap is a long press on a loaded machine
    assert changed(input_of(page), 255) == [(r, 6) for r in range(5, 20)]


def test_a_free_drawing_has_more_pixels_and_is_shrunk(page: Page) -> None:
    dialog = opened(page, "draw")
    dialog.locator("label", has_text="free").click()
    dialog.get_by_role("button", name="Black", exact=True).click()
    with using(page):
        dialog.get_by_role("button", name="Use it").click()
    image = Screen(page).fields["image"]
    assert Screen(page).api.json(f"/images/{image}")["width"] == 256
    assert not input_of(page).any()


def test_escape_leaves_all_as_it_was_and_gives_the_focus_back(page: Page) -> None:
    opened(page, "draw")
    before = page.url
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".menu.picture > summary")).to_be_focused()
    assert page.url == before


# ---- crop


def test_a_part_is_dragged_zoomed_and_used(page: Page) -> None:
    dialog = opened(page, "crop")
    svg, number = dialog.locator("svg.whole"), lambda name: int(dialog.locator(f"input[name={name}]").input_value())
    assert [number(n) for n in ("top", "left", "tall", "wide")] == [1, 76, 300, 300]
    corner = cell(svg, 299.5, 374.5, 300, 451)
    with page.expect_response(lambda answer: "/picture/crop" in answer.url):
        page.mouse.move(*corner)
        page.mouse.down()
        page.mouse.move(*cell(svg, 149.5, 224.5, 300, 451), steps=4)
        page.mouse.up()
    assert [number(n) for n in ("top", "left")] == [1, 76]
    assert abs(number("tall") - 150) <= 2
    assert number("tall") == number("wide")
    with page.expect_response(lambda answer: "/picture/crop" in answer.url):
        page.mouse.move(*cell(svg, 75, 150, 300, 451))
        page.mouse.down()
        page.mouse.move(*cell(svg, 105, 190, 300, 451), steps=4)
        page.mouse.up()
    assert abs(number("top") - 31) <= 2
    assert abs(number("left") - 116) <= 2
    expect(dialog.locator(".how")).to_contain_text(f"{number('tall') / 32:.1f} × {number('tall') / 32:.1f} pixels")
    top, left, side = number("top") - 1, number("left") - 1, number("tall")
    with using(page):
        dialog.get_by_role("button", name="Use this part").click()
    kept = Image.open(BytesIO(page.request.get(f"/api/v1/images/{Screen(page).fields['image']}.png").body()))
    np.testing.assert_array_equal(np.asarray(kept), load("chelsea").pixels[top : top + side, left : left + side])


def test_a_part_is_chosen_by_keys_and_a_cell_is_looked_into(page: Page) -> None:
    dialog = opened(page, "crop")
    take = dialog.locator(".take")
    take.focus()
    for key in ("+", "+", "ArrowDown", "ArrowDown", "Shift+ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    expect(dialog.locator("input[name=tall]")).to_have_value("248")
    expect(dialog.locator("input[name=top]")).to_have_value("29")
    expect(dialog.locator("input[name=left]")).to_have_value("111")
    expect(dialog.locator(".how")).to_contain_text("7.8 × 7.8")
    dialog.get_by_role("slider", name="Zoom").focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(dialog.locator("input[name=tall]")).not_to_have_value("248")
    rest(page)
    row = dialog.locator("[data-cell=row]")
    row.fill("1")
    row.press("Enter")
    expect(dialog.locator(".onecell")).to_contain_text("Cell in row 1, column 17")


def test_a_cell_that_is_tapped_shows_its_pixels(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, has_touch=True)
    dialog = opened(page, "crop", size=8)
    dialog.locator(".cellmap").scroll_into_view_if_needed()
    page.touchscreen.tap(*cell(dialog.locator(".cellmap"), 2, 6, 8, 8))
    expect(dialog.locator(".onecell")).to_contain_text("Cell in row 3, column 7")
    expect(dialog.locator(".onecell")).to_contain_text("38 × 38 = 1,444 pixels")


def test_a_tall_picture_is_taken_hold_of_where_it_is_seen(page: Page) -> None:
    answer = page.request.post(
        "/api/v1/images",
        multipart={"file": {"name": "a.png", "mimeType": "image/png", "buffer": saved(gradient(90, 400), "PNG")}},
    )
    dialog = opened(page, "crop", image=answer.json()["id"])
    x, y = dialog.locator("svg.whole").evaluate(
        "svg => { const p = new DOMPoint(45, 60).matrixTransform(svg.getScreenCTM()); return [p.x, p.y]; }"
    )
    page.mouse.click(x, y)
    expect(dialog.locator("input[name=top]")).to_have_value("16")


# ---- cells


def test_cells_are_typed_painted_and_kept_exactly(page: Page) -> None:
    dialog = opened(page, "cells", size=12)
    before = prepare(load("chelsea"), 12, 12, "cover", "RGB")[0]
    dialog.get_by_label("red, row 1, column 1", exact=True).fill("7")
    dialog.get_by_role("link", name="blue").click()
    dialog.get_by_label("blue, row 2, column 3", exact=True).fill("250")
    dialog.get_by_text("paints", exact=True).click()
    dialog.locator("input[type=color]").fill("#010203")
    page.mouse.move(*cell(dialog.get_by_label("blue, row 5, column 5", exact=True), 0, 0, 1, 1))
    page.mouse.down()
    page.mouse.move(*cell(dialog.get_by_label("blue, row 5, column 6", exact=True), 0, 0, 1, 1), steps=3)
    page.mouse.up()
    with using(page):
        dialog.get_by_role("button", name="Use these cells").click()
    wanted = before.copy()
    wanted[0, 0, 0], wanted[2, 1, 2] = 7, 250
    wanted[:, 4, 4] = wanted[:, 4, 5] = (1, 2, 3)
    np.testing.assert_array_equal(input_of(page), wanted)


def test_cells_are_typed_by_keys_alone_and_undone(page: Page) -> None:
    dialog = opened(page, "cells", size=8, mode="L")
    field = lambda row, column: dialog.get_by_label(f"grey, row {row}, column {column}", exact=True)  # noqa: E731
    before = field(2, 2).input_value()
    field(1, 1).focus()
    for key in ("ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(field(2, 2)).to_be_focused()
    page.keyboard.type("201")
    page.keyboard.press("Enter")
    expect(field(3, 2)).to_be_focused()
    page.keyboard.type("300")
    page.keyboard.press("ArrowUp")
    expect(field(3, 2)).to_have_value("300")
    expect(field(3, 2)).to_have_attribute("aria-invalid", "true")
    said = "“300” in grey, row 3, column 2 is not taken: a pixel is a whole number from 0 to 255."
    expect(dialog.get_by_text(said)).to_be_visible()
    dialog.get_by_role("button", name="Use these cells").click()
    expect(field(3, 2)).to_be_focused()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(field(2, 2)).to_have_value(before)
    page.keyboard.press("Control+Shift+z")
    expect(field(2, 2)).to_have_value("201")
    wanted = prepare(load("chelsea"), 8, 8, "cover", "L")[0].copy()
    wanted[0, 1, 1] = 201
    with using(page):
        dialog.get_by_role("button", name="Use these cells").click()
    np.testing.assert_array_equal(input_of(page), wanted)


def test_a_block_is_pasted_where_the_focus_is_and_what_is_no_pixel_is_said(page: Page, watch: Watch) -> None:
    watch.expects(422)
    dialog = opened(page, "cells", size=8, mode="L")
    field = lambda row, column: dialog.get_by_label(f"grey, row {row}, column {column}", exact=True)  # noqa: E731
    paste(field(2, 3), "1\t2\n3\t−3")
    expect(field(2, 4)).to_have_value("2")
    expect(field(3, 4)).to_have_value("−3")
    expect(dialog.get_by_text("“−3” in grey, row 3, column 4 is not taken")).to_be_visible()
    field(3, 4).fill("4")
    expect(dialog.locator("[aria-invalid]")).to_have_count(0)
    paste(field(8, 8), "1 2\n3 4")
    expect(dialog.get_by_text("2 × 2 numbers do not fit from grey, row 8, column 8 on.")).to_be_visible()
    paste(field(1, 1), "1 x")
    expect(dialog.get_by_text("Row 1, column 2: 'x' is no number.")).to_be_visible()
    wanted = prepare(load("chelsea"), 8, 8, "cover", "L")[0].copy()
    wanted[0, 1:3, 2:4] = [[1, 2], [3, 4]]
    with using(page):
        dialog.get_by_role("button", name="Use these cells").click()
    np.testing.assert_array_equal(input_of(page), wanted)


def test_a_large_input_is_made_smaller_in_the_dialog(page: Page) -> None:
    dialog = opened(page, "cells", size=96)
    dialog.get_by_role("link", name="16 × 16").click()
    expect(dialog.locator(".celltable input")).to_have_count(256)


# ---- camera


def test_a_picture_is_taken_and_the_camera_let_go(page: Page) -> None:
    page.add_init_script(f"({CAMERA})([640, 360])")
    dialog = opened(page, "camera")
    dialog.get_by_role("button", name="Take the picture").click()
    expect(dialog.get_by_role("img", name="The picture that was taken")).to_be_visible()
    dialog.get_by_role("button", name="Again").click()
    dialog.get_by_role("button", name="Take the picture").click()
    with using(page):
        dialog.get_by_role("button", name="Use it").click()
    assert page.evaluate("tracks.map((track) => track.readyState)") == ["ended"]
    facts = Screen(page).api.json(f"/images/{Screen(page).fields['image']}")
    assert (facts["width"], facts["height"]) == (640, 360)
    assert (abs(input_of(page)[:, 16, 16].astype(int) - (10, 200, 90)) < 12).all()


def test_a_refused_camera_is_said_and_a_file_will_do(page: Page) -> None:
    page.add_init_script(REFUSES)
    dialog = opened(page, "camera")
    expect(dialog.get_by_role("alert")).to_contain_text("Allow it for this page")
    file = {"name": "a.png", "mimeType": "image/png", "buffer": saved(gradient(32, 32), "PNG")}
    dialog.locator("input[type=file]").set_input_files(file)
    with using(page):
        dialog.get_by_role("button", name="Use it").click()
    np.testing.assert_array_equal(input_of(page), np.asarray(gradient(32, 32)).transpose(2, 0, 1))


def test_what_cannot_be_read_is_said_in_the_dialog(page: Page, watch: Watch) -> None:
    watch.expects(415)
    page.add_init_script("delete Navigator.prototype.mediaDevices")
    dialog = opened(page, "camera")
    dialog.locator("input[type=file]").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no" * 40})
    dialog.get_by_role("button", name="Use it").click()
    expect(dialog.get_by_role("alert")).to_contain_text("text file")


# ---- as pages


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without"])
def test_cells_and_crop_are_pages_with_forms(open_page: Callable[..., Page], script: bool) -> None:
    page = open_page(java_script_enabled=script)
    page.goto(f"/picture/cells?image=chelsea&size=12&recipe={PLAIN}&at=0.2.3.3")
    if script:
        rest(page)
    page.get_by_label("red, row 1, column 1", exact=True).fill("7")
    page.get_by_role("button", name="Use these cells").click()
    page.wait_for_url("**/?image=*")
    assert input_of(page)[0, 0, 0] == 7
    page.goto(f"/picture/crop?image=chelsea&size=12&recipe={PLAIN}&at=0.2.3.3")
    if script:
        rest(page)
    page.get_by_label("first column").fill("101")
    if not script:
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_label("first column")).to_have_value("101")
    page.get_by_role("button", name="Use this part").click()
    page.wait_for_url("**/?image=*")
    kept = Image.open(BytesIO(page.request.get(f"/api/v1/images/{Screen(page).fields['image']}.png").body()))
    np.testing.assert_array_equal(np.asarray(kept), load("chelsea").pixels[:, 100:400])


@pytest.mark.layout
@pytest.mark.parametrize("tool", ["draw", "crop", "cells", "camera"])
@pytest.mark.parametrize("size", [(1280, 720), (1024, 768), (390, 844)], ids=lambda size: str(size[0]))
def test_a_tool_fits_its_screen(open_page: Callable[..., Page], tool: str, size: tuple[int, int]) -> None:
    page = open_page(*size)
    page.add_init_script(f"({CAMERA})([640, 360])")
    dialog = opened(page, tool, size=12)
    tall, seen, wide, across = dialog.evaluate("d => [d.scrollHeight, d.clientHeight, d.scrollWidth, d.clientWidth]")
    assert wide <= across
    assert size[0] < 700 or tall <= seen
    small = dialog.locator("button:visible, a.act:visible, a.tool:visible, label.chip:visible").evaluate_all(
        "all => all.map((e) => e.getBoundingClientRect()).filter((b) => b.height < 43.9 || b.width < 43.9).length"
    )
    assert not small
