"""Networks that PyTorch exports, with both of its exporters, by old and new opsets, folded or not, give its numbers."""

import io
import warnings

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from app.importing.onnx_file import read_onnx  # noqa: E402 - PyTorch first: without it there is nothing to compare
from tests.importing.files import computed  # noqa: E402
from tests.parity.networks import NETWORKS, made  # noqa: E402

pytestmark = [pytest.mark.parity, pytest.mark.timeout(1800), pytest.mark.filterwarnings("ignore")]
TOLERANCE = 1e-4  # of the largest number, behind up to 153 layers
OPSETS = (9, 13, 17)
NEWEST = "newest"


WAYS = [(opset, folded) for opset in OPSETS for folded in (True, False)] + [(NEWEST, True)]  # which folds always


def exported(network, shape, opset, *, folded):
    """Return a network as PyTorch's exporters write it."""
    x, file = torch.zeros(1, *shape), io.BytesIO()
    mode = torch.onnx.TrainingMode.EVAL if folded else torch.onnx.TrainingMode.PRESERVE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if opset == NEWEST:
            torch.onnx.export(network, (x,), dynamo=True, verbose=False).save(file)
        else:
            torch.onnx.export(network, (x,), file, dynamo=False, opset_version=opset, training=mode)
    return memoryview(file.getvalue())


@pytest.mark.parametrize(("opset", "folded"), WAYS)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_numbers_are_those_of_pytorch(name, opset, folded):
    if opset == NEWEST:
        pytest.importorskip("onnxscript")
    _, shape, blocks = NETWORKS[name]
    network = made(name)
    imported = read_onnx(exported(network, shape, opset, folded=folded))
    assert imported.misfit is None, str(imported.misfit)
    assert imported.shape == shape
    x = np.random.default_rng(3).normal(size=shape).astype(np.float32)
    with torch.no_grad():
        theirs = network(torch.from_numpy(x)[None])[0].numpy()
    ours = computed(imported.layers, x).ravel()
    assert np.abs(ours - theirs).max() <= TOLERANCE * np.abs(theirs).max()
    norms = sum(layer.type == "batch_norm2d" for layer in imported.layers)
    assert norms == (0 if folded else sum(isinstance(each, torch.nn.BatchNorm2d) for each in network.modules()))
    named = {(layer.name or "").rpartition("/")[0] for layer in imported.layers}
    assert blocks <= named, named
