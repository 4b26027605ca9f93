"""Training against PyTorch: gradients of every kind of layer and of chains, and whole trainings.

PyTorch computes its gradients in double precision, ours are float32: in a sum of many numbers above and below zero, of
which little is left, its own float32 are out by more than the tolerance. In a chain an error is held against the
largest gradient of all its layers: what a normalization takes away again is nothing, and all that is found is rounding.
"""

import math
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from app.errors import Unfit  # noqa: E402 - PyTorch first: without it there is nothing to compare
from app.layers import LAYERS  # noqa: E402
from app.layers.reading import read_layer  # noqa: E402
from app.training.network import Arriving  # noqa: E402
from tests import pipelines  # noqa: E402
from tests.golden.training import CASES, ours, theirs  # noqa: E402
from tests.parity.modules import module  # noqa: E402

pytestmark = [pytest.mark.parity, pytest.mark.timeout(1800)]
MANY = 500
RELATIVE = 1e-4  # of the largest
FEWEST = (
    12  # numbers of a map in a batch that is normalized: of two, whatever they are, no gradient is left but rounding
)


def drawn(chance, kind):
    """Return one layer of a kind as a list, and the shape of an input that it takes."""
    while True:
        vector = chance.choice(LAYERS[kind].takes) == "vector"
        sides = (1, 1) if vector else (chance.randint(1, 16), chance.randint(1, 16))
        shape = (chance.randint(1, 40) if vector else chance.randint(1, 6), *sides)
        fields = pipelines.layer(chance, kind, shape)
        try:
            layer = read_layer(fields)
            layer.gives_vector(shape, vector)
            layer.output_shape(shape)
        except Unfit:
            continue
        return [layer], shape


def network(chance, make):
    """Return the layers of a random document, and the shape of its input."""
    document, stages = make(chance, 6, chance.choice([8, 24]))
    return [stage.layer for stage in stages], document.input.values.array.shape


def compare(chance, layers, shape):
    """Hold output, input gradient and weight gradients of a batch against PyTorch; return the worst error."""
    examples, generator = chance.randint(1, 6), np.random.default_rng(chance.randrange(2**32))
    x = generator.normal(size=(*shape, examples)).astype(np.float32)
    if chance.random() < 0.3:
        x = x.round()  # so that cells are equal, and pools have ties
    source = torch.from_numpy(np.ascontiguousarray(x.transpose(3, 0, 1, 2))).double().requires_grad_()
    outputs, made, passed, modules, weighed = [x], [source], [], [], []
    for index, layer in enumerate(layers):
        inputs, read = ([found[at + 1] for at in layer.reads(index)] for found in (outputs, made))
        x = inputs[0]
        weights = dict(layer.weights_for(x.shape[:3]))
        if layer.type == "batch_norm2d" and math.prod(x.shape[1:]) < FEWEST:
            return None
        if layer.merges:
            net = None
            made.append(sum(read) if layer.type == "add" else torch.cat(read, 1))
        else:
            net = module(layer.canonical(), x.shape[:3], weights).train().double()
            made.append(net(read[0].flatten(1) if layer.type in ("linear", "softmax") else read[0]))
        out, kept = layer.compute_batch(inputs, weights)
        passed.append(kept)
        weighed.append(weights)
        modules.append(net)
        outputs.append(out)
    x, their = outputs[-1], made[-1]
    mine = x.transpose(3, 0, 1, 2).reshape(their.shape)
    toward = generator.normal(size=mine.shape).astype(np.float32)
    their.backward(torch.from_numpy(toward).double())
    gradient = np.ascontiguousarray(toward.reshape(examples, *x.shape[:3]).transpose(1, 2, 3, 0))
    pairs = [(mine, their.detach().numpy())]
    arriving = Arriving()
    arriving.add([len(layers) - 1], [gradient])
    by_input = np.zeros(outputs[0].shape, np.float32)
    for index in range(len(layers) - 1, -1, -1):
        layer, kept, weights, net = layers[index], passed[index], weighed[index], modules[index]
        found = layer.backward_batch(arriving.take(index, outputs[index + 1].shape), kept, weights)
        sources = layer.reads(index)
        arriving.add(sources, found.inputs)
        by_input += sum(each for at, each in zip(sources, found.inputs, strict=True) if at < 0)
        for name, array in found.weights.items():
            other = getattr(net, name).grad  # none where nothing reads what it makes
            pairs.append((array, np.zeros(array.shape) if other is None else other.numpy()))
        for name, array in layer.statistics(kept, weights).items():
            pairs.append((array, getattr(net, name).numpy()))
    pairs.append((by_input.transpose(3, 0, 1, 2), source.grad.numpy()))
    worst, least = 0.0, 0.0
    if len(layers) > 1:
        least = max(float(np.abs(other).max()) for _, other in [(None, toward), *pairs[1:]])
    for number, (one, other) in enumerate(pairs):
        assert one.shape == other.shape
        largest = max(least, np.abs(other).max())
        error = float(np.abs(one - other).max() / largest) if largest else float(np.abs(one).max())
        assert error <= RELATIVE, (number, error, largest, shape, examples, [layer.canonical() for layer in layers])
        worst = max(worst, error)
    return worst


NETWORKS = {"chain": pipelines.pipeline, "graph": pipelines.graph}


@pytest.mark.parametrize("kind", [*pipelines.SINGLE, *NETWORKS])
def test_five_hundred_gradients_agree(kind):
    chance, found = pipelines.chance(f"gradients of {kind}"), []
    while len(found) < MANY:
        layers, shape = network(chance, NETWORKS[kind]) if kind in NETWORKS else drawn(chance, kind)
        with warnings.catch_warnings(action="ignore"):  # "same" with even kernels warns of a copy
            error = compare(chance, layers, shape)
        found += [] if error is None else [error]
    print(f"{kind}: the worst relative error of {MANY} is {max(found):.2g}")  # noqa: T201


@pytest.mark.parametrize("case", CASES)
def test_ten_steps_give_pytorchs_losses(case):
    mine, other = np.array(ours(CASES[case])), np.array(theirs(CASES[case]))
    print(f"{case}: the losses differ by {np.abs(mine - other).max():.2g}")  # noqa: T201
    assert np.abs(mine - other).max() <= 1e-4 * max(1.0, other.max())
