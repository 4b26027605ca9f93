"""A training as all faces tell it: whole, and as news without what grows."""

import json
import math
from typing import Any

from app.trainings.feed import News
from app.trainings.live import LiveTraining


def report(live: LiveTraining) -> dict[str, Any]:
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


def summary(live: LiveTraining) -> dict[str, Any]:
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
        "confusion": last and last.confusion,
        "classes": list(live.training.data.names),
        "worst": [wrong._asdict() for wrong in last.worst] if last else [],
    }


def _short(loss: float) -> float | None:
    """Return a loss as six digits say it; None for one that is no number any more."""
    return float(f"{loss:.6g}") if math.isfinite(loss) else None
