"""The pictures of a score: for each map that weighs much the map, the weights of one class, and their products."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.rendering.palette import Theme
from app.rendering.sheets.maps import Array, extent_of, maps_png
from app.rendering.sheets.sheets import Tiles, tiles

MAP, WEIGHTS, PRODUCTS = range(3)  # the tiles of a row


def score_tiles(maps: int, rows: int, columns: int) -> Tiles:
    """Return how the tiles lie in their picture: a row a map."""
    return tiles(3 * maps, rows, columns, columns=3)


def score_png(
    maps: Array, weights: Array, products: NDArray[np.float64], extents: Sequence[float], theme: Theme
) -> bytes:
    """Return rows of a map, its weights and their products, all (n, rows, columns).

    Each map is on the scale of its layer, `extents`; weights and products are each on one scale.
    """
    found = products.astype(np.float32)
    tiled = np.stack([maps, weights, found], axis=1).reshape(-1, *maps.shape[1:])
    ends = (extent_of(weights), extent_of(found))
    return maps_png(tiled, [end for extent in extents for end in (extent, *ends)], theme, columns=3)
