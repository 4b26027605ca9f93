"""What upsampling and transposed convolution share: each cell is spread over several places of a finer map."""

from app.errors import Unfit
from app.layers.geometry import Geometry, Shape, spreading
from app.layers.layer import Layer
from app.numerics.spread import Spread

MOST_SIDE = 20_000  # rows or columns of a map: as many as a picture has at most


class SpreadingLayer(Layer):
    """A layer whose maps may have more rows and columns than its input."""

    def spread(self) -> Spread:
        """Return how a cell is spread."""
        raise NotImplementedError

    def geometry(self, shape: Shape) -> Geometry:
        return spreading(shape, self.spread(), shape[0], shape[0])

    def check(self, shape: Shape) -> None:
        refuse_large(self, shape)


def refuse_large(layer: Layer, shape: Shape) -> None:
    """Refuse a layer whose maps on an input of `shape` have more rows or columns than any picture (Unfit)."""
    _, rows, columns = layer.geometry(shape).shape
    if max(rows, columns) > MOST_SIDE:
        raise Unfit(
            "{type} makes {rows}×{columns} of the {where} map; the most is {most} a side. Use a smaller picture, "
            "or more pooling before it.",
            type=layer.type,
            rows=f"{rows:,}",
            columns=f"{columns:,}",
            where=f"{shape[1]}×{shape[2]}",
            most=f"{MOST_SIDE:,}",
        )
