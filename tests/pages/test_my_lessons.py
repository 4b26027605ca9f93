"""Teachers' own lessons on their pages: begun, added to, changed, shared, saved as a file, and opened elsewhere."""

import re
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.classroom.book import BOOK
from app.classroom.bundle import AROUND, Bundle, packed, shrunk_to
from app.classroom.lesson import read_lesson
from app.classroom.yaml_file import read_yaml
from app.main import create_app
from app.pictures.picture import Picture, from_png, png
from tests.pages.english import english
from tests.pages.reading import read
from tests.pages.validity import faults
from tests.samples import gradient, saved
from tests.shared import long_state, uploaded

VIEW = "/?image=coffee&size=32&recipe=conv2d(6, 5) | relu&at=0.3.7.16"
DAY = 86_400


def added(client, address=VIEW, sentence="", lesson="", **headers):
    fields = {"address": address, "sentence": sentence, "lesson": lesson}
    return client.post("/lesson/add", data=fields, headers={"hx-request": "true", **headers})


def name_of(client):
    (cookie,) = [each for each in client.cookies.jar if each.name == "lessons"]
    assert cookie.path == "/lesson"
    assert cookie.has_nonstandard_attr("HttpOnly")
    return cookie.value.split("-")[0]


def desk(client, name, step=None, status=200, **fields):
    query = {**({} if step is None else {"step": step}), **fields}
    answer = client.get(f"/lesson/{name}/edit", params=query)
    assert answer.status_code == status, answer.text
    assert faults(answer.text) == []
    return read(answer.text)


def sentences(page):
    return [row.one("b").text for row in page.one(id="steps").all("li")]


def fields_of(page, form="step"):
    found = {}
    for field in page.one(id=form).all("input"):
        kind, name = field.attributes.get("type", "text"), field.attributes.get("name")
        if name and (kind not in ("radio", "checkbox") or "checked" in field.attributes):
            found[name] = field.attributes.get("value", "")
    for field in page.one(id=form).all("textarea"):
        found[field.attributes["name"]] = field.text
    return found


def sent(client, name, page, **changes):
    return client.post(f"/lesson/{name}/steps", data={**fields_of(page), **changes})


def begun(client, *words):
    for each in words or ("a", "b", "c"):
        assert added(client, sentence=each).status_code == 200
    return name_of(client)


def lesson(client, name):
    return client.get(f"/api/v1/lessons/{name}").json()


def test_without_lessons_the_contents_say_how_one_begins(client):
    page = read(client.get("/lesson").text)
    assert "Share → Add begins one." in page.one("section", class_="own").text


def test_a_view_is_added_to_a_new_lesson_and_then_to_the_same(client):
    answer = added(client, sentence="One.")
    fragment = read(answer.text).one("section", class_="added")
    assert "Step 1 of “My lesson”" in fragment.text
    assert "<html" not in answer.text
    assert "Step 2 of “My lesson”" in added(client, sentence="Two.").text
    assert sentences(desk(client, name_of(client))) == ["One.", "Two."]
    assert "Step 1 of" in added(client, lesson="new").text
    page = read(client.get("/lesson").text).one("section", class_="own")
    assert [each.text for each in page.all("span")] == ["1 step", "2 steps"]
    assert faults(client.get("/lesson").text) == []


def test_what_belongs_to_the_screen_is_no_part_of_a_step(client):
    added(client, VIEW + "&theme=dark&lang=zh-CN&projector=1&digits=d2")
    address = lesson(client, name_of(client))["steps"][0]["address"]
    assert "digits=d2" in address
    for field in ("theme", "lang", "projector"):
        assert field not in address


def test_a_step_without_words_is_called_by_what_it_shows(client):
    added(client)
    name = name_of(client)
    titles = [b.text for b in read(client.get(f"/lesson/{name}").text).one("dialog", id="overview").all("b")]
    assert "row" in titles[0]
    added(client, lesson=name)
    assert "PgDn" in (said := client.get(f"/lesson/{name}?projector=1").text)
    assert "row" in read(said).one("a", rel="next").text


