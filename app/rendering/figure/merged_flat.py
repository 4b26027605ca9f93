"""The flat view of a number that is a sum of several: their maps one below the other, the numbers, and the map.

map ▣    306.71
            +     →  map ▣
map ▣    598.96
"""

from xml.etree.ElementTree import Element

from app.rendering.figure.flat import CORNER, captions, draw_map, frontal, tell
from app.rendering.figure.headings import inlet_heading
from app.rendering.figure.layout import Layout
from app.rendering.figure.merged import BETWEEN, near
from app.rendering.figure.pointing import Planes, mark
from app.rendering.figure.scene import Scene
from app.rendering.figure.values import lens_numbers
from app.rendering.svg import add, caption, drawing, face, hold, label, outline, path

LARGEST = 94.0  # px of a number's cell
HEAD = 30.0  # px between two maps, where the name of the second stands


def merged_flat(scene: Scene, layout: Layout) -> Element:
    """Return the flat view of `scene`, whose number is a sum, in `layout`."""
    layout = layout.fitted(scene)
    height, shown = layout.height(scene), near(scene.inlets, 2 if layout.small or layout.board else 3)
    figure = drawing(layout.width, height, scene.sentence, class_=f"figure flat {layout.name}")
    rows, columns, target = scene.source.rows, scene.source.columns, scene.target
    top, count, share = layout.cap + 2.0, len(shown), 0.36 if layout.small else 0.24
    side = height - top - (8 if layout.small else 48)
    high, most = (side - HEAD * (count - 1)) / count, layout.width * share
    s = min(high / rows, most / columns)
    t = min(side / target.rows, most / target.columns)
    map_x = layout.width - (target.columns * t + 2 if layout.small else max(target.columns * t + 112, CORNER))
    plane = frontal(map_x, top, t)
    planes = [frontal(0, top + at * (high + HEAD), s) for at in range(count)]
    for at, (inlet, below) in enumerate(zip(shown, planes, strict=True)):
        face(figure, inlet.face, below)
        add(figure, "path", class_="edge", d=path(below.quad((0, rows), (0, columns))))
        outline(figure, below.span(scene.span), "window", "window", below)
        hold(figure, below, rows, columns, 0)
        if at:
            caption(figure, 0, below.origin[1] - 8, inlet_heading(scene, inlet, layout.small).text)
    draw_map(figure, scene, layout, plane)
    between = HEAD if layout.small else BETWEEN
    q = min((side - (count - 1) * between) / count, LARGEST, layout.lens_cell)
    x = (columns * s + map_x - q) / 2
    start = top + (side - count * (q + between) + between) / 2
    lenses = [frontal(x, start + at * (q + between), q) for at in range(count)]
    numbers = [(inlet.face, inlet.cell) for inlet in shown if inlet.cell]
    figure.append(lens_numbers(scene, numbers, lenses, layout.figures, layout.least_type))
    for lens in lenses[1:]:
        label(figure, x + q / 2, lens.origin[1] - between / 2 + 10, "+", text_anchor="middle", class_="sign")
    captions(figure, scene, layout, x, map_x)
    if not layout.small:
        for across in ((columns * s + x) / 2, (x + q + map_x) / 2):
            label(figure, across, top + side / 2 + 10, "→", text_anchor="middle", class_="sign")
        tell(figure, scene, layout, plane)
    mark(figure, Planes(planes[0], dict(enumerate(planes)), {}, plane), scene.pointed, scene.span, layout.name)
    return figure
