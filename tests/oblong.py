"""The standing fixture: a picture and layers in which no two axes, sides, steps or channels are alike.

What a square hides shows here: rows taken for columns, before for after, a step for a size, one group's channels for
all. What a number has read is found by marking cells, so that a test has a witness that knows nothing of windows.

picture 3×21×34 ─ conv2d ─ relu ─ 6×21×34 ─ max_pool2d ─ 6×11×12 ─ conv2d ─ 4×11×7 ─ flatten ─ linear ─ 5
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.explorer.state import State
from app.lab import Run
from app.layers import Place
from app.numerics.window import Pair, Span
from app.pipeline.document import Document, read_document
from app.pipeline.plan import Stage, plan
from tests import pipelines

SOURCE: dict[str, Any] = {"image": "coffee", "height": 21, "width": 34}
SHAPE = (3, 21, 34)
RECIPE = " | ".join((
    'conv2d(6, (2, 4), padding="same", dilation=(3, 1), groups=3, weights=random(3))',  # 1 row above, 2 below
    "relu",
    "max_pool2d((3, 2), (2, 3), padding=(1, 0), ceil_mode=True)",  # its last column's window is cut off
    "conv2d(4, (3, 2), (1, 2), (2, 1), dilation=(2, 1), groups=2, weights=random(5))",
    "flatten",
    "linear(5, weights=random(7))",
))  # fmt: skip
CONV, RELU, POOL, SECOND, FLATTEN, LINEAR = range(6)
SHAPES = ((6, 21, 34), (6, 21, 34), (6, 11, 12), (4, 11, 7), (308, 1, 1), (5, 1, 1))
Cells = NDArray[np.bool_]


@cache
def document() -> Document:
    """Return the document."""
    return read_document({"input": SOURCE, "recipe": RECIPE})


@cache
def run() -> Run:
    """Return the run, planned."""
    stages = plan(document(), SHAPE, **pipelines.PLENTY)
    assert tuple(stage.output_shape for stage in stages) == SHAPES
    return Run(document(), SHAPE, stages)


def state(layer: int = CONV, place: tuple[int, int, int] = (0, 0, 0), **more: Any) -> State:
    """Return a state of it."""
    return State(document(), layer, Place(*place), **more)


def fields(**more: object) -> dict[str, str]:
    """Return what the address of a state of it holds."""
    return {name: str(value) for name, value in {**SOURCE, "recipe": RECIPE, **more}.items()}


def marked(stages: Sequence[Stage], where: Any) -> list[Cells]:
    """Return which numbers of the input and of each stage change where cells (row, column) of the picture do.

    They are marked with NaN in all channels, and what is computed from NaN is NaN again.
    """
    x = np.random.default_rng(1).normal(size=stages[0].input_shape).astype(np.float32)
    x[:, *where] = np.nan
    found = [np.isnan(x)]
    for stage in stages:
        with np.errstate(invalid="ignore"):
            x = stage.layer.forward(x, stage.layer.weights_for(stage.input_shape))
        found.append(np.isnan(x))
    return found


@cache
def _changed(row: int, column: int) -> list[Cells]:
    return marked(run().stages, (row, column))


def changed(layer: int, row: int, column: int) -> Cells:
    """Return which numbers (channel, row, column) of a layer a cell of the picture changes."""
    return _changed(row, column)[layer + 1]


def seen(layer: int, place: tuple[int, int, int]) -> Cells:
    """Return which cells (row, column) of the picture the number at `place` of a layer is made from."""
    cells = [changed(layer, row, column)[place] for row, column in np.ndindex(SHAPE[1:])]
    return np.array(cells).reshape(SHAPE[1:])


def lines(stages: Sequence[Stage]) -> tuple[Cells, Cells]:
    """Return which rows, and which columns, of the picture each number (channel, row, column) of the last stage sees.

    The first axis is the row, or the column.
    """
    _, rows, columns = stages[0].input_shape
    return (
        np.array([marked(stages, (row, slice(None)))[-1] for row in range(rows)]),
        np.array([marked(stages, (slice(None), column))[-1] for column in range(columns)]),
    )


def around(cells: Cells) -> Span | None:
    """Return the smallest rectangle around the cells that are true; None where none is."""
    if not cells.any():
        return None
    return Span(ends(cells.any(1)), ends(cells.any(0)))


def ends(cells: Cells) -> Pair:
    """Return where, along one axis, what is true begins and ends."""
    found = np.flatnonzero(cells)
    return int(found[0]), int(found[-1]) + 1


def middle(cells: Cells) -> tuple[float, float]:
    """Return the middle of the rectangle around the cells that are true."""
    span = around(cells)
    assert span is not None
    return sum(span.rows) / 2, sum(span.columns) / 2


def somewhere(layer: int, count: int = 12) -> list[Place]:
    """Return places of a layer: both ends of its volume, and some drawn."""
    chance, shape = pipelines.chance(f"oblong-{layer}"), SHAPES[layer]
    ends = [Place(0, 0, 0), Place(*(length - 1 for length in shape))]
    return ends + [pipelines.somewhere(chance, shape) for _ in range(count - 2)]
