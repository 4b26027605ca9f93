"""The explorer in a frame: it says where it is, is led elsewhere, lets parts glow, and adds nothing to the history."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from app.explorer.options import HIDEABLE
from tests.browser.screen import FIRST
from tests.pages.reading import link

HIDE = ",".join(HIDEABLE)
PARTS = ("picture", "window", "filter", "map", "number", "sum", "bias", "network")
AROUND = """<!doctype html><html lang="en"><title>A page around</title>
<iframe title="figure" width="784" height="560"></iframe>
<script>
  window.told = [];
  const frame = document.querySelector("iframe");
  frame.addEventListener("load", () => {
    frame.contentDocument.addEventListener("cs:state", (event) => window.told.push(event.detail.address));
  });
  window.short = (address) => { // the place and the view
    const fields = new URLSearchParams(address.split("?")[1]);
    return ["at", "view"].map((name) => fields.get(name)).filter(Boolean).join(" ");
  };
  window.say = (name, detail) => {
    const inside = frame.contentWindow; // an event is one of its own document's
    frame.contentDocument.dispatchEvent(new inside.CustomEvent(name, { detail }));
  };
</script></html>"""


def embed(at: str, recipe: str = FIRST, **more: str) -> str:
    """Return the address of a state for a frame, as the explorer itself writes it."""
    fields = {"scale": "byte", "at": at, **more}
    return link(recipe, path="/embed", **fields)


class Framed:
    """A page with the explorer in a frame."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.route("**/around", lambda route: route.fulfill(content_type="text/html", body=AROUND))
        page.goto("/around")
        page.evaluate("address => { document.querySelector('iframe').src = address; }", address)
        page.locator("iframe").wait_for()
        self.all("html.ready").wait_for(state="attached")
        self.rest()
        self.began: int = page.evaluate("history.length")

    @property
    def frame(self) -> Frame:
        return self.page.frames[1]

    def all(self, selector: str) -> Any:
        return self.page.frame_locator("iframe").locator(selector)

    def rest(self) -> None:
        """Wait until the frame waits for nothing."""
        self.frame.evaluate("window.atRest(30)")

    def say(self, name: str, detail: object) -> None:
        self.page.evaluate("([name, detail]) => say(name, detail)", [name, detail])

    def lead(self, address: str, glide: int = 0) -> None:
        self.say("cs:lead", {"address": address, "glide": glide})

    @property
    def told(self) -> list[str]:
        """Where the frame has said that it is, each address as its place and view."""
        return self.page.evaluate("told.map(short)")

    @property
    def here(self) -> str:
        return self.page.evaluate("address => short(address)", self.frame.url)

    def arrives(self, place: str) -> None:
        """Wait until the frame has said that it is at a place, and shows it."""
        told = "place => told.length && short(told.at(-1)) === place"
        self.page.wait_for_function(told, arg=place)
        at = place.split()[0]
        if self.all("#sum > .sum").count():
            expect(self.all("#sum > .sum")).to_have_attribute("data-at", at)
        assert self.here == place


@pytest.fixture
def framed(page: Page) -> Framed:
    """The explorer in a frame, with all hidden that a lesson hides."""
    return Framed(page, embed("0.3.7.16", hide=HIDE))


def test_a_frame_says_where_it_is_once_it_is_at_rest(framed: Framed) -> None:
    framed.page.wait_for_function("told.length > 0")
    assert framed.told == ["0.3.7.16"]
    framed.frame.focus("#stage")
    for _ in range(3):
        framed.page.keyboard.press("ArrowRight")
    framed.arrives("0.3.7.19")
    assert framed.told == ["0.3.7.16", "0.3.7.19"]


def test_a_frame_glides_where_only_the_place_is_another(framed: Framed) -> None:
    run = framed.all("#app").get_attribute("data-run")
    framed.frame.evaluate("() => { window.mark = document.querySelector('#plate .plate'); }")
    framed.lead(embed("0.3.20.3"), 400)
    between = framed.frame.wait_for_function(
        "() => { const { row } = document.querySelector('cs-plate').shown; return row > 7.2 && row < 19.8 && row; }"
    )
    assert 7 < between.json_value() < 20
    framed.arrives("0.3.20.3")
    assert framed.frame.evaluate("document.querySelector('cs-plate').shown") == {"row": 20, "column": 3}
    assert framed.frame.evaluate("window.mark.isConnected"), "nothing was fetched anew"
    assert framed.all("#app").get_attribute("data-run") == run
    assert "hide=" in framed.frame.url
    assert framed.page.evaluate("history.length") == framed.began


@pytest.mark.parametrize(
    ("there", "arrives"),
    [
        (embed("0.5.7.16"), "0.5.7.16"),
        (embed("2.3.3.8"), "2.3.3.8"),
        (embed("0.3.7.16", view="places"), "0.3.7.16 places"),
        (embed("0.0.7.16", "conv2d(1, 3, weights=random(1))"), "0.0.7.16"),
        (embed("0.3.7.16", image="rocket"), "0.3.7.16"),
    ],
    ids=["channel", "layer", "view", "recipe", "picture"],
)
def test_a_frame_is_led_anywhere_without_a_step_in_the_history(framed: Framed, there: str, arrives: str) -> None:
    before = len(framed.told)
    framed.lead(there)
    framed.page.wait_for_function("before => told.length > before", arg=before)
    framed.rest()
    assert framed.told[before:] == [arrives]
    assert framed.here == arrives
    expect(framed.all("#app")).to_have_attribute("data-hide", HIDE.replace(",", " "))
    assert framed.page.evaluate("history.length") == framed.began


