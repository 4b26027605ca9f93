"""Rooms over HTTP: opened, led by who holds a key, answered by phones; a pupil never drives."""

import json
import threading
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.classroom import poll as poll_module
from app.classroom import rooms as rooms_module
from app.classroom import streams as streams_module
from app.classroom.codes import ALPHABET
from app.web.api import examples
from tests.api.problems import told
from tests.api.test_fuzz import ODD

ROOT = Path(__file__).parents[2]
ROOMS = "/api/v1/rooms"
FIRST = "/?image=coffee&size=12&recipe=conv2d(2, 3)&at=0.1.2.5"
SECOND = "/?image=coffee&size=12&recipe=conv2d(2, 3)&at=0.1.2.6"
STEP = "/lesson/why-28?step=1.say"
POLL = {"question": "How many?", "choices": ["27", "28", "30"], "right": "28"}


def opened(client, address=FIRST):
    """Open a room; return what is said of it, and the header that holds its key."""
    answer = client.post(ROOMS, json={"address": address})
    assert answer.status_code == 201, answer.text
    room = answer.json()
    assert answer.headers["location"] == f"{ROOMS}/{room['code']}"
    return room, {"Authorization": f"Bearer {room['key']}"}


def phone(client):
    """Return a client with cookies of its own, on the same app."""
    return TestClient(client.app, base_url="http://localhost:8000")


def test_a_room_goes_from_its_beginning_to_its_end(client):
    room, key = opened(client)
    where = f"{ROOMS}/{room['code']}"
    assert room.keys() == {"code", "join", "key", "expires_at", "sequence"}
    assert room["join"] == f"http://localhost:8000/join/{room['code']}"
    assert set(room["code"]) <= set(ALPHABET)
    first = client.get(where).json()
    assert first == {
        "code": room["code"], "sequence": 0, "address": FIRST, "blank": False, "present": 0, "poll": None,
        "expires_at": room["expires_at"],
    }  # fmt: skip
    assert client.put(where, json={"address": STEP}, headers=key).json() == {"sequence": 1}
    assert client.put(where, json={"blank": True}, headers=key).json() == {"sequence": 1}
    assert client.put(where, json={"address": SECOND, "blank": False}, headers=key).json() == {"sequence": 2}
    assert client.get(where).json() | {"expires_at": 0} == first | {"sequence": 2, "address": SECOND, "expires_at": 0}
    assert client.delete(where, headers=key).status_code == 204
    told(client.get(where), 404, "There is no room")
    told(client.put(where, json={"address": FIRST}, headers=key), 404, "There is no room")
    assert client.app.state.lab.store.keys("room") == []


def test_a_code_is_read_however_it_is_typed(client):
    code = opened(client)[0]["code"]
    for typed in (
        code.lower(),
        f"{code[:3]} {code[3:]}",
        f"{code[:3]}-{code[3:]}",
        f"{code[:3].lower()} - {code[3:]} ",
    ):
        assert client.get(f"{ROOMS}/{typed}").json()["code"] == code
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    assert client.get(f"{ROOMS}/{wide}").json()["code"] == code
    for typed in (code[:5], code + "2", "O" + code[1:], "x" * 5000, "%00%ff", "٣" * 6):
        told(client.get(f"{ROOMS}/{typed}"), 404, "There is no room")


