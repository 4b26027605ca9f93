"""What convolution and transposed convolution share: filters that read a group of channels, and products added up."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.errors import Unfit
from app.layers.layer import Array, Total
from app.layers.terms import ProductTerms
from app.numerics.axis import Pair


def check_groups(channels: int, groups: int) -> None:
    """Refuse input channels that cannot be split evenly into groups (Unfit)."""
    if channels % groups:
        raise Unfit(
            "{channels} input channels cannot be split evenly into {groups} groups; choose a divisor of {channels}.",
            channels=channels,
            groups=groups,
            pointer="/groups",
        )


def products_of(values: Array, kernel: Array, bias: float, group: Pair | None) -> ProductTerms:
    """Return the terms of one number, (channel, row, column) each; `group`: the channels, where not all are read."""
    products = values.astype(np.float64) * kernel  # exact: a product of two float32 fits a float64
    terms: ProductTerms = {
        "patch": values,
        "kernel": kernel,
        "products": products,
        "channel_sums": products.sum(axis=(1, 2)),
        "bias": bias,
    }
    return terms if group is None else {"channels": list(group), **terms}


def products_total(terms: Mapping[str, Any]) -> Total:
    """Return what such terms give."""
    products, bias = np.asarray(terms["products"]), terms["bias"]
    return Total(float(products.sum()) + bias, float(np.abs(products).sum()) + abs(bias))
