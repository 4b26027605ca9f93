"""What every kind of layer owes: the tests walk the union, so a new kind is held to the same by being in it."""

from functools import cache
from typing import get_args

import jsonschema_rs
import numpy as np
import pytest

from app.errors import Unfit
from app.layers import LAYERS, Kind, Place
from app.layers.cells import Cells, one
from app.layers.concat import Concat
from app.layers.reading import read_layer
from app.pipeline.document import read_document
from app.pipeline.plan import plan
from app.pipeline.recipe import read, write
from tests import pipelines
from tests.witnesses import WITNESSES, witness_of

EVERY = pytest.mark.parametrize("kind", LAYERS)
CASES = 40


def cases(kind):
    """Return layers of a kind, each with inputs that it takes."""
    return [(layer, inputs) for _, layer, inputs in documents(kind)]


@cache
def documents(kind):
    """Return layers of a kind as they are written and as they are read, each with inputs that it takes."""
    chance, found, takes = pipelines.chance(kind), [], LAYERS[kind].takes
    while len(found) < CASES:
        vector = chance.choice(takes) == "vector"
        sides = (1, 1) if vector else (chance.randint(1, 16), chance.randint(1, 16))
        shapes = [(chance.randint(1, 40 if vector else 4), *sides)]
        if LAYERS[kind].merges:
            count = chance.randint(2, 4)
            own = LAYERS[kind] is Concat
            shapes += [(chance.randint(1, 4) if own else shapes[0][0], *sides) for _ in range(count - 1)]
            fields = {"type": kind, "inputs": chance.sample(range(-1, 9), count)}
        else:
            fields = pipelines.layer(chance, kind, shapes[0])
        layer = read_layer(fields)
        try:
            layer.form(shapes, [vector] * len(shapes))
            layer.geometries(shapes)
        except Unfit:
            continue
        inputs = [np.random.default_rng(len(found) + 100 * at).normal(size=shape).astype(np.float32)
                  for at, shape in enumerate(shapes)]  # fmt: skip
        for x in inputs:
            x.flags.writeable = False
        found.append((fields, layer, inputs))
    return found


def computed(layer, inputs):
    """Return what a layer makes of its inputs, and its weights."""
    weights = layer.weights_for(inputs[0].shape)
    return layer.compute(inputs, weights), weights


def geometries(layer, inputs):
    return layer.geometries([x.shape for x in inputs])


def with_one(inputs, at, other):
    """Return inputs, one of them replaced."""
    return [*inputs[:at], other, *inputs[at + 1 :]]


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
    inputs = ({"inputs": -2}, {"inputs": [0] if LAYERS[kind].merges else [0, 1]})
    for wrong in ({"nonsense": 1}, {"kernel_size": "x"}, {"kernel_size": 0}, {"name": "x" * 61}, *inputs):
        wrong = {"type": kind, **LAYERS[kind].starter} | wrong
        assert not schema.is_valid(wrong)
        with pytest.raises(Unfit):
            read_layer(wrong)


@EVERY
def test_its_shape_rule_predicts_its_result(kind):
    for layer, inputs in cases(kind):
        y, _ = computed(layer, inputs)
        assert {geometry.shape for geometry in geometries(layer, inputs)} == {y.shape}
        assert y.dtype == np.float32
        assert y.flags.c_contiguous


@EVERY
def test_its_arithmetic_agrees_with_a_witness_that_is_not_ours(kind):
    witness = witness_of(kind)
    for fields, layer, inputs in documents(kind):
        y, weights = computed(layer, inputs)
        theirs, tolerance = witness.theirs(fields, inputs, weights)
        assert np.abs(y.reshape(theirs.shape) - theirs).max() <= tolerance, (fields, inputs[0].shape)
        if "bias" in LAYERS[kind].model_fields:
            assert ("bias" in weights) == fields.get("bias", True)
        given = fields.get("weights", {})
        if given.get("init") == "values":  # the witness's numbers are those of the document
            for name in given.keys() & weights.keys():
                assert np.array_equal(weights[name], np.array(given[name], np.float32))


def test_a_layer_without_a_witness_is_told_how_to_get_one(monkeypatch):
    monkeypatch.delitem(WITNESSES, "tanh")
    with pytest.raises(AssertionError, match=r"tanh has no witness.*Add a row to WITNESSES in tests/witnesses\.py"):
        witness_of("tanh")


