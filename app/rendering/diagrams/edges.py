"""The edges of one neuron and of its neighbour: a line from each number that is read to the number that is made.

    ┌──┐┐┐        the neuron      its weights
    │▢ │││ ═════════ ■ ══════════ ▦▦▦
    │ ▢│││ ═════════ ■ ══════════ ▦▦▦      its neighbour
    └──┘┘┘
A line has the colour of its weight: with one filter for all places both bundles have the same colours.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray

from app.layers import Place
from app.numerics.window import Pair, Span
from app.printing.numbers import level
from app.rendering.plane import DEPTH, Plane, Volume, height_of, rise_of, width_of
from app.rendering.svg import Face, add, drawing, face, label, length, outline, path, slab

MOST_EDGES = 150  # of a neuron
MOST_SHEETS = 3
CAP = 34.0
NEURON = 38.0  # px of its square
LETTER = 11.0  # px, about, of the largest type that it is written in
GRID = 47.0  # px of a slice of its weights
Cell = tuple[int, int, int]  # (sheet, row, column)


@dataclass(frozen=True)
class Neuron:
    """One number, what it reads, and the weights it reads it with."""

    place: Place
    span: Span
    cells: Sequence[Cell]  # of the input's sheets
    weights: NDArray[np.float64]  # one a cell
    slices: NDArray[np.float64] | None  # the weights as a filter (sheets, rows, columns); None where they are all
    picture: Face | None  # its colour in the map, where that is known
    text: str  # its number
    says: str  # of its weights


def neighbour(place: Place, places: Pair) -> Place | None:
    """Return the place beside, on the right if there is one; None where there is one place in all."""
    rows, columns = places
    if columns > 1:
        return place._replace(column=place.column + (1 if place.column + 1 < columns else -1))
    if rows > 1:
        return place._replace(row=place.row + (1 if place.row + 1 < rows else -1))
    return None


def edges_drawing(
    sheets: Sequence[tuple[str, Face]],
    neurons: Sequence[Neuron],
    size: Pair,
    extent: float,
    hold: dict[str, str],
    say: Callable[[str], str],
    name: str,
    more: str,
) -> Element:
    """Return the drawing of one or two neurons in a box of `size` (width, height) px."""
    width, height = size
    svg = drawing(width, height, "", class_=f"figure edges-of {name}")
    rows, columns = sheets[0][1].rows, sheets[0][1].columns
    narrow = width < 400
    gap = (20 if narrow else 34) if len(sheets) > 1 else 0
    right = width - 3 * (GRID + 5) - 2
    neuron_x = right - NEURON - 12
    rise = rise_of(gap, len(sheets))
    room = neuron_x - (40 if narrow else 84) - gap * (len(sheets) - 1)
    s = min((height - CAP - 26 - rise) / height_of(rows, columns), room / width_of(columns))
    volume = Volume((0.0, CAP + rise), s, gap)
    for index in reversed(range(len(sheets))):
        slab(svg, sheets[index][1], volume.sheet(index), s, DEPTH)
    if more:
        x, y = volume.sheet(len(sheets) - 1).at(columns, rows)
        label(svg, x + 8, y + 14, more, class_="name")
    step = (height - CAP) / 2
    spots = [(neuron_x, CAP + step * (i + 0.5) - NEURON / 2) for i in range(len(neurons))]
    for index in reversed(range(len(neurons))):
        _edges(svg, neurons[index], volume, spots[index], extent, rows, columns)
    for index, (title, _) in enumerate(sheets if gap else ()):  # over the edges
        x, y = volume.sheet(index).at(columns, rows)
        label(svg, x - gap / 2 + 4, y + 18, title, text_anchor="middle", class_="name")
    for index, (neuron, spot) in enumerate(zip(neurons, spots, strict=True)):
        _neuron(svg, neuron, spot, right, extent, index, say)
    for index in reversed(range(len(neurons))):
        span, plane = neurons[index].span, volume.sheet()
        if index and span != neurons[0].span:
            add(svg, "path", class_="q window beside", d=path(plane.span(span)))
        elif not index:
            outline(svg, plane.span(span), "window")
    front = volume.sheet()
    add(svg, "path", class_="hit", d=path(front.quad((0, rows), (0, columns))), data_drag=front.matrix, **hold)
    return svg


def _edges(
    svg: Element, neuron: Neuron, volume: Volume, spot: tuple[float, float], extent: float, rows: int, columns: int
) -> None:
    """Draw a line from each cell that is there, at most MOST_EDGES of them, those of one tint in one path."""
    there = [i for i, (k, r, c) in enumerate(neuron.cells) if k < MOST_SHEETS and 0 <= r < rows and 0 <= c < columns]
    every = -(-len(there) // MOST_EDGES) if there else 1
    x, y = spot[0], spot[1] + NEURON / 2
    lines: dict[str, str] = {}
    for i in there[::every]:
        sheet, row, column = neuron.cells[i]
        a, b = volume.sheet(sheet).at(column + 0.5, row + 0.5)
        tint = level(float(neuron.weights[i]), extent)
        lines[tint] = lines.get(tint, "") + f"M{a:.0f} {b:.0f}L{x:.0f} {y:.0f}"
    group = add(svg, "g", class_="edges", data_edges=len(there[::every]))
    for tint, d in sorted(lines.items()):
        add(group, "path", class_=tint, d=d)


def _neuron(
    svg: Element,
    neuron: Neuron,
    spot: tuple[float, float],
    right: float,
    extent: float,
    index: int,
    say: Callable[[str], str],
) -> None:
    x, y = spot
    plane = Plane((x, y), (NEURON, 0.0), (0.0, NEURON))
    add(svg, "path", class_="blank", d=path(plane.quad((0, 1), (0, 1))))
    if neuron.picture is not None:
        face(svg, neuron.picture, plane)
    outline(svg, plane.quad((0, 1), (0, 1)), "result" if index == 0 else "result beside")
    words = say("row {row}, column {column}").format(row=neuron.place.row + 1, column=neuron.place.column + 1)
    end = right + MOST_SHEETS * (GRID + 5)
    begin = max(0.0, min(x, end - LETTER * length(words)))  # longer ones begin before it
    label(svg, begin, y - 10, words, class_="name")
    if neuron.text:
        label(svg, x, y + NEURON + 31, neuron.text, class_="value")
    if neuron.slices is None:
        label(svg, right, y + NEURON / 2 + 6, neuron.says, class_="says")
        return
    shape = neuron.slices.shape
    q = GRID / max(shape[1:])
    for k in range(min(shape[0], MOST_SHEETS)):
        group = add(
            svg, "g", class_="grid-of", transform=f"translate({right + k * (GRID + 5):.1f} {y - 4:.1f}) scale({q:.3f})"
        )
        cells: dict[str, str] = {}
        for (row, column), value in np.ndenumerate(neuron.slices[k]):
            tint = level(float(value), extent)
            cells[tint] = cells.get(tint, "") + f"M{column} {row}h1v1h-1z"
        for tint, d in sorted(cells.items()):
            add(group, "path", class_=tint, d=d)
        add(group, "path", class_="q filter thin", d=f"M0 0h{shape[2]}v{shape[1]}h-{shape[2]}z")
    label(svg, x, y + NEURON + (57 if neuron.text else 31), neuron.says, class_="says")
