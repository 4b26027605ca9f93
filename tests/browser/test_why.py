"""A photo of one's own, named by SqueezeNet: what it looks at, what paint changes, a score followed to the picture."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from app.paths import folder
from tests.browser.rest import rest
from tests.pages.reading import link

WHOLE = 'model("squeezenet")'
SMALL = (
    "conv2d(9, 5, 3, weights=random(7)) | relu | global_avg_pool2d | flatten | softmax"  # quick, its classes unnamed
)
ESPRESSO = 967


def photo() -> bytes:
    """Return a picture that is not in the gallery: its coffee, cropped."""
    out = BytesIO()
    whole = Image.open(folder("static") / "gallery" / "coffee.webp").convert("RGB")
    whole.crop((90, 0, 500, 400)).save(out, "PNG")
    return out.getvalue()


def share(page: Page) -> str:
    return page.locator(".ten li:first-child [data-share]").inner_text()


def percent(text: str) -> float:
    return float(re.sub(r"[^\d.]", "", text))


def named(page: Page, press: Callable[[Locator], None] = Locator.click) -> Page:
    """Upload the photo on the first page, choose the network, look at all of it, and ask why it says what it says."""

    def go(link: Locator, to: Locator) -> None:
        press(link)
        to.wait_for()
        rest(page)

    page.goto("/")
    press(page.locator(".menu.picture > summary"))
    with page.expect_navigation(url=re.compile("image=")):
        page.locator(".menu.picture input[type=file]").set_input_files(
            {"name": "mine.png", "mimeType": "image/png", "buffer": photo()}
        )
    rest(page)
    go(page.locator("#networks"), page.locator("dialog .networks"))
    go(
        page.locator("dialog .networks a", has_text="SqueezeNet").first,
        page.locator('#app[data-address*="squeezenet"]'),
    )
    whole = page.locator('.looks > [data-look="network"]')
    if not whole.is_visible():
        press(page.locator(".looks summary"))
        whole = page.locator('.looks .sheet [data-look="network"]')
    go(whole, page.locator("[data-main]"))
    expect(page.locator("[data-main]")).to_have_text("Why espresso?")
    go(page.locator("[data-main]"), page.locator("#board"))
    image = parse_qs(urlsplit(page.url).query)["image"][0]
    said = json.loads(page.request.get(f"/api/v1/runs?image={image}&recipe={WHOLE}").text())["prediction"][0]
    assert said["label"] == "espresso"
    expect(page.locator("#look h2")).to_have_text("Why espresso?")
    assert percent(share(page)) == pytest.approx(100 * said["probability"], abs=0.5)
    return page


def painted(page: Page, act: Callable[[Locator], None]) -> None:
    """Paint, and wait until what is said of it is there."""
    tick = page.locator(".ten li:first-child [data-before]")
    act(page.locator("#board"))
    expect(tick).to_be_visible()
    rest(page)
    expect(page.locator("[data-painted]")).to_have_text(re.compile(r"^\d+ % of the picture is grey$"))


def at(page: Page) -> list[int]:
    return [int(part) for part in parse_qs(urlsplit(page.url).query)["at"][0].split(".")]


def test_by_mouse_a_class_paint_undo_and_home_to_the_pixels(page: Page) -> None:
    named(page)
    before, title = share(page), page.locator("#look h2").inner_text()

    def drag(board: Locator) -> None:
        box = board.bounding_box()
        assert box
        page.mouse.move(box["x"] + 0.35 * box["width"], box["y"] + 0.3 * box["height"])
        page.mouse.down()
        for x, y in [(0.65, 0.3), (0.35, 0.42), (0.65, 0.42)]:
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        page.mouse.up()

    painted(page, drag)
    expect(page.locator("[data-before]")).to_have_text(f"was {before}")
    assert percent(share(page)) < percent(before)
    assert page.locator("#look h2").inner_text() == title
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Paint grey")).to_be_focused()
    expect(page.locator("[data-before]")).to_be_hidden()
    rest(page)
    assert share(page) == before
    expect(page.locator("[data-painted]")).to_have_text("Nothing is painted yet")
    page.get_by_role("button", name="Camera").click()
    page.get_by_role("button", name="Start the camera").click()
    expect(page.locator("[data-lead]")).to_have_text("No camera was found.")
    expect(page.get_by_role("button", name="Camera")).to_be_focused()
    assert page.locator("#look h2").inner_text() == title
    page.locator(".ten a").nth(1).click()
    rest(page)
    expect(page.locator("#look h2")).to_have_text(re.compile("^What speaks for "))
    consomme = page.locator(".ten a").first.get_attribute("data-index")
    assert f"at=62.{consomme}." in (page.locator(".made a").get_attribute("href") or "")
    page.wait_for_function("(label) => !location.search.includes(label)", arg=f".{ESPRESSO}.")
    page.locator(f'.ten a[data-index="{ESPRESSO}"]').click()
    rest(page)
    expect(page.locator("#look h2")).to_have_text(title)
    rest(page)
    page.locator(".made a").click()
    page.locator("#look.trace").wait_for()
    rest(page)
    layer, channel, row, column = at(page)
    assert (layer, channel) == (62, ESPRESSO)
    assert 0 <= row < 14
    assert 0 <= column < 14


def test_by_keys(page: Page) -> None:
    named(page, lambda target: target.press("Enter"))
    before = share(page)
    page.locator("#board").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    row, column = map(int, re.findall(r"\d+", page.locator("#spoken").inner_text()))
    painted(page, lambda _: page.keyboard.press("Space"))
    expect(page.locator("#spoken")).to_contain_text("% of the picture is grey. espresso:")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-before]")).to_be_hidden()
    rest(page)
    assert share(page) == before
    page.keyboard.press("Enter")
    page.locator("#look.trace").wait_for()
    rest(page)
    assert at(page) == [62, ESPRESSO, row - 1, column - 1]


def test_by_touch_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page(390, 844, has_touch=True)
    named(page, Locator.tap)
    page.locator("#brush label").nth(2).tap()
    painted(page, lambda board: board.tap())
    page.get_by_role("button", name="Clean").tap()
    expect(page.locator("[data-before]")).to_be_hidden()
    page.get_by_role("button", name="Paint grey").tap()
    rest(page)
    page.locator("#board").tap(position={"x": 180, "y": 180})
    page.locator("#look.trace").wait_for()
    assert at(page)[:2] == [62, ESPRESSO]


@pytest.fixture
def filmed(launch: Callable[..., Browser], typeface: str, open_page: Callable[..., Page]) -> Page:
    """A page with a camera that shows a test pattern, and that is allowed."""
    browser = launch(typeface, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    page = open_page(within=browser, color_scheme="light")
    page.add_init_script(
        "window.sent = 0; const real = window.fetch;"
        "window.fetch = (...args) => {"
        "  window.sent += String(args[0]).startsWith('/parts/why');"
        "  return real(...args);"
        "};"
    )
    page.goto(link(SMALL, image="coffee", size="64", at="4.0.0.0", view="why"))
    return page


def test_the_camera_asks_first_names_what_it_sees_and_what_is_held_is_painted(filmed: Page) -> None:
    page, sent = filmed, "window.sent"
    own = share(page)
    page.get_by_role("button", name="Camera").click()
    expect(page.locator("[data-lead]")).to_contain_text("is forgotten there. Nothing is sent before you start.")
    assert page.evaluate(sent) == 0
    page.get_by_role("button", name="Start the camera").click()
    page.wait_for_function("() => window.sent > 4")
    expect(page.locator("#look h2")).to_have_text("What does it say?")
    expect(page.get_by_role("button", name="Turn the camera off")).to_be_visible()
    page.get_by_role("button", name="Hold this picture").click()
    expect(page.locator("#look h2")).to_have_text(re.compile("^Why class "))
    rest(page)
    held = page.evaluate(sent)
    expect(page.locator(".film")).to_be_hidden()
    painted(page, lambda board: board.click())
    assert page.evaluate(sent) > held
    page.get_by_role("button", name="Back to the picture").click()
    expect(page.locator("[data-frame]")).to_be_hidden()
    rest(page)
    assert share(page) == own
