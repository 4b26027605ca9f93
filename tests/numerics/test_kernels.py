"""Claims about the named kernels: each finds what its sentence says, and a bank of them keeps them whole."""

import numpy as np
import pytest

from app.numerics.convolution import correlate
from app.numerics.kernels import KERNELS, bank
from app.numerics.window import Window

EVEN = (
    "identity",
    "box",
    "box_3",
    "box_5",
    "gaussian",
    "gaussian_3",
    "gaussian_5",
    "motion_blur",
    "sharpen",
    "unsharp",
    "emboss",
)
DETECTORS = (
    "sobel_x", "sobel_y", "prewitt_x", "prewitt_y", "scharr_x", "scharr_y", "laplacian", "gabor",
    "laplacian_of_gaussian", "line_horizontal", "line_vertical", "line_diagonal",
)  # fmt: skip
SIX = ("edge_x", "edge_y", "line", "warm", "spot", "hue_edge")


def at_the_centre(name, picture):
    """Return the kernel's number at the middle of a square picture (rows, columns) or (3, rows, columns)."""
    weight, _ = bank([name], 3)
    picture = np.broadcast_to(np.asarray(picture, np.float32), (3, 9, 9))
    window = Window(weight.shape[2:])
    maps = correlate(picture, weight, None, window)
    return float(maps[0, maps.shape[1] // 2, maps.shape[2] // 2])


def test_every_name_of_the_list_is_there_and_says_what_it_does():
    assert {*EVEN, *DETECTORS, *SIX} == set(KERNELS)
    for name, kernel in KERNELS.items():
        assert kernel.name == name
        assert kernel.weight.dtype == np.float32
        assert not kernel.weight.flags.writeable
        assert kernel.sentence.endswith(".")
        assert kernel.source


@pytest.mark.parametrize("name", EVEN)
def test_blurs_and_sharpeners_leave_an_even_picture_as_it_is(name):
    assert at_the_centre(name, np.full((9, 9), 100)) == pytest.approx(100, abs=1e-3)


@pytest.mark.parametrize("name", [*DETECTORS, *(name for name in SIX if name != "warm")])
def test_detectors_answer_nothing_to_an_even_picture(name):
    assert at_the_centre(name, np.full((9, 9), 100)) == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("name", ["sobel", "prewitt", "scharr", "edge"])
def test_gradients_are_positive_where_it_grows_brighter_to_the_right_and_downwards(name):
    row, column = np.mgrid[0:9, 0:9]
    assert at_the_centre(f"{name}_x", column) > 0.01
    assert at_the_centre(f"{name}_y", row) > 0.01
    assert at_the_centre(f"{name}_x", row) == pytest.approx(0, abs=1e-4)
    assert at_the_centre(f"{name}_y", column) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("line_horizontal", np.eye(9)[[4] * 9].T),
        ("line_vertical", np.eye(9)[[4] * 9]),
        ("line_diagonal", np.eye(9)),
        ("line", np.eye(9)),
        ("gabor", np.cos(np.pi / 2 * (np.mgrid[0:9, 0:9][1] - 4))),
        ("spot", np.pad(np.ones((1, 1)), 4)),
        ("laplacian_of_gaussian", np.pad(np.ones((1, 1)), 4)),
    ],
)
def test_detectors_like_their_own_shape_better_than_when_it_is_turned_or_dark(name, picture):
    assert at_the_centre(name, picture) > 0
    assert at_the_centre(name, -picture) < 0
    if name not in ("spot", "laplacian_of_gaussian"):
        assert at_the_centre(name, picture) > 2 * abs(at_the_centre(name, np.rot90(picture)))


def test_warm_tells_orange_from_blue_and_grey():
    orange, blue, grey = (np.reshape(c, (3, 1, 1)) for c in ((240, 140, 30), (40, 90, 220), (128, 128, 128)))
    assert at_the_centre("warm", orange) > 100
    assert at_the_centre("warm", blue) < at_the_centre("warm", grey) < 0


