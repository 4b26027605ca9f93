"""What model.json says of a trained network.

{"title": "CIFAR-10", "input": {"height": 32, "width": 32, "mode": "RGB", "fit": "cover", "scale": "unit"},
 "recipe": "conv2d(16, 5) | relu | max_pool2d(2) | linear(10) | softmax", "classes": ["airplane", …],
 "epochs": [{"epoch": 0, "loss": 2.31, "accuracy": 0.11}, …], "licence": "…", "source": "…", "training": {…}}
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from app.pipeline.document import Scale, Side


class Facts(BaseModel):
    """What is said of a trained network; nothing may be missing, and nothing else is said."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    input: "Input"
    recipe: str  # its layers, without weights
    classes: tuple[str, ...]  # what its outputs stand for, in order
    epochs: tuple["Epoch", ...] = ()  # one a checkpoint, ascending; none where others trained it
    licence: str
    source: str  # what it was trained on, and by whom that was made
    training: "Training | None" = None  # none where others trained it


class Input(BaseModel):
    """What it reads; a picture is brought to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    height: Side
    width: Side
    mode: Literal["RGB", "L"]
    fit: Literal["cover", "contain", "stretch"]
    resample: Literal["box", "nearest", "bilinear", "bicubic", "lanczos"] = "box"
    scale: Literal["unit", "byte"] | Scale


class Epoch(BaseModel):
    """One checkpoint: how good it was on examples that were held out."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    epoch: int  # 0: before any training
    loss: float
    accuracy: float


class Training(BaseModel):
    """How it was trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    data: str
    seed: int
    command: str
    seconds: float
    optimizer: str | dict[str, Any]
    batch_size: int
