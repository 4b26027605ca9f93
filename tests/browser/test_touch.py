"""A lesson by touch alone, on a phone held both ways: nothing jumps, and no bar lies on what can be pressed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.rest import rest
from tests.browser.screen import Screen
from tests.browser.windows import RULES
from tests.samples import gradient, saved

TOP = "e => e.getBoundingClientRect().top"


class Hand:
    """One finger on a phone, which notes what is wrong after each act."""

    def __init__(self, screen: Screen) -> None:
        self.screen, self.page, self.wrong = screen, screen.page, list[str]()
        self._session = self.page.context.new_cdp_session(self.page)

    @contextmanager
    def act(self, name: str, target: Locator, opens: bool = False) -> Iterator[None]:
        """Press what is brought into the window; note where it moved from under the finger, or a bar lies on a control.

        A view that opens begins at its top.
        """
        target.evaluate("e => e.scrollIntoView({ block: 'center' })")
        before = target.evaluate(TOP)
        yield
        rest(self.page)
        top = self.page.evaluate("scrollY")
        if abs(target.evaluate(TOP) - before) > 1 and not (opens and top == 0):
            self.wrong.append(f"{name}: what is pressed went from {before} to {target.evaluate(TOP)}")
        faults = self.page.evaluate(f"() => ({RULES}).faults(false)")
        self.wrong += [f"{name}: {kind} {text}" for kind, text in faults if kind in {"covered", "bars", "wide"}]
        self.page.evaluate("top => scrollTo(0, top)", top)

    def drag(self, *points: tuple[float, float]) -> None:
        """Lay the finger down at the first point, move it along the others, and lift it."""
        for kind, (x, y) in zip(["touchStart", *["touchMove"] * (len(points) - 1)], points, strict=True):
            self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        self._session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390)])
def test_a_lesson_by_touch(open_page: Callable[..., Page], width: int, height: int) -> None:
    screen = Screen(open_page(width, height, has_touch=True)).open()
    hand, page = Hand(screen), screen.page

    menu = page.locator(".menu.picture > summary")
    with hand.act("upload", menu), screen.changing():
        menu.tap()
        file = {"name": "a.png", "mimeType": "image/png", "buffer": saved(gradient(40, 40), "PNG")}
        page.locator(".menu.picture input[type=file]").set_input_files(file)
    assert len(screen.fields["image"]) > 20

    with hand.act("slide", page.locator("#plate")):
        hand.drag(*(screen.cell(row, 9) for row in (2, 4, 6, 8, 9)))
    screen.settled()
    assert screen.at.endswith(".9.9")

    go = page.locator(".jump > summary")
    with hand.act("strongest number", go):
        go.tap()
        page.locator('.jump [data-act="strongest"]').tap()
    at = screen.settled()
    assert not at.endswith(".9.9")

    explain = page.locator(".looks .menu > summary")
    with hand.act("trace", explain, opens=True), screen.changing():
        explain.tap()
        page.locator(".looks .sheet").get_by_role("link", name="Trace it home").tap()
    expect(page.locator(".tracehead h2")).to_be_visible()

    more = page.locator("#add")
    with hand.act("add a layer", more, opens=True), screen.changing():
        more.tap()
        page.locator("dialog a.line").filter(has=page.get_by_text("relu", exact=True)).tap()
    layers = screen.run["layers"]
    assert layers[-1]["type"] == "relu"

    screen.follow(page.url.split("&at=")[0] + "&at=0.0.0.0&edit=0.weights")
    field = page.locator("input[name='w.0.1.1']")
    brush = page.locator(".brush label").nth(1)
    with hand.act("a brush", brush):
        brush.tap()
    before = screen.run["id"]
    with hand.act("paint", field), screen.changing():
        field.tap()
    assert screen.run["id"] != before
    assert not hand.wrong, "\n".join(hand.wrong)