def test_hue_edge_is_positive_where_blue_meets_orange():
    row, column = np.mgrid[0:9, 0:9]
    below = row + column > 8
    picture = np.where(below, np.reshape((240, 140, 30), (3, 1, 1)), np.reshape((40, 90, 220), (3, 1, 1)))
    assert at_the_centre("hue_edge", picture) > 100


@pytest.mark.parametrize("name", SIX)
def test_the_first_screen_is_in_hundredths_and_small(name):
    kernel = KERNELS[name]
    hundredths = np.round(kernel.weight * 100.0)
    assert kernel.weight.shape == (3, 5, 5)
    assert np.array_equal((hundredths / 100).astype(np.float32), kernel.weight)
    assert np.abs(hundredths).max() <= 30
    assert round(kernel.bias, 2) == kernel.bias
    assert name == "warm" or hundredths.sum() == 0


def test_a_bank_spreads_plain_kernels_over_the_channels():
    weight, bias = bank(["sobel_x", "gaussian"], 3)
    assert weight.shape == (2, 3, 3, 3)
    assert weight.dtype == bias.dtype == np.float32
    assert not bias.any()
    np.testing.assert_allclose(weight.sum(1), [KERNELS["sobel_x"].weight, KERNELS["gaussian"].weight], atol=1e-6)


def test_a_bank_by_the_sum_has_each_filter_whole_on_every_channel():
    weight, _ = bank(["sobel_x", np.float32([[1, -2], [3, 4]])], 3, "sum")
    assert np.array_equal(weight[0], [[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]] * 3)
    assert np.array_equal(weight[1], [[[1, -2, 0], [3, 4, 0], [0, 0, 0]]] * 3)
    assert np.array_equal(bank(["warm"], 3, "sum")[0], bank(["warm"], 3)[0])


def test_a_bank_takes_numbers_among_names_by_channel_or_for_all():
    own = np.float32([[[1]], [[2]], [[4]]])
    weight, bias = bank([own, "warm", np.float32([[3]])], 3)
    assert np.array_equal(weight[0, :, 2, 2], [1, 2, 4])
    assert np.array_equal(weight[2, :, 2, 2], [1, 1, 1])
    assert np.count_nonzero(weight[0]) == np.count_nonzero(weight[2]) == 3
    assert bias.tolist() == [0, -0.25, 0]
    with pytest.raises(ValueError, match="3 channels, not 1"):
        bank([own], 1)


def test_a_bank_takes_colour_kernels_as_they_are_with_their_bias():
    weight, bias = bank(SIX, 3)
    assert np.array_equal(weight, [KERNELS[name].weight for name in SIX])
    assert bias.tolist() == [np.float32(b) for b in (0.10, -0.20, 0.15, -0.25, 0.05, 0.10)]


def test_a_colour_kernel_over_one_channel_gives_what_it_gives_on_a_grey_picture():
    grey, _ = bank(SIX, 1)
    colour, _ = bank(SIX, 3)
    assert grey.shape == (6, 1, 5, 5)
    np.testing.assert_allclose(grey[:, 0], colour.sum(1), atol=1e-6)
    assert np.array_equal(grey, (np.round(grey * 100.0) / 100).astype(np.float32))


def test_a_bank_centres_kernels_in_the_largest():
    weight, _ = bank(["identity", "gaussian_5"], 1)
    assert weight.shape == (2, 1, 5, 5)
    assert np.array_equal(weight[0, 0], np.pad([[1]], 2))


def test_a_bank_leaves_the_odd_cell_at_the_bottom_and_right(monkeypatch):
    even = KERNELS["box"].__class__("even", np.ones((2, 4), np.float32), "Even.", "A test")
    monkeypatch.setitem(KERNELS, "even", even)
    weight, _ = bank(["even", "gaussian_5"], 1)
    assert np.array_equal(weight[0, 0] > 0, np.pad(np.ones((2, 4)), ((1, 2), (0, 1))) > 0)


def test_unknown_names_and_missing_channels_are_said():
    with pytest.raises(KeyError, match="sobel_z"):
        bank(["sobel_z"], 3)
    with pytest.raises(ValueError, match="3 channels, not 2"):
        bank(["warm"], 2)
