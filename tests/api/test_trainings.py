"""Trainings over HTTP: begun, told what to do by who holds the key, watched by whoever has the link."""

import copy
import json
import os
import sys
import threading
import time
import urllib.request

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.main import create_app
from app.web.api import examples
from tests.api.problems import told
from tests.api.test_fuzz import ODD, places
from tests.serving import serving
from tests.shared import uploaded
from tests.trainings.service import ENDLESS, SMALL

TRAININGS = "/api/v1/trainings"
MANY = {"image": "chelsea", "label": "cat"}


def begun(client, document=SMALL):
    """Begin a training; return what is said of it, and the header that holds its key."""
    answer = client.post(TRAININGS, json=document)
    assert answer.status_code == 201, answer.text
    training = answer.json()
    assert answer.headers["location"] == f"{TRAININGS}/{training['id']}"
    return training, {"Authorization": f"Bearer {training['key']}"}


def until(client, training, state):
    """Read a training until it is in a state."""
    deadline = time.monotonic() + 20
    while (found := client.get(f"{TRAININGS}/{training['id']}").json())["state"] != state:
        assert time.monotonic() < deadline, found
    return found


def test_a_training_goes_from_its_beginning_to_its_end(client):
    training, key = begun(client)
    where = f"{TRAININGS}/{training['id']}"
    assert (training["state"], training["step"], training["steps"], training["losses"]) == ("paused", 0, 12, [])
    assert client.get(where).json() == {name: value for name, value in training.items() if name != "key"}
    assert client.post(f"{where}/run", headers=key).json()["state"] in ("running", "finished")
    done = until(client, training, "finished")
    assert (len(done["losses"]), len(done["accuracies"]), done["epoch"], done["epochs"]) == (12, 4, 3, 3)
    assert sum(map(sum, done["confusion"])) == 8
    assert done["expires_at"].endswith("Z")
    again = client.post(f"{where}/reset", headers=key).json()
    assert (again["state"], again["step"], again["accuracies"]) == ("paused", 0, training["accuracies"])
    for _ in range(12):
        again = client.post(f"{where}/step", headers=key).json()
    assert (again["state"], again["losses"]) == ("finished", done["losses"])


def test_only_who_holds_the_key_says_what_it_does(client):
    training, key = begun(client)
    where = f"{TRAININGS}/{training['id']}"
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {training['key']}"}):
        for command in ("run", "pause", "step", "reset", "stop"):
            told(client.post(f"{where}/{command}", headers=headers), 403, "needs the key")
    foreign = {**key, "Origin": "https://elsewhere.example"}
    told(client.post(f"{where}/run", headers=foreign), 403, "another site")
    told(client.post(TRAININGS, json=SMALL, headers={"Sec-Fetch-Site": "cross-site"}), 403, "another site")
    told(client.post(f"{where}/fly", headers=key), 404)
    for method, path in (("get", where), ("post", f"{where}/run"), ("get", f"{where}/events")):
        told(client.request(method, path.replace(training["id"], "0" * 32), headers=key), 404, "There is no training")


def test_an_address_has_a_few_and_hears_so_and_those_without_a_place_wait(client):
    several = [begun(client, ENDLESS) for _ in range(4)]
    problem = told(client.post(TRAININGS, json=SMALL), 429, "4 trainings that began at your address are not over")
    assert not any(training["id"] in json.dumps(problem) for training, _ in several)
    states = [client.post(f"{TRAININGS}/{each['id']}/run", headers=key).json()["state"] for each, key in several]
    assert states == ["running", "running", "waiting", "waiting"]
    for training, key in several[1:]:
        assert client.post(f"{TRAININGS}/{training['id']}/stop", headers=key).json()["state"] == "stopped"
    begun(client)


