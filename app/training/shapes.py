"""Shapes that code draws, for a network to learn from: a circle, a cross, a line or a square, in colour on dark paper.

All that varies follows from the seed by raw words of PCG64 and operations that IEEE 754 rounds exactly, so that the
same seed gives the same pictures on every machine; what a picture is does not depend on how many there are.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.training.examples import Examples, unit

Doubles = NDArray[np.float64]
Bytes = NDArray[np.uint8]


class Outline(NamedTuple):
    """How a shape is drawn, around its centre."""

    distance: Callable[[Doubles, Doubles, Doubles], Doubles]  # of places (along, across) from its lines, by its radius
    turn: float  # the tangent of half the angle to which it turns at most, either way; 1: every direction


def _circle(along: Doubles, across: Doubles, radius: Doubles) -> Doubles:
    return np.abs(np.sqrt(along * along + across * across) - radius)


def _cross(along: Doubles, across: Doubles, radius: Doubles) -> Doubles:
    return np.minimum(_line(along, across, radius), _line(across, along, radius))


def _line(along: Doubles, across: Doubles, radius: Doubles) -> Doubles:
    return np.maximum(np.abs(along) - LENGTH * radius, np.abs(across))


def _square(along: Doubles, across: Doubles, radius: Doubles) -> Doubles:
    return np.abs(np.maximum(np.abs(along), np.abs(across)) - SIDE * radius)


LENGTH, SIDE = 1.15, 0.88  # half of a line's and of a square's side, as parts of the radius
OUTLINES = {
    "circle": Outline(_circle, turn=1),
    "cross": Outline(_cross, turn=1),
    "line": Outline(_line, turn=1),
    "square": Outline(_square, turn=0.18),  # a square on its corner is hard to tell from a circle so small
}
SHAPES = tuple(OUTLINES)
SIZES = range(12, 33)
VARIED = 9  # words a picture: row and column of the centre, radius, pen, turn, hue, and the paper's three colours
NOISE = 0.02  # its standard deviation, of a range from 0 to 1
AT_ONCE = 32  # pictures: what is made of them on the way stays in the cache
QUARTERS = np.uint64(0x0000FFFF0000FFFF)  # of a word: the last of each half


def shapes(size: int, classes: Sequence[str], per_class: int, seed: int) -> tuple[Examples, Examples, tuple[str, ...]]:
    """Return examples to learn from, half as many held out, and the names of the classes.

    Parameters
    ----------
    size
        Rows and columns of each picture, one of SIZES.
    classes
        Two or more of SHAPES, each once; their order is that of the labels.
    per_class
        Pictures of each class to learn from, at least 2.
    seed
        Whole number, at least 0.

    Returns
    -------
    tuple
        Pictures of shape (3, size, size) in bytes, read as numbers from 0 to 1, class by class.
    """
    assert size in SIZES
    assert len(set(classes)) == len(classes) >= 2
    assert per_class >= 2
    learning, held_out = (
        _examples(size, classes, count, seed, part) for part, count in enumerate((per_class, per_class // 2))
    )
    return learning, held_out, tuple(classes)


def _examples(size: int, classes: Sequence[str], count: int, seed: int, part: int) -> Examples:
    pictures = np.empty((len(classes), count, 3, size, size), np.uint8)
    for name, drawn in zip(classes, pictures, strict=True):
        words = np.random.PCG64(np.random.SeedSequence((seed, part, SHAPES.index(name))))
        for first in range(0, count, AT_ONCE):
            some = drawn[first : first + AT_ONCE]
            some[:] = _draw(words.random_raw(len(some) * (VARIED + 3 * size * size)).reshape(len(some), -1), name, size)
    labels = np.repeat(np.arange(len(classes)), count)
    return Examples(pictures.reshape(-1, 3, size, size), labels, read=unit)


def _draw(words: NDArray[np.uint64], name: str, size: int) -> Bytes:
    """Return a picture a row of `words`, (picture, channel, row, column)."""
    row, column, radius, pen, turn, hue, *paper = (
        (words[:, k] >> np.uint64(11)).astype(np.float64) * 2.0**-53 for k in range(VARIED)
    )
    places = (np.arange(size) + 0.5) / size
    down = places[:, None] - _between(0.39, 0.61, row)[:, None, None]
    right = places[None, :] - _between(0.39, 0.61, column)[:, None, None]
    outline = OUTLINES[name]
    tangent = outline.turn * _between(-1, 1, turn)[:, None, None]  # of half the angle, so that no sine is needed
    cosine, sine = (1 - tangent * tangent) / (1 + tangent * tangent), 2 * tangent / (1 + tangent * tangent)
    along, across = right * cosine + down * sine, down * cosine - right * sine
    beyond = outline.distance(along, across, _between(0.23, 0.35, radius)[:, None, None])
    inked = np.clip(0.5 + size * (_between(0.045, 0.065, pen)[:, None, None] - beyond), 0, 1)[:, None]
    drawn = _colour(hue)[:, :, None, None] * inked
    drawn += _between(0.02, 0.22, np.stack(paper, 1))[:, :, None, None] * (1 - inked)
    drawn += _noise(words[:, VARIED:], size)
    np.clip(drawn, 0, 1, out=drawn)
    drawn *= 255
    return np.rint(drawn, out=drawn).astype(np.uint8)


def _colour(hue: Doubles) -> Doubles:
    """Return a bright colour of each hue from 0 to 1, (hue, channel)."""
    away = (np.array([5.0, 3.0, 1.0]) + 6 * hue[:, None]) % 6
    return np.asarray(1 - 0.85 * np.clip(np.minimum(away, 4 - away), 0, 1))


def _noise(words: NDArray[np.uint64], size: int) -> Doubles:
    """Return noise about as the normal distribution has it: the sum of the four quarters of each word."""
    pairs = (words & QUARTERS) + ((words >> np.uint64(16)) & QUARTERS)
    noise = ((pairs & np.uint64(0xFFFFFFFF)) + (pairs >> np.uint64(32))).astype(np.float64)
    noise /= 0xFFFF
    noise -= 2
    noise *= NOISE * 3**0.5
    return noise.reshape(-1, 3, size, size)


def _between(low: float, high: float, part: Doubles) -> Doubles:
    return low + (high - low) * part
