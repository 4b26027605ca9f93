"""Volumes side by side in one projection, and light from rectangle to rectangle: a number's way home, a cell's forward.

    ┌────┐              ┌───┐        ┌──┐
    │ ┌┐ │ ════════════ │ ▫ │ ══════ │· │        what was not seen is mixed half with the paper
    │ └┘ │              └───┘        └──┘
    └────┘
One px a cell for all, so that 32 → 28 → 14 can be measured; only what would be too small to see is drawn larger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from app.numerics.window import Span
from app.rendering.figure.layout import Layout
from app.rendering.plane import DEPTH, Plane, Point, Volume, height_of, width_of
from app.rendering.svg import Face, Quad, add, drawing, face, outline, path, silhouette, slab

GAP = 0.25  # of a column's width, where layers are left out; static/css/looks/trace.css has the same
PAST = 70.0  # px that a way past other volumes rises, and bends
MOST_SCALE = 20.0  # px a cell


@dataclass(frozen=True)
class Rows:
    """Measures of one width of screen, px."""

    height: float
    low: float  # the height where more is written below
    least: float  # height of the smallest volume
    depth: float  # of the deepest
    air: float  # kept free to the right of a volume


TALL = {"wide": Rows(256, 194, 64, 46, 40), "medium": Rows(226, 226, 56, 34, 30), "narrow": Rows(96, 96, 24, 9, 12)}


@dataclass(frozen=True)
class Block:
    """A volume in the row: its front sheet, and on it the rectangle that light comes from or falls on."""

    picture: Face
    sheets: int
    span: Span | None  # of cells as they are laid out; None: nothing of it is seen
    colour: bool  # the sheets are the colours of the picture, so that its sides show true edges
    role: str  # window, or result where it is made by what comes before
    after_gap: bool = False  # layers before it are left out
    cell: Span | None = None  # one more cell that is outlined: the place at work
    takes: str = ""  # what a press on its front chooses: a place (map), a pixel (pixel)
    words: str = ""  # what that is called, for who cannot see it
    sources: tuple[int, ...] = ()  # from which blocks before it light comes
    holes: tuple[Span, ...] = ()  # what of the rectangle is seen, where not all of it is


def trace(blocks: Sequence[Block], layout: Layout, label: str, *, low: bool = False, spare: float = 0) -> Element:
    """Return the drawing of `blocks` from left to right.

    It is `low` where words stand below the numbers, not beside them; `spare` px higher where there are no numbers.
    """
    rows = TALL[layout.name]
    height = (rows.low if low else rows.height) + (0 if layout.small else spare)
    figure = drawing(layout.width, height, label, class_=f"figure {layout.name}")
    if any(block.takes for block in blocks):
        figure.set("role", "group")  # it holds what can be pressed
    unit = layout.width / (len(blocks) + GAP * sum(block.after_gap for block in blocks))
    room = min(height - 4, height * 0.98)
    depths = [min(rows.depth, 1.5 * block.sheets) if block.sheets > 1 else 0.0 for block in blocks]
    scale = min(
        min(
            (room + depth * DEPTH[1] / DEPTH[0]) / height_of(block.picture.rows, block.picture.columns),
            (unit - rows.air - depth) / width_of(block.picture.columns),
            MOST_SCALE,
        )
        for block, depth in zip(blocks, depths, strict=True)
    )
    x, planes = 1.0, []
    for block, depth in zip(blocks, depths, strict=True):
        x += GAP * unit * block.after_gap
        planes.append(_volume(figure, block, x, scale, depth, unit - rows.air, rows, height))
        x += unit
    for index, block in enumerate(blocks):
        for source in block.sources:
            near, far = blocks[source].span, block.span
            if near and far:
                lead = _light if source == index - 1 else _past
                lead(figure, planes[source].span(near), planes[index].span(far), block.role)
    for block, plane in zip(blocks, planes, strict=True):
        if block.span:
            outline(figure, plane.span(block.span), block.role, "seen", plane)
        if block.cell:
            outline(figure, plane.span(block.cell), "result", "cell", plane)
        if block.takes:
            _hit(figure, block, plane)
    return figure


def _volume(
    figure: Element, block: Block, x: float, scale: float, depth: float, most: float, rows: Rows, height: float
) -> Plane:
    """Draw one block at `x`, in the middle of the height; return the plane of its front."""
    down, across = block.picture.rows, block.picture.columns
    s = max(scale, min(rows.least / height_of(down, across), most / width_of(across), MOST_SCALE))
    rise = -depth * DEPTH[1] / DEPTH[0] if depth else -s * DEPTH[1]
    plane = Volume((x, (height - s * height_of(down, across) - rise) / 2 + rise), s).sheet()
    if depth and block.colour:
        slab(figure, block.picture, plane, depth / DEPTH[0], DEPTH)
    elif depth:
        a, b, c, _ = plane.quad((0, down), (0, across))
        add(figure, "path", class_="side-top", d=path([a, _back(a, depth, rise), _back(b, depth, rise), b]))
        add(figure, "path", class_="side-right", d=path([b, _back(b, depth, rise), _back(c, depth, rise), c]))
        face(figure, block.picture, plane)
        silhouette(figure, plane, across, down, (depth, -rise), "edge")
    else:
        slab(figure, block.picture, plane, s, DEPTH)
    whole = path(plane.quad((0, down), (0, across)))
    seen = "".join(path(plane.span(span)) for span in block.holes or (block.span,) if span)
    add(figure, "path", class_="unseen", d=whole + seen)
    return plane


def _back(point: Point, depth: float, rise: float) -> Point:
    return point[0] + depth, point[1] - rise


def _light(figure: Element, near: Quad, far: Quad, role: str) -> None:
    """Draw the light between two rectangles: its faces as one path, its edges as another."""
    faces = [_turned([near[i], near[j], far[j], far[i]]) for i, j in ((0, 1), (1, 2), (2, 3), (3, 0))]
    group = add(figure, "g", class_=f"rays {role}")
    add(group, "path", class_="beam", d="".join(map(path, faces)))
    add(group, "path", class_="ray", d="".join(path(edge, close=False) for edge in zip(near, far, strict=True)))


def _past(figure: Element, near: Quad, far: Quad, role: str) -> None:
    """Draw a way that leads past what stands between two rectangles: an arc over it, from corner to corner."""
    (x, y), (end, low) = near[1], far[0]
    top = max(6.0, min(y, low) - PAST)
    d = f"M{x:.1f} {y:.1f}C{x + PAST:.1f} {top:.1f} {end - PAST:.1f} {top:.1f} {end:.1f} {low:.1f}"
    add(add(figure, "g", class_=f"rays {role}"), "path", class_="ray", d=d)


def _turned(quad: list[Point]) -> list[Point]:
    """Return the corners clockwise, so that faces of one path add up where they overlap."""
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(quad, quad[1:] + quad[:1], strict=True))
    return quad if area > 0 else quad[::-1]


def _hit(figure: Element, block: Block, plane: Plane) -> None:
    """Lay what is pressed over the front of a block."""
    add(
        figure,
        "path",
        class_="hit",
        d=path(plane.quad((0, block.picture.rows), (0, block.picture.columns))),
        tabindex="0" if block.takes == "pixel" else None,
        role="application" if block.takes == "pixel" else None,
        aria_label=block.words or None,
        **{f"data_{block.takes}": plane.matrix},
    )
