"""A training as all faces tell it: whole, and as news without what grows."""

import json
import math
from typing import Annotated, Any, Literal

from typing_extensions import TypedDict

from app.described import described, fields_of, like, record
from app.training.course import Wrong
from app.training.training import Training as Begun
from app.trainings.feed import News
from app.trainings.live import LiveTraining
from app.trainings.states import Reason, State

TrainingDocument = record("TrainingDocument", "What began a training, with all that was left out.", fields_of(Begun))


@described
class WrongExample(TypedDict):
    """An example that was taken for another class."""

    example: int
    """Its number among those that are measured on, from 0."""
    label: int
    """Its class, from 0."""
    taken_for: int
    """The class that it was taken for."""
    share: float
    """How sure the network was, 0..1."""


@described
class Progress(TypedDict):
    """How far a training has come, in numbers."""

    id: str
    state: State
    """New ones are paused at step 0; `waiting` for a place to run."""
    reason: Reason | None
    """Why it is in this state, where its owner has not put it there."""
    step: int
    """Batches that it has learned from."""
    steps: int
    """Batches in all."""
    weights_step: int
    """The step that its weights are of: `step`, or where the numbers have run away that of the last checkpoint."""
    epoch: int
    """Times that it has gone through all examples."""
    epochs: int
    loss: float | None
    """Of the last batch before its change; null before the first, and where it is no number any more."""
    accuracy: float | None
    """At the last checkpoint."""
    confusion: list[list[int]] | None
    """There: how many examples of each class (row) were taken for each class (column)."""
    classes: list[str]
    worst: list[WrongExample]
    """There: the mistakes of which the network was most sure."""


@described
class Words(TypedDict):
    """What is said of a training in words, and when it goes."""

    note: str | None
    """The reason as a sentence."""
    expires_at: str | None


@described
class TrainingNews(Progress, Words):
    """How far a training has come."""


@described
class Whole(Progress):
    """All that is known of a training in numbers."""

    losses: list[float | None]
    """One a step: the mean of the batch before its change."""
    accuracies: list[float]
    """One a checkpoint, before the first epoch and after each: the share of examples that it names right, 0..1."""
    measured: Literal["held_out", "learned"]
    """What is measured on: examples held out or, where a class has too few for that, those learned from."""
    document: Annotated[dict[str, Any], like(TrainingDocument)]


@described
class Training(Whole, Words):
    """A training."""


@described
class NewTraining(Training):
    """A training, and the key of its owner."""

    key: str
    """Lets whoever holds it run, pause, step, reset and stop it, in the header `Authorization: Bearer <key>`."""


def report(live: LiveTraining) -> Whole:
    """Return all that is said of a training but when it goes, and what is said in words."""
    return {
        **summary(live),
        "losses": [_short(loss) for loss in live.progress.losses.tolist()],
        "accuracies": [checkpoint.accuracy for checkpoint in live.progress.checkpoints],
        "measured": live.training.data.measured,
        "document": live.training.document(),
    }


def news(live: LiveTraining) -> News:
    """Return what those who follow are told."""
    return News(live.progress.step, json.dumps(summary(live), separators=(",", ":")).encode(), live.reason)


def summary(live: LiveTraining) -> Progress:
    """Return what is said of a training in few words, however far it has come."""
    progress = live.progress
    last = progress.checkpoints[-1] if progress.checkpoints else None
    return {
        "id": live.name,
        "state": live.state,
        "reason": live.reason,
        "step": progress.step,
        "steps": live.training.steps,
        "weights_step": progress.state.step,
        "epoch": live.epoch,
        "epochs": live.training.epochs,
        "loss": _short(float(progress.losses[-1])) if progress.step else None,
        "accuracy": last and last.accuracy,
        "confusion": [list(row) for row in last.confusion] if last and last.confusion else None,
        "classes": list(live.training.data.names),
        "worst": [_wrong(each) for each in last.worst] if last else [],
    }


def _wrong(found: Wrong) -> WrongExample:
    share = float(f"{found.share:.6g}")
    return {"example": found.example, "label": found.label, "taken_for": found.taken_for, "share": share}


def _short(loss: float) -> float | None:
    """Return a loss as six digits say it; None for one that is no number any more."""
    return float(f"{loss:.6g}") if math.isfinite(loss) else None
