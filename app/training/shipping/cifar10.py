"""CIFAR-10: 60,000 colour pictures of 32×32 in ten classes (Krizhevsky, "Learning multiple layers of features", 2009).

They are read from a tar of pictures, `train|test/<class>/<number>.jpg` (or .png), packed in any way that Python
unpacks. Reading takes a while, so what was read may be kept beside: by the hash of the archive, in an .npz.
"""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image

from app.messages import N_
from app.pictures.picture import Bytes
from app.training.shipping.labelled import Labelled
from app.training.shipping.wrong_data import WrongData

CLASSES = (
    *(N_("airplane"), N_("automobile"), N_("bird"), N_("cat"), N_("deer")),
    *(N_("dog"), N_("frog"), N_("horse"), N_("ship"), N_("truck")),
)
PARTS = ("train", "test")
SIDE = 32
MOST_BYTES = 65_536  # of one picture


def divided(archive: Path, cache: Path | None = None) -> tuple[Labelled, Labelled]:
    """Return the pictures that are learned from, and those of the test, in the order of their names; raise WrongData.

    `cache` is a folder where what was read is kept for the next time.
    """
    if not archive.is_file():
        raise WrongData(f"{archive} is not a file; give the tar of the pictures, such as cifar10_jpeg.tar.xz.")
    if cache is None:
        return _unpacked(archive)
    kept = cache / f"cifar10-{_digest(archive)}.npz"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(".part.npz")
        (learned, labels), (others, other_labels) = _unpacked(archive)
        np.savez(unfinished, learned, labels, others, other_labels, allow_pickle=False)
        unfinished.replace(kept)
    with np.load(kept, allow_pickle=False) as arrays:
        learned, labels, others, other_labels = (arrays[name] for name in arrays.files)
    return Labelled(learned, labels), Labelled(others, other_labels)


def _digest(archive: Path) -> str:
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _unpacked(archive: Path) -> tuple[Labelled, Labelled]:
    found: dict[str, dict[tuple[int, str], Bytes]] = {part: {} for part in PARTS}
    for part, label, name, picture in _pictures(archive):
        found[part][label, name] = picture
    for part, pictures in found.items():
        missing = sorted(set(range(len(CLASSES))) - {label for label, _ in pictures})
        if missing:
            raise WrongData(f"{archive} has no pictures {part}/{CLASSES[missing[0]]}/….jpg; is it that of CIFAR-10?")
    learned, held_out = (
        Labelled(np.stack([pictures[key] for key in sorted(pictures)]), np.array([key[0] for key in sorted(pictures)]))
        for pictures in found.values()
    )
    return learned, held_out


def _pictures(archive: Path) -> Iterator[tuple[str, int, str, Bytes]]:
    """Give every picture of the archive: its part, the number of its class, its name, its bytes."""
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                if not member.isfile() or path.suffix.lower() not in (".jpg", ".jpeg", ".png"):
                    continue
                part, kind = path.parts[-3:-1] if len(path.parts) > 2 else ("", "")
                if part not in PARTS or kind not in CLASSES:
                    raise WrongData(
                        f"{archive} holds {member.name[:100]}; pictures of CIFAR-10 lie in train/<class>/ and "
                        f"test/<class>/, the classes being {', '.join(CLASSES)}."
                    )
                file = tar.extractfile(member)
                assert file is not None, member.name
                yield part, CLASSES.index(kind), path.name, _decoded(file.read(MOST_BYTES), member.name)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise WrongData(f"{archive} cannot be read as a tar of pictures: {error}.") from error


def _decoded(data: bytes, name: str) -> Bytes:
    """Return a picture's file as (channel, row, column)."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            size = image.size
            if size == (SIDE, SIDE):
                return np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    except Exception as error:
        raise WrongData(f"{name[:100]} cannot be read as a picture: {error}.") from error
    raise WrongData(f"{name[:100]} is {size[1]}×{size[0]}; pictures of CIFAR-10 are {SIDE}×{SIDE}.")
