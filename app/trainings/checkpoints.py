"""The checkpoints of trainings as models: a source for the port of app/layers/models.py.

What is answered here is asked on the event loop, so that it is remembered for a moment.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from app.errors import Mistake, NotFound
from app.layers.models import Checkpoint, Model, Shapes
from app.layers.numbers import Array
from app.layers.weights import RandomWeights
from app.pictures.album import Album
from app.storage import Recall
from app.training.network import Network
from app.training.training import Training, read_training
from app.trainings.archive import Archive

MOST = 100  # remembered at a time


class Checkpoints:
    """Gives what trainings have learned, as long as they and the pictures that they learned from are there."""

    def __init__(self, archive: Archive, album: Album) -> None:
        self._archive = archive
        self._album = album
        self._known = Recall(self._found)

    def model(self, name: str) -> Model | None:
        """Return what is known of a training under this id; None where it is none, or no longer."""
        found = self._known.get(name)
        return found[0] if found and all(map(self._album.has, found[1])) else None

    def _found(self, name: str) -> tuple[Model, tuple[str, ...]] | None:
        """Return a training as a model, and the pictures that it learned from, as the store has them."""
        expiry = self._archive.expires_at(name)
        record = self._archive.record(name) if expiry is not None else None
        learned = self._archive.learned(name) if record is not None else ()
        if record is None or expiry is None or not learned:
            return None
        try:
            training = read_training(record.training)
        except Mistake:
            return None
        ends = None if expiry == float("inf") else datetime.fromtimestamp(expiry, UTC)
        return _model(name, training, learned, ends), training.data.images

    def arrays(self, name: str, layer: int, epoch: int | None) -> Mapping[str, Array]:
        """Return what a layer of a training had learned by a checkpoint."""
        found = self._archive.weights(name, epoch or 0)
        if found is None:
            raise NotFound("The training {id} has expired, and what it learned with it.", id=name)
        arrays = {key.partition(".")[2]: array for key, array in found.items() if key.startswith(f"{layer}.")}
        for array in arrays.values():
            array.flags.writeable = False
        return arrays


def _model(name: str, training: Training, learned: tuple[Checkpoint, ...], ends: datetime | None) -> Model:
    return Model(
        id=name,
        title=training.data.title,
        input=training.data.input,
        layers=tuple(layer.weighing(RandomWeights()) for layer in training.layers),
        shapes=_shapes(training),
        classes=training.data.names,
        epochs=learned,
        source=training.data.title,
        expires_at=ends,
        learning=True,
    )


@lru_cache(MOST)
def _shapes(training: Training) -> tuple[Shapes, ...]:
    """Return the shapes of what each layer learns."""
    network = Network(training.seeded, training.data.shape)
    return tuple({name: array.shape for name, array in arrays.items()} for arrays in network.weights)
