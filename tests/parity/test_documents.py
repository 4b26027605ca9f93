"""Random documents over all layer types, in chains and in graphs, as a visitor's run goes, against PyTorch."""

import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from app.layers import LAYERS  # noqa: E402 - PyTorch first: without it there is nothing to compare
from tests import pipelines  # noqa: E402
from tests.parity.modules import module  # noqa: E402

pytestmark = [pytest.mark.parity, pytest.mark.timeout(1800)]
DOCUMENTS = 3000
GRAPHS = 2000
# Sums of products, linear in their input:
ADDING = {"conv2d", "conv_transpose2d", "linear", "avg_pool2d", "global_avg_pool2d"}
JOINING = {"add": sum, "concat": torch.cat}


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


def share(layer, outputs, weights, stage):
    """Hold one layer of a document against PyTorch; return how much of the tolerance it takes."""
    sources = layer.get("inputs", stage.index - 1)
    axes = 1 if stage.from_vector else 3
    given = sources if isinstance(sources, list) else [sources]
    read = [outputs[source + 1].reshape(outputs[source + 1].shape[:axes]) for source in given]
    if layer["type"] in JOINING:
        expected = JOINING[layer["type"]]([torch.from_numpy(x) for x in read]).numpy()
        products = float(sum(np.abs(x) for x in read).max()) if layer["type"] == "add" else 0.0
    else:
        with warnings.catch_warnings(action="ignore"):  # "same" with even kernels warns of a copy
            expected, products = theirs(layer, read[0], weights[stage.index])
    assert expected.shape == stage.output_axes, layer
    tolerance = 1e-5 * np.abs(expected).max() + 1e-6 * products
    error = float(np.abs(outputs[stage.index + 1].reshape(expected.shape) - expected).max())
    assert error <= tolerance, (layer, stage.input_shapes, error, tolerance)
    return error / tolerance if tolerance else 0.0


def agree(document, stages):
    """Hold each layer of a document against PyTorch; return the largest share of the tolerance by kind of layer."""
    outputs, weights = pipelines.arrays(document, stages)
    worst = {}
    for stage, layer in zip(stages, document.canonical["layers"], strict=True):
        found = share(layer, outputs, weights, stage)
        worst[stage.layer.type] = max(found, worst.get(stage.layer.type, 0.0))
    return worst


@pytest.mark.parametrize("kind", ["upsample2d", "conv_transpose2d"])
def test_five_hundred_chains_with_a_finer_layer_agree_layer_by_layer(kind):
    chance, found = pipelines.chance(f"finer {kind}"), 0
    while found < 500:
        document, stages = pipelines.pipeline(chance, layers=5, sides=chance.choice([8, 24]), kind=kind)
        if all(stage.layer.type != kind for stage in stages):
            continue
        found += 1
        agree(document, stages)


def test_two_thousand_graphs_agree_layer_by_layer():
    chance, worst, layers, branches = pipelines.chance("graphs"), dict.fromkeys(LAYERS, 0.0), 0, 0
    for number in range(GRAPHS):
        kind = list(LAYERS)[number % len(LAYERS)]
        document, stages = pipelines.graph(chance, layers=12, sides=chance.choice([8, 16, 24]), kind=kind)
        for name, found in agree(document, stages).items():
            worst[name] = max(worst[name], found)
        layers += len(stages)
        branches += sum(stage.inputs != (stage.index - 1,) for stage in stages)
    print(f"{GRAPHS} graphs, {layers} layers, {branches} of which read others than the one before;")  # noqa: T201
    print("the worst error as a share of the tolerance:", worst)  # noqa: T201


def test_three_thousand_random_documents_agree_layer_by_layer():
    chance = pipelines.chance(2026)
    worst, seen, layers = dict.fromkeys(LAYERS, 0.0), set(), 0
    for number in range(DOCUMENTS):
        kind = list(LAYERS)[number % len(LAYERS)]
        document, stages = pipelines.pipeline(chance, layers=6, sides=chance.choice([8, 24, 60]), kind=kind)
        for name, found in agree(document, stages).items():
            worst[name] = max(worst[name], found)
        for stage, layer in zip(stages, document.canonical["layers"], strict=True):
            seen |= {stage.layer.type, getattr(stage.layer, "padding_mode", "zeros"), *(layer.keys() - {"type"})}
        layers += len(stages)
    print(f"{DOCUMENTS} documents, {layers} layers; the worst error as a share of the tolerance:")  # noqa: T201
    print(", ".join(f"{kind} {share:.3f}" for kind, share in worst.items()))  # noqa: T201
    assert seen >= LAYERS.keys() | {"zeros", "reflect", "replicate", "circular", "dilation", "groups", "padding",
                                    "stride", "ceil_mode", "count_include_pad", "bias", "weights", "negative_slope",
                                    "eps", "output_padding", "scale", "divisor_override"}  # fmt: skip
