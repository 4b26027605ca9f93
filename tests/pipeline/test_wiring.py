"""Layers put in, taken out and moved: every other layer reads what it read, as told by names and not by numbers."""

from collections.abc import Iterator, Sequence
from functools import cache
from random import Random

import pytest

from app.errors import Unfit
from app.layers import Layer
from app.layers.reading import read_layer
from app.pipeline import recipe
from app.pipeline.document import Document
from app.pipeline.wiring import exchanged, inserted, readers, removed
from tests import pipelines

Edges = dict[str, list[str]]  # what each layer reads, by their names
PICTURE = "picture"
BRANCHED = recipe.read(
    'conv2d(4, 1, name="a") | relu(name="b") | conv2d(4, 1, name="c") | add(inputs=[2, 1], name="d") | relu(name="e")'
    ' | tanh(inputs=3, name="f") | concat(inputs=[5, 4, -1], name="g")'
)


@cache
def graph(number: int) -> Document:
    document, _ = pipelines.graph(pipelines.chance(f"wiring {number}"), layers=7, sides=6)
    layers = tuple(layer.called(f"l{index}") for index, layer in enumerate(document.layers))
    return Document(input=document.input, layers=layers)


def graphs(count: int) -> Iterator[tuple[Random, Document]]:
    return ((pipelines.chance(f"edits {number}"), graph(number)) for number in range(count))


def edges(layers: Sequence[Layer]) -> Edges:
    names = [layer.name or "" for layer in layers]
    return {
        name: [PICTURE if source < 0 else names[source] for source in layer.reads(index)]
        for index, (name, layer) in enumerate(zip(names, layers, strict=True))
    }


def instead(found: Edges, old: str, new: str) -> Edges:
    return {name: [new if source == old else source for source in sources] for name, sources in found.items()}


def canonical(layers: Sequence[Layer]) -> bool:
    """Tell whether a list is as a document has it."""
    return recipe.read(recipe.write(layers)) == tuple(layers)


def test_what_is_put_in_stands_on_every_way_from_there_and_comes_out_again() -> None:
    for chance, document in graphs(60):
        after = chance.randrange(-1, len(document.layers))
        new = read_layer({"type": "dropout", "name": "new"})
        layers = inserted(document.layers, after, [new])
        was, there = edges(document.layers), PICTURE if after < 0 else f"l{after}"
        assert edges(layers) == {**instead(was, there, "new"), "new": [there]}
        assert canonical(layers)
        assert removed(layers, after + 1) == document.layers


def test_who_read_what_is_taken_out_reads_what_it_read_last() -> None:
    for chance, document in graphs(60):
        index = chance.randrange(len(document.layers))
        was, gone = edges(document.layers), f"l{index}"
        order = [PICTURE, *was]
        stands_in = max(was.pop(gone), key=order.index)
        layers = removed(document.layers, index)
        assert edges(layers) == instead(was, gone, stands_in)
        assert canonical(layers)


def test_a_layer_changes_places_with_its_neighbour_on_the_way_and_back() -> None:
    moved = 0
    for chance, document in graphs(80):
        index = chance.randrange(len(document.layers))
        try:
            layers, there = exchanged(document.layers, index, 1)
        except Unfit:
            continue
        if there == index:
            assert not readers(document.layers, index)
            continue
        moved += 1
        was, first, second = edges(document.layers), f"l{index}", f"l{there}"
        assert was[second] == [first], "who reads it reads nothing else"
        wanted = instead(was, second, first)
        assert edges(layers) == {**wanted, second: was[first], first: [second]}
        assert canonical(layers)
        assert exchanged(layers, there, -1) == (document.layers, index)
    assert moved >= 10


@pytest.mark.parametrize(
    ("index", "by", "said"),
    [
        (1, 1, "relu, layer 2, is read by the layers 3, 4; it cannot go behind all of them"),
        (2, -1, "relu, layer 2, is read by the layers 3, 4; layer 3 cannot go before it for itself alone"),
        (2, 1, "add, layer 4, joins several outputs"),
        (3, 1, "add, layer 4, joins several outputs"),
        (4, -1, "add, layer 4, is read by the layers 5, 6; layer 5 cannot go before it"),
        (5, 1, "concat, layer 7, joins several outputs"),
    ],
)
def test_what_stands_in_the_way_is_named(index: int, by: int, said: str) -> None:
    with pytest.raises(Unfit) as refused:
        exchanged(BRANCHED, index, by)
    assert refused.value.say(str).startswith(said)


def test_at_an_end_of_its_way_a_layer_stays() -> None:
    assert exchanged(BRANCHED, 0, -1) == (BRANCHED, 0)
    plain = recipe.read("relu | tanh")
    assert exchanged(plain, 1, 1) == (plain, 1)
    assert exchanged(plain, 0, 1) == (recipe.read("tanh | relu"), 1)


def test_inside_a_block_a_new_layer_belongs_to_it() -> None:
    block = recipe.read('relu(name="x/one") | tanh(name="x/two") | relu(name="y")')
    new = [read_layer({"type": "sigmoid"})]
    assert [layer.name for layer in inserted(block, 0, new)] == ["x/one", "x/sigmoid", "x/two", "y"]
    assert [layer.name for layer in inserted(block, 1, new)] == ["x/one", "x/two", None, "y"]
    assert [layer.name for layer in inserted(block, -1, new)] == [None, "x/one", "x/two", "y"]


def test_there_are_no_more_layers_than_a_document_may_have() -> None:
    most = recipe.read(" | ".join(["relu"] * 400))
    with pytest.raises(Unfit, match="at most 400 layers; this one has 401"):
        inserted(most, 399, recipe.read("relu"))


def test_layers_that_go_on_as_they_were_are_the_same_ones() -> None:
    plain = recipe.read("relu | conv2d(2, 1) | tanh | sigmoid")
    layers = inserted(plain, 0, [read_layer({"type": "dropout"})])
    assert all(after is before for before, after in zip(plain[1:], layers[2:], strict=True)), "or all is planned again"
