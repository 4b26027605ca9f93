"""What a button does to whole filters (n, sheets, rows, columns): turn, scale, balance, clear, copy, paint."""

import re
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from app.errors import BrokenRequest, Unfit
from app.numerics.kernels import KERNELS, Spread, bank, fits
from app.whole_numbers import read_whole

Array = NDArray[np.float32]
Exact = NDArray[np.float64]
NOTHING = 1e-6  # of the gain: a sum of float32 weights that is 0 but for rounding
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def changed(weight: Array, chosen: list[int], change: str) -> Array:
    """Return the filters of a layer with those `chosen` changed; raise Unfit where that cannot be or does nothing."""
    name, _, sheet = change.partition(".")
    work = CHANGES.get(name)
    if work is None:
        raise BrokenRequest("This form does not say what to change.")
    part: Exact = weight[chosen].astype(np.float64)
    after = _copy(part, sheet) if name == "copy" else work(part)
    if after.shape == part.shape and np.allclose(after, part, rtol=1e-6, atol=NOTHING * np.abs(part).max(initial=0)):
        raise Unfit("This leaves the filter as it is; nothing has changed.")
    if after.shape[2:] != weight.shape[2:]:
        if len(chosen) < len(weight):
            raise Unfit(
                "This makes {columns}×{rows} weights of {rows}×{columns}, and all filters of a layer have one size; "
                "change all filters at once.",
                rows=weight.shape[2],
                columns=weight.shape[3],
            )
        return after.astype(np.float32)
    out = weight.copy()
    out[chosen] = after
    return out


def _sum_one(part: Exact) -> Exact:
    sums, gains = part.sum(axis=(1, 2, 3)), np.abs(part).sum(axis=(1, 2, 3))
    if (np.abs(sums) <= NOTHING * gains).any():
        raise Unfit(
            "Weights that add up to 0 cannot be scaled to add up to 1; take length 1, or change a weight first."
        )
    scaled: Exact = part / sums[:, None, None, None]
    return scaled


def _length_one(part: Exact) -> Exact:
    lengths = np.sqrt((part**2).sum(axis=(1, 2, 3)))
    if not lengths.all():
        raise Unfit("A filter of zeros has no length to scale to 1; change a weight first.")
    scaled: Exact = part / lengths[:, None, None, None]
    return scaled


def _copy(part: Exact, sheet: str) -> Exact:
    index = read_whole(sheet, part.shape[1])
    if index is None:
        raise BrokenRequest("The form names a weight that is not there; open it again.")
    return np.repeat(part[:, index : index + 1], part.shape[1], axis=1)


CHANGES: Mapping[str, Callable[[Exact], Exact]] = {
    "flip": lambda part: part[..., ::-1, ::-1],
    "rotate": lambda part: np.rot90(part, -1, (2, 3)),
    "transpose": lambda part: part.transpose(0, 1, 3, 2),
    "mirror": lambda part: part[..., ::-1],
    "sum": _sum_one,
    "mean": lambda part: part - part.mean(axis=(1, 2, 3), keepdims=True),
    "length": _length_one,
    "negate": lambda part: -part,
    "zero": np.zeros_like,
    "copy": lambda part: part,
}


def kernel_in(name: str, shape: tuple[int, ...], spread: Spread = "mean") -> tuple[Array, float]:
    """Return a named kernel as a filter of `shape` (sheets, rows, columns), in its middle, and its bias."""
    kernel = KERNELS.get(name)
    if kernel is None or not fits(kernel, shape[0]):
        raise BrokenRequest("The form names a filter that is not there; open it again.")
    rows, columns = kernel.weight.shape[-2:]
    if rows > shape[1] or columns > shape[2]:
        raise Unfit(
            "{name} has {rows}×{columns} weights, and this layer's filters have {high}×{wide}; set kernel_size first, "
            "or take it as a new set.",
            name=name,
            rows=rows,
            columns=columns,
            high=shape[1],
            wide=shape[2],
        )
    weight, bias = bank([name], shape[0], spread)
    out = np.zeros(shape, np.float32)
    top, left = (shape[1] - rows) // 2, (shape[2] - columns) // 2
    out[:, top : top + rows, left : left + columns] = weight[0]
    return out, float(bias[0])


def pattern(fields: Mapping[str, str], shape: tuple[int, ...]) -> Array:
    """Return the filter that looks for a painted pattern: the pattern less its mean, scaled to length 1.

    Fields p.<row>.<column> hold colours, #rrggbb; a filter of one sheet reads their mean.
    """
    sheets, rows, columns = shape
    if sheets not in (1, 3):
        raise Unfit("A pattern is painted for filters that read one sheet or three, not {count}.", count=sheets)
    painted = np.zeros((rows, columns, 3))
    for row, column in np.ndindex(rows, columns):
        colour = fields.get(f"p.{row}.{column}", "")
        if not COLOUR.fullmatch(colour):
            raise Unfit("A colour is written like #ff8800, not {given}.", given=repr(colour[:40]))
        painted[row, column] = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    cells = painted.transpose(2, 0, 1) if sheets == 3 else painted.mean(axis=2)[None]
    cells = cells - cells.mean()
    length = np.linalg.norm(cells)
    if length < NOTHING:
        raise Unfit("All cells have one shade of grey, so there is nothing to look for; paint some in another colour.")
    filter_: Array = (cells / length).astype(np.float32)
    return filter_


def painted(weight: Array) -> list[list[str]]:
    """Return the pattern that a filter (1 or 3 sheets) looks for, as colours: its range stretched to 0 … 1."""
    low, high = float(weight.min()), float(weight.max())
    shades = (weight - low) / (high - low) if high > low else np.full(weight.shape, 0.5)
    levels = np.rint(shades * 255).astype(int)
    levels = levels if len(levels) == 3 else np.repeat(levels, 3, axis=0)
    return [["#{:02x}{:02x}{:02x}".format(*cell) for cell in row] for row in levels.transpose(1, 2, 0).tolist()]
