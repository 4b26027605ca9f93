"""The way through lessons: every screen once, there and back, chapter after chapter."""

import pytest

from app.classroom.beats import Spot, spots
from app.classroom.book import BOOK
from app.classroom.lesson import Lesson, read_lesson
from app.classroom.way import Stand, back, on_screen, onward, screens_of, walked

VIEW = "/?image=coffee&size=32&recipe=conv2d(6, 5)"
QUESTION = {"ask": "How many?", "choices": ["1", "2"], "right": "2", "rule": "1 + 1 = 2"}
TASK = {"do": "Go there.", "until": {"column": "last"}}
OWN = read_lesson(
    {
        "title": "Mine",
        "steps": [
            {"address": VIEW},
            {"address": VIEW, "task": TASK},
            {"address": VIEW, "question": QUESTION},
            {"address": VIEW, "task": TASK, "question": QUESTION},
        ],
    }
)


def all_of(name: str, lesson: Lesson, *, board: bool) -> list[tuple[str, str]]:
    """Every screen from the first on."""
    stand: Stand | None = Stand(name, lesson, on_screen(Spot(1, "say"), lesson, board=board))
    found: list[tuple[str, str]] = []
    while stand is not None:
        found.append((stand.name, "end" if stand.over else stand.spot.text))
        assert len(found) < 2000, "the way goes round in circles"
        stand = onward(stand, board=board)
    return found


def test_a_projector_shows_every_beat_of_all_chapters_and_then_the_end():
    wanted = [(name, spot.text) for name, lesson in BOOK.items() for spot in spots(lesson)]
    first = next(iter(BOOK))
    assert all_of(first, BOOK[first], board=True) == [*wanted, (list(BOOK)[-1], "end")]


def test_who_reads_sees_the_question_beside_what_is_done_and_the_rule_beside_the_answer():
    texts = [text for _, text in all_of("mine", OWN, board=False)]
    assert texts == ["1", "2", "2.do", "3.ask", "3.reveal", "4", "4.ask", "4.reveal", "end"]


@pytest.mark.parametrize("board", [True, False])
@pytest.mark.parametrize("name", [next(iter(BOOK)), "mine"])
def test_back_goes_the_same_way(name: str, board: bool) -> None:
    lesson = BOOK.get(name, OWN)
    there = all_of(name, lesson, board=board)
    last = BOOK[there[-1][0]] if name in BOOK else OWN
    stand: Stand | None = Stand(there[-1][0], last, on_screen(spots(last)[-1], last, board=board))
    found = []
    while stand is not None:
        found.append((stand.name, stand.spot.text))
        stand = back(stand, board=board)
    assert found[::-1] == there[:-1]


def test_every_beat_has_a_screen_that_is_one():
    for step, number in zip(OWN.steps, range(1, 5), strict=True):
        for board in (True, False):
            for spot in spots(OWN):
                if spot.step == number:
                    assert on_screen(spot, OWN, board=board).beat in screens_of(step, board=board)


def test_it_is_told_how_far_one_has_come():
    assert walked(Stand("mine", OWN, Spot(1, "say")), board=False) == (0, 8)
    assert walked(Stand("mine", OWN, Spot(4, "rule")), board=False) == (7, 8)
    assert walked(Stand("mine", OWN, Spot(4, "rule")), board=True) == (11, 12)


def test_a_lesson_of_ones_own_does_not_lead_into_the_book():
    last = Stand("mine", OWN, Spot(4, "rule"))
    assert onward(last, board=True) == Stand("mine", OWN, Spot(4, "rule"), over=True)
    assert back(Stand("mine", OWN, Spot(1, "say")), board=True) is None
