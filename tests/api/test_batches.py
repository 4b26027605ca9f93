"""Many runs in one request: each is what it is alone, in the order sent, and a mistake stands in its place."""

import asyncio
import json
from io import BytesIO

import numpy as np
import pytest

from app.web.api.batch import MOST
from app.web.asgi import leaving
from tests.api.problems import told
from tests.samples import gradient, saved

BATCH, RUNS = "/api/v1/batch", "/api/v1/runs"
RECIPE = "conv2d(4, 3, weights=random(7)) | relu"


def document(recipe=RECIPE, **fields):
    return {"input": {"image": "coffee", "height": 8, "width": 12} | fields, "recipe": recipe}


def posted(client, *lines, **more):
    """Post documents, or texts, a line each."""
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return client.post(BATCH, content=body.encode(), headers={"content-type": "application/x-ndjson"}, **more)


def lines_of(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert answer.text.endswith("\n")
    return [json.loads(line) for line in answer.text.splitlines()]


def timeless(runs):
    """Return runs without the second until which they are kept: it moves on from one request to the next."""
    return [{name: value for name, value in run.items() if name != "expires_at"} for run in runs]


def pictures(count):
    """Pictures that differ, each as (name, bytes)."""
    return [(f"{n}.png", saved(gradient().rotate(n * 7), "PNG")) for n in range(count)]


def form(files):
    return [("file", file) for file in files]


def test_documents_are_the_runs_that_they_are_alone_in_the_order_sent(client):
    documents = [document(height=8 + n, recipe=RECIPE if n % 2 else "max_pool2d(2)") for n in range(7)]
    found = lines_of(posted(client, *documents))
    assert timeless(found) == timeless([client.post(RUNS, json=each).json() for each in documents])
    assert [each["input"]["shape"][1] for each in found] == list(range(8, 15))
    assert client.get(f"{RUNS}/{found[3]['id']}").status_code == 200


def test_a_mistake_stands_in_its_place(client):
    found = lines_of(posted(client, document(), "{", document(recipe="conv2d(4, 99)"), "", document(image="none"),
                            '{"layers": []}', "7", document(), r'{"input": {"image": "\ud800"}}'))  # fmt: skip
    assert [each.get("status") for each in found] == [None, 400, 422, 400, 404, 422, 422, None, 422]
    for each, alone in (
        (1, "{"),
        (2, json.dumps(document(recipe="conv2d(4, 99)"))),
        (4, json.dumps(document(image="none"))),
    ):
        assert found[each] == client.post(RUNS, content=alone).json()
    assert found[0] == found[7]
    assert "This line is empty" in found[3]["detail"]


def test_more_than_are_taken_or_none_are_refused(client):
    told(posted(client, *["7"] * (MOST + 1)), 422, f"at most {MOST}; this one has {MOST + 1}")
    assert len(lines_of(posted(client, *["7"] * MOST))) == MOST
    told(posted(client), 400, "one a line")
    told(posted(client, " ", "\n"), 400, "one a line")
    told(client.post(BATCH, files=form(pictures(1) * (MOST + 1))), 422, f"at most {MOST}")
    for more in (2, 9):
        told(client.post(BATCH, files=form(pictures(1) * (MOST + more))), 422, f"at most {MOST}; this one has at least")
    told(client.post(BATCH, files={"recipe": (None, "relu")}), 400, '"file"')
    told(client.post(BATCH, files=form(pictures(1)), data={"image": "coffee"}), 422, "not both")
    told(client.post(BATCH, content=b"x", headers={"content-type": "multipart/form-data"}), 400, "cannot be read")
    told(posted(client, document(), params={"output": "npy"}), 422, "runs or npz")


def test_a_body_over_the_limit_is_refused(tmp_path):
    from fastapi.testclient import TestClient

    from app.main import create_app
    from app.settings import Settings

    with TestClient(
        create_app(Settings(data_dir=tmp_path, upload_max_bytes=1000)), base_url="http://localhost"
    ) as client:
        told(posted(client, "7" * 1_100_000), 413, "the most is 1,000")


def test_pictures_pass_through_the_same_layers(client):
    files, fields = pictures(5), {"recipe": RECIPE, "size": "8", "mode": "L"}
    found = lines_of(client.post(BATCH, files=form(files), data=fields))
    alone = [client.post(RUNS, files={"file": file}, data=fields).json() for file in files]
    tokens = [each["input"].pop("delete_token") for each in found]  # the uploader's own, of each upload another
    assert not set(tokens) & {each["input"].pop("delete_token") for each in alone}
    assert timeless(found) == timeless(alone)
    assert len({each["id"] for each in found}) == 5
    layers = json.dumps([{"type": "relu"}])
    assert lines_of(client.post(BATCH, files=form(files[:1]), data={"layers": layers}))[0]["recipe"] == "relu"


def test_a_file_that_is_no_picture_has_its_problem(client):
    files = pictures(3)
    files[1] = ("b.txt", b"hello")
    found = lines_of(client.post(BATCH, files=form(files), data={"recipe": "relu", "size": "8"}))
    assert [each.get("status") for each in found] == [None, 415, None]
    found = lines_of(client.post(BATCH, files=form(files), data={"recipe": "relu(", "size": "8"}))
    assert [each["status"] for each in found] == [422, 415, 422]


def test_an_archive_holds_the_last_outputs_by_number_and_the_problems(client):
    lines = (
        document(),
        "{",
        document(recipe="flatten | linear(5)"),
        document(recipe=""),
        document(recipe="conv2d(1, 99)"),
    )
    answer = posted(client, *lines, params={"output": "npz"})
    assert answer.headers["content-type"] == "application/zip"
    archive = np.load(BytesIO(answer.content), allow_pickle=False)
    assert archive.files == ["0", "2", "3", "problems.json"]
    problems = json.loads(archive["problems.json"])
    assert [(each["number"], each["status"]) for each in problems] == [(1, 400), (4, 422)]
    for number in (0, 2, 3):
        run = client.post(RUNS, json=lines[number]).json()
        layer = len(run["layers"]) - 1 if run["layers"] else "input"
        alone = np.load(BytesIO(client.get(f"{RUNS}/{run['id']}/layers/{layer}/output.npy").content))
        assert archive[str(number)].dtype == np.float32
        assert archive[str(number)].tobytes() == alone.tobytes()
        assert archive[str(number)].shape == alone.shape


@pytest.mark.parametrize("more", [{"size": "9"}, {}, {"height": "7", "fit": "contain", "mode": "L"}])
def test_an_archive_of_pictures_is_what_numpy_says(client, more):
    files, fields = pictures(4), {"recipe": RECIPE, **more}
    archive = np.load(BytesIO(client.post(f"{BATCH}?output=npz", files=form(files), data=fields).content))
    assert json.loads(archive["problems.json"]) == []
    for number, file in enumerate(files):
        run = client.post(RUNS, files={"file": file}, data=fields).json()
        layers = f"{RUNS}/{run['id']}/layers"
        source, weight = (
            np.load(BytesIO(client.get(f"{layers}/{name}.npy").content)) for name in ("input/output", "0/weight")
        )
        windows = np.lib.stride_tricks.sliding_window_view(source, (3, 3), (1, 2))
        by_hand = np.maximum(np.einsum("irckl,oikl->orc", windows, weight, dtype=np.float64), 0)
        assert np.allclose(archive[str(number)], by_hand, atol=1e-5)


def test_of_pictures_that_are_answered_as_arrays_nothing_is_kept(client):
    folder = client.app.state.lab.settings.data_dir

    def pictures_kept():
        return sum(path.parent.name == "picture" for path in folder.rglob("*"))

    assert client.post(f"{BATCH}?output=npz", files=form(pictures(3)), data={"recipe": "relu"}).status_code == 200
    assert pictures_kept() == 0
    assert client.post(BATCH, files=form(pictures(3)), data={"recipe": "relu"}).status_code == 200
    assert pictures_kept() == 3
    lab = client.app.state.lab
    assert lab.budget._small.taken + lab.budget._large.taken == 0


def test_what_is_said_of_a_mistake_is_in_the_caller_s_language(client):
    found = lines_of(posted(client, "{", params={"lang": "zh-CN"}))
    assert found[0] == client.post(f"{RUNS}?lang=zh-CN", content=b"{").json()
    assert not found[0]["detail"].isascii()


def test_a_batch_is_admitted_as_runs_are(client, app):
    """Where no slot is free and nobody may wait, each of its runs is refused as it would be alone."""
    queue = app.state.lab.queue

    async def taken():
        for _ in range(app.state.lab.settings.compute_slots):
            await queue.enter()
        queue._room = 0

    client.portal.call(taken)
    assert [each["status"] for each in lines_of(posted(client, document(), document(height=9)))] == [429, 429]


@pytest.mark.parametrize("query", [b"output=runs", b"output=npz"])
@pytest.mark.parametrize("stays", [False, True])
def test_who_leaves_a_batch_or_takes_nothing_of_it_stops_its_work(client, app, monkeypatch, query, stays):
    """`stays`: with the connection open, over which nothing goes any more."""
    monkeypatch.setattr(leaving, "STALLED", 0.2 if stays else 60)
    lab = app.state.lab
    documents = [document(height=100 + n, width=100) for n in range(MOST)]
    body = "\n".join(map(json.dumps, documents)).encode()

    async def leave_after_the_first():
        before, sent, gone = lab.computed, [], asyncio.Event()
        heard = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive():
            if heard:
                return heard.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)
            if message.get("body") and stays:
                await gone.wait()
            elif message.get("body"):
                gone.set()
                await asyncio.sleep(0.01)

        scope = {
            "type": "http", "method": "POST", "path": BATCH, "raw_path": BATCH.encode(), "query_string": query,
            "app": app,
            "headers": [(b"host", b"localhost"), (b"content-type", b"application/x-ndjson")], "client": ("::1", 1),
            "asgi": {"version": "3.0", "spec_version": "2.3"}, "scheme": "http", "server": ("localhost", 80),
            "http_version": "1.1", "root_path": "", "state": {},
        }  # fmt: skip
        await app(scope, receive, send)
        while lab.queue.busy or lab.budget._small.taken or lab.budget._large.taken:  # all is given back
            await asyncio.sleep(0.01)
        return lab.computed - before

    assert client.portal.call(leave_after_the_first) < 2 * MOST / 4
