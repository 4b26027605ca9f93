"""A trained model for tests, small and oblong: every kind of layer that learns, three checkpoints, half precision.

Its numbers are drawn by chance, so that no two weights, axes or checkpoints are alike.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from app.layers import models
from app.models.shipped import Shipped

ID = "tiny"
RECIPE = "conv2d(4, (3, 2)) | batch_norm2d | relu | max_pool2d(2) | conv_transpose2d(2, 3, 2) | linear(3) | softmax"
LEARNED = {
    0: {"weight": (4, 3, 3, 2), "bias": (4,)},
    1: {"weight": (4,), "bias": (4,), "running_mean": (4,), "running_var": (4,)},
    4: {"weight": (4, 2, 3, 3), "bias": (2,)},
    5: {"weight": (3, 198), "bias": (3,)},
}
EPOCHS = (0, 1, 5)
INPUT = {
    "height": 12,
    "width": 10,
    "mode": "RGB",
    "fit": "contain",
    "scale": {"mean": [0.5, 0.4, 0.3], "std": [0.25, 0.5, 0.2]},
}
FACTS = {
    "title": "A tiny model",
    "input": INPUT,
    "recipe": RECIPE,
    "classes": ["cat", "dog", "frog"],
    "epochs": [{"epoch": epoch, "loss": 1 / (1 + epoch), "accuracy": epoch / 6} for epoch in EPOCHS],
    "licence": "CC0 1.0",
    "source": "chance",
    "training": {"data": "none", "seed": 1, "command": "none", "seconds": 0, "optimizer": "none", "batch_size": 1},
}


def tensors() -> dict[str, np.ndarray]:
    """Return what the file of weights holds."""
    chance = np.random.default_rng(7)
    return {
        f"{epoch}.{layer}.{name}": (np.abs if name == "running_var" else np.asarray)(
            chance.normal(size=shape).astype(np.float32 if name.startswith("running") else np.float16)
        )
        for epoch in EPOCHS
        for layer, arrays in LEARNED.items()
        for name, shape in arrays.items()
    }


def write(folder: Path, name: str = ID) -> Path:
    """Write the model into a folder of models."""
    (folder / name).mkdir(parents=True)
    (folder / name / "model.json").write_text(json.dumps(FACTS))
    save_file(tensors(), folder / name / "weights.safetensors")
    return folder


@contextmanager
def registered(folder: Path, name: str = ID) -> Iterator[Shipped]:
    """Let documents name the model."""
    source = Shipped(write(folder, name))
    models.register(source)
    yield source
    models.forget(source)
