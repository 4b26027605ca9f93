"""A teacher makes a lesson: adds views, writes sentences, moves, takes out and puts back, asks a question, plays."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Watch
from tests.browser.screen import Screen
from tests.browser.test_access import findings
from tests.browser.windows import State, faults

RECIPE = "conv2d(6, 5) | relu | max_pool2d(2)"
VIEWS = ("0.0.7.16", "1.0.7.16", "2.0.3.8")
WHOLE = State("", drawn=False)


def begun(page: Page, *sentences: str) -> None:
    """Begin a lesson with a view for each sentence, and open it."""
    page.goto("/lesson")
    for at, sentence in zip(VIEWS, sentences, strict=False):
        address = f"/?image=coffee&size=32&recipe={RECIPE}&at={at}"
        made = page.request.post("/lesson/add", form={"address": address, "sentence": sentence})
        assert made.ok, made.text()
    page.goto("/lesson")
    page.locator(".own").get_by_role("link", name="Edit").first.click()
    settled(page)


def settled(page: Page) -> None:
    expect(page.locator("html.ready")).to_be_attached()


def says(page: Page, *sentences: str) -> None:
    """Wait until the list has just these sentences."""
    expect(page.locator("#steps li b")).to_have_text(list(sentences))


def kept(page: Page, *sentences: str) -> None:
    """Check that the server has them too."""
    name = re.search(r"/lesson/(\w+)/", page.url)[1]
    steps = page.request.get(f"/api/v1/lessons/{name}").json()["steps"]
    assert [step.get("sentence", "") for step in steps] == list(sentences)


def test_a_teacher_changes_a_lesson_and_plays_it(page: Page) -> None:
    screen = Screen(page).open(RECIPE, image="coffee", at="0.3.7.16")
    page.get_by_role("link", name="Share").click()
    page.get_by_role("button", name="Add to my lesson").click()
    page.get_by_label("Its sentence").fill("One.")
    page.keyboard.press("Enter")
    expect(page.locator(".added [role=status]")).to_have_text("Saved.")
    page.keyboard.press("Escape")
    for at, layer in enumerate((2, 3), 2):
        with screen.changing():
            page.locator(".ribbon li a").nth(layer).click()
        screen.press("l")
        expect(screen.notice).to_have_text(f"Step {at} of “My lesson”")
    page.goto("/lesson")
    page.locator(".own").get_by_role("link", name="Edit").click()
    settled(page)
    says(page, "One.", "No sentence yet", "No sentence yet")
    page.locator("#steps a").nth(2).click()
    expect(page.locator("#steps li").nth(2)).to_have_attribute("aria-current", "step")
    page.get_by_label("Sentence").fill("Three.")
    says(page, "One.", "No sentence yet", "Three.")
    page.locator("#steps a").nth(1).click()
    expect(page.get_by_label("Sentence")).to_have_value("")
    page.get_by_label("Sentence").fill("Below zero becomes zero.")
    expect(page.locator("#saving")).to_have_text("Saved.")
    says(page, "One.", "Below zero becomes zero.", "Three.")
    kept(page, "One.", "Below zero becomes zero.", "Three.")

    page.get_by_role("button", name="Earlier").click()
    says(page, "Below zero becomes zero.", "One.", "Three.")
    expect(page.get_by_role("button", name="Later")).to_be_focused()  # there is no earlier any more
    page.get_by_role("button", name="Delete").click()
    says(page, "One.", "Three.")
    expect(page.locator("#told")).to_contain_text("The step is taken out.")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    says(page, "Below zero becomes zero.", "One.", "Three.")
    kept(page, "Below zero becomes zero.", "One.", "Three.")
    page.reload()
    says(page, "Below zero becomes zero.", "One.", "Three.")

    page.get_by_role("link", name="Play", exact=True).click()
    expect(page.locator("cs-step")).to_contain_text("Below zero becomes zero.")
    page.locator(".lesson-transport [rel=next]").click()
    expect(page.locator("cs-step")).to_contain_text("One.")


def test_steps_are_moved_by_the_arrows_of_their_grip_and_dragged(page: Page) -> None:
    begun(page, "One.", "Two.", "Three.")
    grip = page.get_by_role("button", name="Move step 3")
    grip.focus()
    page.keyboard.press("ArrowUp")
    says(page, "One.", "Three.", "Two.")
    expect(page.locator("#spoken")).to_have_text("Step 3 is now step 2 of 3.")
    expect(page.get_by_role("button", name="Move step 2")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # which it cannot
    says(page, "Three.", "One.", "Two.")
    here, there = (page.locator("#steps .grip").nth(at).bounding_box() for at in (0, 2))
    page.mouse.move(here["x"] + 20, here["y"] + 20)
    page.mouse.down()
    for part in range(1, 11):
        page.mouse.move(here["x"] + 20, here["y"] + 20 + (there["y"] - here["y"]) * part / 10)
    page.mouse.up()
    says(page, "One.", "Two.", "Three.")
    expect(page.locator("#steps .dragged")).to_have_count(0)
    expect(page.locator("#steps li").nth(2)).to_have_attribute("aria-current", "step")
    kept(page, "One.", "Two.", "Three.")


def test_a_question_of_ones_own_is_saved_once_it_is_whole(page: Page) -> None:
    begun(page, "One.")
    page.get_by_label("my own").check()
    page.get_by_label("What you ask").fill("How many places in a row?")
    page.get_by_label("Answer 1", exact=True).fill("27")
    page.get_by_label("Answer 2", exact=True).fill("28")
    expect(page.locator("#saving")).to_have_text("Not saved yet")
    page.get_by_label("Answer 2 is right").check()
    expect(page.locator("#saving")).to_have_text("Saved.")
    expect(page.locator("#steps")).to_contain_text("asks a question of yours")
    page.get_by_label("none").check()
    expect(page.locator(".asked")).to_be_hidden()
    expect(page.locator("#steps")).not_to_contain_text("asks")


def test_two_tabs_lose_nothing(page: Page, open_page: Callable[..., Page], watch: Watch) -> None:
    begun(page, "One.", "Two.")
    other = page.context.new_page()
    other.goto(page.url)
    settled(other)
    other.get_by_label("Sentence").fill("From the other tab.")
    expect(other.locator("#saving")).to_have_text("Saved.")
    watch.expects(409)
    page.get_by_label("Sentence").fill("From this tab.")
    expect(page.locator("#told")).to_contain_text("Another tab has changed this step")
    expect(page.locator(".conflict")).to_contain_text("From the other tab.")
    expect(page.get_by_label("Sentence")).to_have_value("From this tab.")
    page.get_by_label("Sentence").fill("From this tab, then.")
    expect(page.locator("#saving")).to_have_text("Saved.")
    expect(page.locator(".conflict")).to_have_count(0)
    kept(page, "From this tab, then.", "Two.")


def test_another_view_is_looked_for_and_brought_back(page: Page) -> None:
    begun(page, "One.", "Two.")
    page.locator("#steps a").nth(1).click()
    expect(page.get_by_label("Sentence")).to_have_value("Two.")
    page.get_by_label("Sentence").fill("Two, typed a moment ago.")
    page.get_by_role("button", name="Change the view").click()
    bar = page.locator("#changing")
    expect(bar).to_contain_text("Step 2 of “My lesson”")
    with Screen(page).changing():
        page.locator(".ribbon li a").nth(3).click()
    bar.get_by_role("button", name="Use this view").click()
    expect(page.locator("#told")).to_contain_text("shows the view that you chose")
    says(page, "One.", "Two, typed a moment ago.")
    expect(page.locator("#steps li").nth(1)).to_have_attribute("aria-current", "step")
    assert "at=2." in page.locator("#see").get_attribute("src")
    page.goto("/")
    expect(page.locator("html.ready")).to_be_attached()
    expect(bar).to_have_count(0)


def test_what_is_typed_while_another_step_is_on_its_way_is_kept(page: Page) -> None:
    begun(page, "One.", "Two.")
    held: list[Route] = []
    page.route("**/edit?step=2", lambda route: route.continue_() if held else held.append(route))
    page.locator("#steps a").nth(1).click()
    page.get_by_label("Sentence").fill("Typed meanwhile.")
    held[0].continue_()
    expect(page.get_by_label("Sentence")).to_have_value("Two.")
    kept(page, "Typed meanwhile.", "Two.")


def test_on_a_phone_a_step_is_a_page_of_its_own(open_page: Callable[..., Page]) -> None:
    phone = open_page(390, 844)
    begun(phone, "One.", "Two.")
    expect(phone.locator(".stepform")).to_be_hidden()
    phone.locator("#steps a").nth(1).click()
    expect(phone.get_by_label("Sentence")).to_have_value("Two.")
    expect(phone.locator("#steps")).to_be_hidden()
    assert not faults(phone, WHOLE)
    phone.get_by_role("link", name="All steps").click()
    expect(phone.locator("#steps")).to_be_visible()
    assert not faults(phone, WHOLE)


@pytest.mark.layout
def test_the_desk_and_the_contents_fit_and_can_be_read_by_all(open_page: Callable[..., Page], typeface: str) -> None:
    for width, height in ((1280, 720), (1024, 768)):
        page = open_page(width, height)
        begun(page, "A picture is three sheets of numbers.", "One window, one filter: one number.", "Then a pool.")
        for kind in ("none", "my own"):
            page.get_by_label(kind).check()
            assert not faults(page, WHOLE), (width, kind)
        assert not findings(page)
        page.locator(".out summary").click()
        box = page.locator(".out .sheet").bounding_box()
        assert box["x"] >= 0
        assert box["y"] > 0
        assert box["x"] + box["width"] <= width
        page.goto("/lesson")
        settled(page)
        assert not faults(page, WHOLE)
        assert not findings(page)
        page.context.clear_cookies()


def test_a_lesson_that_another_tab_has_deleted_is_said_to_be(page: Page, watch: Watch) -> None:
    watch.expects(404)
    begun(page, "One.", "Two.")
    name = re.search(r"/lesson/(\w+)/", page.url)[1]
    assert page.request.post(f"/lesson/{name}/delete").status < 500
    assert page.request.get(f"/api/v1/lessons/{name}").status == 404
    page.locator("#step [name=sentence]").fill("Three.")
    expect(page.locator("#told")).to_contain_text("has been deleted")
    expect(page.locator("#step [name=sentence]")).to_have_value("Three.")


def test_who_clicks_on_to_a_step_whose_picture_has_gone_sees_no_other_picture(page: Page, watch: Watch) -> None:
    watch.expects(404)
    gone = "0" * 32
    page.goto("/lesson")
    page.request.post("/lesson/add", form={"address": "/?image=coffee&size=8&recipe=relu", "sentence": "One."})
    page.goto("/lesson")
    page.locator(".own").get_by_role("link", name="Edit").first.click()
    name = re.search(r"/lesson/(\w+)/", page.url)[1]
    page.goto(f"/lesson/{name}?step=1")
    settled(page)
    shown = page.frame_locator("cs-step iframe")
    expect(shown.locator("html.ready")).to_be_attached()
    html = page.request.get("/parts/step", params={"address": f"/lesson/{name}?step=1"}).text()
    lost = html.replace("<cs-step ", "<cs-step data-lost ").replace("image=coffee", f"image={gone}")
    page.evaluate("html => document.querySelector('cs-step').lead(html)", lost)
    expect(shown.get_by_text("choose a picture for them")).to_be_visible()
    page.evaluate("html => document.querySelector('cs-step').lead(html)", html)
    expect(shown.locator("html.ready .ribbon, html.ready main").first).to_be_attached()
    expect(shown.get_by_text("choose a picture for them")).to_have_count(0)
