"""Test patterns are exact, and stay so when they are shrunk to the size at which cells are looked at."""

import numpy as np
import pytest

from app.pictures import patterns
from app.pictures.gallery import GALLERY, load
from app.pictures.picture import prepare


def small(name: str, side: int = 32) -> np.ndarray:
    """A pattern as the input of a run at `side` × `side`, in grey."""
    return prepare(load(name), side, side, "cover", "L")[0][0]


def test_every_pattern_is_in_the_gallery_and_ours() -> None:
    assert {"edge", "checkerboard", "gradient", "impulse", "circles", "noise"} <= set(patterns.PATTERNS)
    for name in patterns.PATTERNS:
        entry = GALLERY[name]
        assert (entry.credit, entry.licence, entry.drawn) == ("Convscope", "CC0 1.0", True)
        assert load(name).pixels.shape[:2] == (entry.height, entry.width) == (256, 256)


@pytest.mark.parametrize("name", ["edge", "checkerboard", "impulse", "noise", "text"])
def test_at_32_nothing_blurs(name: str) -> None:
    np.testing.assert_array_equal(small(name).repeat(8, 0).repeat(8, 1), load(name).pixels)


def test_an_impulse_is_one_cell_and_its_map_is_the_filter() -> None:
    assert np.argwhere(small("impulse")).tolist() == [[16, 16]]
    assert small("impulse")[16, 16] == 255


def test_an_edge_is_one_step_and_a_gradient_never_falls() -> None:
    assert (np.diff(small("edge").astype(int), axis=1) != 0).sum(axis=1).tolist() == [1] * 32
    assert (np.diff(small("gradient").astype(int), axis=1) > 0).all()


def test_a_checkerboard_has_eight_fields_a_side() -> None:
    board = small("checkerboard", 8)
    np.testing.assert_array_equal(board, np.where(np.indices((8, 8)).sum(0) % 2 == 0, 255, 0))


def test_circles_are_the_same_from_all_sides() -> None:
    rings = load("circles").pixels
    for turned in (rings.T, rings[::-1], rings[:, ::-1]):
        np.testing.assert_array_equal(rings, turned)


def test_noise_has_no_likeness_between_neighbours() -> None:
    cells = small("noise").astype(float)
    for a, b in ((cells[:, 1:], cells[:, :-1]), (cells[1:], cells[:-1])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.1
    assert 60 < cells.std() < 90
