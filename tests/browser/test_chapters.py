"""Tasks of the built-in lesson that are no matter of dragging: each is done in the figure by what a person presses."""

import pytest
from playwright.sync_api import Frame, Page, expect

from app.classroom.book import BOOK


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
}
PLACES = {"row", "column"}
BY_HAND = [
    (slug, number)
    for slug, lesson in BOOK.items()
    for number, step in enumerate(lesson.steps, 1)
    if step.task and not set(step.task.until) <= PLACES
]


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
