"""SqueezeNet 1.1 in PyTorch, from the file of weights that ships and from nothing else of ours."""

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn import functional

from app.paths import APP

SIDE = 227
MEAN = torch.tensor([123.68, 116.779, 103.939]).view(3, 1, 1)
POOLED = {2, 4, 6}


class SqueezeNet:
    """The network, and what each of its 66 layers gave."""

    def __init__(self) -> None:
        self.weights = {n: t.float() for n, t in load_file(APP / "models/squeezenet/weights.safetensors").items()}
        self.outputs: list[torch.Tensor] = []
        self.products: list[
            float
        ] = []  # the largest sum of the products' sizes in a cell; 0 where nothing is multiplied

    def keep(self, x: torch.Tensor, products: float = 0.0) -> torch.Tensor:
        self.outputs.append(x)
        self.products.append(products)
        return x

    def conv(self, x: torch.Tensor, name: str, **how: int) -> torch.Tensor:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        sizes = functional.conv2d(x.abs(), weight.abs(), bias.abs(), **how)
        self.keep(functional.conv2d(x, weight, bias, **how), float(sizes.max()))
        return self.keep(torch.relu(self.outputs[-1]))

    def pool(self, x: torch.Tensor) -> torch.Tensor:
        return self.keep(functional.max_pool2d(x, 3, 2, ceil_mode=True))

    @torch.no_grad()
    def __call__(self, pixels: np.ndarray) -> list[np.ndarray]:
        """Return the outputs of all layers for a picture, uint8 (3, 227, 227)."""
        self.outputs, self.products = [], []
        x = self.conv((torch.from_numpy(pixels.copy()).float() - MEAN)[None], "conv1", stride=2)
        for number in range(2, 10):
            if number in POOLED:
                x = self.pool(x)
            squeezed = self.conv(x, f"fire{number}/squeeze1x1")
            ways = [
                self.conv(squeezed, f"fire{number}/expand1x1"),
                self.conv(squeezed, f"fire{number}/expand3x3", padding=1),
            ]
            x = self.keep(torch.cat(ways, 1))
        x = self.conv(x, "conv10")
        x = self.keep(x.mean((2, 3), keepdim=True), float(x.abs().mean((2, 3)).max()))
        x = self.keep(x.flatten(1))
        self.keep(torch.softmax(x, 1))
        return [output[0].numpy() for output in self.outputs]
