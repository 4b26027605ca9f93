"""What a network with a map a class says of a picture: ten classes, and how strong the map of one of them is.

It is said alike of the run's own picture, of one that is painted and of a frame of the camera: by texts that are ready,
so that the page which has them only shows them.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.explorer.classes import Say
from app.layers.layer import Array
from app.numerics.window import Pair
from app.printing.numbers import fixed, grouped
from app.printing.shares import portion

SHOWN = 10  # classes
MARKED = 0.005  # the least share of which a mark stays, once the picture is painted


@dataclass(frozen=True)
class Row:
    """A class, and its share."""

    index: int
    name: str
    share: str
    length: float  # of its bar, %


@dataclass(frozen=True)
class Activation:
    """What is said of a picture, where one class is in question."""

    rows: tuple[Row, ...]  # the class in question first, then the others, the largest first
    best: Row
    marks: dict[int, tuple[float, str]]  # of the classes that have some share: the end of the bar, and the share
    mean: str  # of the numbers of the map: the score
    cells: int  # … how many
    most: float  # … the strongest
    strongest: Pair  # … its row and column
    title: str
    lead: str
    made: str  # how the score and the share came to be

    @property
    def facts(self) -> dict[str, Any]:
        """What a page is told, as JSON has it."""
        return asdict(self)


@dataclass(frozen=True)
class Asked:
    """Of what it is said."""

    label: int | None  # the class in question; None: the best
    painted: bool = False
    live: bool = False


def activation(names: Sequence[str], shares: NDArray[np.float32], maps: Array, asked: Asked, say: Say) -> Activation:
    """Return what is said of the `shares` of all classes and their `maps` (class, row, column)."""
    order = np.argsort(-shares, kind="stable").tolist()
    label = order[0] if asked.label is None else asked.label
    shown = [label, *(index for index in order[:SHOWN] if index != label)][:SHOWN]
    here = maps[label]
    marks = {index: (_length(shares[index]), _share(shares[index])) for index in order if shares[index] >= MARKED}
    best, mean = _row(order[0], names, shares), fixed(float(here.mean(dtype=np.float64)), 2)
    row = _row(label, names, shares)
    made = say("The {cells} numbers of its map average {mean}; softmax over all {count} classes makes that {share}.")
    return Activation(
        rows=tuple(_row(index, names, shares) for index in shown),
        best=best,
        marks=marks,
        mean=mean,
        cells=here.size,
        most=float(here.max()),
        strongest=divmod(int(here.argmax()), here.shape[1]),
        title=_title(row, best, asked, say),
        lead=_lead(row, best, len(names), asked, say),
        made=made.format(cells=grouped(here.size), mean=mean, count=grouped(len(names)), share=row.share),
    )


def _row(index: int, names: Sequence[str], shares: NDArray[np.float32]) -> Row:
    return Row(index, names[index], _share(shares[index]), _length(shares[index]))


def _length(share: np.float32) -> float:
    return round(100 * float(share), 2)


def _share(share: np.float32) -> str:
    """Return a share as printed: 96 %, 3.2 %, < 0.1 %."""
    return portion(float(share), 0 if 0.0995 <= share <= 0.99 else 1)


def _title(row: Row, best: Row, asked: Asked, say: Say) -> str:
    if asked.live:
        return say("What does it say?")
    text = say("Why {name}?") if asked.painted or row.index == best.index else say("What speaks for {name}?")
    return text.format(name=row.name)


def _lead(row: Row, best: Row, count: int, asked: Asked, say: Say) -> str:
    """Return what there is to see, or what painting did."""
    if asked.live:
        text = say("Hold something before the camera; the bars follow at once.")
    elif not asked.painted and row.index == best.index:
        text = say(
            "Of the {count} classes that it knows, {name} fits best. Light lies where the map of {name} is strong. "
            "Paint that grey and see whether it is needed."
        )
    elif not asked.painted:
        text = say("Light lies where the map of {name} is strong. It says {best}: {share}.")
    elif row.index == best.index:
        text = say("With that under grey its best guess is still {best}: {share}.")
    else:
        text = say("With that under grey its best guess is {best}: {share}.")
    return text.format(name=row.name, best=best.name, share=best.share, count=grouped(count))
