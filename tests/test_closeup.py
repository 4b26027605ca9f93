"""How one number came to be, against the arrays themselves and against changing every pixel."""

import numpy as np
import pytest

from app.closeup import close_up
from app.errors import NotFound
from app.layers import Place
from app.pipeline import read_document
from tests import pipelines

NUMPY_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def arrays(document, stages):
    """Return what enters each layer, and what leaves the last, with the weights of each."""
    outputs, weights = [document.input.values.array], []
    for stage in stages:
        weights.append(stage.layer.weights_for(stage.input_shape))
        outputs.append(stage.layer.forward(outputs[-1], weights[-1]))
    return outputs, weights


def somewhere(chance, shape):
    return Place(*(chance.randrange(n) for n in shape))


def seen_by(stages, place):
    """Return the rows and the columns of the pixels that reach `place`: each pixel is marked and followed forward."""
    _, height, width = stages[0].input_shape
    marks = np.eye(height * width, dtype=bool).reshape(-1, height, width)  # one picture a pixel, with that one marked
    for stage in stages:
        window = stage.layer.window(stage.input_shape)
        far = ((0, 0), (0, 64), (0, 64))  # beyond the padding, where ceil_mode may reach
        padded = np.pad(np.pad(marks, ((0, 0), *window.padding), NUMPY_MODES[stage.layer.border_mode()]), far)
        _, rows, columns = stage.output_shape
        marks = np.zeros((len(marks), rows, columns), bool)
        for tap in np.ndindex(window.size):
            top, left = (n * apart for n, apart in zip(tap, window.dilation, strict=True))
            marks |= padded[:, top:, left:][:, :: window.stride[0], :: window.stride[1]][:, :rows, :columns]
    reached = marks[:, place.row, place.column].reshape(height, width)
    return np.flatnonzero(reached.any(1)), np.flatnonzero(reached.any(0))


def test_the_receptive_field_is_what_can_reach_a_number_in_300_pipelines():
    chance = pipelines.chance(3)
    modes = set()
    for _ in range(300):
        document, stages = pipelines.pipeline(chance, sides=14)
        outputs, weights = arrays(document, stages)
        place = somewhere(chance, outputs[-1].shape)
        told = close_up(stages, len(stages) - 1, place, outputs[-2], weights[-1], outputs[-1]).receptive_field
        rows, columns = seen_by(stages, place)
        modes |= {stage.layer.border_mode() for stage in stages}
        if rows.size:
            assert told == ((rows[0], rows[-1] + 1), (columns[0], columns[-1] + 1))
        else:
            assert told is None
    assert modes == {"zeros", "reflect", "replicate", "circular"}


def test_circular_padding_that_wraps_reaches_the_whole_axis():
    document = read_document({"input": {"values": [[[float(n) for n in range(9)]] * 9]},
                              "recipe": "conv2d(1, 3, padding=1, padding_mode='circular')"})  # fmt: skip
    stages = pipelines.plan(document, (1, 9, 9), **pipelines.PLENTY)
    outputs, weights = arrays(document, stages)
    fields = [close_up(stages, 0, Place(0, row, 4), outputs[0], weights[0], outputs[1]).receptive_field
              for row in (0, 4, 8)]  # fmt: skip
    assert [field.rows for field in fields] == [(0, 9), (3, 6), (0, 9)]


def test_300_steps_hold_the_map_s_own_number_and_the_cells_of_its_arrays():
    chance = pipelines.chance(4)
    steps = 0
    while steps < 300:
        document, stages = pipelines.pipeline(chance)
        outputs, weights = arrays(document, stages)
        index = chance.randrange(len(stages))
        stage, x, y = stages[index], outputs[index], outputs[index + 1]
        if stage.layer.type != "conv2d":
            continue
        steps += 1
        place = somewhere(chance, y.shape)
        step = close_up(stages, index, place, x, weights[index], y).document()
        assert np.float32(step["value"]).tobytes() == y[place].tobytes()
        first, last = step.get("channels", [0, len(x)])
        assert ("channels" in step) == (stage.layer.groups > 1)
        assert last - first == len(x) // stage.layer.groups
        assert np.array_equal(step["kernel"], weights[index]["weight"][place.channel])
        assert np.array_equal(step["patch"], cut(x[first:last], stage, step["window"]))
        assert np.array_equal(step["products"], np.float64(step["patch"]) * np.float64(step["kernel"]))
        assert step["channel_sums"] == pytest.approx(step["products"].sum((1, 2)), abs=1e-12)
        assert step["bias"] == (weights[index]["bias"][place.channel] if stage.layer.bias else 0)
        size = np.abs(step["products"]).sum()
        assert abs(step["products"].sum() + step["bias"] - step["value"]) <= 1e-6 * (size + abs(step["bias"]))


def cut(x, stage, window):
    """Return what a window reads, out of an input that NumPy has padded."""
    layer, geometry = stage.layer, stage.layer.window(stage.input_shape)
    (top, _), (left, _) = geometry.padding
    padded = np.pad(x, ((0, 0), *geometry.padding), NUMPY_MODES[layer.padding_mode])
    rows, columns = ([n + shift for n in window[axis]] for axis, shift in (("rows", top), ("columns", left)))
    return padded[:, slice(*rows, geometry.dilation[0]), slice(*columns, geometry.dilation[1])]


def test_300_steps_of_pools_and_activations_hold_what_they_read():
    chance = pipelines.chance(5)
    steps = 0
    while steps < 300:
        document, stages = pipelines.pipeline(chance)
        outputs, weights = arrays(document, stages)
        index = chance.randrange(len(stages))
        stage, x, y = stages[index], outputs[index], outputs[index + 1]
        if stage.layer.type == "conv2d":
            continue
        steps += 1
        place = somewhere(chance, y.shape)
        step = close_up(stages, index, place, x, weights[index], y).document()
        assert np.float32(step["value"]).tobytes() == y[place].tobytes()
        if stage.layer.type == "relu":
            assert (step["input"], step["window"]) == (
                float(x[place]), {"rows": [place.row, place.row + 1], "columns": [place.column, place.column + 1]}
            )  # fmt: skip
            continue
        for r, row in zip(range(*step["window"]["rows"]), step["patch"], strict=True):
            for c, number in zip(range(*step["window"]["columns"]), row, strict=True):
                if 0 <= r < x.shape[1] and 0 <= c < x.shape[2]:
                    assert number == float(x[place.channel, r, c])
                else:
                    assert not number
                    assert number is None or stage.layer.type == "avg_pool2d"


def test_a_place_outside_the_map_is_not_found():
    document, stages = pipelines.pipeline(pipelines.chance(6))
    outputs, weights = arrays(document, stages)
    for place in (Place(0, 0, 10**6), Place(-1, 0, 0)):
        with pytest.raises(NotFound, match="run from 0 to"):
            close_up(stages, len(stages) - 1, place, outputs[-2], weights[-1], outputs[-1])