def test_without_scripts_what_was_added_is_a_page_of_its_own(client):
    answer = client.post("/lesson/add", data={"address": VIEW})
    assert faults(answer.text) == []
    section = read(answer.text).one("section", class_="added")
    form = list(section.all("form"))[1]
    fields = {field.attributes["name"]: field.attributes["value"] for field in form.all("input")}
    assert "Step 1 of" in section.text
    said = client.post(form.attributes["action"], data={**fields, "sentence": "Its words.", "op": "save"})
    assert "Saved." in said.text
    assert sentences(desk(client, name_of(client))) == ["Its words."]


def test_what_was_added_is_taken_out_again(client):
    added(client, sentence="a")
    page = read(added(client, sentence="b").text)
    form = page.one("form")
    fields = {field.attributes["name"]: field.attributes["value"] for field in form.all("input")}
    answer = client.post(form.attributes["action"], data={**fields, "op": "undo"}, headers={"hx-request": "true"})
    assert "Taken out again" in answer.text
    name = name_of(client)
    assert sentences(desk(client, name)) == ["a"]
    first = read(added(client, lesson="new").text).one("form")
    fields = {field.attributes["name"]: field.attributes["value"] for field in first.all("input")}
    answer = client.post(first.attributes["action"], data={**fields, "op": "undo"})
    assert "Taken out again" in answer.text, "and with its only step the lesson goes"
    assert name_of(client) == name


def test_an_address_that_cannot_be_shown_is_not_added(client):
    for address in ("/train", "/?recipe=conv2d(", "/?image=nothing", "https://elsewhere.example/lesson"):
        assert added(client, address).status_code == 422
    assert "lessons" not in client.cookies


def test_a_step_is_changed_by_its_form_alone(client):
    name = begun(client)
    answer = sent(client, name, desk(client, name, 2), sentence="B", notes="n\nm", say="Few words", kind="sign")
    assert answer.status_code == 200
    step = lesson(client, name)["steps"][1]
    assert step["address"].startswith("/?image=coffee")
    assert {each: step[each] for each in ("sentence", "say", "notes", "question")} == {
        "sentence": "B", "say": "Few words", "notes": "n\nm", "question": {"kind": "sign"},
    }  # fmt: skip
    sent(client, name, desk(client, name, 2), kind="none")
    assert "question" not in lesson(client, name)["steps"][1]
    assert sentences(desk(client, name)) == ["a", "B", "c"]


def test_an_own_question_has_choices_of_which_one_is_right(client):
    name = begun(client)
    own = {"kind": "own", "ask": "How many?", "choice1": "27", "choice3": "28", "right": "3", "because": "So."}
    sent(client, name, desk(client, name, 1), **own)
    question = {"ask": "How many?", "choices": ["27", "28"], "right": "28", "because": "So."}
    assert lesson(client, name)["steps"][0]["question"] == question
    fields = fields_of(desk(client, name, 1))
    assert (fields["kind"], fields["ask"], fields["choice2"], fields["right"]) == ("own", "How many?", "28", "2")
    wrong = sent(client, name, desk(client, name, 1), right="5", sentence="Typed.")
    assert wrong.status_code == 422
    assert "Mark which of the answers is right." in wrong.text
    assert fields_of(read(wrong.text))["sentence"] == "Typed.", "what was typed is not lost"


def test_what_a_form_does_not_speak_of_stays(client):
    file = """\
title: T
steps:
  - address: /?image=coffee&size=32&recipe=conv2d(6, 5)
    glow: [map]
    task: {do: Go., until: {column: last}}
    question: {ask: Which?, choices: [a, b], right: b, shows: {row: 2}, rule: So.}
"""
    client.post("/lesson/open", files={"file": ("x.yaml", file)})
    name = name_of(client)
    page = desk(client, name)
    assert "Go." in page.one(id="step").text
    before = lesson(client, name)["steps"][0]
    sent(client, name, page, sentence="New.")
    assert lesson(client, name)["steps"][0] == {**before, "sentence": "New."}


