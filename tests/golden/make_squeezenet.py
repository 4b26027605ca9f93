"""Makes squeezenet.json: what PyTorch finds in each layer of SqueezeNet on three photographs, which it alone needs.

python -m tests.golden.make_squeezenet
"""

import json
from pathlib import Path

import numpy as np

from app.pictures import gallery
from tests.parity.squeezenet import SqueezeNet
from tests.parity.test_squeezenet import square

PATH = Path(__file__).with_name("squeezenet.json")
PICTURES = ("coffee", "camera", "coins")
CELLS = 5  # of each output, by chance


def found(net: SqueezeNet, image: str) -> dict[str, object]:
    """Return the classes that are likeliest, and of each layer its tolerance, its mean and some of its numbers."""
    outputs, chance = net(square(gallery.load(image))), np.random.PCG64(1)
    layers = []
    for output, products in zip(outputs, net.products, strict=True):
        cells = (chance.random_raw(CELLS) % output.size).tolist()
        tolerance = float(1e-5 * np.abs(output).max() + 1e-6 * products)
        numbers = [[at, float(f"{output.ravel()[at]:.9g}")] for at in cells]
        layers.append([float(f"{tolerance:.4g}"), float(f"{output.mean(dtype=np.float64):.9g}"), numbers])
    best = np.argsort(-outputs[-1])[:3].tolist()
    return {"best": [[at, round(float(outputs[-1][at]), 5)] for at in best], "layers": layers}


if __name__ == "__main__":
    net = SqueezeNet()
    lines = [f'"{image}": {json.dumps(found(net, image), separators=(",", ":"))}' for image in PICTURES]
    PATH.write_text("{" + ",\n".join(lines) + "}\n", "utf-8")
