"""The numbers in a window without weights: coloured as in their map, dropped ones faded, the kept one outlined."""

from xml.etree.ElementTree import Element

from app.rendering.plane import ACROSS, Plane
from app.rendering.scene import Scene
from app.rendering.svg import add, face, label, outline, path

LEAST_CELL = 44  # px a cell under which a number has no room
LEAST_TYPE = 12.0
GRID = {True: "grid kept", False: "grid dropped", None: "grid"}


def lens_values(scene: Scene, plane: Plane, type_size: float, cell: float) -> Element:
    """Return the group of the window's cells, laid on `plane`, `cell` px each; it is drawn anew at every place."""
    group = Element("g", {"class": "lens", "data-lens": ""})
    (rows, columns), span = scene.size, scene.span
    add(group, "path", class_="padding", d=path(plane.quad((0, rows), (0, columns))))
    _, sheet = scene.sheets[0]
    top, left = max(span.rows[0], 0), max(span.columns[0], 0)
    bottom, right = min(span.rows[1], sheet.rows), min(span.columns[1], sheet.columns)
    if top < bottom and left < right:
        x, y = plane.at(left - span.columns[0], top - span.rows[0])
        face(group, sheet.part(left, top, right - left, bottom - top), Plane((x, y), plane.across, plane.down))
    longest = max((len(number.text or "") for cells in scene.cells for number in cells), default=0)
    readable = cell >= LEAST_CELL and _width(longest, LEAST_TYPE) <= cell * ACROSS[0]
    for row, cells in enumerate(scene.cells):
        for column, number in enumerate(cells):
            corners = plane.quad((row, row + 1), (column, column + 1))
            add(group, "path", class_=GRID[number.kept], d=path(corners))
            if number.text is not None and readable:
                x, y = plane.at(column + 0.5, row + 0.5)
                label(
                    group,
                    x,
                    y + type_size / 3,
                    number.text,
                    text_anchor="middle",
                    class_="read kept" if number.kept else "read",
                    font_size=_fitting(number.text, type_size, cell),
                )
    outline(group, plane.quad((0, rows), (0, columns)), "window")
    for row, cells in enumerate(scene.cells):
        for column, number in enumerate(cells):
            if number.kept:
                outline(group, plane.quad((row, row + 1), (column, column + 1)), "result")
    return group


def _fitting(text: str, size: float, cell: float) -> str:
    """Return the type size at which `text` fits in a cell, at most `size`."""
    return f"{max(LEAST_TYPE, min(size, size * cell * ACROSS[0] * 0.92 / _width(len(text), size))):.1f}"


def _width(characters: int, size: float) -> float:
    """Return about how wide digits are, px."""
    return 0.6 * characters * size
