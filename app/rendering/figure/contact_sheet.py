"""A contact sheet: the filters of a layer in colour, side by side, the one at work in a ring."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from app.rendering.figure.layout import Layout
from app.rendering.plane import Plane, Point
from app.rendering.svg import Face, add, face, path

SPACE = 0.15  # between two tiles, of a tile's side
RING = 2.5  # px from a tile to its ring
BROAD = 0.62  # of the width of a projector's drawing, at most
LEAST_BROAD = 8  # tiles in a row there


@dataclass(frozen=True)
class ContactSheet:
    """`count` square tiles in rows of `columns`, each `side` px."""

    count: int
    columns: int
    side: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, px, with the ring around it."""
        rows = -(-self.count // self.columns)
        return _length(self.columns, self.side), _length(rows, self.side)

    def corner(self, index: int, origin: Point) -> Point:
        """Return the top left corner of a tile, the sheet standing at `origin`."""
        row, column = divmod(index, self.columns)
        step = self.side * (1 + SPACE)
        return origin[0] + 2 * RING + column * step, origin[1] + 2 * RING + row * step


def _length(tiles: int, side: float) -> float:
    return tiles * side + (tiles - 1) * SPACE * side + 4 * RING


def laid_out(count: int, layout: Layout, height: float) -> ContactSheet | None:
    """Return a sheet for `count` filters: nearly square where it stands beside the map, of at most `height` px, and two
    rows below the input on a projector; None where there are no filters, or no room.
    """
    if not count or layout.small:
        return None
    rows = 2 if layout.board else math.ceil(count / math.ceil(math.sqrt(count)))
    columns = max(LEAST_BROAD, math.ceil(count / rows)) if layout.board else math.ceil(math.sqrt(count))
    tiles, most = (columns, BROAD * layout.width) if layout.board else (rows, height)
    return ContactSheet(count, columns, min(layout.tile, (most - 4 * RING) / (tiles + (tiles - 1) * SPACE)))


def contact_sheet(parent: Element, sheet: ContactSheet, tiles: Sequence[Face], origin: Point, present: int) -> None:
    """Draw the filters, each a tile to choose it by."""
    for index, tile in enumerate(tiles):
        x, y = sheet.corner(index, origin)
        cell = sheet.side / max(tile.columns, tile.rows)
        group = add(parent, "a", class_="sheet tile", data_channel=index)
        plane = Plane((x, y), (cell, 0.0), (0.0, cell))
        face(group, tile, plane)
        around = plane.moved(-RING, -RING).quad(*2 * [(0, (sheet.side + 2 * RING) / cell)])
        if index == present:
            add(group, "path", class_="q filter", d=path(around))
        add(group, "path", class_="hit", d=path(around))
