"""Own lessons over HTTP and in the store: whose they are, how long they live, and what lives with them."""

import json
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from fastapi.testclient import TestClient

from app.classroom.book import BOOK
from app.classroom.bundle import SIGNATURE, Bundle, packed, unpacked
from app.classroom.editing import Conflict, added, deleted, mark, moved, put_back, saved, titled
from app.classroom.lesson import read_lesson
from app.classroom.lesson_document import document_of
from app.classroom.lessons import AN_HOUR, ID, Lessons, hashed
from app.classroom.named import claims_of, images_in, renamed
from app.classroom.yaml_file import read_yaml
from app.errors import LessonMistake, NotFound, TooLarge
from app.main import create_app
from app.settings import Settings
from tests.api.problems import told
from tests.shared import long_state, uploaded

DAY = 86_400
API = "/api/v1/lessons"
LESSON = {"title": "Monday", "language": "en", "steps": [{"address": "/?image=coffee&size=32&recipe=conv2d(6, 5)"}]}


def made(client, lesson=LESSON, *tokens):
    headers = {"authorization": f"Bearer {','.join(tokens)}"} if tokens else {}
    answer = client.post(API, json=lesson, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def bearer(*keys):
    return {"authorization": f"Bearer {','.join(keys)}"}


def with_picture(image, more=""):
    return {"title": "Ours", "steps": [{"address": f"/?image={image}&size=8&recipe=conv2d(2, 3){more}"}]}


def test_a_lesson_comes_back_as_it_was_sent(client):
    answer = client.post(API, json=LESSON)
    new = answer.json()
    assert new.keys() == {"id", "url", "key", "expires_at"}
    assert answer.headers["location"] == f"{API}/{new['id']}"
    assert new["url"] == f"http://localhost:8000/lesson/{new['id']}"
    assert ID.fullmatch(new["id"])
    got = client.get(f"{API}/{new['id']}").json()
    assert {name: got[name] for name in LESSON} == LESSON
    assert got.keys() == {*LESSON, "id", "url", "expires_at"}, "nobody who reads it learns its key"


def test_a_lesson_as_a_file_is_sent_and_read(client):
    new = made(client)
    answer = client.get(f"{API}/{new['id']}.yaml")
    assert answer.headers["content-type"].startswith("application/yaml")
    assert read_yaml(answer.text) == read_lesson(LESSON)
    again = client.post(API, content=answer.content, headers={"content-type": "application/yaml; charset=utf-8"})
    assert again.status_code == 201
    told(client.post(API, content=b"x", headers={"content-type": "image/png"}), 415, "application/yaml")


def test_only_its_key_changes_a_lesson_and_only_the_hash_of_that_is_kept(client, settings):
    new, other = made(client), made(client)
    put = {**LESSON, "title": "Tuesday"}
    for keys in ((), ("",), (other["key"],), ("é" * 9,)):
        told(
            client.put(
                f"{API}/{new['id']}", json=put, headers=[(b"authorization", b"Bearer " + ",".join(keys).encode())]
            ),
            403,
            "key",
        )
        told(
            client.delete(f"{API}/{new['id']}", headers=[(b"authorization", b"Bearer " + ",".join(keys).encode())]),
            403,
            "key",
        )
    answer = client.put(f"{API}/{new['id']}", json=put, headers=bearer(new["key"]))
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"id", "url", "expires_at"}
    assert client.get(f"{API}/{new['id']}").json()["title"] == "Tuesday"
    record = client.app.state.lab.store.get("lesson", new["id"]).decode()
    assert new["key"] not in record
    assert hashed(new["key"]) in record
    assert client.delete(f"{API}/{new['id']}", headers=bearer(new["key"])).status_code == 204
    told(client.get(f"{API}/{new['id']}"), 404, "There is no lesson")
    told(client.put(f"{API}/{new['id']}", json=put, headers=bearer(new["key"])), 404)


def test_what_was_read_can_be_put_back_as_it_is(client):
    new = made(client)
    got = client.get(f"{API}/{new['id']}").json()
    assert client.put(f"{API}/{new['id']}", json={**got, "title": "B"}, headers=bearer(new["key"])).status_code == 200
    told(client.put(f"{API}/{new['id']}", json={**got, "tilte": "B"}, headers=bearer(new["key"])), 422, "did you mean")


@pytest.mark.parametrize("name", ["nothing", "a" * 12 + "!", "..", "A" * 12, "é" * 12, "0" * 300])
def test_what_is_no_lesson_is_not_there(client, name):
    told(client.get(f"{API}/{name}"), 404)


