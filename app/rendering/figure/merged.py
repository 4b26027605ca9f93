"""The figure of a layer that reads several outputs: they stand one below the other, and meet in one cell of a map.

    add                                             concat
    ┌──┐                                            ┌──┐┐┐┐
    │▣ │ ═════════▷ [306.71]╲                       └──┘┘┘┘
    └──┘                +    ╲═══▷ ┌──┐                                           ┌──┐
    ┌──┐                     ╱     │· │             ┌──┐┐┄┄┐┐ ┄ ┌──┐ ══▷ [85.69] ═▷ │· │
    │▣ │ ═════════▷ [598.96]╱      └──┘             └──┘┘┄┄┘┘ ┄ └──┘              └──┘
    └──┘

Light goes through as many numbers as are read. Of maps that are set beside one another, the one at work is pulled out
of its slot, and brackets below all maps say whose they are.
"""

from app.rendering.figure.headings import Heading, inlet_heading, letters
from app.rendering.figure.layout import Layout
from app.rendering.figure.plate import LEAST_NAME, Plate
from app.rendering.figure.pointing import Planes
from app.rendering.figure.scene import Inlet, Scene, sampled
from app.rendering.figure.values import lens_numbers
from app.rendering.plane import DEPTH, Plane, Volume, height_of, rise_of, width_of
from app.rendering.svg import add, blank, caption, hold, label, length, outline, path, rays, slab

MOST_ROWS, MOST_ROWS_SMALL = 3, 2  # of inlets that are drawn
FOOT = 10.0  # px below a sheet
NAME = 20.0  # px of the numbers of sheets, below
PULLED = 40.0  # px from a stack to the map that is pulled out of it
BETWEEN = 38.0  # px between two numbers, where a sign stands
BRACKET = 46.0  # px below the stack of maps, for whose they are
LARGEST = 86.0  # px of a number's cell
LEAST_STACK_NAME = 27.0  # px between the numbers of two sheets


