"""A network learns in front of the class: begun, stepped, run, asked back, reloaded, and seen by somebody else."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watch
from tests.browser.test_access import findings
from tests.browser.windows import State, faults

TINY = "/train?size=12&names=circle&names=line&per_class=8&epochs=3&batch=4&rate=0.05"  # 12 batches
WHOLE = State("", drawn=False)


def stands(page: Page, state: str, step: int) -> None:
    """Wait until a page says how far its training has come."""
    expect(page.locator(f'#stands[data-state="{state}"][data-step="{step}"]')).to_be_visible()


def test_it_learns_while_a_class_watches(page: Page, open_page: Callable[..., Page], watch: Watch) -> None:
    page.goto(TINY)
    stands(page, "draft", 0)
    page.keyboard.press("n")
    stands(page, "paused", 1)
    other = open_page(390, 844)
    other.goto(page.url)
    stands(other, "paused", 1)
    expect(other.locator(".watching")).to_be_visible()
    expect(other.locator("[data-command]")).to_have_count(0)

    page.locator("[data-command=run]").click()
    for each in (page, other):  # neither is loaded again
        stands(each, "finished", 12)
        expect(each.locator("#right .big")).to_contain_text("%")
        expect(each.locator("#confusion td.hit")).to_have_count(2)
        expect(each.locator("#spoken")).to_contain_text("Finished: all epochs are over. Epoch 3 of 3:")
    expect(page.locator(".play")).to_be_disabled()
    expect(page.get_by_label("Epoch", exact=True)).to_have_attribute("max", "3")

    page.keyboard.press("r")
    expect(page.locator("#ask")).to_be_visible()
    page.keyboard.press("Escape")
    stands(page, "finished", 12)
    page.keyboard.press("r")
    page.locator("#ask").get_by_role("button", name="Back to the seed").click()
    for each in (page, other):
        stands(each, "paused", 0)
    page.reload()
    stands(page, "paused", 0)
    expect(page.locator(".play")).to_have_attribute("aria-label", "Train")


def test_a_checkpoint_opens_in_the_explorer(page: Page) -> None:
    page.goto(TINY)
    page.keyboard.press("Space")
    stands(page, "finished", 12)
    page.locator(".explore > summary").click()
    page.get_by_label("Epoch", exact=True).fill("2")
    page.locator(".explore").get_by_role("button", name="Open").click()
    expect(page.locator(".ribbon li")).to_have_count(6)
    expect(page).to_have_url(re.compile(r"model\(%22\w{32}%22,\+epoch=2\)"))
    expect(page.locator(".plate")).to_have_attribute("data-row", "4")
    page.go_back()
    page.locator(".explore > summary").click()
    page.get_by_label("Epoch", exact=True).fill("1")
    page.get_by_role("button", name="One weight learns").click()
    chosen = page.locator("#look.weight .batch li:has([aria-current])")
    expect(chosen.locator("button")).to_have_accessible_name(re.compile("^Picture 1 of the batch"))
    page.get_by_role("button", name="Picture 3 of the batch").press("Enter")
    expect(chosen.locator("button")).to_have_accessible_name(re.compile("^Picture 3 of the batch"))


def test_what_is_chosen_in_the_bar_is_kept_while_the_rest_changes(page: Page) -> None:
    page.goto(TINY)
    page.get_by_label("learning rate").select_option("0.3")
    page.get_by_label("Change conv2d").click()
    page.get_by_label("out_channels").fill("5")
    page.get_by_role("button", name="Set").locator("visible=true").click()
    expect(page.locator("#filters li")).to_have_count(5)
    expect(page.get_by_label("learning rate")).to_have_value("0.3")
    page.locator("select[name=batch]").select_option("8")
    page.locator(".set-of > summary").click()
    page.get_by_role("link", name="Digits").click()
    expect(page.locator(".examples li")).to_have_count(10)
    assert [page.locator(f"select[name={name}]").input_value() for name in ("rate", "batch")] == ["0.3", "8"]


def test_drawings_are_learned_from(page: Page) -> None:
    page.goto("/train?set=examples&epochs=1")
    for row, name in enumerate(("dot", "dash")):
        page.locator(f"[name=label{row}]").fill(name)
        for number in range(2):
            page.locator("[data-draw]").nth(row).click()
            page.locator("dialog canvas").focus()
            page.keyboard.press("Space")
            for _ in range(number + 3 * row + 1):
                page.keyboard.press("ArrowRight")
                page.keyboard.press("Space")
            page.get_by_role("button", name="Use it").click()
            expect(page.locator("fieldset").nth(row).get_by_alt_text(f"Drawing {number + 1}")).to_be_visible()
    page.get_by_role("button", name="Send and train").click()
    stands(page, "finished", 1)
    expect(page.locator(".examples li")).to_have_count(2)


@pytest.mark.layout
def test_it_is_whole_in_every_window_and_within_reach_of_everyone(page: Page) -> None:
    page.goto(TINY)
    assert findings(page) == []
    page.keyboard.press("Space")
    stands(page, "finished", 12)
    for width, height in ((1366, 625), (390, 844), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        assert faults(page, WHOLE) == [], width
    assert findings(page) == []
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    page.locator("#projector").click()
    expect(page.locator("[data-projector] #right")).to_be_visible()
    assert faults(page, WHOLE) == []
    assert findings(page) == []
