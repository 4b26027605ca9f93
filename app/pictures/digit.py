"""A digit that somebody drew, as the data set has its digits: bright on black, in a box of 20 cells, centred by mass.

    28×28 ─ the ink alone ─► its smallest rectangle ─ longer side to 20 ─► its centre of mass in the middle

So digits were prepared for MNIST (LeCun, Cortes, Burges); a network that learned from it names no others well.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.errors import Unfit
from app.pictures.picture import Bytes, Picture

Floats64 = NDArray[np.float64]
SIDE, BOX = 28, 20
LARGE = 512  # pixels of the longer side, of which no more are looked at
FAINT = 24  # levels, of which less beside the paper is no ink
EDGE = 0.1  # of the darkest ink, from which a cell belongs to the digit


def as_digit(picture: Picture) -> Picture:
    """Return what is drawn on a picture as a digit of the data set, 28×28 in grey; raise Unfit where nothing is."""
    image = Image.fromarray(picture.pixels).convert("L")
    image.thumbnail((LARGE, LARGE), Image.Resampling.BOX)
    ink = _ink(np.asarray(image, np.float64))
    rows, columns = (np.flatnonzero((ink > EDGE * 255).any(axis=axis)) for axis in (1, 0))
    drawn = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    high, wide = (max(1, round(BOX * side / max(drawn.shape))) for side in drawn.shape)
    box = Image.fromarray(np.rint(drawn).astype(np.uint8)).resize((wide, high), Image.Resampling.BILINEAR)
    return Picture(_centred(np.asarray(box)))


def _ink(grey: Floats64) -> Floats64:
    """Return how far each pixel is from the paper, which is what most of the border has; 255 is the farthest."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = np.abs(grey - np.median(border))
    if ink.max() < FAINT:
        raise Unfit("Nothing is drawn yet; draw a digit first.")
    found: Floats64 = ink * (255 / ink.max())
    return found


def _centred(box: Bytes) -> Bytes:
    """Return the cells of a digit on the middle of its picture, by their centre of mass."""
    mass = box.astype(np.float64)
    found = np.zeros((SIDE, SIDE), np.uint8)
    corners = []
    for axis, length in enumerate(box.shape):
        middle = float((mass.sum(axis=1 - axis) * np.arange(length)).sum() / mass.sum())
        corners.append(min(SIDE - length, max(0, round(SIDE / 2 - middle))))
    top, left = corners
    found[top : top + box.shape[0], left : left + box.shape[1]] = box
    return found
