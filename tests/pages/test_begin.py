"""A first visit: what this is and three ways to begin, until something has been done; and chapters that explain."""

import re
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from app.classroom.book import BOOK
from app.explorer.looks.registry import LOOKS
from app.layers import LAYERS
from app.web.pages.explorer import MET
from tests.pages.reading import Element, link, read

pytestmark = pytest.mark.reads

SENTENCE = "See how a neural network looks at a picture, number by number."


def begin(client: TestClient, address: str = "/", **headers: str) -> Element | None:
    """Return what a first visitor reads on a page; None where it is not said."""
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return next(read(answer.text).all("nav", "begin"), None)


def test_a_first_visitor_reads_what_this_is_and_has_three_ways(client: TestClient) -> None:
    found = begin(client)
    assert found
    assert found.one("p").text == SENTENCE
    texts = [a.one("b").text for a in found.all("a")]
    assert texts == ["Try your own photo", f"Take the lesson: {len(BOOK)} chapters", "Open a trained network"]
    photo, lesson, networks = (a.attributes["href"] for a in found.all("a"))
    assert client.get(lesson).status_code == 200
    assert client.get(networks).status_code == 200
    page = read(client.get("/").text)
    assert page.one("form", id=photo.removeprefix("#")).one("input", type="file")


@pytest.mark.parametrize("address", ["/?lang=en", "/?theme=dark", "/?lang=zh-CN"])
def test_another_language_or_theme_is_no_act(client: TestClient, address: str) -> None:
    assert begin(client, address)
    assert begin(client)


def test_the_first_state_is_no_other_where_it_is_written_out(client: TestClient) -> None:
    address = read(client.get("/").text).one("div", id="app").attributes["data-address"]
    assert "recipe=" in address
    assert begin(client, address)


@pytest.mark.parametrize(
    "address",
    [
        link("conv2d(6, 5, weights=random(7))"),
        "/?image=rocket",
        "/?at=0.3.7.17",
        "/?view=fan",
        "/?predict=1",
        "/?edit=0",
        "/?pin=i.0.3.3",
        "/?projector=1",
        "/?hide=share",
        "/embed",
    ],
)
def test_a_link_with_a_state_of_its_own_is_no_first_visit(client: TestClient, address: str) -> None:
    assert begin(client, address) is None
    assert MET not in client.cookies, "and nothing has been done yet"
    assert begin(client)


def test_it_yields_to_the_first_act_for_good(client: TestClient) -> None:
    run = read(client.get("/").text).one("div", id="app").attributes["data-run"]
    assert client.get(f"/parts/sum/{run}?at=0.3.7.17").status_code == 200
    assert client.cookies[MET]
    assert begin(client) is None


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Sec-Fetch-Site": "same-origin"}])
def test_going_on_from_the_page_is_an_act(client: TestClient, headers: dict[str, str]) -> None:
    assert begin(client, "/?at=1.3.7.16", **headers) is None
    assert begin(client) is None


def test_a_sum_that_comes_says_no_more_what_this_is(client: TestClient) -> None:
    run = read(client.get("/").text).one("div", id="app").attributes["data-run"]
    assert SENTENCE not in client.get(f"/parts/sum/{run}?at=0.3.7.16").text


def test_it_comes_back_from_the_list_of_keys(client: TestClient) -> None:
    client.cookies.set(MET, "1")
    page = read(client.get(link("relu")).text)
    back = page.one("dialog", id="help").one("a", "elsewhere").attributes["href"]
    assert begin(client) is None
    assert begin(client, back)
    assert SENTENCE in page.one("dialog", id="help").text


def test_what_is_said_once_is_not_kept_for_the_next(client: TestClient) -> None:
    assert begin(client)
    client.cookies.set(MET, "1")
    assert begin(client) is None
    client.cookies.clear()
    assert begin(client)


def test_every_chapter_that_explains_something_is_there() -> None:
    said = {layer.chapter for layer in LAYERS.values()} | {look.chapter for look in LOOKS.values()}
    assert said - {""} <= BOOK.keys()
    assert len(said) > 8, "of the chapters most explain something"


@pytest.mark.parametrize("view", ["figure", "places", "fan", "trace", "sharing", "network"])
def test_the_menu_of_explanations_leads_to_the_chapter_of_a_view(client: TestClient, view: str) -> None:
    page = read(client.get(f"/?{urlencode({'view': view, 'at': '0.3.7.16'})}").text)
    expected = LOOKS[view].chapter or "sum"
    lines = [a.attributes["href"] for a in page.one("nav", "looks").all("a", "line") if "In the lesson" in a.text]
    assert lines == [f"/lesson/{expected}"]
    assert client.get(lines[0]).status_code == 200


def test_the_last_line_of_a_note_leads_to_its_chapter(client: TestClient) -> None:
    for recipe, chapter in (
        ("conv2d(2, 3)", "sum"),
        ("relu", "relu"),
        ("sigmoid", "relu"),
        ("max_pool2d(2)", "pooling"),
        ("flatten | linear(3)", "neurons"),
        ("flatten | softmax", "network"),
    ):
        page = client.get(link(recipe, size=8, at=f"{recipe.count('|')}.0.0.0")).text
        note = read(page).one("div", "note")
        assert note.one("a", "lesson").attributes["href"] == f"/lesson/{chapter}", recipe
        assert re.search(r"</a>\s*</p>\s*</div>", page), "it is the last"
