"""No English stands in a Chinese classroom: on worksheets, the desk, in rooms and on phones, and in what goes wrong."""

import json
import re

import pytest

from app.classroom.book import BOOK
from app.classroom.lesson import Lesson, Step, read_lesson
from app.classroom.yaml_file import write_yaml
from app.layers import LAYERS
from tests.pages.english import english, texts
from tests.pages.reading import link, read
from tests.pages.test_chinese_pages import CONV, MISSET, USUAL
from tests.pages.test_every_layer import recipe

pytestmark = pytest.mark.reads

VIEW = link(CONV, **USUAL, at="0.1.2.3")
FIELDS = " ".join((*Lesson.model_fields, *Step.model_fields, ""))  # as files name them
CODE = re.compile(r"([A-Z0-9]{3})([A-Z0-9]{3})")  # of a room, as it is read aloud
TICKET = re.compile(r"key=([0-9a-f]{32})")
ASKED = {"ask": "它有多少行？", "choices": ["8", "12"], "right": "8", "because": "窗口有 5 行。", "rule": "行数减少。"}
STEPS = [
    {"address": VIEW, "sentence": "一个数。", "say": "一个数\n第二行", "notes": "说慢一些。", "question": ASKED},
    {"address": VIEW, "task": {"do": "到最后一列。", "until": {"column": "last"}, "done": "到了。"}},
    *({"address": VIEW, "question": {"kind": kind}} for kind in ("number", "sign", "size")),
]
LESSON = {"title": "课程", "language": "zh-CN", "steps": STEPS}


@pytest.fixture
def chinese(client):
    client.cookies["lang"] = "zh-CN"
    return client


def wrong(answer, address=""):
    """Return what of a page is English but for what its `address` or code has, and what is not set as Chinese is."""
    assert answer.headers["content-type"].startswith("text/html"), answer.text[:200]
    page = read(answer.text)
    address += " " + " ".join(CODE.sub(r"\1 \2", str(answer.request.url)).split("/"))
    return english(page, address) + [text for text in map(str.strip, texts(page)) if MISSET.search(text)]


def opened(client, address=VIEW):
    """Open a room as a form does; return its code."""
    answer = client.post("/room", data={"address": address}, follow_redirects=False)
    return answer.headers["location"].rpartition("/")[2]


