"""The part of a picture that an address names, and one cell of the input with the pixels that it is the mean of."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from app.explorer.fields import query
from app.pictures.picture import Fit, Rectangle, Size, prepare
from app.pictures.shrinking import Shrunk, cut
from app.pipeline.document import ImageInput
from app.whole_numbers import read_whole, read_wholes

MOST_SHOWN = 64  # pixels a side of a cell's source that are shown one by one


def counted(fields: Mapping[str, str], name: str, least: int) -> int:
    """Return a whole number that a field holds, at least `least`; where it holds none, the least."""
    text = fields.get(name, "").strip()
    return max(least, read_whole(text) or 0)


def rectangle_of(fields: Mapping[str, str], default: Rectangle) -> Rectangle:
    """Return the rectangle that `top`, `left` (counted from 1), `tall` and `wide` name."""
    if not fields.get("tall") or not fields.get("wide"):
        return default
    top, left, tall, wide = (counted(fields, name, 1) for name in ("top", "left", "tall", "wide"))
    return (top - 1, top - 1 + tall), (left - 1, left - 1 + wide)


def shrunk_address(source: ImageInput, part: Rectangle, size: Size, fit: Fit | None = None) -> str:
    """Return the address of a part of a picture at a size."""
    (top, bottom), (left, right) = part
    sides = {"top": top + 1, "left": left + 1, "tall": bottom - top, "wide": right - left}
    numbers = {name: str(number) for name, number in {**sides, "rows": size[0], "columns": size[1]}.items()}
    filtered = {} if source.resample == "box" else {"resample": source.resample}
    return "/picture/shrunk.png?" + query(
        {"image": source.image, **numbers, "fit": fit or source.fit, "mode": source.mode, **filtered}
    )


@dataclass(frozen=True)
class Cell:
    """One cell of the input, with the pixels that made it."""

    row: int
    column: int
    source: Rectangle | None  # of the picture; None where the cell is a border
    means: tuple[float, ...] = ()  # of its pixels, a channel each
    levels: tuple[int, ...] = ()  # of the cell
    shown: str = ""  # the address of its pixels, one by one


def seen_cell(way: Shrunk, source: ImageInput, text: str) -> Cell:
    """Return the cell that `row.column` (from 0) names, else the one in the middle."""
    row, column = read_wholes(text, 2) or (way.size[0] // 2, way.size[1] // 2)
    row, column = min(row, way.size[0] - 1), min(column, way.size[1] - 1)
    read = way.source(row, column)
    if read is None:
        return Cell(row, column, None)
    tall, wide = (last - first for first, last in read)
    pixels = prepare(cut(way.picture, read), tall, wide, "stretch", way.mode)[0]
    return Cell(
        row,
        column,
        read,
        tuple(float(mean) for mean in pixels.mean(axis=(1, 2), dtype=np.float64)),
        tuple(int(level) for level in way.pixels()[:, row, column]),
        shrunk_address(source, read, (min(tall, MOST_SHOWN), min(wide, MOST_SHOWN)), fit="stretch"),
    )
