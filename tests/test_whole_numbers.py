"""Whole numbers are read from plain digits alone, at most nine of them, and up to an end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.whole_numbers import read_signed, read_whole, read_wholes


@given(number=st.integers(-5, 2000), zeros=st.integers(0, 3), end=st.integers(0, 1500))
def test_what_is_written_is_read_up_to_the_end(number, zeros, end):
    text = "-" * (number < 0) + "0" * zeros + str(abs(number))
    assert read_whole(text, end) == (number if 0 <= number < end else None)
    assert read_signed(text, end) == (number if abs(number) < end else None)


@pytest.mark.parametrize("text", ["", " 7", "7 ", "+7", "1_000", "٣", "²", "7.", "0x7", "--7", "-", "−7", "1e3", "\n7",
                                  "9" * 5000, "0000000007"])  # fmt: skip
def test_what_is_no_plain_number_of_a_few_digits_is_none(text):
    assert read_whole(text) is None
    assert read_signed(text) is None


@pytest.mark.parametrize(("text", "count", "numbers"), [("2.0.1", 3, (2, 0, 1)), ("2.0", 3, None), ("2.0.1.4", 3, None),
                                                        ("7", 1, (7,)), ("", 1, None), ("2..1", 3, None),
                                                        ("999999999.0", 2, (999_999_999, 0)),
                                                        ("2.0." + "9" * 5000, 3, None)])  # fmt: skip
def test_places_are_that_many_numbers_with_points_between(text, count, numbers):
    assert read_wholes(text, count) == numbers
