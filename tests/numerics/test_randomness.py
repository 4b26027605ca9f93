"""Claims about random weights: normal, and the same bits on every machine and for ever."""

import hashlib
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numerics import randomness
from app.numerics.randomness import normal_quantile, normal_weights

WORDS = st.integers(0, 2**64 - 1) | st.integers(0, 2**20) | st.integers(2**64 - 2**20, 2**64 - 1)


def quantile(word):
    return float(normal_quantile(np.array([word], np.uint64))[0])


@given(WORDS)
def test_the_quantile_is_that_of_the_standard_library(word):
    share = (2 * min(word >> 11, 2**53 - 1 - (word >> 11)) + 1) / 2**54  # from the nearer end, where it is exact
    expected = NormalDist().inv_cdf(share)
    assert abs(abs(quantile(word)) - abs(expected)) <= 1e-12 * max(1, abs(expected))
    assert (quantile(word) < 0) == (word < 2**63)


@given(WORDS)
def test_the_quantile_is_symmetric(word):
    assert quantile(word) == -quantile(2**64 - 1 - word)


def test_the_ends_are_finite():
    assert -8.3 < quantile(0) < -8.29
    assert 8.29 < quantile(2**64 - 1) < 8.3


def test_the_golden_values_of_seed_7():
    weights = normal_weights(7, (6, 3, 5, 5), 75)
    assert weights.dtype == np.float32
    assert [float(number).hex() for number in weights.ravel()[:8]] == [
        "0x1.aa98920000000p-5",
        "0x1.a757820000000p-3",
        "0x1.facedc0000000p-4",
        "-0x1.f8d0c60000000p-4",
        "-0x1.5e70220000000p-4",
        "0x1.7e60f20000000p-3",
        "-0x1.abba760000000p-2",
        "0x1.33b3740000000p-3",
    ]
    digest = hashlib.sha256(weights.astype("<f4").tobytes()).hexdigest()
    assert digest == "6d1e80c5d49968c03c19ab1667270f03d8288eb3be53c140c5cb9f782f8ca46c"


def test_a_shape_is_filled_in_c_order_and_in_chunks(monkeypatch):
    whole = normal_weights(7, (6, 3, 5, 5), 75)
    monkeypatch.setattr(randomness, "CHUNK", 7)
    assert np.array_equal(normal_weights(7, (450,), 75), whole.ravel())


@pytest.mark.parametrize("fan_in", [1, 75, 4096])
def test_the_deviation_is_the_root_of_two_over_fan_in(fan_in):
    weights = normal_weights(0, (1_000_000,), fan_in) / np.sqrt(2 / fan_in)
    assert abs(weights.mean()) < 0.005
    assert abs(weights.std() - 1) < 0.005
    assert abs((weights**4).mean() - 3) < 0.05  # as a normal distribution has it


def test_other_seeds_give_other_weights():
    assert not np.array_equal(normal_weights(0, (9,), 9), normal_weights(2**53 - 1, (9,), 9))


def test_weights_are_drawn_once_while_somebody_holds_them(monkeypatch):
    drawn = []
    draw = randomness._draw
    monkeypatch.setattr(randomness, "_draw", lambda *what: drawn.append(what) or draw(*what))
    weights = normal_weights(11, (6, 3), 3)
    assert normal_weights(11, (6, 3), 3) is weights
    assert normal_weights(11, (6, 3), 9) is not weights
    assert len(drawn) == 2
    with pytest.raises(ValueError, match="read-only"):
        weights[0] = 1
    del weights
    assert normal_weights(11, (6, 3), 3).shape == (6, 3)
    assert len(drawn) == 3


def test_no_weights_are_no_trouble():
    assert normal_weights(0, (0, 3), 3).shape == (0, 3)
