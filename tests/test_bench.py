"""Claims about the frame of the benchmark; what it finds is another matter."""

import pytest

from bench.phones import WARM, Class, Phone
from bench.table import Row, geometric_mean, table
from bench.timing import side_by_side


def test_a_row_is_held_to_its_limit_by_the_best_of_the_others() -> None:
    assert Row("a", 3, peers={"x": 2, "y": 4}, limit=1.5).held
    assert not Row("a", 3.1, peers={"x": 2, "y": 4}, limit=1.5).held
    assert Row("a", 90, peers={"x": 50, "y": 60}, limit=1.5, more_is_better=True).held
    assert not Row("a", 90, limit=100, more_is_better=True).held
    assert Row("a", 90).held is None


def test_what_is_only_shown_is_in_the_table_and_not_compared_with() -> None:
    row = Row("case", 3, peers={"x": 2}, shown={"y": 1})
    assert row.ratio == 1.5
    assert {"x", "y"} <= set(table([row, Row("other", 1)]).splitlines()[0].split())


def test_a_geometric_mean_of_halves_and_doubles_is_one() -> None:
    assert abs(geometric_mean([0.5, 2, 1]) - 1) < 1e-12


def test_every_contender_is_called_in_every_turn() -> None:
    calls = []
    found = side_by_side({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, seconds=0, least=2)
    assert found.keys() == {"a", "b"}
    turns = "".join(calls)
    assert [turns[0], turns[-1]] == ["a", "a"], "the second turn begins with the other"
    assert "b" in turns


def test_a_move_that_was_skipped_is_seen_with_the_next_and_none_comes_late() -> None:
    phone = Phone("http://127.0.0.1:1", "ABC234")
    phone.data_received(b"id: 0\nevent: room\n\nid: ")
    assert phone.sequence == 0
    phone.data_received(b"4\nevent: room\n\n")
    assert list(phone.seen) == [0, 1, 2, 3, 4]
    assert phone.seen[1] == phone.seen[4] == phone.heard
    with pytest.raises(RuntimeError, match="3 has come after 4"):
        phone.data_received(b"id: 3\n")


def test_the_first_moves_are_not_counted() -> None:
    there = Class("http://127.0.0.1:1", "ABC234")
    there.phones = [Phone("http://127.0.0.1:1", "ABC234") for _ in range(2)]
    for late, phone in enumerate(there.phones, 1):
        phone.seen = {number: 10.0 * number + late for number in range(WARM + 3)}
    sent = {number: 10.0 * number for number in range(1, WARM + 3)}
    assert there.sights(sent).seconds == [1.0, 1.0, 2.0, 2.0]
