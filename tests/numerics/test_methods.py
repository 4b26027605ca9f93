"""Claims about the methods behind `correlate`: each keeps the tolerance, and threads change no bit of it."""

import os
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.numerics import threads
from app.numerics import winograd as winograds
from app.numerics.bands import direct
from app.numerics.convolution import _method, _plan, correlate
from app.numerics.depthwise import depthwise
from app.numerics.separable import Factors, factors, separable
from app.numerics.spectral import spectral
from app.numerics.window import Window
from app.numerics.winograd import winograd
from tests.numerics.cases import MODES, numbers, pairs

PAD = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@pytest.fixture(autouse=True)
def two_threads():
    before = threads._most
    threads.use(2)
    yield
    threads.use(before)


def exact(x, weight, bias, window, mode):
    """Return the sums in double precision, tap by tap, and the largest sum of the products' sizes."""
    padded = np.pad(x.astype(float), ((0, 0), *window.padding), PAD[mode])
    rows, columns = window.output_shape(x.shape[1:])
    sums, sizes = np.zeros((2, len(weight), rows, columns))
    for i, j in np.ndindex(window.size):
        top, left = i * window.dilation[0], j * window.dilation[1]
        (down, across), part = window.stride, padded[:, top:, left:]
        part = part[:, : (rows - 1) * down + 1 : down, : (columns - 1) * across + 1 : across]
        sums += np.einsum("oc,chw->ohw", weight[:, :, i, j], part)
        sizes += np.einsum("oc,chw->ohw", np.abs(weight[:, :, i, j]), np.abs(part))
    return sums + (0 if bias is None else bias[:, None, None]), sizes.max()


def assert_right(ours, case):
    sums, size = exact(*case)
    error = np.abs(ours - sums).max()
    assert error <= 1e-5 * np.abs(sums).max() + 1e-6 * size


def drawn(draw, size, dilation=(1, 1), stride=(1, 1), sides=60, filters=(1, 2, 5, 33), offset=(0, 1)):
    """Draw a convolution of one group that fits; inputs may lie far from zero, where cancellation hurts."""
    mode = draw(st.sampled_from(MODES))
    window = Window(size, stride, dilation=dilation)
    low = [max(1, reach - 4) for reach in window.reach]
    shape = tuple(draw(st.integers(max(5, least), max(5, least) + sides)) for least in low)
    padding = tuple((draw(st.integers(0, 4)), draw(st.integers(0, 4))) for _ in shape)
    window = Window(size, stride, padding, dilation)
    if 0 in window.output_shape(shape):
        shape = tuple(max(pair) for pair in zip(shape, window.reach, strict=True))
    seed, depth, count = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 20)), draw(st.sampled_from(filters))
    x = numbers(seed, (depth, *shape), False) + np.float32(draw(st.sampled_from(offset)))
    weight = numbers(seed + 1, (count, depth, *size), False)
    bias = numbers(seed + 2, count, False) if draw(st.booleans()) else None
    return x, weight, bias, window, mode


def filled(method, case, *arguments):
    x, weight, bias, window, mode = case
    out = np.full((len(weight), *window.output_shape(x.shape[1:])), np.nan, np.float32)
    method(x, weight if not arguments else arguments[0], bias, window, mode, *arguments[1:], out)
    return out


@given(st.data(), pairs(1, 4))
@settings(max_examples=60)
def test_winograd_keeps_the_tolerance(data, dilation):
    case = drawn(data.draw, (3, 3), dilation)
    assert_right(filled(winograd, case), case)


@given(st.data(), pairs(1, 40))
@settings(max_examples=40)
def test_fourier_keeps_the_tolerance(data, size):
    case = drawn(data.draw, size, filters=(1, 3), sides=150)
    assert_right(filled(spectral, case), case)


@given(st.data(), pairs(1, 40))
@settings(max_examples=40)
def test_a_column_times_a_row_keeps_the_tolerance(data, size):
    x, weight, bias, window, mode = drawn(data.draw, size, filters=(1, 3), sides=150)
    sheets = weight[:, 0, :, :1] * weight[:, 0, :1, :]
    weight = (sheets[:, None] * weight[0, :, 0, 0][:, None, None]).astype(np.float32)
    parts = factors(weight)
    assert parts is not None, "a filter rounded to float32 is still a column times a row"
    assert_right(filled(separable, (x, weight, bias, window, mode), parts), (x, weight, bias, window, mode))