@pytest.mark.parametrize(
    ("address", "status", "part"),
    [
        ("https://elsewhere.example/?image=coffee", 422, "nowhere that a room can be"),
        ("//elsewhere.example/?image=coffee", 422, "nowhere"),
        ("/\t/elsewhere.example/", 422, "nowhere"),
        ("/\\elsewhere.example", 422, "nowhere"),
        ("javascript:alert(1)", 422, "nowhere"),
        ("?image=coffee", 422, "nowhere"),
        ("/?image=coffee#there", 422, "nowhere"),
        ("/?image=coffee&title=\ud800", 422, "nowhere"),
        ("/train", 422, "nowhere"),
        ("/room/ABCDEF", 422, "nowhere"),
        ("/?" + "x" * 9000, 422, "9,002 characters; the most is 8,000"),
        ("/?" + "a=1&" * 300, 422, "nowhere"),
        ("/?image=coffee&size=8&recipe=conv2d(1, 9)", 422, "9×9"),
        ("/?image=coffee&size=8&recipe=conv2d(1", 422, "Column"),
        ("/?image=nothing&size=8&recipe=relu", 404, "nothing"),
        ("/?run=" + "0" * 32, 404, ""),
        ("/lesson/nothing?step=1", 404, "There is no lesson nothing"),
        ("/lesson/why-28?step=99", 422, "has steps 1 to"),
        ("/lesson/why-28?step=0", 422, "has steps 1 to"),
        ("/lesson/why-28?step=٣", 422, "has steps 1 to"),
        (None, 422, "address is null"),
        (7, 422, "address is 7"),
    ],
)
def test_a_room_is_only_where_there_is_something_on_this_server(client, address, status, part):
    body = json.dumps({"address": address}).encode()
    problem = told(client.post(ROOMS, content=body), status, part)
    assert problem["errors"][0]["pointer"] == "/address"
    room, key = opened(client)
    told(client.put(f"{ROOMS}/{room['code']}", content=body, headers=key), status, part)
    poll = json.dumps({**POLL, "address": address}).encode()
    told(client.put(f"{ROOMS}/{room['code']}/poll", content=poll, headers=key), status, part)
    assert client.get(f"{ROOMS}/{room['code']}").json()["address"] == FIRST


# ---- who may


def attempts(code):
    """Return everything that leads a room: name, method, path, body, and whether a remote may do it."""
    where = f"{ROOMS}/{code}"
    return [
        ("move", "PUT", where, {"address": SECOND}, True),
        ("blank", "PUT", where, {"blank": True}, True),
        ("show", "PUT", f"{where}/poll", {"state": "shown"}, True),
        ("ask", "PUT", f"{where}/poll", POLL, False),
        ("close", "PUT", f"{where}/poll", {"state": "closed"}, False),
        ("remote", "POST", f"{where}/remote", None, False),
        ("end", "DELETE", where, None, False),
    ]


def forged(client, room, key):
    """Return what a pupil might send to lead a room: by name, headers and cookies."""
    code, rooms = room["code"], client.app.state.rooms
    other, other_key = opened(client)
    client.put(f"{ROOMS}/{other['code']}/poll", json=POLL, headers=other_key)
    ended, ended_key = opened(client)
    client.delete(f"{ROOMS}/{ended['code']}", headers=ended_key)
    old = client.post(f"{ROOMS}/{code}/remote", headers=key).json()
    ticket = client.post(f"{ROOMS}/{code}/remote", headers=key).json()["url"].partition("key=")[2]
    joined = rooms.phones.admit(code, "192.0.2.1")
    record = json.loads(client.app.state.lab.store.get("room", code))
    remote_of_other = client.post(f"{ROOMS}/{other['code']}/remote", headers=other_key).json()["key"]
    return {
        "nothing": ({}, {}),
        "an empty key": ({"Authorization": "Bearer "}, {}),
        "a made up key": ({"Authorization": f"Bearer {'0' * 32}"}, {}),
        "the key as a password": ({"Authorization": f"Basic {room['key']}"}, {}),
        "the key in a cookie": ({}, {"room": room["key"], "key": room["key"], "phone": room["key"]}),
        "half of the key": ({"Authorization": f"Bearer {room['key'][:16]}"}, {}),
        "the key and more": ({"Authorization": f"Bearer {room['key']}0"}, {}),
        "the key of another room": (other_key, {}),
        "the remote of another room": ({"Authorization": f"Bearer {remote_of_other}"}, {}),
        "the key of a room that has ended": (ended_key, {}),
        "a remote that has been replaced": ({"Authorization": f"Bearer {old['key']}"}, {}),
        "the ticket of a remote": ({"Authorization": f"Bearer {ticket}"}, {}),
        "the hash that the store has": ({"Authorization": f"Bearer {record['keys']['teacher']}"}, {}),
        "the hash of a remote": ({"Authorization": f"Bearer {record['keys']['remotes'][0]}"}, {}),
        "the code": ({"Authorization": f"Bearer {code}"}, {}),
        "a phone's pass": ({"Authorization": f"Bearer {joined}"}, {"phone": joined}),
        "text that is no text": ({"Authorization": b"Bearer \xff\xfe"}, {}),
    }


