"""What changes on the page while a training runs: how right it is, its loss, what it confuses, its filters and maps."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from app.explorer.templating.context import Context
from app.explorer.train.frame import class_words
from app.explorer.train.snapshot import Snapshot
from app.explorer.train.standing import standing
from app.printing.numbers import fixed
from app.rendering.diagrams.loss_curve import BOARD, USUAL, Words, loss_curve
from app.rendering.svg import Face
from app.training.course import Measured
from app.training.training import Training
from app.trainings.states import Reason

Say = Callable[[str], str]
Losses = NDArray[np.float32]
SHADES = 8  # of the confusions
MOST_WRONG = 6


@dataclass(frozen=True)
class Moment:
    """How a training stands, beside its weights."""

    state: str  # draft, waiting, running, paused, finished, stopped
    reason: Reason | None
    step: int
    losses: Losses
    checkpoints: Sequence[Measured]


@dataclass(frozen=True)
class Addresses:
    """Where the pictures of a moment are."""

    filters: str
    maps: str
    example: Callable[[int], str]  # a picture that is measured on, by its number


@dataclass(frozen=True)
class Wrong:
    """A picture that was taken for another class."""

    href: str
    truth: str
    said: str
    share: str


@dataclass(frozen=True)
class Cell:
    """How many pictures of a class were taken for one."""

    count: int
    shade: int  # from 0 to SHADES
    right: bool


@dataclass(frozen=True)
class LiveContext(Context):
    """What templates/train/_live.html shows."""

    state: str
    standing: str
    said: str  # what is read out when an epoch is over, or the state changes
    right: str  # such as 91 %; nothing where it has not been measured
    measured: int  # on how many pictures
    held_out: bool  # they are none of those it learns from
    step: int
    steps: int
    epoch: int
    epochs: int
    steps_an_epoch: int
    loss: str
    guess: str  # the loss of who only guesses
    plot: Markup
    words: list[str]  # the names of the classes
    confusion: list[list[Cell]]
    mistakes: list[Wrong]
    filters: list[tuple[Face, Face]]
    filter_count: int
    example: str
    says: str
    share: str
    checkpoints: list[int]  # epochs that can be opened in the explorer


def live_context(
    training: Training, snapshot: Snapshot, moment: Moment, addresses: Addresses, say: Say, *, board: bool
) -> LiveContext:
    """Return what is shown of a moment of a training, of which the snapshot of a draft has but a few pictures."""
    words = class_words(training, say)
    last = moment.checkpoints[-1] if moment.checkpoints else None
    loss = float(moment.losses[-1]) if len(moment.losses) else math.nan
    epoch = moment.step // training.steps_an_epoch
    guess = math.log(len(words))
    right = percent(last.accuracy) if last else ""
    shares = snapshot.shares
    best = int(np.nanargmax(shares)) if np.isfinite(shares).any() else 0
    stands = say(standing(moment.state, moment.reason, moment.step))
    return LiveContext(
        moment.state,
        stands,
        _said(moment, epoch, training.epochs, last, stands, say),
        right,
        training.data.counts[1],
        training.data.measured == "held_out",
        moment.step,
        training.steps,
        epoch,
        training.epochs,
        training.steps_an_epoch,
        fixed(loss, 2) if math.isfinite(loss) else "",
        fixed(guess, 2),
        _curve(moment, training.steps, guess, loss, say, board),
        words,
        _confusion(last),
        [
            Wrong(addresses.example(each.example), words[each.label], words[each.taken_for], percent(each.share))
            for each in (last.worst[:MOST_WRONG] if last else ())
        ],
        snapshot.faces(addresses.filters, addresses.maps),
        0 if snapshot.layer is None else len(snapshot.network.weights[snapshot.layer]["weight"]),
        addresses.example(snapshot.example),
        words[best],
        percent(float(shares[best])),
        [checkpoint.epoch for checkpoint in moment.checkpoints],
    )


def percent(share: float) -> str:
    """Return a share as people read it; 100 % and 0 % are said of all and none alone."""
    if not math.isfinite(share):
        return ""
    return f"{share if share in (0, 1) else min(0.99, max(0.01, share)):.0%}".replace("%", " %")


def _said(moment: Moment, epoch: int, epochs: int, last: Measured | None, stands: str, say: Say) -> str:
    if last is None or not moment.step:
        return stands
    known = say("Epoch {epoch} of {epochs}: {right} right, loss {loss}.").format(
        epoch=last.epoch, epochs=epochs, right=percent(last.accuracy), loss=fixed(last.loss, 2)
    )
    return known if moment.state == "running" else f"{stands} {known}"


def _curve(moment: Moment, steps: int, guess: float, loss: float, say: Say, board: bool) -> Markup:
    label = say("The loss of each batch, and the mean of 25.")
    if math.isfinite(loss):
        label += " " + say("It is {loss} now; who only guesses has {guess}.").format(
            loss=fixed(loss, 2), guess=fixed(guess, 2)
        )
    words = Words(label, say("only guessing: {loss}"), say("batch {number}"))
    return loss_curve(moment.losses, steps, guess, words, BOARD if board else USUAL)


def _confusion(last: Measured | None) -> list[list[Cell]]:
    """Return the confusions, each shaded by its part of the true class."""
    if last is None:
        return []
    rows = []
    for truth, row in enumerate(last.confusion):
        total = max(1, sum(row))
        rows.append([Cell(n, math.ceil(SHADES * min(1, 2 * n / total)), truth == at) for at, n in enumerate(row)])
    return rows
