"""Drawing in SVG: a few primitives that every picture of ours is made of.

What moves says so in its attributes, and is drawn here only at the place of the first paint:
    data-quad="window"   the outline of that rectangle on data-plane
    data-rays="window"   light from that rectangle on data-plane to the fixed corners in data-ends
    data-tube="window"   light between that rectangle on data-plane and the same on data-far
    data-follow="window" a shape counted from the corner of that rectangle on data-plane
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from app.rendering.plane import Plane, Point

Quad = Sequence[Point]
FIRST_WIDE = "\u2e80"  # in the order of Unicode: Chinese, Japanese, Korean, and their signs


@dataclass(frozen=True)
class Face:
    """A part of a picture: `columns` × `rows` pixels from (x, y) of the sheet at `href`, whose size is `size`.

    One that is `signed` has numbers in two colours, and lets the style sheet mark those below zero.
    """

    href: str
    size: tuple[int, int]
    x: int
    y: int
    columns: int
    rows: int
    signed: bool = False

    def part(self, x: int, y: int, columns: int, rows: int) -> "Face":
        """Return a rectangle of this face."""
        return replace(self, x=self.x + x, y=self.y + y, columns=columns, rows=rows)


def length(text: str) -> float:
    """Return how many Latin letters are as wide as a text; one of Chinese is nearly as wide as two."""
    return sum(1.75 if letter >= FIRST_WIDE else 1 for letter in text)


def drawing(width: float, height: float, label: str, /, **attributes: object) -> Element:
    """Return an empty drawing of `width` × `height` px that fills the box it is given."""
    about = {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    size = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width:g} {height:g}"}
    return Element("svg", {**size, **about, **_named(attributes)})


def add(parent: Element, tag: str, text: str | None = None, **attributes: object) -> Element:
    """Add an element; underscores in attribute names stand for hyphens, a trailing one is dropped."""
    element = SubElement(parent, tag, _named(attributes))
    element.text = text
    return element


def _named(attributes: Mapping[str, object]) -> dict[str, str]:
    return {
        name.rstrip("_").replace("_", "-"): _written(value) for name, value in attributes.items() if value is not None
    }


def _written(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def path(points: Quad, close: bool = True) -> str:
    """Return the path through `points`."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if close else "")


def face(
    parent: Element, picture: Face, plane: Plane, columns: float | None = None, rows: float | None = None
) -> Element:
    """Lay `picture` on `plane`, over `columns` × `rows` of its cells (by default its own number of pixels)."""
    around = (
        add(parent, "g", class_="signed") if picture.signed else parent
    )  # its marks lie on the page, not on the plane
    group = add(around, "g", transform=f"matrix({plane.matrix})")
    crop = add(
        group,
        "svg",
        width=picture.columns if columns is None else columns,
        height=picture.rows if rows is None else rows,
        preserveAspectRatio="none",
        viewBox=f"{picture.x} {picture.y} {picture.columns} {picture.rows}",
    )
    add(crop, "image", href=picture.href, width=picture.size[0], height=picture.size[1])
    return group


def slab(parent: Element, picture: Face, plane: Plane, thickness: float, depth: Point) -> None:
    """Draw a sheet one cell thick: its top and right sides carry the values of its edge."""
    columns, rows = picture.columns, picture.rows
    dx, dy = thickness * depth[0], thickness * depth[1]
    top = Plane((plane.origin[0] + dx, plane.origin[1] + dy), plane.across, (-dx, -dy))
    corner = plane.at(columns, 0)
    right = Plane(corner, (dx, dy), plane.down)
    face(parent, picture.part(0, 0, columns, 1), top)
    face(parent, picture.part(columns - 1, 0, 1, rows), right)
    add(parent, "path", d=path(top.quad((0, 1), (0, columns))), class_="lit")
    add(parent, "path", d=path(right.quad((0, rows), (0, 1))), class_="shade")
    face(parent, picture, plane)
    silhouette(parent, plane, columns, rows, (dx, dy), "edge")


def silhouette(parent: Element, plane: Plane, columns: float, rows: float, side: Point, class_: str) -> None:
    """Draw the outline of a slab whose side faces reach by `side` px."""
    a, b, c, d = plane.quad((0, rows), (0, columns))
    dx, dy = side
    points = [a, (a[0] + dx, a[1] + dy), (b[0] + dx, b[1] + dy), (c[0] + dx, c[1] + dy), c, d]
    add(parent, "path", class_=class_, d=path(points))


def blank(parent: Element, plane: Plane, columns: float, rows: float, side: Point) -> None:
    """Draw a sheet that is still to be computed."""
    silhouette(parent, plane, columns, rows, side, "blank")
    add(parent, "path", class_="edge", d=path(plane.quad((0, rows), (0, columns))))


def outline(parent: Element, points: Quad, role: str, follow: str | None = None, plane: Plane | None = None) -> None:
    """Outline a rectangle in the colour of its role, with a halo; `follow` names what it moves with, on `plane`."""
    moving = {} if follow is None or plane is None else {"data_quad": follow, "data_plane": plane.matrix}
    add(parent, "path", class_="q halo", d=path(points), **moving)
    add(parent, "path", class_=f"q {role}", d=path(points), **moving)


def hold(parent: Element, plane: Plane, rows: float, columns: float, sheet: int | None = None) -> None:
    """Let a visitor take hold of the window on the sheet that lies on `plane`, and point at its cells (None: photo)."""
    quad = plane.quad((0, rows), (0, columns))
    add(parent, "path", class_="hit", d=path(quad), data_input=plane.matrix, data_sheet=sheet)


def touch(parent: Element, plane: Plane, rows: float, columns: float, slice_: int) -> None:
    """Let a visitor point at the weights of a filter's slice that lies on `plane`."""
    quad = plane.quad((0, rows), (0, columns))
    add(parent, "path", class_="hit", d=path(quad), data_weights=plane.matrix, data_slice=slice_)


def rays(parent: Element, near: Quad, far: Quad, role: str, follow: str, plane: Plane) -> None:
    """Draw light between two rectangles, `near` being the one that moves, as `follow` on `plane`."""
    ends = " ".join(f"{x:.1f} {y:.1f}" for x, y in far)
    group = add(parent, "g", class_=f"rays {role}", data_rays=follow, data_plane=plane.matrix, data_ends=ends)
    light(group, near, far)


def light(group: Element, near: Quad, far: Quad) -> None:
    """Draw the four faces and the four edges of the light between two rectangles."""
    for i, j in ((0, 1), (1, 2), (2, 3), (3, 0)):
        add(group, "path", class_="beam", d=path([near[i], near[j], far[j], far[i]]))
    for a, b in zip(near, far, strict=True):
        add(group, "path", class_="ray", d=path([a, b], close=False))


def label(parent: Element, x: float, y: float, text: str, **attributes: object) -> Element:
    """Write a word."""
    return add(parent, "text", text, x=float(x), y=float(y), **attributes)


def caption(parent: Element, x: float, y: float, head: str, more: str = "") -> None:
    """Write a heading with its shape."""
    element = label(parent, x, y, head, class_="cap")
    if more:
        add(element, "tspan", more, dx=".7em", class_="sub")


def markup(element: Element) -> Markup:
    """Return the drawing as text that a template may hold."""
    return Markup(tostring(element, encoding="unicode"))  # noqa: S704 - built element by element, text escaped
