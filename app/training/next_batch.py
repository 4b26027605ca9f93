"""What the batch that comes next says of a network in training, and what it will do to a weight."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.errors import NotFound, Unfit
from app.layers.layer import Array
from app.layers.meeting import Meeting, Weight
from app.training.course import Course
from app.training.examples import Batch
from app.training.network import Learned, quiet
from app.training.optimizers import Optimizer
from app.training.trainer import Trainer
from app.training.weight_change import WeightChange, total


@dataclass(frozen=True)
class NextBatch:
    """The examples of a batch, and the gradients of their losses. To ask changes nothing."""

    trainer: Trainer  # before it
    batch: Batch
    learned: Learned
    _read: dict[int, Array] = field(default_factory=dict)  # what layers read: (channel, row, column, example)

    @property
    def optimizer(self) -> Optimizer:
        """What makes changes of gradients."""
        return self.trainer.optimizer

    @property
    def pictures(self) -> NDArray[Any]:
        """Its examples as they are kept, (example, channel, row, column)."""
        return self.trainer.examples.pictures[self.batch.numbers]

    @property
    def size(self) -> int:
        """The bytes that it takes to keep, about."""
        arrays = (array for found in (self.trainer.network.weights, self.learned.weights) for array in found)
        weights = sum(array.nbytes for named in arrays for array in named.values())
        return 2 * (self.batch.x.nbytes + sum(array.nbytes for array in self.learned.outputs)) + weights

    def __len__(self) -> int:
        return len(self.batch.labels)

    def rate(self, index: int) -> float:
        """The rate with which layer `index` learns from it."""
        return self.trainer.rate * self.trainer.factors[index]

    def example(self, index: int, weight: Weight, example: int) -> float:
        """Return the gradient of the loss of one example by a weight of layer `index`, in double precision."""
        met, gradient = self._told(index, weight, example)
        return total(self._meeting(index, weight).values(met), gradient)

    def change(self, index: int, weight: Weight, example: int) -> WeightChange:
        """Return how a weight of layer `index` is to change, with what one example of the batch says of it.

        Raises NotFound where there is no such example, Unfit where the numbers run away.
        """
        if not 0 <= example < len(self):
            raise NotFound(
                "There is no example {example} in the batch that comes next; they run from 0 to {last}.",
                example=example,
                last=len(self) - 1,
            )
        met, gradient = self._told(index, weight, example)
        before, after = self.trainer.followed(index, "weight", weight, self.learned)
        mean = float(self.learned.weights[index]["weight"][weight])
        change = WeightChange(
            input=met,
            gradient=gradient,
            meeting=self._meeting(index, weight),
            weight=before,
            update=after - before,
            step=self.trainer.step,
            batch=mean,
        )
        if not all(np.isfinite(number).all() for number in (met, gradient, mean, change.next)):
            raise Unfit(
                "The numbers of layer {number} ({type}) grow past what float32 holds (about 3.4e38) in the batch that "
                "comes next; begin another training with a smaller learning rate or smaller weights.",
                number=index + 1,
                type=self.trainer.network.layers[index].type,
            )
        return change

    def _meeting(self, index: int, weight: Weight) -> Meeting:
        network = self.trainer.network
        meeting = network.layers[index].meeting(network.shape_read(index), weight)
        assert meeting is not None
        return meeting

    def _told(self, index: int, weight: Weight, example: int) -> tuple[Array, Array]:
        """Return the channel that a weight meets of an example, and the gradient of its own loss by the map."""
        if index not in self._read:
            self._read[index] = self.trainer.network.inputs(self.batch.x, index, learning=True)[0]
        x = self._read[index][self._meeting(index, weight).channel, ..., example]
        return np.ascontiguousarray(x), self.learned.outputs[index][weight.filter, ..., example] * np.float32(len(self))


class NextBatches(Protocol):
    """What knows the batches of trainings: a port, as app/layers/models.py is one for what they have learned."""

    async def after(self, model: str, epoch: int) -> NextBatch | None:
        """Return the batch that came, or will come, after a checkpoint of a training; None where none comes."""
        ...


@quiet
def next_batch(course: Course) -> NextBatch:
    """Return what comes next in a course, which nobody else goes on with; raise NotFound where nothing does."""
    trainer = course.trainer
    if course.finished:
        raise NotFound(
            "All {epochs} epochs are over, so that no batch comes next; reset begins again.", epochs=trainer.epochs
        )
    batch = trainer.next_batch()
    return NextBatch(trainer, batch, course.network.learn(batch.x, batch.labels, watched=True))
