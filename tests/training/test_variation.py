"""Claims about varied batches: what is moved is the same picture, and what comes in from outside is 0."""

import numpy as np

from app.training.variation import mirror, shift, turn


def batch(examples=60):
    """Return oblong pictures with two channels, no two numbers the same, none 0."""
    return np.arange(1, 2 * 5 * 7 * examples + 1, dtype=np.float32).reshape(2, 5, 7, examples)


def chance(seed=1):
    return np.random.Generator(np.random.PCG64(seed))


def test_about_half_are_mirrored_left_to_right_all_channels_alike():
    x = batch()
    found = mirror(x, chance())
    kept = (found == x).all(axis=(0, 1, 2))
    assert ((found == x[:, :, ::-1]).all(axis=(0, 1, 2)) ^ kept).all()
    assert 20 < kept.sum() < 40


def test_shifted_pictures_are_the_same_moved_by_so_many_cells_with_0_around():
    x = batch()
    found, seen = shift(x, chance(), 2), set()
    for before, after in zip(x.transpose(3, 0, 1, 2), found.transpose(3, 0, 1, 2), strict=True):
        around = np.zeros((2, 9, 11), np.float32)
        around[:, 2:7, 2:9] = before
        moves = [(i, j) for i in range(5) for j in range(5) if (around[:, i : i + 5, j : j + 7] == after).all()]
        assert len(moves) == 1
        seen.add(moves[0])
    assert len(seen) > 15


def test_turned_by_nothing_they_stay_as_they_are():
    x = batch(3)
    assert np.array_equal(turn(x, chance(), degrees=0, scale=0, slant=0, cells=0), x)


def test_turning_keeps_the_middle_and_goes_both_ways_as_far_as_it_may():
    x = np.zeros((1, 21, 31, 200), np.float32)
    x[0, 10, 15:] = 1  # a hand from the middle to the right
    found = turn(x, chance(), degrees=30, scale=0, slant=0, cells=0)[0]
    assert np.allclose(found[10, 15], 1, atol=0.51)
    rows = (found[:, 25] * np.arange(21)[:, None]).sum(axis=0) / found[:, 25].sum(
        axis=0
    ) - 10  # where it crosses column 25
    assert np.abs(rows).max() <= 10 * np.tan(np.radians(30)) + 0.5
    assert rows.min() < -4.5
    assert rows.max() > 4.5


def test_scaling_slanting_and_shifting_move_what_they_say():
    x = np.zeros((1, 21, 31, 100), np.float32)
    x[0, 4, 5] = 1  # 6 rows above and 10 columns left of the middle
    weight = lambda found: found.sum(axis=(0, 1))  # noqa: E731
    place = np.arange(21)[:, None, None], np.arange(31)[None, :, None]
    for settings, rows, columns in (
        ({"scale": 0.2}, (10 - 6 / 0.8, 10 - 6 / 1.2), (15 - 10 / 0.8, 15 - 10 / 1.2)),
        ({"slant": 0.3}, (4, 4), (5 - 1.8, 5 + 1.8)),
        ({"cells": 3}, (1, 7), (2, 8)),
    ):
        found = turn(x, chance(), **{"degrees": 0, "scale": 0, "slant": 0, "cells": 0} | settings)[0]
        seen = weight(found) > 0.1
        for axis, (least, most) in zip(place, (rows, columns), strict=True):
            at = (found * axis).sum(axis=(0, 1))[seen] / weight(found)[seen]
            assert at.min() >= least - 0.6
            assert at.max() <= most + 0.6
            assert at.max() - at.min() >= 0.8 * (most - least) - 0.6
