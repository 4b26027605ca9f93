"""Lessons as files: what is refused, with its line, reason and way out; and what comes back as it was written."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.classroom.beats import spots, state_at
from app.classroom.checking import MOST_LAYERS, checked
from app.classroom.json_lines import json_lines
from app.classroom.lesson import read_lesson, visible
from app.classroom.yaml_file import at_line, lines_in, parse_yaml, read_yaml, write_yaml
from app.errors import LessonMistake
from app.strict import escaped
from tests.api.problems import told

API = "/api/v1/lessons"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "lessons.md"
WHOLE = """\
title: One number
language: en
steps:
  - address: /?image=coffee&size=32&recipe=conv2d(6, 5)&at=0.3.7.16
    sentence: Place {column} of {columns}.
    task:
      do: Go to the last column.
      until: {column: last}
    question:
      ask: How many places in a row?
      choices: [27, 28]
      right: 28
      because: So it is.
  - address: /?image=chelsea&size=16&recipe=conv2d(2, 3)
    question: {kind: sign}
"""


def changed(*pairs):
    text = WHOLE
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


AGAIN = "    sentence: Again.\n    question:\n      ask"
DEAR = "size=2000&recipe=conv2d(4096, 63)"
BROKEN = {
    "an unknown key": (("sentence:", "sentance:"), 5, "did you mean sentence"),
    "an unknown key of the lesson": (("language: en", "lang: en"), 2, "did you mean language"),
    "an unknown key that is like none": (("because:", "zzz:"), 13, "it has kind, ask, choices"),
    "an address of another page": (("/?image=chelsea", "/train?image=chelsea"), 14, "no address of the explorer"),
    "an address without a path": (("/?image=chelsea", "image=chelsea"), 14, "those begin with /?"),
    "an address with a typing mistake": (("image=chelsea", "imgae=chelsea"), 14, "did you mean image"),
    "a picture that is not there": (("image=chelsea", "image=chelsey"), 14, "no picture chelsey"),
    "a recipe that cannot be read": (("conv2d(2, 3)", "conv3d(2, 3)"), 14, "conv3d"),
    "a window larger than its map": (("conv2d(2, 3)", "conv2d(2, 99)"), 14, "99"),
    "a network that costs too much": (("size=16&recipe=conv2d(2, 3)", DEAR), 14, "the most is"),
    "a picture of too many pixels": (("size=16", "size=9000"), 14, "9,000"),
    "a place that is none": (("at=0.3.7.16", "at=0.3.7"), 4, "four numbers"),
    "a view that is none": (("at=0.3.7.16", "view=flta"), 4, "no view"),
    "a run that is not there": (("/?image=chelsea&size=16&recipe=conv2d(2, 3)", "/?run=" + "a" * 32), 14, "no run"),
    "right not among the choices": (("right: 28", "right: 29"), 12, "one of the choices"),
    "one choice": (("[27, 28]", "[28]"), 11, "2 to 6 choices; this one has 1"),
    "a choice twice": (("[27, 28]", "[28, 28]"), 11, "twice"),
    "seven choices": (("[27, 28]", "[1, 2, 3, 4, 5, 6, 28]"), 11, "the most is 6"),
    "both kinds of question": (("{kind: sign}", "{kind: sign, ask: Why}"), 15, "leave ask out"),
    "neither kind of question": (("{kind: sign}", "{because: So}"), 15, "needs a kind"),
    "a kind that is none": (("kind: sign", "kind: colour"), 15, "knows number, sign, size"),
    "until that names no field": (("column: last", "colum: last"), 8, "did you mean column"),
    "until that cannot hold": (("column: last", "column: 29"), 8, "can never be 29"),
    "until on a layer that is not there": (("column: last", "layer: 2"), 8, "there are 1 layers"),
    "until that is no place": (("column: last", "column: end"), 8, "first, last, a number"),
    "until with a view that is none": (("column: last", "view: films"), 8, "There is no view"),
    "until with a recipe that cannot be": (("{column: last}", "{recipe: 'conv2d(6, 99)'}"), 8, "99"),
    "an unknown fact": (("{columns}", "{colums}"), 5, "did you mean {columns}"),
    "a fact by way of an object": (("{columns}", "{columns.real}"), 5, "no fact"),
    "a task without an end": (("      until: {column: last}\n", ""), 6, "until is missing"),
    "a list in place of a text": (("Place {column} of {columns}.", "[a, b]"), 5, "must be a text, not a list"),
    "a text in place of steps": (("kind: sign}", "kind: sign}\nsteps: none"), 16, "second time; it was in line 3"),
    "a field twice": (("    question:\n      ask", AGAIN), 9, "second time; it was in line 5"),
    "a tab": (("    sentence:", "\tsentence:"), 5, "tab"),
    "quotes without an end": (("because: So it is.", 'because: "So it is.'), 13, "quotes"),
    "a bracket without an end": (("[27, 28]", "[27, 28"), 11, "bracket"),
    "a second colon": (("How many places in a row?", "How many: guess"), 10, "colon"),
    "a wrong indent": (("      ask:", "     ask:"), 11, "indent"),
    "an alias": (("sentence: Place {column} of {columns}.", "sentence: *title"), 5, "*title"),
    "an anchor": (("title: One", "title: &title One"), 1, "&title"),
    "a tag": (("title: One number", "title: !!python/object:os.system One"), 1, "tag"),
    "a second document": (("{kind: sign}", "{kind: sign}\n---\ntitle: Two"), 16, "one"),
    "no title": (("title: One number\n", ""), 1, "title is missing"),
    "an empty title": (("title: One number", "title: ''"), 1, "title is empty"),
    "a language that is none": (("language: en", "language: English please"), 2, "tag of a language"),
    "a part that cannot glow": (("    sentence:", "    glow: [windows]\n    sentence:"), 5, "window"),
    "a text that is too long": (("So it is.", "So " * 400), 13, "the most is 500"),
    "a name that is a list": (("title: One number", "? [a]\n: b"), 1, "plain word"),
    "a step that is a text": (("  - address: /?image=chelsea", "  - none\n  - address: /?image=chelsea"), 14, "fields"),
}  # fmt: skip


def posted(client, text, kind="application/yaml"):
    return client.post("/api/v1/lessons", content=text.encode(), headers={"content-type": kind})


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.reads
def test_a_broken_file_is_refused_with_its_line_and_its_reason(client, name):
    pair, line, reason = BROKEN[name]
    problem = told(posted(client, changed(pair)), 422, reason)
    (error,) = problem["errors"]
    assert error["line"] == line, problem
    assert problem["detail"].startswith(f"Line {line}: ")


def as_json(text):
    """Return a file as JSON of several lines, and the line of each of its parts by pointer; None where it is none."""
    try:
        value, _ = parse_yaml(text)
    except LessonMistake:
        return None
    return json.dumps(value, indent=2, ensure_ascii=False)


@pytest.mark.parametrize("name", [name for name in BROKEN if as_json(changed(BROKEN[name][0]))])
@pytest.mark.reads
def test_a_broken_lesson_in_json_is_refused_with_its_pointer_its_line_and_the_same_reason(client, name):
    pair, _, reason = BROKEN[name]
    text = as_json(changed(pair))
    problem = told(client.post(API, content=text, headers={"content-type": "application/json"}), 422, reason)
    (fault,) = problem["errors"]
    there = json.loads(text)
    for part in [part for part in fault["pointer"].split("/") if part]:  # as far as it is there
        inner = there[int(part)] if isinstance(there, list) and int(part) < len(there) else there
        there = inner.get(part, inner) if isinstance(inner, dict) and inner is there else inner
    line = text.split("\n")[fault["line"] - 1]
    last = fault["pointer"].rpartition("/")[2]
    assert f'"{last}":' in line or last.isdigit() or last not in text, (fault, line)


def test_every_part_of_a_json_text_has_its_line():
    text = """{"title": "A [b], {c}: \\\\",
      "steps": [
        {"address": "/?x",
         "ta\\u0073k": {"until":
           {"column": "\\ud83d\\ude00"}}},
        [], {},
        [1, [2,
          3], null]
      ]
    }"""
    assert json_lines(text) == {
        "": 1, "/title": 1, "/steps": 2, "/steps/0": 3, "/steps/0/address": 3, "/steps/0/task": 4,
        "/steps/0/task/until": 4, "/steps/0/task/until/column": 5, "/steps/1": 6, "/steps/2": 6, "/steps/3": 7,
        "/steps/3/0": 7, "/steps/3/1": 7, "/steps/3/1/0": 7, "/steps/3/1/1": 8, "/steps/3/2": 8,
    }  # fmt: skip


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=12,
    )
)
def test_json_has_the_lines_that_it_has_as_yaml(value):
    text = json.dumps(value, indent=1, ensure_ascii=True)
    found, places = json_lines(text), [""]

    def walk(part, pointer):
        for name, inner in (
            part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        ):
            places.append(f"{pointer}/{escaped(str(name))}")
            walk(inner, places[-1])

    walk(value, "")
    assert list(found) == places
    assert sorted(found.values()) == list(found.values())
    assert found[places[-1]] <= text.count("\n") + 1


def test_there_are_thirty_of_them_and_the_whole_file_is_taken(client):
    assert len(BROKEN) >= 30
    assert posted(client, WHOLE).status_code == 201


@pytest.mark.parametrize(
    ("text", "status", "reason"),
    [
        ("", 422, "empty"),
        ("- a\n- b", 422, "title and steps"),
        ("just words", 422, "title and steps"),
        ("title: T\nsteps: []", 422, "at least one step"),
        ("title: T\nsteps:\n" + "  - address: /\n" * 201, 422, "at most 200 steps"),
        ("a: " + "[" * 5000, 422, "nested deeper"),
        ("a: " + "{a: " * 5000, 422, "nested deeper"),
        ("title: [" + "a, " * 30_000 + "]", 422, "more than 20,000 parts"),
        ("title: " + "a" * 1_000_001, 413, "1,000,000"),
        ("a: \x00", 422, "cannot be read"),
    ],
    ids=lambda value: str(value)[:20].strip(),
)
@pytest.mark.reads
def test_what_is_no_lesson_at_all_is_refused_in_no_time(client, text, status, reason):
    before = time.process_time()
    told(posted(client, text), status, reason)
    assert time.process_time() - before < 3


def test_bytes_that_are_no_text_are_refused_with_their_line(client):
    answer = client.post(
        "/api/v1/lessons", content=b"title: T\nsteps: \xff\xfe", headers={"content-type": "application/yaml"}
    )
    assert told(answer, 422, "UTF-8")["errors"] if "errors" in answer.json() else True
    assert "Line 2" in answer.json()["detail"]


def test_a_mark_in_front_of_the_text_and_the_line_ends_of_windows_are_taken(client):
    assert posted(client, "\ufeff" + WHOLE.replace("\n", "\r\n")).status_code == 201


def test_a_lesson_of_200_steps_runs_no_network(client):
    steps = "".join(f'  - address: /?image=coffee&size={20 + n}&recipe=model("squeezenet")\n' for n in range(200))
    before, begun = client.app.state.lab.computed, time.process_time()
    assert (
        posted(client, "title: T\nsteps:\n" + steps.replace('model("squeezenet")', "conv2d(6, 5) | relu")).status_code
        == 201
    )
    assert client.app.state.lab.computed == before
    assert time.process_time() - begun < 20


def test_networks_that_are_too_many_layers_together_are_refused(client):
    layers = " | ".join(["relu"] * 350)
    count = MOST_LAYERS // 350 + 2
    steps = "".join(f"  - address: /?image=coffee&size={20 + n}&recipe={layers}\n" for n in range(count))
    problem = told(posted(client, "title: T\nsteps:\n" + steps), 422, "layers together; the most is 20,000")
    assert problem["errors"][0]["line"] == 2 + count - 1


def test_a_mistake_in_json_has_its_pointer_and_its_line(client):
    lesson = {"title": "T", "steps": [{"address": "/"}, {"address": "/", "task": {"do": "Go.", "until": {"colum": 1}}}]}
    problem = told(client.post("/api/v1/lessons", json=lesson), 422, "did you mean column")
    assert problem["errors"][0]["pointer"] == "/steps/1/task/until/colum"
    assert problem["errors"][0]["line"] == 1


STEP = {"address": "/"}


@pytest.mark.parametrize(
    ("lesson", "pointer", "words"),
    [
        ({"title": "a\ud800", "steps": [STEP]}, "/title", "U+D800"),
        ({"title": "a\x00", "steps": [STEP]}, "/title", "U+0000"),
        ({"title": "\u200b\u3164 \u2060", "steps": [STEP]}, "/title", "nothing here that can be seen"),
        ({"title": "T", "steps": [STEP, {**STEP, "notes": "a\udfffb"}]}, "/steps/1/notes", "U+DFFF"),
        ({"title": "T", "steps": [{**STEP, "sentence": "a\x1b"}]}, "/steps/0/sentence", "U+001B"),
        ({"title": "T", "steps": [{**STEP, "say\ud800": "a"}]}, "/steps/0", "U+D800"),
        ({"title": "T", "steps": [{**STEP, "task": {"do": "Go.", "until": {"image": "\ud800"}}}]}, None, "U+D800"),
        ({"title": "T", "steps": [{"address": "/?image=\ud800"}]}, "/steps/0/address", "U+D800"),
        ({"title": "T", "steps": [{**STEP, "say": "a\nb\nc"}]}, "/steps/0/say", "There are 3 lines"),
    ],
)
@pytest.mark.reads
def test_characters_that_no_page_can_show_are_refused_where_they_stand(client, lesson, pointer, words):
    body = json.dumps(lesson)
    problem = told(
        client.post("/api/v1/lessons", content=body, headers={"content-type": "application/json"}), 422, words
    )
    assert problem["errors"][0]["pointer"] == pointer or pointer is None


@pytest.mark.parametrize("name", ["until", "shows"])
def test_a_claim_about_a_picture_that_there_is_not_is_refused(client, name):
    claim = {"image": "nope"}
    task = {"task": {"do": "Go.", "until": claim}}
    question = {"question": {"ask": "A?", "choices": ["a", "b"], "right": "a", "shows": claim}}
    step = {"address": "/?image=coffee&size=8&recipe=relu", **(task if name == "until" else question)}
    problem = told(client.post("/api/v1/lessons", json={"title": "T", "steps": [step]}), 422, "nope")
    assert problem["errors"][0]["pointer"] == f"/steps/0/{'task/until' if name == 'until' else 'question/shows'}/image"


def test_lines_and_tabs_and_two_lines_to_say_are_taken():
    step = read_lesson({"title": "T", "steps": [{**STEP, "say": "a\r\n\nb", "notes": "a\n\tb\n\nc"}]}).steps[0]
    assert step.notes == "a\n\tb\n\nc"


# ---- and back

WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}"), min_size=1, max_size=60
).filter(visible)


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=3), WORDS)
def test_what_is_written_is_read_as_it_was(words, title):
    steps = [{"address": "/?image=coffee&recipe=conv2d(6, 5)", "sentence": a, "notes": f"{a}\n{b}"} for a, b in words]
    lesson = read_lesson({"title": title, "steps": steps})
    assert read_yaml(write_yaml(lesson)) == lesson


def test_a_file_reads_as_people_write_it():
    text = write_yaml(read_yaml(WHOLE.replace("So it is.", "|\n        One.\n        Two.")))
    assert "because: |-\n" in text
    assert "sentence: Place {column} of {columns}." in text
    assert "'28'" in text  # quoted, since other readers of YAML would take a number for it


# ---- the description


def examples():
    return re.findall(r"```yaml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)


def test_the_example_of_the_description_plays_from_its_first_spot_to_its_last(client):
    whole = [text for text in examples() if text.startswith("title:")]
    assert len(whole) == 1
    lesson, _ = client.portal.call(checked, read_yaml(whole[0]), client.app.state.lab)
    beats = {spot.beat for spot in spots(lesson)}
    assert beats == {"say", "do", "ask", "reveal", "rule"}
    for spot in spots(lesson):
        state = client.portal.call(state_at, lesson, spot, client.app.state.lab)
        assert client.get(state.address()).status_code == 200


def test_the_description_names_every_field_and_every_fact():
    from app.classroom.claims import PLACES
    from app.classroom.facts import NAMES
    from app.classroom.lesson import PARTS, Lesson, Question, Step, Task

    text = DOCS.read_text("utf-8")
    fields = [name for kind in (Lesson, Step, Task, Question) for name in kind.model_fields]
    for name in (*fields, *NAMES, *PLACES, *PARTS):
        assert f"`{name}`" in text or f"`{{{name}}}`" in text, name


def test_a_mistake_that_names_what_is_missing_has_the_line_around_it():
    mistake = at_line(LessonMistake("x", pointer="/steps/0/task/until"), lines_in(changed(("until", "til"))))
    assert mistake.line == 6
