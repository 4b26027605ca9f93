"""A whole trained model in a document: its layers with their weights, found where a list of layers begins with them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from app.layers import Layer
from app.layers.models import Model, Origin
from app.layers.reading import read_layer
from app.layers.trained import EpochField, ModelField, origin_of


class Whole(BaseModel):
    """What stands in a recipe for all layers of a model."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
    positional: ClassVar[tuple[str, ...]] = ("model",)
    model: ModelField
    """The name of a model, or the id of an upload or of a training."""
    epoch: EpochField = None
    """A checkpoint of its training, 0 before any; left out it is the last."""


def layers_of(model: Model, epoch: int | None) -> list[Layer]:
    """Return the layers of a model with its weights at a checkpoint."""
    return [
        read_layer(layer.fields("python") | {"weights": weights_of(model, at, epoch)}) if layer.learned else layer
        for at, layer in enumerate(model.layers)
    ]


def weights_of(model: Model, layer: int, epoch: int | None) -> dict[str, Any]:
    """Return what a document says of the weights of one layer of a model."""
    return {"init": "trained", "model": model.id, "layer": layer, "epoch": epoch}


def model_in(layers: Sequence[Layer]) -> Origin | None:
    """Return the model, and its epoch, whose layers and weights these begin with, each as it is; None for no model."""
    first = next(filter(None, map(origin_of, layers)), None)
    if first is None or len(layers) < len(first.model.layers):
        return None
    same = all(
        _settings(here) == _settings(there) and _from(here, first, at if there.learned else None)
        for at, (here, there) in enumerate(zip(layers, first.model.layers, strict=False))
    )
    return first if same else None


def _settings(layer: Layer) -> dict[str, Any]:
    return layer.model_dump(exclude={"weights"})


def _from(layer: Layer, first: Origin, at: int | None) -> bool:
    """Tell whether a layer has the weights of layer `at` of the model of `first`, of the same epoch; None: of none."""
    origin = origin_of(layer)
    if origin is None or at is None:
        return origin is None and at is None
    return (origin.model.id, origin.layer, origin.epoch) == (first.model.id, at, first.epoch)
