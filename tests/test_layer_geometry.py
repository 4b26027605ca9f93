"""What a layer's geometry answers, number by number, where no two axes are alike; and what new layers begin with."""

import math

from app.layers import LAYERS, Place
from app.layers.reading import read_layer
from app.numerics.window import Span
from tests import oblong


def test_a_dilated_window_with_uneven_padding():
    geometry = oblong.run().stages[oblong.SECOND].geometry
    assert (geometry.input_shape, geometry.shape) == ((6, 11, 12), (4, 11, 7))
    assert (geometry.size, geometry.gap, geometry.reach) == ((3, 2), (2, 1), (5, 2))
    assert (geometry.start, geometry.step, geometry.border) == ((-2, -1), (1, 2), ((2, 2), (1, 1)))
    assert geometry.span(Place(1, 3, 2)) == geometry.around(Place(1, 3, 2)) == Span((1, 6), (3, 5))
    assert geometry.read(Place(1, 3, 2)) == [(row, column) for row in (1, 3, 5) for column in (3, 4)]
    assert [geometry.channels_read(channel) for channel in range(4)] == [(0, 3), (0, 3), (3, 6), (3, 6)]


def test_the_odd_cell_of_same_is_below_and_to_the_right():
    geometry = oblong.run().stages[oblong.CONV].geometry
    assert geometry.border == ((1, 2), (1, 2))
    assert geometry.start == (-1, -1)
    assert geometry.span(Place(0, 0, 5)) == Span((-1, 3), (4, 8))


def test_where_nothing_is_read_the_middle_of_where_it_would_be_is_told():
    layer = read_layer({"type": "conv_transpose2d", "out_channels": 1, "kernel_size": [1, 2], "stride": [3, 5]})
    geometry = layer.geometry((1, 4, 6))
    assert geometry.shape == (1, 10, 27)
    assert geometry.span(Place(0, 3, 5)) == Span((1, 2), (1, 2))
    assert geometry.span(Place(0, 4, 13)) is None
    assert geometry.around(Place(0, 4, 13)) == Span((2, 2), (3, 3))
    assert geometry.around(Place(0, 4, 22)) == Span((2, 2), (5, 5))


def test_the_bytes_of_a_stage_are_those_of_its_numbers_and_of_what_it_learns():
    for stage in oblong.run().stages:
        assert stage.bytes == 4 * (math.prod(stage.output_shape) + stage.parameters)
    assert oblong.run().stages[oblong.SECOND].bytes == 4 * (4 * 11 * 7 + 4 * 3 * 3 * 2 + 4)


def test_a_new_layer_begins_with_what_keeps_or_halves_or_doubles_the_map():
    begun = {"conv2d": (4, 12, 20), "conv_transpose2d": (4, 24, 40), "max_pool2d": (6, 6, 10), "avg_pool2d": (6, 6, 10)}
    for kind, shape in begun.items():
        layer = read_layer({"type": kind, **LAYERS[kind].starter})
        assert layer.output_shape((6, 12, 20)) == shape, kind
