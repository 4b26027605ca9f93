"""What is pointed at in a drawing, and all that it is connected with: cells marked on the sheets where they lie.

A mark is a path in cells of one sheet, (column, row), laid on that sheet's plane. So what is connected with what is
said once, in cells, for every drawing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

from app.numerics.axis import Mask
from app.numerics.window import Span
from app.rendering.plane import Plane
from app.rendering.svg import Face, add, face


@dataclass(frozen=True)
class Mark:
    """Cells of one sheet that are marked alike."""

    on: Literal["sheet", "front", "slice", "map"]  # front: before all sheets, where that is another one
    index: int  # which sheet of the input, or which slice of the filter, counted from the first that is read
    cells: str  # a path; every cell a unit square
    look: str  # class
    within: str = ""  # another path, to which the first is cut
    follows: bool = False  # counted from the corner of the window, and moves with it
    face: Face | None = None  # a picture instead of the path, a pixel a cell


@dataclass(frozen=True)
class Pointed:
    """Something in a drawing that is pointed at."""

    sentence: str
    marks: tuple[Mark, ...]
    index: int = 0  # the sheet that is spoken of
    sheet: Face | None = None  # its picture
    pulled: bool = False  # whether it is pulled to the front, before the sheets that hide it


@dataclass(frozen=True)
class Planes:
    """Where the sheets of a drawing lie."""

    front: Plane
    sheets: dict[int, Plane]  # of the input, counted from the first that is read, where they are seen on their own
    slices: dict[int, Plane]  # of the filter
    map: Plane


def mark(figure: Element, planes: Planes, pointed: Pointed | None, span: Span, name: str) -> None:
    """Draw what is pointed at over a drawing; `span` is where its window lies, and `name` tells it from others."""
    group = add(figure, "g", class_="pointing", data_pointing="", aria_hidden="true")
    if pointed is None:
        return
    sheets = dict(planes.sheets)
    if pointed.sheet is not None and (pointed.pulled or pointed.index not in sheets):
        face(group, pointed.sheet, planes.front)
        sheets[pointed.index] = planes.front
    for number, marked in enumerate(pointed.marks):
        plane = {
            "sheet": sheets.get(marked.index),
            "front": None if sheets.get(marked.index) == planes.front else planes.front,
            "slice": planes.slices.get(marked.index),
            "map": planes.map,
        }[marked.on]
        if plane is not None:
            _lay(group, marked, plane, span, f"within-{name}-{number}")
    if pointed.sheet is not None and sheets.get(pointed.index) == planes.front:  # the window lies under the sheet
        height, width = span.rows[1] - span.rows[0], span.columns[1] - span.columns[0]
        for look in ("q halo", "q window"):
            outline = Mark("front", 0, f"M0 0h{width}v{height}h-{width}z", look, follows=True)
            _lay(group, outline, planes.front, span, "")


def _lay(group: Element, marked: Mark, plane: Plane, span: Span, name: str) -> None:
    """Draw one mark on its plane."""
    moving = {}
    if marked.follows:
        moving = {"data-follow": "window", "data-plane": plane.matrix}
        plane = Plane(plane.at(span.columns[0], span.rows[0]), plane.across, plane.down)
    if marked.face is not None:
        face(group, marked.face, plane).attrib.update({"class": marked.look, **moving})
        return
    transform = f"matrix({plane.matrix})"
    if "ring" in marked.look:
        add(group, "path", class_="q halo", d=marked.cells, transform=transform).attrib.update(moving)
    shape = add(group, "path", class_=marked.look, d=marked.cells, transform=transform)
    shape.attrib.update(moving)
    if marked.within:
        add(add(group, "clipPath", id=name), "path", d=marked.within)
        shape.set("clip-path", f"url(#{name})")


def square(row: int, column: int) -> str:
    """Return the path of one cell."""
    return f"M{column} {row}h1v1h-1z"


def block(rows: Mask, columns: Mask) -> tuple[str, str]:
    """Return the two paths that cut out every cell in one of the rows and one of the columns: stripes and stripes."""
    height, width = len(rows), len(columns)
    down = "".join(f"M0 {first}h{width}v{last - first}h{-width}z" for first, last in runs(rows))
    across = "".join(f"M{first} 0h{last - first}v{height}h{first - last}z" for first, last in runs(columns))
    return down, across


def runs(cells: Iterable[bool]) -> list[tuple[int, int]]:
    """Return the half-open ranges of neighbours that are in a set."""
    found: list[tuple[int, int]] = []
    for index, there in enumerate(cells):
        if there and found and found[-1][1] == index:
            found[-1] = (found[-1][0], index + 1)
        elif there:
            found.append((index, index + 1))
    return found
