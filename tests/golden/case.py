"""One case of the comparison with PyTorch: a dictionary of PyTorch's own arguments, and what we make of it.

Ours is what a visitor's document gives, from its reading on: the arguments have PyTorch's names, and so are its fields.
Inputs are not stored: they are made from a seed by PCG64's raw words, whose stream NumPy keeps.
"""

from typing import Any

import numpy as np

from app.errors import Unfit
from app.pipeline.document import ValuesInput, read_document
from app.pipeline.plan import plan
from tests import pipelines

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


def fits(case: Case) -> bool:
    """Tell whether there is a document for a case."""
    try:
        ours(case, *inputs(case), computed=False)
    except Unfit:
        return False
    return True


def ours(case: Case, x, weight, bias, computed: bool = True) -> np.ndarray | None:
    """Return what the document of a case gives; nothing where it is only to be planned."""
    layer = {name: value for name, value in case.items() if name not in ("seed", "shape")}
    if weight is not None:
        arrays = {"weight": weight.tolist()} | ({} if bias is None else {"bias": bias.tolist()})
        layer |= {"weights": {"init": "values", **arrays}, "bias": bias is not None}
    document = read_document({"input": {"values": x.tolist()}, "layers": [layer]})
    (stage,) = plan(document, x.shape, **pipelines.PLENTY)
    if not computed:
        return None
    assert isinstance(document.input, ValuesInput)
    result = stage.layer.forward(document.input.values.array, stage.layer.weights_for(stage.input_shape))
    assert result.shape == stage.output_shape, case
    return result


def assert_equal(case: Case, theirs: np.ndarray) -> None:
    """Hold our result against PyTorch's by the tolerance of the contract; what is only chosen must be the same bits."""
    x, weight, bias = inputs(case)
    result = ours(case, x, weight, bias)
    assert result.shape == theirs.shape, case
    if case["type"] in ("relu", "max_pool2d", "upsample2d"):
        assert np.array_equal(result, theirs), case
        return
    products = ours(case, np.abs(x), None if weight is None else np.abs(weight), None)
    tolerance = 1e-5 * np.abs(theirs).max() + 1e-6 * products.max()
    assert np.abs(result.astype(np.float64) - theirs).max() <= tolerance, case
