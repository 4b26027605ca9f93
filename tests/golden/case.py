"""One case of the comparison with PyTorch: a dictionary of PyTorch's own arguments, and what we make of it.

Inputs are not stored: they are made from a seed by PCG64's raw words, whose stream NumPy keeps.
"""

from typing import Any

import numpy as np

from app.numerics.activations import relu
from app.numerics.convolution import correlate
from app.numerics.pooling import avg_pool, max_pool
from app.numerics.spread import Spread
from app.numerics.transposed import conv_transpose, upsample
from app.numerics.window import Window

Case = dict[str, Any]


def numbers(seed: int, shape) -> np.ndarray:
    """Return float32 numbers between −4 and 4, from the top 24 bits of raw words."""
    words = np.random.PCG64(seed).random_raw(int(np.prod(shape)))
    return ((words >> np.uint64(40)).astype(np.float32) / 2**21 - 4).reshape(shape)


def inputs(case: Case) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Return x, weight and bias."""
    x = numbers(case["seed"], case["shape"])
    if case["type"] == "conv_transpose2d":
        out = case["out_channels"] // case["groups"]
        weight = numbers(case["seed"] + 1, (case["shape"][0], out, *case["kernel_size"]))
        return x, weight, numbers(case["seed"] + 2, case["out_channels"]) if case["bias"] else None
    if case["type"] != "conv2d":
        return x, None, None
    out, depth = case["out_channels"], case["shape"][0] // case["groups"]
    weight = numbers(case["seed"] + 1, (out, depth, *case["kernel_size"]))
    return x, weight, numbers(case["seed"] + 2, out) if case["bias"] else None


def spread(case: Case) -> Spread:
    if case["type"] == "upsample2d":
        return Spread(tuple(case["scale"]), tuple(case["scale"]))
    names = "kernel_size", "stride", "padding", "output_padding", "dilation"
    return Spread(*(tuple(case[name]) for name in names))


def window(case: Case) -> Window | Spread:
    if case["type"] in ("conv_transpose2d", "upsample2d"):
        return spread(case)
    if case["type"] == "relu":
        return Window()
    size, stride = tuple(case["kernel_size"]), tuple(case["stride"])
    if case["type"] == "conv2d":
        dilation = tuple(case["dilation"])
        if case["padding"] == "same":
            spare = [(k - 1) * d for k, d in zip(size, dilation, strict=True)]
            padding = tuple((n // 2, n - n // 2) for n in spare)
        else:
            padding = tuple((n, n) for n in case["padding"])
        return Window(size, stride, padding, dilation)
    return Window(size, stride, tuple((n, n) for n in case["padding"]), ceil_mode=case["ceil_mode"])


def ours(case: Case, x, weight, bias) -> np.ndarray:
    match case["type"]:
        case "relu":
            return relu(x)
        case "max_pool2d":
            return max_pool(x, window(case))
        case "avg_pool2d":
            return avg_pool(x, window(case), count_include_pad=case["count_include_pad"])
        case "upsample2d":
            return upsample(x, tuple(case["scale"]))
        case "conv_transpose2d":
            return conv_transpose(x, weight, bias, spread(case), groups=case["groups"])
    return correlate(x, weight, bias, window(case), padding_mode=case["padding_mode"], groups=case["groups"])


def assert_equal(case: Case, theirs: np.ndarray) -> None:
    """Hold our result against PyTorch's by the tolerance of the contract; what is only chosen must be the same bits."""
    x, weight, bias = inputs(case)
    result = ours(case, x, weight, bias)
    assert result.shape == theirs.shape, case
    assert result.shape[1:] == tuple(window(case).output_length(axis, x.shape[axis + 1]) for axis in (0, 1)), case
    if case["type"] in ("relu", "max_pool2d", "upsample2d"):
        assert np.array_equal(result, theirs), case
        return
    products = ours(case, np.abs(x), None if weight is None else np.abs(weight), None)
    tolerance = 1e-5 * np.abs(theirs).max() + 1e-6 * products.max()
    assert np.abs(result.astype(np.float64) - theirs).max() <= tolerance, case
