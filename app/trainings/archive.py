"""What the store keeps of trainings: what each is, how far it has come, and the weights of its checkpoints.

    training/<id>             what it is, and what its owner did last
    checkpoint/<id>-<epoch>   weights, and what the optimizer remembers; they never change: the same seed gives them
    learned/<id>              how good each checkpoint is, of all that there have ever been
    progress/<id>             how far it had come at its last checkpoint, with all that is needed to go on

They are written in this order: whatever the last ones name is there.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from app.layers.layer import Array
from app.layers.models import Checkpoint
from app.layers.numbers import unpacked, written
from app.storage import Store
from app.training.course import Measured, Progress, Wrong
from app.training.trainer import State as TrainerState
from app.trainings.states import Reason, State
from app.trainings.visitor import Visitor

log = logging.getLogger(__name__)
Learned = tuple[Checkpoint, ...]
FACTS = "facts"  # the name of what is no array: JSON in bytes


@dataclass(frozen=True)
class Record:
    """What is known of a training beside how far it has come."""

    training: dict[str, Any]  # its fields, with arrays
    visitor: Visitor  # who began it
    state: State
    step: int
    reason: Reason | None = None
    seconds: float = 0.0  # that it has computed


class Archive:
    """Keeps trainings for `ttl` seconds; everything here may wait for the store."""

    def __init__(self, store: Store, ttl: int) -> None:
        self._store = store
        self._ttl = ttl

    def put(self, name: str, record: Record, lasting: bool) -> None:
        """Keep what is known of a training, `lasting`: for ever."""
        self._store.put("training", name, written(vars(record)).encode(), None if lasting else self._ttl)

    def record(self, name: str) -> Record | None:
        """Return what is known of a training, or None where it is gone, or torn."""
        data = self._store.get("training", name)
        try:
            return None if data is None else Record(**json.loads(data, object_hook=unpacked))
        except (ValueError, TypeError):
            log.warning("The training %s is torn in the store.", name)
            return None

    def put_progress(self, name: str, progress: Progress, learned: Learned, lasting: bool) -> None:
        """Keep a checkpoint: its weights, and how far the training has come."""
        ttl = None if lasting else self._ttl
        state = progress.state
        self._store.put(
            "checkpoint", f"{name}-{progress.checkpoints[-1].epoch}", _packed(state.arrays, {"step": state.step}), ttl
        )
        self._store.put("learned", name, json.dumps(learned).encode(), ttl)
        facts = {"step": progress.step, "checkpoints": progress.checkpoints}
        arrays = {"losses": progress.losses, **{f"state.{key}": array for key, array in progress.state.arrays.items()}}
        self._store.put("progress", name, _packed(arrays, facts), ttl)

    def progress(self, name: str) -> Progress | None:
        """Return how far a training had come at its last checkpoint, or None where that is gone, or torn."""
        found = _unpacked(self._store.get("progress", name))
        if found is None:
            return None
        arrays, facts = found
        state = {key.removeprefix("state."): array for key, array in arrays.items() if key != "losses"}
        return Progress(
            TrainerState(facts["step"], state), arrays["losses"], tuple(map(_measured, facts["checkpoints"]))
        )

    def state(self, name: str, epoch: int) -> TrainerState | None:
        """Return a training as it was at a checkpoint, or None where it is gone, or torn."""
        found = _unpacked(self._store.get("checkpoint", f"{name}-{epoch}"))
        return None if found is None or not found[1] else TrainerState(found[1]["step"], found[0])

    def weights(self, name: str, epoch: int) -> dict[str, Array] | None:
        """Return the weights of a checkpoint, by names such as 0.weight, or None where there are none."""
        found = _unpacked(self._store.get("checkpoint", f"{name}-{epoch}"))
        return None if found is None else {key: array for key, array in found[0].items() if key.count(".") == 1}

    def learned(self, name: str) -> Learned:
        """Return how good each checkpoint is of which there are weights."""
        return tuple(Checkpoint(*each) for each in json.loads(self._store.get("learned", name) or b"[]"))

    def expires_at(self, name: str) -> float | None:
        """Return when a training goes, in seconds since 1970 (inf: never), or None where it is gone."""
        return self._store.expires_at("training", name)

    def renew(self, name: str) -> None:
        """Let all that is kept of a training live as long as if it were new."""
        for kind, key in self._kept(name):
            self._store.renew(kind, key, self._ttl)

    def forget_learned(self, name: str) -> None:
        """Remove all that was learned."""
        for kind, key in self._kept(name)[1:]:
            self._store.delete(kind, key)

    def _kept(self, name: str) -> list[tuple[str, str]]:
        """Return the kinds and keys of all that is kept of a training, itself first."""
        checkpoints = [("checkpoint", f"{name}-{each.epoch}") for each in self.learned(name)]
        return [("training", name), *checkpoints, ("learned", name), ("progress", name)]


def _measured(fields: list[Any]) -> Measured:
    epoch, loss, accuracy, confusion, worst = fields
    return Measured(epoch, loss, accuracy, tuple(map(tuple, confusion)), tuple(Wrong(*each) for each in worst))


def _packed(arrays: Mapping[str, Array], facts: object = None) -> bytes:
    """Return arrays by their names, and facts, as the bytes of a file."""
    return save({**arrays, FACTS: np.frombuffer(json.dumps(facts).encode(), np.uint8)})


def _unpacked(data: bytes | None) -> tuple[dict[str, Array], Any] | None:
    """Return what was packed, or None where it is gone, or torn."""
    if data is None:
        return None
    try:
        arrays = load(data)
        return arrays, json.loads(arrays.pop(FACTS).tobytes())
    except (SafetensorError, KeyError, ValueError):
        log.warning("What was kept of a training is torn in the store.")
        return None
