"""Two thousand digits written by hand that ship for training live: 28×28, white on black, 200 of each.

Where they come from is said in digits.md, beside them.
"""

from functools import lru_cache
from importlib.resources import files

import numpy as np

from app.pictures.picture import Bytes
from app.training.examples import Examples, unit

CLASSES = tuple("0123456789")
SIDE = 28
SHIPPED = 200  # of each digit …
LEARNED = 160  # … of which the first are learned from, the others held out


def digits() -> tuple[Examples, Examples, tuple[str, ...]]:
    """Return examples to learn from, a quarter as many held out, and the names of the classes."""
    place, labels = np.tile(np.arange(SHIPPED), len(CLASSES)), np.repeat(np.arange(len(CLASSES)), SHIPPED)
    learned, held_out = (
        Examples(pictures()[some], labels[some], read=unit) for some in (place < LEARNED, place >= LEARNED)
    )
    return learned, held_out, CLASSES


@lru_cache(1)
def pictures() -> Bytes:
    """Return the pictures as they ship, digit by digit, (example, 1, row, column)."""
    with files("app.training").joinpath("digits.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        pictures: Bytes = arrays["pictures"]
    return pictures
