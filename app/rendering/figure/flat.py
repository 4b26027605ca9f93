"""The flat view of the same number, for pointing: picture, filter and map face the reader, as large as fits.

picture ▯ sheets ▯▯▯   ×   filter ▢▢▢   =   map ▣
"""

from math import ceil
from textwrap import wrap
from xml.etree.ElementTree import Element

from app.rendering.figure.column import LARGEST_CELL, beside, made, room_for
from app.rendering.figure.headings import fitted, lens_heading, source_heading, target_heading
from app.rendering.figure.idle import idle
from app.rendering.figure.layout import Layout
from app.rendering.figure.pointing import Planes, mark
from app.rendering.figure.scene import Scene
from app.rendering.figure.values import lens_values
from app.rendering.legend import breadth, legend, words
from app.rendering.plane import Plane, Point
from app.rendering.svg import add, caption, drawing, face, hold, label, light, outline, path, touch

SHEET_SLANT = 0.28
SHEET_GAP = 6.0
LARGE_WINDOW = 5  # rows or columns of numbers that need all the room there is
CORNER = 335.0  # px kept for the map's heading and the links at the top right


def frontal(x: float, y: float, scale: float) -> Plane:
    """Return a sheet that faces the reader."""
    return Plane((x, y), (scale, 0.0), (0.0, scale))


def flat(scene: Scene, layout: Layout) -> Element:
    """Return the flat view of `scene` in `layout`."""
    layout = layout.fitted(scene)
    height = layout.height(scene)
    figure = drawing(
        layout.width, height, scene.sentence, class_=f"figure flat {layout.name}{'' if scene.read else ' unread'}"
    )
    rows, columns, out_rows, out_columns = (
        scene.source.rows,
        scene.source.columns,
        scene.target.rows,
        scene.target.columns,
    )
    (above, below), (left, right) = scene.border
    top = layout.cap + 2.0
    side = height - top - (8 if layout.small else 48)  # of the picture and the map
    stacked = layout.board and scene.blocks  # a block of numbers: less room, the slices one above the other
    most = layout.width * (0.36 if layout.small or stacked else 0.24)
    s = min(side / (rows + above + below), most / (columns + left + right))
    t = min(side / out_rows, most / out_columns)
    if scene.source.column:
        s = min(s, 1.1 * LARGEST_CELL)
    if scene.target.column:
        t = min(t, 1.1 * LARGEST_CELL)
    labels = room_for(scene.given, s, layout)
    input_plane = frontal(labels + left * s, top + above * s, s)
    x = labels + (columns + left + right) * s

    # the picture, and beside it its sheets
    pictures = [scene.photo] if scene.photo else []
    sheets = list(scene.sheets)
    if not pictures:
        pictures = [sheets[0][1]]
        sheets = sheets[1:]
    if any((above, below, left, right)):
        add(
            figure, "path", class_="padding", d=path(input_plane.quad((-above, rows + below), (-left, columns + right)))
        )
    face(figure, pictures[0], input_plane)
    if scene.veil is not None:
        face(figure, scene.veil, input_plane)
    if labels:
        beside(figure, input_plane, scene.given, at=-labels)
    add(figure, "path", class_="edge", d=path(input_plane.quad((0, rows), (0, columns))))
    planes = [input_plane]
    step = min(layout.gap * 1.5, 190 / max(1, len(sheets)))
    if not layout.small and not stacked:
        for index, (name, picture) in enumerate(sheets):
            plane = _slanted(x + 14 + index * step, top, s, rows, columns, step - SHEET_GAP)
            face(figure, picture, plane)
            add(figure, "path", class_="edge", d=path(plane.quad((0, rows), (0, columns))))
            corner = plane.at(columns, rows)
            label(figure, corner[0] - 8, corner[1] + 18, name, text_anchor="end", class_="name")
            planes.append(plane)
        if sheets:
            x += 14 + len(sheets) * step
    span = scene.span
    if len(planes) > 1:
        tube = add(
            figure, "g", class_="window", data_tube="window", data_plane=planes[0].matrix, data_far=planes[-1].matrix
        )
        light(tube, planes[0].span(span), planes[-1].span(span))
    hidden = 1 if scene.photo else 0  # sheets before the first that is a channel
    for number, plane in enumerate(planes):
        outline(figure, plane.span(span), "window", "window", plane)
        hold(figure, plane, rows, columns, number - hidden if number >= hidden else None)

    # the map
    map_x = layout.width - (out_columns * t + 2 if layout.small or stacked else max(out_columns * t + 112, CORNER))
    plane = frontal(map_x, top, t)
    draw_map(figure, scene, layout, plane)

    # the filter, or the numbers in the window, in the middle of what is left
    size, middle = scene.size, (x + map_x) / 2
    count = max(1, len(scene.slices[: 1 if layout.small else 3 if stacked else None]))
    across, down = (1, count) if stacked else (count, 1)
    room = map_x - x - (24 if layout.small else 76)
    tall = side * (1 if scene.cells and max(size) >= LARGE_WINDOW else 0.62)
    q = min(
        tall / size[0] if down == 1 else (side - 34 * (down - 1)) / (size[0] * down),
        (room - 14 * (across - 1)) / (size[1] * across),
        40 if scene.slices else layout.lens_cell,
    )
    if scene.source.column and size[0] > 1:
        q = s
    lens_x = middle - (q * size[1] * across + 14 * (across - 1)) / 2
    lens_y = top + (side - q * size[0] * down - 34 * (down - 1)) / 2
    slices = {}
    for index, (name, picture) in enumerate(scene.slices[:count]):
        at = lens_x + (0 if stacked else index * (q * size[1] + 14))
        lens = frontal(at, lens_y + (index * (q * size[0] + 34) if stacked else 0), q)
        face(figure, picture, lens)
        idle(figure, lens, size, scene.met)
        outline(figure, lens.quad((0, size[0]), (0, size[1])), "filter")
        touch(figure, lens, *size, index)
        slices[index] = lens
        if count > 1:
            under, foot = lens.at(size[1] / 2, size[0])
            label(figure, under, foot + (27 if layout.board else 20), name, text_anchor="middle", class_="name")
    if not scene.slices:
        figure.append(lens_values(scene, frontal(lens_x, lens_y, q), layout.figures, layout.least_type))
    if not layout.small:
        for sign, at in (
            ("×" if scene.slices else "→", (x + lens_x) / 2),
            ("=" if scene.slices else "→", (lens_x + q * size[1] * across + 14 * (across - 1) + map_x) / 2),
        ):
            label(figure, at, top + side / 2 + 10, sign, text_anchor="middle", class_="sign")

    captions(figure, scene, layout, lens_x, map_x)
    if not layout.small:
        tell(figure, scene, layout, plane, below=stacked)
    channels = {number - hidden: plane for number, plane in enumerate(planes) if number >= hidden}
    mark(figure, Planes(input_plane, channels, slices, frontal(map_x, top, t)), scene.pointed, span, layout.name)
    return figure


