"""A lesson walked as a class walks it: by a clicker, by the keyboard alone, without scripts; and the second window."""

import os
from collections.abc import Callable
from itertools import cycle, product
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Frame, Page, Route, expect

from app.classroom.beats import spots
from app.classroom.book import BOOK
from app.classroom.way import screens_of
from app.messages import LANGUAGES, catalogue

NAMES = list(BOOK)
SPOTS = [(name, spot.text) for name, lesson in BOOK.items() for spot in spots(lesson)]
MOVES = {"column": ("ArrowLeft", "ArrowRight"), "row": ("ArrowUp", "ArrowDown"), "channel": ("[", "]")}
BY_TURNS = bool(os.environ.get("BY_TURNS"))  # each chapter in one of the languages, else in all
WALKED = list(zip(NAMES, cycle(LANGUAGES), strict=False)) if BY_TURNS else list(product(NAMES, LANGUAGES))
AXES = ("layer", "channel", "row", "column")
AT = """([name, spot]) => location.pathname === `/lesson/${name}`
  && new URLSearchParams(location.search).get("step") === spot
  && document.querySelector("cs-step").dataset.address === location.pathname + location.search"""
SETTLED = """() => {
  const step = document.querySelector("cs-step"), inside = step.querySelector("iframe").contentDocument;
  if (step.leading || !inside?.documentElement?.classList.contains("ready")) return false; // on its way
  const is = new URLSearchParams(inside.location.search), to = new URLSearchParams(step.dataset.figure.split("?")[1]);
  return ["at", "view", "recipe", "image", "guess"].every((name) => (is.get(name) ?? "") === (to.get(name) ?? ""));
}"""


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector("html.ready", state="attached")
    return page


def at(page: Page, name: str, spot: str) -> None:
    """Wait until the page is at a spot of a lesson."""
    page.wait_for_function(AT, arg=[name, spot])


def settled(page: Page) -> Frame:
    """Wait until the figure stands where the step wants it."""
    page.wait_for_function(SETTLED)
    frame = page.locator("iframe.framed").first.element_handle().content_frame()
    assert frame
    return frame


def into(page: Page) -> None:
    """Go into the figure with the keyboard."""
    page.keyboard.press("Tab")
    page.locator("iframe.framed").focus()


def place_in(address: str) -> dict[str, int]:
    """Where an address stands, by axis."""
    return dict(zip(AXES, map(int, parse_qs(urlsplit(address).query)["at"][0].split(".")), strict=True))


def heading(page: Page) -> str:
    return page.locator("cs-step h1").first.inner_text()


@pytest.mark.parametrize("language", list(LANGUAGES)[: 1 if BY_TURNS else None])
def test_page_down_alone_walks_all_chapters_beat_by_beat(open_page: Callable[..., Page], language: str) -> None:
    page = opened(open_page(1280, 720), f"/lesson/{NAMES[0]}?projector=1&lang={language}")
    for number, (name, spot) in enumerate(SPOTS):
        at(page, name, spot)
        assert heading(page).strip()
        assert page.locator(".line-below .then [rel=next] span").inner_text().strip()
        if number % 7 == 0:
            settled(page)
        page.keyboard.press("PageDown")
    page.wait_for_function("() => new URLSearchParams(location.search).has('end')")
    assert heading(page) == catalogue(language).gettext("The end.")
    page.keyboard.press("PageDown")
    expect(page.locator(".contents .book li")).to_have_count(len(BOOK))


def test_page_up_goes_back_the_same_way_and_so_does_the_browser(page: Page) -> None:
    opened(page, f"/lesson/{NAMES[1]}?projector=1")
    there = [spot for name, spot in SPOTS if name == NAMES[0]]
    for spot in reversed(there):
        page.keyboard.press("PageUp")
        at(page, NAMES[0], spot)
    for spot in there[1:]:
        page.go_back()
        at(page, NAMES[0], spot)
    page.reload()
    at(page, NAMES[0], there[-1])
    settled(page)


