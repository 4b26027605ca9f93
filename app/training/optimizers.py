"""Optimizers: how weights follow their gradients. Each is a document, and keeps nothing itself.

What it remembers of a weight array lies beside it, in arrays of the same shape (its `memory`), so that a training can
be put down and taken up again.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.errors import Unfit
from app.layers.numbers import Array
from app.training.schedules import SCHEDULES

MOST_RATE = 100
Rate = Annotated[float, Field(gt=0, le=MOST_RATE, allow_inf_nan=False, strict=True)]
Part = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False, strict=True)]
Decay = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]


class Optimizer(BaseModel):
    """What all kinds share: a rate that follows a schedule, and weight decay."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    remembers: ClassVar[tuple[str, ...]] = ()  # the names of what is kept beside each weight array
    type: str
    learning_rate: Rate
    """How far a weight goes along its gradient; with one_cycle, at the top."""
    weight_decay: Decay = 0.0
    """The part of each weight that is added to its gradient, which draws it to zero."""
    schedule: Literal["constant", "one_cycle"] = "constant"
    """How the rate goes on: always the same, or up and down again once."""

    @property
    def plain(self) -> bool:
        """Whether the change is the rate times the gradient, and nothing beside."""
        return not self.weight_decay and not self.remembers

    def rate(self, step: int, steps: int) -> float:
        """Return the learning rate at a step, from 0, of so many."""
        return self.learning_rate * SCHEDULES[self.schedule](step, steps)

    def memory(self, weight: Array) -> dict[str, Array]:
        """Return what is remembered of a weight array before the first step."""
        return {name: np.zeros_like(weight) for name in self.remembers}

    def update(self, weight: Array, gradient: Array, memory: Mapping[str, Array], rate: float, step: int) -> None:
        """Change `weight` and what is remembered of it, in place, at a step from 0."""
        if self.weight_decay:
            gradient = np.asarray(gradient + self.weight_decay * weight)
        weight -= self.change(gradient, memory, rate, step)

    def change(self, gradient: Array, memory: Mapping[str, Array], rate: float, step: int) -> Array:
        """Return what is taken away from a weight array, and change what is remembered of it."""
        raise NotImplementedError


class SGD(Optimizer):
    """Stochastic gradient descent, which with momentum goes on in the direction it came.

    The definition is that of `torch.optim.SGD` without dampening.
    """

    remembers: ClassVar[tuple[str, ...]] = ("momentum",)
    type: Literal["sgd"] = "sgd"
    learning_rate: Rate = 0.05
    """How far a weight goes along its gradient; with one_cycle, at the top."""
    momentum: Part = 0.9
    """The part of the last change's direction that is kept."""
    nesterov: Annotated[bool, Field(strict=True)] = False
    """Whether the momentum looks one step ahead."""

    @model_validator(mode="after")
    def _check(self) -> "SGD":
        if self.nesterov and not self.momentum:
            raise Unfit(
                "nesterov looks ahead along the momentum, which is {momentum}; give a momentum such as 0.9, or leave "
                "nesterov out.",
                momentum=self.momentum,
                pointer="/nesterov",
            )
        return self

    @property
    def plain(self) -> bool:
        return not self.weight_decay and not self.momentum

    def memory(self, weight: Array) -> dict[str, Array]:
        return super().memory(weight) if self.momentum else {}

    def change(self, gradient: Array, memory: Mapping[str, Array], rate: float, step: int) -> Array:
        if not self.momentum:
            return np.asarray(rate * gradient)
        direction = memory["momentum"]
        direction *= self.momentum
        direction += gradient
        ahead = gradient + self.momentum * direction if self.nesterov else direction
        return np.asarray(rate * ahead, gradient.dtype)


class Adam(Optimizer):
    """Adaptive moment estimation: each weight has a rate of its own, by how large its gradients have been.

    Kingma & Ba, "Adam" (ICLR 2015); the definition is that of `torch.optim.Adam`.
    """

    FIRST: ClassVar[float] = 0.9  # parts that are kept of the mean gradient …
    SECOND: ClassVar[float] = 0.999  # … and of its mean square
    EPSILON: ClassVar[float] = 1e-8
    remembers: ClassVar[tuple[str, ...]] = ("mean", "square")
    type: Literal["adam"] = "adam"
    learning_rate: Rate = 0.001
    """How far a weight goes at most, about; with one_cycle, at the top."""

    def change(self, gradient: Array, memory: Mapping[str, Array], rate: float, step: int) -> Array:
        mean, square = memory["mean"], memory["square"]
        mean += (1 - self.FIRST) * (gradient - mean)
        square *= self.SECOND
        square += (1 - self.SECOND) * gradient * gradient
        spread: Array = np.sqrt(square)
        spread /= (1 - self.SECOND ** (step + 1)) ** 0.5
        spread += self.EPSILON
        found: Array = mean / spread
        found *= rate / (1 - self.FIRST ** (step + 1))
        return found


AnyOptimizer = Annotated[SGD | Adam, Field(discriminator="type")]
OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "adam": Adam}