def test_a_pupil_never_drives(client):
    room, key = opened(client)
    code = room["code"]
    assert client.put(f"{ROOMS}/{code}/poll", json=POLL, headers=key).status_code == 200
    tries = 0
    for name, (headers, cookies) in forged(client, room, key).items():
        before = client.get(f"{ROOMS}/{code}").json()
        pupil = phone(client)
        pupil.cookies.update(cookies)
        for act, method, path, body, _ in attempts(code):
            answer = pupil.request(method, path, json=body, headers=headers)
            assert answer.status_code == 403, f"{act} with {name}: {answer.text}"
            told(answer, 403, "needs the key")
            tries += 1
        assert client.get(f"{ROOMS}/{code}").json() == before, name
    assert tries == 17 * 7
    for _, method, path, body, _ in attempts(code)[::-1]:  # and whoever holds the key does all of it
        if method != "DELETE":
            assert client.request(method, path, json=body, headers=key).status_code == 200
    assert client.delete(f"{ROOMS}/{code}", headers=key).status_code == 204


def test_a_page_of_another_site_drives_nothing(client):
    room, key = opened(client)
    for _, method, path, body, _ in attempts(room["code"]):
        for foreign in ({"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
            told(client.request(method, path, json=body, headers={**key, **foreign}), 403, "another site")


def test_a_remote_moves_on_shows_and_blanks_and_nothing_else(client):
    room, key = opened(client)
    code = room["code"]
    client.put(f"{ROOMS}/{code}/poll", json=POLL, headers=key)
    remote = client.post(f"{ROOMS}/{code}/remote", headers=key).json()
    assert remote["url"].startswith(f"http://localhost:8000/room/{code}/remote?key=")
    assert remote["key"] not in remote["url"]
    holds = {"Authorization": f"Bearer {remote['key']}"}
    for act, method, path, body, may in attempts(code):
        answer = client.request(method, path, json=body, headers=holds)
        if may:
            assert answer.status_code == 200, act
        else:
            told(answer, 403, "A remote moves on, shows and blanks")
    after = client.get(f"{ROOMS}/{code}").json()
    assert (after["sequence"], after["address"], after["blank"], after["poll"]["state"]) == (1, SECOND, True, "shown")


# ---- polls


def test_a_poll_is_asked_answered_shown_and_closed_and_tells_nothing_before(client):
    room, key = opened(client)
    where = f"{ROOMS}/{room['code']}"
    told(client.post(f"{where}/answers", json={"answer": "28"}), 422, "Nothing is asked")
    told(client.put(f"{where}/poll", json={"state": "shown"}, headers=key), 422, "Nothing is asked")
    asked = client.put(f"{where}/poll", json=POLL, headers=key).json()
    hidden = {"question": "How many?", "choices": POLL["choices"], "address": FIRST, "state": "open", "answered": 0}
    hidden["kind"] = "choice"
    assert asked["poll"] == hidden
    pupils = [phone(client) for _ in range(4)]
    for pupil, answer in zip(pupils, ("27", "28", 1, "30"), strict=True):
        assert pupil.post(f"{where}/answers", json={"answer": answer}).json()["answer"] in POLL["choices"]
    assert pupils[3].post(f"{where}/answers", json={"answer": "28"}).json() == {"answer": "28"}  # has thought again
    told(pupils[0].post(f"{where}/answers", json={"answer": "29"}), 422, "'29' is none of the 3 choices")
    assert client.get(where).json()["poll"] == hidden | {"answered": 4}
    shown = client.put(f"{where}/poll", json={"state": "shown"}, headers=key).json()["poll"]
    assert shown == hidden | {"answered": 4, "state": "shown", "counts": [1, 3, 0], "right": "28"}
    told(pupils[0].post(f"{where}/answers", json={"answer": "28"}), 422, "Answers are not taken any more")
    closed = client.put(f"{where}/poll", json={"state": "closed"}, headers=key).json()
    assert closed["poll"] == shown | {"state": "closed"}
    assert closed["sequence"] == 0
    again = client.put(f"{where}/poll", json={**POLL, "right": None, "address": SECOND}, headers=key).json()["poll"]
    assert again == hidden | {"address": SECOND}
    unseen = client.put(f"{where}/poll", json={"state": "closed"}, headers=key).json()["poll"]
    assert unseen == again | {"state": "closed"}


@pytest.mark.parametrize("right", ["x", "", 1e99, [1]])
def test_what_is_right_of_a_number_is_a_number(client, right):
    room, key = opened(client)
    body = {"question": "What is it?", "kind": "number", "right": right}
    problem = told(client.put(f"{ROOMS}/{room['code']}/poll", json=body, headers=key), 422)
    assert problem["errors"][0]["pointer"] == "/right"


def test_a_number_is_asked_typed_and_told_as_it_is_spread(client):
    room, key = opened(client)
    where = f"{ROOMS}/{room['code']}"
    body = {"question": "What is it?", "kind": "number", "right": "−0.21"}
    asked = client.put(f"{where}/poll", json=body, headers=key).json()["poll"]
    hidden = {"question": "What is it?", "kind": "number", "choices": [], "address": FIRST, "state": "open"}
    assert asked == hidden | {"answered": 0}
    pupils = [phone(client) for _ in range(5)]
    for pupil, answer, taken in zip(
        pupils, ("-0,21", "−0.2", 3, 0.5, "1,000.0"), ("-0.21", "-0.2", "3", "0.5", "1000"), strict=True
    ):
        assert pupil.post(f"{where}/answers", json={"answer": answer}).json() == {"answer": taken}
    assert pupils[2].post(f"{where}/answers", json={"answer": "-0.20"}).json() == {"answer": "-0.2"}
    for wrong in ("", "x", "1e30", "--1", None, True, [1], 1e300, "9" * 50, float("1e-20")):
        told(pupils[0].post(f"{where}/answers", json={"answer": wrong}), 422, "is no number")
    shown = client.put(f"{where}/poll", json={"state": "shown"}, headers=key).json()["poll"]
    bars = [("−0.21", 1, True), ("−0.2", 2, False), ("0.5", 1, False), ("1,000", 1, False)]
    assert [(bar["label"], bar["count"], bar["right"]) for bar in shown["spread"]] == bars
    assert (shown["counts"], shown["right"], shown["answered"]) == ([1, 2, 1, 1], "-0.21", 5)
    told(pupils[0].post(f"{where}/answers", json={"answer": "1"}), 422, "Answers are not taken any more")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"kind": "number"}, "/choices"), ({"kind": "word"}, "/kind"), ({"kind": None}, "/kind"),
        ({"choices": ["27"]}, "/choices"), ({"choices": list("1234567")}, "/choices"), ({"choices": "27"}, "/choices"),
        ({"choices": ["27", "27"]}, "/choices/1"), ({"choices": ["27", 28]}, "/choices/1"),
        ({"choices": ["27", " "]}, "/choices/1"), ({"choices": ["27", "x" * 121]}, "/choices/1"),
        ({"question": ""}, "/question"), ({"question": "x" * 301}, "/question"), ({"question": "a\nb"}, "/question"),
        ({"question": None}, "/question"), ({"right": "29"}, "/right"), ({"right": ["28"]}, "/right"),
        ({"state": "shown"}, "/state"), ({"more": 1}, "/more"),
    ],
)  # fmt: skip
def test_a_poll_that_cannot_be_is_refused_where_it_is_wrong(client, change, pointer):
    room, key = opened(client)
    problem = told(client.put(f"{ROOMS}/{room['code']}/poll", json={**POLL, **change}, headers=key), 422)
    assert problem["errors"][0]["pointer"] == pointer
    assert client.get(f"{ROOMS}/{room['code']}").json()["poll"] is None


