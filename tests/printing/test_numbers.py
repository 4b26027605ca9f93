"""Numbers as printed: true minus signs, JavaScript's rounding, and sums that add up to the last digit."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.printing.numbers import Significant, adding_up, brief, decimals_for, fixed, grouped, level, plain, short

FLOATS = st.floats(-1e5, 1e5, width=32)


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (-0.125, 2, "−0.13"),
        (0.125, 2, "0.13"),
        (2.5, 0, "3"),
        (-0.001, 2, "0.00"),
        (183.694, 2, "183.69"),
        (-3, 0, "−3"),
    ],
)
def test_numbers_round_half_away_from_zero_and_wear_a_true_minus(value, decimals, text):
    assert fixed(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(352.4, "350"), (-0.25, "−0.25"), (99.6, "100"), (9.96, "10"), (0.5, "0.50"), (12345, "12,000"), (0, "0")],
)
def test_digits_that_count_are_counted_on_each_number(value, text):
    assert fixed(value, Significant(0, 2)) == text


def test_sums_of_digits_that_count_add_up():
    printed = adding_up([352.4, -137.9, -0.25], 214.25, Significant(0, 2))
    assert printed.terms == (350, -140, Decimal("-0.25"))
    assert sum(printed.terms) + printed.remainder == printed.total == 210


def test_narrow_cells_drop_the_zero_before_the_point():
    assert short(-0.0123, 3) == "−.012"
    assert short(0.5, 2) == "0.50"
    assert short(1.234, 3) == "1.234"
    assert short(0.5, 2, bare=True) == ".50"
    assert short(0.001234, Significant(0, 3)) == "0.001"


def test_a_field_to_edit_holds_the_shortest_decimal_of_a_float32():
    assert plain(0.1) == "0.1"
    assert plain(-30.5) == "−30.5"
    assert plain(12345.5) == "12345.5"


def test_thousands_are_marked():
    assert grouped(14455392) == "14,455,392"
    assert fixed(-1234567.5, 1) == "−1,234,567.5"


@given(st.lists(FLOATS, min_size=1, max_size=9), st.integers(0, 4))
def test_printed_terms_and_remainder_are_the_printed_total(terms, decimals):
    printed = adding_up(terms, sum(terms), decimals)
    assert sum(printed.terms, Decimal(0)) + printed.remainder == printed.total
    assert abs(printed.remainder) <= Decimal(len(terms) + 1) * Decimal(1).scaleb(-decimals) / 2


def test_exact_hundredths_leave_no_remainder():
    assert adding_up([470.43, -137.91, -106.12, -30.5], 195.90, 2).remainder == 0


def test_whole_numbers_have_no_decimals_and_small_ones_have_more():
    assert decimals_for(63.0, whole=True) == 0
    assert decimals_for(714.0, whole=False) == 2
    assert decimals_for(0.5, whole=False) == 3
    assert decimals_for(0.0, whole=False) == 6


@given(FLOATS)
def test_a_tint_has_the_sign_of_its_number(value):
    tint = level(value, 1e5)
    assert tint == "z" or (tint[0] == "p") == (value > 0)


def test_a_whole_number_in_a_field_has_no_point() -> None:
    assert [brief(value) for value in (1.0, -1.0, 159.0, 12345.0, 0.0, -0.0)] == ["1", "−1", "159", "12345", "0", "0"]


@pytest.mark.parametrize("value", [1e29, -3.4e38])
def test_the_largest_numbers_are_printed_and_add_up(value):
    assert fixed(value, 4).replace(",", "").startswith(f"{Decimal(value):f}".replace("-", "−"))
    printed = adding_up([value, 0.25], value + 0.25, 2)
    assert sum(printed.terms) + printed.remainder == printed.total
