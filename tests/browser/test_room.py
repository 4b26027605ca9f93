"""A class in a room: the teacher's screen, and the phones that follow it, each in a browser of its own."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Watch
from tests.browser.rest import rest
from tests.browser.screen import PLAIN
from tests.browser.test_access import findings
from tests.browser.windows import State, faults
from tests.pages.reading import link

VIEW = link(PLAIN, image="chelsea", at="0.1.2.3")
LESSON = "/lesson/why-28?projector=1&step="
WHOLE = State("", drawn=False)
Open = Callable[..., Page]


def opened(teacher: Page, address: str = VIEW) -> str:
    """Open a room at an address, as its form does; return the code, with the teacher at the door."""
    teacher.goto(address)
    code = teacher.evaluate(
        """async (address) => {
          const answer = await fetch("/room", { method: "POST", body: new URLSearchParams({ address }) });
          return answer.url.split("/").pop();
        }""",
        address,
    )
    teacher.goto(f"/room/{code}")
    expect(teacher.locator(".code")).to_have_text(f"{code[:3]}\N{NO-BREAK SPACE}{code[3:]}")
    return str(code)


def phone(open_page: Open, code: str = "", **options: Any) -> Page:
    """A pupil's phone, in the room of a code."""
    page = open_page(390, 844, has_touch=True, is_mobile=True, **options)
    if code:
        page.goto(f"/join/{code}")
    return page


def led(teacher: Page, open_page: Open, address: str = VIEW) -> tuple[str, Page]:
    """Open a room, have a phone come in, and begin."""
    code = opened(teacher, address)
    pupil = phone(open_page, code)
    expect(teacher.locator(".count b")).to_have_text("1")
    teacher.keyboard.press("PageDown")
    expect(teacher.locator(".roomchip")).to_contain_text("1 here")
    return code, pupil


def stands(page: Page, at: str) -> None:
    """Wait until the figure of a phone is at a place."""
    expect(page.frame_locator("#following iframe").locator("#sum .sum")).to_have_attribute("data-at", at)


def on_sheet(teacher: Page) -> Locator:
    """Open the sheet under the chip."""
    teacher.locator(".roomchip").click()
    sheet = teacher.locator("dialog.of-room .leading")
    expect(sheet).to_be_visible()
    return sheet


def where(page: Page) -> Locator:
    """What a phone shows of the question to the class."""
    return page.locator("#now .poll")


def choice(page: Page, text: str) -> Locator:
    return where(page).get_by_role("button", name=text, exact=True)


def asked(teacher: Page) -> Locator:
    return teacher.locator("#room-asked:not([hidden])")


def test_a_class_comes_in_by_code_and_follows(page: Page, open_page: Open) -> None:
    code = opened(page)
    first = phone(open_page)
    first.goto("/join")
    expect(first.locator("#code")).to_be_focused()
    first.keyboard.type(f"{code[:3]} {code[3:]}".lower())
    first.keyboard.press("Enter")
    expect(first.locator("#with")).to_have_text("With the class")
    second = phone(open_page, code)
    expect(page.locator(".count b")).to_have_text("2")
    page.keyboard.press("PageDown")
    expect(page.locator(".roomchip")).to_have_text(re.compile(rf"{code[:3]}.{code[3:]}\s+2 here"))
    for each in (first, second):
        stands(each, "0.1.2.3")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    for each in (first, second):
        stands(each, "0.1.3.4")
    page.locator(".ribbon [rel=next]").click()
    for each in (first, second):
        expect(each.locator("#following .words")).to_contain_text("row 4, column 5: the larger of")
    late = phone(open_page, code)  # lands where the class is
    expect(late.locator("#following .words")).to_contain_text("row 4, column 5: the larger of")
    expect(page.locator(".roomchip")).to_contain_text("3 here")
    first.reload()
    expect(first.locator("#following .words")).to_contain_text("row 4, column 5: the larger of")
    expect(page.locator(".roomchip")).to_contain_text("3 here")


def test_who_explores_alone_comes_back_with_one_tap(page: Page, open_page: Open) -> None:
    _, pupil = led(page, open_page)
    stands(pupil, "0.1.2.3")
    pupil.locator("#explore").click()
    own = pupil.frame_locator("iframe.whole")
    expect(own.locator('.plate[data-row="2"]')).to_have_count(1)
    expect(own.locator(".transport")).to_be_visible()  # it is the explorer itself
    expect(pupil.locator("#with")).to_have_text("On my own")
    page.locator(".ribbon [rel=next]").click()
    expect(pupil.locator("#whereabouts")).to_have_text("The class is at layer 2 of 3, relu.")
    expect(own.locator('.plate[data-row="2"]')).to_have_count(1)  # where the pupil was
    pupil.locator("#back").click()
    expect(pupil.locator("#with")).to_have_text("With the class")
    expect(pupil.locator("#following .words")).to_contain_text("the larger of")
    expect(pupil.locator("iframe.whole")).to_have_count(0)


