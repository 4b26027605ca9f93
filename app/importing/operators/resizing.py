"""Operators that make maps larger: each cell becomes several equal ones, whole numbers of times."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.errors import Unfit
from app.importing.network import Network, Output, Value
from app.importing.node import Node
from app.importing.operators.reader import reads
from app.layers.upsample2d import MOST

TIMES = tuple(map(float, range(1, MOST + 1)))
ROUNDINGS: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor,
    "ceil": np.ceil,
}


@reads("Upsample", "Resize")
def upsample(node: Node, network: Network) -> Value:
    source, mode = network.maps(node), node.text("mode", "nearest")
    if mode != "nearest":
        raise Unfit(
            'It makes maps larger by "{mode}"; only "nearest", where each cell becomes several equal ones, is shown. '
            'Export the network with mode="nearest".',
            mode=mode[:40],
        )
    scale = _scale(node, network, source)
    if scale == (1, 1):
        return source
    _refuse_other_places(node, source, scale)
    return network.add("upsample2d", source, scale=scale)


def _scale(node: Node, network: Network, source: Output) -> tuple[int, int]:
    """Return how many rows and columns each cell becomes; raise Unfit where that is no whole number."""
    scales = _scales(node, network, source)
    if len(scales) != 4 or scales[:2] != [1.0, 1.0] or any(scale not in TIMES for scale in scales[2:]):
        raise Unfit(
            "It makes each axis {scales} times as long; only rows and columns can be, 2 to 8 times.",
            scales=[round(scale, 3) for scale in scales[:8]],
        )
    return int(scales[2]), int(scales[3])


def _scales(node: Node, network: Network, source: Output) -> list[float]:
    """Return how many times as long each axis becomes.

    The first opset had it as two settings, later ones have a list, an input, or the size wanted as another input.
    """
    listed = node.attributes.get("scales")
    if isinstance(listed, tuple):
        return [float(scale) for scale in listed]
    if node.operator == "Upsample" and "height_scale" in node.attributes:
        return [1.0, 1.0, node.number_of("height_scale", 1.0), node.number_of("width_scale", 1.0)]
    newer = node.operator == "Resize" and node.opset >= 11
    scales = network.constant(node, 2 if newer else 1)
    if scales is not None and scales.size:
        found = [float(scale) for scale in scales.ravel()[:8]]
    else:
        sizes = network.constant(node, 3) if newer else None
        if sizes is None or not 1 < sizes.size <= 4:
            raise Unfit("It does not say how large its output is; export the network again.")
        axes = (1, *source.shape)[-sizes.size :]
        found = [float(size) / axis for size, axis in zip(sizes.ravel(), axes, strict=True)]
        found[0] = 1.0 if len(found) == 4 else found[0]  # the axis of examples
    return [1.0] * (4 - len(found)) + found if node.wholes("axes") in ((2, 3), (-2, -1)) else found


def _refuse_other_places(node: Node, source: Output, scale: tuple[int, int]) -> None:
    """Refuse rules by which the nearest cell is another than the one that became larger."""
    if node.operator == "Upsample" or node.opset < 11:
        return
    rule, rounding = (
        node.text("coordinate_transformation_mode", "half_pixel"),
        node.text("nearest_mode", "round_prefer_floor"),
    )
    for length, times in zip(source.shape[1:], scale, strict=True):
        made = np.arange(length * times)
        match rule:
            case "half_pixel" | "pytorch_half_pixel" | "half_pixel_symmetric":
                place = (made + 0.5) / times - 0.5
            case "asymmetric":
                place = made / times
            case "align_corners":
                place = made * (length - 1) / max(1, length * times - 1)
            case _:
                place = np.full(len(made), -1.0)
        round_ = ROUNDINGS.get(rounding)
        if round_ is None or (np.clip(round_(place), 0, length - 1) != made // times).any():
            raise Unfit(
                'Its cells do not become equal blocks, by the rule "{rule}" with "{rounding}"; export the network with '
                '"asymmetric" and "floor".',
                rule=rule[:40],
                rounding=rounding[:40],
            )
