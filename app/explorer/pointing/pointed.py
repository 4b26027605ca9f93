"""What is pointed at, and all that it is connected with: an output and its window, an input cell and its readers, a
weight and every cell that it multiplies.

o            the number at the present place
i.2.7.16     a cell of the input: channel, row, column
w.0.1.2      a weight of the present filter: channel of the filter, row, column
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import numpy as np

from app.explorer.pointing.words import output_told, outputs_read, readers_told, weight_told
from app.explorer.view import View
from app.layers import Place
from app.numerics.axis import Mask
from app.printing.numbers import level
from app.rendering.figure.pointing import Mark, Pointed, block, runs, square
from app.whole_numbers import read_wholes

MOST_TINTED = 1024  # outputs told apart by colour; more are outlined together


class Pin(NamedTuple):
    """What is pointed at, as the address has it."""

    kind: Literal["o", "i", "w"]
    cell: Place = Place(0, 0, 0)


def read_pin(text: str) -> Pin | None:
    """Read a pin; None where it is none."""
    if text == "o":
        return Pin("o")
    kind, _, at = text.partition(".")
    if cell := read_wholes(at, 3):
        if kind == "i":
            return Pin("i", Place(*cell))
        if kind == "w":
            return Pin("w", Place(*cell))
    return None


def pointed(view: View, text: str) -> Pointed | None:
    """Return what the pin `text` marks in the drawing of a number; None where there is no such thing."""
    pin = read_pin(text)
    if pin is None:
        return None
    if pin.kind == "o":
        return _output(view)
    there = view.stage.input_shape if pin.kind == "i" else () if view.weight is None else view.weight.shape[1:]
    if not there or any(at >= length for at, length in zip(pin.cell, there, strict=True)):
        return None
    return _input(view, pin.cell) if pin.kind == "i" else _weight(view, pin.cell)


# ---- an output and its window


def _output(view: View) -> Pointed:
    """Mark the cells that the present number reads, each in the colour of its weight."""
    marks = []
    winners = () if view.hidden else view.closeup.terms.get("winners", ())
    if view.weight is not None:
        kernel = view.weight[view.place.channel]
        if view.source.single and kernel[0].size > 1:
            return Pointed(output_told(view), (), 0, view.sheet_faces()[0])  # its slices are wider than a cell
        for k, (_, face) in enumerate(view.slices(view.place.channel)):
            if view.source.single or (view.geometry.step and view.geometry.gap == (1, 1)):
                marks.append(Mark("sheet", k, "", "tinted", follows=True, face=face))
            else:
                even = view.geometry.step is not None  # else another place reads with other weights
                marks += _tinted("sheet", k, _spread(view, kernel[k]), view.weight_extent, follows=even)
        return Pointed(output_told(view), tuple(marks), 0, view.sheet_faces()[0])
    if view.layer.merges:
        at = view.source.cell(view.place._replace(channel=view.channels[0]))
        return Pointed(output_told(view), _rings(view, square(at.row, at.column)))
    if winners:
        rings = "".join(square(winner["row"], winner["column"]) for winner in winners)
        marks = [Mark("sheet", 0, rings, "q ring"), Mark("front", 0, rings, "q ring")]
    return Pointed(output_told(view), tuple(marks))


def _spread(view: View, slice_: np.ndarray) -> Iterable[tuple[int, int, float]]:
    """Give each weight of a slice that meets a cell of the window, with the cell: of the sheet where that is uneven."""
    (top, _), (left, _) = view.span if view.geometry.step else ((0, 0), (0, 0))
    for row, down in _met(view, 0):
        for column, across in _met(view, 1):
            yield row - top, column - left, float(slice_[down, across])


def _met(view: View, axis: int) -> list[tuple[int, int]]:
    """Return each cell along an axis that the present place reads, and the weight that it meets."""
    along, place = view.geometry.axes[axis], view.place[1 + axis]
    return list(zip(along.read(place), along.taps(place), strict=True))


# ---- a cell of the input and all that read it


def _input(view: View, cell: Place) -> Pointed:
    """Mark a cell of the input, and the outputs of the map at work, each in the colour of its weight for the cell."""
    first, readers = view.channels[0], view.geometry.read_by(cell)
    at = view.source.cell(cell)
    k = 0 if view.source.single else cell.channel - first
    here = square(at.row, at.column)
    marks = [*_rings(view, here, k), Mark("front", k, here, "q ring")]
    weighed = view.weight is not None and readers.channels[0] <= view.place.channel < readers.channels[1]
    if view.target.single:
        cells = [view.target.cell(Place(channel, 0, 0)) for channel in range(*readers.channels)]
        if not readers.span:
            cells = []
        if weighed and view.weight is not None and len(cells) <= MOST_TINTED:
            weights = view.weight[slice(*readers.channels), cell.channel - first, cell.row, cell.column]
            found = [(to.row, to.column, float(w)) for to, w in zip(cells, weights, strict=True)]
            marks += _tinted("map", 0, found, view.weight_extent)
        if len(cells) <= MOST_TINTED:
            marks.append(Mark("map", 0, "".join(square(to.row, to.column) for to in cells), "thin"))
    elif readers.channels[0] <= view.place.channel < readers.channels[1]:
        if weighed:
            marks += _tinted("map", 0, _weights_on(view, cell), view.weight_extent)
        outlines = "".join(
            f"M{left} {top}h{right - left}v{bottom - top}h{left - right}z"
            for top, bottom in runs(readers.rows)
            for left, right in runs(readers.columns)
        )
        marks.append(Mark("map", 0, outlines, "thin"))
    if weighed and not view.source.single:
        taps = "".join(square(row, column) for row, column in _taps(view, cell))
        marks += [Mark("slice", k, taps, "q ring")] if taps else []
    elif weighed:
        marks.append(Mark("slice", 0, here, "q ring"))
    face = view.pictures.map(view.reads, cell.channel)
    return Pointed(readers_told(view, cell), tuple(marks), k, face)


def _rings(view: View, cells: str, k: int = 0) -> tuple[Mark, ...]:
    """Return a ring around cells of a sheet, and where a layer adds several outputs around the same of each."""
    return tuple(Mark("sheet", k + at, cells, "q ring") for at in range(outputs_read(view)))


def _pairs(view: View, axis: int, cell: int) -> list[tuple[int, int]]:
    """Return every (place, cell of the window) along an axis at which the cell is read, through padding too."""
    along = view.geometry.axes[axis]
    return [(int(place), tap) for tap in range(along.size) for place in np.flatnonzero(along.real(tap) == cell)]


def _weights_on(view: View, cell: Place) -> list[tuple[int, int, float]]:
    """Return each output of the map at work that reads the cell, with all that it is multiplied by there."""
    assert view.weight is not None
    kernel = view.weight[view.place.channel, cell.channel - view.channels[0]]
    found: dict[tuple[int, int], float] = {}
    for row, r in _pairs(view, 0, cell.row):
        for column, c in _pairs(view, 1, cell.column):  # read twice through padding, it counts with both weights
            found[row, column] = found.get((row, column), 0.0) + float(kernel[r, c])
    return [(row, column, weight) for (row, column), weight in found.items()]


def _taps(view: View, cell: Place) -> list[tuple[int, int]]:
    """Return the cells of the window with which the present place reads the cell."""
    if view.target.single:
        return [(cell.row, cell.column)]
    rows = [tap for place, tap in _pairs(view, 0, cell.row) if place == view.place.row]
    columns = [tap for place, tap in _pairs(view, 1, cell.column) if place == view.place.column]
    return [(row, column) for row in rows for column in columns]


# ---- a weight and every cell that it multiplies


def _weight(view: View, cell: Place) -> Pointed:
    """Mark a weight of the filter at work, and every cell of its sheet that it ever multiplies."""
    assert view.weight is not None
    weight = float(view.weight[view.place.channel][cell])
    first, tint = view.channels[0], level(weight, view.weight_extent)
    if view.source.single:
        at = view.source.cell(Place(first + cell.channel, 0, 0))
        spot = square(at.row, at.column)
        one = Mark("sheet", 0, spot, f"q ring filled {tint}"), Mark("slice", 0, spot, "q ring")
        return Pointed(weight_told(view, cell, weight, 1), one)
    rows, columns = _multiplied(view, cell)
    down, across = block(rows, columns)
    k = cell.channel
    marks = [Mark("sheet", k, down, f"shared {tint}", within=across)]
    even, (top, _), (left, _) = view.geometry.step is not None, *view.span
    for row, tap in _met(view, 0):
        for column, other in _met(view, 1):
            if (tap, other) == (cell.row, cell.column):
                spot = square(row - top, column - left) if even else square(row, column)
                marks.append(Mark("sheet", k, spot, f"q ring filled {tint}", follows=even))
    marks.append(Mark("slice", k, square(cell.row, cell.column), "q ring"))
    face = view.pictures.map(view.reads, first + k)
    return Pointed(
        weight_told(view, cell, weight, int(rows.sum()) * int(columns.sum())), tuple(marks), k, face, pulled=True
    )


def _multiplied(view: View, cell: Place) -> tuple[Mask, Mask]:
    """Return the rows and the columns of the cells that a weight ever multiplies, through padding too."""
    found = []
    for axis, tap in zip(view.geometry.axes, cell[1:], strict=True):
        there = axis.real(tap)
        cells = np.zeros(axis.cells, bool)
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
