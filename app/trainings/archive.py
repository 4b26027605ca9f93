"""What the store keeps of trainings: what each is, how far it has come, and the weights of its checkpoints.

    training/<id>             what it is, and what its owner did last
    progress/<id>             how far it had come at its last checkpoint, with all that is needed to go on
    checkpoint/<id>-<epoch>   the weights; they never change, since the same seed gives them again

Progress is written last: whatever it names is there.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from app.layers.layer import Array
from app.storage import Store
from app.training.course import Checkpoint, Progress, Wrong
from app.training.trainer import State as TrainerState
from app.trainings.states import Reason, State

log = logging.getLogger(__name__)
FACTS = "facts"  # the name of what is no array: JSON in bytes


@dataclass(frozen=True)
class Record:
    """What is known of a training beside how far it has come."""

    training: dict[str, Any]  # its document
    visitor: str  # who began it
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
        text = json.dumps(asdict(record), separators=(",", ":")).encode()
        self._store.put("training", name, text, None if lasting else self._ttl)

    def record(self, name: str) -> Record | None:
        """Return what is known of a training, or None where it is gone, or torn."""
        data = self._store.get("training", name)
        try:
            return None if data is None else Record(**json.loads(data))
        except (ValueError, TypeError):
            log.warning("The training %s is torn in the store.", name)
            return None

    def put_progress(self, name: str, progress: Progress, weights: Mapping[str, Array], lasting: bool) -> None:
        """Keep a checkpoint: its weights, and how far the training has come."""
        ttl = None if lasting else self._ttl
        self._store.put("checkpoint", f"{name}-{progress.checkpoints[-1].epoch}", _packed(weights), ttl)
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
            TrainerState(facts["step"], state), arrays["losses"], tuple(map(_checkpoint, facts["checkpoints"]))
        )

    def weights(self, name: str, epoch: int) -> dict[str, Array] | None:
        """Return the weights of a checkpoint, by names such as 0.weight, or None where there are none."""
        found = _unpacked(self._store.get("checkpoint", f"{name}-{epoch}"))
        return None if found is None else found[0]

    def epochs(self, name: str, most: int) -> list[int]:
        """Return the epochs up to `most` of which there are weights."""
        return [
            epoch for epoch in range(most + 1) if self._store.expires_at("checkpoint", f"{name}-{epoch}") is not None
        ]

    def expires_at(self, name: str) -> float | None:
        """Return when a training goes, in seconds since 1970 (inf: never), or None where it is gone."""
        return self._store.expires_at("training", name)

    def renew(self, name: str, epochs: Iterable[int]) -> None:
        """Let all that is kept of a training live as long as if it were new."""
        for epoch in epochs:
            self._store.renew("checkpoint", f"{name}-{epoch}", self._ttl)
        for kind in ("progress", "training"):
            self._store.renew(kind, name, self._ttl)

    def forget_learned(self, name: str, epochs: Iterable[int]) -> None:
        """Remove all that was learned."""
        for epoch in epochs:
            self._store.delete("checkpoint", f"{name}-{epoch}")
        self._store.delete("progress", name)


def _checkpoint(fields: list[Any]) -> Checkpoint:
    epoch, loss, accuracy, confusion, worst = fields
    return Checkpoint(epoch, loss, accuracy, tuple(map(tuple, confusion)), tuple(Wrong(*each) for each in worst))


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
