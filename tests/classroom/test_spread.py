"""How numbers that a class has typed are spread."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.classroom.poll import Poll
from app.classroom.spread import MOST_BARS, RANGES, spread

NUMBERS = st.decimals(-(10**15), 10**15, places=9) | st.integers(-9, 9).map(Decimal)


def told(numbers, right=None):
    return [(bar.label, bar.count, bar.right) for bar in spread([Decimal(str(n)) for n in numbers], right)]


def test_few_numbers_have_a_bar_each_and_what_is_right_has_one_too():
    assert told([3, "-0.5", 3]) == [("−0.5", 1, False), ("3", 2, False)]
    assert told([3, 3], Decimal(4)) == [("3", 2, False), ("4", 0, True)]
    assert told([]) == []


def test_many_stand_in_ranges_of_round_widths_and_those_far_out_beside_them():
    numbers = [n / 10 for n in range(40)] + [1000, -70, -80]
    bars = told(numbers, Decimal("1.25"))
    assert bars[0] == ("< 0", 2, False)
    assert ("1 – 2", 10, True) in bars
    assert bars[-1][0].startswith("≥ ")
    assert sum(count for _, count, _ in bars) == len(numbers)


@given(st.lists(NUMBERS, max_size=60), st.none() | NUMBERS)
def test_everybody_is_counted_once_and_one_bar_is_right(numbers, right):
    bars = spread(numbers, right)
    assert sum(bar.count for bar in bars) == len(numbers)
    assert sum(bar.right for bar in bars) == (right is not None)
    assert len(bars) <= max(MOST_BARS, 4 * RANGES)
    assert len({bar.label for bar in bars}) == len(bars)


def test_a_number_is_right_when_it_is_rounded_and_not_when_it_is_near():
    poll = Poll("What?", (), "-0.213", "/")
    right = {text: poll.is_right(text) for text in ("-0.213", "-0.21", "-0.2", "-0.22", "0.213", "0", "-0.2130")}
    assert right == {
        "-0.213": True, "-0.21": True, "-0.2": True, "-0.22": False, "0.213": False, "0": False, "-0.2130": True
    }  # fmt: skip