def test_the_class_is_asked_for_a_sign_and_told(page: Page, open_page: Open) -> None:
    code, first = led(page, open_page)
    second = phone(open_page, code)
    on_sheet(page).locator("[value=sign]").click()
    expect(asked(page)).to_contain_text("0 of 2 have answered")
    expect(page.locator(".answer.unknown").first).to_be_attached()  # the number is hidden
    for each in (first, second):
        expect(where(each)).to_contain_text("Is it above or below zero?")
    choice(first, "below 0").click()
    expect(choice(first, "below 0")).to_have_attribute("aria-pressed", "true")
    expect(where(first)).to_contain_text("You can change it until the answer is shown.")
    choice(first, "above 0").click()
    expect(choice(first, "below 0")).to_have_attribute("aria-pressed", "false")
    choice(second, "below 0").focus()
    second.keyboard.press("Enter")
    expect(choice(second, "below 0")).to_be_focused()
    expect(asked(page)).to_contain_text("2 of 2 have answered")
    expect(asked(page).locator(".right")).to_have_count(0)

    page.keyboard.press("PageDown")
    right = asked(page).locator(".right")
    expect(right).to_have_count(1)
    expect(asked(page).locator(".tally b")).to_have_text(["1", "1"])
    told = right.locator(".choice").inner_text().partition(",")[0].strip()
    expect(where(first if told == "above 0" else second)).to_contain_text(f"You said {told}, and so it is.")
    expect(where(first)).to_contain_text(f"1 of 2 said {told}.")
    expect(page.locator("#verdict")).to_be_visible()  # the figure tells it too
    page.keyboard.press("PageDown")
    expect(asked(page)).to_have_count(0)
    expect(where(first)).to_have_count(0)
    expect(page).not_to_have_url(re.compile("predict="))


def test_the_class_types_a_number_and_sees_how_it_is_spread(page: Page, open_page: Open) -> None:
    _, pupil = led(page, open_page)
    on_sheet(page).locator("[value=number]").click()
    expect(asked(page)).to_contain_text("0 of 1 have answered")
    field = where(pupil).get_by_role("textbox", name="What is the number?")
    field.fill("-0,5")
    pupil.keyboard.press("Enter")
    expect(where(pupil)).to_contain_text("You can change it until the answer is shown.")
    expect(field).to_have_value("−0.5")
    expect(asked(page)).to_contain_text("1 of 1 has answered")
    field.fill("half")
    where(pupil).get_by_role("button", name="Answer").click()
    assert field.evaluate("(field) => field.validity.patternMismatch")
    page.keyboard.press("PageDown")
    right = asked(page).locator(".right .choice")
    expect(right).to_have_count(1)
    assert sorted(asked(page).locator(".tally b").all_inner_texts()) == ["0", "1"]
    told = right.inner_text().partition(",")[0].strip()
    expect(where(pupil).locator("h2")).to_have_text(f"You said −0.5; it is {told}.")


