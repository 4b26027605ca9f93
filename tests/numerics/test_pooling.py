"""Claims about pooling and ReLU."""

import subprocess
import sys
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.numerics import pooling
from app.numerics.activations import relu
from app.numerics.pooling import avg_pool, divisor, max_pool
from app.numerics.window import Window
from tests import oracle
from tests.numerics.cases import numbers, pools


def expected(case, kind):
    padding = [before for before, _ in case.window.padding]
    return np.array(
        oracle.pool(
            case.x.tolist(), kind, case.window.size, case.window.stride, padding, case.window.ceil_mode,
            case.means.count_include_pad, case.window.dilation, case.means.divisor_override,
        )
    )  # fmt: skip


@given(pools(gaps=((1, 1), (1, 2), (3, 1), (2, 3))))
def test_max_keeps_the_largest_exactly(case):
    ours = max_pool(case.x, case.window)
    assert ours.dtype == np.float32
    assert np.array_equal(ours, expected(case, "max"))


@given(pools(divisors=(None, None, 1, 7)))
def test_avg_is_the_exact_mean_rounded_once(case):
    ours = avg_pool(case.x, case.window, case.means)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, expected(case, "avg"), rtol=1e-7, atol=1e-15)


@given(pools(), st.integers(1, 60))
def test_the_result_is_the_same_bits_however_the_work_is_parted(case, block):
    whole = max_pool(case.x, case.window), avg_pool(case.x, case.window)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pooling, "BLOCK_FLOATS", block)
        parted = max_pool(case.x, case.window), avg_pool(case.x, case.window)
    assert [part.tobytes() for part in parted] == [part.tobytes() for part in whole]


@given(pools(divisors=(None, 7)), st.data())
def test_the_divisor_times_the_mean_is_the_sum(case, data):
    x = np.round(case.x)
    means = avg_pool(x, case.window, case.means)
    row, column = (data.draw(st.integers(0, n - 1)) for n in means.shape[1:])
    count = divisor(case.window, x.shape[1:], row, column, case.means)
    (top, bottom), (left, right) = case.window.span(row, column)
    cells = x[:, max(top, 0) : bottom, max(left, 0) : right]
    np.testing.assert_allclose(means[:, row, column] * count, cells.sum((1, 2)), rtol=1e-6, atol=1e-6)


def test_a_window_of_padding_and_negative_numbers_keeps_the_negative():
    assert max_pool(np.full((1, 2, 2), -3, np.float32), Window((2, 2), (2, 2), ((1, 1), (1, 1)))).max() == -3


def test_maps_with_infinities_and_nan_stay_honest():
    x = np.array([[[1, inf], [np.nan, -inf]]], np.float32)
    assert np.isnan(max_pool(x, Window((2, 2)))).all()
    assert np.isnan(avg_pool(x, Window((2, 2)))).all()


def test_a_mean_of_the_whole_picture_does_not_drift():
    x = np.full((1, 1500, 1500), 0.1, np.float32)
    assert avg_pool(x, Window((1500, 1500)))[0, 0, 0] == np.float32(0.1)


def test_relu_lifts_what_is_below_zero():
    x = numbers(1, (3, 5, 7), False)
    assert np.array_equal(relu(x), np.where(x > 0, x, 0))
    assert relu(x.transpose(1, 2, 0)).flags.c_contiguous


PEAK = """
import re
from pathlib import Path
import numpy as np
from app.numerics.pooling import avg_pool, max_pool
from app.numerics.window import Window

def memory(kind):  # VmRSS now, VmHWM at its peak; ru_maxrss would count the parent too
    return 1024 * int(re.search(kind + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

window = Window({size}, {stride}, {padding})
avg_pool(np.zeros((1, 3, 3), np.float32), Window((2, 2)))
idle = memory("VmRSS")
x = np.ones({shape}, np.float32)
max_pool(x, window)
out = avg_pool(x, window)
print((memory("VmHWM") - idle - x.nbytes - out.nbytes) / 2**20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("shape", "size", "stride", "padding"),
    [
        ((16, 1000, 1000), (3, 3), (1, 1), ((1, 1), (1, 1))),
        ((3, 2000, 2000), (2000, 2000), (1, 1), ((0, 0), (0, 0))),
        ((3, 32, 32), (10000, 10000), (10000, 10000), ((5000, 5000), (5000, 5000))),
    ],
)
def test_memory_is_input_and_output_and_a_few_mebibytes(shape, size, stride, padding):
    script = PEAK.format(shape=shape, size=size, stride=stride, padding=padding)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) <= 8
