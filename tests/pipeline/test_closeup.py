"""Home and forward: what a number has seen and what a cell can change, against marking every cell in turn.

The mark is NaN: whatever is computed from it is NaN again, so what a layer's own arithmetic reads shows by itself.
"""

import numpy as np
import pytest

from app.errors import Unfit
from app.layers import LAYERS, Place
from app.pipeline.closeup import hops, receptive_field, winning_path
from app.pipeline.cone import cone
from app.pipeline.document import read_document
from tests import pipelines

NARROW = 31  # columns up to which no product takes a cell times a zero, which would carry the mark on
FINER = {"upsample2d", "conv_transpose2d"}
EVERY = pytest.mark.parametrize("kind", LAYERS)
MODES = {"zeros", "reflect", "replicate", "circular"}


def marked(stages, weights, outputs, source, cells):
    """Return which numbers of the last stage change where `cells` of the output of `source` (−1: input) are marked."""
    values = dict(enumerate(outputs, -1))
    values[source] = values[source].copy()
    values[source][cells] = np.nan
    with np.errstate(invalid="ignore"):
        for stage, arrays in zip(stages[source + 1 :], weights[source + 1 :], strict=True):
            values[stage.index] = stage.layer.compute([values[number] for number in stage.inputs], arrays)
    return np.isnan(values[len(stages) - 1])


def hull(mask):
    """Return the rectangle around what is true in (rows, columns), or None."""
    if not mask.any():
        return None
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    return (rows[0], rows[-1] + 1), (columns[0], columns[-1] + 1)


@EVERY
def test_home_and_forward_are_what_can_reach_in_300_pipelines(kind):
    chance = pipelines.chance(kind)
    modes, nothing = set(), 0
    merges = LAYERS[kind].merges
    for _ in range(150 if merges else 300):
        document, stages = pipelines.pipeline(chance, layers=12 if merges else 6, sides=9, kind=kind)
        if any(stage.output_shape[2] > NARROW for stage in stages):
            continue
        outputs, weights = pipelines.arrays(document, stages)
        source = chance.choice([-1, -1, chance.randrange(len(stages)) - 1])
        start = outputs[source + 1]
        reached = np.array([
            [marked(stages, weights, outputs, source, np.s_[:, row, column]) for column in range(start.shape[2])]
            for row in range(start.shape[1])
        ])  # row and column of the mark, then channel, row and column of what it changes  # fmt: skip
        for row, column in np.ndindex(start.shape[1:]):
            assert cone(stages, row, column, source) == hull(reached[row, column].any(0))
        place = pipelines.somewhere(chance, outputs[-1].shape)
        seen = hull(reached[:, :, *place])
        nothing += seen is None
        spans = {hop.layer: hop.span for hop in hops(stages, len(stages) - 1, place)}
        assert spans.get(None if source < 0 else source) == seen
        if source < 0:
            assert receptive_field(stages, place) == seen
        modes |= {getattr(stage.layer, "padding_mode", "zeros") for stage in stages}
    assert modes == MODES
    assert nothing < 150


@EVERY
def test_the_channels_on_the_way_home_are_those_that_can_reach(kind):
    chance = pipelines.chance(kind)
    for _ in range(40):
        document, stages = pipelines.pipeline(chance, sides=9, kind=kind)
        outputs, weights = pipelines.arrays(document, stages)
        place = pipelines.somewhere(chance, outputs[-1].shape)
        home = hops(stages, len(stages) - 1, place)[-1]
        seen = [c for c in range(len(outputs[0])) if marked(stages, weights, outputs, -1, c)[place]]
        if home.span is not None:
            assert home.cells.channels == (seen[0], seen[-1] + 1)


@EVERY
def test_the_nominal_size_is_what_a_place_in_the_middle_reads_by_the_path_that_reads_most(kind):
    chance = pipelines.chance(kind)
    for _ in range(60):
        _, stages = pipelines.pipeline(chance, sides=9, kind=kind)
        paths = [{((1, 1), (1, 1))}]  # of the picture, then of each stage: the size and the jump by each path
        for stage in stages:
            if hasattr(stage.layer, "window"):
                window = stage.layer.window(stage.input_shape)
                reach, stride = window.reach, window.stride
            elif stage.geometry.shape[1:] == (1, 1) and not stage.layer.merges:
                reach, stride = stage.input_shape[1:], (1, 1)
            else:
                reach, stride = (1, 1), (1, 1)
            if stage.layer.type in FINER:
                break  # whose sizes differ from place to place: below
            paths.append({
                (tuple(s + (reach - 1) * j for s, reach, j in zip(size, reach, jump, strict=True)),
                 tuple(j * step for j, step in zip(jump, stride, strict=True)))
                for number in stage.inputs for size, jump in paths[number + 1]
            })  # fmt: skip
            sizes, jumps = zip(*paths[-1], strict=True)
            assert stage.receptive_size == tuple(map(max, zip(*sizes, strict=True)))
            assert stage.jump == (jumps[0] if len(set(jumps)) == 1 else None)


