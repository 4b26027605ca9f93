"""What a unit looks for: the patches of pictures that excite each map of a shipped network most, found beforehand.

app/models/<id>/patches.json says where they are and holds no pixel: they are cut out of pictures that ship.

    {"weights": "<SHA-256 of weights.safetensors>", "epoch": 20, "pictures": ["chelsea", "digits/17"],
     "layers": {"0": [[[0, 96, 40, 5, 5, 2], …], …]}}

A list a layer, in it one a map, the strongest patch first: which picture, its topmost row and leftmost column there,
how many rows and columns of cells it has, and of how many pixels a side each cell is the mean.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from app.paths import APP

FOLDER = APP / "models"
FILE, WEIGHTS = "patches.json", "weights.safetensors"


class Patch(NamedTuple):
    """A part of a picture, brought to cells of `scale` × `scale` pixels."""

    picture: str  # of the gallery, or digits/<number>
    top: int  # pixels
    left: int
    rows: int  # cells
    columns: int
    scale: int


@dataclass(frozen=True)
class Patches:
    """The patches of a network at one checkpoint."""

    weights: str  # the hash of the file that they belong to
    epoch: int
    layers: dict[int, tuple[tuple[Patch, ...], ...]]  # a list a map

    def text(self) -> str:
        """Return what the file says, a line a layer."""
        pictures = sorted({patch.picture for maps in self.layers.values() for each in maps for patch in each})
        numbers = {name: number for number, name in enumerate(pictures)}
        told = {
            layer: [[[numbers[patch.picture], *patch[1:]] for patch in each] for each in maps]
            for layer, maps in self.layers.items()
        }
        lines = ",\n".join(f'  "{layer}": {json.dumps(maps, separators=(",", ":"))}' for layer, maps in told.items())
        head = f'"weights": "{self.weights}", "epoch": {self.epoch}, "pictures": {json.dumps(pictures)}'
        return f'{{{head},\n "layers": {{\n{lines}}}}}\n'


def read_patches(text: str) -> Patches:
    """Return what a file says."""
    told = json.loads(text)
    pictures = told["pictures"]
    layers = {
        int(layer): tuple(tuple(Patch(pictures[patch[0]], *patch[1:]) for patch in each) for each in maps)
        for layer, maps in told["layers"].items()
    }
    return Patches(told["weights"], told["epoch"], layers)


@lru_cache(8)
def patches_of(model: str) -> Patches | None:
    """Return the patches of a network that ships; None for any other."""
    file = _file(model, FILE)
    return read_patches(file.read_text("utf-8")) if file else None


def weights_hash(model: str) -> str:
    """Return the hash of the weights of a network that ships."""
    file = _file(model, WEIGHTS)
    assert file is not None, model
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _file(model: str, name: str) -> Path | None:
    """Return a file of a network that ships, none for an id that is none of theirs."""
    return next((path for path in FOLDER.glob(f"*/{name}") if path.parent.name == model), None)
