"""Deep networks with two threads: whole, and all layers of a kind together; ratios to PyTorch, ONNX Runtime beside."""

from app.layers import models
from app.layers.layer import Layer, Shape
from app.models import SHIPPED
from app.numerics import threads
from bench.cases import Case
from bench.engine import row
from bench.graph import Node
from bench.machine import cores
from bench.networks import mobilenet, resnet
from bench.table import Row

PEERS = ("torch",)
NETWORKS = [
    Case("SqueezeNet 1.1", 'model("squeezenet")', (3, 227, 227), "network", 1.0),
    Case("ResNet-18, random weights", resnet(), (3, 224, 224), "network"),
    Case("MobileNetV2, random weights", mobilenet(), (3, 224, 224), "network"),
]


def measure(only: str = "", seconds: float = 1.0) -> list[Row]:
    """Return a row a network, and below it one for all its layers of a kind together."""
    count = min(2, cores())
    threads.use(count)
    models.register(SHIPPED)
    rows = []
    for case in NETWORKS:
        if only in case.name:
            graph = case.graph()
            rows.append(row(case.name, graph, count, seconds, kind="network", limit=case.limit, peers=PEERS))
            for kind, layers in graph.parted(kind_of).items():
                name = f"  {len(layers.nodes)} × {kind}"
                rows.append(row(name, layers, count, seconds / 2, kind=kind, peers=PEERS))
    return rows


def kind_of(node: Node) -> str:
    """Return what a layer is called beside those that take as long for as much."""
    layer, shape = node.layer, node.shapes[0]
    if layer.type != "conv2d":
        return _pool(layer, shape) if layer.type == "max_pool2d" else layer.type
    window = layer.window(shape)
    word = "depthwise" if layer.groups > 1 else "conv2d"
    return f"{word} {window.size[0]}×{window.size[1]}" + (
        f", stride {window.stride[0]}" if window.stride[0] > 1 else ""
    )


def _pool(layer: Layer, shape: Shape) -> str:
    window = layer.window(shape)
    return f"max_pool2d {window.size[0]}, stride {window.stride[0]}" + (", ceil" if window.ceil_mode else "")
