"""Makes cases.npz: about 200 random cases computed by PyTorch, which it alone needs.

python -m tests.golden.make_golden
"""

import json
import random
import warnings
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from tests.golden.case import Case, inputs, window

PATH = Path(__file__).with_name("cases.npz")
TYPES = ("conv2d", "conv2d", "conv2d", "conv2d", "max_pool2d", "avg_pool2d", "avg_pool2d", "relu")


def draw(chance: random.Random, sides: int = 20, channels: int = 4, filters: int = 6) -> Case:
    """Return a case that PyTorch accepts."""
    while True:
        case = _draw(chance, sides, channels, filters)
        shape = window(case).output_shape(tuple(case["shape"][1:]))
        if 0 not in shape:
            return case


def _draw(chance: random.Random, sides: int, channels: int, filters: int) -> Case:
    kind = chance.choice(TYPES)
    case: Case = {"type": kind, "seed": chance.randrange(2**31)}
    sizes = chance.randint(1, sides), chance.randint(1, sides)
    case["shape"] = [chance.randint(1, channels), *sizes]
    if kind == "relu":
        return case
    case["kernel_size"] = size = [chance.randint(1, 5), chance.randint(1, 5)]
    case["stride"] = [chance.randint(1, 4), chance.randint(1, 4)]
    if kind != "conv2d":
        case["padding"] = [chance.randint(0, k // 2) for k in size]
        case["ceil_mode"] = chance.random() < 0.5
        if kind == "avg_pool2d":
            case["count_include_pad"] = chance.random() < 0.5
        return case
    case["groups"] = groups = chance.choice((1, 1, 2, case["shape"][0]))
    case["shape"][0] = groups * max(1, case["shape"][0] // groups)
    case["out_channels"] = groups * chance.randint(1, max(1, filters // groups))
    case["bias"] = chance.random() < 0.7
    case["dilation"] = [chance.choice((1, 1, 2, 3)), chance.choice((1, 1, 2, 3))]
    case["padding_mode"] = mode = chance.choice(("zeros", "zeros", "reflect", "replicate", "circular"))
    most = [{"reflect": n - 1, "circular": n}.get(mode, 4) for n in sizes]
    case["padding"] = [chance.randint(0, min(4, n)) for n in most]
    if chance.random() < 0.2:
        spare = [((k - 1) * d + 1) // 2 for k, d in zip(size, case["dilation"], strict=True)]
        if all(need <= n for need, n in zip(spare, most, strict=True)):
            case["stride"], case["padding"] = [1, 1], "same"
    return case


def theirs(case: Case) -> np.ndarray:
    """Return PyTorch's result."""
    x, weight, bias = (None if array is None else torch.from_numpy(array) for array in inputs(case))
    match case["type"]:
        case "relu":
            return functional.relu(x).numpy()
        case "max_pool2d" | "avg_pool2d" as kind:
            settings = {k: v for k, v in case.items() if k not in ("type", "seed", "shape")}
            return getattr(functional, kind)(x[None], **settings)[0].numpy()
    padding = case["padding"] if case["padding"] == "same" else tuple(case["padding"])
    layer = torch.nn.Conv2d(
        len(x), case["out_channels"], case["kernel_size"], case["stride"], padding, case["dilation"], case["groups"],
        case["bias"], case["padding_mode"],
    )  # fmt: skip
    with torch.no_grad(), warnings.catch_warnings(action="ignore"):  # "same" with even kernels warns of a copy
        layer.weight[:] = weight
        if case["bias"]:
            layer.bias[:] = bias
        return layer(x[None])[0].numpy()


def main() -> None:
    chance = random.Random(7)  # noqa: S311 - not a secret
    cases = [draw(chance) for _ in range(200)]
    results = [theirs(case) for case in cases]
    listing = json.dumps({"torch": torch.__version__, "cases": cases, "shapes": [r.shape for r in results]})
    flat = np.concatenate([result.ravel() for result in results])
    np.savez_compressed(PATH, cases=np.frombuffer(listing.encode(), np.uint8), results=flat)


if __name__ == "__main__":
    main()
