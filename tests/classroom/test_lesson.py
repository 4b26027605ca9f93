"""The lesson document: what its beats show, where one is in it, and which facts its words speak of."""

import pytest

from app.classroom.beats import BEATS, Spot, after, beats_of, before, read_spot, spots, state_at
from app.classroom.book import BOOK, FILES
from app.classroom.claims import holds
from app.classroom.facts import NAMES, facts_of, filled
from app.classroom.lesson import read_lesson
from app.errors import LessonMistake

pytestmark = pytest.mark.reads

OBLONG = "/?image=coffee&height=30&width=20&recipe=conv2d(4, (3, 5), stride=(2, 1)) | max_pool2d(2)&at=0.1.2.3"


def lesson_of(**step):
    return read_lesson({"title": "Test", "steps": [{"address": OBLONG, **step}, {"address": "/"}]})


def shown(client, lesson, beat):
    return client.portal.call(state_at, lesson, Spot(1, beat), client.app.state.lab)


def shapes(client, state):
    return [stage.output_shape for stage in client.portal.call(client.app.state.lab.open, state.document).stages]


def test_every_spot_of_the_built_in_lesson_opens_and_its_task_holds(client):
    assert "why-28" in BOOK
    assert BOOK.keys() == FILES.keys()
    for lesson in BOOK.values():
        for spot in spots(lesson):
            state = client.portal.call(state_at, lesson, spot, client.app.state.lab)
            step = lesson.steps[spot.step - 1]
            sizes = shapes(client, state)
            if spot.beat == "do":
                assert holds(step.task.until, state, sizes), (lesson.title, spot)
            if spot.beat == "reveal":
                assert holds(step.question.shows, state, sizes), (lesson.title, spot)


def test_the_beats_of_a_step_are_those_that_it_has_words_for():
    task, kind = {"do": "Go.", "until": {"column": "last"}}, {"kind": "sign"}
    own = {"ask": "How many?", "choices": ["1", "2"], "right": "2"}
    assert beats_of(lesson_of().steps[0]) == ("say",)
    assert beats_of(lesson_of(task=task).steps[0]) == ("say", "do")
    assert beats_of(lesson_of(question=kind).steps[0]) == ("say", "ask", "reveal")
    assert beats_of(lesson_of(task=task, question={**own, "rule": "1 + 1"}).steps[0]) == BEATS


def test_one_walks_through_all_spots_and_back_again():
    lesson = lesson_of(question={"kind": "number", "rule": "So."}, task={"do": "Go.", "until": {"row": "first"}})
    walked, spot = [Spot(1, "say")], Spot(1, "say")
    while (spot := after(spot, lesson)) is not None:
        walked.append(spot)
    assert [each.text for each in walked] == ["1", "1.do", "1.ask", "1.reveal", "1.rule", "2"]
    back, spot = [walked[-1]], walked[-1]
    while (spot := before(spot, lesson)) is not None:
        back.append(spot)
    assert back[::-1] == walked
    assert [read_spot(each.text, lesson) for each in walked] == walked


@pytest.mark.parametrize(
    ("text", "spot"),
    [("", "1"), ("0", "1"), ("99", "2"), ("2.reveal", "2"), ("1.rule", "1.reveal"), ("1.do", "1"), ("x.y", "1"),
     ("1.reveal.ask", "1"), ("9" * 5000, "1")],
)  # fmt: skip
def test_an_address_that_names_no_spot_leads_to_the_nearest(text, spot):
    assert read_spot(text, lesson_of(question={"kind": "number"})).text == spot


def test_a_task_is_carried_out_from_its_beat_on(client):
    lesson = lesson_of(
        task={"do": "Go.", "until": {"column": "last", "row": "5-9"}},
        question={"ask": "?", "choices": ["a", "b"], "right": "a", "shows": {"layer": 2, "channel": "last", "row": 2}},
    )
    assert shown(client, lesson, "say").at == "0.1.2.3"
    assert shown(client, lesson, "say").path == "/embed"
    assert shown(client, lesson, "do").at == "0.1.4.15"  # 14 × 16 places; the nearest of rows 5 to 9, counted from 1
    assert shown(client, lesson, "ask").at == "0.1.4.15"
    revealed = shown(client, lesson, "reveal")
    assert (revealed.layer, revealed.place) == (1, (3, 1, 7))  # of a map of 7 × 8: the last of its columns


def test_a_reveal_may_show_another_recipe(client):
    shows = {"recipe": "conv2d(6, 3)", "column": "last", "view": "places"}
    state = shown(
        client, lesson_of(question={"ask": "?", "choices": ["a", "b"], "right": "a", "shows": shows}), "reveal"
    )
    assert (state.document.recipe, state.place.column, state.view) == ("conv2d(6, 3)", 17, "places")
    assert holds(shows, state, shapes(client, state))
    assert not holds({**shows, "column": "first"}, state, shapes(client, state))
    assert not holds({"recipe": "conv2d(6, 5)"}, state, shapes(client, state))
    assert not holds({"view": "figure"}, state, shapes(client, state))