def test_a_lesson_lives_on_whenever_it_is_opened(clocked):
    new = made(clocked)
    for _ in range(3):
        clocked.wait(300 * DAY)
        assert clocked.get(f"{API}/{new['id']}").status_code == 200
    clocked.wait(366 * DAY)
    told(clocked.get(f"{API}/{new['id']}"), 404, "nobody has opened it for 365 days")


def test_with_a_lesson_live_the_pictures_of_who_made_it_and_no_others(clocked):
    own, others = uploaded(clocked, 1), uploaded(clocked, 2)
    new = made(clocked, with_picture(own["id"], f"&with=image:{others['id']}"), own["delete_token"])
    clocked.wait(200 * DAY)
    assert clocked.get(f"/api/v1/images/{own['id']}").status_code == 200
    told(clocked.get(f"/api/v1/images/{others['id']}"), 404)
    clocked.get(f"{API}/{new['id']}")
    clocked.wait(300 * DAY)
    assert clocked.get(f"/api/v1/images/{own['id']}").status_code == 200
    clocked.wait(300 * DAY)
    told(clocked.get(f"/api/v1/images/{own['id']}"), 404)


def claiming(image):
    task = {"do": "Choose it.", "until": {"image": image}}
    question = {"ask": "Which?", "choices": ["a", "b"], "right": "a", "shows": {"with": f"image:{image}"}}
    return [{**LESSON["steps"][0], "task": task}, {**LESSON["steps"][0], "question": question}]


@pytest.mark.parametrize("part", [0, 1])
def test_a_picture_that_only_a_task_or_a_reveal_names_lives_with_the_lesson(clocked, part):
    own, others = uploaded(clocked, 1), uploaded(clocked, 2)
    for picture, token in ((own, own["delete_token"]), (others, own["delete_token"])):
        new = made(clocked, {**LESSON, "steps": [claiming(picture["id"])[part]]}, token)
        again = {"json": {**LESSON, "title": "B", "steps": [claiming(picture["id"])[part]]}}
        assert clocked.put(f"{API}/{new['id']}", **again, headers=bearer(new["key"])).status_code == 200
    clocked.wait(200 * DAY)
    assert clocked.get(f"/api/v1/images/{own['id']}").status_code == 200
    told(clocked.get(f"/api/v1/images/{others['id']}"), 404)


@pytest.mark.parametrize("part", [0, 1])
def test_a_lesson_can_be_changed_whose_task_or_reveal_names_a_picture_that_has_gone(clocked, part):
    other = uploaded(clocked)
    steps = [claiming(other["id"])[part]]
    new = made(clocked, {**LESSON, "steps": steps})
    clocked.wait(2 * DAY)
    renamed = {"title": "B", "steps": steps}
    assert clocked.put(f"{API}/{new['id']}", json=renamed, headers=bearer(new["key"])).status_code == 200
    told(clocked.post(API, json=renamed), 422, "no picture")


@pytest.mark.parametrize("name", BOOK)
def test_every_chapter_can_be_a_lesson_of_ones_own(client, name):
    made(client, document_of(BOOK[name]))


def test_a_lesson_whose_picture_has_gone_keeps_its_layers_and_can_be_changed(clocked):
    other = uploaded(clocked)
    new = made(clocked, with_picture(other["id"]))
    clocked.wait(2 * DAY)
    got = clocked.get(f"{API}/{new['id']}").json()
    assert "conv2d(2, 3)" in got["steps"][0]["address"]
    step = {**got["steps"][0], "sentence": "Now with words."}
    assert (
        clocked.put(f"{API}/{new['id']}", json={**LESSON, "steps": [step]}, headers=bearer(new["key"])).status_code
        == 200
    )
    moved = {"address": f"/?image={other['id']}&size=9"}
    told(
        clocked.put(f"{API}/{new['id']}", json={**LESSON, "steps": [moved]}, headers=bearer(new["key"])),
        422,
        "no picture",
    )


def test_a_run_that_an_address_knows_by_its_number_lives_with_the_lesson(clocked):
    address, run = long_state(clocked)
    made(clocked, {"title": "Long", "steps": [{"address": address}]})
    clocked.wait(200 * DAY)
    assert clocked.get(f"/api/v1/runs/{run}").status_code == 200


def test_an_address_that_is_too_long_for_the_bar_is_kept_by_its_number(client):
    weights = [[[[1 + 0.001 * k for k in range(15)] for _ in range(15)] for _ in range(3)] for _ in range(3)]
    address = f"/?image=coffee&size=32&recipe=conv2d(weights=values({weights}))&at=0.1.2.3"
    assert len(address) > 4000
    new = made(client, {"title": "Long", "steps": [{"address": address}]})
    kept = client.get(f"{API}/{new['id']}").json()["steps"][0]["address"]
    assert kept.startswith("/?run=")
    assert kept.endswith("at=0.1.2.3")
    assert client.get(kept).status_code == 200


