"""Claims about `correlate`: it is the definition, exactly on whole numbers, in little memory, and repeatably."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.numerics import bands
from app.numerics.convolution import correlate
from app.numerics.window import Window
from tests import oracle
from tests.numerics.cases import MODES, convs, numbers

ROOT = Path(__file__).parents[2]


def run(case):
    return correlate(case.x, case.weight, case.bias, case.window, padding_mode=case.mode, groups=case.groups)


def expected(case):
    (top, bottom), (left, right) = case.window.padding
    bias = None if case.bias is None else case.bias.tolist()
    maps, sizes = oracle.conv(
        case.x.tolist(), case.weight.tolist(), bias, case.window.stride, (top, bottom, left, right),
        case.window.dilation, case.mode, case.groups,
    )  # fmt: skip
    return np.array(maps), np.array(sizes)


@given(convs(filters=(1, 2)))
def test_every_cell_is_the_sum_of_its_products(case):
    maps, sizes = expected(case)
    ours = run(case)
    assert ours.shape == maps.shape == (len(case.weight), *case.window.output_shape(case.x.shape[1:]))
    assert ours.dtype == np.float32
    assert ours.flags.c_contiguous
    assert np.abs(ours - maps).max() <= 1e-5 * np.abs(maps).max() + 1e-6 * sizes.max()


@given(convs(filters=(1, 2), whole=True), st.sampled_from((1, 40, 400)), st.sampled_from((1, 2, 512)))
def test_whole_numbers_stay_whole_however_the_work_is_parted(case, band, tile):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bands, "BAND_FLOATS", band)
        patch.setattr(bands, "TILE_COLUMNS", tile)
        assert np.array_equal(run(case), expected(case)[0])


@given(convs(sides=70))
@settings(max_examples=50)
def test_the_same_call_gives_the_same_bits(case):
    assert run(case).tobytes() == run(case).tobytes()


@given(convs(modes=("zeros",)), st.data())
def test_a_cell_depends_on_its_window_alone(case, data):
    before = run(case)
    row, column = (data.draw(st.integers(0, n - 1)) for n in before.shape[1:])
    top, left = case.window.origin(row, column)
    (down, across), (kh, kw) = case.window.dilation, case.window.size
    read = np.zeros(case.x.shape[1:], bool)
    for i in range(kh):
        for j in range(kw):
            if 0 <= top + i * down < read.shape[0] and 0 <= left + j * across < read.shape[1]:
                read[top + i * down, left + j * across] = True
    changed = case._replace(x=np.where(read, case.x, np.float32(1000)))
    assert run(changed)[:, row, column].tobytes() == before[:, row, column].tobytes()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("filters", [4, 40])  # each method
def test_a_wide_map_in_many_blocks_equals_small_pieces_of_it(mode, filters):
    x, weight = numbers(1, (3, 70, 1100), True), numbers(2, (filters, 3, 3, 5), True)
    window = Window((3, 5), padding=((1, 1), (2, 2)))
    whole = correlate(x, weight, None, window, padding_mode=mode)
    piece = correlate(x[:, 20:50, 500:560], weight, None, Window((3, 5)))
    assert np.array_equal(whole[:, 21:49, 502:558], piece)


def test_depthwise_filters_read_their_own_channel_only():
    x, weight = numbers(3, (5, 9, 80), True), numbers(4, (10, 1, 3, 3), True)
    together = correlate(x, weight, None, Window((3, 3)), groups=5)
    for number in range(10):
        alone = correlate(x[[number // 2]], weight[[number]], None, Window((3, 3)))
        assert np.array_equal(together[[number]], alone)


def test_any_layout_of_the_input_will_do():
    x, weight = numbers(5, (20, 30, 3), False), numbers(6, (2, 3, 3, 3), False)
    turned = x.transpose(2, 0, 1)
    assert np.array_equal(
        correlate(turned, weight, None, Window((3, 3))),
        correlate(np.ascontiguousarray(turned), weight, None, Window((3, 3))),
    )


def test_an_overflow_is_infinite_and_silent():
    x = np.full((1, 4, 4), 3e38, np.float32)
    assert np.isinf(correlate(x, np.full((1, 1, 2, 2), 2, np.float32), None, Window((2, 2)))).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"window": Window((2, 2))}, "window"),
        ({"groups": 2}, "groups"),
        ({"bias": np.zeros(3, np.float32)}, "biases"),
        ({"x": np.zeros((3, 2, 9), np.float32)}, "does not fit"),
        ({"padding_mode": "mirror"}, "mirror"),
    ],
)
def test_what_does_not_fit_is_said(change, words):
    call = {
        "x": np.zeros((3, 9, 9), np.float32), "weight": np.zeros((4, 3, 3, 3), np.float32), "bias": None,
        "window": Window((3, 3)),
    } | change  # fmt: skip
    with pytest.raises(ValueError, match=words):
        correlate(**call)


PEAK = """
import re
from pathlib import Path
import numpy as np
from app.numerics.convolution import correlate
from app.numerics.window import Window

def memory(kind):  # VmRSS now, VmHWM at its peak; ru_maxrss would count the parent too
    return 1024 * int(re.search(kind + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

weight = np.random.default_rng(1).random(({filters}, {depth}, *{size}), np.float32)
if {separable}:
    weight[:] = weight[:, :1, :, :1] * weight[:, :1, :1]
window = Window({size}, {stride}, {padding}, {dilation})
small = np.zeros(({depth}, *(max(1, r - sum(p)) for r, p in zip(window.reach, window.padding))), np.float32)
correlate(small, weight, None, window, padding_mode="{mode}")  # so that BLAS has its buffers
del small
idle = memory("VmRSS")
x = np.ones(({depth}, *{shape}), np.float32)
out = correlate(x, weight, None, window, padding_mode="{mode}")
print((memory("VmHWM") - idle) / (x.nbytes + out.nbytes))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "case",
    [
        {"shape": (2000, 2000), "size": (5, 5)},
        {"shape": (2000, 2000), "size": (5, 5), "padding": ((2, 2), (2, 2)), "mode": "reflect"},
        {"shape": (500, 500), "size": (3, 3), "depth": 64, "filters": 64},
        {"shape": (2000, 2000), "size": (15, 15), "separable": True},
        {"shape": (2000, 2000), "size": (21, 21)},
        {"shape": (1000, 1000), "size": (3, 3), "padding": ((9000, 9000), (9000, 9000)), "dilation": (9000, 9000)},
        {"shape": (2000, 2000), "size": (1, 1), "stride": (7, 7), "padding": ((3, 3), (3, 3))},
    ],
    ids=["plain", "reflected", "winograd", "separable", "spectral", "far apart", "strided"],
)
def test_memory_is_input_and_output_and_little_more(case):
    standard = {
        "depth": 3,
        "stride": (1, 1),
        "padding": ((0, 0), (0, 0)),
        "dilation": (1, 1),
        "mode": "zeros",
        "filters": 16,
        "separable": False,
    }
    script = PEAK.format(**standard | case)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(done.stdout) <= 1.25
