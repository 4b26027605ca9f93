"""Places of a picture that a map responds to, ringed: the strongest solid, the weakest dashed, each with its rank."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from app.numerics.window import Span
from app.rendering.flat import frontal
from app.rendering.svg import Face, add, drawing, face, label

LEAST = 14  # px, of a ring
RANK = 17  # px, of the type of a rank


def rings(picture: Face, strongest: Sequence[Span], weakest: Sequence[Span], box: int, spoken: str) -> Element:
    """Return the picture, `box` px on its longer side, with a ring around each of the rectangles of its cells."""
    scale = box / max(picture.columns, picture.rows)
    width, height = picture.columns * scale, picture.rows * scale
    figure = drawing(width, height, spoken, class_="figure spots")
    face(figure, picture, frontal(0, 0, scale))
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
            at = min(max(x + across / 2, 8), width - 8), min(max(y - 4 if grown else y + down / 2 + 6, 15), height - 4)
            label(figure, *at, str(rank), text_anchor="middle", class_="rank", font_size=RANK)
    return figure