def test_lessons_survive_a_restart(settings: Settings):
    with TestClient(create_app(settings), base_url="http://localhost:8000") as client:
        new = made(client)
    with TestClient(create_app(settings), base_url="http://localhost:8000") as client:
        assert client.get(f"{API}/{new['id']}").json()["title"] == "Monday"
        assert client.delete(f"{API}/{new['id']}", headers=bearer(new["key"])).status_code == 204


def test_a_torn_lesson_is_not_there(client):
    new = made(client)
    store = client.app.state.lab.store
    for torn in (b"", b"{", b"[]", b'{"lesson": 1}', json.dumps({"lesson": LESSON, "key": 1}).encode()):
        store.put("lesson", new["id"], torn, 100)
        told(client.get(f"{API}/{new['id']}"), 404)


def test_a_client_that_begins_too_many_is_asked_to_wait(client):
    for _ in range(AN_HOUR):
        made(client)
    told(client.post(API, json=LESSON), 429, "begun 120 lessons")


def test_lessons_keep_no_more_than_they_may(settings):
    small = settings.model_copy(update={"links_max_bytes": 2_000})
    with TestClient(create_app(small), base_url="http://localhost:8000") as client:
        new = made(client)
        long = {**LESSON, "steps": [{**LESSON["steps"][0], "notes": "long " * 900}]}
        told(client.post(API, json=long), 503, "2,000 bytes")
        told(client.put(f"{API}/{new['id']}", json=long, headers=bearer(new["key"])), 503)
        assert client.put(f"{API}/{new['id']}", json=LESSON, headers=bearer(new["key"])).status_code == 200


# ---- edits


def lesson_of(*sentences):
    steps = [{"address": "/", "sentence": each} for each in sentences]
    return read_lesson({"title": "T", "steps": steps})


@pytest.fixture
def edits(client):
    """Begins a lesson and changes it: edits("a", "b")(edit) gives its sentences."""
    lessons: Lessons = client.app.state.lessons

    def begun(*sentences):
        kept, key = client.portal.call(lessons.make, lesson_of(*sentences), (), "")

        def change(edit):
            after = client.portal.call(lessons.change, kept.id, [key], edit)
            return [step.sentence for step in after.lesson.steps]

        return change

    return begun


def of(sentence):
    return mark(lesson_of(sentence).steps[0])


def worded(text):
    return lambda step: step.model_copy(update={"sentence": text})


def test_steps_are_changed_moved_taken_out_and_put_back(edits):
    change = edits("a", "b", "c")
    assert change(saved(1, of("b"), worded("B"))) == ["a", "B", "c"]
    assert change(moved(0, of("a"), 2)) == ["B", "c", "a"]
    assert change(deleted(1, of("c"))) == ["B", "a"]
    assert change(deleted(0, of("B"))) == ["a"]
    with pytest.raises(LessonMistake, match="at least one step"):
        change(deleted(0, of("a")))
    assert change(put_back) == ["B", "a"]
    assert change(added(lesson_of("d").steps[0])) == ["B", "a", "d"]
    assert change(put_back) == ["B", "c", "a", "d"]


def test_a_step_that_has_moved_in_another_tab_is_found(edits):
    change = edits("a", "b", "c")
    change(moved(2, of("c"), 0))
    assert change(saved(1, of("b"), worded("B"))) == ["c", "a", "B"]


def test_a_step_that_has_changed_in_another_tab_is_not_written_over(edits):
    change = edits("a", "b")
    change(saved(0, of("a"), worded("A")))
    for edit in (saved(0, of("a"), worded("x")), deleted(0, of("a")), moved(0, of("a"), 1), titled("N", "other")):
        with pytest.raises(Conflict):
            change(edit)
    assert change(titled("N", "T")) == ["A", "b"]


# ---- files that take their pictures along


def test_a_lesson_with_pictures_is_one_file_that_opens_again():
    lesson = read_lesson(with_picture("a" * 32, f"&with=image:{'b' * 32}"))
    bundle = Bundle(lesson, {"a" * 32: b"one", "b" * 32: b"two"})
    data = packed(bundle)
    assert data.startswith(SIGNATURE)
    assert unpacked(data, 10_000) == bundle
    assert packed(bundle) == data


def test_all_that_names_a_picture_names_another_where_a_file_brings_it():
    a, b = "a" * 32, "b" * 32
    lesson = read_lesson({"title": "Ours", "steps": [*with_picture(a)["steps"], *claiming(a), claiming(f"not {a}")[0]]})
    assert unpacked(packed(Bundle(lesson, {a: b"one"})), 10_000).pictures == {a: b"one"}
    assert images_in(read_lesson({"title": "T", "steps": claiming(a)})) == {"coffee", a}
    assert a not in str(document_of(renamed(lesson, {a: b})))
    back = renamed(renamed(lesson, {a: b}), {b: a})
    assert [claims_of(step) for step in back.steps] == [claims_of(step) for step in lesson.steps]


