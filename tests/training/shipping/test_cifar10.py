"""Claims about CIFAR-10: pictures come in the order of their names, are kept once read, and strangers are refused."""

import numpy as np
import pytest

from app.training.shipping import cifar10
from app.training.shipping.wrong_data import WrongData
from tests.training.shipping import archives

ROW, COLUMN = np.mgrid[:32, :32]


def test_pictures_come_in_the_order_of_classes_and_names_however_they_lie_in_the_tar(tmp_path):
    place = archives.archive(tmp_path / "cifar.tar.gz", archives.cifar10(3, 2))
    for data, count in zip(cifar10.divided(place), (3, 2), strict=True):
        assert data.pictures.shape == (10 * count, 3, 32, 32)
        assert data.labels.tolist() == [label for label in range(10) for _ in range(count)]
        blue = [10 * label + number for label in range(10) for number in range(count)]
        assert data.pictures[:, 2, 0, 0].tolist() == blue
        assert (data.pictures[:, 0] == COLUMN).all()
        assert (data.pictures[:, 1] == 2 * ROW).all()


def test_what_was_read_is_kept_for_this_archive_alone(tmp_path, monkeypatch):
    first = archives.archive(tmp_path / "one.tar.gz", archives.cifar10())
    second = archives.archive(tmp_path / "two.tar.gz", archives.cifar10(1))
    read = [cifar10.divided(place, tmp_path / "cache") for place in (first, second)]
    assert len(list((tmp_path / "cache").iterdir())) == 2
    monkeypatch.setattr(cifar10, "_unpacked", None)
    for place, before in zip((first, second), read, strict=True):
        for again, data in zip(cifar10.divided(place, tmp_path / "cache"), before, strict=True):
            assert np.array_equal(again.pictures, data.pictures)
            assert np.array_equal(again.labels, data.labels)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"train/cat/0001.png": archives.picture(0, 33)}, r"0001\.png is 33×33; pictures of CIFAR-10 are 32×32"),
        ({"train/cat/0001.png": b"no picture"}, r"train/cat/0001\.png cannot be read as a picture"),
        (
            {"train/cow/0001.png": archives.picture(0)},
            r"holds train/cow/0001\.png; .* the classes being airplane, .* truck",
        ),
        ({"0001.png": archives.picture(0)}, r"holds 0001\.png; pictures of CIFAR-10 lie in train/<class>/"),
        ({"readme.txt": b"nothing else"}, r"has no pictures train/airplane/….jpg"),
        (archives.cifar10(2, 0), r"has no pictures test/airplane/….jpg"),
    ],
)
def test_an_archive_of_something_else_is_refused(tmp_path, files, words):
    place = archives.archive(tmp_path / "cifar.tar.gz", files)
    with pytest.raises(WrongData, match=words):
        cifar10.divided(place, tmp_path)
    assert list(tmp_path.iterdir()) == [place]


def test_what_is_no_archive_is_refused(tmp_path):
    with pytest.raises(WrongData, match="is not a file; give the tar"):
        cifar10.divided(tmp_path)
    whole = archives.archive(tmp_path / "whole.tar.gz", archives.cifar10()).read_bytes()
    (tmp_path / "half.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(WrongData, match="cannot be read as a tar of pictures"):
        cifar10.divided(tmp_path / "half.tar.gz")
