"""The network view: which columns there are, whose maps are seen, and how much all of it is at most."""

import json

import numpy as np
import pytest

from app.explorer.blocks import reads
from app.explorer.folding import opens
from app.explorer.network.columns import (
    LEAST,
    MOST,
    block_with,
    foldings,
    inside,
    layers_seen,
    rows_of,
    segments,
)
from app.explorer.network.maps import FILTERS, LARGEST, NetworkMaps, maps_of
from app.lab import Lab, Run
from app.pipeline.document import Document, read_document
from app.pipeline.plan import Stage, plan
from tests.pipelines import PLENTY

WHOLE = 'model("squeezenet")'
BLOCKS = [
    "conv1",
    "max",
    "fire2",
    "fire3",
    "max",
    "fire4",
    "fire5",
    "max",
    "fire6",
    "fire7",
    "fire8",
    "fire9",
    "conv10",
]
FIRE = "conv2d(4, 1, name='f/s') | conv2d(3, 1, name='f/a') | conv2d(5, 3, padding=1, inputs=1, name='f/b')"


def document_of(recipe: str, shape: tuple[int, int, int] = (3, 9, 11), **fields: object) -> Document:
    values = np.random.default_rng(5).normal(size=shape).round(3).tolist()
    return read_document({"input": fields or {"values": values}, "recipe": recipe})


def stages_of(recipe: str, shape: tuple[int, int, int] = (3, 9, 11)) -> tuple[Stage, ...]:
    return plan(document_of(recipe, shape), shape, **PLENTY)


def names(blocks: object) -> list[str]:
    return ["max" if block.funnel else block.name for block in blocks]  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def squeezenet() -> tuple[Stage, ...]:
    from tests.squeezenet import planned

    return planned("coffee")[1]


def test_columns_are_blocks_and_pools_funnels_and_the_scores_none(squeezenet: tuple[Stage, ...]) -> None:
    folded = foldings(squeezenet)
    assert names(folded[0]) == BLOCKS
    assert names(folded[-1])[-1].endswith("conv10")
    widths = [sum(not block.funnel for block in blocks) for blocks in folded]
    assert widths == sorted(set(widths), reverse=True), "each folding has fewer columns than the one before"


def test_the_light_takes_each_layer_once(squeezenet: tuple[Stage, ...]) -> None:
    found = segments(squeezenet, foldings(squeezenet)[0])
    assert found[-1].last == len(squeezenet) - 1
    assert len(found) == len(BLOCKS) - BLOCKS.count("max")
    assert sum(segment.work for segment in found) == 387_748_520  # by hand: weights times places, and 1,000 means


def test_an_open_block_shows_its_ways(squeezenet: tuple[Stage, ...]) -> None:
    at = next(stage.index for stage in squeezenet if stage.layer.name == "fire2/expand3x3")
    blocks = foldings(squeezenet, at)
    block = block_with(blocks[-1], at)
    assert block is not None
    assert block.name == "fire2", "it is not folded with others"
    found = [[(lane.name, lane.maps) for lane in part.lanes] for part in inside(squeezenet, block)]
    assert found == [[("squeeze1x1", 16)], [("expand1x1", 64), ("expand3x3", 64)], [("concat", 128)]]
    assert block_with(blocks[0], 2) is None, "a pool has nothing to open"


def test_in_which_networks_maps_stand_in_rows() -> None:
    assert rows_of(stages_of("conv2d(6, 3) | relu | max_pool2d(2)")) == 6
    assert rows_of(stages_of("relu | max_pool2d(2)")) == 3
    assert rows_of(stages_of("conv2d(9, 3) | relu")) is None, "too many"
    assert rows_of(stages_of("conv2d(4, 3) | conv2d(4, 3)")) is None, "each is made from all"
    assert rows_of(stages_of("conv2d(4, 3) | conv2d(4, 3, groups=4)")) == 4
    assert rows_of(stages_of("conv2d(4, 3) | linear(4)")) is None
    assert rows_of(stages_of("conv2d(4, 3) | relu | add(inputs=[0, 1])")) is None, "no chain"