def _slanted(x: float, y: float, scale: float, rows: int, columns: int, most: float) -> Plane:
    """Return a sheet turned away, so that several fit side by side."""
    width = min(most, columns * scale)
    drop = width * SHEET_SLANT
    height = rows * scale - drop
    across: Point = (width / columns, -drop / columns)
    return Plane((x, y + drop), across, (0.0, height / rows))


def draw_map(figure: Element, scene: Scene, layout: Layout, plane: Plane) -> None:
    rows, columns = scene.target.rows, scene.target.columns
    whole = path(plane.quad((0, rows), (0, columns)))
    add(figure, "path", class_="blank map-side", d=whole)
    add(figure, "path", class_="map-front", d=whole)
    computed = add(figure, "g", class_="computed", clip_path=f"url(#flat-{layout.name})")
    clip = add(figure, "clipPath", id=f"flat-{layout.name}")
    (row, _), (start, end) = scene.cell
    done = path(plane.quad((0, row), (0, columns))) if row else ""
    add(clip, "path", d=done + path(plane.quad((row, row + 1), (0, start if scene.hidden else end))))
    face(computed, scene.map_face(scene.sheet), plane)
    add(figure, "path", class_="edge", d=whole)
    outline(figure, plane.span(scene.cell), "result", "cell", plane)
    add(figure, "path", class_="hit", d=whole, data_map=plane.matrix)


def tell(figure: Element, scene: Scene, layout: Layout, plane: Plane, *, below: bool = False) -> None:
    """Write the number beside its map, or `below` it, and the legend of the maps."""
    (map_x, top), t, height = plane.origin, plane.across[0], layout.height(scene)
    if scene.target.column:
        made(figure, plane, scene, t, layout, at=t + 4)
    else:
        end = map_x + scene.target.columns * t
        if below:
            tag = label(figure, end, top + scene.target.rows * t + 38, scene.number, text_anchor="end")
        else:
            tag = label(figure, end + 12, top + (height - top - 48) / 2 + 7, scene.number)
        tag.attrib.update({"class": "tag", "data-tag": "cell"})
    long = 150 if layout.board or layout.name == "wide" else 110  # its words stand beside it, in any language
    legend(figure, scene.scale, map_x, height - 40, long, large=layout.board)
    if not layout.board:
        x, told = map_x + long + 14, words(scene.scale, scene.say)
        lines = [told] if breadth(told) <= layout.width - x else wrap(told, ceil(0.6 * len(told)))
        for number, line in enumerate(lines):
            label(figure, x, height - 30 + 19 * (number - (len(lines) - 1) / 2), line, class_="sub")


def captions(figure: Element, scene: Scene, layout: Layout, lens_x: float, map_x: float) -> None:
    y = layout.cap - 12
    headings = (
        (0.0, source_heading(scene, layout.small)),
        (lens_x, lens_heading(scene, layout.small)),
        (map_x, target_heading(scene)),
    )
    for x, head, more in fitted(headings, layout.width, layout):
        caption(figure, x, y, head, more)
