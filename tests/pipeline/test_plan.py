"""What a run takes is known before any arithmetic, and refused to the number where it is too much."""

import numpy as np
import pytest

from app.errors import Unfit
from app.pipeline.document import read_document
from app.pipeline.plan import plan
from tests import oblong, pipelines

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


def test_the_bytes_of_weights_are_counted_to_the_number() -> None:
    document = read_document({"input": {"values": [[[0.0] * 12] * 8]}, "recipe": "linear(20)"})
    needed = 4 * 20 * (8 * 12 + 1)
    most = {"most_multiplications": PLENTY}
    assert plan(document, (1, 8, 12), most_bytes=needed, **most)
    with pytest.raises(Unfit, match=rf"{needed:,} bytes for its weights; the most is {needed - 1:,}"):
        plan(document, (1, 8, 12), most_bytes=needed - 1, **most)


@pytest.mark.parametrize(
    "layers",
    [
        "conv_transpose2d(1, (3, 2), (2, 3), bias=False, weights={ones})",
        "conv_transpose2d(1, (3, 2), (1, 2), (1, 0), dilation=(3, 2), bias=False, weights={ones})",
        "conv_transpose2d(1, (3, 2), 3, (0, 1), output_padding=(1, 0), dilation=(2, 4), bias=False, weights={ones})",
        "upsample2d((3, 2))",
        "upsample2d((2, 5)) | conv_transpose2d(1, (3, 2), (1, 2), dilation=(2, 3), bias=False, weights={ones})",
        "conv2d(1, (3, 2), dilation=(2, 5), padding=(1, 4), bias=False, weights={ones}) | upsample2d((3, 2))",
        "conv2d(1, (3, 2), dilation=(2, 5), padding=(1, 4), bias=False, weights={ones})",
    ],
)
def test_the_middle_of_what_a_place_has_seen_is_where_its_cells_weigh_equally(layers: str) -> None:
    """With weights of one a single bright cell is spread evenly, so that its middle is the middle of its places."""
    recipe = layers.replace("{ones}", "values([[[[1, 1], [1, 1], [1, 1]]]])")
    x = np.zeros((1, 21, 34), np.float32)
    x[0, 9, 17] = 1
    document = read_document({"input": {"values": x.tolist()}, "recipe": recipe})
    stages = plan(document, x.shape, **pipelines.PLENTY)
    outputs, _ = pipelines.arrays(document, stages)
    light = outputs[-1][0].astype(float)
    for axis, cell in enumerate((9, 17)):
        along = light.sum(axis=1 - axis)
        place = float((along * np.arange(len(along))).sum() / along.sum())
        field = stages[-1].fields[axis]
        assert float(field.middle) + place * float(field.jump) == pytest.approx(cell + 0.5)
