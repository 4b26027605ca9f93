"""Products as they are read out, and how many decimals are asked: worked by hand, the factors give the product."""

from decimal import ROUND_HALF_UP

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.printing.digits import read_digits
from app.printing.products import exact_decimals, product

NUMBERS = st.floats(-300, 300, width=32).filter(lambda x: not x or abs(x) > 1e-6)


@given(NUMBERS, NUMBERS, st.integers(0, 6))
def test_the_printed_factors_give_the_printed_product(value, weight, decimals):
    told = product(value, weight, decimals, (0, 2))
    assert (told.value * told.weight).quantize(told.result, ROUND_HALF_UP) == told.result
    assert not told.exact or told.value * told.weight == told.result


def test_a_product_that_is_exact_says_so():
    weight = float(np.float32(-0.07))
    assert product(198.0, weight, 2, (0, 2)).text == "198 × −0.07 = −13.86"
    assert product(198.0, weight, 1, (0, 2)).text == "198 × −0.07 ≈ −13.9"
    assert product(199.0, 0.125, 2, (0, 2)).text == "199 × 0.125 ≈ 24.88"
    assert product(0.0, weight, 2, (0, 2)).text == "0 × −0.07 = 0.00"


@pytest.mark.parametrize(
    ("asked", "extent", "decimals"),
    [
        ("d0", 7, 0),
        ("d6", 7, 6),
        ("s4", 587, 1),
        ("s2", 587, 0),
        ("s3", 0.02, 4),
        ("", 7, 2),
        ("d7", 7, 2),
        ("s1", 7, 2),
        ("x", 7, 2),
        ("s4", 0, 2),
    ],
)
def test_digits_are_counted_on_the_largest_number(asked, extent, decimals):
    assert read_digits(asked).decimals(extent, 2) == decimals


def test_decimals_that_print_weights_in_full():
    assert exact_decimals(np.array([0.07, -1.5], np.float32), 3) == 2
    assert exact_decimals(np.array([3, -9], np.float32), 3) == 0
    assert exact_decimals(np.array([1 / 3], np.float32), 3) is None