@given(st.data(), pairs(1, 7), pairs(1, 4), pairs(1, 9))
@settings(max_examples=80)
def test_bands_keep_the_tolerance(data, size, stride, dilation):
    x, weight, bias, window, mode = case = drawn(data.draw, size, dilation, stride, sides=90)
    out = np.full((len(weight), *window.output_shape(x.shape[1:])), np.nan, np.float32)
    direct(x, weight, bias, window, mode, 1, out)
    assert_right(out, case)


@given(st.data(), pairs(1, 4), pairs(1, 3), pairs(1, 3))
@settings(max_examples=40)
def test_channels_that_stand_last_keep_the_tolerance(data, size, stride, dilation):
    x, _, bias, window, mode = drawn(data.draw, size, dilation, stride, sides=12)
    weight = numbers(7, (len(x), 1, *size), False)
    bias = None if bias is None else numbers(8, len(x), False)
    out = np.full((len(x), *window.output_shape(x.shape[1:])), np.nan, np.float32)
    depthwise(x, weight, bias, window, mode, out)
    for channel in range(len(x)):
        one = [channel]
        assert_right(out[one], (x[one], weight[one], None if bias is None else bias[one], window, mode))


def test_a_filter_that_is_no_product_has_no_factors():
    assert factors(numbers(1, (1, 1, 7, 7), False)) is None
    assert factors(np.ones((2, 3, 7, 7), np.float32) * np.arange(1, 4, dtype=np.float32)[:, None, None]) is not None


CHOSEN = [
    ("winograd", (64, 30, 30), (64, 3), {}),
    ("winograd", (64, 60, 60), (64, 3), {"dilation": (2, 2)}),
    ("direct", (64, 30, 30), (64, 3), {"stride": (2, 2)}),
    ("direct", (3, 300, 300), (8, 3), {}),
    ("spectral", (1, 200, 200), (1, 31), {}),
    ("direct", (1, 200, 200), (1, 31), {"dilation": (2, 2)}),
    ("spectral", (3, 40, 40), (64, 32), {}),
    ("direct", (3, 33, 33), (64, 32), {}),  # as large as the picture, or nearly
]


@pytest.mark.parametrize(("method", "shape", "filters", "settings"), CHOSEN)
def test_sizes_choose_the_method(method, shape, filters, settings):
    count, side = filters
    weight = numbers(2, (count, shape[0], side, side), False)
    plan = _plan(shape, weight.shape, Window((side, side), **settings), 1)
    assert _method(numbers(1, shape, False), weight, plan) == method