def test_what_its_news_say(client):
    name = examples.TRAINING_ID["shapes"]["value"]
    answer = client.get(f"{TRAININGS}/{name}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    head, news, end = answer.text.split("\n\n")
    assert head.startswith("retry: ")
    assert end == ""
    number, kind, data = news.split("\n")
    assert (number, kind) == ("id: 0", "event: training")
    whole = client.get(f"{TRAININGS}/{name}").json()
    found = json.loads(data.removeprefix("data: "))
    assert found.items() <= whole.items()
    assert whole.keys() - found.keys() == {"losses", "accuracies", "measured", "document"}


def test_the_last_of_its_news_say_why_it_ended_and_when_it_goes(client):
    training, key = begun(client, {**SMALL, "optimizer": {"type": "sgd", "learning_rate": 100.0, "weight_decay": 1.0}})
    where = f"{TRAININGS}/{training['id']}"
    client.post(f"{where}/run", headers=key)
    until(client, training, "stopped")
    trainings = client.app.state.trainings
    live = next(each for each in trainings._known if each.name == training["id"])
    follow = live.feed.follow
    live.feed.follow = lambda once: follow(once=True)  # so that its news come to an end
    found = json.loads(client.get(f"{where}/events").text.split("\ndata: ")[1])
    assert found["note"].startswith("The numbers have run away")
    assert found["expires_at"].endswith("Z")
    whole = client.get(where).json()  # kept anew since it ended, so that it goes a moment later
    assert {**found, "expires_at": whole["expires_at"]}.items() <= whole.items()


def test_a_head_of_its_news_has_an_end(client):
    training, _ = begun(client)
    answer = client.head(f"{TRAININGS}/{training['id']}/events")
    assert (answer.status_code, answer.content) == (200, b"")


def test_how_a_weight_is_to_change_is_what_the_next_batch_does(client):
    training, key = begun(client)
    where = f"{TRAININGS}/{training['id']}"
    client.post(f"{where}/step", headers=key)
    asked = [client.get(f"{where}/gradients/0/1/2/0/2?example={example}").json() for example in range(4)]
    assert all(each["step"] == 1 for each in asked)
    assert np.shape(asked[0]["input"]) == (12, 12)
    assert np.shape(asked[0]["gradient"]) == (10, 10)
    cells = np.array(asked[3]["input"])[0:10, 2:12]  # what the weight in row 0, column 2 meets
    assert asked[3]["example"] == pytest.approx((cells * asked[3]["gradient"]).sum(), rel=1e-6, abs=1e-9)
    assert asked[0]["batch"] == pytest.approx(np.mean([each["example"] for each in asked]), rel=1e-4, abs=1e-7)
    assert asked[0]["next"] == asked[0]["weight"] + asked[0]["update"]
    client.post(f"{where}/step", headers=key)
    assert client.get(f"{where}/gradients/0/1/2/0/2").json()["weight"] == asked[0]["next"]
    for place, part in (
        ("9/0/0/0/0", "no layer 9"), ("1/0/0/0/0", "relu"), ("0/2/0/0/0", "no filter 2"), ("0/0/3/0/0", "no channel 3"),
        ("0/0/0/-1/0", "no row"), ("0/0/0/0/x", "no column"), ("0/0/0/0/0?example=4", "no example 4"),
    ):  # fmt: skip
        told(client.get(f"{where}/gradients/{place}"), 404, part)


def test_its_checkpoints_are_models_that_open_in_the_explorer(client):
    training, key = begun(client)
    where, name = f"{TRAININGS}/{training['id']}", training["id"]
    client.post(f"{where}/run", headers=key)
    done = until(client, training, "finished")
    model = client.get(f"/api/v1/models/{name}").json()
    assert [each["accuracy"] for each in model["epochs"]] == done["accuracies"]
    assert (model["classes"], model["title"]) == (["circle", "line"], "Shapes drawn by code")
    assert model["expires_at"]
    whole = {"input": {**model["input"], "image": "chelsea"}, "layers": model["layers"]}
    assert client.post("/api/v1/runs", json=whole).json()["recipe"] == f'model("{name}", epoch=3)'
    asked = f"image=chelsea&size=12&recipe=model('{name}', epoch=2)"
    first = client.get(f"/api/v1/runs?{asked}")
    assert first.status_code == 200, first.text
    weight = client.get(first.json()["layers"][0]["links"]["weight_npy"]).content
    client.post(f"{where}/reset", headers=key)
    again = client.get(f"/api/v1/runs?{asked}").json()
    assert client.get(again["layers"][0]["links"]["weight_npy"]).content == weight
    layer = f"image=chelsea&size=12&recipe=conv2d(weights=trained('{name}', 0{{}}))"
    start = client.get(f"/api/v1/runs?{layer.format(', epoch=0')}").json()
    drawn = client.get("/api/v1/runs?image=chelsea&size=12&recipe=conv2d(2, 3, weights=random(7))").json()
    assert start["layers"][0]["statistics"] == drawn["layers"][0]["statistics"]  # random(seed + index)
    told(client.get(f"/api/v1/runs?{layer.format('')}"), 422, "say which")
    told(client.get(f"/api/v1/runs?{layer.format(', epoch=9')}"), 422, "no checkpoint of epoch 9")


def test_when_it_has_expired_so_have_its_runs(clocked):
    training, key = begun(clocked)
    clocked.post(f"{TRAININGS}/{training['id']}/run", headers=key)
    until(clocked, training, "finished")
    run = clocked.get(f"/api/v1/runs?image=chelsea&size=12&recipe=model('{training['id']}', epoch=3)").json()
    store = clocked.app.state.lab.store
    for kept in store.keys("document"):
        store.renew("document", kept, 200_000)
    clocked.wait(86_500)
    clocked.app.state.trainings.now = lambda: time.monotonic() + 2
    clocked.app.state.trainings._checkpoints._known.forget(training["id"])  # what it remembers for a second
    told(clocked.get(f"{TRAININGS}/{training['id']}"), 404, "There is no training")
    told(clocked.get(f"/api/v1/models/{training['id']}"), 404)
    told(clocked.get(f"/api/v1/runs/{run['id']}"), 404)


def test_with_a_deleted_picture_goes_what_was_learned_from_it(client):
    uploads = [uploaded(client, shade) for shade in range(1, 5)]
    labels = [{"image": each["id"], "label": "ab"[index % 2]} for index, each in enumerate(uploads)]
    document = {**SMALL, "data": {"set": "examples", "size": 12, "examples": labels}}
    training, key = begun(client, document)
    where = f"{TRAININGS}/{training['id']}"
    assert training["measured"] == "learned"
    run = client.get(f"/api/v1/runs?image=chelsea&size=12&recipe=model('{training['id']}', epoch=0)").json()
    assert client.get(f"/api/v1/runs/{run['id']}").status_code == 200
    token = {"Authorization": f"Bearer {uploads[0]['delete_token']}"}
    assert client.delete(f"/api/v1/images/{uploads[0]['id']}", headers=token).status_code == 204
    told(client.get(f"/api/v1/runs/{run['id']}"), 404)
    told(client.get(f"/api/v1/models/{training['id']}"), 404)
    client.app.state.trainings.now = lambda: time.monotonic() + 2
    after = client.get(where).json()
    assert (after["state"], after["reason"], after["accuracies"]) == ("stopped", "deleted", [])
    assert "has been deleted" in after["note"]
    told(client.post(f"{where}/reset", headers=key), 404, "has been deleted")
    told(client.get(f"{where}/gradients/0/0/0/0/0"), 404, "has been deleted")


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        (b"{", 400, "line 1"), (b"", 400, ""), (b"[]", 422, "is an object"), (b"\xff", 400, ""),
        (b'{"epochs": NaN}', 422, "NaN"), (b'{"data": {"set": "shapes", "size": 11}}', 422, "at least 12"),
        (b" " * 2_000_001, 413, "the most is 2,000,000"),
        (json.dumps({"data": {"set": "examples", "examples": [MANY] * 20_000}}), 422, "at most 200 entries"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(client, body, status, part):
    told(client.post(TRAININGS, content=body), status, part)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    from app.settings import Settings

    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("data"), compute_slots=2))
    with TestClient(app, base_url="http://localhost") as client:
        app.state.trainings._admission.count = lambda client: None
        yield client