@EVERY
def test_the_same_document_gives_the_same_bits(kind):
    for layer, inputs in cases(kind):
        again = read_layer(layer.canonical())
        first, second = (computed(one, inputs)[0] for one in (layer, again))
        assert first.tobytes() == second.tobytes()


@EVERY
def test_it_leaves_its_inputs_alone(kind):
    for layer, inputs in cases(kind):
        before = [x.copy() for x in inputs]
        computed(layer, inputs)
        assert all(np.array_equal(x, kept) for x, kept in zip(inputs, before, strict=True))


@EVERY
def test_json_and_recipe_say_it_whole(kind):
    for layer, _ in cases(kind):
        assert read_layer(layer.canonical()) == layer
        pipeline = (*[read_layer({"type": "relu"})] * 10, layer)
        assert read(write(pipeline)) == pipeline
        assert layer.canonical()["type"] == kind


@EVERY
def test_a_cell_depends_on_its_window_alone(kind):
    chance = pipelines.chance(kind)
    for layer, inputs in cases(kind):
        y, weights = computed(layer, inputs)
        if getattr(layer, "padding_mode", "zeros") != "zeros":
            continue  # what padding stands for lies elsewhere; the receptive field's tests look at that
        for place in places(chance, y.shape):
            elsewhere = []
            for x, geometry in zip(inputs, geometries(layer, inputs), strict=True):
                inside = np.zeros(x.shape, bool)
                if span := geometry.span(place):
                    rows, columns = span
                    inside[slice(*geometry.channels_read(place.channel)), max(0, rows[0]) : max(0, rows[1]),
                           max(0, columns[0]) : max(0, columns[1])] = True  # fmt: skip
                elsewhere.append(np.where(inside, x, np.float32(1000)))
            assert layer.compute(elsewhere, weights)[place] == y[place]


def staged(layer, x):
    """Return the one stage of a document; what takes vectors alone is given the numbers of a flattened input."""
    before = [] if "maps" in layer.takes else [{"type": "flatten"}]
    document = read_document({"input": {"values": x.tolist()}, "layers": [*before, layer.canonical()]})
    return plan(document, x.shape, **pipelines.PLENTY)[-1:]


@EVERY
def test_its_field_is_what_changes_when_one_cell_does(kind):
    chance, met = pipelines.chance(f"field-{kind}"), 0
    for layer, inputs in cases(kind)[:15]:
        y, weights = computed(layer, inputs)
        for at, (x, geometry) in enumerate(zip(inputs, geometries(layer, inputs), strict=True)):
            read, moved = [], []
            for cell in np.ndindex(x.shape):
                marked, larger = x.copy(), x.copy()
                marked[cell], larger[cell] = np.nan, 1000  # beyond all others, so that it wins and does not cancel
                with np.errstate(invalid="ignore"):
                    read.append(np.isnan(layer.compute(with_one(inputs, at, marked), weights)))
                moved.append(layer.compute(with_one(inputs, at, larger), weights) != y)
            read, moved = (np.reshape(each, (*x.shape, *y.shape)) for each in (read, moved))
            assert not (moved & ~read).any()
            if all(array.all() for array in weights.values()):
                assert np.array_equal(moved, read)
            for place in [*places(chance, y.shape), Place(*(length - 1 for length in y.shape))]:
                cells = geometry.reads(Cells.at(place, y.shape))
                told = np.zeros(x.shape, bool)
                told[slice(*cells.channels)] = np.logical_and.outer(cells.rows, cells.columns)
                assert np.array_equal(told, read[..., *place]), (layer, x.shape, place)
                met += told.sum()
            row, column = chance.randrange(x.shape[1]), chance.randrange(x.shape[2])
            channels, rows, columns = geometry.reaches(np.ones(len(x), bool), *one(row, column, x.shape[1:]))
            told = np.logical_and.outer(channels, np.logical_and.outer(rows, columns))
            assert np.array_equal(told, read[:, row, column].any(0)), (layer, x.shape, row, column)
    assert met


@EVERY
def test_the_terms_of_a_step_give_its_value(kind):
    chance = pipelines.chance(kind)
    for layer, inputs in cases(kind):
        y, weights = computed(layer, inputs)
        for place in places(chance, y.shape):
            told = layer.total(layer.terms(inputs, weights, place))
            assert abs(told.value - float(y[place])) <= 1e-6 * told.size


