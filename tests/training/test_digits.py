"""Claims about the digits that ship: they are whole, balanced, and placed as the draw pad places them."""

import numpy as np

from app.training.digits import digits


def test_there_are_so_many_of_each_and_none_is_both_learned_from_and_held_out():
    learned, held_out, classes = digits()
    assert classes == tuple("0123456789")
    for examples, count in ((learned, 160), (held_out, 40)):
        assert examples.shape == (1, 28, 28)
        assert np.bincount(examples.labels).tolist() == [count] * 10
    assert not {picture.tobytes() for picture in learned.pictures} & {
        picture.tobytes() for picture in held_out.pictures
    }


def test_they_are_white_on_black_with_their_centre_of_mass_in_the_middle():
    learned, _, _ = digits()
    x = learned.batch(np.arange(len(learned))).x[0]
    assert (x.min(), x.max(), x.dtype) == (0, 1, np.float32)
    assert np.all(x[[0, -1]].mean(axis=(1, 2)) < 0.01)
    assert np.all(x[:, [0, -1]].mean(axis=(0, 2)) < 0.01)
    mass, places = x.sum(axis=(0, 1)), np.arange(28) + 0.5
    for shares in (x.sum(axis=1) / mass, x.sum(axis=0) / mass):  # of each row, of each column
        centre = (shares * places[:, None]).sum(axis=0)
        assert np.allclose(centre, 14.5, atol=0.51)  # the places were rounded up
