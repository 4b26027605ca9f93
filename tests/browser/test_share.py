"""The sheet under Share: the link to the place where the window stands, and a short one that opens elsewhere."""

import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.rest import follow, rest
from tests.browser.screen import PLAIN, Screen, link
from tests.browser.test_looks import findings
from tests.browser.test_upload import TURNED, chosen
from tests.samples import saved


def opened(screen: Screen) -> list[str]:
    """Open the sheet and return the links that it shows."""
    if not screen.all("#share").is_visible():  # in a small window the tools are folded
        screen.all(".fold").click()
    screen.all("#share").click()
    expect(screen.all("dialog.sheet")).to_be_visible()
    return fields(screen)


def held(address: str) -> dict[str, str]:
    """What an address holds, however its query is quoted."""
    return dict(parse_qsl(urlsplit(address).query))


def fields(screen: Screen) -> list[str]:
    return [str(field.input_value()) for field in screen.all(".leaving input[readonly]").all()]


def test_the_link_is_that_of_the_place_where_the_window_has_come_to(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea")
    screen.press("ArrowRight")
    screen.expect_place(2)
    (shown,) = opened(screen)
    assert held(shown) == {**held(page.url), "at": "0.0.0.1"}
    expect(screen.all(".leaving")).to_contain_text("Only this computer can open it.")


def test_what_is_copied_is_said_and_lies_on_the_clipboard(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen = Screen(page).open(PLAIN, image="chelsea")
    (shown,) = opened(screen)
    copy = screen.all(".leaving [data-copy]")
    expect(copy).to_be_focused()
    copy.click()
    expect(copy).to_have_text("Copied")
    expect(screen.all(".leaving .told")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == shown


def test_without_a_clipboard_the_text_is_copied_the_old_way(page: Page) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined });")
    page.add_init_script("document.execCommand = (what) => { window.done = [what, getSelection().toString()]; };")
    screen = Screen(page).open(PLAIN, image="chelsea")
    (shown,) = opened(screen)
    screen.all(".leaving [data-copy]").click()
    expect(screen.all(".leaving [data-copy]")).to_have_text("Copied")
    assert page.evaluate("done") == ["copy", shown]


def test_a_short_link_opens_the_same_view_in_another_browser(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page()).open(PLAIN, image="chelsea", at="0.1.2.3", view="flat")
    opened(screen)
    screen.all(".leaving [action='/share'] button").click()
    expect(screen.all(".leaving input[readonly]")).to_have_count(2)
    short = fields(screen)[1]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/s/\w{10}", short)
    expect(screen.all(".leaving [data-copy]").last).to_be_focused()
    other = Screen(open_page(390, 844)).follow(short)
    assert other.fields == screen.fields
    assert other.at == "0.1.2.3"


def test_the_sheet_goes_with_escape_a_click_beside_it_or_its_cross_and_gives_the_focus_back(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea")
    for leave in (
        lambda: screen.press("Escape"),
        lambda: page.mouse.click(100, 600),
        lambda: screen.all(".leaving [data-leave]").click(),
    ):
        opened(screen)
        leave()
        expect(screen.all("dialog.sheet")).to_have_count(0)
        expect(screen.all("#share")).to_be_focused()
    assert screen.place == 1


def test_a_picture_of_one_s_own_is_kept_with_its_short_link(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page()).open(PLAIN, image="chelsea")
    with screen.changing():
        chosen(screen.page, saved(TURNED, "PNG"), "turned.png", "image/png")
    rest(screen.page)
    opened(screen)
    expect(screen.all(".leaving")).to_contain_text("until it goes, in 24 hours")
    expect(screen.all(".leaving")).to_contain_text("It keeps your picture as long")
    screen.all(".leaving [action='/share'] button").click()
    expect(screen.all(".leaving")).to_contain_text("until it goes, in 365 days")


def test_the_view_becomes_a_step_of_one_s_lesson_with_its_sentence_and_goes_out_again(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", at="0.1.2.3")
    screen.press("ArrowRight")
    screen.expect_place(61)
    opened(screen)
    row = screen.all("#to-lesson")
    row.get_by_role("button", name="Add").click()
    expect(row.locator("h2")).to_have_text("Step 1 of “My lesson”")
    sentence = row.get_by_label("Its sentence")
    expect(sentence).to_be_focused()
    sentence.fill("Orange counts for it.")
    sentence.press("Enter")
    expect(row.get_by_role("status")).to_have_text("Saved.")
    expect(screen.all("#spoken")).to_have_text("Saved.")
    expect(screen.all("dialog.sheet .leaving")).to_be_visible()
    lesson = str(row.locator("h2 a").get_attribute("href"))
    steps = page.request.get(f"/api/v1/lessons/{lesson.split('/')[2]}").json()["steps"]
    assert [step["sentence"] for step in steps] == ["Orange counts for it."]
    assert held(steps[0]["address"])["at"] == "0.1.2.4"
    row.get_by_role("button", name="Undo").click()
    expect(row.locator("h2")).to_have_text("Taken out again")
    row.get_by_role("button", name="Add").click()
    expect(row.locator("h2")).to_have_text("Step 1 of “My lesson”")


def test_a_key_adds_the_view_at_once_and_undo_takes_it_out(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", at="0.1.2.3")
    for number in (1, 2):
        screen.press("l")
        expect(screen.notice).to_have_text(f"Step {number} of “My lesson”")
        expect(screen.all("#spoken")).to_have_text(f"Step {number} of “My lesson”")
    before = page.url
    screen.all("#notice").get_by_role("button", name="Undo").click()
    expect(screen.notice).to_have_text("Taken out again")
    expect(screen.all("#notice").get_by_role("button", name="Undo")).to_have_count(0)
    assert page.url == before, "a lesson is no step of the history"
    screen.press("l")
    expect(screen.notice).to_have_text("Step 2 of “My lesson”")


def test_on_a_projector_the_key_is_the_laser(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", projector=1)
    screen.press("l")
    expect(screen.all("#laser-on")).to_have_attribute("aria-pressed", "true")
    expect(screen.notice).to_have_count(0)


def test_a_worksheet_is_of_the_place_where_the_window_is(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea", at="0.1.2.3")
    screen.press("ArrowRight")
    screen.expect_place(61)
    opened(screen)
    screen.all(".leaving").get_by_role("link", name="Print").click()
    expect(page).to_have_url(re.compile(r"/worksheet\?.*at=0\.1\.2\.4"))


def test_a_room_is_not_opened_where_no_phone_can_come(page: Page) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea")
    opened(screen)
    expect(screen.all(".leaving").get_by_role("button", name="Open a room")).to_be_disabled()
    expect(screen.all(".leaving")).to_contain_text("Phones need an address of this network: convscope serve --lan")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (320, 640), (844, 390)])
def test_the_sheet_lies_inside_the_window(open_page: Callable[..., Page], width: int, height: int) -> None:
    screen = Screen(open_page(width, height)).open(PLAIN, image="chelsea")
    opened(screen)
    box = screen.all("dialog.sheet").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    assert screen.all("dialog.sheet").evaluate("e => e.scrollWidth <= e.clientWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_sheet(open_page: Callable[..., Page], scheme: str) -> None:
    screen = Screen(open_page(color_scheme=scheme)).open(PLAIN, image="chelsea")
    opened(screen)
    assert findings(screen.page) == []


def test_without_an_answer_it_says_so(page: Page, watch: Watch) -> None:
    screen = Screen(page).open(PLAIN, image="chelsea")
    opened(screen)
    watch.cut_off(page)
    screen.all(".leaving [action='/share'] button").click()
    expect(screen.all(".leaving .told")).to_have_text("The server did not answer; is it still running?")
    screen.press("Escape")
    screen.all("#share").click()
    expect(screen.notice).to_have_text("The server did not answer; is it still running?")


def test_without_scripts_share_is_a_page(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(link(PLAIN, image="chelsea", at="0.0.0.1"))
    there = held(page.url)
    follow(page.locator("#share"))
    assert held(page.locator(".leaving input[readonly]").input_value()) == there
    follow(page.locator(".leaving [action='/share'] button"))
    short = page.locator(".leaving input[readonly]").last.input_value()
    follow(page.locator("#to-lesson button"))
    expect(page.locator(".added h2")).to_have_text("Step 1 of “My lesson”")
    page.goto(short)
    assert held(page.url) == there
