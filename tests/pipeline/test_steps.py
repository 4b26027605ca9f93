"""What a step tells of one number, against the arrays themselves."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import NotFound, Unfit
from app.layers import LAYERS, Place
from app.layers.reading import read_layer
from app.numerics.window import Window
from app.pipeline.closeup import close_up
from app.pipeline.document import read_document
from app.web.api.json_text import json_bytes
from tests import pipelines

NUMPY_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
EVERY = pytest.mark.parametrize("kind", LAYERS)


def steps(kind, count=300):
    """Return steps of a kind, each with its stage, the arrays before and after, and the weights."""
    chance = pipelines.chance(kind)
    for _ in range(count):
        document, stages = pipelines.pipeline(chance, kind=kind)
        outputs, weights = pipelines.arrays(document, stages)
        index = chance.choice([stage.index for stage in stages if stage.layer.type == kind])
        inputs, y = [outputs[source + 1] for source in stages[index].inputs], outputs[index + 1]
        place = pipelines.somewhere(chance, y.shape)
        step = close_up(stages, index, place, inputs, weights[index], y).document()
        yield step, place, stages[index], inputs[0], y, weights[index]


@EVERY
def test_300_steps_hold_the_map_s_own_number_and_what_they_tell_as_json_gives_it(kind):
    for step, place, stage, _, y, _ in steps(kind):
        told = json.loads(json_bytes(step))
        assert told["type"] == kind
        assert told["position"] == place._asdict()
        assert np.float32(told["value"]).tobytes() == y[place].tobytes()
        total = stage.layer.total(told)
        assert abs(total.value - told["value"]) <= 1e-6 * total.size


def test_a_convolution_tells_its_patch_its_kernel_and_their_products():
    for step, place, stage, x, _, weights in steps("conv2d"):
        first, last = step.get("channels", [0, len(x)])
        assert ("channels" in step) == (stage.layer.groups > 1)
        assert last - first == len(x) // stage.layer.groups
        assert np.array_equal(step["kernel"], weights["weight"][place.channel])
        assert np.array_equal(step["patch"], cut(x[first:last], stage, step["window"]))
        assert np.array_equal(step["products"], np.float64(step["patch"]) * np.float64(step["kernel"]))
        assert step["channel_sums"] == pytest.approx(step["products"].sum((1, 2)), abs=1e-12)
        assert step["bias"] == (weights["bias"][place.channel] if stage.layer.bias else 0)
        size = np.abs(step["products"]).sum() + abs(step["bias"])
        assert abs(step["channel_sums"].sum() + step["bias"] - step["value"]) <= 1e-6 * size


def test_a_transposed_convolution_tells_the_cells_that_meet_at_a_place_and_the_weight_with_which_each_does():
    nothing = 0
    for step, place, stage, x, _, weights in steps("conv_transpose2d"):
        layer, (first, last) = stage.layer, step.get("channels", [0, len(x)])
        assert ("channels" in step) == (layer.groups > 1)
        met = [meeting(layer, axis, stage.input_shape[axis + 1], place[axis + 1]) for axis in (0, 1)]
        for c, sheet in enumerate(range(first, last)):
            filter_ = weights["weight"][sheet, place.channel % (layer.out_channels // layer.groups)]
            for r, (row, down) in enumerate(met[0]):
                for k, (column, across) in enumerate(met[1]):
                    assert step["patch"][c, r, k] == x[sheet, row, column]
                    assert step["kernel"][c, r, k] == filter_[down, across]
        assert step["patch"].shape == step["kernel"].shape == (last - first, len(met[0]), len(met[1]))
        assert np.array_equal(step["products"], np.float64(step["patch"]) * np.float64(step["kernel"]))
        assert step["channel_sums"] == pytest.approx(step["products"].sum((1, 2)), abs=1e-12)
        if not (met[0] and met[1]):
            nothing += 1
            assert step["window"] is step["receptive_field"] is None
            assert step["value"] == step["bias"]
            continue
        (top, _), (left, _) = met[0][0], met[1][0]
        (bottom, _), (right, _) = met[0][-1], met[1][-1]
        assert step["window"] == {"rows": [top, bottom + 1], "columns": [left, right + 1]}
    assert 20 < nothing < 150


def meeting(layer, axis, length, place):
    """Return each (cell, tap) along an axis for which the cell, spread, comes to lie on the place; by trying all."""
    return [
        (cell, tap) for cell in range(length) for tap in range(layer.kernel_size[axis])
        if cell * layer.stride[axis] - layer.padding[axis] + tap * layer.dilation[axis] == place
    ]  # fmt: skip


def test_an_upsampled_number_is_the_cell_that_it_was_made_from():
    for step, place, stage, x, _, _ in steps("upsample2d"):
        rows, columns = stage.layer.scale
        row, column = place.row // rows, place.column // columns
        assert step["input"] == step["value"] == x[place.channel, row, column]
        assert step["window"] == {"rows": [row, row + 1], "columns": [column, column + 1]}


def test_a_padded_number_is_the_cell_that_it_was_copied_from_or_a_zero_of_no_cell():
    added = 0
    for step, place, stage, x, y, _ in steps("zero_pad2d"):
        padded = np.pad(x, ((0, 0), *stage.layer.sides))
        assert np.array_equal(y, padded)
        row, column = step["window"]["rows"][0], step["window"]["columns"][0]
        inside = 0 <= row < x.shape[1] and 0 <= column < x.shape[2]
        assert step["input"] == (x[place.channel, row, column] if inside else None)
        assert inside or step["value"] == 0
        assert step["receptive_field"] is None or inside
        added += not inside
    assert 20 < added < 280


def cut(x, stage, window):
    """Return what a window reads, out of an input that NumPy has padded."""
    layer, geometry = stage.layer, stage.layer.window(stage.input_shape)
    (top, _), (left, _) = geometry.padding
    padded = np.pad(x, ((0, 0), *geometry.padding), NUMPY_MODES[layer.padding_mode])
    rows, columns = ([n + shift for n in window[axis]] for axis, shift in (("rows", top), ("columns", left)))
    return padded[:, slice(*rows, geometry.dilation[0]), slice(*columns, geometry.dilation[1])]


@pytest.mark.parametrize("kind", ["max_pool2d", "avg_pool2d"])
def test_a_pool_tells_the_cells_of_its_window_and_which_of_them_win(kind):
    for step, place, stage, x, _, _ in steps(kind):
        read = []
        down, across = getattr(stage.layer, "dilation", (1, 1))
        for r, row in zip(range(*step["window"]["rows"], down), step["patch"], strict=True):
            for c, number in zip(range(*step["window"]["columns"], across), row, strict=True):
                if 0 <= r < x.shape[1] and 0 <= c < x.shape[2]:
                    assert number == float(x[place.channel, r, c])
                else:
                    assert not number
                    assert number is None or kind == "avg_pool2d"
                read += [] if number is None else [number]
        if kind == "avg_pool2d":
            assert step["value"] == pytest.approx(sum(read) / step["divisor"], rel=1e-6, abs=1e-7)
            continue
        assert step["value"] == max(read)
        assert len(step["winners"]) == read.count(step["value"])
        assert all(x[place.channel, w["row"], w["column"]] == step["value"] for w in step["winners"])
        assert stage.layer.passes_from(x, {}, place) == Place(place.channel, *step["winners"][0].values())


@pytest.mark.parametrize("kind", ["relu", "relu6", "leaky_relu", "sigmoid", "tanh", "dropout"])
def test_an_activation_tells_the_one_number_that_it_reads(kind):
    for step, place, _, x, _, _ in steps(kind):
        assert step["input"] == float(x[place])
        assert step["window"] == {"rows": [place.row, place.row + 1], "columns": [place.column, place.column + 1]}


def test_a_normalization_tells_its_four_numbers():
    for step, place, stage, x, _, weights in steps("batch_norm2d"):
        assert step["input"] == float(x[place])
        assert step["eps"] == stage.layer.eps
        for name, array in (("mean", "running_mean"), ("variance", "running_var"), ("scale", "weight"),
                            ("shift", "bias")):  # fmt: skip
            assert step[name] == float(weights[array][place.channel])
        by_hand = (step["input"] - step["mean"]) / (step["variance"] + step["eps"]) ** 0.5
        assert step["normalized"] == pytest.approx(by_hand, rel=1e-6)


def test_the_mean_of_a_map_tells_the_map():
    for step, place, _, x, _, _ in steps("global_avg_pool2d"):
        assert np.array_equal(step["patch"], x[place.channel])
        assert step["divisor"] == x[0].size
        assert step["window"] == {"rows": [0, x.shape[1]], "columns": [0, x.shape[2]]}


def test_a_number_of_a_row_tells_which_cell_it_is():
    for step, place, stage, x, _, _ in steps("flatten"):
        source = Place(**step["source"])
        assert x.ravel()[place.channel] == x[source] == step["input"] == step["value"]
        assert np.ravel_multi_index(source, x.shape) == place.channel
        assert step["window"] == {
            "rows": [source.row, source.row + 1], "columns": [source.column, source.column + 1]
        }  # fmt: skip
        assert stage.vector


def test_a_linear_layer_tells_its_ten_largest_and_ten_smallest_products_each_once():
    for step, place, stage, x, _, weights in steps("linear"):
        products = x.ravel().astype(float) * weights["weight"][place.channel]
        told = step["largest"] + step["smallest"]
        assert len({term["index"] for term in told}) == len(told) == min(20, x.size)
        for term in told:
            assert x[term["channel"], term["row"], term["column"]] == x.ravel()[term["index"]] == term["input"]
            assert term["weight"] == weights["weight"][place.channel, term["index"]]
            assert term["product"] == products[term["index"]]
        rising = np.sort(products)
        assert [term["product"] for term in step["largest"]] == list(rising[::-1][:10])
        assert [term["product"] for term in step["smallest"]] == list(rising[: min(10, max(0, x.size - 10))])
        assert step["remainder"] == pytest.approx(rising[10:-10].sum() if x.size > 20 else 0, abs=1e-9)
        assert step["bias"] == (weights["bias"][place.channel] if stage.layer.bias else 0)


def test_softmax_tells_every_exponential_and_their_sum():
    for step, place, _, x, _, _ in steps("softmax"):
        assert step["maximum"] == x.max()
        assert step["exps"] == pytest.approx(np.exp(x.ravel().astype(float) - float(x.max())), rel=1e-12)
        assert step["sum"] == pytest.approx(sum(step["exps"]), rel=1e-12)
        assert step["value"] == pytest.approx(step["exps"][place.channel] / step["sum"], rel=1e-6)


def test_equal_products_stand_in_the_order_of_their_places():
    document = read_document({"input": {"values": [[[1.0] * 30]]}, "recipe": f"linear(weights=values({[[1.0] * 30]}))"})
    stages = pipelines.plan(document, (1, 1, 30), **pipelines.PLENTY)
    outputs, weights = pipelines.arrays(document, stages)
    step = close_up(stages, 0, Place(0, 0, 0), outputs[:1], weights[0], outputs[1]).document()
    assert len({term["index"] for term in step["largest"] + step["smallest"]}) == 20
    assert [term["index"] for term in step["largest"]] == sorted(term["index"] for term in step["largest"])
    assert step["remainder"] == 10


def test_a_place_outside_the_map_is_not_found():
    document, stages = pipelines.pipeline(pipelines.chance(6))
    outputs, weights = pipelines.arrays(document, stages)
    for place in (Place(0, 0, 10**6), Place(-1, 0, 0)):
        with pytest.raises(NotFound, match="run from 0 to"):
            close_up(stages, len(stages) - 1, place, outputs[-2:-1], weights[-1], outputs[-1])


def test_a_dilated_pool_that_would_meet_padding_alone_is_refused():
    layer = read_layer({"type": "max_pool2d", "kernel_size": 2, "padding": 1, "dilation": [1, 6]})
    with pytest.raises(Unfit, match="6 apart meets nothing but padding on 5 columns"):
        layer.output_shape((1, 5, 5))
    assert layer.output_shape((1, 5, 6)) == (1, 3, 1)  # columns −1 and 5


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2), st.integers(1, 7), st.integers(1, 12), st.booleans())
def test_a_window_meets_the_map_where_each_of_its_places_reads_a_cell(size, stride, padding, gap, length, ceil):
    window = Window((size, 1), (stride, 1), ((padding, padding), (0, 0)), (gap, 1), ceil_mode=ceil)
    starts = [place * stride - padding for place in range(window.output_length(0, length))]
    read = [[start + tap * gap for tap in range(size)] for start in starts]
    assert window.meets(0, length) == all(any(0 <= cell < length for cell in cells) for cells in read)


ALONE = {  # what a step's own numbers give, by type, and nothing else
    "relu": lambda s: max(s["input"], 0),
    "relu6": lambda s: min(max(s["input"], 0), 6),
    "leaky_relu": lambda s: s["input"] * (1 if s["input"] > 0 else s["negative_slope"]),
    "sigmoid": lambda s: 1 / (1 + math.exp(-s["input"])),
    "tanh": lambda s: math.tanh(s["input"]),
    "dropout": lambda s: s["input"],
    "flatten": lambda s: s["input"],
    "upsample2d": lambda s: s["input"],
    "zero_pad2d": lambda s: s["input"] or 0,
    "add": lambda s: math.fsum(s["inputs"]),
    "concat": lambda s: s["value"],
    "max_pool2d": lambda s: max(number for row in s["patch"] for number in row if number is not None),
    "avg_pool2d": lambda s: math.fsum(number or 0 for row in s["patch"] for number in row) / s["divisor"],
    "global_avg_pool2d": lambda s: math.fsum(number for row in s["patch"] for number in row) / s["divisor"],
    "batch_norm2d": lambda s: (s["input"] - s["mean"]) / (s["variance"] + s["eps"]) ** 0.5 * s["scale"] + s["shift"],
    "linear": lambda s: math.fsum(
        [*(each["input"] * each["weight"] for each in s["largest"] + s["smallest"]), s["remainder"], s["bias"]]
    ),
    "softmax": lambda s: s["exps"][s["index"]] / math.fsum(s["exps"]),
    "conv2d": lambda s: float(np.multiply(s["patch"], s["kernel"]).sum()) + s["bias"],
    "conv_transpose2d": lambda s: float(np.multiply(s["patch"], s["kernel"]).sum()) + s["bias"],
}


@EVERY
def test_a_step_gives_its_value_from_itself_alone(kind):
    for step, _, stage, _, _, _ in steps(kind, count=60):
        told = json.loads(json_bytes(step))
        value = told["value"]
        assert abs(ALONE[kind](told) - value) <= 2e-6 * max(stage.layer.total(told).size, abs(value))


def test_a_mean_tells_padding_as_zeros_where_it_counts_and_as_nothing_where_it_does_not():
    told = set()
    for step, place, stage, x, _, _ in steps("avg_pool2d"):
        (top, _), (left, _) = step["window"]["rows"], step["window"]["columns"]
        for (row, column), value in np.ndenumerate(np.array(step["patch"], object)):
            inside = 0 <= top + row < x.shape[1] and 0 <= left + column < x.shape[2]
            if inside:
                assert value == x[place.channel, top + row, left + column]
            else:
                assert value == (0 if stage.layer.count_include_pad else None)
                told.add(value)
    assert told == {0, None}
