"""Where a pasted block goes among the weights of a layer: a part of a sheet, a sheet, a filter, all filters.

rows × columns                 into the sheet, from the field on where it was pasted
sheets × rows × columns        a filter; twice as many sheets are two filters
filters × sheets × rows × columns    all of them, however many and however large
"""

import numpy as np
from numpy.typing import NDArray

from app.errors import Unfit
from app.layers.layer import Array


def pasted(weight: Array, channel: int, place: tuple[int, int, int], block: NDArray[np.float64]) -> Array:
    """Return the filters (n, sheets, rows, columns) with a block put in at a filter and a place; raise Unfit."""
    count, sheets, rows, columns = weight.shape
    numbers = block.astype(np.float32)
    if block.ndim == 2:
        if (
            block.shape[1] == columns
            and block.shape[0] in (sheets * rows, count * sheets * rows)
            and sheets * count > 1
        ):
            numbers = numbers.reshape(-1, rows, columns)  # sheets one below the other
        elif block.shape == (count, sheets * rows * columns) and block.shape != (rows, columns):
            numbers = numbers.reshape(weight.shape)  # a filter a row
        elif block.shape == (rows, columns) or count * sheets > 1 or _fits(block.shape, weight.shape, place):
            return _in_sheet(weight, channel, place, numbers)
        else:
            numbers = numbers[None]
    if numbers.ndim == 3:
        given = len(numbers)
        if given % sheets:
            raise Unfit(
                "The block has {given} sheets, and a filter here reads {sheets}; paste {sheets} for one filter, or a "
                "multiple of that for all.",
                given=given,
                sheets=sheets,
            )
        if given == sheets and count > 1:
            return _one_filter(weight, channel, numbers)
        numbers = numbers.reshape(-1, sheets, *numbers.shape[1:])
    if numbers.shape[1] != sheets:
        raise Unfit(
            "The filters of this block read {given} sheets, and here are {sheets}; give each filter {sheets} sheets.",
            given=numbers.shape[1],
            sheets=sheets,
        )
    return numbers


def _one_filter(weight: Array, channel: int, numbers: Array) -> Array:
    if numbers.shape[1:] != weight.shape[2:]:
        raise Unfit(
            "The block has sheets of {rows}×{columns}, and this layer's filters have {high}×{wide}; set kernel_size "
            "first, or paste all filters at once.",
            rows=numbers.shape[1],
            columns=numbers.shape[2],
            high=weight.shape[2],
            wide=weight.shape[3],
        )
    after = weight.copy()
    after[channel] = numbers
    return after


def _fits(shape: tuple[int, ...], whole: tuple[int, ...], place: tuple[int, int, int]) -> bool:
    return place[1] + shape[0] <= whole[2] and place[2] + shape[1] <= whole[3]


def _in_sheet(weight: Array, channel: int, place: tuple[int, int, int], numbers: Array) -> Array:
    """Put rows and columns into one sheet, from a place on; a whole sheet wherever it was pasted."""
    rows, columns = numbers.shape
    sheet, top, left = place if numbers.shape != weight.shape[2:] else (place[0], 0, 0)
    if not _fits(numbers.shape, weight.shape, (sheet, top, left)):
        raise Unfit(
            "The block has {rows}×{columns} numbers, and from row {row}, column {column} on here are {high}×{wide}; "
            "paste it farther up or to the left, or set kernel_size first.",
            rows=rows,
            columns=columns,
            row=top + 1,
            column=left + 1,
            high=weight.shape[2] - top,
            wide=weight.shape[3] - left,
        )
    after = weight.copy()
    after[channel, sheet, top : top + rows, left : left + columns] = numbers
    return after


def pasted_bias(bias: Array, block: NDArray[np.float64]) -> Array:
    """Return the biases that a block has, one a filter; raise Unfit."""
    if block.size != bias.size:
        raise Unfit(
            "The block has {given} numbers, and here are {count} biases; paste one a filter.",
            given=block.size,
            count=bias.size,
        )
    return block.astype(np.float32).ravel()
