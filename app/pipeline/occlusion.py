"""Occlusion: a patch covers a part of the picture, slides over all of it, and at each place the network is asked again.

The patch is a window like any other, and its places are counted as those of a map (Zeiler and Fergus, Visualizing and
Understanding Convolutional Networks, 2014, section 4.2).

    picture ─ covered at each place ─► layers, a batch at a time ─► what they say there
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.errors import Unfit
from app.layers import Shape
from app.layers.layer import Array
from app.layers.references import PICTURE, last_readers
from app.numerics.window import Pair, Window
from app.pipeline.plan import Stage

PART = 4  # the patch is as long as one part in so many of the shorter side
STEPS = 12  # from the first place along an axis to the last, about
LEAST = 2  # … and no fewer, where so many are too dear
GREY = 128  # the level of the patch on a picture in colour


@dataclass(frozen=True)
class Occlusion:
    """A patch on an input of `shape`."""

    shape: Shape
    size: Pair  # rows and columns of the patch
    step: Pair  # from one place to the next, down and across

    @property
    def window(self) -> Window:
        """The patch as the window that it is."""
        return Window(self.size, self.step)

    @property
    def places(self) -> Pair:
        """Rows and columns of places."""
        return self.window.output_shape(self.shape[1:])

    @property
    def count(self) -> int:
        """How many places there are."""
        return math.prod(self.places)

    @property
    def margin(self) -> Pair:
        """From the corner of the patch to what stands for its place: as many cells as it steps, in its middle."""
        (high, wide), (down, across) = self.size, self.step
        return (high - down) // 2, (wide - across) // 2

    def covered(self, x: Array, colour: Array, places: Sequence[Pair]) -> Array:
        """Return the input covered at each of some places, as a batch (channel, row, column, place)."""
        batch = np.repeat(x[..., None], len(places), axis=3)
        for at, (row, column) in enumerate(places):
            rows, columns = self.window.span(row, column)
            batch[:, slice(*rows), slice(*columns), at] = colour.reshape(-1, 1, 1)
        return batch


def occlusion(stages: Sequence[Stage], shape: Shape, most: int) -> Occlusion:
    """Return the patch for what `stages` say of an input; raise Unfit where even a few places cost more than `most`."""
    side = max(1, round(min(shape[1:]) / PART))
    cost = sum(stage.cost for stage in stages)
    for steps in range(STEPS, LEAST - 1, -1):
        down, across = (max(1, round((length - side) / steps)) for length in shape[1:])
        found = Occlusion(shape, (side, side), (down, across))
        if found.count * cost <= most:
            return found
    raise Unfit(
        "To cover a part at {places} places would take {count} multiplications, or comparisons as dear; the most is "
        "{most}. Use a smaller picture or fewer layers.",
        places=found.count,
        count=f"{found.count * cost:,}",
        most=f"{most:,}",
    )


def colour_of(x: Array, pixels: np.ndarray | None) -> np.ndarray:
    """Return what the patch is painted in, a number a channel: mid grey in colour; else what the picture has most
    around its middle number, so that on black it is black."""
    if pixels is not None and len(pixels) == 3:
        return np.full(3, GREY, np.uint8)
    source = x if pixels is None else pixels
    middle: np.ndarray = np.median(source, axis=(1, 2)).astype(source.dtype)
    return middle


def said(stages: Sequence[Stage], batch: Array) -> Array:
    """Return what the last of `stages` says of each example of a batch: (number, example)."""
    held, readers = {PICTURE: batch}, last_readers((stage.index, stage.inputs) for stage in stages)
    with np.errstate(all="ignore"):
        for stage in stages:
            read = [held[source] for source in stage.inputs]
            batch = stage.layer.evaluate_batch(read, stage.layer.weights_for(stage.input_shape))
            held[stage.index] = batch
            del read
            for source in [source for source in held if readers.get(source, PICTURE) <= stage.index]:
                del held[source]
    if not np.isfinite(batch).all():
        raise Unfit(
            "With a part of the picture covered the numbers grow past what float32 holds (about 3.4e38); use smaller "
            "weights or a smaller scale."
        )
    return batch.reshape(-1, batch.shape[-1])


def working_bytes(stages: Sequence[Stage], examples: int) -> int:
    """Return the most bytes that a batch takes on its way through the layers, about."""
    readers = last_readers((stage.index, stage.inputs) for stage in stages)
    held, most = {PICTURE: math.prod(stages[0].input_shape)}, 0
    for stage in stages:
        held[stage.index] = math.prod(stage.output_shape)
        beside = 4 * stage.parameters + stage.layer.training_bytes(stage.input_shape, examples)
        most = max(most, 4 * examples * sum(held.values()) + beside)
        held = {number: size for number, size in held.items() if readers.get(number, PICTURE) > stage.index}
    return most
