"""The figure: light passes from a window in the input through a filter, the lens, to one cell of a map, the focus.

        input, a sheet a channel          lens                 the map at work        all maps
    ┌──┐┐┐┐                              ┌──┐┐┐                ┌──┐                   ┌──┐┐┐┌┄┄┐┐┐
    │▣ ││││ ═════════ window ══════════▷ │  │││ ═══ result ══▷ │· │                   │  │││┊  ┊││
    └──┘┘┘┘                              └──┘┘┘                └──┘                   └──┘┘┘└┄┄┘┘┘

A layer with weights has its filter for a lens, any other the numbers in its window. In place of all maps stand all
filters in colour, where the scene has them. Three layouts, for three widths of
screen, are the same drawing with other measures; each scales inside its own box.
"""

from xml.etree.ElementTree import Element

from app.rendering.figure.column import LARGEST_CELL, beside, made, room_for
from app.rendering.figure.contact_sheet import contact_sheet, laid_out
from app.rendering.figure.headings import Heading, fitted, lens_heading, letters, source_heading, target_heading
from app.rendering.figure.idle import idle
from app.rendering.figure.layout import Layout
from app.rendering.figure.pointing import Planes, mark
from app.rendering.figure.scene import Scene
from app.rendering.figure.values import lens_values
from app.rendering.legend import breadth, legend, words
from app.rendering.plane import DEPTH, Volume, height_of, rise_of, width_of
from app.rendering.svg import (
    add,
    blank,
    caption,
    drawing,
    face,
    hold,
    label,
    length,
    light,
    outline,
    path,
    rays,
    silhouette,
    slab,
    touch,
)

LEAST_NAME = 18.0  # px between sheets that have names
TAG_ROOM = 28.0  # px above the map on a projector
LEAST_MAP = 84.0  # px of height of the map at work
BELOW_LETTERS = 34.0  # px from the sheets down to filters in colour
TAG_WIDE = 104.0  # px from the map across to those: its number stands there
LARGE_WINDOW = 5  # rows or columns of numbers that need more room than the usual lens
WIDE_LENS = 0.22  # of the drawing's width, for those


