"""The pages of a lesson: every chapter at every beat, what they say, and where they lead."""

import re
from html import unescape
from urllib.parse import parse_qsl

import pytest
from fastapi.testclient import TestClient

from app.classroom.beats import spots
from app.classroom.book import BOOK
from app.messages import LANGUAGES, catalogue
from tests.pages.reading import Element, read
from tests.pages.validity import faults

pytestmark = pytest.mark.reads
UNKNOWN = re.compile(r"\{\w+\}|\?\s*×|×\s*\?|Undefined|None\b")


def words_of(html: str) -> str:
    """What a person reads beside the figure."""
    words = html.partition('<div class="words"')[2].partition("</cs-step>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words))  # no-break spaces too


def walked(client: TestClient, address: str) -> tuple[Element, Element]:
    """What a page of a lesson shows, and its link onwards."""
    page = read(client.get(address).text)
    return page.one("cs-step"), page.one("a", rel="next")


@pytest.mark.parametrize("more", ["", "&projector=1"])
@pytest.mark.parametrize("name", BOOK)
def test_every_beat_of_a_chapter_is_a_valid_page_that_knows_its_facts(client: TestClient, name: str, more: str) -> None:
    wrong, frames = [], set()
    for spot in spots(BOOK[name]):
        answer = client.get(f"/lesson/{name}?step={spot.text}{more}")
        assert answer.status_code == 200, spot.text
        wrong += [f"{spot.text}: {fault}" for fault in faults(answer.text)]
        if UNKNOWN.search(words_of(answer.text)):
            wrong.append(f"{spot.text}: {words_of(answer.text)}")
        frame = re.search(r'<iframe class="framed" src="([^"]+)"', answer.text)
        assert frame, spot.text
        frames.add(unescape(frame[1]))
    assert not wrong, "\n".join(wrong)
    assert {client.get(frame).status_code for frame in frames} == {200}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_links_alone_walk_all_chapters_beat_by_beat(client: TestClient, language: str) -> None:
    there = f"/lesson/{next(iter(BOOK))}?projector=1&lang={language}"
    for name, spot in [(name, spot.text) for name, lesson in BOOK.items() for spot in spots(lesson)]:
        step, onward = walked(client, there)
        path, _, fields = step.attributes["data-address"].partition("?")
        assert (path, dict(parse_qsl(fields))["step"]) == (f"/lesson/{name}", spot)
        assert step.one("h1").text
        assert onward.one("span").text
        there = onward.attributes["href"]
    step, onward = walked(client, there)
    assert step.one("h1").text == catalogue(language).gettext("The end.")
    contents = read(client.get(onward.attributes["href"]).text)
    assert len(list(contents.one(class_="book").all("li"))) == len(BOOK)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/lesson", "/lesson/why-28", "/lesson/why-28/speaker"])
def test_pages_speak_the_language_that_is_asked_for(client: TestClient, path: str, language: str) -> None:
    answer = client.get(path, params={"lang": language})
    assert f'<html lang="{language}"' in answer.text
    assert faults(answer.text) == []


def test_a_lesson_may_frame_the_explorer_and_nobody_the_lesson(client: TestClient) -> None:
    policy = client.get("/lesson/why-28").headers["content-security-policy"]
    assert "frame-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "frame-src" not in client.get("/").headers["content-security-policy"]


def test_the_task_calls_a_class_by_its_name_where_one_is_chosen(client: TestClient) -> None:
    name, number, state = next(
        (name, number, step.address)
        for name, lesson in BOOK.items()
        for number, step in enumerate(lesson.steps, 1)
        if step.task and "channel" in step.task.until and "view=scores" in step.address
    )
    said = client.get("/parts/task", params={"address": f"/lesson/{name}?step={number}", "state": state}).text
    assert re.search(r"Now: [a-z ]+\.", said)
    assert "Now: map" not in said


def test_the_task_says_where_a_state_stands_and_when_it_is_done(client: TestClient) -> None:
    state = BOOK["why-28"].steps[0].address
    fields = {"address": "/lesson/why-28?step=1", "state": state}
    assert "Now: place 17 of its row." in client.get("/parts/task", params=fields).text
    fields["state"] = state.replace("0.0.7.16", "0.0.7.27")
    assert client.get("/parts/task", params=fields).status_code == 204
    fields["state"] = state.replace("0.0.7.16", "0.0.7.26")
    assert "Now: place 27 of its row." in client.get("/parts/task", params=fields).text


def test_a_question_is_not_there_before_the_task_is_done(client: TestClient) -> None:
    assert "3 × 3" not in words_of(client.get("/lesson/why-28?step=1").text)
    assert "3 × 3" in words_of(client.get("/lesson/why-28?step=1.ask").text)


def test_a_guess_is_told_without_points(client: TestClient) -> None:
    wrong = words_of(client.get("/lesson/why-28?step=1.reveal&answer=2").text)
    assert "You said 28; it is 30." in wrong
    right = words_of(client.get("/lesson/why-28?step=1.reveal&answer=4").text)
    assert "You said 30, and so it is." in right
    assert "You said" not in words_of(client.get("/lesson/why-28?step=1.reveal").text)


def test_what_was_said_of_the_picture_before_the_reveal_still_holds_behind_it(client: TestClient) -> None:
    assert "its map only 28 × 28" in words_of(client.get("/lesson/why-28?step=1.reveal").text)


def test_the_answer_is_nowhere_on_the_page_that_asks(client: TestClient) -> None:
    page = client.get("/lesson/why-28?step=1.ask&projector=1").text
    assert "Only the last 2 columns" not in page
    assert "PgDn" in page
    assert "the answer" in page


@pytest.mark.parametrize("address", ["/lesson/why-28?step=1.ask", "/?image=coffee&size=32&recipe=conv2d(6, 5)"])
def test_a_step_comes_alone_for_any_address_of_the_classroom(client: TestClient, address: str) -> None:
    part = client.get("/parts/step", params={"address": address})
    assert part.status_code == 200
    assert part.text.strip().startswith("<cs-step ")
    assert part.text.strip().endswith("</cs-step>")
    assert faults(f"<!doctype html><html lang=en>{part.text}</html>") == []


def test_a_lesson_that_is_none_is_not_found(client: TestClient) -> None:
    for path in ("/lesson/nothing", "/lesson/nothing/speaker", "/lesson/nothing/picture.png"):
        assert client.get(path).status_code == 404
    assert client.get("/parts/task", params={"address": "/nothing"}).status_code == 404


@pytest.mark.parametrize("name", BOOK)
def test_every_chapter_has_a_picture(client: TestClient, name: str) -> None:
    answer = client.get(f"/lesson/{name}/picture.png?step=1")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    assert len(answer.content) > 500


def test_help_on_a_projector_offers_the_lesson(client: TestClient) -> None:
    assert 'href="/lesson?projector=1"' in client.get("/?projector=1").text
    assert 'href="/lesson?projector=1"' not in client.get("/").text
