"""The loss of a training, batch after batch: each in grey, their mean in ink, and the loss of whoever only guesses.

A training may have more batches than the drawing has columns; then each column shows the least and the largest of its.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from app.rendering.plane import Point
from app.rendering.svg import add, drawing, markup, path

MEAN_OF = 25  # batches
FIRST_MEAN = 5  # batches of which the first mean is taken
HEADROOM = 1.15  # how much higher than guessing the plot is at least …
MOST = 2.0  # … and at most
LETTER = 0.75  # of the height of letters: their width, in type that is enlarged on small screens


@dataclass(frozen=True)
class Frame:
    """The measures of a drawing, px."""

    width: float
    height: float
    letters: float
    left: float
    top: float
    right: float = 4.0
    columns: int = 400  # to which the batches are drawn at most


USUAL = Frame(450, 226, 16, 34, 10)
BOARD = Frame(900, 400, 26, 60, 14)


@dataclass(frozen=True)
class Words:
    """What stands in the drawing."""

    label: str  # for who cannot see it
    guessing: str  # with {loss}
    batch: str  # with {number}


def loss_curve(losses: NDArray[np.float32], steps: int, guess: float, words: Words, frame: Frame = USUAL) -> Markup:
    """Return the curve of the `losses` so far, of so many `steps` in all; `guess` is the loss of equal shares."""
    bottom = frame.letters + 12
    mean = _mean(losses)
    high = float(np.nanmax(mean, initial=0.0)) if len(mean) else 0.0
    top = guess * min(MOST, max(HEADROOM, 1.05 * high / guess))

    def x(step: float) -> float:
        return frame.left + (frame.width - frame.left - frame.right) * step / steps

    def y(loss: float) -> float:
        return frame.top + (frame.height - frame.top - bottom) * (1 - min(loss, top) / top)

    picture = drawing(frame.width, frame.height, words.label, class_="losses")
    for loss in _ticks(top, 4):
        add(picture, "path", class_="hair" if loss else "axis", d=_across(frame, y(loss)))
        add(picture, "text", f"{loss:g}", x=frame.left - 8, y=y(loss) + 5, text_anchor="end")
    add(picture, "path", class_="guess", d=_across(frame, y(guess)))
    said = words.guessing.format(loss=f"{guess:.2f}")
    add(picture, "text", said, x=frame.width - frame.right, y=y(guess) - 6, text_anchor="end")
    first = words.batch.format(number=0)
    for step in _ticks(steps, 3):
        said = f"{step:,g}" if step else first
        if step and x(step) < frame.left + frame.letters * LETTER * (len(first) + len(said) / 2 + 1):
            continue  # it would lie on the first
        anchor = "start" if not step else "end" if step > 0.97 * steps else "middle"
        add(picture, "text", said, x=x(step), y=frame.height - 4, text_anchor=anchor)
    if len(losses):
        points = _thinned(losses, steps, frame.columns)
        add(picture, "path", class_="each", d=path([(x(step), y(loss)) for step, loss in points], close=False))
        at = np.unique(np.linspace(min(FIRST_MEAN, len(mean)) - 1, len(mean) - 1, frame.columns // 2).astype(int))
        line = [(x(step + 1), y(float(mean[step]))) for step in at if math.isfinite(mean[step])]
        if line:
            add(picture, "path", class_="mean", d=path(line, close=False))
            add(picture, "circle", class_="now", cx=line[-1][0], cy=line[-1][1], r=frame.letters * 0.38)
    return markup(picture)


def _across(frame: Frame, height: float) -> str:
    return f"M{frame.left:g} {height:.1f}H{frame.width - frame.right:g}"


def _mean(losses: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return for each batch the mean of the MEAN_OF up to it, of fewer at the beginning."""
    sums = np.concatenate(([0.0], np.cumsum(losses, dtype=np.float64)))
    ends = np.arange(1, len(sums))
    starts = np.maximum(ends - MEAN_OF, 0)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts))


def _thinned(losses: NDArray[np.float32], steps: int, columns: int) -> list[Point]:
    """Return (step, loss) of each batch, or the least and the largest of as many as share a column."""
    share = max(1, math.ceil(2 * steps / columns))
    points: list[Point] = []
    for first in range(0, len(losses), share):
        part = losses[first : first + share]
        known = part[np.isfinite(part)]
        points += [(first + 1, float(loss)) for loss in sorted({known.min(), known.max()})] if len(known) else []
    return points


def _ticks(most: float, about: int) -> Sequence[float]:
    """Return round numbers from 0 up to `most`, `about` so many steps of 1, 2 or 5 times a power of ten."""
    rough = most / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.99)
    return [step * count for count in range(int(most / step * 1.0001) + 1)]
