"""A gradient on its way back through a layer without weights: from one place to the cell that it came from, or nowhere.

gradient that passed             what stood there           gradient that came
┌──────────┐                     ┌──┬──┐                    ┌┄┄┄┄┄┐
│   ▪      │ ◁┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ │  │▪ │ ◁┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ ┆  ▪  ┆ ◁┄┄ loss
└──────────┘                     └──┴──┘                    └┄┄┄┄┄┘
"""

from collections.abc import Callable
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from app.numerics.axis import Pair
from app.numerics.window import Span
from app.rendering.diagrams.weight import LEAST_MAP, LETTER, Box
from app.rendering.legend import legend
from app.rendering.plane import DEPTH, Plane, Volume, height_of, width_of
from app.rendering.scales import Scale
from app.rendering.svg import Face, add, caption, drawing, face, label, length, outline, path, rays, silhouette, slab

LENS = 56.0  # px a cell of what stood there, at most
LENS_HEIGHT = 0.7  # of the room, at most
SPARE = 30.0  # px to the left, for what flows on


@dataclass(frozen=True)
class BackwardScene:
    """One place of a map, with what came to it and where that went."""

    passed: Face
    passed_scale: Scale
    came: Face
    came_scale: Scale
    stood: Face  # the map that was read
    window: Span  # the cells of it that the place read, without padding
    place: Pair  # row and column of the place
    to: Pair | None  # the cell that the gradient goes to; None where it is blocked
    printed: tuple[str, str]  # the gradient that came, and the number that stood there
    label: str
    heads: tuple[tuple[str, str], ...]  # of the three, each with a short form
    say: Callable[[str], str]


def backward_drawing(scene: BackwardScene, box: Box) -> Element:
    """Return the drawing of `scene` in a `box`."""
    figure = drawing(box.width, box.height, scene.label, class_=f"figure {box.name}")
    room = box.height - box.cap - box.low
    rows, columns = scene.passed.rows, scene.passed.columns
    spare = 0 if box.name == "narrow" else SPARE
    s = min(room / height_of(rows, columns), 2 * box.most, 0.32 * box.width / width_of(columns))
    passed = _plane(box, spare, s, scene.passed)
    t = max(s, min(LEAST_MAP / height_of(scene.came.rows, scene.came.columns), 2 * box.most))
    left = box.width - box.flow - t * (width_of(scene.came.columns) + DEPTH[0]) - 4
    came = _plane(box, left, t, scene.came)
    (top, bottom), (first, last) = scene.window
    stood = scene.stood.part(first, top, last - first, bottom - top)
    end = spare + s * (width_of(columns) + DEPTH[0])
    q = min(LENS, LENS_HEIGHT * room / height_of(stood.rows, stood.columns), 0.18 * box.width / width_of(stood.columns))
    lens = _plane(box, (end + left - q * width_of(stood.columns)) / 2, q, stood)
    row, column = scene.place
    place = came.quad((row, row + 1), (column, column + 1))
    window = passed.span(scene.window)
    for plane, picture, side in ((passed, scene.passed, s), (came, scene.came, t)):
        silhouette(figure, plane, picture.columns, picture.rows, (side * DEPTH[0], side * DEPTH[1]), "blank")
        face(figure, picture, plane)
    slab(figure, stood, lens, min(q, 16), DEPTH)
    whole = lens.quad((0, stood.rows), (0, stood.columns))
    rays(figure, place, whole if scene.to is None else _cell(lens, scene), "gradient", "", came)
    if scene.to is not None:
        rays(figure, passed.quad(*_around(scene.to)), _cell(lens, scene), "gradient", "", passed)
    outline(figure, whole, "window")
    outline(figure, window, "window")
    outline(figure, place, "gradient solid")
    if scene.to is None:
        a, b = whole[0], whole[3]
        add(figure, "path", class_="barrier", d=path([(a[0] - 10, a[1] - 8), (b[0] - 10, b[1] + 8)], close=False))
    else:
        outline(figure, _cell(lens, scene), "gradient solid")
        outline(figure, passed.quad(*_around(scene.to)), "gradient solid")
    _words(figure, scene, box, passed, lens, came)
    return figure


def _plane(box: Box, x: float, scale: float, picture: Face) -> Plane:
    """Return where a sheet lies, in the middle between heading and foot."""
    room = box.height - box.cap - box.low
    return Volume((x, box.cap + (room - scale * height_of(picture.rows, picture.columns)) / 2), scale).sheet()


def _around(cell: Pair) -> tuple[Pair, Pair]:
    return (cell[0], cell[0] + 1), (cell[1], cell[1] + 1)


def _cell(lens: Plane, scene: BackwardScene) -> list[tuple[float, float]]:
    """Return the corners of the cell that stood there, and that the gradient goes to."""
    assert scene.to is not None
    row, column = scene.to[0] - scene.window.rows[0], scene.to[1] - scene.window.columns[0]
    return lens.quad((row, row + 1), (column, column + 1))


def _words(figure: Element, scene: BackwardScene, box: Box, *planes: Plane) -> None:
    """Write the headings, the numbers and the scales, and draw what flows in and on."""
    passed, lens, came = planes
    y = box.cap - (22 if box.name == "board" else 12)
    starts = [passed.origin[0] * (box.name != "narrow"), lens.origin[0], min(came.origin[0], box.width - 60)]
    for x, (head, brief), end in zip(starts, scene.heads, [*starts[1:], box.width], strict=True):
        caption(figure, x, y, head if LETTER * length(head) < end - x else brief)
    if box.flow < 30:
        return
    right = came.at(scene.came.columns, scene.came.rows / 2)
    _arrow(figure, right[0] + 14, box.width, right[1])
    if scene.passed_scale.extent:
        _arrow(figure, 0, passed.origin[0] - 8, passed.at(0, scene.passed.rows / 2)[1])
    for plane, picture, scale in (
        (passed, scene.passed, scene.passed_scale),
        (came, scene.came, scene.came_scale),
    ):
        if scale.extent:
            width = max(width_of(picture.columns) * plane.across[0] / width_of(1), box.legend)
            legend(figure, scale, min(plane.origin[0], box.width - width), box.height - 33, width)
    place = came.at(scene.place[1] + 0.5, scene.place[0])
    label(figure, place[0], max(box.cap + 16, place[1] - 10), scene.printed[0], class_="tag", text_anchor="middle")
    middle = (lens.at(0, 0)[0] + lens.at(scene.window.columns[1] - scene.window.columns[0], 0)[0]) / 2
    label(figure, middle, box.height - box.low + 18, scene.printed[1], class_="tag stood", text_anchor="middle")


def _arrow(figure: Element, to: float, start: float, y: float) -> None:
    add(figure, "path", class_="flow", d=f"M{start:.1f} {y:.1f}H{to + 2:.1f}")
    add(figure, "path", class_="flow head", d=f"M{to + 9:.1f} {y - 7:.1f}L{to:.1f} {y:.1f}l9 7")