def test_a_phone_answers_once_and_its_cookie_is_of_its_room_alone(client):
    room, key = opened(client)
    other, other_key = opened(client)
    for each, its in ((room, key), (other, other_key)):
        client.put(f"{ROOMS}/{each['code']}/poll", json=POLL, headers=its)
    pupil = phone(client)
    first = pupil.post(f"{ROOMS}/{room['code']}/answers", json={"answer": "27"})
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "set-cookie" not in pupil.post(f"{ROOMS}/{room['code']}/answers", json={"answer": "30"}).headers
    assert "set-cookie" in pupil.post(f"{ROOMS}/{other['code']}/answers", json={"answer": "30"}).headers
    answered = [client.get(f"{ROOMS}/{each['code']}").json()["poll"]["answered"] for each in (room, other)]
    assert answered == [1, 1]
    made_up = phone(client)
    made_up.cookies.set("phone", f"{room['code']}-{'0' * 16}-{'0' * 32}")
    assert "set-cookie" in made_up.post(f"{ROOMS}/{room['code']}/answers", json={"answer": "30"}).headers


# ---- limits


def test_answers_in_the_room_of_the_examples_do_not_grow(client, monkeypatch):
    monkeypatch.setattr(poll_module, "MOST_ANSWERS", 2)
    for _ in range(4):
        answer = phone(client).post(f"{ROOMS}/{examples.ROOM}/answers", json={"answer": "28"})
        assert answer.status_code == 200
    assert client.get(f"{ROOMS}/{examples.ROOM}").json()["poll"]["answered"] == 1
    room, key = opened(client)
    client.put(f"{ROOMS}/{room['code']}/poll", json=POLL, headers=key)
    answers = [phone(client).post(f"{ROOMS}/{room['code']}/answers", json={"answer": "28"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    told(answers[2], 429, "2 phones have answered")


def test_codes_are_not_guessed_and_a_class_is_not_locked_out_by_who_tries(client, monkeypatch):
    rooms = client.app.state.rooms
    monkeypatch.setattr(rooms._misses, "_most", 5)
    room, key = opened(client)
    where = f"{ROOMS}/{room['code']}"
    client.put(f"{where}/poll", json=POLL, headers=key)
    inside = phone(client)
    inside.post(f"{where}/answers", json={"answer": "27"})
    for number in range(5):
        told(client.get(f"{ROOMS}/22222{ALPHABET[number]}"), 404)
    told(client.get(f"{ROOMS}/222229"), 429, "5 codes of no room")
    assert phone(client).get(where).status_code == 200  # nobody closes the door for others
    assert phone(client).get(f"/join/{room['code']}").status_code == 200
    monkeypatch.setattr(rooms._guesses, "_most", 20)
    for _ in range(20):
        client.get(f"{ROOMS}/222229")
    told(client.get(where), 429, "20 codes of no room")  # which is not told from one that leads nowhere
    assert inside.get(where).status_code == 200
    assert client.put(where, json={"address": SECOND}, headers=key).status_code == 200


@pytest.mark.parametrize("act", ["POST ", "GET /{code}", "PUT /{code}", "POST /{code}/answers", "DELETE /{code}"])
def test_a_query_field_that_is_none_is_told(client, act):
    room, key = opened(client)
    method, _, path = act.format(code=room["code"]).partition(" ")
    body = {"address": FIRST} if method in ("POST", "PUT") else None
    told(client.request(method, f"{ROOMS}{path}?x=1", json=body, headers=key), 422, "no field 'x' here")
    assert client.get(f"{ROOMS}/{room['code']}?lang=zh-CN").json()["sequence"] == 0
    told(client.get(f"{ROOMS}/{room['code']}/events?count=false"), 422, "did you mean counted?")
    told(client.get("/api/v1/lessons/AAAAAAAAAAAA?step=1"), 422, "no field 'step' here")
    told(client.post("/api/v1/lessons?x=1", json={}), 422, "no field 'x' here")


def test_a_field_that_is_given_twice_is_refused(client):
    room, key = opened(client)
    client.put(f"{ROOMS}/{room['code']}/poll", json=POLL, headers=key)
    twice = client.post(f"{ROOMS}/{room['code']}/answers", content='{"answer": "27", "answer": "28"}')
    told(twice, 422, "'answer' is given twice")
    told(
        client.post("/api/v1/lessons", content='{"title": "a", "title": "b", "steps": []}'),
        422,
        "'title' is given twice",
    )
    assert client.get(f"{ROOMS}/{room['code']}").json()["poll"]["answered"] == 0


def test_rooms_phones_and_streams_are_bounded_and_say_so(client, monkeypatch):
    rooms = client.app.state.rooms
    room, key = opened(client)
    where = f"{ROOMS}/{room['code']}"
    client.put(f"{where}/poll", json=POLL, headers=key)
    monkeypatch.setattr(rooms.phones._allowance, "_most", 2)
    for _ in range(2):
        assert phone(client).post(f"{where}/answers", json={"answer": "27"}).status_code == 200
    told(phone(client).post(f"{where}/answers", json={"answer": "27"}), 429, "2 phones have come from your address")
    monkeypatch.setattr(rooms._opening, "_most", 1)
    assert client.post(ROOMS, json={"address": FIRST}).status_code == 201
    told(client.post(ROOMS, json={"address": FIRST}), 429, "opened 1 rooms")
    monkeypatch.setattr(rooms_module, "MOST_ROOMS", 2)
    told(client.post(ROOMS, json={"address": FIRST}), 503, "2 rooms are open")
    for name in ("MOST_STREAMS", "IN_A_ROOM", "OF_AN_ADDRESS"):
        with monkeypatch.context() as only:
            only.setattr(streams_module, name, 0)
            told(client.get(f"{where}/events"), 429, "0 browsers")


def test_phones_behind_one_address_are_counted_each_for_itself(client, monkeypatch):
    room, key = opened(client)
    where = f"{ROOMS}/{room['code']}"
    client.put(f"{where}/poll", json=POLL, headers=key)
    pupils = [phone(client) for _ in range(2)]
    for pupil in pupils:
        pupil.post(f"{where}/answers", json={"answer": "27"})
    monkeypatch.setattr(client.app.state.links._allowance, "_most", 1)

    def links(sender, number):
        address = f"/?image=coffee&size=8&recipe=relu&at=0.0.0.{number}"
        return sender.post("/api/v1/links", json={"address": address}).status_code

    assert [links(client, 0), links(client, 1)] == [201, 429]
    assert [links(pupils[0], 2), links(pupils[0], 3), links(pupils[1], 4)] == [201, 429, 201]
    made_up = phone(client)
    made_up.cookies.set("phone", f"{room['code']}-{'1' * 16}-{'1' * 32}")
    assert links(made_up, 5) == 429
    client.delete(where, headers=key)
    assert links(pupils[1], 6) == 429  # of a room that has ended: the address again


def test_one_place_decides_who_a_client_is():
    files = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in (ROOT / "app").rglob("*.py")}
    naming = [name for name, text in files.items() if "request.client" in text]
    assert naming == ["app/web/asgi/client.py"]


def test_a_room_that_nobody_uses_ends_and_leaves_nothing(clocked):
    room, key = opened(clocked)
    where = f"{ROOMS}/{room['code']}"
    clocked.wait(14_000)
    assert clocked.put(where, json={"address": SECOND}, headers=key).status_code == 200
    clocked.wait(14_000)
    assert clocked.get(where).json()["sequence"] == 1
    clocked.wait(500)
    told(clocked.get(where), 404, "There is no room")
    assert clocked.app.state.lab.store.keys("room") == []


def test_a_move_to_a_step_or_along_a_map_waits_for_no_drawing(client):
    room, key = opened(client)
    where, lab = f"{ROOMS}/{room['code']}", client.app.state.lab
    done, ended = threading.Event(), []
    for _ in range(6):  # as if phones had asked for many pages at once
        client.portal.start_task_soon(lab.queue.light, lambda: ended.append(done.wait(20)))
    try:
        for number, address in enumerate((STEP, FIRST, SECOND), 1):
            assert client.put(where, json={"address": address}, headers=key).json() == {"sequence": number}
        assert client.put(f"{where}/poll", json=POLL, headers=key).status_code == 200
        assert ended == []
    finally:
        done.set()


# ---- whatever is sent

BODIES = st.one_of(
    st.dictionaries(st.sampled_from(["address", "blank", "question", "choices", "right", "state", "answer", "x"]),
                    st.one_of(ODD, st.lists(ODD, max_size=7), st.sampled_from([FIRST, STEP, "28", "shown", True])),
                    max_size=5),
    ODD,
)  # fmt: skip


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(body=BODIES, raw=st.none() | st.binary(max_size=30), path=st.sampled_from(["", "/poll", "/answers", "new"]))
def test_whatever_is_sent_is_carried_out_or_a_problem(fuzzed, body, raw, path):
    client, room, key = fuzzed
    method, where = ("POST", ROOMS) if path == "new" else ("PUT", f"{ROOMS}/{room['code']}{path}")
    content = json.dumps(body).encode() if raw is None else raw
    answer = client.request("POST" if path == "/answers" else method, where, content=content, headers=key)
    if answer.status_code not in (200, 201, 204):
        assert 400 <= answer.status_code < 500, answer.text
        told(answer, answer.status_code)
    assert client.get(f"{ROOMS}/{room['code']}").status_code == 200


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    from app.main import create_app
    from app.settings import Settings

    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))
    with TestClient(app, base_url="http://localhost:8000") as client:
        room, key = opened(client)
        client.put(f"{ROOMS}/{room['code']}/poll", json=POLL, headers=key)
        yield client, room, key