def test_what_is_asked_stays_above_the_figure_whatever_is_fetched(page: Page, open_page: Open) -> None:
    _, pupil = led(page, open_page)
    on_sheet(page).locator("[value=number]").click()
    where(pupil).get_by_role("textbox").fill("7")
    pupil.keyboard.press("Enter")
    expect(asked(page)).to_contain_text("1 of 1 has answered")
    page.keyboard.press("PageDown")
    expect(asked(page).locator(".choice")).to_have_count(2)
    for width, height in ((1280, 720), (1366, 625), (1024, 768)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("fetch('/healthz').then((answer) => answer.text())")  # which takes away that nobody answered
        expect(asked(page)).to_have_count(1)
        page.wait_for_function(
            """() => document.querySelector("#room-asked").getBoundingClientRect().bottom
              <= document.querySelector("#stage").getBoundingClientRect().top + scrollY + 1"""
        )


def test_a_question_of_ones_own(page: Page, open_page: Open) -> None:
    _, pupil = led(page, open_page)
    sheet = on_sheet(page)
    sheet.get_by_text("A question of your own").click()
    sheet.get_by_label("Question", exact=True).fill("Which layer is next?")
    sheet.get_by_label("Answer 1", exact=True).fill("relu")
    sheet.get_by_label("Answer 2", exact=True).fill("max_pool2d")
    sheet.get_by_label("Answer 1 is right").check()
    sheet.get_by_role("button", name="Ask", exact=True).last.click()
    expect(where(pupil)).to_contain_text("Which layer is next?")
    choice(pupil, "relu").click()
    expect(asked(page)).to_contain_text("1 of 1 has answered")
    asked(page).get_by_role("button", name="Show the answer").click()
    expect(where(pupil)).to_contain_text("You said relu, and so it is.")
    page.keyboard.press("ArrowRight")  # going on closes it
    expect(asked(page)).to_have_count(0)
    expect(where(pupil)).to_have_count(0)


def test_a_lesson_asks_and_tells_by_itself(page: Page, open_page: Open) -> None:
    _, pupil = led(page, open_page, f"{LESSON}1")
    expect(pupil.locator("#following .words")).to_contain_text("Drag the window to the right edge.")
    expect(where(pupil)).to_have_count(0)
    page.keyboard.press("PageDown")  # the widget does the task
    page.keyboard.press("PageDown")
    expect(asked(page)).to_contain_text("0 of 1 have answered")
    expect(where(pupil)).to_contain_text("how many places in a row?")
    expect(pupil.locator("#following .words")).to_be_hidden()
    choice(pupil, "28").click()
    expect(asked(page)).to_contain_text("1 of 1 has answered")
    page.keyboard.press("PageDown")
    expect(asked(page).locator(".right .choice")).to_contain_text("30")
    expect(where(pupil).locator("h2")).to_have_text("You said 28; it is 30.")
    expect(where(pupil)).to_contain_text("0 of 1 said 30.")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    expect(page).to_have_url(re.compile("step=2"))
    expect(where(pupil)).to_have_count(0)
    expect(pupil.locator("#following .words")).to_be_visible()


def test_a_teacher_who_loads_the_page_anew_leads_on(page: Page, open_page: Open) -> None:
    _, pupil = led(page, open_page, f"{LESSON}1")
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    choice(pupil, "28").click()
    expect(asked(page)).to_contain_text("1 of 1 has answered")
    page.reload()
    expect(page.locator(".roomchip")).to_contain_text("1 here")
    expect(asked(page)).to_contain_text("1 of 1 has answered")
    expect(choice(pupil, "28")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("PageDown")
    expect(where(pupil).locator("h2")).to_have_text("You said 28; it is 30.")


def test_the_question_is_read_once_wherever_it_stands(page: Page, open_page: Open) -> None:
    _, pupil = led(page, open_page, "/lesson/why-28?step=1")
    page.goto("/lesson/why-28?step=1.ask")
    expect(asked(page).locator("h2")).to_be_visible()
    expect(page.locator("#guess")).to_be_hidden()
    expect(where(pupil)).to_be_visible()
    page.goto(f"{LESSON}1.ask")
    expect(page.locator("cs-step h1")).to_contain_text("how many places in a row?")
    expect(asked(page).locator(".tally li")).to_have_count(4)
    expect(asked(page).locator("h2")).to_be_hidden()


def key_of(teacher: Page) -> str:
    """Return the key of the room that a browser leads."""
    return next(each["value"] for each in teacher.context.cookies() if each["name"] == "rooms").partition("-")[2][:32]


def remote(teacher: Page, code: str) -> str:
    """Return the address that the second QR code holds; it is in the drawing alone, so a program asks for another."""
    made = teacher.request.post(f"/api/v1/rooms/{code}/remote", headers={"Authorization": f"Bearer {key_of(teacher)}"})
    address: str = made.json()["url"]
    return address


def test_the_screen_in_front_follows_the_remote(page: Page, open_page: Open) -> None:
    code, pupil = led(page, open_page, f"{LESSON}1")
    page.evaluate("window.still = true")
    held = open_page(390, 844, has_touch=True)
    held.goto(remote(page, code))
    expect(held).to_have_url(re.compile(rf"/room/{code}/remote$"))  # without the key
    expect(held.locator(".clock")).to_contain_text("step 1 of 3")
    expect(held.locator(".clock b")).to_have_text(re.compile(r"^\d\d:\d\d$"))
    expect(held.get_by_role("button", name="Back", exact=True)).to_be_visible()
    held.get_by_role("button", name="Next", exact=True).click()
    expect(page).to_have_url(re.compile(r"step=1\.do"))
    held.get_by_role("button", name="Next", exact=True).click()
    expect(page).to_have_url(re.compile(r"step=1\.ask"))
    expect(where(pupil)).to_be_visible()  # its question is asked, as if the teacher had pressed the key
    expect(held.locator(".nextwords")).to_have_text("The answer")
    held.get_by_role("button", name="Next", exact=True).click()
    expect(where(pupil)).to_contain_text("Only the last 2 columns cannot begin a window.")
    held.get_by_role("button", name="Back", exact=True).click()
    expect(page).to_have_url(re.compile(r"step=1\.ask"))
    assert page.evaluate("window.still")  # never loaded anew

    held.get_by_role("button", name="Blank the screen").click()
    expect(page.locator("#blank")).to_be_visible()
    expect(pupil.locator("#now")).to_have_text(re.compile("Look at the board."))
    held.get_by_role("button", name="Show the screen").click()
    expect(page.locator("#blank")).to_have_count(0)
    expect(pupil.locator("#now")).not_to_contain_text("Look at the board.")
    page.keyboard.press("b")
    expect(pupil.locator("#now")).to_contain_text("Look at the board.")
    page.keyboard.press("Escape")
    expect(pupil.locator("#now")).not_to_contain_text("Look at the board.")
    expect(held.get_by_role("button", name="Blank the screen")).to_be_visible()


def test_the_sheet_closes_once_the_phone_is_paired_and_follows_what_is_asked(page: Page, open_page: Open) -> None:
    code, _ = led(page, open_page)
    sheet = on_sheet(page)
    leads = {"Authorization": f"Bearer {key_of(page)}"}
    asks = {"question": "Which?", "choices": ["a", "b"]}
    page.request.put(f"/api/v1/rooms/{code}/poll", data=asks, headers=leads)
    expect(sheet.get_by_role("button", name="Show the answer")).to_be_visible()
    page.request.put(f"/api/v1/rooms/{code}/poll", data={"state": "closed"}, headers=leads)
    expect(sheet.get_by_role("button", name="Show the answer")).to_have_count(0)
    expect(sheet.locator("[value=sign]")).to_be_visible()
    sheet.get_by_role("button", name="Pair").click()
    expect(page.locator(".pairing svg")).to_be_visible()
    made = remote(page, code)
    expect(page.locator(".pairing svg")).to_be_visible()
    open_page(390, 844, has_touch=True).goto(made)
    expect(page.locator("dialog.of-room")).to_have_count(0)


def test_the_board_has_one_set_of_answers(page: Page, open_page: Open) -> None:
    led(page, open_page)
    on_sheet(page).locator("[value=sign]").click()
    expect(asked(page)).to_be_visible()
    expect(page.locator("#predict")).to_be_attached()
    expect(page.locator("#predict .sign").first).to_be_hidden()


def test_the_remote_moves_the_explorer_without_a_lesson(page: Page, open_page: Open) -> None:
    code, pupil = led(page, open_page, f"{VIEW}&projector=1")
    held = open_page(390, 844, has_touch=True)
    held.goto(remote(page, code))
    words = held.locator(".nextwords").inner_text()
    expect(page.locator("#path [rel=next]")).to_contain_text(words)  # where the clicker leads too
    held.get_by_role("button", name="Next", exact=True).click()
    expect(page).to_have_url(re.compile("sheet="))
    expect(held.locator(".nextwords")).not_to_have_text(words)
    expect(pupil.locator("#following .words")).to_be_visible()


def test_a_room_ends_for_all(page: Page, open_page: Open, watch: Watch) -> None:
    watch.expects(404)
    code, pupil = led(page, open_page)
    alone = phone(open_page, code)
    alone.locator("#explore").click()
    expect(alone.frame_locator("iframe.whole").locator(".plate")).to_have_count(1)
    on_sheet(page).get_by_role("button", name="End", exact=True).click()
    expect(page.locator("#share")).to_have_text("Share")
    expect(page.locator(".roomchip")).to_have_count(0)
    expect(pupil.get_by_role("heading", name="The room is over.")).to_be_visible()
    pupil.get_by_role("link", name="Go on in the explorer").click()
    expect(pupil.locator('.plate[data-row="2"]')).to_have_count(1)
    expect(alone.get_by_role("heading", name="The room is over.")).to_be_visible()


def test_who_loses_the_connection_keeps_the_step_and_finds_back(page: Page, open_page: Open, watch: Watch) -> None:
    _, pupil = led(page, open_page)
    stands(pupil, "0.1.2.3")
    watch.cut_off(pupil)
    expect(pupil.locator("#lost")).to_have_text("Lost the connection. Trying again; nothing is lost.")
    stands(pupil, "0.1.2.3")
    page.locator(".ribbon [rel=next]").click()
    expect(page.locator(".ribbon li:nth-child(3)[aria-current]")).to_have_count(1)
    pupil.context.set_offline(False)
    expect(pupil.locator("#following .words")).to_contain_text("the larger of")
    expect(pupil.locator("#lost")).to_have_text("")


def test_without_the_cookie_a_page_fetches_nothing_of_rooms(page: Page, open_page: Open) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(VIEW)
    rest(page)
    assert not [url for url in asked if "/room/" in url]


@pytest.mark.layout
def test_its_pages_are_whole_and_within_reach_of_everyone(page: Page, open_page: Open, watch: Watch) -> None:
    watch.expects(404)
    code = opened(page, f"{LESSON}1")
    pupil = phone(open_page, code)
    wrong: list[str] = []

    def look(name: str, each: Page, *sizes: tuple[int, int]) -> None:
        wrong.extend(f"{name}: {found}" for found in findings(each))
        for width, height in sizes:
            each.set_viewport_size({"width": width, "height": height})
            rest(each)
            wrong.extend(f"{name} {width}: {found}" for found in faults(each, WHOLE))

    small, boards = ((320, 568), (390, 844), (844, 390), (1024, 768)), ((1280, 720), (1024, 768), (1920, 1080))
    look("door", page, *boards)
    look("phone", pupil, *small)
    page.keyboard.press("PageDown")
    expect(page.locator(".roomchip")).to_be_visible()
    look("lesson", page, (1024, 768), (1280, 720))
    page.keyboard.press("PageDown")
    page.keyboard.press("PageDown")
    expect(where(pupil)).to_be_visible()
    look("asked", page, (1024, 768), (1280, 720))
    look("answering", pupil, *small)
    choice(pupil, "28").click()
    page.keyboard.press("PageDown")
    expect(where(pupil).locator(".right")).to_have_count(1)
    expect(asked(page).locator(".right")).to_have_count(1)
    look("shown", page, (1024, 768), (1280, 720))
    look("told", pupil, *small)
    on_sheet(page)
    look("sheet", page)
    page.keyboard.press("Escape")
    held = open_page(390, 844, has_touch=True)
    held.goto(remote(page, code))
    look("remote", held, *small)
    joining = phone(open_page)
    joining.goto("/join?code=nothing")
    look("join", joining, *small)
    joining.goto(f"/join/{code}?from=/")
    look("phone again", joining)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sheet_and_the_question_in_the_explorer(open_page: Open, scheme: str) -> None:
    teacher = open_page(color_scheme=scheme)
    led(teacher, open_page)
    sheet = on_sheet(teacher)
    assert findings(teacher) == []
    sheet.get_by_role("button", name="Pair").click()
    expect(teacher.locator(".pairing svg")).to_be_visible()
    assert findings(teacher) == []
    teacher.keyboard.press("Escape")
    expect(teacher.locator(".roomchip")).to_be_focused()
    on_sheet(teacher).locator("[value=size]").click()
    expect(asked(teacher)).to_be_visible()
    rest(teacher)
    assert findings(teacher) == []


def test_a_phone_without_scripts_answers_too(page: Page, open_page: Open) -> None:
    code, _ = led(page, open_page)
    on_sheet(page).locator("[value=sign]").click()
    expect(asked(page)).to_be_visible()
    plain = open_page(390, 844, java_script_enabled=False)
    plain.goto(f"/join/{code}")
    choice(plain, "above 0").click()
    expect(choice(plain, "above 0")).to_have_attribute("aria-pressed", "true")
    expect(asked(page)).to_contain_text("1 of 1 has answered")


@pytest.mark.parametrize(("width", "height"), [(390, 844), (844, 390), (820, 1180)])
def test_the_figure_on_a_phone_has_all_the_room_that_its_sentence_leaves(
    width: int, height: int, page: Page, open_page: Open
) -> None:
    _, pupil = led(page, open_page)
    pupil.set_viewport_size({"width": width, "height": height})
    stands(pupil, "0.1.2.3")
    box = {
        name: pupil.locator(selector).bounding_box() or {}
        for name, selector in {"strip": ".overhead", "frame": "iframe", "words": ".words", "foot": ".below"}.items()
    }
    above = box["strip"]["y"] + box["strip"]["height"]
    below = height if box["foot"]["y"] < above else box["foot"]["y"]
    assert box["frame"]["width"] == width
    assert abs(box["frame"]["y"] - above) <= 1
    assert abs(box["words"]["y"] - box["frame"]["y"] - box["frame"]["height"]) <= 1
    assert abs(box["words"]["y"] + box["words"]["height"] - below) <= 1
    if width > 700:
        expect(pupil.frame_locator("iframe").locator("#sum .makes")).to_be_in_viewport(ratio=1)
