"""The standing fixture: a picture and layers in which no two axes, sides, steps or channels are alike.

What a square hides shows here: rows taken for columns, before for after, a step for a size, one group's channels for
all. What a number has read is found by marking cells, so that a test has a witness that knows nothing of windows.

picture 3×21×34 ─ conv2d ─ relu ─ 6×21×34 ─ max_pool2d ─ 6×11×12 ─ conv2d ─ 4×11×7 ─ flatten ─ linear ─ 5
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.explorer.state import State
from app.lab import Run
from app.layers import Place
from app.pipeline.document import Document, read_document
from app.pipeline.plan import plan
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


@cache
def _reached() -> tuple[Cells, ...]:
    """Return for the input and for each layer which cells of the picture (row, column) change which numbers."""
    source = np.random.default_rng(1).normal(size=SHAPE).astype(np.float32)
    weights = [stage.layer.weights_for(stage.input_shape) for stage in run().stages]
    found: list[list[Cells]] = [[] for _ in range(len(weights) + 1)]
    for row, column in np.ndindex(source.shape[1:]):
        x = source.copy()
        x[:, row, column] = np.nan
        found[0].append(np.isnan(x))
        for number, (stage, arrays) in enumerate(zip(run().stages, weights, strict=True), 1):
            with np.errstate(invalid="ignore"):
                x = stage.layer.forward(x, arrays)
            found[number].append(np.isnan(x))
    return tuple(np.array(each).reshape(*source.shape[1:], *each[0].shape) for each in found)


def seen(layer: int, place: tuple[int, int, int]) -> Cells:
    """Return which cells (row, column) of the picture the number at `place` of a layer is made from."""
    return _reached()[layer + 1][:, :, *place]


def changed(layer: int, row: int, column: int) -> Cells:
    """Return which numbers (channel, row, column) of a layer a cell of the picture changes."""
    return _reached()[layer + 1][row, column]


def around(cells: Cells) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return the smallest rectangle, half-open, of rows and columns around what is true; None where nothing is."""
    if not cells.any():
        return None
    rows, columns = (np.flatnonzero(cells.any(axis)) for axis in (1, 0))
    return (int(rows[0]), int(rows[-1]) + 1), (int(columns[0]), int(columns[-1]) + 1)


def middle(cells: Cells) -> tuple[float, float]:
    """Return the middle of the cells that are true, in rows and columns of the picture."""
    rows, columns = np.nonzero(cells)
    return float(rows.mean()) + 0.5, float(columns.mean()) + 0.5


def somewhere(layer: int, count: int = 12) -> list[Place]:
    """Return places of a layer: both ends of its volume, and some drawn."""
    chance, shape = pipelines.chance(f"oblong-{layer}"), SHAPES[layer]
    ends = [Place(0, 0, 0), Place(*(length - 1 for length in shape))]
    return ends + [pipelines.somewhere(chance, shape) for _ in range(count - 2)]
