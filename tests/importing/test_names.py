"""Layers are called so that the ribbon folds them into the blocks that people know."""

import pytest

from app.importing.names import layer_names
from app.importing.node import Node


def names(*given, scopes=()):
    """Return the names of layers for nodes in a row, each (name, operator)."""
    nodes = [
        Node(at + 1, len(given), name, operator, "", 17, (f"v{at}",), (f"v{at + 1}",), {}, scope)
        for at, ((name, operator), scope) in enumerate(zip(given, scopes or [""] * len(given), strict=True))
    ]
    return layer_names(nodes)


@pytest.mark.parametrize(
    ("given", "called"),
    [
        # PyTorch's modules: a fire module, a residual block, one in another
        ([("/features/features.3/squeeze/Conv", "Conv"), ("/features/features.3/Concat", "Concat")],
         ["features.3/squeeze", "features.3/concat"]),
        ([("/layer1/layer1.0/relu/Relu", "Relu"), ("/layer1/layer1.0/Add", "Add"),
          ("/layer1/layer1.0/relu/Relu_1", "Relu")], ["layer1.0/relu", "layer1.0/add", "layer1.0/relu_2"]),
        ([("/features/features.1/conv/conv.0/conv.0.0/Conv", "Conv")], ["features.1/conv.0.0"]),
        # what only goes over a layer's numbers is of its block
        ([("/conv1/Conv", "Conv"), ("/bn1/BatchNormalization", "BatchNormalization"), ("/Relu", "Relu"),
          ("/MaxPool", "MaxPool")], ["conv1/conv", "conv1/bn1", "conv1/relu", "MaxPool"]),
        ([("/features/features.0/Conv", "Conv"), ("/features/features.1/Relu", "Relu"),
          ("/features/features.2/MaxPool", "MaxPool")], ["features.0/conv", "features.0/relu", "features.2"]),
        ([("/fc/Gemm", "Gemm")], ["fc"]),
        # others
        ([("", "Relu"), ("fire2/squeeze1x1", "Conv"), ("Conv_7", "Conv")], ["v1", "fire2/squeeze1x1", "Conv_7"]),
        ([("x" * 70, "Conv"), ("x" * 70, "Conv")], ["…" + "x" * 59, "…" + "x" * 54 + "_2"]),
        ([("a\u202eb\n", "Conv")], ["a b"]),
    ],
)  # fmt: skip
def test_the_block_is_the_module_around_a_layer(given, called):
    assert names(*given) == called


def test_the_newest_exporter_notes_the_modules_beside_the_node():
    scopes = ["['', 'features', 'features.3', 'features.3.squeeze', 'conv2d']", "['', 'features', 'features.3', 'cat']"]
    assert names(("node_conv2d", "Conv"), ("node_cat", "Concat"), scopes=scopes) == [
        "features.3/squeeze",
        "features.3/concat",
    ]
