"""Weights that a network has learned: those of one layer of a model, as they were at one checkpoint of its training.

{"init": "trained", "model": "cifar10", "layer": 0, "epoch": 3}      trained("cifar10", 0, epoch=3)

The model is asked through the port of models.py: for shapes while a document is read, for numbers when it is computed.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from app.errors import Unfit, Word
from app.layers import models
from app.layers.layer import Layer
from app.layers.models import Origin, Shapes
from app.layers.numbers import Array
from app.layers.weights import MAX_SEED, Weights, first_values
from app.messages import N_

LONGEST_ID = 128  # characters
MOST_LAYERS = 1_000
ModelField = Annotated[str, Field(min_length=1, max_length=LONGEST_ID)]
EpochField = Annotated[int, Field(ge=0, le=MAX_SEED, strict=True)] | None


class TrainedWeights(Weights):
    """Learned by a network from examples."""

    positional: ClassVar[tuple[str, ...]] = ("model", "layer")
    of: ClassVar[str] = "conv2d"  # the kind of layer that learned them
    read_on: ClassVar[int] = 1  # the axis of the weights that counts what each output reads
    misfit: ClassVar[str] = N_(
        'The weights of layer {layer} of the model "{model}" read {given} channels, but here are {count}; give the '
        "layer what it reads in the model: the same layers before it, on a picture of the same size and colour."
    )
    init: Literal["trained"] = "trained"
    model: ModelField
    """The name of a model, or the id of an upload or of a training."""
    layer: Annotated[int, Field(ge=0, le=MOST_LAYERS, strict=True)]
    """Which of the model's layers, from 0."""
    epoch: EpochField = None
    """A checkpoint of its training, 0 before any; left out it is the last."""

    @cached_property
    def origin(self) -> Origin:
        """Where the weights come from; raises NotFound where the model is gone, Unfit where it has no such layer."""
        found = models.find(self.model)
        alike = [str(at) for at, layer in enumerate(found.layers) if layer.type == self.of]
        if self.layer >= len(found.layers):
            raise Unfit(
                'The model "{model}" has layers 0 to {last}, and no layer {layer}; those of {type} are: {alike}.',
                model=found.id,
                last=len(found.layers) - 1,
                layer=self.layer,
                type=self.of,
                alike=", ".join(alike) or Word("none"),
                pointer="/weights/layer",
            )
        if found.layers[self.layer].type != self.of:
            raise Unfit(
                'Layer {layer} of the model "{model}" is {other}, whose weights do not fit {type}; those of {type} '
                "are: {alike}.",
                layer=self.layer,
                model=found.id,
                other=found.layers[self.layer].type,
                type=self.of,
                alike=", ".join(alike) or Word("none"),
                pointer="/weights/layer",
            )
        try:
            return Origin(found, self.layer, found.checkpoint(self.epoch))
        except Unfit as mistake:
            raise mistake.within("/weights") from None

    @property
    def _shapes(self) -> Shapes:
        return self.origin.model.shapes[self.layer]

    def known_shape(self) -> tuple[int, ...]:
        return self._shapes["weight"]

    def first(self, count: int) -> dict[str, Any] | None:
        return first_values(self._arrays, count)

    def without_bias(self) -> dict[str, Any]:
        return {"init": "values", "weight": self._arrays["weight"]}

    def check(self, depth: int) -> None:
        given = self._shapes["weight"][self.read_on]
        if given != depth:
            raise Unfit(
                self.misfit,
                layer=self.layer,
                model=self.origin.model.id,
                given=f"{given:,}",
                count=f"{depth:,}",
                pointer="/weights",
            )

    def has_bias(self) -> bool:
        return "bias" in self._shapes

    def settled(self) -> "TrainedWeights":
        usual = self.epoch is not None and self.epoch == self.origin.model.last
        return self.model_copy(update={"epoch": None}) if usual else self

    @property
    def _arrays(self) -> Mapping[str, Array]:
        return models.arrays(self.model, self.layer, self.origin.epoch)

    def draw(self, shape: tuple[int, ...], fan_in: int, outputs: int) -> tuple[Array, Array]:
        learned = self._arrays
        return learned["weight"], learned.get("bias", np.zeros(outputs, np.float32))


class LinearTrainedWeights(TrainedWeights):
    """Learned by a network from examples."""

    of: ClassVar[str] = "linear"
    misfit: ClassVar[str] = N_(
        'The weights of layer {layer} of the model "{model}" read {given} numbers, but here are {count}; give the '
        "layer what it reads in the model: the same layers before it, on a picture of the same size and colour."
    )


class TransposedTrainedWeights(TrainedWeights):
    """Learned by a network from examples."""

    of: ClassVar[str] = "conv_transpose2d"
    read_on: ClassVar[int] = 0

    def first(self, count: int) -> dict[str, Any] | None:
        return None  # the first axis counts what is read


class NormTrainedWeights(TrainedWeights):
    """Learned by a network from examples."""

    of: ClassVar[str] = "batch_norm2d"
    read_on: ClassVar[int] = 0

    def norms(self, channels: int) -> dict[str, Array]:
        return {**super().norms(channels), **self._arrays}


def origin_of(layer: Layer) -> Origin | None:
    """Return where a layer's weights come from; None where they are of no model."""
    weights = vars(layer).get("weights")  # getattr takes ten times as long to find that a model has none
    return weights.origin if isinstance(weights, TrainedWeights) else None
