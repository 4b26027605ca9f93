"""Claims about activations and softmax: no input is too large for them, and no processor rounds them otherwise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numerics.activations import BLOCK, leaky_relu, relu, sigmoid, softmax, tanh

EXACT = {
    relu: lambda x: max(x, 0.0),
    leaky_relu: lambda x: x if x > 0 else 0.01 * x,
    sigmoid: lambda x: math.exp(min(x, 0)) / (1 + math.exp(-abs(x))),
    tanh: math.tanh,
}
EVERY = pytest.mark.parametrize("function", EXACT, ids=lambda function: function.__name__)
ANY = st.floats(width=32, allow_nan=False, allow_infinity=False)


@EVERY
@given(values=st.lists(ANY, min_size=1, max_size=20))
def test_each_cell_is_the_function_of_itself_rounded_once(function, values):
    x = np.array(values, np.float32)
    ours = function(x)
    assert (ours.dtype, ours.shape) == (np.float32, x.shape)
    np.testing.assert_allclose(ours, [EXACT[function](float(n)) for n in x], rtol=2e-7, atol=1e-44)


@EVERY
def test_the_result_does_not_depend_on_the_layout_or_the_size(function):
    x = np.random.default_rng(1).normal(size=(3, 200, 2 * BLOCK // 300)).astype(np.float32)
    whole = function(x)
    assert whole.flags.c_contiguous
    assert np.array_equal(function(np.asfortranarray(x)), whole)
    assert function(np.asfortranarray(x)).flags.c_contiguous
    assert np.array_equal(function(x[:, ::3, 1::2]), whole[:, ::3, 1::2])


@EVERY
def test_nan_stays_nan_and_the_input_stays_what_it_is(function):
    x = np.array([math.nan, -1, 2], np.float32)
    x.flags.writeable = False
    assert np.isnan(function(x)).tolist() == [True, False, False]


def test_no_input_is_too_large():
    huge = np.array([-3e38, -1e4, -104, -88, 0, 88, 1e4, 3e38], np.float32)
    assert sigmoid(huge)[[0, 1, 4, 6, 7]].tolist() == [0, 0, 0.5, 1, 1]
    assert 0 < sigmoid(huge)[3] < 1e-38
    assert tanh(huge).tolist() == [-1, -1, -1, -1, 0, 1, 1, 1]
    assert leaky_relu(huge, 2.0)[0] == -math.inf
    assert softmax(huge.reshape(-1, 1, 1)).ravel().tolist() == [0, 0, 0, 0, 0, 0, 0, 1]
    assert softmax(np.full((4, 1, 1), 3e38, np.float32)).ravel().tolist() == [0.25] * 4
    assert softmax(np.array([-3e38, 3e38], np.float32)).tolist() == [0, 1]


@given(values=st.lists(ANY, min_size=1, max_size=200))
def test_softmax_gives_shares_that_add_up_to_one_in_the_order_of_the_numbers(values):
    x = np.array(values, np.float32)
    ours = softmax(x)
    assert (ours.dtype, ours.shape) == (np.float32, x.shape)
    assert ours.min() >= 0
    assert ours.astype(float).sum() == pytest.approx(1, abs=1e-5)
    order = np.argsort(x)
    assert (np.diff(ours[order]) >= 0).all()


def test_softmax_is_what_its_formula_says():
    x = np.random.default_rng(2).normal(size=(30, 1, 1)).astype(np.float32)
    powers = [math.exp(float(n)) for n in x.ravel()]
    np.testing.assert_allclose(softmax(x).ravel(), [power / sum(powers) for power in powers], rtol=2e-7)
