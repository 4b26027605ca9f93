"""Makes cases.npz: some 300 random cases computed by PyTorch, which it alone needs.

python -m tests.golden.make_golden
"""

import json
import random
import warnings
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from tests.golden.case import Case, fits, inputs

PATH = Path(__file__).with_name("cases.npz")
TYPES = ("conv2d", "conv2d", "conv2d", "conv2d", "max_pool2d", "avg_pool2d", "avg_pool2d", "relu")
FINER = ("conv_transpose2d", "conv_transpose2d", "upsample2d")


def draw(
    chance: random.Random, sides: int = 20, channels: int = 4, filters: int = 6, types: tuple[str, ...] = TYPES
) -> Case:
    """Return a case that PyTorch accepts."""
    while True:
        case = _draw(chance, sides, channels, filters, types)
        if fits(case):
            return case


def _draw(chance: random.Random, sides: int, channels: int, filters: int, types: tuple[str, ...]) -> Case:
    kind = chance.choice(types)
    case: Case = {"type": kind, "seed": chance.randrange(2**31)}
    sizes = chance.randint(1, sides), chance.randint(1, sides)
    case["shape"] = [chance.randint(1, channels), *sizes]
    if kind == "relu":
        return case
    if kind == "upsample2d":
        case["scale"] = [chance.randint(2, 8), chance.randint(2, 8)]
        return case
    if kind == "conv_transpose2d":
        return case | _transposed(chance, case["shape"], filters)
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


def pool(chance: random.Random) -> Case:
    """Return a pool with gaps in its window, or with a divisor of its own."""
    while True:
        case = _draw(chance, 16, 3, 1, ("max_pool2d", "avg_pool2d"))
        if case["type"] == "max_pool2d":
            case["dilation"] = [chance.randint(1, 3), chance.randint(1, 3)]
        else:
            case["divisor_override"] = chance.randint(1, 12)
        if fits(case):
            return case


def _transposed(chance: random.Random, shape: list[int], filters: int) -> Case:
    groups = chance.choice((1, 1, 2, shape[0]))
    shape[0] = groups * max(1, shape[0] // groups)
    stride, dilation = ([chance.choice(each), chance.choice(each)] for each in ((1, 2, 3, 4), (1, 1, 2, 3)))
    return {
        "out_channels": groups * chance.randint(1, max(1, filters // groups)),
        "kernel_size": [chance.randint(1, 5), chance.randint(1, 5)],
        "stride": stride,
        "padding": [chance.randint(0, 3), chance.randint(0, 3)],
        "output_padding": [chance.randint(0, max(pair) - 1) for pair in zip(stride, dilation, strict=True)],
        "groups": groups,
        "bias": chance.random() < 0.7,
        "dilation": dilation,
    }


def theirs(case: Case) -> np.ndarray:
    """Return PyTorch's result."""
    x, weight, bias = (None if array is None else torch.from_numpy(array) for array in inputs(case))
    match case["type"]:
        case "relu":
            return functional.relu(x).numpy()
        case "max_pool2d" | "avg_pool2d" as kind:
            settings = {k: v for k, v in case.items() if k not in ("type", "seed", "shape")}
            return getattr(functional, kind)(x[None], **settings)[0].numpy()
        case "upsample2d":
            return functional.interpolate(x[None], scale_factor=tuple(case["scale"]), mode="nearest")[0].numpy()
        case "conv_transpose2d":
            names = "stride", "padding", "output_padding", "groups", "dilation"
            return functional.conv_transpose2d(x[None], weight, bias, *(case[name] for name in names))[0].numpy()
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
    cases += [draw(chance, sides=12, types=FINER) for _ in range(60)]
    cases += [pool(chance) for _ in range(40)]
    results = [theirs(case) for case in cases]
    listing = json.dumps({"torch": torch.__version__, "cases": cases, "shapes": [r.shape for r in results]})
    flat = np.concatenate([result.ravel() for result in results])
    np.savez_compressed(PATH, cases=np.frombuffer(listing.encode(), np.uint8), results=flat)


if __name__ == "__main__":
    main()
