"""What is pointed at, and all that it is connected with: an output and its window, an input cell and its readers, a
weight and every cell that it multiplies.

o            the number at the present place
i.2.7.16     a cell of the input: channel, row, column
w.0.1.2      a weight of the present filter: channel of the filter, row, column
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from app.layers import Place
from app.numerics.window import Mask
from app.rendering.numbers import level
from app.rendering.pointing import Mark, Pointed, block, runs, square
from app.web.pointing_told import output_told, readers_told, weight_told
from app.web.view import View

MOST_TINTED = 1024  # outputs told apart by colour; more are outlined together


class Pin(NamedTuple):
    """What is pointed at, as the address has it."""

    kind: Literal["o", "i", "w"]
    cell: Place = Place(0, 0, 0)


def read_pin(text: str) -> Pin | None:
    """Read a pin; None where it is none."""
    kind, *parts = text.split(".")
    if text == "o":
        return Pin("o")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts):
        cell = Place(*map(int, parts))
        if kind == "i":
            return Pin("i", cell)
        if kind == "w":
            return Pin("w", cell)
    return None


def pointed(seen: View, text: str) -> Pointed | None:
    """Return what the pin `text` marks in the drawing of a number; None where there is no such thing."""
    pin = read_pin(text)
    if pin is None:
        return None
    if pin.kind == "o":
        return _output(seen)
    there = seen.stage.input_shape if pin.kind == "i" else () if seen.weight is None else seen.weight.shape[1:]
    if not there or any(at >= length for at, length in zip(pin.cell, there, strict=True)):
        return None
    return _input(seen, pin.cell) if pin.kind == "i" else _weight(seen, pin.cell)


# ---- an output and its window


def _output(seen: View) -> Pointed:
    """Mark the cells that the present number reads, each in the colour of its weight."""
    marks = []
    winners = () if seen.hidden else seen.closeup.terms.get("winners", ())
    if seen.weight is not None:
        kernel = seen.weight[seen.place.channel]
        for k, (_, face) in enumerate(seen.slices(seen.place.channel)):
            if seen.source.single or seen.window.dilation == (1, 1):
                marks.append(Mark("sheet", k, "", "tinted", follows=True, face=face))
            else:
                marks += _tinted("sheet", k, _spread(seen, kernel[k]), seen.weight_extent, follows=True)
        return Pointed(output_told(seen), tuple(marks), 0, seen.sheet_faces()[0])
    if winners:
        rings = "".join(square(winner["row"], winner["column"]) for winner in winners)
        marks = [Mark("sheet", 0, rings, "q ring"), Mark("front", 0, rings, "q ring")]
    return Pointed(output_told(seen), tuple(marks))


def _spread(seen: View, slice_: np.ndarray) -> Iterable[tuple[int, int, float]]:
    """Give each weight of a slice with the cell of the window that it multiplies."""
    down, across = seen.window.dilation
    for (row, column), weight in np.ndenumerate(slice_):
        yield row * down, column * across, float(weight)


# ---- a cell of the input and all that read it


def _input(seen: View, cell: Place) -> Pointed:
    """Mark a cell of the input, and the outputs of the map at work, each in the colour of its weight for the cell."""
    shape, first = seen.stage.input_shape, seen.channels[0]
    readers = seen.layer.read_by(shape, cell)
    at = seen.source.cell(cell)
    k = 0 if seen.source.single else cell.channel - first
    here = square(at.row, at.column)
    marks = [Mark("sheet", k, here, "q ring"), Mark("front", k, here, "q ring")]
    weighed = seen.weight is not None and readers.channels[0] <= seen.place.channel < readers.channels[1]
    if seen.target.single:
        cells = [seen.target.cell(Place(channel, 0, 0)) for channel in range(*readers.channels)]
        if not readers.span:
            cells = []
        if weighed and seen.weight is not None and len(cells) <= MOST_TINTED:
            weights = seen.weight[slice(*readers.channels), cell.channel - first, cell.row, cell.column]
            found = [(to.row, to.column, float(w)) for to, w in zip(cells, weights, strict=True)]
            marks += _tinted("map", 0, found, seen.weight_extent)
        if len(cells) <= MOST_TINTED:
            marks.append(Mark("map", 0, "".join(square(to.row, to.column) for to in cells), "thin"))
    elif readers.channels[0] <= seen.place.channel < readers.channels[1]:
        if weighed:
            marks += _tinted("map", 0, _weights_on(seen, cell), seen.weight_extent)
        outlines = "".join(
            f"M{left} {top}h{right - left}v{bottom - top}h{left - right}z"
            for top, bottom in runs(readers.rows)
            for left, right in runs(readers.columns)
        )
        marks.append(Mark("map", 0, outlines, "thin"))
    if weighed and not seen.source.single:
        taps = "".join(square(row, column) for row, column in _taps(seen, cell))
        marks += [Mark("slice", k, taps, "q ring")] if taps else []
    elif weighed:
        marks.append(Mark("slice", 0, here, "q ring"))
    face = seen.pictures.map(seen.index - 1 if seen.index else None, cell.channel)
    return Pointed(readers_told(seen, cell), tuple(marks), k, face)


def _pairs(seen: View, axis: int, cell: int) -> list[tuple[int, int]]:
    """Return every (place, cell of the window) along an axis at which the cell is read, through padding too."""
    window, length, mode = seen.window, seen.stage.input_shape[axis + 1], seen.layer.border_mode()
    return [
        (int(place), tap)
        for tap in range(window.size[axis])
        for place in np.flatnonzero(window.real(axis, tap, length, mode) == cell)
    ]


def _weights_on(seen: View, cell: Place) -> list[tuple[int, int, float]]:
    """Return each output of the map at work that reads the cell, with all that it is multiplied by there."""
    assert seen.weight is not None
    kernel = seen.weight[seen.place.channel, cell.channel - seen.channels[0]]
    found: dict[tuple[int, int], float] = {}
    for row, r in _pairs(seen, 0, cell.row):
        for column, c in _pairs(seen, 1, cell.column):  # read twice through padding, it counts with both weights
            found[row, column] = found.get((row, column), 0.0) + float(kernel[r, c])
    return [(row, column, weight) for (row, column), weight in found.items()]


def _taps(seen: View, cell: Place) -> list[tuple[int, int]]:
    """Return the cells of the window with which the present place reads the cell."""
    if seen.target.single:
        return [(cell.row, cell.column)]
    rows = [tap for place, tap in _pairs(seen, 0, cell.row) if place == seen.place.row]
    columns = [tap for place, tap in _pairs(seen, 1, cell.column) if place == seen.place.column]
    return [(row, column) for row in rows for column in columns]


# ---- a weight and every cell that it multiplies


def _weight(seen: View, cell: Place) -> Pointed:
    """Mark a weight of the filter at work, and every cell of its sheet that it ever multiplies."""
    assert seen.weight is not None
    weight = float(seen.weight[seen.place.channel][cell])
    first, tint = seen.channels[0], level(weight, seen.weight_extent)
    if seen.source.single:
        at = seen.source.cell(Place(first + cell.channel, 0, 0))
        spot = square(at.row, at.column)
        one = Mark("sheet", 0, spot, f"q ring filled {tint}"), Mark("slice", 0, spot, "q ring")
        return Pointed(weight_told(seen, cell, weight, 1), one)
    rows, columns = _multiplied(seen, cell)
    down, across = block(rows, columns)
    k, (dr, dc) = cell.channel, seen.window.dilation
    marks = (
        Mark("sheet", k, down, f"shared {tint}", within=across),
        Mark("sheet", k, square(cell.row * dr, cell.column * dc), f"q ring filled {tint}", follows=True),
        Mark("slice", k, square(cell.row, cell.column), "q ring"),
    )
    face = seen.pictures.map(seen.index - 1 if seen.index else None, first + k)
    return Pointed(weight_told(seen, cell, weight, int(rows.sum()) * int(columns.sum())), marks, k, face, pulled=True)


def _multiplied(seen: View, cell: Place) -> tuple[Mask, Mask]:
    """Return the rows and the columns of the cells that a weight ever multiplies, through padding too."""
    _, *shape = seen.stage.input_shape
    found = []
    for axis, tap in enumerate(cell[1:]):
        there = seen.window.real(axis, tap, shape[axis], seen.layer.border_mode())
        cells = np.zeros(shape[axis], bool)
        cells[there[there >= 0]] = True
        found.append(cells)
    return found[0], found[1]


# ---- what they share


def _tinted(
    on: Literal["sheet", "map"],
    index: int,
    cells: Iterable[tuple[int, int, float]],
    extent: float,
    follows: bool = False,
) -> list[Mark]:
    """Return marks that tint cells by the weights that belong to them."""
    paths: dict[str, str] = {}
    for row, column, weight in cells:
        tint = level(weight, extent)
        paths[tint] = paths.get(tint, "") + square(row, column)
    return [Mark(on, index, path, f"tinted {tint}", follows=follows) for tint, path in sorted(paths.items())]