def test_presses_that_come_fast_are_followed_one_by_one(page: Page) -> None:
    opened(page, f"/lesson/{NAMES[0]}?projector=1")
    for _ in range(5):
        page.keyboard.press("PageDown")
    at(page, *SPOTS[5])


def do(page: Page, address: str, claimed: set[str]) -> None:
    """Do a task that is about a place, in the figure and with its keys; any other one the widget does itself."""
    frame = settled(page)
    if not claimed <= MOVES.keys():
        page.keyboard.press("PageDown")
        return
    goal = page.request.get("/parts/step", params={"address": address})
    wanted = place_in(goal.text().split('data-figure="')[1].split('"')[0].replace("&amp;", "&"))
    here = place_in(frame.url)
    there = f"{wanted['layer']}.{wanted['channel']}."
    link = frame.locator(f'#look a[href*="at={there}"]:visible').first
    if "channel" in claimed and link.count():
        into(page)
        link.focus()
        page.keyboard.press("Enter")
        return
    into(page)
    for axis in ("channel", "row", "column"):
        less, more = MOVES[axis]
        for _ in range(abs(wanted[axis] - here[axis])):
            page.keyboard.press(more if wanted[axis] > here[axis] else less)


def answer(page: Page, number: int) -> None:
    """Answer a question with the keyboard, rightly or not."""
    choices = page.locator(".guesses button")
    if choices.count():
        choices.nth(number % choices.count()).focus()
        page.keyboard.press("Enter")
        return
    frame = settled(page)
    field = frame.locator('input[name=guess]:visible, button[name=guess][value="above"]:visible').first
    into(page)
    field.focus()
    if field.evaluate("e => e.localName") == "input":
        page.keyboard.type("12")
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("name", "language"), WALKED)
def test_the_keyboard_alone_does_each_task_and_answers_each_question(
    open_page: Callable[..., Page], name: str, language: str
) -> None:
    page = opened(open_page(1280, 720), f"/lesson/{name}?lang={language}")
    for number, step in enumerate(BOOK[name].steps, 1):
        for beat in screens_of(step, board=False):
            at(page, name, str(number) if beat == "say" else f"{number}.{beat}")
            done, circles = page.locator(".doing.done"), page.locator(".doing")
            filled = page.locator("#lesson > footer [rel=next].main")
            if beat == "say" and step.task:
                expect(done).to_have_count(0)
                expect(filled).to_have_count(0)
                after = "ask" if step.question else "do"
                do(page, f"/lesson/{name}?step={number}.{after}", set(step.task.until))
            elif beat == "ask":
                answer(page, number)
            else:
                expect(done).to_have_count(circles.count())
                expect(filled).to_have_count(1)
                if beat == "reveal" and step.question and not step.question.kind:
                    expect(page.locator(".choice.right")).to_have_count(1)
                    expect(page.locator(".choice .sr").last).to_be_attached()
                page.keyboard.press("PageDown")
    later = NAMES[NAMES.index(name) + 1 :]
    page.wait_for_function(
        "(name) => !location.pathname.endsWith(`/${name}`) || /[?&]end=/.test(location.search)", arg=name
    )
    if later:
        page.goto(f"/lesson?lang={language}")
        expect(page.locator(f'.book [data-lesson="{name}"].done')).to_have_count(1)
        expect(page.locator("#continue")).to_contain_text(str(NAMES.index(later[0]) + 1))


def test_the_figure_stays_while_the_words_go_on(page: Page) -> None:
    opened(page, "/lesson/why-28?projector=1")
    settled(page).evaluate("window.same = true")
    page.keyboard.press("PageDown")
    at(page, "why-28", "1.do")
    assert settled(page).evaluate("window.same")
    assert place_in(settled(page).url)["column"] == 27


def test_a_link_that_is_shared_lands_exactly(page: Page) -> None:
    opened(page, "/lesson/why-28?step=1.reveal&answer=2")
    expect(page.locator(".choice.mine")).to_contain_text("28")
    expect(page.locator(".choice.right")).to_contain_text("30")
    settled(page)


