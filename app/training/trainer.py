"""The Trainer: batch after batch, until all epochs are over or nobody asks for the next.

All that chance decides follows from the seed and the number of the step, so that a training that is put down after any
batch and taken up again, or begun anew, gives the same weights bit for bit on one machine.

    trainer = Trainer(network, examples, SGD(), batch_size=32, epochs=10, seed=7)
    for report in trainer: …            one batch each; leave the loop to stop, enter it again to go on
    trainer.restore(trainer.state())    what must be kept to go on elsewhere
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.layers.layer import Array
from app.training import micro_batches as in_parts
from app.training.examples import Batch, Chance, Examples
from app.training.network import Learned, Network, quiet
from app.training.optimizers import Optimizer


class Report(NamedTuple):
    """What one batch has brought."""

    step: int  # batches that have been learned from, this one included
    loss: float  # mean of the batch, before its change
    accuracy: float  # part of the batch that was right, before its change
    rate: float
    epoch: int | None  # how many epochs are over, where this batch ended one


class State(NamedTuple):
    """All that must be kept of a training to go on with it."""

    step: int
    arrays: Mapping[str, Array]  # the weights, as `Network.named`, and what the optimizer remembers of each


class Trainer:
    """Teaches a network by examples."""

    def __init__(
        self,
        network: Network,
        examples: Examples,
        optimizer: Optimizer,
        *,
        batch_size: int,
        epochs: int,
        seed: int,
        factors: Sequence[float] | None = None,
        decays: Sequence[float] | None = None,
        micro_batches: int = 1,
    ) -> None:
        """Begin before the first batch.

        `factors`: what the rate of each layer is multiplied by; left out, 1. `decays`: the weight decay of each layer;
        left out, the optimizer's. `micro_batches`: parts of each batch that are learned from side by side.
        """
        self.network, self.examples, self.optimizer = network, examples, optimizer
        self.batch_size, self.epochs, self.seed = batch_size, epochs, seed
        self.micro_batches = micro_batches
        self.factors = tuple(factors or [1.0] * len(network.layers))
        self._optimizers = [
            optimizer.model_copy(update={"weight_decay": decay})
            for decay in decays or [optimizer.weight_decay] * len(network.layers)
        ]
        self.step = 0
        self.steps_an_epoch = math.ceil(len(examples) / batch_size)
        self._start = {name: array.copy() for name, array in network.named()}
        self._memory = {name: optimizer.memory(array) for name, array in network.named()}

    @property
    def steps(self) -> int:
        """How many batches there are in all epochs."""
        return self.steps_an_epoch * self.epochs

    @property
    def rate(self) -> float:
        """The learning rate of the batch that comes next."""
        return self.optimizer.rate(self.step, self.steps)

    def __iter__(self) -> Iterator[Report]:
        while self.step < self.steps:
            yield self.advance()

    @quiet
    def advance(self) -> Report:
        """Learn from the batch that comes next."""
        rate = self.rate
        batch = self.next_batch()
        learned = self._learn(batch)
        self._change(learned, rate)
        self.step += 1
        epoch, within = divmod(self.step, self.steps_an_epoch)
        return Report(self.step, learned.loss.mean, float(learned.loss.right.mean()), rate, None if within else epoch)

    def _learn(self, batch: Batch) -> Learned:
        if self.micro_batches == 1:
            return self.network.learn(batch.x, batch.labels)
        return in_parts.learn(self.network, batch.x, batch.labels, self.micro_batches)

    def next_batch(self) -> Batch:
        """Return the batch that comes next; the last of an epoch has what is left."""
        epoch, place = divmod(self.step, self.steps_an_epoch)
        first = place * self.batch_size
        chance: Chance = np.random.Generator(_words(self.seed, epoch, place + 1))
        return self.examples.batch(
            _order(self.seed, epoch, len(self.examples))[first : first + self.batch_size], chance
        )

    def followed(self, index: int, name: str, place: tuple[int, ...], learned: Learned) -> tuple[float, float]:
        """Return one number of layer `index`, as it is and as it will be when the next batch has been learned from.

        `learned`: what the network says of that batch.
        """
        key, one = f"{index}.{name}", self.network.weights[index][name][place].reshape(1)
        memory = {moment: kept[place].reshape(1) for moment, kept in self._memory[key].items()}
        changed, rate = one.copy(), self.rate * self.factors[index]
        self._optimizers[index].update(changed, learned.weights[index][name][place].reshape(1), memory, rate, self.step)
        return float(one[0]), float(changed[0])

    def _change(self, learned: Learned, rate: float) -> None:
        for index, (arrays, optimizer) in enumerate(zip(self.network.weights, self._optimizers, strict=True)):
            for name, gradient in learned.weights[index].items():
                memory = self._memory[f"{index}.{name}"]
                optimizer.update(arrays[name], gradient, memory, rate * self.factors[index], self.step)
            for name, array in learned.statistics[index].items():
                arrays[name][...] = array

    def state(self) -> State:
        """Return a copy of all that must be kept to go on."""
        return State(self.step, {name: array.copy() for name, array in self._arrays()})

    def restore(self, state: State) -> None:
        """Go back, or on, to where a training of the same network, examples and settings was."""
        for name, array in self._arrays():
            array[...] = state.arrays[name]
        self.step = state.step

    def reset(self) -> None:
        """Go back to the beginning."""
        for name, array in self._arrays():
            array[...] = self._start.get(name, 0)
        self.step = 0

    def _arrays(self) -> Iterator[tuple[str, Array]]:
        for name, array in self.network.named():
            yield name, array
            for moment, kept in self._memory[name].items():
                yield f"{name}.{moment}", kept


@lru_cache(8)  # of several trainings
def _order(seed: int, epoch: int, count: int) -> NDArray[np.intp]:
    """Return the examples in the order of an epoch: that of one raw word each, the same for ever."""
    return np.argsort(_words(seed, epoch, 0).random_raw(count), kind="stable")


def _words(*seeds: int) -> np.random.PCG64:
    return np.random.PCG64(np.random.SeedSequence(seeds))
