"""What every kind of layer owes: the tests walk the union, so a new kind is held to the same by being in it."""

from typing import get_args

import jsonschema_rs
import numpy as np
import pytest

from app.errors import Unfit
from app.layers import LAYERS, Kind, Place
from app.layers.reading import read_layer
from app.recipe import read, write
from tests import pipelines

EVERY = pytest.mark.parametrize("kind", LAYERS)
CASES = 40


def cases(kind):
    """Return layers of a kind, each with an input that it takes."""
    chance, found = pipelines.chance(kind), []
    while len(found) < CASES:
        channels = chance.choice([1, 2, 3, 4])
        shape = (channels, chance.randint(1, 16), chance.randint(1, 16))
        layer = read_layer(pipelines.layer(chance, kind, channels))
        try:
            layer.output_shape(shape)
        except Unfit:
            continue
        x = np.random.default_rng(len(found)).normal(size=shape).astype(np.float32)
        found.append((layer, x))
    return found


def places(chance, shape, count=3):
    return [Place(*(chance.randrange(n) for n in shape)) for _ in range(count)]


def test_the_union_is_the_registry():
    assert list(LAYERS.values()) == list(get_args(Kind))
    assert [kind.model_fields["type"].default for kind in LAYERS.values()] == list(LAYERS)


@EVERY
def test_each_says_in_one_line_what_it_does_and_what_each_field_means(kind):
    layer = LAYERS[kind]
    assert layer.__doc__
    assert "\n" not in layer.__doc__.strip()
    for name, field in layer.model_fields.items():
        if name != "type":
            assert field.description, name
            assert "\n" not in field.description, name


@EVERY
def test_its_schema_takes_what_it_takes(kind):
    schema = jsonschema_rs.Draft202012Validator(LAYERS[kind].model_json_schema())
    for layer, _ in cases(kind):
        schema.validate(layer.canonical())
    for wrong in ({"type": kind, "nonsense": 1}, {"type": kind, "kernel_size": "x"}, {"type": kind, "kernel_size": 0}):
        assert not schema.is_valid(wrong)
        with pytest.raises(Unfit):
            read_layer(wrong)


@EVERY
def test_its_shape_rule_predicts_its_result(kind):
    for layer, x in cases(kind):
        y = layer.forward(x, layer.weights_for(x.shape))
        assert y.shape == layer.output_shape(x.shape)
        assert y.dtype == np.float32
        assert y.flags.c_contiguous


@EVERY
def test_the_same_document_gives_the_same_bits(kind):
    for layer, x in cases(kind):
        again = read_layer(layer.canonical())
        first, second = (one.forward(x, one.weights_for(x.shape)) for one in (layer, again))
        assert first.tobytes() == second.tobytes()


@EVERY
def test_it_leaves_its_input_alone(kind):
    for layer, x in cases(kind):
        before = x.copy()
        x.flags.writeable = False
        layer.forward(x, layer.weights_for(x.shape))
        assert np.array_equal(x, before)


@EVERY
def test_json_and_recipe_say_it_whole(kind):
    for layer, _ in cases(kind):
        assert read_layer(layer.canonical()) == layer
        assert read(write([layer])) == (layer,)
        assert layer.canonical()["type"] == kind


@EVERY
def test_a_cell_depends_on_its_window_alone(kind):
    chance = pipelines.chance(kind)
    for layer, x in cases(kind):
        weights = layer.weights_for(x.shape)
        y, window = layer.forward(x, weights), layer.window(x.shape)
        for place in places(chance, y.shape):
            rows, columns = window.span(place.row, place.column)
            inside = np.zeros(x.shape, bool)
            inside[slice(*layer.channels_read(x.shape, place.channel)), max(0, rows[0]) : max(0, rows[1]),
                   max(0, columns[0]) : max(0, columns[1])] = True  # fmt: skip
            if layer.border_mode() != "zeros":
                continue  # what padding stands for lies elsewhere; the receptive field's tests look at that
            elsewhere = np.where(inside, x, np.float32(1000))
            assert layer.forward(elsewhere, weights)[place] == y[place]


@EVERY
def test_the_terms_of_a_step_give_its_value(kind):
    chance = pipelines.chance(kind)
    for layer, x in cases(kind):
        weights = layer.weights_for(x.shape)
        y = layer.forward(x, weights)
        for place in places(chance, y.shape):
            terms, value = layer.step(x, weights, place), float(y[place])
            match kind:
                case "conv2d":
                    size = np.abs(terms["products"]).sum() + abs(terms["bias"])
                    assert abs(terms["channel_sums"].sum() + terms["bias"] - value) <= 1e-6 * size
                case "relu":
                    assert value == max(terms["input"], 0)
                case "max_pool2d":
                    read = [n for row in terms["patch"] for n in row if n is not None]
                    assert value == max(read)
                    assert len(terms["winners"]) == read.count(value)
                    assert all(x[place.channel, w["row"], w["column"]] == value for w in terms["winners"])
                case "avg_pool2d":
                    read = [n for row in terms["patch"] for n in row if n is not None]
                    assert value == pytest.approx(sum(read) / terms["divisor"], rel=1e-6, abs=1e-7)
                case _:
                    pytest.fail(f"what do the terms of {kind} add up to?")


@EVERY
def test_its_costs_are_whole_numbers_that_grow_with_the_input(kind):
    for layer, x in cases(kind):
        larger = (x.shape[0], x.shape[1] + 8, x.shape[2] + 8)
        for cost in (layer.parameters, layer.multiplications, layer.cost):
            assert 0 <= cost(x.shape) <= cost(larger)
        weights = layer.weights_for(x.shape)
        assert layer.parameters(x.shape) == sum(array.size for array in weights.values())
        assert layer.learned == bool(weights)


def test_a_new_layer_has_settings_to_begin_with():
    for kind, layer in LAYERS.items():
        read_layer({"type": kind, **layer.starter}).output_shape((3, 32, 32))
