"""The figure turned round: a window as large as the gradient's map, and light of both that meets in one weight.

input, the channel in front      filter             gradient of the loss by the filter's map
┌──────┐┐┐                      ┌────┐┐┐           ┌┄┄┄┄┄┄┐
│┌────┐│││ ═════ window ══════▷ │ ▪  │││ ◁┄┄┄┄┄┄┄┄ ┆ ·  · ┆ ◁┄┄ loss
│└────┘│┘┘                      └────┘┘┘           └┄┄┄┄┄┄┘
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from app.messages import Meant
from app.numerics.axis import Pair
from app.numerics.window import Span
from app.rendering.legend import legend
from app.rendering.plane import DEPTH, Plane, Volume, height_of, rise_of, width_of
from app.rendering.scales import Scale
from app.rendering.svg import (
    Face,
    add,
    caption,
    drawing,
    face,
    label,
    length,
    outline,
    path,
    rays,
    silhouette,
    slab,
    touch,
)

LETTER = 11.0  # px of a heading
MOST_SPOTS = 400  # cells that are marked one by one …
LEAST_SPOT = 3.0  # … where they are so many px wide
FINE_SPOT = 6.0  # px, below which a mark is a thin one
LEAST_MAP = 56.0  # px of height


@dataclass(frozen=True)
class Box:
    """Measures of one width of screen, px."""

    name: str
    width: float
    height: float
    cap: float  # above the sheets, for headings
    low: float  # below them, for names and the legend
    gap: float  # between sheets of the input, across
    most: float  # px a cell
    weight: float  # px a weight, at most
    lens_gap: float
    flow: float  # to the right of the gradient, for what flows in
    legend: float = 130.0  # the least width of a legend, whose numbers stand side by side


BOXES = {
    "wide": Box("wide", 900, 268, 36, 46, 30, 13, 23, 34, 64),
    "medium": Box("medium", 690, 268, 36, 46, 20, 10.5, 18, 24, 34),
    "narrow": Box("narrow", 358, 158, 30, 6, 12, 6.4, 12, 14, 6),
}
BOARD = Box("board", 900, 330, 52, 40, 30, 14, 26, 38, 64, legend=200.0)


def boxes(*, projector: bool) -> list[Box]:
    """Return the boxes that a page is given, of which its style shows one; a phone may project, too."""
    return [BOARD, BOXES["narrow"]] if projector else list(BOXES.values())


@dataclass(frozen=True)
class WeightScene:
    """What meets in a weight; the first of sheets and of slices is that of the weight."""

    sheets: Sequence[tuple[str, Face]]  # of the input, each with its name
    sheet: str  # which one it is, in words
    span: Span  # of the cells that the weight meets, through padding
    spots: Sequence[Pair]  # the cells that a gradient of another number than 0 came back to
    slices: Sequence[tuple[str, int, Face]]  # of the filter, each with its name and its channel
    size: Pair  # rows and columns of the filter
    at: Pair  # row and column of the weight in it
    filter: int
    gradient: Face
    scale: Scale
    weight: str  # as printed
    label: str
    say: Callable[[str], str]


def weight_drawing(scene: WeightScene, box: Box) -> Element:
    """Return the drawing of `scene` in a `box`."""
    figure = drawing(box.width, box.height, scene.label, class_=f"figure {box.name}")
    return _Drawing(scene, box, figure).draw()


class _Drawing:
    def __init__(self, scene: WeightScene, box: Box, figure: Element) -> None:
        self.scene, self.box, self.figure = scene, box, figure
        front = scene.sheets[0][1]
        self.rows, self.columns = front.rows, front.columns
        (top, bottom), (left, right) = scene.span
        self.above, self.left = max(0, -top), max(0, -left)
        self.below, self.right = max(0, bottom - self.rows), max(0, right - self.columns)
        self._measure()

    def _measure(self) -> None:
        box, scene = self.box, self.scene
        behind = len(scene.sheets) - 1
        tall, wide = self.rows + self.above + self.below, self.columns + self.left + self.right
        rise, room = rise_of(box.gap, behind + 1), box.height - box.cap - box.low
        s = min((room - rise) / height_of(tall, wide), box.most, 0.3 * box.width / width_of(wide))
        top = box.cap + rise + (room - rise - s * height_of(tall, wide)) / 2
        self.input = Volume((s * width_of(self.left), top + s * height_of(self.above, self.left)), s, box.gap)
        width = s * width_of(wide) + box.gap * behind + 6
        rows, columns = scene.gradient.rows, scene.gradient.columns
        self.t = max(s, min(LEAST_MAP / height_of(rows, columns), box.most))  # as large as the window, if it is seen
        self.map_width = self.t * width_of(columns)
        left = box.width - box.flow - self.map_width - self.t * DEPTH[0] - 4
        window = self.input.sheet().span(scene.span)
        middle = (window[0][1] + window[2][1]) / 2
        self.map = Volume((left, self._within(middle, self.t * height_of(rows, columns))), self.t)
        kernel = scene.size
        self.q = min(box.weight, 0.6 * room / height_of(*kernel), 0.2 * box.width / width_of(kernel[1]))
        lens = self.q * width_of(kernel[1]) + box.lens_gap * (len(scene.slices) - 1)
        lens_left = width + (left - width - lens) / 2
        self.lens = Volume((lens_left, self._within(middle, self.q * height_of(*kernel), 26)), self.q, box.lens_gap)

    def _within(self, middle: float, height: float, spare: float = 0) -> float:
        """Return where something of that height begins, in the middle if there it lies between heading and foot."""
        lowest = self.box.height - self.box.low - height
        return max(self.box.cap + spare, min(middle - height / 2, lowest))

    def draw(self) -> Element:
        scene, (row, column) = self.scene, self.scene.at
        front, lens, target = self.input.sheet(), self.lens.sheet(), self.map.sheet()
        weight = lens.quad((row, row + 1), (column, column + 1))
        window = front.span(scene.span)
        gradient = target.quad((0, scene.gradient.rows), (0, scene.gradient.columns))
        self._sheets()
        self._slices()
        side = (self.t * DEPTH[0], self.t * DEPTH[1])
        silhouette(self.figure, target, scene.gradient.columns, scene.gradient.rows, side, "blank")
        face(self.figure, scene.gradient, target)
        rays(self.figure, window, weight, "window", "", front)
        rays(self.figure, gradient, weight, "gradient", "", target)
        self._spots(front)
        outline(self.figure, window, "window")
        outline(self.figure, gradient, "gradient")
        outline(self.figure, weight, "gradient solid")
        for index, (_, channel, _) in reversed(list(enumerate(scene.slices))):
            touch(self.figure, self.lens.sheet(index), *scene.size, channel)
            self.figure[-1].set("data-size", f"{scene.size[0]} {scene.size[1]}")
        x, y = (weight[0][0] + weight[1][0]) / 2, self.box.cap + 16
        add(self.figure, "path", class_="leader", d=f"M{x:.1f} {weight[0][1]:.1f}V{y + 6:.1f}")
        label(self.figure, x, y, scene.weight, class_="tag", text_anchor="middle")
        self._flow(gradient)
        self._captions()
        return self.figure

    def _sheets(self) -> None:
        if any((self.above, self.below, self.left, self.right)):
            border = self.input.sheet().quad(
                (-self.above, self.rows + self.below), (-self.left, self.columns + self.right)
            )
            add(self.figure, "path", class_="padding", d=path(border))
        for index, (name, picture) in reversed(list(enumerate(self.scene.sheets))):
            plane = self.input.sheet(index)
            slab(self.figure, picture, plane, self.input.scale, DEPTH)
            whole = path(plane.quad((0, self.rows), (0, self.columns)))
            inside = "" if index else path(plane.span(self.scene.span))
            add(self.figure, "path", class_="unseen", d=whole + inside)
            if self.box.name != "narrow":
                self._name(plane.at(self.columns, self.rows), self.box.gap, name, present=not index)

    def _slices(self) -> None:
        rows, columns = self.scene.size
        for index, (name, _, picture) in reversed(list(enumerate(self.scene.slices))):
            plane = self.lens.sheet(index)
            slab(self.figure, picture, plane, self.q, DEPTH)
            add(
                self.figure,
                "path",
                class_=f"q filter{' thin' if index else ''}",
                d=path(plane.quad((0, rows), (0, columns))),
            )
            if self.box.name != "narrow" and len(self.scene.slices) > 1:
                self._name(plane.at(columns, rows), self.box.lens_gap, name, present=not index)

    def _name(self, corner: tuple[float, float], gap: float, text: str, *, present: bool) -> None:
        x, y = corner[0] - max(gap, 16) / 2 + 3, corner[1] + (24 if self.box.name == "board" else 17)
        label(self.figure, x, y, text, text_anchor="middle", class_="name" if present else "name sub")

    def _spots(self, front: Plane) -> None:
        """Mark the cells on the input that the weight met where a gradient came back."""
        spots = self.scene.spots
        if len(spots) <= MOST_SPOTS and self.input.scale >= LEAST_SPOT:
            quads = (front.quad((row + 0.12, row + 0.88), (column + 0.12, column + 0.88)) for row, column in spots)
            fine = " fine" if self.input.scale < FINE_SPOT else ""
            add(self.figure, "path", class_=f"spots{fine}", d="".join(map(path, quads)))

    def _flow(self, gradient: Sequence[tuple[float, float]]) -> None:
        """Draw what comes from the loss."""
        if self.box.flow < 30:
            return
        y, x = (gradient[1][1] + gradient[2][1]) / 2, gradient[1][0] + self.t * DEPTH[0] + 8
        add(self.figure, "path", class_="flow", d=f"M{self.box.width:.1f} {y:.1f}H{x + 3:.1f}")
        add(self.figure, "path", class_="flow head", d=f"M{x + 10:.1f} {y - 7:.1f}L{x + 1:.1f} {y:.1f}l9 7")

    def _captions(self) -> None:
        scene, box, say = self.scene, self.box, self.scene.say
        gradient = say(Meant("learning", "Gradient"))
        plain = box.name in ("narrow", "board")
        y = box.cap - (22 if box.name == "board" else 12)
        heads = [
            (0.0, say("Input"), scene.sheet),
            (
                self.lens.origin[0],
                say("Filter {number}").format(number=scene.filter + 1),
                " × ".join(map(str, scene.size)),
            ),
            (
                min(self.map.origin[0], box.width - max(84, 8.6 * len(gradient))),
                gradient,
                say("map {number}").format(number=scene.filter + 1),
            ),
        ]
        ends = [heads[1][0], heads[2][0], box.width]
        for (x, head, more), end in zip(heads, ends, strict=True):
            room = end - x - LETTER * length(head) > 9 * length(more) + 14
            caption(self.figure, x, y, head, more if room and not plain else "")
        if box.name != "narrow" and self.scene.scale.extent:
            width = max(self.map_width, box.legend)
            legend(self.figure, scene.scale, min(self.map.origin[0], box.width - width), box.height - 33, width)
