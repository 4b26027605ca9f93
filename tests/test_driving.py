"""Claims about who leads a room, over every route of both faces: a table, and whatever a pupil may send."""

import json
from typing import NamedTuple

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

API = "/api/v1/rooms/{code}"
FIRST = "/?image=coffee&size=12&recipe=conv2d(2, 3)&at=0.1.2.5"
SECOND = "/?image=coffee&size=12&recipe=conv2d(2, 3)&at=0.1.2.6"
POLL = {"question": "How many?", "choices": ["27", "28", "30"], "right": "28"}
OWN = {"question": "How many?", "choice0": "27", "choice1": "28", "right": "1"}
STATES = ({"state": "shown"}, {"state": "closed"})


class Act(NamedTuple):
    """Something that leads a room: by which route, with which bodies, and whether a remote may do it."""

    method: str
    path: str
    bodies: tuple[dict[str, object], ...]
    remote: bool = False


ACTS = (
    Act("PUT", API, ({"address": SECOND}, {"blank": True}, {"address": SECOND, "blank": True}), remote=True),
    Act("DELETE", API, ({},)),
    Act("POST", f"{API}/remote", ({},)),
    Act("PUT", f"{API}/poll", (POLL, *STATES)),
    Act("POST", "/room/{code}/move", ({"address": SECOND},), remote=True),
    Act("POST", "/room/{code}/ask", ({"kind": "sign"}, {"kind": "size"}, {"kind": "own", **OWN}, OWN)),
    Act("POST", "/room/{code}/poll", STATES),
    Act("POST", "/room/{code}/remote", ({"address": SECOND},)),
    Act("POST", "/room/{code}/end", ({},)),
    Act("POST", "/room/{code}/go", ({"way": "next"}, {"way": "prev"}), remote=True),
    Act("POST", "/room/{code}/blank", ({"blank": "1"}, {}), remote=True),
)
# These change state too, and lead no room that is there: another one begins, or a phone answers.
HARMLESS = {("POST", "/api/v1/rooms"), ("POST", "/room"), ("POST", f"{API}/answers"), ("POST", "/join/{code}/answer")}


def sent(client, act, body, code, headers=None, method=None):
    """Send an act as the face has it: JSON to the API, a form to the pages."""
    path = act.path.replace("{code}", code)
    body = {"json": body} if path.startswith("/api") else {"data": body}
    return client.request(method or act.method, path, headers=headers, follow_redirects=False, **body)


def routes(app):
    """Give all routes of the app that are about rooms, with their methods."""
    found = list(app.routes)
    for route in found:
        found += getattr(getattr(route, "original_router", None), "routes", [])
        if isinstance(route, APIRoute) and route.path.removeprefix("/api/v1").startswith(("/room", "/join")):
            yield from ((method, route.path) for method in route.methods)


def test_the_table_has_every_route_that_changes_a_room(app):
    there = set(routes(app))
    assert len(there) > 20
    assert {each for each in there if each[0] not in ("GET", "HEAD")} == HARMLESS | {act[:2] for act in ACTS}


def browser(client, cookies=None):
    """Return another browser of the same server, with some cookies."""
    other = TestClient(client.app, base_url=str(client.base_url))
    other.cookies.update(cookies or {})
    return other


class Class:
    """A room with a poll and a remote, another room, and one that has ended."""

    def __init__(self, client):
        self.client, self.rooms = client, client.app.state.rooms
        self.code, self.key = self.opened()
        other, self.other_key = self.opened()
        ended, self.ended_key = self.opened()
        for code, key in ((self.code, self.key), (other, self.other_key)):
            client.put(f"/api/v1/rooms/{code}/poll", json=POLL, headers=bearer(key))
        client.delete(f"/api/v1/rooms/{ended}", headers=bearer(self.ended_key))
        self.old_remote = self.remote(self.code, self.key)
        self.spent = self.old_remote["url"].partition("key=")[2]
        self.exchanged = browser(client)
        assert (
            self.exchanged.get(f"/room/{self.code}/remote?key={self.spent}", follow_redirects=False).status_code == 303
        )
        self.old_cookie = self.exchanged.cookies["rooms"].partition("-")[2]
        self.live_remote = self.remote(self.code, self.key)
        self.ticket = self.live_remote["url"].partition("key=")[2]
        self.other_remote = self.remote(other, self.other_key)["key"]
        self.joined = browser(client)
        assert self.joined.get(f"/join/{self.code}").status_code == 200
        self.phone = self.joined.cookies["phone"]
        self.stored = json.loads(client.app.state.lab.store.get("room", self.code))["keys"]

    def opened(self):
        room = self.client.post("/api/v1/rooms", json={"address": FIRST}).json()
        return room["code"], room["key"]

    def remote(self, code, key):
        return self.client.post(f"/api/v1/rooms/{code}/remote", headers=bearer(key)).json()

    def seen(self):
        return {**self.client.get(f"/api/v1/rooms/{self.code}").json(), "expires_at": None}

    def forgeries(self):
        """Return what a pupil may have instead of a key, by what it is."""
        return {
            "nothing": "",
            "zeros": "0" * 32,
            "the code": self.code,
            "half of the key": self.key[:16],
            "the key and more": f"{self.key}0",
            "the key in capitals": self.key.upper(),
            "the key of another room": self.other_key,
            "the key of a room that has ended": self.ended_key,
            "the remote of another room": self.other_remote,
            "a remote that has been replaced": self.old_remote["key"],
            "the cookie of a remote that has been replaced": self.old_cookie,
            "a ticket that has been exchanged": self.spent,
            "a ticket that has not": self.ticket,
            "a hash out of the store": self.stored["teacher"],
            "the hash of a remote": self.stored["remotes"][0],
            "the hash of a ticket": self.stored["ticket"],
            "a phone's pass": self.phone,
        }


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_a_pupil_never_drives_by_any_route_with_anything(client):
    room = Class(client)
    before, tried = room.seen(), 0
    for what, forged in room.forgeries().items():
        if forged.upper() == room.key.upper():
            forged = room.key.swapcase()
        cookies = {
            "rooms": f"{room.code}-{forged}", "room": room.code, "key": forged, "phone": room.phone,
            f"room-{room.code}": forged,
        }  # fmt: skip
        pupil = browser(client, cookies)
        for act in ACTS:
            for body in act.bodies:
                for headers in (bearer(forged), {"Authorization": forged}, {}):
                    answer = sent(pupil, act, body, room.code, headers)
                    assert answer.status_code == 403, (what, act, body, answer.status_code)
                    assert room.seen() == before, (what, act, body)
                    tried += 1
    assert tried == 17 * 3 * sum(len(act.bodies) for act in ACTS)


