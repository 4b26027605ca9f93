"""By keyboard alone and by ear: after every act the focus has its place, and one sentence says what was done."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.explorer.looks.look import Look
from app.explorer.looks.registry import LOOKS
from tests.browser.conftest import Watch
from tests.browser.rest import rest
from tests.browser.screen import FIRST, Screen
from tests.pages.reading import link

HERE = link(FIRST, scale="byte", at="0.3.7.16")
TRACK = """() => { window.asked = 0; document.addEventListener("htmx:before:request", () => { window.asked++; }); }"""


class Hand:
    """A person with a keyboard and a screen reader. `acts` counts what was asserted."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.page, self.acts = screen, screen.page, 0

    def to(self, selector: str) -> "Hand":
        """Go to something with the Tab key; it must be reached."""
        target = self.page.locator(selector).first
        for key in ("Tab", "Shift+Tab"):
            for _ in range(120):
                if target.evaluate("e => e === document.activeElement"):
                    return self
                self.page.keyboard.press(key)
        raise AssertionError(f"the Tab key does not come to {selector}")

    def press(self, *keys: str, focus: str, said: str, loads: bool = False) -> "Hand":
        """Press keys; then the focus is on one element, and a sentence was said, both by what they are like."""
        if loads:
            with self.screen.changing():
                self._keys(keys)
        else:
            self._keys(keys)
        expect(self.page.locator(focus).first).to_be_focused()
        expect(self.page.locator("#spoken")).to_have_text(re.compile(said))
        self.acts += 1
        return self

    def does(self, *keys: str, focus: str, said: str) -> "Hand":
        """Press keys that lead to another page of the explorer."""
        return self.press(*keys, focus=focus, said=said, loads=True)

    def _keys(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture
def hand(page: Page) -> Hand:
    return Hand(Screen(page).follow(HERE))


def test_a_walk_through_layers_and_cards(hand: Hand) -> None:
    page, plus = hand.page, "#card [aria-label='stride +1']"
    page.keyboard.press("Tab")
    hand.press("Enter", focus="#stage", said="^$")  # the way past the bar
    hand.to("#add").press("Enter", focus="dialog a.line >> nth=0", said=".?")
    hand.to("dialog a.line:has-text('tanh')").does(
        "Enter", focus=".ribbon [aria-current] .stop", said="^tanh added as layer 4, 14 × 14 × 6"
    )
    expect(page).to_have_title(re.compile("^tanh, layer 4 of 4 · Figure · "))
    hand.to(".ribbon .edit").does("Enter", focus="#card-title", said=r"^Settings of tanh, layer 4\.")
    hand.does("Escape", focus=".ribbon .edit", said="^The card is closed")
    hand.does("Control+z", focus="#card-title", said="^Undone: Settings of tanh")
    hand.to("#card footer a:has-text('Remove layer')").does(
        "Enter", focus=".ribbon [aria-current] .stop", said=r"^tanh, layer 4, removed\.$"
    )
    expect(page.locator("#notice")).to_contain_text("removed")
    hand.to("[data-back]").does("Enter", focus="#card-title", said="^Undone: tanh added")
    hand.does("Control+Shift+z", focus=".ribbon [aria-current] .stop", said="^Done again: tanh, layer 4, removed")
    hand.does("{", focus=".ribbon [aria-current] .stop", said=r"^relu, layer 2 of 3, 28 × 28 × 6\.")
    hand.does("{", focus=".ribbon [aria-current] .stop", said="^conv2d, layer 1 of 3")
    hand.to(".ribbon .edit").does("Enter", focus="#card-title", said="^Settings of conv2d, layer 1")
    hand.to(plus).does("Enter", focus=plus, said=r"^stride 2, now 14 × 14 × 6\.$")
    hand.does("Control+z", focus=plus, said=r"^Undone: stride 1, now 28 × 28 × 6\.$")
    hand.does("Control+y", focus=plus, said=r"^Done again: stride 2")
    hand.press("v", focus=plus, said="^Done again: stride 2")  # no letter acts while a card is open, nor discards it
    expect(page.locator("#card")).to_be_visible()
    hand.to("#card [name=value][value=false]").does(
        "Enter", focus="#card [name=value][value=false]", said=r"^bias no\.$"
    )
    expect(page.locator("#card [name=value][value=false]")).to_have_attribute("aria-pressed", "true")
    hand.to("#card .tabs a:has-text('Filters')").does(
        "Enter", focus="#card .tabs [aria-current]", said=r"^Filters of conv2d, layer 1\.$"
    )
    weight = "#card [name='w.0.1.2']"
    hand.to(weight)
    page.keyboard.type("0.5")
    hand.does("Enter", focus=weight, said=r"^Filter 1, channel 1, row 2, column 3: 0\.5\.$")
    hand.does("Control+z", focus=weight, said="^Undone: Filter 1: edge_x")
    hand.to("#card .tabs a:has-text('Gallery')").does(
        "Enter", focus="#card .tabs [aria-current]", said="^Gallery of filters for conv2d"
    )
    names, before = page.locator(".kernels input"), page.url
    chosen = names.evaluate_all("(all) => all.findIndex((e) => !e.checked)")
    names.nth(chosen).focus()
    page.keyboard.press("Enter")  # chooses, and replaces no filter
    expect(names.nth(chosen)).to_be_checked()
    assert page.url == before
    hand.to("#card-close").does("Enter", focus=".ribbon .edit", said="^The card is closed")
    assert hand.acts >= 21


OF_CLASSES = ("scores", "why", "weight", "back")  # which say nothing of a network without them
VIEWS = [
    look
    for look in LOOKS.values()
    if not look.draw and look.name not in (*OF_CLASSES, "network", "fan", "stack", "compare", "numbers")
]


@pytest.mark.parametrize("look", VIEWS, ids=lambda look: look.name)
def test_a_view_takes_the_focus_and_gives_it_back(hand: Hand, look: Look) -> None:
    explain = ".looks .menu > summary"
    hand.page.locator(explain).focus()
    hand.press("Enter", focus=explain, said="^$")
    hand.to(f".looks .sheet a[data-look={look.name}]").does(
        "Enter", focus="#look", said=f"^View: {re.escape(look.title)}"
    )
    expect(hand.page).to_have_title(re.compile(f"^conv2d, layer 1 of 3 · {re.escape(look.title)} · "))
    hand.does("Escape", focus=explain, said=r"^View: Figure\.")


def test_a_walk_through_views_and_the_picture(hand: Hand) -> None:
    hand.to(".acts a:has-text('Trace it home')").does("Enter", focus="#look", said="^View: Trace it home")
    hand.does("Escape", focus=".acts a:has-text('Trace it home')", said="^View: Figure")
    hand.does("v", focus="[data-key=view]", said="^View: Flat")
    hand.does("v", focus="[data-key=view]", said="^View: Figure")
    hand.does("c", focus="[data-key=view]", said="^Colours of the maps: one colour")
    hand.to(".menu.size > summary").press("Enter", focus=".menu.size > summary", said=".?")
    hand.to(".menu.size a:has-text('48')").does(
        "Enter", focus=".menu.size > summary", said=r"^The input is now 48 × 48 × 3\.$"
    )
    hand.does("Control+z", focus=".menu.size > summary", said="^Undone: The input is now 32 × 32 × 3")
    hand.to(".menu.picture > summary").press("Enter", focus=".menu.picture > summary", said=".?")
    hand.to(".gallery a:has-text('rocket')").does(
        "Enter", focus=".menu.picture > summary", said="^Picture: Falcon 9 rocket, 32 × 32 × 3"
    )
    assert hand.acts >= 10


def test_a_walk_through_places_questions_and_points(hand: Hand) -> None:
    page = hand.page
    hand.to("#scrub").press("ArrowRight", focus="#scrub", said="row 8, column 18")
    hand.press("]", focus="#scrub", said="Filter 5, row 8, column 18")
    hand.press("Home", focus="#scrub", said="Filter 5, row 1, column 1")
    hand.press(" ", focus="#scrub", said=r"^Playing\.$")
    hand.press(" ", focus="#scrub", said="Filter 5, row 1")
    hand.press("r", focus="#scrub", said="places a second: rows")
    hand.press("r", focus="#scrub", said="places a second: 1×")
    hand.to(".jump > summary").press("Enter", focus=".jump > summary", said=".?")
    hand.to("[data-act=strongest]").press("Enter", focus=".jump > summary", said="Filter 5, row")
    hand.press("p", focus="#plate", said=r"^Input \(P goes on: Filter\)\.")
    hand.press("p", focus="#plate", said=r"^Filter \(P goes on: Map\)\.")
    hand.press("Enter", focus=".jump > summary", said=".")
    hand.press("Escape", focus=".jump > summary", said=r"^Nothing is held\.$")
    hand.does("g", focus="input.unknown", said="^Predict first: .* What is the number[?]$")
    page.keyboard.type("1")
    hand.press("Enter", focus="[data-next]", said="^You said 1")
    hand.press("Enter", focus="input.unknown", said=".")
    hand.press("Escape", focus="#scrub", said=".")
    hand.to("[data-predict]").does("Enter", focus="[data-predict]", said="^No more guessing")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    hand.to("#help #single-keys").press(" ", "Escape", focus="[data-predict]", said="^No more guessing")
    hand.press("v", focus="[data-predict]", said="^No more guessing")  # letters are switched off
    assert "view" not in hand.screen.fields
    page.reload()
    hand.screen.ready()
    page.keyboard.press("c")
    rest(page)
    assert "colours" not in hand.screen.fields
    page.locator("#help-open").click()
    expect(page.locator("#single-keys")).not_to_be_checked()
    assert hand.acts >= 20


def test_undo_ends_with_a_word_where_the_history_begins(hand: Hand) -> None:
    hand.does("c", focus="body", said="^Colours")
    hand.does("Control+z", focus="body", said="^Undone: Colours of the maps: two colours")
    hand.press("Control+z", focus="body", said=r"^Nothing to undo\.$")
    hand.does("Control+y", focus="body", said="^Done again: Colours of the maps: one colour")
    hand.press("Control+y", focus="body", said=r"^Nothing to do again\.$")


def test_what_is_typed_and_not_sent_has_its_own_undo(hand: Hand) -> None:
    hand.does("c", focus="body", said="^Colours")
    recipe = hand.page.locator("#recipe")
    recipe.focus()
    hand.page.keyboard.type("x")
    hand.page.keyboard.press("Control+z")
    rest(hand.page)
    assert hand.screen.fields["colours"] == "one"
    expect(recipe).not_to_have_value(re.compile("x$"))


def test_an_upload_and_a_drawing_leave_the_focus_at_the_picture(hand: Hand) -> None:
    page = hand.page
    page.locator(".menu.picture > summary").focus()
    page.keyboard.press("Enter")
    hand.to("[data-tool=draw]")
    page.keyboard.press("Enter")
    expect(page.locator("dialog canvas")).to_be_focused()
    page.keyboard.press("Escape")  # nothing is lost: it closes
    expect(page.locator("dialog.picturing")).to_have_count(0)
    expect(page.locator(".menu.picture > summary")).to_be_focused()
    page.keyboard.press("Enter")
    hand.to("[data-tool=draw]")
    page.keyboard.press("Enter")
    expect(page.locator("dialog canvas")).to_be_focused()
    rest(page)
    page.keyboard.press(" ")
    expect(page.locator("dialog [data-made]")).to_be_visible()
    page.keyboard.press("Escape")  # something would be: it asks
    expect(page.locator("dialog [data-stay]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog canvas")).to_be_focused()
    page.locator("dialog [data-use]").focus()
    hand.does("Enter", focus=".menu.picture > summary", said="^Picture: Your picture, 32 × 32 × 3")


@pytest.mark.parametrize(("tool", "act"), [("draw", "Space"), ("cells", "7"), ("crop", "ArrowRight")])
def test_escape_asks_where_something_would_be_lost(page: Page, tool: str, act: str) -> None:
    Screen(page).open("relu", size=8)
    page.locator(".menu.picture > summary").click()
    page.locator(f"[data-tool={tool}]").click()
    field = page.locator(
        {"draw": "dialog canvas", "cells": "dialog .celltable input", "crop": "dialog .take"}[tool]
    ).first
    field.focus()
    page.keyboard.press(act)
    page.keyboard.press("Escape")
    expect(page.locator("dialog .leaving")).to_be_visible()
    page.locator("dialog [data-leave=lost]").click()
    expect(page.locator("dialog")).to_have_count(1)  # that of the keys


def test_a_burst_of_steps_ends_at_the_last_value_that_holds(page: Page) -> None:
    screen = Screen(page).open("conv2d(2, 3) | relu", size=12, edit="0")
    with screen.changing():
        page.evaluate(
            "() => { for (let i = 0; i < 20; i++) document.querySelector('[aria-label=\"stride +1\"]').click(); }"
        )
    expect(page.locator("#f-stride")).to_have_value("9")
    expect(page.locator("#h-stride .stopped")).to_contain_text("stride goes no farther than 9 here.")
    expect(page.locator("#spoken")).to_have_text(
        re.compile("^stride 9, now 2 × 2 × 2. stride goes no farther than 9 here")
    )
    assert screen.run["layers"][0]["output_shape"] == [2, 2, 2]
    assert not page.locator(".wrong").count()


@pytest.mark.parametrize("size", [(1280, 720), (390, 844), (320, 640)])
def test_nothing_that_has_the_focus_is_hidden(open_page: Callable[..., Page], size: tuple[int, int]) -> None:
    page = open_page(*size)
    Screen(page).follow(HERE)
    seen: set[str] = set()
    for _ in range(45):
        page.keyboard.press("Tab")
        hidden, what = page.evaluate(f"() => [({COVERED})(), document.activeElement.outerHTML.slice(0, 80)]")
        assert not hidden, hidden
        seen.add(what)
    assert len(seen) > 15


COVERED = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect();
  if (e === document.body || e.closest("dialog")) return "";
  for (let i = 1; i < 6; i++) for (let j = 1; j < 6; j++) {
    const on = document.elementFromPoint(box.left + (box.width * i) / 6, box.top + (box.height * j) / 6);
    if (on && (e.contains(on) || on.contains(e) || on.closest("label")?.contains(e))) return "";
  }
  return `${e.outerHTML.slice(0, 120)} at ${Math.round(box.left)}, ${Math.round(box.top)}`;
}"""


def test_a_refused_edit_is_said_and_loses_nothing(page: Page, watch: Watch) -> None:
    watch.expects(422)
    screen = Screen(page).open(FIRST, edit="0")
    field = page.locator("#f-kernel_size")
    field.fill("99")
    field.press("Enter")
    expect(page.locator("#h-kernel_size [role=alert]")).to_be_visible()
    expect(field).to_be_focused()
    assert screen.fields["edit"] == "0"


def test_signs_have_names_for_mouse_and_keys(page: Page) -> None:
    Screen(page).follow(HERE)
    for selector in (".tools .tool[aria-label]", ".ribbon .edit", "#first", "#next", "#play"):
        sign = page.locator(selector).first
        sign.hover()
        expect(sign).to_have_attribute("title", re.compile(r"\w{3}"))
    page.locator("#help-open").focus()
    page.keyboard.press("Tab")
    shown: Any = page.evaluate("getComputedStyle(document.activeElement, '::after').content")
    assert "Colours" in shown
    page.keyboard.press("Escape")  # puts the name away
    assert page.evaluate("getComputedStyle(document.activeElement, '::after').content") == "none"
