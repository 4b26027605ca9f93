"""What convolution and pooling share: a window of their own settings slides over the input, and must fit in it."""

from app.errors import Unfit, Word
from app.layers.geometry import Geometry, Shape, sliding
from app.layers.layer import Layer
from app.numerics.window import Window


class Windowed(Layer):
    """A layer whose window slides evenly."""

    def window(self, shape: Shape) -> Window:
        """Return the window that slides over an input of `shape`."""
        raise NotImplementedError

    def geometry(self, shape: Shape) -> Geometry:
        return sliding(shape, self.window(shape), shape[0], shape[0])

    def misfit(self, shape: Shape) -> Unfit:
        window = self.window(shape)
        (top, bottom), (left, right) = window.padding
        padded = f"{shape[1] + top + bottom}×{shape[2] + left + right}"
        reach = f"{window.reach[0]}×{window.reach[1]}"
        where = f"{shape[1]}×{shape[2]}"
        if padded == where:
            return Unfit(
                "A {reach} window does not fit in a {where} map; use a smaller window, more padding, "
                "or less pooling before it.",
                reach=_spread(window, reach),
                where=where,
            )
        return Unfit(
            "A {reach} window does not fit in a {where} map padded to {padded}; use a smaller window, "
            "more padding, or less pooling before it.",
            reach=_spread(window, reach),
            where=where,
            padded=padded,
        )


def _spread(window: Window, reach: str) -> str | Word:
    """Return the size of the window in words, with its dilation where that is what makes it wide."""
    if window.dilation == (1, 1):
        return reach
    size, dilation = window.size, window.dilation
    by = f"{dilation[0]}×{dilation[1]}"
    return Word("{size} (dilation {dilation}: {reach})", size=f"{size[0]}×{size[1]}", dilation=by, reach=reach)
