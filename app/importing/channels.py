"""Networks that read blue first: the weights of the layers that read the picture are turned, and nothing else."""

from collections.abc import Sequence

import numpy as np

from app.errors import Unfit
from app.layers import Layer, Shape
from app.layers.layer import Array
from app.layers.models import Shapes
from app.layers.references import PICTURE

COLOURS = 3


def reading_colours(layers: Sequence[Layer], shapes: Sequence[Shapes], picture: Shape) -> tuple[int, ...]:
    """Return which layers read the colours of the picture, and so are to be turned; raise Unfit where one cannot be.

    Layers without weights pass the colours on, as far as they leave each map alone.
    """
    if picture[0] != COLOURS:
        raise Unfit(
            "Only a network that reads three channels can read blue first; this one reads {count}.",
            count=picture[0],
            pointer="/channels",
        )
    found, colours = list[int](), {PICTURE}
    for index, layer in enumerate(layers):
        if not colours.intersection(layer.reads(index)):
            continue
        weight = shapes[index].get("weight", ())
        if not layer.learned and not layer.merges and not layer.gives:
            colours.add(index)
        elif len(weight) == 4 and weight[1] == COLOURS:
            found.append(index)
        else:
            raise Unfit(
                "Blue first can be turned only where a convolution over all three channels reads the picture, and here "
                "layer {index} ({type}) does; export the network with RGB.",
                index=index,
                type=layer.type,
                pointer="/channels",
            )
    return tuple(found)


def turned(weight: Array) -> Array:
    """Return the weights of a convolution (out, in, rows, columns) that reads its channels the other way round."""
    return np.ascontiguousarray(weight[:, ::-1])
