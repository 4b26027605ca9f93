"""Claims about the dense layer and batch normalization: sums that are right to the last bit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numerics.linear import linear
from app.numerics.normalization import batch_norm
from app.numerics.pooling import global_avg_pool
from tests.numerics.cases import numbers


@given(st.integers(1, 60), st.integers(1, 20), st.booleans(), st.booleans(), st.integers(0, 2**32 - 1))
def test_each_output_is_the_exact_sum_rounded_once(count, outputs, whole, with_bias, seed):
    x, weight = numbers(seed, (count,), whole), numbers(seed + 1, (outputs, count), whole)
    bias = numbers(seed + 2, (outputs,), whole) if with_bias else None
    ours = linear(x, weight, bias)
    assert (ours.dtype, ours.shape) == (np.float32, (outputs,))
    for row, value in enumerate(ours):
        products = (x.astype(float) * weight[row]).tolist()
        exact = math.fsum([*products, float(bias[row]) if with_bias else 0.0])
        assert value == pytest.approx(exact, rel=1e-7, abs=1e-14)
        assert not whole or value == exact


def test_a_large_one_is_as_right_and_takes_no_copy_of_its_weights():
    generator = np.random.default_rng(3)
    x, weight = (generator.normal(size=shape).astype(np.float32) for shape in (4096, (4096, 4096)))
    np.testing.assert_allclose(linear(x, weight, None), weight.astype(float) @ x, rtol=1e-5, atol=1e-5)


def test_shapes_that_disagree_are_refused():
    x, weight = np.ones(3, np.float32), np.ones((2, 3), np.float32)
    with pytest.raises(ValueError, match="do not fit"):
        linear(x[:2], weight, None)
    with pytest.raises(ValueError, match="2 outputs need 2 biases"):
        linear(x, weight, x)
    with pytest.raises(ValueError, match="1 channels need"):
        batch_norm(np.ones((1, 2, 2), np.float32), *[x] * 4)


def test_what_float32_cannot_hold_is_infinite_without_a_warning():
    big = np.full((1, 2), 3e38, np.float32)
    assert linear(big[0], big, None)[0] == math.inf
    one = np.ones(1, np.float32)
    assert batch_norm(big.reshape(1, 1, 2), one, one, 9 * one, one).ravel().tolist() == [math.inf] * 2


@given(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_a_map_is_normalized_by_its_own_numbers(channels, rows, columns, seed):
    x = numbers(seed, (channels, rows, columns), False)
    mean, weight, bias = (numbers(seed + n, (channels,), False) for n in (1, 2, 3))
    variance = np.abs(numbers(seed + 4, (channels,), False)) * np.float32(1e-6)
    ours = batch_norm(x, mean, variance, weight, bias, 1e-8)
    assert ours.dtype == np.float32
    for place, value in np.ndenumerate(ours):
        parts = [float(array[place[0]]) for array in (mean, variance, weight, bias)]
        deviation = math.sqrt(parts[1] + float(np.float32(1e-8)))
        scaled = (float(x[place]) - parts[0]) / deviation * parts[2]
        assert abs(value - (scaled + parts[3])) <= 5 * 2**-24 * (abs(scaled) + abs(parts[3])), "four roundings"


def test_a_map_of_equal_numbers_has_that_mean():
    x = np.full((2, 300, 300), 0.1, np.float32)
    assert global_avg_pool(x).tolist() == [[[float(np.float32(0.1))]]] * 2
