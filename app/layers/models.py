"""Trained models, as layers ask for them: facts while a document is read, arrays while a layer is computed.

This is a port. What has models puts a source in here: those that ship (app/models), and whatever else has checkpoints.

    trained("cifar10", 0, epoch=3)  ─►  find("cifar10"): which layers, shapes, epochs     (reading)
                                    └►  arrays("cifar10", 0, 3): weight, bias              (computing)
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from app.errors import NotFound, Unfit, Word, shown
from app.layers.layer import Array, Layer

LEARNED = {"weight", "bias"}
MOST_LISTED = 12  # numbers in a sentence
Shapes = Mapping[str, tuple[int, ...]]  # of what a layer learned, by name: weight, bias, running_mean, running_var


class Checkpoint(NamedTuple):
    """How good a model was at one time of its training, on examples that it does not learn from."""

    epoch: int  # 0: before any training
    loss: float
    accuracy: float  # 0..1


@dataclass(frozen=True)
class Model:
    """What is known of a trained network: everything but its numbers."""

    id: str
    title: str
    input: Mapping[str, Any]  # height, width, mode, fit and scale, as a document has them
    layers: tuple[Layer, ...]  # without their weights
    shapes: tuple[Shapes, ...]  # one a layer: nothing where it learns nothing
    classes: tuple[str, ...]  # what the last outputs stand for, in English; empty where nobody knows
    epochs: tuple[Checkpoint, ...]  # ascending; empty: its numbers are there once, and have no epoch
    licence: str = ""
    source: str = ""
    expires_at: datetime | None = None
    learning: bool = False  # more checkpoints may come, so that the last is not the same for ever: `epoch` must be said

    @property
    def parameters(self) -> int:
        """How many numbers it has learned; running statistics, which follow its examples, are none."""
        return sum(math.prod(shapes[name]) for shapes in self.shapes for name in LEARNED & shapes.keys())

    @property
    def last(self) -> int | None:
        """The epoch that is meant where none is said, and so is left out; None where there is none such."""
        return self.epochs[-1].epoch if self.epochs and not self.learning else None

    def checkpoint(self, epoch: int | None) -> int | None:
        """Return the epoch that is meant by `epoch`; raise Unfit where the model has no such checkpoint."""
        known = [each.epoch for each in self.epochs]
        if epoch is None and self.learning:
            raise Unfit(
                'The model "{model}" is a training, whose last epoch may not stay its last; say which: {epochs}.',
                model=self.id,
                epochs=_listed(known),
                pointer="/epoch",
            )
        if epoch is None:
            return self.last
        if not known:
            raise Unfit('The model "{model}" has no epochs; leave epoch out.', model=self.id, pointer="/epoch")
        if epoch not in known:
            raise Unfit(
                'The model "{model}" has no checkpoint of epoch {epoch}; there are {epochs}.',
                model=self.id,
                epoch=epoch,
                epochs=_listed(known),
                pointer="/epoch",
            )
        return epoch


class Origin(NamedTuple):
    """Where trained weights come from."""

    model: Model  # as it was when they were read; `find` says what it is now, where it is still learning
    layer: int  # in the model's list of layers
    epoch: int | None  # as `checkpoint` gives it


class Source(Protocol):
    """What has trained models.

    `model` is asked whenever a document is read, on the event loop too, and before each of its runs is shown: it
    answers at once, from memory, and says None where it has no such model, or no longer. `arrays` is asked in a
    computing thread, with an epoch that `Model.checkpoint` gave, and may read a file; the arrays are float32, of the
    shapes that the model says, read-only, and the same for ever. What went meanwhile is a NotFound.
    """

    def model(self, name: str) -> Model | None:
        """Return what is known of the model under this id; None where it is not one of these."""
        ...

    def arrays(self, name: str, layer: int, epoch: int | None) -> Mapping[str, Array]:
        """Return what a layer of a model learned, by name, as it was at a checkpoint."""
        ...


_sources: list[Source] = []  # a source may be in here more than once: each app of a process brings its own


def register(source: Source) -> None:
    """Let documents name the models of a source."""
    _sources.append(source)


def forget(source: Source) -> None:
    """Take back one `register` of a source."""
    del _sources[next(at for at, each in enumerate(_sources) if each is source)]


def find(name: str) -> Model:
    """Return what is known of the model under the id `name`; raise NotFound where there is none, or no longer."""
    return _found(name)[1]


def arrays(name: str, layer: int, epoch: int | None) -> Mapping[str, Array]:
    """Return what a layer of a model learned, as it was at a checkpoint; raise NotFound where it is gone."""
    return _found(name)[0].arrays(name, layer, epoch)


def _found(name: str) -> tuple[Source, Model]:
    for source in _sources:
        if (model := source.model(name)) is not None:
            return source, model
    raise NotFound(
        "There is no model {name}, or it has expired; those that are always there are listed under /api/v1/models.",
        name=shown(name),
    )


def _listed(numbers: Sequence[int]) -> str | Word:
    """Return numbers as a sentence has them: all of a few, of many the first and the last."""
    if len(numbers) > MOST_LISTED:
        return f"{', '.join(map(str, numbers[: MOST_LISTED - 1]))} … {numbers[-1]}"
    return ", ".join(map(str, numbers)) or Word("none yet")
