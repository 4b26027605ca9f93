"""500 random documents, through the app as a visitor's run goes, against PyTorch layer by layer."""

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tests import pipelines  # noqa: E402 - PyTorch first: without it there is nothing to compare

pytestmark = pytest.mark.parity
DOCUMENTS = 500
KINDS = {"conv2d", "relu", "max_pool2d", "avg_pool2d"}


def theirs(layer: dict, x: np.ndarray, weights: dict) -> tuple[np.ndarray, float]:
    """Return PyTorch's result for a layer of a document, and the largest sum of the products' sizes in a cell."""
    arguments = {name: value for name, value in layer.items() if name not in ("type", "weights")}
    arguments = {name: tuple(value) if isinstance(value, list) else value for name, value in arguments.items()}
    module = {"conv2d": torch.nn.Conv2d, "relu": torch.nn.ReLU, "max_pool2d": torch.nn.MaxPool2d,
              "avg_pool2d": torch.nn.AvgPool2d}[layer["type"]]  # fmt: skip
    source = torch.from_numpy(x)[None]
    if layer["type"] != "conv2d":
        made = module(**arguments)(source)[0].numpy()
        if layer["type"] != "avg_pool2d":
            return made, 0.0
        return made, float(module(**arguments)(source.abs()).max())
    net = module(len(x), **arguments)
    state = {name: torch.from_numpy(array.copy()) for name, array in weights.items()}
    net.load_state_dict(state)
    with torch.no_grad():
        made = net(source)[0].numpy()
        net.load_state_dict({name: array.abs() for name, array in state.items()})
        return made, float(net(source.abs()).max())


def test_five_hundred_random_documents_agree_layer_by_layer():
    chance = pipelines.chance(2026)
    worst, seen, layers = 0.0, set(), 0
    for number in range(DOCUMENTS):
        document, stages = pipelines.pipeline(chance, sides=chance.choice([8, 24, 60]))
        x = document.input.values.array
        for stage, layer in zip(stages, document.canonical["layers"], strict=True):
            weights = stage.layer.weights_for(stage.input_shape)
            ours = stage.layer.forward(x, weights)
            with warnings.catch_warnings(action="ignore"):  # "same" with even kernels warns of a copy
                expected, products = theirs(layer, x, weights)
            assert ours.shape == expected.shape == stage.output_shape, (number, layer)
            tolerance = 1e-5 * np.abs(expected).max() + 1e-6 * products
            error = float(np.abs(ours - expected).max())
            assert error <= tolerance, (number, layer, stage.input_shape, error, tolerance)
            worst = max(worst, error / tolerance if tolerance else 0.0)
            seen |= {stage.layer.type, stage.layer.border_mode(), *(name for name in layer if name != "type")}
            layers += 1
            x = ours
    print(f"{DOCUMENTS} documents, {layers} layers: the worst error is {worst:.4f} of the tolerance")  # noqa: T201
    assert seen >= KINDS | {"zeros", "reflect", "replicate", "circular", "dilation", "groups", "padding", "stride",
                            "ceil_mode", "count_include_pad", "bias", "weights"}  # fmt: skip