@pytest.mark.parametrize(("kind", "view", "asked"), [("number", "figure", "1"), ("sign", "figure", "sign")])
def test_what_the_explorer_asks_is_hidden_until_it_is_revealed(client, kind, view, asked):
    lesson = lesson_of(question={"kind": kind})
    for beat, guess in (("say", ""), ("ask", ""), ("reveal", "?")):
        state = shown(client, lesson, beat)
        assert (state.view, state.option("predict"), state.guess) == (view, asked, guess)


def test_the_size_is_asked_for_where_it_is_explained(client):
    lesson = lesson_of(question={"kind": "size"})
    assert shown(client, lesson, "say").view == "figure"
    assert shown(client, lesson, "ask").view == "places"
    assert shown(client, lesson, "ask").option("predict") == "1"
    assert shown(client, lesson, "reveal").guess == "?"


def test_facts_are_those_of_the_state_counted_from_one(client):
    state, lab = shown(client, lesson_of(), "say"), client.app.state.lab
    facts = client.portal.call(facts_of, state, lab, ["".join(f"{{{name}}} " for name in NAMES)])
    value = facts.pop("value")
    assert facts == {
        "picture_rows": "30", "picture_columns": "20",
        "layer": "1", "channel": "2", "row": "3", "column": "4",
        "channels": "4", "rows": "14", "columns": "16",
        "input_channels": "3", "input_rows": "30", "input_columns": "20",
        "kernel_rows": "3", "kernel_columns": "5", "stride": "2\u00a0×\u00a01", "padding": "0",
        "products": "45", "parameters": "184", "places": "224", "outputs": "896",
    }  # fmt: skip
    run = client.get("/api/v1/runs", params={"image": "coffee", "height": 30, "width": 20,
        "recipe": "conv2d(4, (3, 5), stride=(2, 1)) | max_pool2d(2)"}).json()  # fmt: skip
    step = client.get(f"/api/v1/runs/{run['id']}/layers/0/steps/1/2/3").json()
    assert float(value.replace("−", "-")) == pytest.approx(step["value"], abs=0.006)


def test_only_names_in_braces_are_replaced():
    assert filled("{rows} of {x} {rows.real} {0} {{rows}}", {"rows": "14"}) == "14 of {x} {rows.real} {0} {14}"
    with pytest.raises(LessonMistake, match=r"\{row__class__\}"):
        lesson_of(sentence="{row__class__}")
    with pytest.raises(LessonMistake, match=r"did you mean \{columns\}") as wrong:
        lesson_of(sentence="There are {colums} of them.")
    assert wrong.value.pointer == "/steps/0/sentence"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("together 100 %", "together 100\u00a0%"),
        ("{rows} % of 5 × 5", "14\u00a0% of 5\u00a0×\u00a05"),
        ("in 3 ms", "in 3\u00a0ms"),
        ("加起来是 100 %。", "加起来是 100\u00a0%。"),
        ("of 5 pixels", "of 5 pixels"),
        ("of 3 msgids", "of 3 msgids"),
    ],
)
def test_a_number_stays_with_its_unit(text, kept):
    assert filled(text, {"rows": "14"}) == kept


def test_a_lesson_is_told_in_another_language_whole():
    texts = set(BOOK["why-28"].texts())
    told = BOOK["why-28"].told(lambda text: f"<{text}>")
    assert {f"<{text}>" for text in texts} == set(told.texts())
    question = told.steps[0].question
    assert question.right in question.choices
    assert told.steps[0].address == BOOK["why-28"].steps[0].address
    assert len(texts) > 8


def test_an_address_may_be_pasted_whole():
    for text in (
        "http://192.168.1.20:8000/?image=coffee&size=32",
        "/embed?image=coffee&size=32",
        " ?image=coffee&size=32",
    ):
        assert read_lesson({"title": "T", "steps": [{"address": text}]}).steps[0].address == "/?image=coffee&size=32"


def test_a_task_may_want_any_picture_but_one(client):
    lesson = lesson_of(task={"do": "Choose.", "until": {"image": "not coffee"}})
    until = lesson.steps[0].task.until
    before, after = shown(client, lesson, "say"), shown(client, lesson, "do")
    assert not holds(until, before, shapes(client, before))
    assert holds(until, after, shapes(client, after))
    assert holds(until, before.with_image("0123456789abcdef"), ())
    assert not holds(until, after.with_image("coffee"), ())
