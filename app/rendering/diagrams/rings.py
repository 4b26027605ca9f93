"""Places of a picture that a map responds to, ringed: the strongest solid, the weakest dashed, each with its rank."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from app.numerics.window import Span
from app.rendering.diagrams.ranks import Area, Rank, ranks
from app.rendering.figure.flat import frontal
from app.rendering.svg import Face, add, drawing, face, label

LEAST = 14  # px, of a ring
RANK = 17  # px, of the type of a rank
PARTS = 20  # of the longer side of an enlarged map, of which the type of a rank is one


def rings(picture: Face, strongest: Sequence[Span], weakest: Sequence[Span], box: int, spoken: str) -> Element:
    """Return the picture, `box` px on its longer side, with a ring around each of the rectangles of its cells."""
    scale = box / max(picture.columns, picture.rows)
    width, height = picture.columns * scale, picture.rows * scale
    figure = drawing(width, height, spoken, class_="figure spots")
    face(figure, picture, frontal(0, 0, scale))
    places: list[tuple[str, int, Area]] = []
    for name, spans in (("weakest", weakest), ("strongest", strongest)):
        for rank, (rows, columns) in enumerate(spans, 1):
            x, y = columns[0] * scale, rows[0] * scale
            across, down = (columns[1] - columns[0]) * scale, (rows[1] - rows[0]) * scale
            grown = max(0.0, LEAST - min(across, down)) / 2  # what is too small to be seen has its ring further out
            x, y, across, down = x - grown, y - grown, across + 2 * grown, down + 2 * grown
            for look in ("q halo", f"q window {name}"):
                add(figure, "rect", class_=look, x=x, y=y, width=across, height=down)
            figure[-1].set("data-ring", f"{name} {rank}")
            figure[-1].set("data-cells", " ".join(map(str, (*rows, *columns))))
            places.append((name, rank, Area(x, y, x + across, y + down)))
    stand = ranks([place for _, _, place in places], RANK, Area(0, 0, width, height))
    for (name, number, _), there in zip(places, stand, strict=True):
        _number(figure, name, number, there)
    return figure


def numbered(strongest: Sequence[Area], weakest: Sequence[Area], within: Area) -> Element:
    """Return the ranks of rings that are drawn already, in the units that they are drawn in."""
    group = Element("g")
    size = max(within.right - within.left, within.bottom - within.top) / PARTS
    stand = ranks([*strongest, *weakest], size, within)
    for i, rank in enumerate(stand):
        name, number = ("strongest", i + 1) if i < len(strongest) else ("weakest", i + 1 - len(strongest))
        _number(group, name, number, rank, size)
    return group


def _number(parent: Element, name: str, number: int, rank: Rank, size: float = RANK) -> None:
    """Write a rank, with a line to its ring where it stands further off."""
    if rank.line:
        x1, y1, x2, y2 = rank.line
        for look in ("q halo", "q leader"):
            add(parent, "line", class_=look, x1=x1, y1=y1, x2=x2, y2=y2)
    at = rank.x, rank.y + 0.36 * size
    label(parent, *at, str(number), text_anchor="middle", class_=f"rank {name}", font_size=size)
