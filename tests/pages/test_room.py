"""The pages of a room: who may do what with which cookie, and what a lesson asks of the class by itself."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from app.classroom.book import BOOK
from app.main import create_app
from app.settings import Settings
from tests.pages.reading import link
from tests.pages.validity import faults

PLAIN = "conv2d(2, 3, weights=random(7)) | relu"
VIEW = link(PLAIN, image="chelsea", size=12, at="0.1.2.3")
ASK, REVEAL = "/lesson/why-28?step=1.ask", "/lesson/why-28?step=1.reveal"
LAN = "192.168.1.20"
TICKET = re.compile(r"key=([0-9a-f]{32})")


def opened(client: TestClient, address: str = VIEW) -> str:
    """Open a room as a form does; return its code."""
    answer = client.post("/room", data={"address": address}, follow_redirects=False)
    assert answer.status_code == 303
    return answer.headers["location"].rpartition("/")[2]


def said(client: TestClient, code: str, what: str, **fields: str) -> dict[str, object]:
    """Say something to a room as a script does; return the room."""
    answer = client.post(f"/room/{code}/{what}", data=fields, headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.text
    return room(client, code)


def room(client: TestClient, code: str) -> dict[str, object]:
    """Return the room as everybody may see it."""
    found: dict[str, object] = client.get(f"/api/v1/rooms/{code}").json()
    return found


def stranger(client: TestClient) -> TestClient:
    """Return another browser of the same server."""
    return TestClient(client.app, base_url=str(client.base_url))


@pytest.fixture
def on_lan(tmp_path: object) -> TestClient:
    """A client of a server that other computers reach under its address."""
    settings = Settings(data_dir=tmp_path, host="0.0.0.0", allowed_hosts=f"localhost,{LAN},10.0.0.5")  # noqa: S104
    with TestClient(create_app(settings), base_url="http://localhost:8000") as client:
        yield client


def test_who_opens_a_room_stands_at_its_door_and_leads_it(client: TestClient) -> None:
    code = opened(client)
    assert client.cookies.get("room") == code
    door = client.get(f"/room/{code}").text
    assert f'<dd class="code">{code[:3]}\N{NO-BREAK SPACE}{code[3:]}</dd>' in door
    assert "at=0.1.2.3" in re.search(r'id="begin" href="([^"]*)"', door)[1]
    other = stranger(client).get(f"/room/{code}").text
    assert f'href="/join/{code}"' in other
    assert "begin" not in other


def test_the_key_goes_to_the_pages_of_rooms_alone(client: TestClient) -> None:
    answer = client.post("/room", data={"address": VIEW}, follow_redirects=False)
    led, keys = sorted(text for text in answer.headers.get_list("set-cookie") if text.startswith("room"))
    assert keys.startswith("rooms=")
    assert "HttpOnly" in keys
    assert "Path=/room;" in keys
    assert "HttpOnly" not in led  # which says no more than the code that is on the board


def test_a_room_at_an_address_that_cannot_be_is_refused_with_a_sentence(client: TestClient) -> None:
    for address in ("/nowhere", "https://elsewhere.example/?image=chelsea", "/?recipe=conv2d("):
        answer = client.post("/room", data={"address": address}, follow_redirects=False)
        assert answer.status_code in (404, 422), address
        assert 'class="notice"' in answer.text


def test_the_way_in_is_an_address_that_phones_can_reach(on_lan: TestClient) -> None:
    code = opened(on_lan)
    door = on_lan.get(f"/room/{code}").text
    assert f'<dd class="at">{LAN}:8000/join</dd>' in door
    assert "127.0.0.1" not in door
    assert "localhost" not in door
    assert 'href="?reach=10.0.0.5%3A8000"' in door
    assert '<dd class="at">10.0.0.5:8000/join</dd>' in on_lan.get(f"/room/{code}?reach=10.0.0.5:8000").text
    assert "10.0.0.5:8000/join" in on_lan.get(f"/room/{code}/sheet").text  # it is kept
    drawn = on_lan.get(f"/room/{code}/qr.svg")
    assert drawn.headers["content-type"] == "image/svg+xml"


def test_where_only_this_computer_listens_the_door_says_what_helps(client: TestClient) -> None:
    door = client.get(f"/room/{opened(client)}").text
    assert "<code>convscope serve --lan</code>" in door
    assert 'class="qr"' not in door


@pytest.mark.parametrize(
    "typed", [lambda code: code.lower(), lambda code: f" {code[:3]} {code[3:]} ", lambda code: code]
)
def test_a_code_may_be_typed_as_people_type(client: TestClient, typed: Callable[[str], str]) -> None:
    code = opened(client)
    answer = stranger(client).get("/join", params={"code": typed(code)}, follow_redirects=False)
    assert answer.headers["location"] == f"/join/{code}"


def test_a_wrong_code_stays_in_its_field_beside_one_sentence(client: TestClient) -> None:
    answer = client.get("/join", params={"code": "k7m 4tz"})
    assert answer.status_code == 404
    assert 'value="k7m 4tz"' in answer.text
    assert 'role="alert"' in answer.text
    assert faults(answer.text) == []


def test_who_joins_gets_a_pass_and_the_present_step(client: TestClient) -> None:
    code = opened(client)
    phone = stranger(client)
    page = phone.get(f"/join/{code.lower()}")
    assert str(page.url).endswith(f"/join/{code}")
    assert "<cs-step" in page.text
    assert "at=0.1.2.3" in page.text
    held = phone.cookies["phone"]
    phone.get(f"/join/{code}")
    assert phone.cookies["phone"] == held  # it is one phone, however often it comes


def test_a_lesson_asks_shows_and_closes_by_itself(client: TestClient) -> None:
    code = opened(client, "/lesson/why-28?step=1")
    assert said(client, code, "move", address="/lesson/why-28?step=1")["poll"] is None
    poll = said(client, code, "move", address=ASK)["poll"]
    assert poll["state"] == "open"
    assert poll["choices"] == ["27", "28", "29", "30"]
    assert "right" not in poll
    phone = stranger(client)
    phone.get(f"/join/{code}")
    assert phone.post(f"/join/{code}/answer", data={"answer": "28"}).status_code == 200
    answered = phone.post(f"/join/{code}/answer", data={"answer": "30"}, headers={"HX-Request": "true"}).text
    assert re.findall(r'value="(\d+)" aria-pressed="true"', answered) == ["30"]
    assert "1 of 1 has answered" in client.get(f"/room/{code}/asked").text

    poll = said(client, code, "move", address=REVEAL)["poll"]
    assert (poll["state"], poll["counts"], poll["right"]) == ("shown", [0, 0, 0, 1], "30")
    now = phone.get(f"/join/{code}/now").text
    assert "You said 30, and so it is." in now
    assert "1 of 1 said 30." in now
    assert phone.post(f"/join/{code}/answer", data={"answer": "27"}).status_code == 422  # it is too late
    assert said(client, code, "move", address=ASK)["poll"]["state"] == "shown"  # back to look at it again
    assert said(client, code, "move", address="/lesson/why-28?step=2")["poll"]["state"] == "closed"
    assert "poll" not in phone.get(f"/join/{code}/now").text.partition(">")[2]


def test_a_question_is_asked_in_the_language_of_the_teacher(client: TestClient) -> None:
    code = opened(client)
    english = said(client, code, "ask", kind="sign", address=VIEW)["poll"]["question"]
    chinese = said(client, code, "ask?lang=zh-CN", kind="sign", address=VIEW)["poll"]["question"]
    assert english == "Is it above or below zero?"
    assert chinese != english


def test_a_pupil_reads_our_questions_in_their_own_language(client: TestClient) -> None:
    code, pupil = opened(client), stranger(client)
    pupil.headers["Accept-Language"] = "zh-CN"
    said(client, code, "ask", kind="sign", address=VIEW)
    pupil.get(f"/join/{code}")
    now = pupil.get(f"/join/{code}/now").text
    assert "above zero" not in now
    assert re.findall(r'value="(above|below) 0"[^>]*>[^<]*[\u4e00-\u9fff]', now) == ["below", "above"]
    assert pupil.post(f"/join/{code}/answer", data={"answer": "above 0"}).status_code == 200
    own = {"question": "Which?", "choice0": "below 0", "choice1": "another", "right": "0"}
    said(client, code, "poll", state="closed")
    said(client, code, "ask", **own)
    now = pupil.get(f"/join/{code}/now").text
    assert re.findall(r"<h2[^>]*>([^<]*)", now) == ["Which?"]
    assert ">below 0<" in now


def test_a_room_whose_key_fell_out_of_the_cookie_says_so(client: TestClient) -> None:
    first, *_ = [opened(client) for _ in range(9)]
    for what in ("blank", "go", "move", "end", "remote"):
        answer = client.post(f"/room/{first}/{what}", data={}, headers={"Accept": "text/html"})
        assert answer.status_code == 403
        assert f"no key of room {first}" in answer.text, what


def test_what_a_step_asks_comes_when_the_class_begins(client: TestClient) -> None:
    code, pupil = opened(client, ASK), stranger(client)
    waiting = pupil.get(f"/join/{code}").text
    assert 'data-beat="ask"' not in waiting
    assert "how many places in a row?" not in waiting
    said(client, code, "move", address=ASK)
    assert 'data-beat="ask"' in pupil.get(f"/join/{code}").text


def test_without_a_layer_there_is_no_number_to_ask_for(client: TestClient) -> None:
    bare = "/?image=coffee&recipe="
    code = opened(client, bare)
    assert 'name="kind"' in client.get(f"/room/{code}/sheet?address={quote(VIEW)}").text
    sheet = client.get(f"/room/{code}/sheet")
    assert sheet.status_code == 200
    assert 'name="kind"' not in sheet.text
    for kind in ("sign", "size", "number"):
        refused = client.post(f"/room/{code}/ask", data={"kind": kind, "address": bare})
        assert refused.status_code == 422
        assert "There is no number to ask for yet: this network has no layer." in refused.text


def test_a_room_whose_lesson_is_deleted_can_be_led_elsewhere_and_ended(client: TestClient) -> None:
    document = {"title": "Mine", "language": "en", "steps": [{"address": VIEW, "sentence": "Look.", "say": "Look."}]}
    made = client.post("/api/v1/lessons", json=document)
    assert made.status_code == 201, made.text
    lesson, key = made.json()["id"], {"Authorization": f"Bearer {made.json()['key']}"}
    code = opened(client, f"/lesson/{lesson}?step=1")
    phone = stranger(client)
    ticket = TICKET.search(
        client.post(f"/api/v1/rooms/{code}/remote", headers={"Authorization": f"Bearer {held(client, code)}"}).json()[
            "url"
        ]
    )[1]
    assert "data-pairing" in client.get(f"/room/{code}/asked").text
    phone.get(f"/room/{code}/remote?key={ticket}", follow_redirects=False)
    assert "data-pairing" not in client.get(f"/room/{code}/asked").text
    assert client.delete(f"/api/v1/lessons/{lesson}", headers=key).status_code == 204
    door = client.get(f"/room/{code}")
    assert door.status_code == 200
    assert "What this room was at has been deleted" in door.text
    assert 'id="begin" href="/"' in door.text
    sheet = client.get(f"/room/{code}/sheet").text
    assert "What this room was at has been deleted" in sheet
    assert f'action="/room/{code}/end"' in sheet
    assert client.get(f"/room/{code}/asked").status_code == 200
    own = {"question": "Which?", "choice0": "a", "choice1": "b"}
    assert said(client, code, "ask", **own)["poll"]["question"] == "Which?"
    said(client, code, "poll", state="closed")
    assert "The explorer" in phone.get(f"/room/{code}/remote").text
    assert phone.post(f"/room/{code}/go", data={"way": "next"}, follow_redirects=False).status_code == 303
    assert room(client, code)["address"] == "/"
    assert client.post(f"/room/{code}/end", headers={"HX-Request": "true"}).status_code == 200


def test_the_sign_of_a_view_is_hidden_asked_and_told(client: TestClient) -> None:
    code = opened(client)
    asked = said(client, code, "ask", kind="sign", address=VIEW)
    assert "predict=sign" in asked["address"]
    assert asked["poll"]["choices"] == ["below 0", "above 0"]
    step = client.get(f"/join/{code}").text
    value = client.get(f"{run_of(client)}/layers/0/steps/1/2/3").json()["value"]
    assert f"{abs(value):.2f}" not in step
    told = said(client, code, "poll", state="shown")
    assert "guess=" in told["address"]
    assert told["poll"]["right"] == ("above 0" if value > 0 else "below 0")
    over = said(client, code, "poll", state="closed")
    assert "predict" not in over["address"]


def test_the_number_of_a_view_is_hidden_typed_and_told(client: TestClient) -> None:
    code, pupil = opened(client), stranger(client)
    value = client.get(f"{run_of(client)}/layers/0/steps/1/2/3").json()["value"]
    asked = said(client, code, "ask", kind="number", address=VIEW)
    assert "predict=1" in asked["address"]
    assert asked["poll"]["question"] == "What is the number?"
    step = pupil.get(f"/join/{code}").text
    assert f"{abs(value):.2f}" not in step
    assert re.search(r'<input class="choice" name="answer" value="" required', step)
    typed = pupil.post(f"/join/{code}/answer", data={"answer": "1,5"}, headers={"HX-Request": "true"}).text
    assert 'value="1.5"' in typed
    assert "You can change it until the answer is shown." in typed
    assert client.get(f"/room/{code}/asked").text.count('class="choice"') == 0
    told = said(client, code, "poll", state="shown")
    assert float(told["poll"]["right"]) == pytest.approx(value, abs=0.006)
    screen = client.get(f"/room/{code}/asked").text
    bars = re.findall(r'<span class="choice">([^<]*)<.*?<b class="num">(\d+)', screen)
    right = told["poll"]["right"].replace("-", "−")
    assert sorted(bars) == sorted([("1.5", "1"), (right, "0")])
    assert f"You said 1.5; it is {right}." in pupil.get(f"/join/{code}/now").text
    assert "0 of 1 said" in pupil.get(f"/join/{code}/now").text


def test_a_number_that_a_lesson_asks_for_is_asked_of_the_class(client: TestClient) -> None:
    name, step = next(
        (name, number)
        for name, lesson in BOOK.items()
        for number, step in enumerate(lesson.steps, 1)
        if step.question and step.question.kind == "number"
    )
    code, pupil = opened(client, f"/lesson/{name}?step={step}"), stranger(client)
    asked = said(client, code, "move", address=f"/lesson/{name}?step={step}.ask")["poll"]
    assert (asked["kind"], asked["choices"], asked["state"]) == ("number", [], "open")
    pupil.get(f"/join/{code}")
    pupil.headers["Accept-Language"] = "zh-CN"
    assert re.findall(r"<h2[^>]*>([^<]*)", pupil.get(f"/join/{code}/now").text) == ["这个数是多少？"]
    told = said(client, code, "move", address=f"/lesson/{name}?step={step}.reveal")["poll"]
    assert told["state"] == "shown"
    assert told["spread"] == [{"label": told["right"].replace("-", "−"), "count": 0, "right": True}]


def run_of(client: TestClient) -> str:
    """Return where the API has the run of the view."""
    return "/api/v1/runs/" + client.get(f"/api/v1/runs?{VIEW.partition('?')[2]}").json()["id"]


def test_the_size_is_asked_among_sizes_that_it_is_mistaken_for(client: TestClient) -> None:
    code = opened(client)
    poll = said(client, code, "ask", kind="size", address=VIEW)["poll"]
    assert {"10", "12", "9"} <= set(poll["choices"])  # 12 cells, a window of 3: the map, the input, a window less
    assert said(client, code, "poll", state="shown")["poll"]["right"] == "10"


def test_a_teacher_asks_something_of_their_own(client: TestClient) -> None:
    code = opened(client)
    fields = {"question": "Which is the edge?", "choice0": "left", "choice3": "right", "right": "3", "kind": ""}
    poll = said(client, code, "ask", **fields)["poll"]
    assert poll["choices"] == ["left", "right"]
    assert said(client, code, "poll", state="shown")["poll"]["right"] == "right"


def test_a_question_that_cannot_be_is_said_on_the_sheet(client: TestClient) -> None:
    code = opened(client)
    answer = client.post(f"/room/{code}/ask", data={"question": "Well?", "choice0": "yes"})
    assert answer.status_code == 422
    assert 'class="wrong" role="alert"' in answer.text
    assert room(client, code)["poll"] is None


def test_without_the_key_nobody_leads(client: TestClient) -> None:
    code, other = opened(client), stranger(client)
    for what, fields in (
        ("move", {"address": "/"}),
        ("ask", {"question": "?", "choice0": "a", "choice1": "b"}),
        ("poll", {"state": "shown"}),
        ("remote", {}),
        ("go", {"way": "next"}),
        ("blank", {"blank": "1"}),
        ("end", {}),
    ):
        assert other.post(f"/room/{code}/{what}", data=fields).status_code == 403, what
    assert other.get(f"/room/{code}/remote").status_code == 403
    assert room(client, code)["sequence"] == 0


def test_the_remote_moves_and_blanks_and_its_address_works_once(client: TestClient) -> None:
    code = opened(client, "/lesson/why-28?step=1&projector=1")
    pairing = client.post(f"/room/{code}/remote", data={"address": "/"})
    assert 'class="pairing"' in pairing.text
    bearer = {"Authorization": f"Bearer {held(client, code)}"}  # the page has the ticket in its drawing alone
    made = client.post(f"/api/v1/rooms/{code}/remote", headers=bearer).json()["url"]
    phone = stranger(client)
    there = phone.get(f"/room/{code}/remote?key={TICKET.search(made)[1]}", follow_redirects=False)
    assert (there.status_code, there.headers["location"]) == (303, f"/room/{code}/remote")
    assert stranger(client).get(made.partition("8000")[2]).status_code == 403  # the ticket is used
    page = phone.get(f"/room/{code}/remote").text
    assert "step 1 of 3" in page
    assert faults(page) == []
    moved = phone.post(f"/room/{code}/go", data={"way": "next"}, headers={"HX-Request": "true"})
    assert faults(moved.text, whole=False) == []
    assert room(client, code)["address"] == "/lesson/why-28?step=1.do&projector=1"
    phone.post(f"/room/{code}/go", data={"way": "prev"})
    assert room(client, code)["address"] == "/lesson/why-28?step=1&projector=1"
    phone.post(f"/room/{code}/blank", data={"blank": "1"})
    assert room(client, code)["blank"] is True
    assert "Look at the board." in stranger(client).get(f"/join/{code}/now").text
    for what in ("ask", "end", "remote"):
        assert phone.post(f"/room/{code}/{what}", data={}).status_code == 403, what


def held(client: TestClient, code: str) -> str:
    """Return the key that the cookie of a browser holds."""
    return client.cookies["rooms"].partition(f"{code}-")[2][:32]


def test_the_remote_goes_from_layer_to_layer_and_along_the_clickers_path(client: TestClient) -> None:
    code = opened(client)
    assert "at=1." in said(client, code, "go", way="next")["address"]
    assert "at=0." in said(client, code, "go", way="prev")["address"]
    said(client, code, "move", address=VIEW + "&projector=1")
    assert "sheet=" in said(client, code, "go", way="next")["address"]


def test_a_room_that_ends_leaves_the_browser_and_says_so_to_phones(client: TestClient) -> None:
    code = opened(client)
    answer = client.post(f"/room/{code}/end", follow_redirects=False)
    assert answer.headers["location"] == VIEW
    assert "room" not in client.cookies
    assert client.get(f"/api/v1/rooms/{code}").status_code == 404
    ended = stranger(client).get(f"/join/{code}?from={quote(VIEW)}").text
    assert "The room is over." in ended
    assert "at=0.1.2.3" in re.search(r'class="act main" href="([^"]*)"', ended)[1]
    for elsewhere in ("//elsewhere.example/", "https://elsewhere.example/", "javascript:alert(1)"):
        assert elsewhere not in stranger(client).get(f"/join/{code}?from={quote(elsewhere)}").text


def test_the_pages_of_a_room_are_valid(client: TestClient) -> None:
    code = opened(client, "/lesson/why-28?step=1")
    said(client, code, "move", address=ASK)
    for path in ("/join", f"/join/{code}", f"/room/{code}", f"/room/{code}/sheet", f"/join/{code}?from=/%3Fimage=x"):
        assert faults(client.get(path).text) == [], path
    said(client, code, "move", address=REVEAL)
    assert faults(client.get(f"/join/{code}").text) == []
    for path in (f"/room/{code}/asked", f"/join/{code}/now"):
        assert faults(client.get(path).text, whole=False) == [], path


NOWHERE = ["//[", "http://[", "//[::1", "http://\u2100/"]


@pytest.mark.parametrize("address", NOWHERE)
def test_an_address_that_cannot_be_read_is_refused_with_a_sentence(client: TestClient, address: str) -> None:
    code = opened(client)
    for path in ("/parts/step", "/parts/task", f"/room/{code}/sheet"):
        assert client.get(path, params={"address": address}).status_code == 422, path
    assert client.get("/parts/task", params={"address": "/lesson/windows?step=1", "state": address}).status_code in (
        404,
        422,
    )
    assert client.get("/join/ZZZZZZ", params={"from": address}).status_code == 200
    for path, fields in (("ask", {"kind": "sign"}), ("ask", {"kind": "step"}), ("remote", {})):
        answer = client.post(f"/room/{code}/{path}", data={"address": address, **fields})
        assert answer.status_code == 422, (path, fields)


def test_only_an_address_of_this_computer_is_kept_for_phones(client: TestClient) -> None:
    answer = client.post("/room", data={"address": VIEW, "reach": "\u5b57"}, follow_redirects=False)
    assert answer.status_code == 303
    code = answer.headers["location"].rpartition("/")[2]
    for wanted in ("\u5b57", "elsewhere.example", "a;b"):
        answer = client.get(f"/room/{code}", params={"reach": wanted})
        assert answer.status_code == 200
        assert "reach=" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("name", ["origin", "referer"])
def test_a_header_that_is_no_address_is_nobody_s(client: TestClient, name: str) -> None:
    answer = client.post("/room", data={"address": VIEW}, headers={name: "http://["}, follow_redirects=False)
    assert answer.status_code == (403 if name == "origin" else 303)
    assert client.post("/api/v1/links", json={"address": "/"}, headers={name: "http://["}).status_code < 500