def test_a_file_that_unpacks_to_more_than_may_come_is_refused_before_it_does():
    lesson = read_lesson(with_picture("a" * 32))
    data = packed(Bundle(lesson, {"a" * 32: b"0" * 50_000}))
    with pytest.raises(TooLarge, match="the most is 40,000"):
        unpacked(data, 40_000)


@pytest.mark.parametrize("method", [12, 14])  # bzip2 and LZMA unpack a part whole, however little is read of it
def test_a_file_packed_in_another_way_is_refused_before_it_unpacks(client, method):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("lesson.yaml", b"a" * 30_000_000)
    data = bytearray(file.getvalue())
    at = data.rindex(b"PK\x01\x02") + 24
    data[at : at + 4] = (100).to_bytes(4, "little")
    tracemalloc.start()
    answer = client.post("/lesson/open", files={"file": ("x.zip", bytes(data))})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 422
    assert "pack the .zip with Deflate" in answer.text
    assert peak < 10_000_000


def test_a_crowd_of_names_is_not_listed_to_say_that_it_is_one(client):
    crowd = BytesIO()
    with zipfile.ZipFile(crowd, "w") as archive:
        for number in range(20_000):
            archive.writestr(str(number), "")
    data = crowd.getvalue()
    tracemalloc.start()
    answer = client.post("/lesson/open", files={"file": ("x.zip", data)})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 422
    assert "20,000 files" in answer.text
    assert peak < 5 * len(data)


def test_changes_at_once_come_one_after_the_other_and_none_after_the_end(client):
    new = made(client)
    there, key = f"{API}/{new['id']}", bearer(new["key"])

    def put(number):
        return client.put(there, json={**LESSON, "title": str(number)}, headers=key).status_code

    with ThreadPoolExecutor(12) as many:
        assert set(many.map(put, range(24))) == {200}
    for _ in range(6):
        new = made(client)
        there, key = f"{API}/{new['id']}", bearer(new["key"])
        with ThreadPoolExecutor(4) as many:
            puts = [many.submit(put, number) for number in range(3)]
            gone = many.submit(client.delete, there, headers=key)
            assert gone.result().status_code == 204
            assert {each.result() for each in puts} <= {200, 404}
        assert client.get(there).status_code == 404
        assert put(0) == 404


def test_a_change_that_was_begun_before_the_end_does_not_undo_it(client, monkeypatch):
    new = made(client)
    lessons, key = client.app.state.lessons, [new["key"]]

    def edit(kept):
        lessons._store.delete("lesson", new["id"])  # as another process does
        return kept

    with pytest.raises(NotFound):
        client.portal.call(lessons.change, new["id"], key, edit)
    assert client.get(f"{API}/{new['id']}").status_code == 404


def test_who_has_no_key_is_not_told_what_is_wrong_with_a_lesson(client):
    new = made(client)
    there = f"{API}/{new['id']}"
    assert client.put(there, content=b"{", headers={"content-type": "application/json"}).status_code == 403
    assert client.put(there, json={"title": "T"}, headers=bearer("0" * 32)).status_code == 403
    assert client.put(there, json={"title": "T"}, headers=bearer(new["key"])).status_code == 422


def test_files_that_lie_or_are_torn_are_refused():
    data = packed(Bundle(read_lesson(LESSON), {}))
    for broken in (data[:-30], data[:40], SIGNATURE, data.replace(b"lesson.yaml", b"nothing.txt")):
        with pytest.raises(LessonMistake):
            unpacked(broken, 100_000)
    many = BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(300):
            archive.writestr(str(number), "x")
    with pytest.raises(LessonMistake, match="300 files"):
        unpacked(many.getvalue(), 100_000)
    crowd = BytesIO()
    with zipfile.ZipFile(crowd, "w") as archive:
        for number in range(1_200):
            archive.writestr(str(number), "")
    with pytest.raises(LessonMistake, match="1,200 files"):
        unpacked(crowd.getvalue(), 10_000_000)
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lesson.yaml", "title: " + "a" * 3_000_000)
    with pytest.raises((LessonMistake, TooLarge)):
        unpacked(bomb.getvalue(), 20_000_000)
    small = bytearray(bomb.getvalue())
    for at in (22, small.rindex(b"PK\x01\x02") + 24):  # both headers say that it is small
        small[at : at + 4] = (100).to_bytes(4, "little")
    with pytest.raises((LessonMistake, TooLarge)):
        unpacked(bytes(small), 20_000_000)