@pytest.mark.parametrize(
    ("channels", "side", "groups", "method"),
    [(192, 16, 192, "depthwise"), (191, 16, 191, "direct"), (192, 17, 192, "direct"), (192, 16, 96, "direct")],
)
def test_many_small_channels_with_filters_of_their_own_stand_last(channels, side, groups, method):
    x, weight = numbers(1, (channels, side, side), True), numbers(2, (channels, channels // groups, 3, 3), True)
    plan = _plan(x.shape, weight.shape, Window((3, 3)), groups)
    assert _method(x, weight, plan) == method
    together = correlate(x, weight, None, Window((3, 3)), groups=groups)
    for channel in (0, 100, channels - 1):  # whole numbers, exactly
        read = slice(first := channel // weight.shape[1] * weight.shape[1], first + weight.shape[1])
        assert np.array_equal(together[[channel]], correlate(x[read], weight[[channel]], None, Window((3, 3))))


def test_whole_numbers_are_summed_directly_where_a_person_reads_them():
    window, ones = Window((9, 9)), np.ones((1, 1, 9, 9), np.float32)

    def method(x):
        return _method(x, ones, _plan(x.shape, ones.shape, window, 1))

    assert method(numbers(1, (1, 128, 128), True)) == "direct"
    assert isinstance(method(numbers(1, (1, 129, 128), True)), Factors)
    assert isinstance(method(numbers(1, (1, 128, 128), True) / 2), Factors)


@pytest.mark.parametrize(
    ("shape", "filters", "settings"),
    [
        ((64, 56, 56), (64, 3), {"padding": ((1, 1), (1, 1))}),
        ((3, 300, 300), (8, 5), {}),
        ((64, 40, 40), (40, 1), {}),
        ((300, 9, 9), (300, 3), {}),
        ((2, 200, 200), (3, 31), {}),
    ],
)
def test_any_number_of_threads_gives_the_same_bits(shape, filters, settings):
    x, weight = numbers(1, shape, False), numbers(2, (filters[0], shape[0], filters[1], filters[1]), False)
    found = set()
    for count in (1, 2, 3):
        threads.use(count)
        found.add(correlate(x, weight, None, Window(weight.shape[2:], **settings)).tobytes())
    assert len(found) == 1


@pytest.mark.parametrize("side", [3, 17])
def test_an_overflow_is_silent_in_every_thread(side):
    x = np.full((64 if side == 3 else 1, 200, 200), 3e38, np.float32)
    weight = np.full((64, len(x), side, side), 2.5, np.float32)
    weight[0, 0, 0, 0] = 1
    with warnings.catch_warnings(action="error"):
        assert not np.isfinite(correlate(x, weight, None, Window((side, side)))).any()


def test_a_mistake_in_a_helper_reaches_the_caller():
    def work(number):
        raise ValueError(f"job {number}")

    with pytest.raises(ValueError, match="job"):
        threads.share(work, range(8))


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("depth", "filters", "side", "size"), [(300, 300, 7, 3), (130, 70, 6, 6), (600, 450, 2, 1)])
def test_many_weights_over_few_places_keep_the_tolerance(depth, filters, side, size, bias):
    x, weight = numbers(1, (depth, side, side), False), numbers(2, (filters, depth, size, size), False)
    window, offset = Window((size, size)), numbers(3, filters, False) if bias else None
    case = x, weight, offset, window, "zeros"
    assert_right(correlate(x, weight, offset, window), case)


@pytest.mark.skipif(threads._core is None, reason="the system does not say on which core a thread runs, or has one")
def test_a_helper_is_woken_on_another_core_than_the_callers(monkeypatch):
    here = min(threads._cores)
    monkeypatch.setattr(threads, "_core", lambda: here)
    threads.share(lambda number: None, range(8))
    threads.share(lambda number: None, range(8))
    assert threads._numbers
    assert all(os.sched_getaffinity(number) == threads._cores - {here} for number in threads._numbers)


@pytest.mark.skipif(threads._core is None, reason="the system does not say on which core a thread runs, or has one")
def test_cores_that_are_gone_stop_no_work(monkeypatch):
    monkeypatch.setattr(threads, "_cores", frozenset({100_000, 100_001}))
    done = []
    threads.share(done.append, range(8))
    assert sorted(done) == list(range(8))


def test_filters_that_nobody_writes_to_are_carried_to_the_points_once(monkeypatch):
    carried = []
    both_ways = winograds._both_ways
    monkeypatch.setattr(
        winograds, "_both_ways", lambda matrix, *rest: carried.append(matrix.shape) or both_ways(matrix, *rest)
    )
    x, weight = numbers(1, (32, 20, 20), False), numbers(2, (32, 32, 3, 3), False)
    first = correlate(x, weight, None, Window((3, 3)))
    weight.flags.writeable = False
    assert all(np.array_equal(correlate(x, weight, None, Window((3, 3))), first) for _ in range(3))
    assert carried.count((6, 3)) == 2  # while they could be written to, and once since
    assert id(weight) in winograds._known
    gone = id(weight)
    del weight
    assert gone not in winograds._known


@pytest.mark.parametrize(
    ("filters", "depth", "window", "side"),
    [
        (512, 64, Window((3, 3), padding=((1, 1), (1, 1))), 7),  # few places: filters and taps are parted
        (510, 66, Window((3, 3), stride=(2, 2)), 15),
        (257, 520, Window((1, 1)), 8),  # filters that no number parts
        (300, 500, Window((1, 1)), 30),  # more places: whole products
        (64, 3, Window((7, 7), (2, 2), ((3, 3), (3, 3))), 224),  # rows of places, some filters at a time
        (61, 12, Window((9, 9), (2, 2)), 130),
    ],
)
def test_products_that_are_parted_add_up_and_are_the_same_bits_with_a_thread_more(filters, depth, window, side):
    weight, bias = numbers(1, (filters, depth, *window.size), False), numbers(2, filters, False)
    case = numbers(3, (depth, side, side), False), weight, bias, window, "zeros"
    ours = filled(direct, case, weight, 1)
    assert_right(ours, case)
    threads.use(1)
    assert filled(direct, case, weight, 1).tobytes() == ours.tobytes()