def test_the_window_that_is_dragged_back_opens_nothing(page: Page) -> None:
    opened(page, "/lesson/why-28")
    settled(page)
    into(page)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#task")).to_contain_text("Now: place 18 of its row.")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#task")).to_contain_text("Now: place 17 of its row.")
    at(page, "why-28", "1")


def test_keys_belong_to_the_lesson_in_the_figure_too_except_while_typing(page: Page) -> None:
    opened(page, "/lesson/why-28")
    settled(page)
    into(page)
    page.keyboard.press("PageDown")
    at(page, "why-28", "1.ask")
    page.keyboard.press("b")
    expect(page.locator("#blank")).to_have_count(1)
    page.keyboard.press("PageDown")
    expect(page.locator("#blank")).to_have_count(0)
    at(page, "why-28", "1.ask")  # the key that shows the screen again does nothing else
    page.keyboard.press("o")
    expect(page.locator("#overview")).to_be_visible()


def test_the_overview_goes_by_number_and_by_the_keys_of_a_clicker(page: Page) -> None:
    opened(page, f"/lesson/{NAMES[0]}?projector=1")
    page.keyboard.press("o")
    page.keyboard.type("4")
    expect(page.locator("#overview .typed")).to_have_text("4")
    page.keyboard.press("Enter")
    at(page, NAMES[3], "1")
    page.keyboard.press("o")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    page.keyboard.press("b")
    at(page, NAMES[4], "1")
    page.keyboard.press("o")
    page.keyboard.press("o")
    expect(page.locator("#overview")).to_be_hidden()


def test_the_speaker_leads_the_lesson_and_follows_it(page: Page) -> None:
    opened(page, "/lesson/why-28?projector=1")
    with page.context.expect_page() as coming:
        page.keyboard.press("s")
    speaker = coming.value
    speaker.wait_for_selector("html.ready", state="attached")
    first = speaker.locator(".present h1").inner_text()
    assert first == heading(page)
    page.keyboard.press("PageDown")
    at(page, "why-28", "1.do")
    expect(speaker.locator(".present h1")).not_to_have_text(first)
    expect(speaker.locator(".present h1")).to_have_text(heading(page))
    speaker.keyboard.press("PageDown")
    at(page, "why-28", "1.ask")
    speaker.keyboard.press("b")
    expect(page.locator("#blank")).to_have_count(1)
    speaker.keyboard.press("b")
    expect(page.locator("#blank")).to_have_count(0)
    speaker.close()


def test_without_scripts_links_walk_the_lesson(open_page: Callable[..., Page]) -> None:
    page = open_page(1280, 720, java_script_enabled=False)
    page.goto("/lesson/why-28")
    page.locator("footer [rel=next]").click()
    page.locator(".guesses button").nth(1).click()
    assert "You said 28; it is 30." in page.locator(".words").inner_text()
    page.locator("footer [rel=next]").click()
    assert "step=2" in page.url


def test_a_phone_has_the_figure_the_words_and_a_transport_that_stays(open_page: Callable[..., Page]) -> None:
    page = opened(open_page(390, 844, has_touch=True), "/lesson/why-28?step=1.ask")
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    box = page.locator("footer [rel=next]").bounding_box()
    assert box
    assert box["height"] >= 52
    assert box["y"] + box["height"] <= 844
    for choice in page.locator(".guesses button").all():
        height = choice.bounding_box()
        assert height
        assert height["height"] >= 52


def test_nothing_glides_for_who_wants_no_motion(open_page: Callable[..., Page]) -> None:
    page = opened(open_page(1280, 720, reduced_motion="reduce"), "/lesson/why-28?projector=1")
    frame = settled(page)
    frame.evaluate(
        "document.addEventListener('cs:lead', ({ detail }) => { window.led = detail.glide; }, { capture: true })"
    )
    page.keyboard.press("PageDown")
    page.wait_for_function("() => document.querySelector('iframe').contentWindow.led === 0")