def test_steps_are_moved_and_taken_out_and_put_back(client):
    name = begun(client)
    assert "Moved." in sent(client, name, desk(client, name, 3), op="earlier").text
    assert sentences(desk(client, name)) == ["a", "c", "b"]
    sent(client, name, desk(client, name, 1), op="later", sentence="A")
    assert sentences(desk(client, name)) == ["c", "A", "b"], "what was typed goes along"
    page = desk(client, name, 3)
    was = fields_of(page)["was"]
    client.post(f"/lesson/{name}/steps", data={"op": "to", "step": 3, "was": was, "to": 1})
    assert sentences(desk(client, name)) == ["b", "c", "A"]
    answer = sent(client, name, desk(client, name, 2), op="delete")
    assert "taken out" in answer.text
    assert sentences(read(answer.text)) == ["b", "A"]
    assert read(answer.text).one(id="told").one("button").text == "Undo"
    back = client.post(f"/lesson/{name}/undo")
    assert sentences(read(back.text)) == ["b", "c", "A"]
    assert client.post(f"/lesson/{name}/undo").status_code == 404


def test_a_stale_tab_loses_nothing(client):
    name = begun(client)
    one, other = desk(client, name, 2), desk(client, name, 2)
    sent(client, name, one, sentence="From one tab.")
    answer = sent(client, name, other, sentence="From the other.")
    assert answer.status_code == 409
    assert faults(answer.text) == []
    page = read(answer.text)
    assert "From one tab." in page.one("section", class_="conflict").text
    assert fields_of(page)["sentence"] == "From the other."
    assert sentences(desk(client, name)) == ["a", "From one tab.", "c"]
    sent(client, name, page)
    assert sentences(desk(client, name)) == ["a", "From the other.", "c"]
    late = sent(client, name, other, op="delete")
    assert late.status_code == 409
    assert len(sentences(desk(client, name))) == 3


def test_the_title_changes_and_a_stale_one_is_said(client):
    name = begun(client)
    for title, was, status in (("Monday", "My lesson", 200), ("Tuesday", "My lesson", 409), ("", "Monday", 422)):
        answer = client.post(f"/lesson/{name}/title", data={"title": title, "was": was, "step": 1})
        assert answer.status_code == status
    assert lesson(client, name)["title"] == "Monday"


def test_a_view_is_looked_for_in_the_explorer_and_brought_back(client):
    name = begun(client)
    page = desk(client, name, 2)
    there = client.post(
        f"/lesson/{name}/steps", data={**fields_of(page), "sentence": "B", "op": "look"}, follow_redirects=False
    )
    assert there.status_code == 303
    assert there.headers["location"].startswith("/?image=coffee")
    held, number, was = client.cookies["changing"].split(".")
    assert (held, number) == (name, "2")
    bar = client.get(f"/lesson/{name}/changing", params={"step": number, "was": was})
    assert "Step 2 of “My lesson”" in bar.text
    view = "/?image=chelsea&size=16&recipe=conv2d(2, 3)&view=map&lang=en"
    back = client.post(f"/lesson/{name}/view", data={"step": number, "was": was, "address": view})
    assert "shows the view that you chose" in back.text
    assert "changing" not in client.cookies
    step = lesson(client, name)["steps"][1]
    assert step["sentence"] == "B"
    assert "image=chelsea" in step["address"]
    assert "lang" not in step["address"]
    late = client.post(f"/lesson/{name}/view", data={"step": number, "was": was, "address": VIEW})
    assert late.status_code == 409
    assert "recipe=conv2d(6, 5)" in fields_of(read(late.text))["address"]
    left = client.post(f"/lesson/{name}/view", data={"step": number, "was": was, "address": VIEW, "op": "leave"})
    assert left.status_code == 200
    assert lesson(client, name)["steps"][1] == step


def test_only_the_browser_that_began_a_lesson_changes_it(client):
    name = begun(client)
    fields = {**fields_of(desk(client, name, 1)), "sentence": "x", "title": "x", "address": VIEW}
    held = dict(client.cookies)
    for cookies in ({}, {"lessons": f"{name}-{'0' * 32}"}, {"lessons": "x" * 9000}):
        client.cookies.clear()
        client.cookies.update(cookies)
        assert client.get(f"/lesson/{name}/edit").status_code == 403
        for path in ("steps", "title", "undo", "delete", "added", "view"):
            assert client.post(f"/lesson/{name}/{path}", data=fields).status_code == 403, path
        assert added(client, lesson=name).status_code == 403
        assert client.get(f"/lesson/{name}").status_code == 200
        assert client.get(f"/lesson/{name}/file").status_code == 200
    client.cookies.clear()
    client.cookies.update(held)
    assert sentences(desk(client, name)) == ["a", "b", "c"]


