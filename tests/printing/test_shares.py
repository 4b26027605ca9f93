"""Shares are told truly: what is there is never 0 %, what is missing never all."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.printing.shares import portion, portions, ratio, share


@pytest.mark.parametrize(
    ("count", "numbers", "decimals", "told"),
    [
        (0, 784, 0, "0 %"), (784, 784, 0, "100 %"), (0, 0, 0, "0 %"), (1, 250, 0, "1 of 250"),
        (249, 250, 0, "249 of 250"), (392, 784, 0, "50 %"), (1, 18_816, 0, "fewer than 1 %"),
        (18_815, 18_816, 0, "more than 99 %"),
        (1, 100, 0, "1 %"),
        (1, 200, 0, "1 of 200"), (25, 200, 0, "13 %"), (99, 100, 0, "99 %"), (1, 784, 1, "0.1 %"),
        (1, 2000, 1, "fewer than 0.1 %"),
        (1999, 2000, 1, "more than 99.9 %"), (1, 8, 1, "12.5 %"), (2, 3, 1, "66.7 %"),
    ],
)  # fmt: skip
def test_a_share_is_told_truly(count, numbers, decimals, told):
    assert share(count, numbers, str, decimals) == told


@given(st.integers(1, 10**6), st.data(), st.integers(0, 1))
def test_none_and_all_are_told_of_none_and_all_alone(numbers, data, decimals):
    count = data.draw(st.integers(0, numbers))
    told = share(count, numbers, str, decimals)
    assert (told == "0 %") == (count == 0)
    assert (told == "100 %") == (count == numbers)
    if told[0].isdigit() and told.endswith(" %"):
        wide = Fraction(100 * count, numbers) - Fraction(told[:-2])
        assert abs(wide) <= Fraction(1, 2 * 10**decimals)


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(0.0, 3.0, "0 %"), (0.0, 0.0, "0 %"), (1.0, 0.0, "—"), (0.001, 1.0, "less than 1 %"), (0.01, 1.0, "1 %"),
     (0.125, 1.0, "13 %"), (3.0, 2.0, "150 %")],
)  # fmt: skip
def test_a_ratio_is_told_truly(part, whole, told):
    assert ratio(part, whole, str) == told


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (0.163, "16.3 %"),
        (0.0, "< 0.1 %"),
        (0.0009, "< 0.1 %"),
        (0.001, "0.1 %"),
        (0.9991, "> 99.9 %"),
        (1.0, "> 99.9 %"),
    ],
)
def test_what_softmax_gave_is_never_none_and_never_all(part, told):
    assert portion(part) == told


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=12))
def test_the_numbers_of_a_column_of_shares_make_all_with_the_remainder(weights):
    whole = sum(weights)
    found = portions([weight / whole for weight in weights])
    numbers = [Fraction(text[:-2]) for text in found.texts if text[0].isdigit()]
    if not any(text.startswith(">") for text in found.texts):
        assert sum(numbers) + Fraction(found.remainder) == 100
    assert abs(found.remainder) <= Fraction(len(weights), 10)


def test_the_share_of_one_class_alone_is_all():
    assert portions([1.0]) == (("100.0 %",), 0)