def test_the_newest_of_many_ways_is_gone(framed: Framed) -> None:
    for place in ("0.1.2.3", "1.0.0.0", "2.4.5.6", "0.5.9.9", "1.2.3.4"):
        framed.lead(embed(place))
    framed.arrives("1.2.3.4")
    framed.rest()
    assert framed.told[-1] == framed.here == "1.2.3.4"


def test_a_frame_that_is_there_already_says_so(framed: Framed) -> None:
    framed.page.wait_for_function("told.length === 1")
    framed.lead(embed("0.3.7.16"))
    framed.page.wait_for_function("told.length === 2")
    assert framed.told == ["0.3.7.16", "0.3.7.16"]


def test_other_parts_are_hidden_where_an_address_says_so(framed: Framed) -> None:
    expect(framed.all(".transport")).to_be_hidden()
    framed.lead(embed("0.3.7.16", hide="share"))
    expect(framed.all(".transport")).to_be_visible()
    expect(framed.all("#app")).to_have_attribute("data-hide", "share")
    framed.all("html.ready").wait_for(state="attached")
    assert framed.page.evaluate("history.length") == framed.began


def test_what_a_visitor_does_in_a_frame_adds_nothing_to_the_history_and_can_be_undone(page: Page) -> None:
    framed = Framed(page, embed("0.3.7.16"))
    framed.all('.ribbon a.stop[rel="next"]').click()
    framed.arrives("1.3.7.16")
    framed.all(".looks summary").click()
    framed.all('.looks .sheet a[data-look="fan"]').click()
    framed.arrives("1.3.7.16 fan")
    assert page.evaluate("history.length") == framed.began
    for key, place in (
        ("Control+z", "1.3.7.16"),
        ("Control+z", "0.3.7.16"),
        ("Control+y", "1.3.7.16"),
        ("Control+y", "1.3.7.16 fan"),
        ("Control+z", "1.3.7.16"),
    ):
        framed.page.keyboard.press(key)
        framed.arrives(place)
        framed.rest()
    spoken = framed.all("#spoken")
    expect(spoken).to_contain_text("Undone")
    assert page.evaluate("history.length") == framed.began
    framed.page.keyboard.press("Control+z")
    framed.arrives("0.3.7.16")
    framed.rest()
    framed.page.keyboard.press("Control+z")
    expect(spoken).to_have_text("Nothing to undo.")
    assert framed.here == "0.3.7.16"


def test_a_step_to_which_a_frame_was_led_is_not_undone(framed: Framed) -> None:
    framed.lead(embed("2.3.3.8"))
    framed.arrives("2.3.3.8")
    framed.frame.focus("#stage")
    framed.page.keyboard.press("Control+z")
    expect(framed.all("#spoken")).to_have_text("Nothing to undo.")
    assert framed.here == "2.3.3.8"


def test_an_embedded_page_of_its_own_has_a_history(page: Page) -> None:
    page.goto(embed("0.3.7.16"))
    page.locator("html.ready").wait_for(state="attached")
    before = page.evaluate("history.length")
    page.locator('.ribbon a.stop[rel="next"]').click()
    expect(page).to_have_url(re.compile(r"at=1\.3\.7\.16"))
    assert page.evaluate("history.length") == before + 1


BOXES = """() => [...document.querySelectorAll("main *, .ribbon *")].map((e) => e.getBoundingClientRect())
  .map(({ x, y, width, height }) => [x, y, width, height].map(Math.round).join())"""
MARKED = """() => [...document.querySelectorAll("main *, .ribbon *")].filter((e) => e.checkVisibility()).map((e) => {
  const { outlineStyle, outlineWidth, strokeWidth, filter } = getComputedStyle(e);
  return e.matches(".q, .hit") ? `${strokeWidth} ${filter}` : outlineStyle === "none" ? "" : outlineWidth;
})"""


@pytest.mark.parametrize("how", [{}, {"theme": "dark"}, {"projector": "1"}], ids=["light", "dark", "projector"])
@pytest.mark.parametrize("forced", ["none", "active"])
def test_what_glows_is_seen_and_moves_nothing(open_page: Callable[..., Page], how: dict[str, str], forced: str) -> None:
    framed = Framed(open_page(forced_colors=forced), embed("0.3.7.16", **how))
    boxes, plain = framed.frame.evaluate(BOXES), framed.frame.evaluate(MARKED)
    seen = {}
    for part in PARTS:
        framed.say("cs:glow", [part])
        expect(framed.all("html")).to_have_attribute("data-glow", part)
        framed.rest()
        now = framed.frame.evaluate(MARKED)
        assert framed.frame.evaluate(BOXES) == boxes, part
        seen[part] = tuple(number for number, (a, b) in enumerate(zip(plain, now, strict=True)) if a != b)
        assert seen[part], part
    assert len(set(seen.values())) == len(PARTS), "each is another part"
    framed.say("cs:glow", [])
    framed.rest()
    assert framed.frame.evaluate(MARKED) == plain


def test_a_glow_lasts_through_moves_and_swaps(framed: Framed) -> None:
    framed.say("cs:glow", ["window", "map"])
    framed.lead(embed("1.3.7.16"))
    framed.arrives("1.3.7.16")
    framed.rest()
    expect(framed.all("html")).to_have_attribute("data-glow", "window map")
    assert "drop-shadow" in framed.frame.evaluate(
        "getComputedStyle(document.querySelector('.plate > .figure.narrow .hit[data-map]')).filter"
    )


def test_the_first_page_fetches_nothing_of_frames(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    page.locator("html.ready").wait_for(state="attached")
    assert asked
    assert not [address for address in asked if "framed" in address or "glow" in address], json.dumps(asked)
