"""The numbers in a window without weights: coloured as in their map, dropped ones faded, the kept one outlined.

Numbers are written where they have room: in full, else short; where there is none for any, the kept ones alone are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from xml.etree.ElementTree import Element

from app.numerics.axis import Pair
from app.numerics.window import Span
from app.rendering.figure.scene import Cell, Scene
from app.rendering.plane import Plane
from app.rendering.svg import Face, add, face, label, outline, path

LEAST_TYPE = 15.5  # that a page's numbers ever have
NARROW = ".,"
MOST_APART = 1024  # cells with gaps between them that are drawn one by one


def lens_numbers(
    scene: Scene, numbers: Sequence[tuple[Face, Cell]], planes: Sequence[Plane], type_size: float, least_type: float
) -> Element:
    """Return the group of several windows of one cell each, read at the same place of different maps."""
    group = Element("g", {"class": "lens", "data-lens": ""})
    for (picture, cell), plane in zip(numbers, planes, strict=True):
        one = replace(scene, sheets=(("", picture),), cells=((cell,),))
        group.extend(lens_values(one, plane, type_size, least_type))
    return group


def lens_values(scene: Scene, plane: Plane, type_size: float, least_type: float) -> Element:
    """Return the group of the window's cells, laid on `plane`; it is drawn anew at every place."""
    group = Element("g", {"class": "lens", "data-lens": ""})
    (rows, columns), span = scene.size, scene.span
    whole = plane.quad((0, rows), (0, columns))
    add(group, "path", class_="padding", d=path(whole))
    _, sheet = scene.sheets[0]
    gap = scene.geometry.gap
    apart, near = (gap, (1, 1)) if rows * columns <= MOST_APART else ((1, 1), gap)  # many are squeezed together
    for part, (column, row) in _read(sheet, span, apart):
        origin = plane.at(column / near[1], row / near[0])
        face(group, part, Plane(origin, plane.across, plane.down), part.columns / near[1], part.rows / near[0])
    numbers = [(number, row, column) for row, cells in enumerate(scene.cells) for column, number in enumerate(cells)]
    least_type = max(least_type, LEAST_TYPE)
    room = plane.across[0] * 0.94  # px of a cell for its number
    look = _look([number for number, _, _ in numbers], room, least_type)
    dims = {
        "dropped": [(row, column) for number, row, column in numbers if number.dropped],
        "mixed": [(row, column) for number, row, column in numbers if look and not (number.dropped or number.kept)],
    }
    for fate, places in dims.items():
        cells = "".join(path(plane.quad((r, r + 1), (c, c + 1))) for r, c in places)
        if cells:
            add(group, "path", class_=f"grid {fate}", d=cells)
    if look or any(number.kept for number, _, _ in numbers):
        across = [path([plane.at(0, r), plane.at(columns, r)], False) for r in range(1, rows)]
        down = [path([plane.at(c, 0), plane.at(c, rows)], False) for c in range(1, columns)]
        add(group, "path", class_="grid", d="".join(across + down))
    outline(group, whole, "window")
    for number, row, column in numbers:
        if number.kept:
            outline(group, plane.quad((row, row + 1), (column, column + 1)), "result")
    for number, row, column in numbers:
        if number.text is not None and (look or number.kept):
            text = number.brief if number.kept and look == "briefest" else getattr(number, look or "text")
            x, y = plane.at(column + 0.5, row + 0.5)
            size = _fitting(text, type_size, room, least_type)
            label(
                group,
                x,
                y + size / 3,
                text,
                text_anchor="middle",
                class_="read kept" if number.kept else "read",
                font_size=size,
            )
    corner = f"{span.rows[0]} {span.columns[0]} {gap[0]} {gap[1]}"
    add(group, "path", class_="hit", d=path(whole), data_numbers=plane.matrix, data_corner=corner)
    return group


def _read(sheet: Face, span: Span, gap: Pair) -> Iterator[tuple[Face, Pair]]:
    """Give the parts of a sheet that its window shows, each with the column and row at which it is there.

    They are one, or as many as there are cells where these lie apart.
    """
    down, across = _parts(span.rows, gap[0], sheet.rows), _parts(span.columns, gap[1], sheet.columns)
    for (top, tall), row in down:
        for (left, wide), column in across:
            yield sheet.part(left, top, wide, tall), (column, row)


def _parts(cells: Pair, gap: int, length: int) -> list[tuple[Pair, int]]:
    """Return runs of cells along an axis, first and length, each with where it is among the window's cells."""
    first, end = max(cells[0], 0), min(cells[1], length)
    if gap == 1:
        return [((first, end - first), first - cells[0])] if first < end else []
    return [((cell, 1), at) for at, cell in enumerate(range(*cells, gap)) if first <= cell < end]


def _look(numbers: list[Cell], room: float, least_type: float) -> str:
    """Return how numbers are written in cells `room` px wide: "text", "brief", "briefest", or not at all."""
    told = [number for number in numbers if number.text is not None]
    for name in ("text", "brief", "briefest"):
        if told and max(_width(getattr(number, name), least_type) for number in told) <= room:
            return name
    return ""


def _fitting(text: str, size: float, room: float, least_type: float) -> float:
    """Return the type size at which `text` fits in `room` px, at most `size` and at least what can be read."""
    return max(least_type, min(size, size * room / _width(text, size)))


def _width(text: str, size: float) -> float:
    """Return about how wide digits are, px."""
    return sum(0.3 if character in NARROW else 0.6 for character in text) * size
