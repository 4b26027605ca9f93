"""The course of a training: what each batch, and each checkpoint between epochs, has brought so far.

training ─ data ─► course ─ advance ─► a loss …             before the first epoch and after each: a checkpoint
course.progress() ─► Progress ─► Course(…).take_up(it)      all that must be kept to go on elsewhere, bit for bit
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.training.data import DataSet
from app.training.network import Network
from app.training.score import Score, score
from app.training.trainer import State, Trainer
from app.training.training import Training

WORST = 8  # mistakes that are told


class Wrong(NamedTuple):
    """An example that was taken for another class."""

    example: int  # its number among those that are measured on
    label: int
    taken_for: int
    share: float  # how sure the network was


class Measured(NamedTuple):
    """How well the network does at a checkpoint, on the examples that are measured on."""

    epoch: int
    loss: float
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]  # how many of each class (row) were taken for each class (column)
    worst: tuple[Wrong, ...]  # the mistakes of which it was most sure


class Progress(NamedTuple):
    """How far a course has come: all that is shown of it, and all that must be kept to go on."""

    state: State  # at its step; where the numbers have run away since, that of the last checkpoint
    losses: NDArray[np.float32]  # of each batch before its change
    checkpoints: tuple[Measured, ...]

    @property
    def step(self) -> int:
        """How many batches have been learned from."""
        return len(self.losses)


NOTHING = Progress(State(0, {}), np.zeros(0, np.float32), ())


class Course:
    """A training on its way; it knows neither threads nor time."""

    def __init__(self, training: Training, data: DataSet) -> None:
        """Begin before the first batch; raise Unfit where the layers cannot learn."""
        self.data = data
        self.network = Network(training.seeded, training.data.shape)
        self.trainer = Trainer(
            self.network,
            data.learned,
            training.optimizer,
            batch_size=training.batch_size,
            epochs=training.epochs,
            seed=training.seed,
        )
        self._losses = np.zeros(self.trainer.steps, np.float32)
        self.checkpoints: tuple[Measured, ...] = ()
        self.lost = False  # whether its numbers have run away: the rate was too high
        self._sound = self.trainer.state()  # as it was at the last checkpoint

    @property
    def step(self) -> int:
        """How many batches have been learned from."""
        return self.trainer.step

    @property
    def finished(self) -> bool:
        """Whether all epochs are over."""
        return self.step == self.trainer.steps

    @property
    def due(self) -> bool:
        """Whether an epoch is over, or none has begun, and has no checkpoint yet."""
        epoch, within = divmod(self.step, self.trainer.steps_an_epoch)
        return not within and len(self.checkpoints) == epoch

    def advance(self) -> None:
        """Learn from one batch."""
        report = self.trainer.advance()
        self._losses[report.step - 1] = report.loss
        self.lost = not math.isfinite(report.loss)

    def checkpoint(self) -> None:
        """Measure the network as it is now, unless it is lost."""
        found = score(self.network, self.data.held_out)
        if not math.isfinite(found.loss):
            self.lost = True
            return
        made = Measured(
            self.step // self.trainer.steps_an_epoch,
            found.loss,
            found.accuracy,
            tuple(map(tuple, found.confusion.tolist())),
            _worst(found, self.data.held_out.labels),
        )
        self.checkpoints = (*self.checkpoints, made)
        self._sound = self.trainer.state()

    def reset(self) -> None:
        """Go back before the first batch, whose checkpoint stays."""
        self.trainer.reset()
        self.checkpoints, self.lost = self.checkpoints[:1], False
        self._sound = self.trainer.state()

    def progress(self) -> Progress:
        """Return a copy of how far it has come; of numbers that have run away only the losses."""
        return Progress(
            self._sound if self.lost else self.trainer.state(), self._losses[: self.step].copy(), self.checkpoints
        )

    def take_up(self, progress: Progress) -> None:
        """Go on where a course of the same training was."""
        self.trainer.restore(progress.state)
        self._losses[: progress.step] = progress.losses
        self.checkpoints, self._sound = progress.checkpoints, progress.state


def _worst(found: Score, labels: NDArray[np.intp]) -> tuple[Wrong, ...]:
    """Return the mistakes of which the network was most sure, the worst first."""
    taken = found.shares.argmax(axis=0)
    sure = np.where(taken == labels, -1, found.shares.max(axis=0))
    order = [int(at) for at in np.argsort(-sure, kind="stable")[:WORST] if sure[at] >= 0]
    return tuple(Wrong(at, int(labels[at]), int(taken[at]), float(sure[at])) for at in order)
