"""What a run takes is known before any arithmetic, and refused to the number where it is too much."""

import numpy as np
import pytest

from app.errors import Unfit
from app.pipeline.plan import plan
from tests import oblong

PLENTY = 10**12


def bounded(**most: int) -> tuple:
    return plan(oblong.document(), oblong.SHAPE, **{"most_multiplications": PLENTY, "most_bytes": PLENTY, **most})


def test_the_bytes_of_all_maps_are_counted_together() -> None:
    volumes = [oblong.SHAPE, *oblong.SHAPES]
    needed = 4 * sum(int(np.prod(shape)) for shape in volumes)
    assert len(bounded(most_bytes=needed)) == len(oblong.SHAPES)
    with pytest.raises(Unfit, match=rf"{needed:,} bytes for its maps; the most is {needed - 1:,}"):
        bounded(most_bytes=needed - 1)


def test_the_cost_of_all_layers_is_counted_together() -> None:
    stages = bounded()
    needed = sum(stage.layer.cost(stage.input_shape) for stage in stages)
    assert len(bounded(most_multiplications=needed)) == len(stages)
    with pytest.raises(Unfit, match=rf"needs {needed:,} multiplications.*the most is {needed - 1:,}"):
        bounded(most_multiplications=needed - 1)


def test_what_is_known_of_a_layer_is_found_once() -> None:
    known: dict = {}
    most = {"most_multiplications": PLENTY, "most_bytes": PLENTY}
    first = plan(oblong.document(), oblong.SHAPE, known=known, **most)
    count = len(known)
    assert count == len(first)
    again = plan(oblong.document(), oblong.SHAPE, known=known, **most)
    assert again == first
    assert len(known) == count
