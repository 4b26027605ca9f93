"""Filters as a document writes them: by name where they have one, else as numbers, and no more than say it exactly.

What is changed of a bank of named kernels leaves the other names as they are, so that links stay short and readable.
"""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any, get_args

import numpy as np

from app.layers.layer import Array
from app.layers.weights import PresetWeights, Weights
from app.numerics.kernels import Spread, bank, own_size

MOST_NAMED = 1024  # filters that a document may name
Filter = str | Array  # a name, or (rows, columns), or (sheets, rows, columns)


def spread_of(weights: Weights | None) -> Spread:
    """Return how filters of rows and columns alone are spread over the sheets."""
    return weights.spread if isinstance(weights, PresetWeights) else "mean"


def filters_from(weights: Weights, weight: Array) -> list[Filter]:
    """Return what the filters `weight` (n, sheets, rows, columns) of a source are written as."""
    return list(weights.filters) if isinstance(weights, PresetWeights) else [fewest(part, "mean") for part in weight]


def fewest(filter_: Array, spread: Spread) -> Array:
    """Return a filter (sheets, rows, columns) without the sheets where they follow, exactly, from one."""
    plane = filter_[0] if spread == "sum" else filter_[0] * np.float32(len(filter_))
    return plane if makes(plane, filter_, spread) else filter_


def makes(filter_: Filter, part: Array, spread: Spread) -> bool:
    """Tell whether a filter, in the middle of the size of `part` (sheets, rows, columns), is just these weights."""
    rows, columns = own_size(filter_)
    sheeted = not isinstance(filter_, str) and filter_.ndim == 3 and len(filter_) != len(part)
    if sheeted or rows > part.shape[1] or columns > part.shape[2]:
        return False
    around = np.zeros(part.shape[1:], np.float32)  # the size that it is centred in
    return np.array_equal(bank([filter_, around], len(part), spread)[0][0], part)


def preset(filters: Sequence[Filter], spread: Spread, bias: Array | None) -> dict[str, Any]:
    """Return filters as a document has them; the bias of each name is left out by itself."""
    return {"init": "preset", "names": tuple(filters), "spread": spread, **({} if bias is None else {"bias": bias})}


def still_named(weights: Weights, weight: Array, bias: Array | None) -> dict[str, Any] | None:
    """Return the filters `weight` (n, sheets, rows, columns), where some are still what `weights` name; else None."""
    if not isinstance(weights, PresetWeights) or len(weight) > MOST_NAMED:
        return None
    spreads = sorted(get_args(Spread), key=lambda each: each != weights.spread)  # its own first
    kept = {spread: [_same(*pair, spread) for pair in zip_longest(weights.filters, weight)] for spread in spreads}
    best = max(spreads, key=lambda spread: sum(isinstance(name, str) for name in kept[spread]))
    filters = [fewest(part, best) if one is None else one for one, part in zip(kept[best], weight, strict=False)]
    sizes = [own_size(each) for each in filters]
    whole = tuple(max(size[axis] for size in sizes) for axis in (0, 1)) == weight.shape[2:]
    return preset(filters, best, bias) if whole and any(isinstance(each, str) for each in filters) else None


def _same(filter_: Filter | None, part: Array | None, spread: Spread) -> Filter | None:
    """Return `filter_` where it makes just the weights `part`."""
    return filter_ if filter_ is not None and part is not None and makes(filter_, part, spread) else None
