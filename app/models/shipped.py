"""The networks in a folder, each in one of its own: <id>/model.json and <id>/weights.safetensors.

Tensors are named "<epoch>.<layer>.<array>", as in "3.0.weight", or "<name>.<array>" by the name of a layer where the
network has no epochs, and may have half precision. Facts are read when a network is first asked for, numbers whenever
a layer is computed: they stay in the file, which is mapped into memory, and those of the layers asked for last at hand.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open

from app.layers import Layer
from app.layers.models import Checkpoint, Model
from app.layers.numbers import Array
from app.models.facts import Facts
from app.pipeline import recipe

LAYERS_KEPT = 64  # of a network, their numbers ready to compute with: a few megabytes


class Shipped:
    """The trained networks of a folder: a source of models (app/layers/models.py)."""

    def __init__(self, folder: Path) -> None:
        self._networks = {path.parent.name: Network(path.parent) for path in sorted(folder.glob("*/model.json"))}

    def __iter__(self) -> Iterator[Model]:
        return (network.model for network in self._networks.values())

    def model(self, name: str) -> Model | None:
        """Return what is known of the model under this id; None where none has it."""
        network = self._networks.get(name)
        return None if network is None else network.model

    def arrays(self, name: str, layer: int, epoch: int | None) -> Mapping[str, Array]:
        """Return what a layer of a model learned, by name, as it was at a checkpoint."""
        return self._networks[name].arrays(layer, epoch)


class Network:
    """One trained network, read as far as it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.arrays = lru_cache(LAYERS_KEPT)(self._arrays)

    @cached_property
    def facts(self) -> Facts:
        """What model.json says."""
        return Facts.model_validate_json((self._folder / "model.json").read_bytes())

    @cached_property
    def _tensors(self) -> Any:
        return safe_open(self._folder / "weights.safetensors", "numpy")

    @cached_property
    def model(self) -> Model:
        """What is known of it."""
        facts, layers = self.facts, recipe.read(self.facts.recipe)
        shapes = defaultdict[str, dict[str, tuple[int, ...]]](dict)
        for name in self._tensors.keys():  # noqa: SIM118 - it is no mapping
            owner, _, array = name.rpartition(".")
            shapes[owner][array] = tuple(self._tensors.get_slice(name).get_shape())
        last = facts.epochs[-1].epoch if facts.epochs else None
        return Model(
            id=self._folder.name,
            title=facts.title,
            input=facts.input.model_dump(mode="json", exclude_defaults=True),
            layers=layers,
            shapes=tuple(shapes[_owner(layers, at, last)] for at in range(len(layers))),
            classes=facts.classes,
            epochs=tuple(Checkpoint(**each.model_dump()) for each in facts.epochs),
            licence=facts.licence,
            source=facts.source,
        )

    def _arrays(self, layer: int, epoch: int | None) -> Mapping[str, Array]:
        """Return what a layer learned, as it was at a checkpoint, float32."""
        found = dict[str, Array]()
        for name in self.model.shapes[layer]:
            tensor = f"{_owner(self.model.layers, layer, epoch)}.{name}"
            found[name] = self._tensors.get_tensor(tensor).astype(np.float32)
            found[name].flags.writeable = False
        return found


def _owner(layers: Sequence[Layer], layer: int, epoch: int | None) -> str:
    """Return what the tensors of a layer are named after."""
    return f"{epoch}.{layer}" if epoch is not None else layers[layer].name or str(layer)
