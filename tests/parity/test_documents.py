"""3,000 random documents over all layer types, as a visitor's run goes, against PyTorch layer by layer."""

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from app.layers import LAYERS  # noqa: E402 - PyTorch first: without it there is nothing to compare
from tests import pipelines  # noqa: E402
from tests.parity.modules import module  # noqa: E402

pytestmark = [pytest.mark.parity, pytest.mark.timeout(1800)]
DOCUMENTS = 3000
# Sums of products, linear in their input:
ADDING = {"conv2d", "conv_transpose2d", "linear", "avg_pool2d", "global_avg_pool2d"}


def theirs(layer: dict, x: np.ndarray, weights: dict) -> tuple[np.ndarray, float]:
    """Return PyTorch's result for a layer of a document, and the largest sum of the products' sizes in a cell."""
    kind = layer["type"]
    net = module(layer, x.shape, weights).eval()
    source = torch.from_numpy(x)[None]
    if kind == "linear":
        source = source.flatten(1)
    with torch.no_grad():
        made = net(source)[0].numpy()
        sizes = 0.0
        if kind in ADDING:
            net.load_state_dict({name: array.abs() for name, array in net.state_dict().items()})
            sizes = float(net(source.abs()).max())
    if kind == "batch_norm2d":
        factor = np.abs(weights["weight"]) / np.sqrt(weights["running_var"] + np.float32(layer.get("eps", 1e-5)))
        largest = np.abs(x).max(axis=(1, 2)) + np.abs(weights["running_mean"])
        sizes = float((factor * largest + np.abs(weights["bias"])).max())
    return made, sizes


@pytest.mark.parametrize("kind", ["upsample2d", "conv_transpose2d"])
def test_five_hundred_chains_with_a_finer_layer_agree_layer_by_layer(kind):
    chance, found = pipelines.chance(f"finer {kind}"), 0
    while found < 500:
        document, stages = pipelines.pipeline(chance, layers=5, sides=chance.choice([8, 24]), kind=kind)
        if all(stage.layer.type != kind for stage in stages):
            continue
        found += 1
        agree(document, stages)


def agree(document, stages):
    """Hold each layer of a document against PyTorch."""
    x = document.input.values.array
    for stage, layer in zip(stages, document.canonical["layers"], strict=True):
        weights = stage.layer.weights_for(stage.input_shape)
        ours = stage.layer.forward(x, weights)
        with warnings.catch_warnings(action="ignore"):
            expected, products = theirs(layer, x.reshape(stage.input_axes), weights)
        assert expected.shape == stage.output_axes, layer
        tolerance = 1e-5 * np.abs(expected).max() + 1e-6 * products
        assert float(np.abs(ours.reshape(expected.shape) - expected).max()) <= tolerance, layer
        x = ours


def test_three_thousand_random_documents_agree_layer_by_layer():
    chance = pipelines.chance(2026)
    worst, seen, layers = dict.fromkeys(LAYERS, 0.0), set(), 0
    for number in range(DOCUMENTS):
        kind = list(LAYERS)[number % len(LAYERS)]
        document, stages = pipelines.pipeline(chance, layers=6, sides=chance.choice([8, 24, 60]), kind=kind)
        x = document.input.values.array
        for stage, layer in zip(stages, document.canonical["layers"], strict=True):
            weights = stage.layer.weights_for(stage.input_shape)
            ours = stage.layer.forward(x, weights)
            with warnings.catch_warnings(action="ignore"):  # "same" with even kernels warns of a copy
                expected, products = theirs(layer, x.reshape(stage.input_axes), weights)
            assert expected.shape == stage.output_axes, (number, layer)
            tolerance = 1e-5 * np.abs(expected).max() + 1e-6 * products
            error = float(np.abs(ours.reshape(expected.shape) - expected).max())
            assert error <= tolerance, (number, layer, stage.input_shape, error, tolerance)
            worst[stage.layer.type] = max(worst[stage.layer.type], error / tolerance if tolerance else 0.0)
            seen |= {stage.layer.type, getattr(stage.layer, "padding_mode", "zeros"), *(layer.keys() - {"type"})}
            layers += 1
            x = ours
    print(f"{DOCUMENTS} documents, {layers} layers; the worst error as a share of the tolerance:")  # noqa: T201
    print(", ".join(f"{kind} {share:.3f}" for kind, share in worst.items()))  # noqa: T201
    assert seen >= LAYERS.keys() | {"zeros", "reflect", "replicate", "circular", "dilation", "groups", "padding",
                                    "stride", "ceil_mode", "count_include_pad", "bias", "weights", "negative_slope",
                                    "eps", "output_padding", "scale"}  # fmt: skip