@EVERY
def test_what_it_passes_on_is_one_of_the_cells_that_it_reads(kind):
    chance = pipelines.chance(kind)
    for layer, inputs in cases(kind):
        y, weights = computed(layer, inputs)
        for place in places(chance, y.shape):
            origin = layer.origin(inputs, weights, place)
            if origin is None:
                continue
            source = origin.place
            cells = geometries(layer, inputs)[origin.input].reads(Cells.at(place, y.shape))
            assert cells.channels[0] <= source.channel < cells.channels[1]
            assert cells.rows[source.row]
            assert cells.columns[source.column]
            if layer.keeps_values or layer.merges:
                assert y[place] in (inputs[origin.input][source], 0)


@EVERY
def test_a_layer_that_keeps_scale_stays_on_the_scale_before_it(kind):
    for layer, inputs in cases(kind):
        if layer.keeps_scale:
            assert np.abs(computed(layer, inputs)[0]).max() <= np.abs(inputs[0]).max()


@EVERY
def test_what_it_cannot_take_is_refused_with_the_numbers_and_a_way_out(kind):
    layer, (x, *_) = cases(kind)[0]
    for form, words in (("maps", "flatten or linear before it"), ("vector", "before flatten or linear")):
        if form not in layer.takes:
            with pytest.raises(Unfit, match=f"{kind} needs .*{len(x)}.*{words}"):
                layer.gives_vector((len(x), 3, 2), form == "vector")


@EVERY
def test_its_costs_are_whole_numbers_that_grow_with_the_input(kind):
    for layer, (x, *_) in cases(kind):
        larger = (x.shape[0], x.shape[1] + 8, x.shape[2] + 8)
        for cost in (layer.parameters, layer.multiplications, layer.cost):
            assert 0 <= cost(x.shape) <= cost(larger)
        weights = layer.weights_for(x.shape)
        learned = [array.size for name, array in weights.items() if not name.startswith("running")]  # they are measured
        assert layer.parameters(x.shape) == sum(learned)
        assert layer.learned == bool(weights)


@EVERY
def test_the_operations_of_one_number_are_those_of_all_shared_among_them(kind):
    for layer, inputs in cases(kind):
        x = inputs[0]
        count, noun = layer.work(x.shape)
        outputs = computed(layer, inputs)[0].size
        if kind == "conv_transpose2d":  # of a place in the middle; at the edges fewer cells meet
            weights, shape = layer.weights_for(x.shape), layer.output_shape(x.shape)
            met = [
                layer.step(x, weights, place)["products"].size for place in places(pipelines.chance(kind), shape, 20)
            ]
            assert max(met) <= count <= len(x) * np.prod(layer.kernel_size)
            maps = layer.out_channels // layer.groups  # each cell of the input goes into them with every weight
            assert layer.multiplications(x.shape) == x.size * maps * np.prod(layer.kernel_size)
        elif noun == "multiplications":
            assert count * outputs == layer.multiplications(x.shape)
        elif noun == "additions":
            assert count == len(inputs) - 1
            assert count * outputs == layer.cost(x.shape)
        elif layer.picks:  # all but the first are compared with the largest so far
            assert count == np.prod(layer.kernel_size) - 1
        else:
            assert (count, layer.multiplications(x.shape)) == (1, 0)


def test_a_new_layer_has_settings_to_begin_with():
    for kind, layer in LAYERS.items():
        new = read_layer({"type": kind, **layer.starter})
        shape = (3, 32, 32) if "maps" in layer.takes else (3, 1, 1)
        new.geometries([shape] * len(new.reads(1)))


def test_weights_of_their_own_are_counted_as_a_locally_connected_layer_has_them():
    for layer, (x,) in cases("conv2d"):
        counted = 0
        for place in np.ndindex(*layer.output_shape(x.shape)):  # one neuron a place and a map: its weights and a bias
            counted += layer.step(x, layer.weights_for(x.shape), Place(*map(int, place)))["kernel"].size + 1
        assert layer.locally_connected_parameters(x.shape) == counted
        outputs = int(np.prod(layer.output_shape(x.shape)))
        assert layer.fully_connected_parameters(x.shape) == outputs * (x.size + 1)
        if layer.bias:
            assert layer.parameters(x.shape) <= counted
