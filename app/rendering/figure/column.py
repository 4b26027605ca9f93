"""A short vector as it is drawn: one column of cells, and beside each cell which number it is and the number."""

from xml.etree.ElementTree import Element

from app.rendering.figure.layout import Layout
from app.rendering.figure.scene import Scene
from app.rendering.plane import Plane
from app.rendering.svg import label

LARGEST_CELL = 26.0  # px a cell of a column
LEAST_LINE = 17.0  # px between rows under which numbers would touch
INDEX = 24.0  # px for the number of a cell
DIGIT = 9.6  # px


def room_for(numbers: tuple[str, ...], cell: float, layout: Layout) -> float:
    """Return the width, px, of what stands beside a column whose cells are `cell` px high; 0 where nothing has room."""
    if not numbers or cell < LEAST_LINE or layout.small or layout.board:
        return 0.0
    return INDEX + 12 + DIGIT * max(map(len, numbers))


def beside(figure: Element, plane: Plane, numbers: tuple[str, ...], *, at: float) -> None:
    """Write the numbers of a column in rows that begin `at` px from the left of each cell."""
    for row, number in enumerate(numbers):
        x, y = plane.at(0, row + 0.5)
        label(figure, x + at + INDEX - 4, y + 6, str(row + 1), text_anchor="end", class_="sub")
        label(figure, x + at + INDEX + 8, y + 6, number)


def made(figure: Element, plane: Plane, scene: Scene, cell: float, layout: Layout, *, at: float) -> None:
    """Write the numbers that a column of results holds up to the place; the last is the number that is made there."""
    if room_for(scene.made, cell, layout):
        beside(figure, plane, scene.made[:-1], at=at)
    row = len(scene.made) - 1
    x, y = plane.at(0, row + 0.5)
    label(figure, x + at + INDEX - 4, y + 6, str(row + 1), text_anchor="end", class_="name present")
    label(figure, x + at + INDEX + 8, y + 7, scene.number, class_="tag", data_tag="cell")