def test_a_phone_that_was_stolen_answers_for_itself_and_does_nothing_else(client):
    room = Class(client)
    before = room.seen()
    thief = browser(client, {"phone": room.phone})
    for act in ACTS:
        for body in act.bodies:
            assert sent(thief, act, body, room.code).status_code == 403
    room.joined.post(f"/join/{room.code}/answer", data={"answer": "27"})
    thief.post(f"/api/v1/rooms/{room.code}/answers", json={"answer": "28"})
    assert room.seen() == before | {"poll": before["poll"] | {"answered": 1}}


def test_a_key_of_one_face_is_none_of_the_other_s(client):
    """The API takes no cookies, so no page of another site can use them; pages take no header."""
    room = Class(client)
    with_cookie = browser(client, {"rooms": f"{room.code}-{room.key}"})
    for act in ACTS:
        for body in act.bodies:
            api = act.path.startswith("/api")
            answer = sent(
                with_cookie if api else browser(client), act, body, room.code, {} if api else bearer(room.key)
            )
            assert answer.status_code == 403, act


@pytest.mark.parametrize("foreign", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_page_of_another_site_drives_nothing_for_its_visitor(client, foreign):
    room = Class(client)
    before = room.seen()
    teacher = browser(client, {"rooms": f"{room.code}-{room.key}"})
    for act in ACTS:
        for body in act.bodies:
            assert sent(teacher, act, body, room.code, {**bearer(room.key), **foreign}).status_code == 403
    assert room.seen() == before


def test_nothing_that_is_only_read_drives(client, app):
    room = Class(client)
    before = room.seen()
    pupil = browser(client, {"phone": room.phone, "room": room.code})
    asked = {"address": SECOND, "blank": "1", "state": "shown", "answer": "28", "way": "next", "key": room.spent}
    for method, path in routes(app):
        if method == "GET" and not path.endswith("/events"):
            answer = pupil.get(path.replace("{code}", room.code), params=asked, follow_redirects=False)
            assert answer.status_code in (200, 303, 403, 404, 422), path
            assert room.seen() == before, path
    assert '"right"' not in json.dumps(room.seen())


def test_a_remote_does_what_it_may_by_both_faces_and_nothing_else(client):
    room = Class(client)
    phone = browser(client)
    assert phone.get(room.live_remote["url"].partition("8000")[2], follow_redirects=False).status_code == 303
    key = phone.cookies["rooms"].partition("-")[2]
    before = room.seen()
    for act in ACTS:
        if not act.remote:
            for body in act.bodies:
                if body == {"state": "shown"}:
                    continue  # which it may
                assert sent(phone, act, body, room.code, bearer(key)).status_code == 403, (act, body)
    assert room.seen() == before
    for act in ACTS:
        for body in act.bodies if act.remote else ():
            assert sent(phone, act, body, room.code, bearer(key)).status_code in (200, 303), (act, body)
    shown = client.put(f"/api/v1/rooms/{room.code}/poll", json={"state": "shown"}, headers=bearer(key))
    assert shown.json()["poll"]["right"] == "28"


def test_whoever_holds_the_key_does_all_of_it(client):
    for act in ACTS:
        room = Class(client)
        teacher = browser(client, {"rooms": f"{room.code}-{room.key}"})
        for body in act.bodies:
            answer = sent(teacher, act, body, room.code, bearer(room.key))
            assert answer.status_code in (200, 204, 303), (act, body, answer.text)


def test_the_screens_of_a_teacher_hear_of_their_room_however_many_guess_at_their_address(client):
    teacher, phone = browser(client), browser(client)
    code = teacher.post("/room", data={"address": FIRST}, follow_redirects=False).headers["location"][-6:]
    key = teacher.cookies["rooms"].partition("-")[2]
    made = client.post(f"/api/v1/rooms/{code}/remote", headers=bearer(key)).json()["url"]
    phone.get(made.partition("8000")[2], follow_redirects=False)
    client.app.state.rooms._guesses._most = 3
    guessed = [client.get(f"/api/v1/rooms/22222{letter}").status_code for letter in "345678"]
    assert guessed[-1] == 429
    assert client.get(f"/api/v1/rooms/{code}").status_code == 429
    for known in (teacher, phone):
        assert known.get(f"/api/v1/rooms/{code}").status_code == 200
        assert known.get(f"/room/{code}", follow_redirects=False).status_code == 200