@st.composite
def documents(draw):
    """Draw a training of which one to three parts are replaced or left out."""
    whole = {**SMALL, "optimizer": {"type": "sgd", "learning_rate": 0.1, "momentum": 0.5}}
    own = {
        "set": "examples",
        "size": 12,
        "examples": [{"image": "chelsea", "label": "a"}, {"image": "coffee", "label": "b"}],
    }
    document = copy.deepcopy(draw(st.sampled_from([whole, {**whole, "data": own}])))
    for _ in range(draw(st.integers(1, 3))):
        *way, last = draw(st.sampled_from([path for path in places(document) if path]))
        around = document
        for name in way:
            around = around[name]
        if draw(st.booleans()):
            around[last] = draw(ODD)
        else:
            del around[last]
    return document


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(document=documents())
def test_whatever_is_sent_is_a_training_or_a_problem(lasting, document):
    answer = lasting.post(TRAININGS, content=json.dumps(document, allow_nan=True))
    if answer.status_code != 201:
        told(answer, answer.status_code)
        assert answer.status_code in (400, 404, 413, 422), answer.text
        return
    key = {"Authorization": f"Bearer {answer.json()['key']}"}
    where = f"{TRAININGS}/{answer.json()['id']}"
    assert lasting.post(f"{where}/step", headers=key).json()["step"] == 1
    assert lasting.post(f"{where}/stop", headers=key).status_code == 200


def test_all_who_follow_hear_the_same_and_the_server_leaves_at_once(tmp_path):
    env = {**os.environ, "CONVSCOPE_DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-m", "app", "serve", "--port", "0"]
    with serving(command, log=tmp_path / "log", env=env) as address:
        training = sent(f"{address}{TRAININGS}", json.dumps(ENDLESS).encode())
        where = f"{address}{TRAININGS}/{training['id']}"
        streams = [opened(f"{where}/events") for _ in range(2)]
        first = [heard(stream) for stream in streams]
        assert first[0] == first[1]
        assert first[0]["state"] == "paused"
        sent(f"{where}/run", b"", training["key"])
        for stream in streams:
            found = [heard(stream)]
            while found[-1]["step"] < 20:
                found.append(heard(stream))
            steps = [each["step"] for each in found]
            assert steps == sorted(steps)
        late = heard(opened(f"{where}/events"))
        assert late["step"] >= 20
        left = threading.Thread(target=lambda: [stream.read() for stream in streams])
        left.start()
        begun = time.monotonic()
    left.join(5)
    assert time.monotonic() - begun < 2.5  # of the three seconds that open answers get
    assert "Traceback" not in (tmp_path / "log").read_text()


def sent(address, body, key=""):
    request = urllib.request.Request(address, body, {"Authorization": f"Bearer {key}"}, method="POST")
    return json.load(opened(request))


def opened(request):
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20)


def heard(stream):
    """Return the data of the next event."""
    while not (line := stream.readline()).startswith(b"data: "):
        assert line, "the stream has ended"
    return json.loads(line[6:])