def test_a_lesson_is_deleted(client):
    name = begun(client)
    assert client.post(f"/lesson/{name}/delete").status_code == 200
    assert client.get(f"/lesson/{name}").status_code == 404
    assert "begins one" in client.get("/lesson").text


def test_a_new_lesson_begins_with_the_first_view(client):
    answer = client.post("/lesson/new")
    assert "Your lesson has begun" in answer.text
    assert sentences(read(answer.text)) == ["A picture is three sheets of numbers."]


# ---- photos


def test_a_photo_of_ones_own_lives_with_the_lesson(clocked):
    data = saved(gradient(3, 16), "PNG")
    there = clocked.post("/upload", files={"file": data}, data={"recipe": "conv2d(2, 3)"}, follow_redirects=False)
    image = re.search(r"image=(\w+)", there.headers["location"])[1]
    added(clocked, f"/?image={image}&size=8&recipe=conv2d(2, 3)")
    name = name_of(clocked)
    clocked.wait(100 * DAY)
    assert clocked.get(f"/api/v1/images/{image}").status_code == 200
    assert f"image={image}" in lesson(clocked, name)["steps"][0]["address"]


def test_where_a_photo_has_gone_the_layers_stay_and_another_is_offered(clocked):
    image = uploaded(clocked)["id"]  # by another program, whose token this browser does not hold
    for at in range(3):
        added(clocked, f"/?image={image}&size=8&recipe=conv2d(2, 3)&at=0.0.0.{at}", sentence=f"Step {at}.")
    name = name_of(clocked)
    clocked.wait(2 * DAY)
    page = desk(clocked, name, 2)
    assert "The photo of this step has gone" in page.text
    assert "in all 3 steps" in page.text
    assert sentences(page) == ["Step 0.", "Step 1.", "Step 2."]
    fields = {"step": 2, "was": fields_of(page)["was"], "op": "picture", "gone": image}
    nothing = clocked.post(f"/lesson/{name}/steps", data=fields)
    assert nothing.status_code == 422
    answer = clocked.post(f"/lesson/{name}/steps", data={**fields, "image": "chelsea"})
    assert "shows another picture" in answer.text
    addresses = [step["address"] for step in lesson(clocked, name)["steps"]]
    assert [f"image={image}" in address for address in addresses] == [True, False, True]
    assert "recipe=conv2d(2,+3)&at=0.0.0.1" in addresses[1]
    page = desk(clocked, name, 1)
    fields = {"step": 1, "was": fields_of(page)["was"], "op": "picture", "gone": image, "all": "1"}
    sent = clocked.post(f"/lesson/{name}/steps", data=fields, files={"file": saved(gradient(5, 16), "PNG")})
    assert sent.status_code == 200
    addresses = [step["address"] for step in lesson(clocked, name)["steps"]]
    assert not any(image in address for address in addresses)
    new = re.search(r"image=(\w+)", addresses[2])[1]
    clocked.wait(100 * DAY)
    assert clocked.get(f"/api/v1/images/{new}").status_code == 200, "it lives with the lesson"


def test_a_step_whose_photo_has_gone_says_so_and_the_others_are_whole(clocked):
    image = uploaded(clocked)["id"]
    for at, each in enumerate(("coffee", image, "coffee")):
        view = f"/?image={each}&size=8&recipe=conv2d(2, 3)&at=0.0.0.{at}"
        assert added(clocked, view, sentence=f"Step {at} of {{rows}}.").status_code == 200
    name = name_of(clocked)
    clocked.wait(2 * DAY)
    for step, lost in ((1, False), (2, True), (3, False)):
        for page in ("", "/speaker"):
            for projector in ("", "1"):
                answer = clocked.get(f"/lesson/{name}{page}", params={"step": step, "projector": projector})
                assert answer.status_code == 200, (step, page)
                assert faults(answer.text) == []
                shown = answer.text.partition('class="upnext"')[0]
                assert ("The picture of this step has gone" in shown) == lost, (step, page)
                assert 'rel="next"' in answer.text
    there = read(clocked.get(f"/lesson/{name}?step=2").text)
    assert any(link.attributes["href"].startswith("/?") for link in there.all("a") if "another picture" in link.text)
    assert "recipe=conv2d" in there.one("iframe").attributes["src"]
    assert clocked.get("/parts/step", params={"address": f"/lesson/{name}?step=2"}).status_code == 200
    room = clocked.post("/room", data={"address": f"/lesson/{name}?step=1"}, follow_redirects=False)
    assert clocked.get(f"{room.headers['location']}").status_code == 200
    sheets = clocked.get(f"/lesson/{name}/worksheet")
    assert sheets.status_code == 200
    assert sheets.text.count('<article class="paper') == 2
    assert "Step 2 has no page" in read(sheets.text).text
    saved = clocked.get(f"/lesson/{name}/file")
    assert saved.status_code == 404
    assert "The picture of step 2 has gone" in read(saved.text).text


