"""Each status that openapi.json gives an operation is made to come.

That no operation answers with another is looked at in all tests of the API (conftest.py).
"""

import asyncio
import errno
from collections import defaultdict

import pytest
from fastapi.testclient import TestClient

from app.allowance import Allowance
from app.classroom import streams
from app.main import create_app
from app.settings import Settings
from app.storage.folder import FolderStore
from app.trainings import trainings
from tests.api.described import operation_of, operations, requests, send

NOWHERE = "2345nothing"
UNKNOWN = dict.fromkeys(("run_id", "image", "model_id", "lesson_id", "training_id", "code"), NOWHERE)
OWNED = {"image": "images", "model_id": "models", "lesson_id": "lessons", "training_id": "trainings", "code": "rooms"}
ENDLESS = "/rooms/{code}/events"  # of a room of our own


@pytest.fixture
def begun(tmp_path):
    """Begin the app, each time as after a restart: what was made before is on the disk and not in memory."""
    settings = Settings(data_dir=tmp_path / "data", compute_slots=2)
    return lambda: TestClient(create_app(settings), base_url="http://localhost", raise_server_exceptions=False)


@pytest.fixture
def description(begun):
    return begun().app.openapi()


def owned(client, description):
    """Make one of everything; return the ids by what paths call them, and the key of each."""
    ids, keys = {}, {}
    for method, path, *sent in requests(description):
        for name, where in OWNED.items():
            if (method, path) == ("post", f"/api/v1/{where}"):
                made = send(client, method, path, *sent).json()
                ids[name] = made.get("id") or made["code"]
                keys[ids[name]] = made.get("key") or made["delete_token"]
    for method, path, *sent in requests(description, ids):  # in its room a poll is open
        if path.endswith(f"{ids['code']}/poll"):
            send(client, method, path, *sent, {"authorization": f"Bearer {keys[ids['code']]}"})
    source = {"image": ids["image"], "height": 12, "width": 12}
    document = {"input": source, "recipe": "conv2d(2, 3) | relu | linear(2) | softmax"}
    return {**ids, "run_id": client.post("/api/v1/runs", json=document).json()["id"]}, keys


class Seen:
    """The statuses that operations have answered with."""

    def __init__(self, description):
        self.description = description
        self.found = defaultdict(set)

    def send(self, client, *statuses, ids=None, keys=None, fields=None, headers=None, change=lambda sent: sent):
        """Send the example requests of which some status is to come that has not; those that delete last."""
        for method, path, query, kind, body in sorted(
            requests(self.description, ids), key=lambda sent: sent[0] == "delete"
        ):
            operation = operation_of(self.description, method, path)
            found = self.found[operation["operationId"]]
            missing = (operation["responses"].keys() - found) & set(statuses)
            if not missing or (keys and path.endswith(ENDLESS.format(**ids))):
                continue
            key = next((key for name, key in (keys or {}).items() if name in path.split("/")), None)
            bearer = {"authorization": f"Bearer {key}"} if key else {}
            query = {**change(query), **(fields or {})}
            sent = change(body) if kind == "application/json" else body
            answer = send(client, method, path, query, kind, sent, {**bearer, **(headers or {})})
            found.add(str(answer.status_code))
            if "304" in missing and "etag" in answer.headers:
                tag = {"if-none-match": answer.headers["etag"]}
                found.add(str(client.request(method, path, params=query, headers=tag).status_code))


def pictureless(sent):
    """Return fields in which the picture is one that is not there."""
    match sent:
        case {"image": _}:
            return {**sent, "image": NOWHERE}
        case {"input": {"image": _}}:
            return {**sent, "input": {**sent["input"], "image": NOWHERE}}
        case {"address": _}:
            return {**sent, "address": f"/?image={NOWHERE}&size=32&recipe=relu"}
    return sent


def titled(sent):
    """Return what is said of a model that any model may be called."""
    return {"title": "Cats and dogs"} if "title" in sent else sent


def moved(sent):
    """Return an address that has no link yet."""
    return {**sent, "address": "/?image=coffee&size=20&recipe=relu"} if "address" in sent else sent


def fill(client, monkeypatch):
    """Take all slots and let the longest line of others wait for them, and for memory."""
    lab = client.app.state.lab

    async def take():
        while not lab.queue._free.locked():
            await lab.queue._free.acquire()
        for lane in (lab.budget._small, lab.budget._large):
            lane.waiting.append((lane.limit, asyncio.get_running_loop().create_future()))

    client.portal.call(take)
    lab.queue._room = lab.budget._room = 0
    monkeypatch.setattr(Allowance, "_of", lambda self, client: 0.0)
    monkeypatch.setattr(streams, "MOST_STREAMS", 0)
    monkeypatch.setattr(trainings, "MOST_FOLLOWERS", 0)


def test_every_status_that_is_described_comes(begun, description, monkeypatch, api_answers):
    seen = Seen(description)
    with begun() as client:
        full, gone, last = (owned(client, description) for _ in range(3))
        for _ in range(2):  # a run that is new, and again
            seen.send(client, "200", "201", "304")
        seen.send(client, "404", ids=UNKNOWN)
        seen.send(client, "404", change=pictureless)
        seen.send(client, "400", headers={"host": "elsewhere"})
        seen.send(client, "403", headers={"origin": "http://elsewhere"})
        seen.send(client, "413", headers={"content-length": "9" * 12})
        seen.send(client, "415", headers={"content-encoding": "gzip"})
        seen.send(client, "414", fields={"lang": "x" * 40_000})
        seen.send(client, "422", fields={"colour": "red"})
    with begun() as client, monkeypatch.context() as patch:
        fill(client, patch)
        seen.send(client, "429", ids=full[0], keys=full[1])
        seen.send(client, "429", ids=UNKNOWN)
        seen.send(client, "429", change=moved)
        seen.send(client, "429")
        for lane in (client.app.state.lab.budget._small, client.app.state.lab.budget._large):
            lane.waiting.clear()
    with begun() as client, monkeypatch.context() as patch:

        def write(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(FolderStore, "_write", write)
        client.app.state.lab.queue.draining = client.app.state.lab.queue._closed = True
        seen.send(client, "503", ids=gone[0], keys=gone[1])
        seen.send(client, "503")
    with begun() as client:
        seen.send(client, "200", ids=last[0], keys=last[1], change=titled)
        seen.send(client, "200", "204", ids=last[0], keys=last[1])
    missing = {
        each["operationId"]: told
        for _, _, each in operations(description)
        if (told := sorted(each["responses"].keys() - seen.found[each["operationId"]]))
    }
    assert missing == {}
    assert len(seen.found) > 50
    assert api_answers.count > 200, "conftest.py has seen them"