def kept(client):
    """Return the name of a lesson of this browser's own that has every kind of step."""
    file = write_yaml(read_lesson(LESSON)).encode()
    answer = client.post("/lesson/open", files={"file": ("lesson.yaml", file)}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return re.search(r"/lesson/([^/?]+)", answer.headers["location"])[1]


@pytest.mark.parametrize("kind", [*LAYERS, "picture"])
def test_the_worksheet_of_every_kind_of_layer(chinese, kind):
    layers = "" if kind == "picture" else recipe(kind)
    for more in ({}, {"answers": 1}, {"view": "places"}, {"view": "sharing"}):
        address = link(layers, **USUAL, at=f"{layers.count('|')}.0.0.0", **more).replace("/?", "/worksheet?")
        assert wrong(chinese.get(address), address) == []


@pytest.mark.parametrize("name", BOOK)
def test_the_worksheet_of_every_chapter(chinese, name):
    assert wrong(chinese.get(f"/lesson/{name}/worksheet?answers=1")) == []


@pytest.mark.parametrize("name", BOOK)
def test_every_beat_of_every_chapter_on_the_board(chinese, name):
    for number, step in enumerate(BOOK[name].steps, 1):
        beats = [beat for beat, has in (("do", step.task), ("ask", step.question), ("rule", step.question)) if has]
        for beat in ("say", *beats):
            for where in ("", "/speaker"):
                address = f"/lesson/{name}{where}?step={number}.{beat}&projector=1"
                assert wrong(chinese.get(address), address) == [], address


def test_a_lesson_of_ones_own_and_the_desk_on_which_it_lies(chinese):
    name = kept(chinese)
    pages = [
        "/lesson",
        f"/lesson/{name}",
        f"/lesson/{name}/edit",
        f"/lesson/{name}/worksheet",
        f"/lesson/{name}/speaker",
    ]
    pages += [f"/lesson/{name}/edit?step={number}" for number in range(1, len(STEPS) + 1)]
    pages += [
        f"/lesson/{name}?step={number}.{beat}" for number in (1, 2, 3) for beat in ("do", "ask", "reveal", "rule")
    ]
    pages += [f"/lesson/{name}/changing?step=1&was=0", "/lesson/0123456789abcdef", "/lesson/0123456789abcdef/edit"]
    for page in pages:
        assert wrong(chinese.get(page), page) == [], page


def test_what_is_done_on_the_desk_and_what_goes_wrong_there(chinese):
    name, at = kept(chinese), ""
    page = read(chinese.get(f"/lesson/{name}/edit?step=1").text)
    was = next(
        each.attributes["value"] for each in page.one(id="step").all("input") if each.attributes.get("name") == "was"
    )
    here = {"step": "1", "was": was}
    for act, fields in [
        ("steps", {**here, "op": "save", "kind": "own", "ask": "", "choice1": "8"}),
        ("steps", {**here, "op": "save", "address": "/train"}),
        ("steps", {**here, "op": "save", "address": "/?image=coffee&recipe=conv2d("}),
        ("steps", {**here, "op": "save", "say": "一\n二\n三"}),
        ("steps", {**here, "was": "0" * 16, "op": "save", "sentence": "另一句。"}),
        ("steps", {**here, "op": "delete"}),
        ("undo", {}),
        ("undo", {}),
        ("title", {"title": "", "was": "课程", "step": "1"}),
        ("title", {"title": "新课程", "was": "别的", "step": "1"}),
        ("title", {"title": "新课程", "was": "课程", "step": "1"}),
    ]:
        answer = chinese.post(f"/lesson/{name}/{act}", data=fields, headers={"Accept": "text/html"})
        at = str(answer.request.url)
        assert wrong(answer, at) == [], (act, fields)
    for broken in (b"title: T", b"title: ["):
        answer = chinese.post("/lesson/open", files={"file": ("lesson.yaml", broken)}, headers={"Accept": "text/html"})
        assert wrong(answer, FIELDS + broken.decode("ascii", "replace")) == [], broken


def test_a_room_from_its_door_to_its_end_on_every_screen(chinese):
    code = opened(chinese)
    for kind in ("sign", "size", "number"):
        chinese.post(f"/room/{code}/ask", data={"kind": kind, "address": VIEW})
        for state in ("open", "shown", "closed"):
            if state != "open":
                chinese.post(f"/room/{code}/poll", data={"state": state})
            for page in (
                f"/room/{code}",
                f"/room/{code}/sheet",
                f"/room/{code}/asked",
                f"/join/{code}",
                f"/join/{code}/now",
            ):
                assert wrong(chinese.get(page)) == [], (kind, state, page)
            if state == "open":
                given = json.loads(chinese.get(f"/api/v1/rooms/{code}").text)["poll"]["choices"] or ["1.5"]
                assert wrong(chinese.post(f"/join/{code}/answer", data={"answer": given[0]})) == []
                assert (
                    wrong(
                        chinese.post(f"/join/{code}/answer", data={"answer": "?"}, headers={"Accept": "text/html"}), "?"
                    )
                    == []
                )
    ticket = TICKET.search(chinese.post(f"/room/{code}/remote", data={"address": VIEW}).text)
    assert wrong(chinese.post(f"/room/{code}/remote", data={"address": VIEW})) == []
    pages = [
        "/join",
        "/join?code=ZZZZZZ",
        "/join/ZZZZZZ",
        "/room/ZZZZZZ",
        f"/room/{code}/remote",
        f"/join/{code}?from=/%3F",
    ]
    pages += [f"/room/{code}/sheet?address=/lesson/why-28?step=1", "/join/ZZZZZZ?from=/lesson/why-28"]
    for page in pages:
        assert wrong(chinese.get(page, headers={"Accept": "text/html"}), page) == [], page
    for act, fields in [
        ("ask", {"question": "?"}),
        ("move", {"address": "/train"}),
        ("go", {"way": "next"}),
        ("blank", {"blank": "1"}),
    ]:
        answer = chinese.post(f"/room/{code}/{act}", data=fields, headers={"Accept": "text/html"})
        assert wrong(answer, str(fields)) == [], act
    assert wrong(chinese.get(f"/join/{code}")) == []
    chinese.post(f"/room/{code}/end")
    for page in (f"/room/{code}", f"/room/{code}/asked", f"/join/{code}"):
        assert wrong(chinese.get(page, headers={"Accept": "text/html"}), code) == [], page
    assert ticket is None or ticket[1] not in chinese.get("/join").text


def test_a_room_at_a_lesson(chinese):
    for name, step in (("why-28", 1), ("pooling", 1), ("filter", 2)):
        if name not in BOOK:
            continue
        code = opened(chinese, f"/lesson/{name}?step={step}")
        for beat in ("", ".do", ".ask", ".reveal", ".rule"):
            chinese.post(f"/room/{code}/move", data={"address": f"/lesson/{name}?step={step}{beat}"})
            for page in (
                f"/room/{code}/sheet",
                f"/room/{code}/asked",
                f"/join/{code}",
                f"/join/{code}/now",
                f"/room/{code}/remote",
            ):
                assert wrong(chinese.get(page, headers={"Accept": "text/html"})) == [], (name, beat, page)
