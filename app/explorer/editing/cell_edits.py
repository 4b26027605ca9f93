"""Cells of an input that are typed or pasted: which they are, and whether they are a picture's or any numbers."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from app.errors import BrokenRequest, Unfit
from app.explorer.editing.typed import Exact, read_block, read_number
from app.layers import Shape
from app.printing.numbers import brief
from app.whole_numbers import read_whole, read_wholes

Fields = Mapping[str, str]
MOST_CELLS = 64  # a side, and channels
SIDES = ("channels", "rows", "columns")
LEVELS = 256  # of a pixel


def edited_cells(before: Exact, fields: Fields, numbers: bool) -> Exact:
    """Return the cells (channels, rows, columns) that a form leads to, numbers or pixels; raise Unfit, BrokenRequest.

    A `block` takes the place of all; else `channels`, `rows` and `columns` cut or pad, and fields
    p.<channel>.<row>.<column> change single cells. A field that still shows its number, shortened, leaves it as it is.
    """
    shape = wanted_shape(before.shape, fields)
    if fields.get("block", "").strip():
        return sheets_of(fields["block"], shape)
    cells = resized(before, shape)
    for name, text in fields.items():
        if name.startswith("p."):
            place = read_wholes(name[2:], 3)
            if place is None or not all(at < length for at, length in zip(place, before.shape, strict=True)):
                raise BrokenRequest("The form names a cell that is not there; open it again.")
            if all(at < length for at, length in zip(place, shape, strict=True)) and text != brief(cells[place].item()):
                number = read_number(text)
                if number is None or not (numbers or _is_level(number)):
                    raise _refused(repr(text[:40]), place, numbers)
                cells[place] = number
    return cells


def _is_level(number: float) -> bool:
    return 0 <= number < LEVELS and number.is_integer()


def _refused(given: str, place: tuple[int, ...], numbers: bool) -> Unfit:
    return Unfit(
        "Row {row}, column {column} of channel {channel}: a cell is a number, such as −0.5 or 1/9, not {given}."
        if numbers
        else "Row {row}, column {column} of channel {channel}: a pixel is a whole number from 0 to 255, not {given}. "
        "Taken as numbers, cells can be any.",
        given=given,
        channel=place[0] + 1,
        row=place[1] + 1,
        column=place[2] + 1,
    )


def sheets_of(text: str, shape: Shape) -> Exact:
    """Return a pasted block as channels, rows and columns; `shape` tells where sheets stand one below the other."""
    block = read_block(text)
    if block.ndim == 2:
        stacked = shape[0] > 1 and block.shape == (shape[0] * shape[1], shape[2])
        block = block.reshape(shape if stacked else (1, *block.shape))
    if block.ndim > 3:
        raise Unfit("An input has channels, rows and columns; this block has {count} axes.", count=block.ndim)
    if max(block.shape) > MOST_CELLS:
        raise Unfit(
            "Typed cells are at most {most}×{most} on {most} channels; these are {rows}×{columns} on {channels}. The "
            "API takes larger ones.",
            most=MOST_CELLS,
            rows=block.shape[1],
            columns=block.shape[2],
            channels=block.shape[0],
        )
    return block


def wanted_shape(before: tuple[int, ...], fields: Fields) -> Shape:
    """Return how many channels, rows and columns a form asks for; raise Unfit."""
    sides = []
    for name, now in zip(SIDES, before, strict=True):
        text = fields.get(name, "").strip()
        number = read_whole(text) if text else now
        if not number or (text and number > MOST_CELLS):
            raise Unfit(
                "{name} is a whole number from 1 to {most}, not {given}.",
                name=name,
                most=MOST_CELLS,
                given=repr(text[:40]),
            )
        sides.append(number)
    return sides[0], sides[1], sides[2]


def resized(before: Exact, shape: Shape) -> Exact:
    """Return cells cut at the bottom and right, and padded with zeros there."""
    after = np.zeros(shape)
    both = tuple(slice(min(pair)) for pair in zip(before.shape, shape, strict=True))
    after[both] = before[both]
    return after


def as_pixels(cells: Exact) -> NDArray[np.uint8]:
    """Return cells as the levels of a picture; raise Unfit with the first that is none."""
    if len(cells) not in (1, 3):
        raise Unfit(
            "A picture has 1 channel or 3, and here are {count}; take the cells as numbers, or make it 3.",
            count=len(cells),
        )
    wrong = np.argwhere((cells != np.rint(cells)) | (cells < 0) | (cells >= LEVELS))
    if len(wrong):
        first = tuple(wrong[0].tolist())
        raise _refused(brief(cells[first].item()), first, False)
    return cells.astype(np.uint8)
