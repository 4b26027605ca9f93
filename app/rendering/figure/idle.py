"""The weights of a filter that meet no cell at a place: dimmed, so that those are seen that count there."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from app.numerics.axis import Pair
from app.rendering.plane import Plane
from app.rendering.svg import add


def idle(parent: Element, plane: Plane, size: Pair, met: tuple[Sequence[int], Sequence[int]] | None) -> None:
    """Dim the cells of a slice on `plane` that are in none of the rows, or of the columns, that meet a cell."""
    if met is None:
        return
    sides, matrix = f"{size[0]} {size[1]}", f"matrix({plane.matrix})"
    add(parent, "path", class_="idle", d=_unmet(size, met), transform=matrix, data_idle=sides)


def _unmet(size: Pair, met: tuple[Sequence[int], Sequence[int]]) -> str:
    """Return the path of the cells, as `unmet` in static/js/figure/tracks.js does."""
    rows, columns = size
    d = ""
    for row in range(rows):
        if row not in met[0]:
            d += f"M0 {row}h{columns}v1h-{columns}z"
        else:
            d += "".join(f"M{column} {row}h1v1h-1z" for column in range(columns) if column not in met[1])
    return d