class Plate:
    """The drawing as it grows: measures first, then its parts from back to front."""

    def __init__(self, scene: Scene, layout: Layout) -> None:
        self.scene, self.layout = scene, layout = scene, layout.fitted(scene)
        self.height = layout.height(scene)
        self.figure = drawing(
            layout.width,
            self.height,
            scene.sentence,
            class_=f"figure {layout.name}{'' if scene.read else ' unread'}",
        )
        source, target = scene.source, scene.target
        self.rows, self.columns = source.rows, source.columns
        self.maps, self.out_rows, self.out_columns = target.sheets, target.rows, target.columns
        (self.above, self.below), (self.left, self.right) = scene.border
        self.front = [("", scene.photo)] if scene.photo else []
        self.sheets = (self.front + list(scene.sheets))[: 1 if layout.small else None]
        self._measure()

    def _measure(self) -> None:
        layout = self.layout
        count = len(self.sheets)
        self.gap = min(layout.gap, 3 * layout.gap / max(1, count - 1)) if count > 1 else 0
        depth, rise = self.gap * (count - 1), rise_of(self.gap, count)
        tall, wide = self.rows + self.above + self.below, self.columns + self.left + self.right
        lift = 0 if layout.small or layout.board else 8  # sheets may rise beside the headings
        self.tiles = laid_out(len(self.scene.tiles), layout, self.height - layout.cap)
        self.bottom = layout.bottom
        if self.tiles and layout.board:  # they stand below the sheets
            self.bottom = max(self.bottom, self.tiles.size[1] + BELOW_LETTERS)
        room = self.height - layout.cap - self.bottom - 6 + lift
        most_shown = 1 if layout.board or self.tiles else 12 if layout.width > 1100 else 9
        self.shown = min(self.maps, most_shown)  # maps in the stack
        self.stack_gap = min(layout.stack_gap, 5 * layout.stack_gap / max(1, self.shown - 1))
        stack_depth = 0.0 if layout.small else self.stack_gap * (self.shown - 1)
        map_room = self.height - layout.cap - (TAG_ROOM + self.bottom - 2 if layout.board else 24 - lift)
        map_room -= rise_of(self.stack_gap, self.shown)
        most = layout.most if self.scene.slices else layout.most * 1.4
        self.s = min(
            (room - rise) / height_of(tall, wide),
            LARGEST_CELL if self.scene.source.column else most,
            (layout.input_share * layout.width - depth) / width_of(wide),
        )
        if not self.scene.target.column:
            self.s = min(
                self.s,
                map_room / height_of(self.out_rows, self.out_columns),
                self._map_share() * layout.width / width_of(self.out_columns),
            )
        s = self.s
        self.labels = room_for(self.scene.given, s, layout)  # beside the cells of a vector
        top = layout.cap - lift + rise + 6 + (room - rise - s * height_of(tall, wide)) / 2
        left = self.labels + s * width_of(self.left)
        self.input = Volume((left, top + s * height_of(self.above, self.left)), s, self.gap)
        self.input_width = self.labels + s * width_of(wide) + depth + s * DEPTH[0]
        # the lens
        size = self.scene.size
        count = max(1, len(self.scene.slices[: 1 if layout.small and not self.scene.slices else None]))
        lens_height = layout.lens if self.scene.slices else layout.lens * 1.75
        lens_share = layout.lens_share
        if self.scene.cells and max(size) >= LARGE_WINDOW and not layout.small:
            lens_height, lens_share = map_room - 24, max(lens_share, WIDE_LENS)
        self.q = min(lens_height / height_of(*size), lens_share * layout.width / width_of(size[1]), layout.lens_cell)
        if self.scene.source.column and size[0] > 1:
            self.q = min(s, (self.height - layout.cap - 64) / height_of(*size)) if self.scene.slices else s
        self.lens_gap = min(layout.lens_gap, 2 * layout.lens_gap / max(1, count - 1))
        lens_width = self.q * width_of(size[1]) + self.lens_gap * (count - 1)
        # the map at work, and the stack at the right edge; cells as large as the input's, but no map too small to see
        most_map = layout.map_share * layout.width / width_of(self.out_columns)
        if self.scene.target.column:
            self.t = min(LARGEST_CELL, (room - lift) / height_of(self.out_rows, 1))
        else:
            self.t = max(s, min(LEAST_MAP / height_of(self.out_rows, self.out_columns), most_map, 20))
        t = self.t
        self.map_width = t * width_of(self.out_columns) + t * DEPTH[0]
        stackless = layout.small or layout.board
        beside = layout.corner if self.scene.target.column else 0  # for the numbers of a column
        aside = self.tiles.size[0] if self.tiles else max(self.map_width + stack_depth + 6, layout.corner)
        self.stack_x = layout.width - (beside if stackless else aside)
        space = TAG_WIDE if self.tiles else layout.stack_space
        self.map_x = self.stack_x - (self.map_width + 8 if stackless else max(self.map_width + space, layout.heading))
        self.map_height = t * height_of(self.out_rows, self.out_columns)
        map_top = layout.cap + (self.height - layout.cap - self.bottom - self.map_height) / 2
        map_top += 0 if layout.small else 16 if layout.board else -10
        self.map = Volume((self.map_x, max(map_top, layout.cap + TAG_ROOM) if layout.board else map_top), t)
        # between input and map
        free = self.map_x - self.input_width - lens_width
        self.lens_x = self.input_width + free * 0.42
        middle = layout.cap + (self.height - layout.cap - self.bottom) / 2
        lens_top = middle - self.q * height_of(*size) / 2
        lens_top = max(layout.cap + (6 if layout.small else rise_of(self.lens_gap, count) + 4), lens_top)
        self.lens = Volume((self.lens_x, lens_top), self.q, self.lens_gap)

    def _map_share(self) -> float:
        """Return how much of the width the map at work takes at most."""
        return self.layout.map_share if self.scene.slices else self.layout.wide_map_share

    def draw(self) -> Element:
        self._input()
        self._light()
        self._map()
        if self.tiles:
            width, height = self.tiles.size
            x, y = (0.0, self.height - height) if self.layout.board else (self.layout.width - width, self.layout.cap)
            contact_sheet(self.figure, self.tiles, self.scene.tiles, (x, y), self.scene.place.channel)
        elif not self.layout.small and not self.layout.board and self.maps > 1:
            self._stack()
        self._captions()
        mark(self.figure, self.planes, self.scene.pointed, self.scene.span, self.layout.name)
        return self.figure

    @property
    def planes(self) -> Planes:
        """Where the sheets lie."""
        hidden = len(self.front)  # sheets before the first that is a channel
        return Planes(
            self.input.sheet(0),
            {index - hidden: self.input.sheet(index) for index in range(hidden, len(self.sheets))},
            {index: self.lens.sheet(index) for index in range(len(self.scene.slices))},
            self.map.sheet(),
        )

    # ---- parts

    def _input(self) -> None:
        for index in reversed(range(len(self.sheets))):
            name, picture = self.sheets[index]
            plane = self.input.sheet(index)
            if any((self.above, self.below, self.left, self.right)):
                border = plane.quad((-self.above, self.rows + self.below), (-self.left, self.columns + self.right))
                add(self.figure, "path", class_="padding", d=path(border))
            slab(self.figure, picture, plane, self.s, DEPTH)
            if self.scene.veil is not None:
                face(self.figure, self.scene.veil, plane)
            if self.labels:
                beside(self.figure, plane, self.scene.given, at=-self.labels)
            if name and self.gap >= LEAST_NAME:
                self._name_below(plane.at(self.columns, self.rows), self.gap, name)

        if len(self.scene.sheets) < self.scene.sheet_count and not self.layout.small:
            x, y = self.input.sheet(len(self.sheets) - 1).at(self.columns, self.rows)
            label(self.figure, x + 8, y + 14, f"… {self.scene.sheet_count}", class_="name")

    def _light(self) -> None:
        scene, span = self.scene, self.scene.span
        size = scene.size
        first, last = self.input.sheet(0), self.input.sheet(len(self.sheets) - 1)
        if len(self.sheets) > 1:
            tube = add(
                self.figure, "g", class_="window", data_tube="window", data_plane=first.matrix, data_far=last.matrix
            )
            light(tube, first.span(span), last.span(span))
            for plane in (self.input.sheet(index) for index in range(1, len(self.sheets))):
                add(
                    self.figure,
                    "path",
                    class_="q window thin",
                    d=path(plane.span(span)),
                    data_quad="window",
                    data_plane=plane.matrix,
                )
        front = self.lens.sheet(0)
        rays(self.figure, last.span(span), front.quad((0, size[0]), (0, size[1])), "window", "window", last)
        outline(self.figure, first.span(span), "window", "window", first)
        for sheet, plane in sorted(self.planes.sheets.items(), reverse=True):
            hold(self.figure, plane, self.rows, self.columns, sheet)
        if self.front:
            hold(self.figure, first, self.rows, self.columns)
        back = self.lens.sheet(max(0, len(scene.slices) - 1))
        target = self.map.sheet()
        lens_end = back.quad((0, size[0]), (0, size[1]))
        self._paper()
        rays(self.figure, target.span(scene.cell), lens_end, "result", "cell", target)
        if scene.slices:
            for index in reversed(range(len(scene.slices))):
                name, picture = scene.slices[index]
                plane = self.lens.sheet(index)
                slab(self.figure, picture, plane, self.q, DEPTH)
                idle(self.figure, plane, size, scene.met)
                add(self.figure, "path", class_="q filter", d=path(plane.quad((0, size[0]), (0, size[1]))))
                touch(self.figure, plane, *size, index)
                if self.lens_gap >= LEAST_NAME and not self.layout.small and len(scene.slices) > 1:
                    self._name_below(plane.at(size[1], size[0]), self.lens_gap, name)
        else:
            self.figure.append(lens_values(scene, front, self.layout.figures, self.layout.least_type))

    def _paper(self) -> None:
        """Draw the map at work: computed cells coloured, the rest blank, a faint rule at each row."""
        plane, side = self.map.sheet(), (self.t * DEPTH[0], self.t * DEPTH[1])
        silhouette(self.figure, plane, self.out_columns, self.out_rows, side, "blank map-side")
        add(self.figure, "path", class_="map-front", d=path(plane.quad((0, self.out_rows), (0, self.out_columns))))
        computed = add(self.figure, "g", class_="computed", clip_path=f"url(#computed-{self.layout.name})")
        clip = add(self.figure, "clipPath", id=f"computed-{self.layout.name}")
        (row, _), (start, end) = self.scene.cell
        done = plane.quad((0, row), (0, self.out_columns)) if row else []
        part = plane.quad((row, row + 1), (0, start if self.scene.hidden else end))
        add(clip, "path", d=(path(done) if done else "") + path(part))
        picture = self.scene.map_face(self.scene.sheet)
        face(computed, picture, plane)
        if self.out_rows <= 64:
            rules = "".join(
                path([plane.at(0, r), plane.at(self.out_columns, r)], False) for r in range(1, self.out_rows)
            )
            add(self.figure, "path", class_="rules", d=rules)

    def _map(self) -> None:
        plane = self.map.sheet()
        corners = plane.span(self.scene.cell)
        add(self.figure, "path", class_="edge", d=path(plane.quad((0, self.out_rows), (0, self.out_columns))))
        outline(self.figure, corners, "result", "cell", plane)
        add(
            self.figure,
            "path",
            class_="hit",
            d=path(plane.quad((0, self.out_rows), (0, self.out_columns))),
            data_map=plane.matrix,
        )
        if self.layout.small:
            return
        if self.scene.target.column:
            made(self.figure, plane, self.scene, self.t, self.layout, at=self.map_width + 4)
            return
        x, y = corners[1]
        level = self.layout.cap + 10
        if self.layout.board:
            level = max(level, min(level + 26, self.map.origin[1] - 18))
        side = -1 if self.layout.board else 1  # of the cell on which the number stands
        add(
            self.figure,
            "path",
            class_="leader",
            d=f"M{x:.1f} {y:.1f}L{x + 22 * side:.1f} {level}h{8 * side}",
            data_leader="cell",
            data_plane=plane.matrix,
            data_level=str(level),
            data_side=str(side),
        )
        label(
            self.figure,
            x + 38 * side,
            level + (10 if self.layout.board else 7),
            self.scene.number,
            class_="tag",
            text_anchor="end" if side < 0 else "start",
            data_tag="cell",
            data_plane=plane.matrix,
            data_side=str(side),
        )

    def _stack(self) -> None:
        scene, s = self.scene, self.t
        channel = scene.sheet
        first = max(0, min(channel - self.shown // 2, self.maps - self.shown))
        rise = rise_of(self.stack_gap, self.shown)
        bottom = self.height - 24 - self.map_height
        volume = Volume((self.stack_x, min(self.map.origin[1] + rise / 2 + 4, bottom)), s, self.stack_gap)
        side = (s * DEPTH[0], s * DEPTH[1])
        for index in reversed(range(self.shown)):
            number, plane = first + index, volume.sheet(index)
            group = add(self.figure, "a", class_="sheet", data_channel=str(number))
            if number == channel:
                add(group, "path", class_="ghost", d=path(plane.quad((0, self.out_rows), (0, self.out_columns))))
            elif number > channel:
                blank(group, plane, self.out_columns, self.out_rows, side)
            else:
                slab(group, scene.map_face(number), plane, s, DEPTH)
            if self.stack_gap >= LEAST_NAME + 10 * (number >= 9) or number in (first, first + self.shown - 1, channel):
                self._name_below(
                    plane.at(self.out_columns, self.out_rows),
                    self.stack_gap,
                    str(number + 1),
                    present=number == channel,
                )

    def _stack_name(self) -> str:
        say = self.scene.say
        if self.tiles:
            return say("All {count} filters").format(count=self.tiles.count)
        if self.shown == self.maps:
            return say("All {count} maps").format(count=self.maps)
        return say("{shown} of {count} maps").format(shown=self.shown, count=self.maps)

    def _name_below(self, corner: tuple[float, float], gap: float, text: str, present: bool = False) -> None:
        label(
            self.figure,
            corner[0] - min(max(gap, 16), 46) / 2 + 3,
            corner[1] + (26 if self.layout.board else 18),
            text,
            text_anchor="middle",
            class_="name present" if present else "name",
        )

    def _source_heading(self) -> Heading:
        return source_heading(self.scene, self.layout.small)

    def _captions(self) -> None:
        scene, layout = self.scene, self.layout
        y = layout.cap - 12
        narrow = layout.small or layout.board  # no room for shapes
        target, maps = target_heading(scene), self._stack_name() if self.maps > 1 and not narrow else ""
        last = layout.width - letters(layout)[0] * length(target.text)
        headings = (
            (0.0, self._source_heading()),
            (self.lens_x - (6 if layout.small else 0), lens_heading(scene, layout.small)),
            (min(self.map_x, last) if narrow else self.map_x, target),
        )
        end = self.stack_x if maps else layout.width
        for x, head, more in fitted(headings, end, layout):
            caption(self.figure, x, y, head, more)
        if layout.board:
            width = max(self.map_width, 190)
            legend(self.figure, scene.scale, layout.width - width - 4, self.height - 46, width, large=True)
        if narrow:
            return
        if maps:
            caption(self.figure, self.stack_x, y, maps)
        legend_y = self.height - 33
        width = 150 if layout.width > 1100 else min(max(self.map_width, 110), 120)
        legend(self.figure, scene.scale, self.map_x, legend_y, width)
        told = words(scene.scale, scene.say)
        x, told_y, anchor = self.map_x, legend_y - 8, "start"
        if scene.target.column:  # it reaches down to the legend: the words stand beside
            x, told_y = x + width + 14, legend_y + 11
        elif layout.width <= 1100 or x + breadth(told) > self.stack_x:  # they grow to the left, away from the stack
            x, anchor = x + width, "end"
        label(self.figure, x, told_y, told, text_anchor=anchor, class_="sub")
        if scene.slices:
            legend(self.figure, scene.weight_scale, self.lens_x, legend_y, width)