def test_the_nominal_size_behind_finer_layers_is_the_largest_over_places_of_a_map_without_edges():
    chance, uneven = pipelines.chance("finer"), 0
    while uneven < 60:
        kinds = [chance.choice(["upsample2d", "conv_transpose2d", "conv2d", "max_pool2d"]) for _ in range(4)]
        layers = [pipelines.layer(chance, kind) for kind in kinds]
        document = read_document({"input": {"values": [[[0.0] * 40] * 40]}, "layers": layers})
        try:
            stages = pipelines.plan(document, (1, 40, 40), **pipelines.PLENTY)
        except Unfit:
            continue
        if not any(stage.layer.type in FINER for stage in stages):
            continue
        for stage in stages:
            for axis, field in enumerate(stage.fields):
                if len(field.phases) > 1:
                    uneven += 1
                widths = [width(stages[: stage.index + 1], axis, place) for place in range(2 * len(field.phases) + 7)]
                assert max(widths) == field.size, [stage.layer for stage in stages]
                turn = len(field.phases)
                moved = centre(stages[: stage.index + 1], axis, turn), centre(stages[: stage.index + 1], axis, 0)
                assert field.jump * turn == (moved[0] - moved[1] if None not in moved else field.advance)


def home(stages, axis, place):
    """Return the cells that a place has seen of a picture without end, by the definition of each layer."""
    cells = {place}
    for stage in reversed(stages):
        layer = stage.layer
        if layer.type == "upsample2d":
            cells = {cell // layer.scale[axis] for cell in cells}
        elif layer.type == "conv_transpose2d":
            found = ((cell + layer.padding[axis] - tap * layer.dilation[axis], layer.stride[axis])
                     for cell in cells for tap in range(layer.kernel_size[axis]))  # fmt: skip
            cells = {at // stride for at, stride in found if at % stride == 0}
        else:
            window = layer.window(stage.input_shape)
            cells = {cell * window.stride[axis] - window.padding[axis][0] + tap * window.dilation[axis]
                     for cell in cells for tap in range(window.size[axis])}  # fmt: skip
    return cells


def width(stages, axis, place):
    cells = home(stages, axis, place)
    return max(cells) - min(cells) + 1 if cells else 0


def centre(stages, axis, place):
    cells = home(stages, axis, place)
    return (max(cells) + min(cells)) / 2 if cells else None


def test_a_layer_that_reads_everything_counts_its_whole_side():
    document = read_document({"input": {"values": [[[0.0] * 12] * 8]}, "recipe": "max_pool2d(2) | flatten | linear(3)"})
    stages = pipelines.plan(document, (1, 8, 12), **pipelines.PLENTY)
    assert [(stage.receptive_size, stage.jump) for stage in stages] == [
        ((2, 2), (2, 2)), ((8, 12), (2, 2)), ((8, 12), (2, 2))
    ]  # fmt: skip
    assert receptive_field(stages[:2], Place(7, 0, 0)) == ((2, 4), (2, 4))
    assert receptive_field(stages, Place(0, 0, 0)) == ((0, 8), (0, 12))


def test_circular_padding_that_wraps_reaches_the_whole_axis():
    document = read_document({"input": {"values": [[[float(n) for n in range(9)]] * 9]},
                              "recipe": "conv2d(1, 3, padding=1, padding_mode='circular')"})  # fmt: skip
    stages = pipelines.plan(document, (1, 9, 9), **pipelines.PLENTY)
    assert [receptive_field(stages, Place(0, row, 4)).rows for row in (0, 4, 8)] == [(0, 9), (3, 6), (0, 9)]
    assert [cone(stages, row, 4).rows for row in (0, 4, 8)] == [(0, 9), (3, 6), (0, 9)]


def test_a_cell_between_the_windows_changes_nothing():
    document = read_document({"input": {"values": [[[0.0] * 7] * 7]}, "recipe": "conv2d(1, 1, 3) | relu"})
    stages = pipelines.plan(document, (1, 7, 7), **pipelines.PLENTY)
    assert cone(stages, 3, 6) == ((1, 2), (2, 3))
    assert cone(stages, 3, 5) is None


def test_the_winning_path_is_followed_while_layers_pass_values_on():
    values = [[[0, 0, 5, 1], [0, 0, 5, 0], [0, 9, 0, 0], [0, 0, 0, 2]]]
    document = read_document({"input": {"values": values}, "recipe": "conv2d(weights=values([[[[1]]]])) | relu "
                              "| max_pool2d(2) | flatten | tanh | linear(2)"})  # fmt: skip
    stages = pipelines.plan(document, (1, 4, 4), **pipelines.PLENTY)
    outputs, _ = pipelines.arrays(document, stages)
    path = winning_path(stages, outputs, 4, Place(1, 0, 0))
    assert path == [Place(1, 0, 0), Place(0, 0, 1), Place(0, 0, 2), Place(0, 0, 2), None]  # the first of equals
    assert len(path) == len(hops(stages, 4, Place(1, 0, 0)))
    assert winning_path(stages, outputs, 5, Place(1, 0, 0)) == [None] * 6
    assert [hop.layer for hop in hops(stages, 4, Place(1, 0, 0))] == [3, 2, 1, 0, None]
