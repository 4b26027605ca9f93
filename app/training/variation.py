"""Batches made otherwise by chance, (channel, row, column, example), so that a network sees no picture twice the same.

A place that comes in from outside a picture is 0.
"""

from itertools import product

import numpy as np

from app.layers.layer import Array
from app.training.examples import Chance


def mirror(x: Array, chance: Chance) -> Array:
    """Return the batch with about half of its examples mirrored, left to right."""
    mirrored = chance.random(x.shape[-1]) < 0.5
    return np.where(mirrored, x[:, :, ::-1], x)


def shift(x: Array, chance: Chance, most: int) -> Array:
    """Return each example shifted by up to `most` cells along rows and columns."""
    _, rows, columns, examples = x.shape
    padded = np.pad(x, ((0, 0), (most, most), (most, most), (0, 0)))
    down, right = chance.integers(0, 2 * most + 1, (2, examples))
    shifted = np.empty_like(x)
    for row, column in product(range(2 * most + 1), repeat=2):
        some = np.flatnonzero((down == row) & (right == column))
        shifted[..., some] = padded[:, row : row + rows, column : column + columns, some]
    return shifted


def turn(x: Array, chance: Chance, *, degrees: float, scale: float, slant: float, cells: float) -> Array:
    """Return each example turned, made larger or smaller, slanted and shifted about its middle, bilinear.

    Parameters
    ----------
    degrees
        The most that it is turned either way.
    scale
        The most that rows, and columns, become longer or shorter, as a part of themselves.
    slant
        The most cells that a row is shifted beside the one above.
    cells
        The most that the whole is shifted, in cells.
    """
    channels, rows, columns, examples = x.shape
    angle, row_scale, column_scale, slanted, down, right = chance.uniform(-1, 1, (6, examples))
    cosine, sine = np.cos(np.radians(degrees * angle)), np.sin(np.radians(degrees * angle))
    row = np.arange(rows)[:, None, None] - (rows - 1) / 2
    column = np.arange(columns)[None, :, None] - (columns - 1) / 2
    column = column + slant * slanted * row
    from_row = (cosine * row - sine * column) * (1 + scale * row_scale) + cells * down + (rows - 1) / 2
    from_column = (sine * row + cosine * column) * (1 + scale * column_scale) + cells * right + (columns - 1) / 2
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    from_row, from_column = np.clip(from_row + 1, 0, rows + 1), np.clip(from_column + 1, 0, columns + 1)
    top, left = np.minimum(from_row.astype(np.intp), rows), np.minimum(from_column.astype(np.intp), columns)
    below, beside = (from_row - top).astype(np.float32), (from_column - left).astype(np.float32)
    found = np.empty_like(x)
    place = (top * (columns + 2) + left) * examples + np.arange(examples)
    for channel in range(channels):
        flat = padded[channel].reshape(-1)
        upper = flat[place] * (1 - beside) + flat[place + examples] * beside
        place_below = place + (columns + 2) * examples
        lower = flat[place_below] * (1 - beside) + flat[place_below + examples] * beside
        found[channel] = upper * (1 - below) + lower * below
    return found
