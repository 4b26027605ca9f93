"""Predict, then reveal, as a learner does it: by mouse, by keyboard alone, by touch; the map keeps its cell back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.rest import follow, rest
from tests.browser.screen import FIRST, PLAIN, Screen
from tests.pages.reading import link

POOL = link(FIRST, scale="byte", at="2.3.3.8", predict="winner")


@pytest.fixture
def screen(page: Page) -> Screen:
    return Screen(page)


def hidden(screen: Screen) -> None:
    """Neither the sum, nor the tag, nor the map, nor what is said tells the number."""
    expect(screen.all("#predict")).to_have_count(1)
    expect(screen.all("#sum output.answer")).to_have_count(0)
    screen.page.wait_for_function("() => document.querySelector('.plate').classList.contains('secret')")
    assert screen.tag in ("?", "")
    value = screen.api.step(screen.run["id"], screen.at)["value"]
    assert screen.drawn == screen.place - 1
    said = screen.all("#sum .sentence").text_content() or ""
    assert said.endswith("?")
    assert f"{abs(value):.2f}" not in said


def told(screen: Screen, text: str | re.Pattern[str]) -> None:
    expect(screen.all("#verdict")).to_have_text(text)
    expect(screen.all("#sum output.answer")).to_have_count(1)
    screen.page.wait_for_function("() => !document.querySelector('.plate').classList.contains('secret')")
    assert screen.drawn == screen.place
    assert screen.tag in (screen.all("#sum output.answer").inner_text().strip(), "")


def test_by_mouse_a_number_is_asked_guessed_and_told(screen: Screen) -> None:
    screen.open(FIRST, scale="byte", at="0.3.7.16")
    value = screen.sum.total
    with screen.changing():
        screen.all("#sum").get_by_role("link", name="Predict first").click()
    assert screen.fields["predict"] == "1"
    hidden(screen)
    screen.all("#sum input.unknown").fill("180")
    screen.all("#sum").get_by_role("button", name="Reveal").click()
    told(screen, f"You said 180; it is {value}: {value - 180} off, right sign.")
    assert screen.fields["guess"] == "180"
    assert str(value) in screen.all("#spoken").inner_text()
    screen.page.reload()
    screen.ready()
    told(screen, f"You said 180; it is {value}: {value - 180} off, right sign.")
    screen.all("#sum").get_by_role("link", name="Next place").click()
    screen.expect_place(214)
    expect(screen.all("#predict")).to_have_count(1)
    hidden(screen)
    expect(screen.page).to_have_url(re.compile(r"at=0\.3\.7\.17"))
    assert "guess" not in screen.fields


def test_what_is_pinned_after_the_answer_does_not_ask_again(screen: Screen) -> None:
    screen.open(PLAIN, at="0.1.3.4", predict="1")
    screen.all("#sum input.unknown").fill("1")
    screen.press("Enter")
    told(screen, re.compile("You said 1"))
    screen.all('#sum [data-cell="0.1.2"]').click()
    expect(screen.all("#sum td.held")).to_have_count(1)
    rest(screen.page)
    told(screen, re.compile("You said 1"))
    screen.page.reload()
    screen.ready()
    screen.all('#sum [data-cell="0.1.3"]').click()
    expect(screen.page).to_have_url(re.compile(r"pin=w\.0\.1\.3"))
    rest(screen.page)
    told(screen, re.compile("You said 1"))


def test_an_answered_place_stays_answered_and_the_next_ones_do_not(screen: Screen) -> None:
    screen.open(PLAIN, at="0.1.3.4", predict="1")
    hidden(screen)
    screen.all("#sum input.unknown").fill("1")
    screen.press("Enter")
    told(screen, re.compile("You said 1"))
    screen.press("ArrowRight")
    expect(screen.all("#predict")).to_have_count(1)
    hidden(screen)
    screen.press("ArrowLeft")
    told(screen, re.compile("You said 1"))
    with screen.changing():
        screen.all("#sum").get_by_role("link", name="Stop guessing").click()
    expect(screen.all("#sum output.answer")).to_have_count(1)
    assert "predict" not in screen.fields
    assert screen.drawn == screen.place
    with screen.changing():
        screen.page.go_back()
    expect(screen.all("#sum [data-predict]")).to_have_text("Stop guessing")


def test_by_keyboard_alone(screen: Screen) -> None:
    screen.open(PLAIN, at="0.1.3.4")
    value = screen.sum.total
    with screen.changing():
        screen.press("g")
    hidden(screen)
    expect(screen.all("#spoken")).to_have_text(re.compile("^Predict first: .* What is the number[?]$"))
    expect(screen.all("#sum input.unknown")).to_be_focused()
    screen.page.keyboard.type("abc")
    screen.press("Enter")
    expect(screen.all("#verdict")).to_contain_text("is not a number")
    hidden(screen)
    expect(screen.all("#spoken")).to_contain_text("is not a number")
    screen.press("Control+a")
    screen.page.keyboard.type(str(value).replace("-", "−").replace(".", ","))
    screen.press("Escape")
    expect(screen.all("#sum input.unknown")).not_to_be_focused()
    expect(screen.all("#sum input.unknown")).to_have_value(str(value).replace("-", "−").replace(".", ","))
    screen.press("g")
    expect(screen.all("#sum input.unknown")).to_be_focused()
    screen.press("Enter")
    told(screen, f"Exactly: {value}.".replace("-", "−"))
    expect(screen.all("#sum [data-next]")).to_be_focused()
    screen.press("Enter")
    screen.expect_place(90)
    expect(screen.all("#sum input.unknown")).to_be_focused()
    hidden(screen)


def test_what_is_typed_stays_when_the_window_of_the_browser_changes(screen: Screen) -> None:
    screen.open(PLAIN, at="0.1.3.4", predict="1")
    screen.all("#sum input.unknown").fill("12")
    screen.page.set_viewport_size({"width": 1024, "height": 768})
    screen.all(".plate > .figure.medium").wait_for()
    rest(screen.page)
    expect(screen.all("#sum input.unknown")).to_have_value("12")


def test_the_sign_is_a_choice(screen: Screen) -> None:
    screen.open(PLAIN, at="0.1.3.4", predict="1")
    with screen.changing():
        screen.all("#sum").get_by_role("link", name="Its sign").click()
    hidden(screen)
    screen.all("#sum").get_by_role("button", name="above 0").click()
    told(screen, re.compile("^(Yes|No): it is .*zero"))


def test_playing_keeps_every_number_until_the_window_has_left_it(screen: Screen) -> None:
    screen.open(PLAIN, at="0.1.3.4", predict="1")
    screen.all("#speed").select_option("16")
    screen.press(" ")
    screen.page.wait_for_function("() => +document.querySelector('#scrub').getAttribute('aria-valuenow') > 95")
    screen.press(" ")
    expect(screen.all("#sum .sum")).to_have_attribute("data-at", screen.at)
    hidden(screen)


def test_the_winner_of_a_pool_is_chosen_in_the_sum(screen: Screen) -> None:
    screen.follow(POOL)
    hidden(screen)
    assert screen.all("#sum .won, #sum .lost, .plate .kept, .plate .dropped").count() == 0
    winner = screen.api.step(screen.run["id"], screen.at)["winners"][0]
    screen.all("#sum button.cand").nth((winner["row"] - 6) * 2 + winner["column"] - 16).click()
    told(screen, re.compile("Yes: .* is the largest and is kept."))
    expect(screen.all("#sum .won")).to_have_count(1)
    assert screen.page.evaluate("document.querySelectorAll('.plate .read.kept').length") == 1


def test_by_touch_on_a_phone(open_page: Callable[..., Page]) -> None:
    screen = Screen(open_page(390, 844, has_touch=True))
    screen.open(FIRST, scale="byte", at="0.3.7.16")
    with screen.changing():
        screen.all("#sum").get_by_role("link", name="Predict first").tap()
    hidden(screen)
    screen.all("#sum input.unknown").tap()
    screen.page.keyboard.type("9")
    screen.all("#sum").get_by_role("button", name="Reveal").tap()
    told(screen, re.compile("You said 9"))
    screen.all("#sum [data-next]").tap()
    screen.expect_place(214)
    hidden(screen)
    screen.follow(POOL)
    screen.all("#sum button.cand").nth(1).tap()
    told(screen, re.compile("kept"))


@pytest.mark.parametrize(("view", "truth"), [("places", "28"), ("sharing", "456")])
def test_a_count_is_asked_in_the_look_about_it(screen: Screen, view: str, truth: str) -> None:
    screen.open(PLAIN, at="0.1.3.4", view=view)
    screen.follow(link(PLAIN, at="0.1.3.4", view=view, predict="1"))
    look = screen.all("#look")
    assert truth not in re.findall(r"\d+", look.inner_text())
    screen.all("#look input[name=guess]").fill(str(int(truth) + 3))
    with screen.changing():
        screen.press("Enter")
    expect(screen.all("#verdict")).to_have_text(f"You said {int(truth) + 3}; it is {truth}: 3 too many.")
    expect(screen.all("#spoken")).to_contain_text(truth)
    assert truth in re.findall(r"\d+", look.inner_text())
    screen.press("ArrowRight")
    expect(screen.page).to_have_url(re.compile(r"at=0\.1\.3\.5"))
    expect(screen.all("#verdict")).to_contain_text(truth)


def test_without_a_script_the_form_leads_to_the_answer(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(link(PLAIN, at="0.1.3.4"))
    follow(page.get_by_role("link", name="Predict first"))
    page.locator("#sum input[name=guess]").fill("2")
    follow(page.get_by_role("button", name="Reveal"))
    expect(page.locator("#verdict")).to_contain_text("You said 2;")
    follow(page.get_by_role("link", name="Next place"))
    expect(page.locator("#predict")).to_have_count(1)
    assert "at=0.1.3.5" in page.url