class Merged(Plate):
    """The drawing of numbers that are added, or of one that is passed on."""

    def __init__(self, scene: Scene, layout: Layout) -> None:
        most = MOST_ROWS_SMALL if layout.small or layout.board else MOST_ROWS
        self.rows_shown = near(scene.inlets, most)
        super().__init__(scene, layout)

    @property
    def read(self) -> list[tuple[Inlet, Plane]]:
        """The outputs that are drawn and of which a number is read, each with the plane of the map that holds it."""
        return [(inlet, self.windows[at]) for at, inlet in enumerate(self.rows_shown) if inlet.cell]

    def _map_share(self) -> float:
        return self.layout.map_share if self.scene.joins else self.layout.wide_map_share

    def _measure(self) -> None:
        super()._measure()
        layout, scene = self.layout, self.scene
        count = len(self.rows_shown)
        band = (self.height - (4 if layout.small else FOOT)) / count
        head = 24.0 if layout.small else layout.cap
        room = band - head - (NAME if scene.joins else 0) - (2 if layout.small else FOOT)
        deep = max(len(inlet.faces) for inlet in self.rows_shown) if scene.joins else 1
        gap = min(layout.gap * 0.5, 3 * layout.gap / max(1, deep - 1)) if deep > 1 else 0.0
        depth = gap * (deep - 1)
        sheets = 2 if scene.joins else 1  # beside one another
        wide = layout.input_share * 1.12 * layout.width - depth - (PULLED if scene.joins else 0)
        self.s = min(
            (room - rise_of(gap, deep)) / height_of(self.rows, self.columns),
            wide / (sheets * (width_of(self.columns) + DEPTH[0])),
            layout.most * 1.4,
        )
        width = self.s * (width_of(self.columns) + DEPTH[0])
        self.stacks: list[Volume] = []
        self.windows: list[Plane] = []  # of the maps from which is read
        for row in range(count):
            top = row * band + head + rise_of(gap, deep)
            stack = Volume((0.0, top), self.s, gap)
            self.stacks.append(stack)
            pulled = depth + width + PULLED
            self.windows.append(stack.sheet().moved(pulled, 0) if scene.joins else stack.sheet())
        self.heads = [row * band + head - (6 if layout.small else 12) for row in range(count)]
        self.input_width = (depth + width + PULLED if scene.joins else 0) + width
        self._measure_lens()

    def _measure_lens(self) -> None:
        """Find where the numbers stand through which the light goes, one below the other."""
        layout, count = self.layout, len(self.read)
        top, free = layout.cap, self.height - layout.cap - layout.bottom
        between = BETWEEN if not layout.small else 22.0
        more = between if self.others else 0
        tall = (free - (count - 1) * between - more) / count
        self.q = min(tall / height_of(1, 1), LARGEST, layout.lens_cell, layout.lens_share * layout.width / width_of(1))
        wide = self.q * width_of(1)
        self.lens_x = self.input_width + (self.map_x - self.input_width - wide) * 0.46
        step = self.q * height_of(1, 1) + between
        start = top + (free - count * step + between - more) / 2
        self.numbers = [Volume((self.lens_x, start + at * step), self.q) for at in range(count)]
        self.lens = self.numbers[0]

    @property
    def others(self) -> int:
        """How many numbers are read that are not drawn."""
        return sum(inlet.cell is not None for inlet in self.scene.inlets) - len(self.read)

    @property
    def planes(self) -> Planes:
        sheets = {index: plane for index, (_, plane) in enumerate(self.read)}
        return Planes(sheets[0], sheets, {}, self.map.sheet())

    # ---- parts

    def _input(self) -> None:
        for row, inlet in enumerate(self.rows_shown):
            if not self.scene.joins:
                slab(self.figure, inlet.face, self.windows[row], self.s, DEPTH)
                continue
            self._stack_of(inlet, self.stacks[row])
            if inlet.cell:
                self._pulled(inlet, self.stacks[row].sheet(inlet.shown.index(inlet.place or 0)), self.windows[row])

    def _stack_of(self, inlet: Inlet, stack: Volume) -> None:
        """Draw the maps of an output one behind the other, with an empty slot for the one at work."""
        for index in reversed(range(len(inlet.faces))):
            plane, number = stack.sheet(index), inlet.shown[index]
            present = number == inlet.place
            if present:
                quad = plane.quad((0, self.rows), (0, self.columns))
                add(self.figure, "path", class_="ghost", d=path(quad))
            else:
                slab(self.figure, inlet.faces[index], plane, self.s, DEPTH)
            near = inlet.place is not None and abs(index - inlet.shown.index(inlet.place)) == 1
            if present or (index in (0, len(inlet.faces) - 1) and not near):
                self._name_below(plane.at(self.columns, self.rows), stack.gap, str(number + 1), present=present)

    def _pulled(self, inlet: Inlet, slot: Plane, plane: Plane) -> None:
        """Draw the map at work beside its stack, and the way that it has come."""
        for row in (0, self.rows):
            line = [slot.at(self.columns, row), plane.at(0, row)]
            add(self.figure, "path", class_="ghost", d=path(line, close=False))
        slab(self.figure, inlet.face, plane, self.s, DEPTH)
        text = self.scene.say("Map {number}").format(number=(inlet.place or 0) + 1)
        x, y = plane.at(0, self.rows)
        label(self.figure, x, y + NAME + self.s * width_of(self.columns) * 0.13, text, class_="name")

    def _light(self) -> None:
        scene, target = self.scene, self.map.sheet()
        lenses = [volume.sheet() for volume in self.numbers]
        for (_, plane), lens in zip(self.read, lenses, strict=True):
            rays(self.figure, plane.span(scene.span), lens.quad((0, 1), (0, 1)), "window", "window", plane)
            outline(self.figure, plane.span(scene.span), "window", "window", plane)
            hold(self.figure, plane, self.rows, self.columns, 0)
        self._paper()
        for lens in lenses:
            rays(self.figure, target.span(scene.cell), lens.quad((0, 1), (0, 1)), "result", "cell", target)
        shown = [(inlet.face, inlet.cell) for inlet, _ in self.read if inlet.cell]
        self.figure.append(lens_numbers(scene, shown, lenses, self.layout.figures, self.layout.least_type))
        middle, high = self.lens_x + self.q * width_of(1) / 2, self.q * height_of(1, 1)
        for volume in self.numbers[:-1]:
            foot = volume.origin[1] + high + (22 if self.layout.small else BETWEEN) / 2
            label(self.figure, middle, foot + 10, "+", text_anchor="middle", class_="sign")
        if self.others:
            text = self.scene.say("+ {count} more").format(count=self.others)
            foot = self.numbers[-1].origin[1] + high + 24
            label(self.figure, middle, foot, text, text_anchor="middle", class_="name")

    def _source_heading(self) -> Heading:
        return inlet_heading(self.scene, self.rows_shown[0], self.layout.small)

    def _captions(self) -> None:
        super()._captions()
        for inlet, y in list(zip(self.rows_shown, self.heads, strict=True))[1:]:
            heading = inlet_heading(self.scene, inlet, self.layout.small)
            room = self.lens_x - letters(self.layout)[0] * length(heading.text)
            narrow = self.layout.small or self.layout.board
            caption(self.figure, 0, y, heading.text, heading.beside(room, letters(self.layout)[1], not narrow))

    def _stack(self) -> None:
        if self.scene.joins:
            self._joined_stack()
        else:
            super()._stack()

    def _joined_stack(self) -> None:
        """Draw some maps of each output that is joined, and below them whose they are."""
        scene, inlets, s = self.scene, self.scene.inlets, self.t
        ends = [channel for inlet in inlets for channel in (inlet.first, inlet.first + inlet.shape[0] - 1)]
        few = [*ends, scene.sheet] if len(ends) < self.shown else [scene.sheet]
        shown = sampled(self.maps, self.shown, few)
        gap = self.stack_gap * (self.shown - 1) / max(1, len(shown) - 1)
        bottom = self.height - BRACKET - NAME - self.map_height
        volume = Volume((self.stack_x, min(self.map.origin[1] + rise_of(gap, len(shown)) / 2, bottom)), s, gap)
        side, corners = (s * DEPTH[0], s * DEPTH[1]), []
        for index in reversed(range(len(shown))):
            number, plane = shown[index], volume.sheet(index)
            group = add(self.figure, "a", class_="sheet", data_channel=str(number))
            if number == scene.sheet:
                add(group, "path", class_="ghost", d=path(plane.quad((0, self.out_rows), (0, self.out_columns))))
            elif number > scene.sheet:
                blank(group, plane, self.out_columns, self.out_rows, side)
            else:
                slab(group, scene.map_face(number), plane, s, DEPTH)
            corner = plane.at(self.out_columns, self.out_rows)
            corners.append((number, plane.at(0, self.out_rows), corner))
        names = list[float]()
        for number in dict.fromkeys((scene.sheet, shown[0], shown[-1], *few)):  # the present one before all
            corner = volume.sheet(shown.index(number)).at(self.out_columns, self.out_rows)
            if all(abs(corner[0] - x) >= LEAST_STACK_NAME for x in names):
                self._name_below(corner, gap, str(number + 1), present=number == scene.sheet)
                names.append(corner[0])
        lowest = max(corner[1] for _, _, corner in corners)
        self._brackets(corners, lowest + NAME + 12)

    def _brackets(self, corners: list[tuple[int, tuple[float, float], tuple[float, float]]], y: float) -> None:
        """Say below the maps whose they are; each is a number with its lower corners."""
        letter = letters(self.layout)[1]
        for inlet in self.scene.inlets:
            own = [each for each in corners if inlet.first <= each[0] < inlet.first + inlet.shape[0]]
            if not own:
                continue
            left, right = min(each[1][0] for each in own), max(each[2][0] for each in own)
            others = [each[1][0] for each in corners if each[0] >= inlet.first + inlet.shape[0]]
            right = min([right, *(x - 6 for x in others)])
            if right - left < LEAST_NAME:
                continue
            add(self.figure, "path", class_="edge", d=f"M{left:.1f} {y - 5:.1f}v5H{right:.1f}v-5")
            text = inlet.name if letter * length(inlet.name) <= right - left + LEAST_NAME else ""
            label(self.figure, (left + right) / 2, y + 20, text, text_anchor="middle", class_="sub")


def near(inlets: tuple[Inlet, ...], most: int) -> tuple[Inlet, ...]:
    """Return as many outputs as are drawn, the first of which a number is read among them."""
    at = next(number for number, inlet in enumerate(inlets) if inlet.cell)
    first = max(0, min(at - most // 2, len(inlets) - most))
    return inlets[first : first + most]