def found_in(ask: object, document: Document, opened: int | None = None) -> tuple[NetworkMaps, list[np.ndarray]]:
    async def story(lab: Lab, run: Run) -> tuple[NetworkMaps, list[np.ndarray]]:
        return await maps_of(lab, run, opened), [result.output for result in await lab.results(run)]

    return ask(story, document)  # type: ignore[operator]


def test_the_maps_that_are_seen_are_those_that_vary_most(ask: object) -> None:
    document = document_of(
        f"{FIRE} | concat(inputs=[1, 2], name='f/c') | max_pool2d(2) | conv2d(7, 2) | linear(6) | softmax"
    )
    maps, outputs = found_in(ask, document, 0)
    assert set(maps.layers) == set(layers_seen_of(document, 0))
    for layer, part in maps.layers.items():
        output = outputs[layer].astype(np.float64)
        if output.shape[1:] == (1, 1):
            assert part.channels == (int(output.argmax()),)
            continue
        inner = output[:, 1:-1, 1:-1] if min(output.shape[1:]) > 2 else output
        varies = [float(np.std(cells)) for cells in inner]
        assert list(part.channels) == sorted(range(len(output)), key=lambda k: -varies[k])[:5]
        assert part.tiles.shape == (len(part.channels), *output.shape[1:])
        extent = float(np.abs(output).max())
        assert np.abs(part.tiles - (127 + 127 * output[list(part.channels)] / extent)).max() < 0.51
    assert [k for k, _ in maps.shares] == np.argsort(-outputs[-1].ravel())[:5].tolist()


def layers_seen_of(document: Document, opened: int | None) -> tuple[int, ...]:
    return layers_seen(plan(document, (3, 9, 11), **PLENTY), opened)


def test_of_a_network_with_few_maps_all_are_seen_and_its_filters(ask: object) -> None:
    maps, outputs = found_in(ask, document_of("conv2d(6, (2, 3)) | relu | max_pool2d(2)"))
    assert {layer: part.channels for layer, part in maps.layers.items() if layer != FILTERS} == {
        layer: tuple(range(6)) for layer in range(3)
    }
    assert maps.layers[FILTERS].tiles.shape == (6 * 3, 2, 3)
    assert maps.strips[1].top > maps.strips[0].top > maps.strips[FILTERS].top == 0
    assert maps.below == any(float(output.min()) < 0 for output in outputs)


@pytest.mark.parametrize(
    "recipe",
    ["conv2d(64, 1) | " + " | ".join(["relu"] * 399), " | ".join(["tanh | upsample2d(2) | max_pool2d(2)"] * 133)],
)
def test_however_many_layers_there_are_what_is_seen_is_bounded(recipe: str, ask: object) -> None:
    document = document_of(recipe, (1, 170, 12))
    stages = plan(document, (1, 170, 12), **PLENTY)
    assert len(stages) > 390
    for blocks in foldings(stages):
        assert sum(not block.funnel for block in blocks) <= MOST
    assert len(layers_seen(stages)) <= 2 * MOST
    maps, _ = found_in(ask, document)
    assert maps.bytes < 3_000_000
    for part in maps.layers.values():
        assert max(part.tiles.shape[1:]) <= LARGEST
        assert len(part.tiles) <= 5
    assert len(json.dumps(list(maps.strips.values()))) < 2_000


RESIDUAL = "conv2d(8,3,padding=1) | conv2d(8,3,padding=1) | relu | conv2d(8,3,padding=1) | add(inputs=[0,3]) | relu"


def test_a_small_network_without_names_is_seen_layer_by_layer_with_the_way_past() -> None:
    stages = stages_of(RESIDUAL)
    finest = foldings(stages)[0]
    assert names(finest) == ["conv2d", "conv2d", "relu", "conv2d", "add", "relu"]
    assert reads(stages, finest)[4] == (0, 3)


def test_layers_without_names_that_are_folded_open_together() -> None:
    stages = stages_of(RESIDUAL)
    coarsest = foldings(stages)[-1]
    assert len(coarsest) == LEAST, "a network is never one column"
    for block in coarsest:
        opened = block_with(foldings(stages, block.last)[0], block.last)
        assert opened
        assert list(opened.layers) == list(range(6))
        assert opens(stages, block.last)
    assert [[lane.layer for lane in part.lanes] for part in inside(stages, opened)] == [[0], [None, 3], [5]]
