"""What a person does before all has come counts: a picture may be late, the figure may be on its way."""

from playwright.sync_api import Page, Route, expect

from tests.browser.test_lesson import SUMMED, at, into, opened, settled

GUESS_ON_THE_WAY = """document.addEventListener("cs:shown", ({ detail }) => {
  document.querySelector('#predict button[value="above"]').click();
}, { once: true })"""
AT_SWAP = """document.addEventListener("htmx:after:swap", () => {
  const key = new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true });
  setTimeout(() => document.querySelector("#stage").dispatchEvent(key));
}, { once: true })"""


def test_a_key_counts_before_the_pictures_of_the_figure_are_there(page: Page) -> None:
    held: list[Route] = []
    page.route("**/*.png*", lambda route: held.append(route))
    page.goto("/lesson/filter?step=2", wait_until="commit")
    page.wait_for_selector("html.ready", state="attached")
    settled(page)
    into(page)
    page.keyboard.press("ArrowRight")
    at(page, "filter", "2.ask")
    assert held
    for route in held:
        route.continue_()


def test_an_answer_counts_while_the_figure_glides(page: Page) -> None:
    opened(page, "/lesson/filter?step=2")
    frame = settled(page)
    frame.evaluate(GUESS_ON_THE_WAY)
    page.keyboard.press("PageDown")
    at(page, "filter", "2.reveal")


def test_a_key_counts_as_soon_as_the_next_figure_is_there(page: Page) -> None:
    opened(page, "/lesson/filter?step=1.reveal")
    settled(page).evaluate(AT_SWAP)
    page.keyboard.press("PageDown")
    at(page, "filter", "2.ask")


def test_a_question_that_comes_late_leaves_the_focus_on_its_answer(page: Page) -> None:
    opened(page, "/lesson/filter?step=2")
    frame = settled(page)
    held: list[Route] = []
    page.route("**/parts/sum/**", lambda route: route.continue_() if held else held.append(route))
    into(page)
    page.keyboard.press("ArrowRight")
    at(page, "filter", "2.ask")
    frame.locator('#predict button[value="above"]').focus()
    held[0].continue_()
    frame.wait_for_function(SUMMED)
    page.keyboard.press("Enter")
    at(page, "filter", "2.reveal")


def test_a_figure_that_comes_late_takes_no_focus_from_the_answer(page: Page) -> None:
    opened(page, "/lesson/maps?step=1")
    frame = settled(page)
    held: list[Route] = []
    page.route("**/embed?*view=fan*", lambda route: route.continue_() if held else held.append(route))
    into(page)
    frame.locator('#look a[href*="at=0.3."]:visible').first.focus()
    with page.expect_request("**/embed?*view=fan*"):
        page.keyboard.press("Enter")
    at(page, "maps", "1.ask")
    page.locator(".guesses button").first.focus()
    held[0].continue_()
    settled(page)
    expect(page.locator(".guesses button").first).to_be_focused()
    page.keyboard.press("Enter")
    at(page, "maps", "1.reveal")


def test_of_figures_that_come_late_the_newest_stays(page: Page) -> None:
    opened(page, "/lesson/layers?step=1.rule&projector=1")
    settled(page)
    held: list[Route] = []
    late = [True]
    page.route(
        "**/embed?*",
        lambda route: held.append(route) if late and route.request.is_navigation_request() else route.continue_(),
    )
    for spot in ("2", "2.do", "2.ask", "2.reveal", "3"):
        page.keyboard.press("PageDown")
        at(page, "layers", spot)
    late.clear()
    for route in held:
        route.continue_()
    page.evaluate("window.atRest(30)")
    settled(page).evaluate("window.atRest(30)")
    settled(page)