def test_back_to_a_task_does_not_do_it_again(page: Page) -> None:
    opened(page, "/lesson/sum?step=2")
    for spot in ("2.ask", "2.reveal"):
        page.keyboard.press("PageDown")
        at(page, "sum", spot)
        settled(page)
    entries = page.evaluate("history.length")
    for spot in ("2.ask", "2"):
        page.go_back()
        at(page, "sum", spot)
    for _ in range(2):
        settled(page).evaluate("window.atRest(30)")
        page.evaluate("window.atRest(30)")
    at(page, "sum", "2")
    assert page.evaluate("history.length") == entries
    expect(page.locator("#task")).to_contain_text("Now: row")


SUMMED = (
    """() => document.querySelector("#sum > .sum")?.dataset.at === new URLSearchParams(location.search).get("at")"""
)
DRAWN = """() => {
  const svg = [...document.querySelectorAll("#plate .plate > .figure")].find((each) => each.getClientRects().length);
  return [svg?.querySelector("[data-tag]")?.textContent, document.querySelector("#sum .answer .num")?.textContent];
}"""


@pytest.mark.parametrize("start", ["misconceptions?step=1.rule", "neurons?step=1.reveal", "filter?step=1.reveal"])
def test_a_drawing_that_comes_late_is_that_of_its_own_step(open_page: Callable[..., Page], start: str) -> None:
    page = opened(open_page(1024, 768), f"/lesson/{start}&projector=1")
    settled(page).evaluate("window.atRest(30)")
    held: list[Route] = []
    late: list[bool] = [True]
    page.route("**/parts/plate/**", lambda route: held.append(route) if late else route.continue_())
    page.keyboard.press("PageDown")
    at(page, start.partition("?")[0], "2")
    frame = settled(page)
    frame.wait_for_function(SUMMED)
    assert held, "the drawing before was asked for, for a frame of another size"
    late.clear()
    for route in held:
        route.continue_()
    frame.evaluate("window.atRest(30)")
    drawn, said = frame.evaluate(DRAWN)
    assert drawn == (said or "?")  # which is asked for


def test_a_task_done_by_another_view_leads_back_to_the_view_of_the_words(page: Page) -> None:
    opened(page, "/lesson/maps?step=1")
    frame = settled(page)
    into(page)
    frame.locator('#look a[href*="at=0.3."]:visible').first.focus()
    page.keyboard.press("Enter")
    at(page, "maps", "1.ask")
    settled(page)
    assert "view=fan" in page.frames[1].url


def test_a_phone_on_its_side_keeps_the_way_on_in_view_and_begins_each_step_at_its_top(
    open_page: Callable[..., Page],
) -> None:
    page = opened(open_page(844, 390, has_touch=True), "/lesson/filter?step=1.reveal")
    settled(page)
    box = page.locator("footer [rel=next]").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 390
    page.evaluate("scrollTo(0, 400)")
    page.locator("footer [rel=next]").click()
    at(page, "filter", "2")
    page.wait_for_function("scrollY === 0")


def test_a_step_begins_at_the_top_of_its_figure(open_page: Callable[..., Page]) -> None:
    page = opened(open_page(390, 844, has_touch=True), "/lesson/filter?step=1.reveal")
    top = "[document.scrollingElement, document.querySelector('#stage')].map((part) => part.scrollTop)"
    frame = settled(page)
    frame.evaluate(
        "[document.scrollingElement, document.querySelector('#stage')].map((part) => part.scrollTo(0, 9999))"
    )
    assert max(frame.evaluate(top)) > 0
    page.locator("footer [rel=next]").click()
    at(page, "filter", "2")
    frame = settled(page)
    frame.evaluate("window.atRest(30)")
    assert frame.evaluate(top) == [0, 0]


def test_reveal_without_an_answer_reveals(page: Page) -> None:
    opened(page, "/lesson/relu?step=1.ask")
    frame = settled(page)
    frame.evaluate("window.atRest(30)")
    frame.locator('button[form="predict"], #predict button').filter(has_text="Reveal").first.click()
    at(page, "relu", "1.reveal")
