"""Tasks of the built-in lesson that are no matter of dragging: each is done in the figure by what a person presses."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Frame, Page, expect

from app.classroom.beats import beats_of
from app.classroom.book import BOOK
from tests.samples import gradient, saved


def card(number):
    return lambda frame: frame.locator(".fancard").nth(number - 1).click()


def press(role, name, *first):
    def done(frame: Frame) -> None:
        for each in first:
            frame.locator(each).first.click()
        frame.get_by_role(role, name=name, exact=True).first.click()

    return done


def chip(name, value):
    return lambda frame: frame.get_by_role("group", name=name).get_by_role("link", name=value, exact=True).click()


HANDS = {
    ("picture", 1): lambda frame: frame.locator("a[data-channel='2']").first.dispatch_event("click"),
    ("maps", 1): card(4),
    ("layers", 2): lambda frame: frame.locator("a.stop").filter(has_text="conv2d").last.click(),
    ("learning", 2): press("link", "Next filter"),
    ("learning", 3): lambda frame: choose_epoch(frame),
    ("trained", 1): card(3),
    ("trained", 3): press("link", "strongest first", ".sorts summary"),
    ("neurons", 4): lambda frame: frame.get_by_role("link", name="Everything connected").click(),
    ("padding", 1): chip("padding", "2"),
    ("padding", 2): chip("stride", "2"),
    ("pooling", 3): lambda frame: frame.get_by_role("link", name="Move the picture right").click(),
    ("network", 2): lambda frame: frame.locator("#class-0").click(),
    ("network", 4): lambda frame: upload(frame),
}
SCREENS = ((1280, 720), (1024, 768))  # of projectors
SCROLLS = """() => [document.scrollingElement, ...document.querySelectorAll("#look, #look ol, #look section, #sum")]
    .filter((part) => part.scrollHeight > part.clientHeight + 1 && (part === document.scrollingElement ||
      /auto|scroll/.test(getComputedStyle(part).overflowY)))
    .map((part) => `${part.id || part.tagName} ${part.scrollHeight} > ${part.clientHeight}`)"""
PLACES = {"row", "column"}
BY_HAND = [
    (slug, number)
    for slug, lesson in BOOK.items()
    for number, step in enumerate(lesson.steps, 1)
    if step.task and not set(step.task.until) <= PLACES
]


def upload(frame: Frame) -> None:
    frame.locator(".menu.picture > summary").click()
    photo = {"name": "photo.png", "mimeType": "image/png", "buffer": saved(gradient(64, 48), "PNG")}
    frame.locator(".menu.picture input[type=file]").set_input_files(photo)


def choose_epoch(frame: Frame) -> None:
    frame.locator("details.with summary").click()
    chip("Another epoch of the training", "1")(frame)


def test_hands_are_known_for_every_task_that_is_not_about_the_window():
    assert sorted(HANDS) == sorted(BY_HAND)


@pytest.mark.parametrize(("slug", "number"), BY_HAND)
def test_a_task_can_be_done_in_its_figure(page: Page, slug: str, number: int):
    page.goto(f"/lesson/{slug}?step={number}&lang=en")
    page.wait_for_selector("html.ready", state="attached")
    frame = page.locator("iframe.framed").first.element_handle().content_frame()
    frame.wait_for_selector("html.ready", state="attached")
    expect(page.locator("#task.done")).to_have_count(0)
    HANDS[slug, number](frame)
    expect(page.locator("#task.done")).to_have_count(1)


@pytest.mark.parametrize("slug", BOOK)
def test_nothing_on_a_projector_need_be_scrolled(page: Page, slug: str):
    found = []
    for number, step in enumerate(BOOK[slug].steps, 1):
        for language, beat in (("en", beats_of(step)[-1]), ("zh", beats_of(step)[0])):
            page.goto(f"/lesson/{slug}?step={number}.{beat}&projector=1&lang={language}")
            frame = page.locator("iframe.framed").first.element_handle().content_frame()
            frame.wait_for_selector("html.ready", state="attached")
            for width, height in SCREENS:
                page.set_viewport_size({"width": width, "height": height})
                inside = page.locator("iframe.framed").evaluate("(frame) => [frame.clientWidth, frame.clientHeight]")
                frame.wait_for_function("(size) => innerWidth === size[0] && innerHeight === size[1]", arg=inside)
                found += [f"{number}.{beat} {language} {width}: {part}" for part in frame.evaluate(SCROLLS)]
    assert not found


@pytest.mark.parametrize(("slug", "step"), [("picture", 1), ("maps", 2), ("maps", 3), ("pooling", 3)])
def test_what_is_spoken_of_is_seen_at_once_beside_the_words(page: Page, slug: str, step: int):
    page.goto(f"/lesson/{slug}?step={step}")
    frame = page.locator("iframe.framed").first.element_handle().content_frame()
    frame.wait_for_selector("html.ready", state="attached")
    assert frame.evaluate(SCROLLS) == []


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (390, 844)])
def test_a_photo_of_ones_own_stays_in_the_figure_while_its_step_lasts(page: Page, width: int, height: int):
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/lesson/network?step=4&lang=en")
    page.wait_for_selector("html.ready", state="attached")
    frame = page.locator("iframe.framed").first.element_handle().content_frame()
    frame.wait_for_selector("html.ready", state="attached")
    expect(frame.locator("#app > .bar > :visible")).to_have_count(1)
    upload(frame)
    expect(page.locator("#task.done")).to_have_count(1)
    own = parse_qs(urlsplit(frame.url).query)["image"]
    page.locator("#guess .choice").last.click()
    expect(page.locator("#guess.done")).to_have_count(1)
    assert parse_qs(urlsplit(frame.url).query)["image"] == own != ["chelsea"]
    for spot in ("4.ask", "4", "3.reveal"):
        page.locator("[rel=prev]").click()
        expect(page.locator("cs-step")).to_have_attribute("data-address", re.compile(rf"step={re.escape(spot)}(&|$)"))
    frame.wait_for_url("**image=coffee**")
