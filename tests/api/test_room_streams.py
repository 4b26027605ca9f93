"""Rooms as phones see them, on a real server: streams, who is there, and what is left when the server is killed."""

import http.client
import json
import threading
import time
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest

from tests.serving import Restartable

ROOMS = "/api/v1/rooms"
POLL = {"question": "How many?", "choices": ["27", "28", "30"], "right": "28"}


def view(number):
    return f"/?image=coffee&size=12&recipe=relu&at=0.0.0.{number}"


class Phone:
    """One stream, read in a thread as browsers read it: when it is lost, it comes again after `retry`."""

    def __init__(self, served, code, cookie="", **headers):
        self._place, self._path = urlsplit(served.address), f"{ROOMS}/{code}/events"
        self._headers = {**headers, **({"Cookie": cookie} if cookie else {})}
        self.rooms, self.ids, self.kinds, self.retries = [], [], [], []
        self._left = False
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self):
        while not self._left:
            with suppress(OSError, http.client.HTTPException):
                self._follow()
            if self.kinds and self.kinds[-1] == "ended":
                return
            time.sleep(self.retries[-1] / 1000 if self.retries else 0.1)

    def _follow(self):
        connection = http.client.HTTPConnection(self._place.hostname, self._place.port, timeout=30)
        last = {"Last-Event-ID": str(self.ids[-1])} if self.ids else {}
        connection.request("GET", self._path, headers=self._headers | last)
        answer = connection.getresponse()
        if answer.status != 200:
            raise OSError(answer.status)
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        while (line := answer.readline()) and not self._left:
            name, _, value = line.decode().strip().partition(": ")
            if name == "retry":
                self.retries.append(int(value))
            elif name == "id":
                self.ids.append(int(value))
            elif name == "event":
                self.kinds.append(value)
            elif name == "data":
                self.rooms.append(json.loads(value))
        connection.close()

    def leave(self):
        self._left = True

    def until(self, claim, patience=20):
        """Wait until what it was told last is as claimed."""
        deadline = time.monotonic() + patience
        while not (self.rooms and claim(self.rooms[-1])):
            assert time.monotonic() < deadline, self.rooms[-3:]
            time.sleep(0.005)
        return self.rooms[-1]


@contextmanager
def served_in(folder):
    served = Restartable(folder)
    served.start()
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with served_in(tmp_path_factory.mktemp("rooms")) as served:
        yield served


def opened(served):
    room, _ = served.ask("POST", ROOMS, {"address": view(0)})
    return room["code"], {"Authorization": f"Bearer {room['key']}"}


def test_phones_see_every_state_in_order_and_late_ones_the_present_one(served):
    code, key = opened(served)
    phones = [Phone(served, code) for _ in range(3)]
    for phone in phones:
        phone.until(lambda room: room["present"] == 3)
    for number in range(1, 9):
        assert served.ask("PUT", f"{ROOMS}/{code}", {"address": view(number)}, **key)[0] == {"sequence": number}
    late = Phone(served, code)
    assert late.until(lambda room: True)["address"] == view(8)
    for phone in (*phones, late):
        phone.until(lambda room: room["sequence"] == 8 and room["present"] == 4)
        assert phone.ids == sorted(phone.ids)
        assert [room["sequence"] for room in phone.rooms] == phone.ids[: len(phone.rooms)]
        assert phone.retries[0] in range(1000, 2001)
        assert set(phone.kinds) == {"room"}
    served.ask("DELETE", f"{ROOMS}/{code}", **key)
    for phone in (*phones, late):
        phone._reading.join(10)
        assert phone.kinds[-1] == "ended"


def test_the_teacher_s_screens_are_not_present_and_a_phone_is_once(served):
    code, key = opened(served)
    served.ask("PUT", f"{ROOMS}/{code}/poll", POLL, **key)
    _, cookie = served.ask("POST", f"{ROOMS}/{code}/answers", {"answer": "28"})
    tabs = [Phone(served, code, cookie) for _ in range(2)]
    screen = Phone(served, code, **key)
    stranger = Phone(served, code, cookie[:-1] + ("0" if cookie[-1] != "0" else "1"))  # made up: one more
    assert screen.until(lambda room: room["present"] == 2)["poll"]["answered"] == 1
    for phone in (*tabs, screen, stranger):
        phone.leave()
    served.ask("DELETE", f"{ROOMS}/{code}", **key)


@pytest.mark.parametrize("kill", [True, False], ids=["killed", "asked to leave"])
def test_a_restart_loses_nothing_and_phones_come_back_by_themselves(tmp_path, kill):
    with served_in(tmp_path) as served:
        code, key = opened(served)
        where = f"{ROOMS}/{code}"
        served.ask("PUT", f"{where}/poll", POLL, **key)
        cookies = [served.ask("POST", f"{where}/answers", {"answer": "28"})[1] for _ in range(3)]
        remote, _ = served.ask("POST", f"{where}/remote", **key)
        phones = [Phone(served, code, cookie) for cookie in cookies]
        for phone in phones:
            phone.until(lambda room: room["present"] == 3)
        for number in range(1, 40):
            served.ask("PUT", where, {"address": view(number), "blank": bool(number % 2)}, **key)
        served.ask("POST", f"{where}/answers", {"answer": "30"})  # acknowledged, and the next thing is the end
        served.stop(kill=kill)
        served.start()
        back = time.monotonic()
        told, _ = served.ask("GET", where)
        assert (told["code"], told["sequence"], told["address"], told["blank"]) == (code, 39, view(39), True)
        assert told["poll"]["answered"] == 4
        for phone in phones:
            phone.until(lambda room: room["present"] == 3)
        assert time.monotonic() - back < 5
        assert served.ask("PUT", where, {"address": view(40)}, **key)[0] == {"sequence": 40}
        moved = served.ask("PUT", where, {"blank": False}, Authorization=f"Bearer {remote['key']}")
        assert moved[0] == {"sequence": 40}
        served.ask("POST", f"{where}/answers", {"answer": "27"}, Cookie=cookies[0])  # the same phone as before
        shown, _ = served.ask("PUT", f"{where}/poll", {"state": "shown"}, **key)
        assert shown["poll"]["counts"] == [1, 2, 1]
        for phone in phones:
            phone.until(lambda room: room["sequence"] == 40 and room["poll"]["state"] == "shown")
            assert phone.ids == sorted(phone.ids)
            phone.leave()


def test_whenever_it_is_killed_no_move_that_was_answered_is_lost(tmp_path):
    with served_in(tmp_path) as served:
        code, key = opened(served)
        answered = [0]

        def lead():
            try:
                while True:
                    told, _ = served.ask("PUT", f"{ROOMS}/{code}", {"address": view(answered[0] % 100)}, **key)
                    answered[0] = told["sequence"]
            except (OSError, http.client.HTTPException):
                return

        leading = threading.Thread(target=lead)
        leading.start()
        while answered[0] < 50:
            time.sleep(0.01)
        served.stop(kill=True)
        leading.join()
        served.start()
        assert served.ask("GET", f"{ROOMS}/{code}")[0]["sequence"] in (answered[0], answered[0] + 1)
