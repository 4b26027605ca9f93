"""The patch that covers a part of the picture: where it lies, and what it costs."""

import numpy as np
import pytest

from app.errors import Unfit
from app.pipeline.document import read_document
from app.pipeline.occlusion import Occlusion, colour_of, occlusion, said
from app.pipeline.plan import Stage, plan

BRANCH = "max_pool2d(2) | conv2d(2, 1, inputs=2) | concat(inputs=[3, 2])"
CHAIN = (
    "conv2d(4, (2, 3), stride=(1, 2), weights=random(1)) | relu | batch_norm2d | max_pool2d(2) | linear(3) | softmax"
)


def stages_of(recipe: str, shape: tuple[int, int, int]) -> tuple[Stage, ...]:
    document = read_document({"input": {"image": "chelsea"}, "recipe": recipe})
    return plan(document, shape, most_multiplications=10**12, most_bytes=10**12)


@pytest.mark.parametrize(
    ("shape", "size", "step", "places", "margin"),
    [
        ((3, 32, 32), (8, 8), (2, 2), (13, 13), (3, 3)),
        ((1, 28, 28), (7, 7), (2, 2), (11, 11), (2, 2)),
        ((3, 16, 40), (4, 4), (1, 3), (13, 13), (1, 0)),
        ((1, 1, 3), (1, 1), (1, 1), (1, 3), (0, 0)),
    ],
)
def test_the_patch_is_a_quarter_of_the_shorter_side(shape, size, step, places, margin):
    found = occlusion(stages_of("flatten | linear(2)", shape), shape, 10**9)
    assert (found.size, found.step, found.places, found.margin) == (size, step, places, margin)


def test_fewer_places_where_they_are_dear_and_a_word_where_even_a_few_are_too_dear():
    shape = (3, 32, 32)
    stages = stages_of(CHAIN, shape)
    cost = sum(stage.cost for stage in stages)
    found = occlusion(stages, shape, 20 * cost)
    assert found.places == (4, 4)
    with pytest.raises(Unfit, match=rf"9 places would take {9 * cost:,} multiplications.*most is {cost:,}"):
        occlusion(stages, shape, cost)


@pytest.mark.parametrize("recipe", [CHAIN, f"conv2d(3, 1) | add(inputs=[-1, 0, -1]) | {BRANCH} | linear(3)"])
def test_each_place_is_covered_and_asked_as_a_picture_of_its_own(recipe):
    shape = (3, 9, 14)
    stages = stages_of(recipe, shape)
    x = np.random.default_rng(2).normal(size=shape).astype(np.float32)
    found: Occlusion = occlusion(stages, shape, 10**9)
    colour = np.float32([0.5, -1, 2])
    places = [(0, 0), (2, 5), (found.places[0] - 1, found.places[1] - 1)]
    numbers = said(stages, found.covered(x, colour, places))
    (high, wide), (down, across) = found.size, found.step
    for at, (row, column) in enumerate(places):
        one = x.copy()
        for channel, r, k in np.ndindex(3, high, wide):
            one[channel, row * down + r, column * across + k] = colour[channel]
        outputs = [one]
        for stage in stages:
            read = [outputs[source + 1] for source in stage.inputs]
            outputs.append(stage.layer.compute(read, stage.layer.weights_for(stage.input_shape)))
        assert numbers[:, at] == pytest.approx(outputs[-1].ravel(), rel=1e-5)


def test_numbers_past_float32_are_told():
    shape = (1, 4, 4)
    stages = stages_of(f"linear(weights=values([{[1e38] * 16}]))", shape)
    with pytest.raises(Unfit, match="covered the numbers grow"):
        said(stages, np.full((1, 4, 4, 2), 9, np.float32))


def test_the_patch_is_grey_in_colour_and_else_what_the_picture_has_most():
    pixels = np.zeros((1, 5, 5), np.uint8)
    pixels[0, 2] = 255
    assert colour_of(pixels.astype(np.float32), pixels).tolist() == [0]
    assert colour_of(np.zeros((3, 2, 2), np.float32), np.zeros((3, 2, 2), np.uint8)).tolist() == [128] * 3
    assert colour_of(np.float32([[[1, 5, 2]]]), None).tolist() == [2]