def test_a_step_whose_run_has_gone_says_that_and_not_that_its_picture_has(clocked):
    address, run = long_state(clocked)
    added(clocked, address, sentence="Words stay.")
    added(clocked, "/?image=coffee&size=8")
    name, lab = name_of(clocked), clocked.app.state.lab
    lab.store.delete("document", run)
    lab._expiry.forget("document", run)
    for page in ("", "/speaker"):
        answer = clocked.get(f"/lesson/{name}{page}?step=1")
        assert answer.status_code == 200
        shown = read(answer.text.partition('class="upnext"')[0]).text
        assert f"There is no run {run}" in shown
        assert "Words stay." in shown
        assert "picture of this step has gone" not in shown
    assert "its picture or its run has gone" in read(clocked.get(f"/lesson/{name}/worksheet").text).text


def test_a_step_whose_numbers_cannot_be_says_so_in_its_own_place(client):
    recipe = " | ".join(["conv2d(8, 3, padding=1, weights=random(1))"] * 200)
    added(client, f"/?image=coffee&size=8&recipe={recipe}&at=199.0.0.0", sentence="It is {value}.")
    added(client, VIEW, sentence="It is {value}.")
    name = name_of(client)
    answer = client.get(f"/lesson/{name}?step=1")
    assert answer.status_code == 200
    assert "grow past what float32 holds" in read(answer.text).one("cs-step").text
    assert faults(answer.text) == []
    assert client.get(f"/lesson/{name}?step=2").status_code == 200


# ---- files


