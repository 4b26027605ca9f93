"""Claims about the frame of the benchmark; what it finds is another matter."""

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
