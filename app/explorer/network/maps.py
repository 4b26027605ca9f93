"""The maps that are seen of a whole network: found, shrunk and made levels once, then one picture in any colours.

Of each layer those that vary most are seen; of one that has a map for each class those of the likeliest; of a vector
all its numbers, on one sheet. Of a network with few maps all are, in their order, and its filters too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.budget import Budget
from app.compute import SingleFlightCache
from app.errors import NotFound
from app.explorer.network.columns import layers_seen, rows_of
from app.lab import Lab, Result, Run
from app.layers.layer import Array
from app.numerics.reduction import reduced
from app.numerics.variation import most_varied
from app.pipeline.activation import class_maps
from app.pipeline.document import ENGINE
from app.rendering.arrangement import arranged
from app.rendering.palette import Bytes, Theme, palette
from app.rendering.scales import read_colours
from app.rendering.sheets.maps import extent_of, laid_out, levels_of
from app.rendering.sheets.strips import Strip, strips, strips_png
from app.whole_numbers import read_whole

SEEN = 5  # maps of a layer
LARGEST = 160  # cells a side
CLASSES = 5  # that are told
KEPT = Budget(40_000_000)  # bytes: some hundred networks
FILTERS = -1  # the strip of the filters, among those of layers


@dataclass(frozen=True)
class LayerMaps:
    """What is seen of a layer."""

    channels: tuple[int, ...]  # of a vector the largest number
    tiles: Bytes  # a level a cell


@dataclass(frozen=True)
class NetworkMaps:
    """What is seen of a network."""

    layers: Mapping[int, LayerMaps]
    shares: tuple[tuple[int, float], ...]  # of the likeliest classes, where it ends in shares: which, and how likely
    below: bool  # whether any number that is seen is below zero

    @property
    def strips(self) -> Mapping[int, Strip]:
        """Where the tiles of each layer lie in the picture."""
        tiles = [part.tiles for part in self.layers.values()]
        return dict(zip(self.layers, strips([(len(part), part.shape[1:]) for part in tiles]), strict=True))

    @property
    def bytes(self) -> int:
        return 10_000 + sum(part.tiles.nbytes for part in self.layers.values())


FOUND = SingleFlightCache[NetworkMaps](KEPT, lambda found: found.bytes)


async def maps_of(lab: Lab, run: Run, opened: int | None = None) -> NetworkMaps:
    """Return what is seen of a run, with the block of layer `opened` open."""

    async def find() -> NetworkMaps:
        seen = await lab.queue.light(lambda: layers_seen(run.stages, opened))
        last = len(run.stages) - 1
        shares = run.stages[last].layer.scores
        filtered = [0] if rows_of(run.stages) else []  # its filters stand before the rows
        asked = sorted({*seen, *filtered, *([last] if shares else [])})
        results = dict(zip(asked, await lab.some(run, asked), strict=True))
        extents = {layer: (await lab.extents(run, layer))[0] for layer in seen}
        largest = max(results[layer].output.nbytes for layer in asked)
        return await lab.render(
            lambda: _found(run, seen, results, extents, results.get(last if shares else -1)), largest
        )

    return await FOUND.get(f"{run.id} {opened}", find)


def _found(
    run: Run, seen: tuple[int, ...], results: Mapping[int, Result], extents: Mapping[int, float], shares: Result | None
) -> NetworkMaps:
    given = np.zeros(0, np.float32) if shares is None else shares.output.ravel()
    likeliest: list[int] = np.argsort(-given, kind="stable")[:CLASSES].tolist()
    by_class, rows = class_maps(run.stages), rows_of(run.stages)
    layers: dict[int, LayerMaps] = {}
    weight = results[0].weights.get("weight") if rows else None
    filters = None if weight is None else run.stages[0].layer.filters(run.stages[0].input_shape, weight)
    if filters is not None:
        tiles = filters.reshape(-1, *filters.shape[2:])
        layers[FILTERS] = _levels(tuple(range(len(tiles))), tiles, extent_of(tiles))
    for layer in seen:
        output, extent = results[layer].output, extents[layer]
        if arranged(run.stages[layer].output_shape).single:
            layers[layer] = _levels((int(output.argmax()),), laid_out(output), extent)
            continue
        channels = likeliest if layer == by_class else list(range(rows)) if rows else most_varied(output, SEEN)
        layers[layer] = _levels(tuple(channels), output[channels], extent)
    below = any(results[layer].whole.minimum < 0 for layer in seen)
    return NetworkMaps(layers, tuple((k, float(given[k])) for k in likeliest), below)


def _levels(channels: tuple[int, ...], maps: Array, extent: float) -> LayerMaps:
    small = reduced(maps, LARGEST)
    return LayerMaps(channels, levels_of(small, [extent] * len(small)))


def picture_address(run: Run, opened: int | None, theme: Theme, kind: str) -> str:
    """Return where the picture is."""
    colours = "" if kind == "signed" else f"&colours={kind}"
    dark = "&theme=dark" if theme == "dark" else ""
    return f"/parts/network/{run.id}/{'all' if opened is None else opened}.png?v={ENGINE}{colours}{dark}"


async def network_picture(lab: Lab, run: Run, layer: str, fields: Mapping[str, str]) -> bytes:
    """Return all that is seen of a network in one picture: of "all", or with the block of a layer open."""
    opened = None if layer == "all" else read_whole(layer, len(run.stages))
    if not run.stages or (opened is None and layer != "all"):
        raise NotFound("There is no picture {name} here.", name="network")
    found = await maps_of(lab, run, opened)
    theme: Theme = "dark" if fields.get("theme") == "dark" else "light"
    kind = read_colours(fields.get("colours", ""), "").kind
    return await lab.queue.light(
        lambda: strips_png(
            [part.tiles for part in found.layers.values()], palette(kind, theme, from_zero=not found.below)
        )
    )
