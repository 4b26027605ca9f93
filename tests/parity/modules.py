"""PyTorch's module for a layer of a document."""

import math
from typing import Any

import numpy as np
import torch

nn = torch.nn
MODULES = {name.lower(): module for name, module in vars(nn).items() if isinstance(module, type)} | {
    "softmax": lambda: nn.Softmax(1), "globalavgpool2d": lambda: nn.AdaptiveAvgPool2d(1),
    "upsample2d": lambda scale=2: nn.Upsample(scale_factor=scale, mode="nearest"),
    "zeropad2d": lambda padding: nn.ZeroPad2d(_sides(padding)), "dropout": lambda: nn.Dropout(0),
}  # fmt: skip
FROM_INPUT = {  # what a module needs to know of its input
    "conv2d": lambda shape: shape[:1], "conv_transpose2d": lambda shape: shape[:1],
    "batch_norm2d": lambda shape: shape[:1], "linear": lambda shape: (math.prod(shape),),
}  # fmt: skip


def _sides(padding: int | tuple[int, ...]) -> tuple[int, ...]:
    """Return left, right, top, bottom, as PyTorch has them."""
    rows, columns = (padding, padding) if isinstance(padding, int) else padding if len(padding) == 2 else (0, 0)
    top, bottom, left, right = padding if not isinstance(padding, int) and len(padding) == 4 else (
        rows, rows, columns, columns
    )  # fmt: skip
    return left, right, top, bottom


def module(layer: dict[str, Any], shape: tuple[int, ...], weights: dict[str, np.ndarray]) -> nn.Module:
    """Return the module that computes `layer` on an input of `shape` (channels, rows, columns), with these weights."""
    kind = layer["type"]
    arguments = {name: value for name, value in layer.items() if name not in ("type", "weights", "inputs", "name")}
    arguments = {name: tuple(value) if isinstance(value, list) else value for name, value in arguments.items()}
    net = MODULES[kind.replace("_", "")](*FROM_INPUT.get(kind, lambda _: ())(shape), **arguments)
    state = {name: torch.from_numpy(array.copy()) for name, array in weights.items()}
    net.load_state_dict(state, strict=False)  # all but the count of batches that a normalization keeps
    return net