def test_a_lesson_of_forty_steps_with_pictures_goes_to_another_server(client, settings, tmp_path):
    images = [uploaded(client, shade)["id"] for shade in range(8)]
    for number in range(40):
        image = images[number % 8]
        address = f"/?image={image}&size={8 + number % 5}&recipe=conv2d(2, 3)&with=image:{images[(number + 1) % 8]}"
        assert added(client, address, f"Step {number}.").status_code == 200
    name = name_of(client)
    answer = client.get(f"/lesson/{name}/file")
    assert answer.headers["content-type"] == "application/zip"
    assert f'filename="lesson-{name}.zip"' in answer.headers["content-disposition"]
    with ZipFile(BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == sorted(["lesson.yaml", *(f"pictures/{image}.png" for image in images)])
        assert len(read_yaml(archive.read("lesson.yaml").decode()).steps) == 40
    run = client.get("/api/v1/runs", params={"image": images[1], "size": 9, "recipe": "conv2d(2, 3)"}).json()
    other = settings.model_copy(update={"data_dir": tmp_path / "other"})
    with TestClient(create_app(other), base_url="http://localhost:8000") as there:
        opened = there.post("/lesson/open", files={"file": ("lesson.zip", answer.content)})
        assert "The file is open" in opened.text, opened.text
        copy = name_of(there)
        cookies = dict(there.cookies)
    with TestClient(create_app(other), base_url="http://localhost:8000", cookies=cookies) as there:  # begun again
        steps = lesson(there, copy)["steps"]
        assert [step["sentence"] for step in steps] == [f"Step {number}." for number in range(40)]
        assert not any(image in step["address"] for step in steps for image in images), "ids are each server's own"
        image = re.search(r"image=(\w+)", steps[1]["address"])[1]
        same = there.get("/api/v1/runs", params={"image": image, "size": 9, "recipe": "conv2d(2, 3)"}).json()
        assert same["layers"][0]["statistics"] == run["layers"][0]["statistics"]
        assert there.get(steps[1]["address"]).status_code == 200


def test_without_pictures_of_ones_own_the_file_is_yaml_alone(client):
    name = begun(client)
    answer = client.get(f"/lesson/{name}/file")
    assert answer.headers["content-type"].startswith("application/yaml")
    assert len(read_yaml(answer.text).steps) == 3


def test_each_chapter_is_a_file_to_begin_with(client):
    name = next(iter(BOOK))
    file = client.get(f"/lesson/{name}/file")
    assert read_yaml(file.text) == BOOK[name]
    assert f"/lesson/{name}/file" in client.get("/lesson").text
    opened = client.post("/lesson/open", files={"file": ("x.yaml", file.content)})
    assert "The file is open" in opened.text
    assert len(sentences(read(opened.text))) == len(BOOK[name].steps)


def test_pictures_that_are_too_many_bytes_go_along_smaller(client, app):

    noise = np.random.default_rng(1).integers(0, 255, (600, 900, 3), np.uint8)
    lesson = read_lesson({"title": "T", "steps": [{"address": f"/?image={'a' * 32}"}]})
    whole = Bundle(lesson, {"a" * 32: png(Picture(noise))})
    small = shrunk_to(whole, AROUND + 900_000).pictures["a" * 32]
    assert len(small) <= 900_000
    picture = from_png(small)
    assert picture.width < 900
    assert abs(picture.height / picture.width - 2 / 3) < 0.01
    assert shrunk_to(whole, AROUND + 5_000_000) == whole


def test_pictures_that_unpack_to_too_many_pixels_are_not_decoded(settings):
    small = settings.model_copy(update={"image_max_pixels": 1_000})
    images = {f"{number:032x}": png(Picture(np.full((30, 30, 3), number, np.uint8))) for number in range(6)}
    steps = [{"address": f"/?image={image}&size=8"} for image in images]
    data = packed(Bundle(read_lesson({"title": "T", "steps": steps}), images))
    with TestClient(create_app(small), base_url="http://localhost:8000") as client:
        answer = client.post("/lesson/open", files={"file": ("x.zip", data)})
        assert answer.status_code == 413
        assert "5,400 pixels together; the most is 4,000" in read(answer.text).text


@pytest.mark.parametrize(
    ("file", "status", "words"),
    [
        (b"title: T\nsteps:\n  - adress: /\n", 422, "Line 3: A step has no"),
        (b"title: T\nsteps:\n  - address: /?image=nothing\n", 422, "Line 3: There is no picture nothing"),
        (b"PK\x03\x04 and nothing more", 422, "cannot be read"),
        (b"\x89PNG\r\n\x1a\n", 422, "UTF-8"),
        (b"", 400, "No file was chosen"),
    ],
)
def test_a_file_that_cannot_be_opened_says_where_and_why(client, file, status, words):
    answer = client.post("/lesson/open", files={"file": ("x.yaml", file)})
    assert answer.status_code == status
    assert words in read(answer.text).text
    assert faults(answer.text) == []
    assert "lessons" not in client.cookies


def test_words_of_a_teacher_are_said_in_their_own_language(client):
    file = "title: Une leçon\nlanguage: fr\nsteps:\n  - address: /\n    sentence: Un nombre.\n"
    client.post("/lesson/open", files={"file": ("x.yaml", file)})
    page = desk(client, name_of(client))
    assert page.one("html").attributes["lang"] == "en"
    assert page.one(id="steps").one("b").attributes["lang"] == "fr"
    assert page.one("textarea").attributes == {**page.one("textarea").attributes, "name": "sentence", "lang": "fr"}
    own = read(client.get("/lesson").text).one("section", class_="own")
    assert own.one("b").attributes["lang"] == "fr"


def test_a_chinese_desk_has_no_english(client):
    client.cookies["lang"] = "zh-CN"
    begun(client, "一个窗口，一个数。", "第二步。")
    name = name_of(client)
    pages = {"/lesson": client.get("/lesson"), **{at: client.get(f"/lesson/{name}/edit{at}") for at in ("", "?step=2")}}
    pages["deleted"] = sent(client, name, desk(client, name, 2), op="delete")

    pages["added"] = client.post("/lesson/add", data={"address": VIEW, "sentence": "第三步。"})
    for at, answer in pages.items():
        assert english(read(answer.text), at) == [], at
