"""Why a map has the size that it has: the input laid flat, with its padding, the window on it, and its places counted.

rows   ┌┄┄┄┄┄┄┄┄┄┄┄┄┄┄┐
  1    ┊ ┌──────────┐ ┊   the padding dashed, what no window reads hatched
  ┊    ┊ │  ▢       │ ┊
 28    ┊ └──────────┘ ┊
       └┄┄┄┄┄┄┄┄┄┄┄┄┄┄┘
          1 ┄┄▣┄┄┄ 28      a cell a place, under the middle of its window
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from app.numerics.whole import Whole
from app.numerics.window import Pair, Span
from app.pipeline.plan import Stage
from app.rendering.plane import Plane
from app.rendering.svg import Face, add, drawing, face, label, outline, path

RULER = 46.0  # px beside and under the picture
STRIP = 14.0  # of it the cells
LEAST_CELL = 6.0  # px from which single cells are ruled
LEAST_TICK = 4.0
LABEL = 34.0  # px that a number of the ruler needs
NICE = (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)


@dataclass(frozen=True)
class Length:
    """The arithmetic of one axis: how many places a window finds along so many cells."""

    cells: int
    before: int
    after: int
    size: int
    dilation: int
    reach: int
    stride: int
    places: int
    ceil: bool

    @property
    def free(self) -> int:
        """How far the window can move, in cells."""
        return self.cells + self.before + self.after - self.reach

    @property
    def spare(self) -> int:
        """Cells left over after the last place; below zero where that reaches past the end."""
        return self.free - (self.places - 1) * self.stride

    @property
    def bounds(self) -> Pair:
        """The half-open range of cells from the first that is padded to the last that is read."""
        return -self.before, self.cells + max(self.after, self.after - self.spare)

    def origin(self, place: int) -> int:
        """Return the first cell that a place reads."""
        return place * self.stride - self.before


def lengths(stage: Stage) -> tuple[Length, Length]:
    """Return the arithmetic of the rows and of the columns."""
    window = stage.layer.window(stage.input_shape)
    rows, columns = (
        Length(
            stage.input_shape[axis + 1],
            *window.padding[axis],
            window.size[axis],
            window.dilation[axis],
            window.reach[axis],
            window.stride[axis],
            stage.output_shape[axis + 1],
            window.ceil_mode,
        )
        for axis in (0, 1)
    )
    return rows, columns


def slides(stage: Stage) -> bool:
    """Tell whether a window with settings of its own slides over the input of a layer."""
    window = stage.layer.window(stage.input_shape)
    return not isinstance(window, Whole) and "stride" in type(stage.layer).model_fields


def unread(stage: Stage, axis: int) -> list[Pair]:
    """Return the half-open runs of cells along `axis`, padding among them, that no place reads."""
    along = lengths(stage)[axis]
    window = stage.layer.window(stage.input_shape)
    first, last = along.bounds
    read = np.zeros(last - first, bool)
    for tap in range(along.size):
        cells = window.cells(axis, slice(0, along.places), tap)
        read[cells.start - first : cells.start - first + len(cells) * along.stride : along.stride] = True
    through = window.reads(axis, np.ones(along.places, bool), along.cells, stage.layer.border_mode())
    read[along.before : along.before + along.cells] |= through
    read[along.before + along.cells + along.after :] = True  # past the padding there is nothing to read
    edges = np.flatnonzero(np.diff(np.concatenate(([True], read, [True])).astype(np.int8)))
    return [(int(a) + first, int(b) + first) for a, b in edges.reshape(-1, 2)]


def places_drawing(stage: Stage, picture: Face, at: Pair, box: Pair, sentence: str, name: str) -> Element:
    """Return the drawing of an input with the window at the place `at`, in a box of (width, height) px."""
    return _Drawing(stage, picture, at, box, sentence, name).draw()


class _Drawing:
    """The drawing as it grows."""

    def __init__(self, stage: Stage, picture: Face, at: Pair, box: Pair, sentence: str, name: str) -> None:
        self.stage, self.picture, self.at, self.name = stage, picture, at, name
        self.rows, self.columns = lengths(stage)
        (top, bottom), (left, right) = self.rows.bounds, self.columns.bounds
        width, height = box[0] - RULER - 4, box[1] - RULER - 4
        self.scale = s = min(width / (right - left), height / (bottom - top))
        wide = s * (right - left)
        x = RULER + (box[0] - RULER - wide) / 2
        self.plane = Plane((x - left * s, 2 - top * s), (s, 0.0), (0.0, s))
        self.svg = drawing(box[0], s * (bottom - top) + RULER + 4, sentence, class_=f"figure places {name}")

    def draw(self) -> Element:
        self._padding()
        rows, columns = self.rows.cells, self.columns.cells
        face(self.svg, self.picture, self.plane, columns, rows)
        if self.scale >= LEAST_CELL:
            (top, bottom), (left, right) = self.rows.bounds, self.columns.bounds
            lines = [[self.plane.at(left, r), self.plane.at(right, r)] for r in range(top, bottom + 1)]
            lines += [[self.plane.at(c, top), self.plane.at(c, bottom)] for c in range(left, right + 1)]
            add(self.svg, "path", class_="lines", d="".join(path(line, close=False) for line in lines))
        self._unread()
        add(self.svg, "path", class_="edge", d=path(self.plane.quad((0, rows), (0, columns))))
        self._ruler(1, self.columns, self.at[1])
        self._ruler(0, self.rows, self.at[0])
        self._window()
        (top, bottom), (left, right) = self.rows.bounds, self.columns.bounds
        add(
            self.svg,
            "path",
            class_="hit",
            d=path(self.plane.quad((top, bottom), (left, right))),
            data_drag=self.plane.matrix,
            data_step=f"{self.rows.stride} {self.columns.stride}",
            data_before=f"{self.rows.before} {self.columns.before}",
            data_reach=f"{self.rows.reach} {self.columns.reach}",
            data_places=f"{self.rows.places} {self.columns.places}",
            data_at=f"{self.at[0]} {self.at[1]}",
        )
        return self.svg

    def _padding(self) -> None:
        (top, bottom), (left, right) = self.rows.bounds, self.columns.bounds
        r, c = self.rows, self.columns
        if (bottom, right) != (r.cells + r.after, c.cells + c.after):
            add(self.svg, "path", class_="beyond", d=path(self.plane.quad((top, bottom), (left, right))))
        if any((r.before, r.after, c.before, c.after)):
            border = self.plane.quad((-r.before, r.cells + r.after), (-c.before, c.cells + c.after))
            add(self.svg, "path", class_="padding", d=path(border))
            self._hatch("dots", border)

    def _unread(self) -> None:
        (top, bottom), (left, right) = self.rows.bounds, self.columns.bounds
        for run in unread(self.stage, 1):
            self._hatch("unread", self.plane.quad((top, bottom), run))
        for run in unread(self.stage, 0):
            self._hatch("unread", self.plane.quad(run, (left, right)))

    def _hatch(self, kind: str, quad: list[tuple[float, float]]) -> None:
        """Lay a pattern over a rectangle: dots for padding, strokes for what is never read."""
        id_ = f"{kind}-{self.name}"
        if self.svg.find(f"pattern[@id='{id_}']") is None:
            side = max(4.0, self.scale) if kind == "dots" else 7.0
            x, y = self.plane.origin
            pattern = add(self.svg, "pattern", id=id_, width=side, height=side, x=x, y=y, patternUnits="userSpaceOnUse")
            if kind == "dots":
                add(pattern, "circle", cx=side / 2, cy=side / 2, r=min(1.6, side / 4), class_="dot")
            else:
                for class_ in ("stroke halo", "stroke"):  # to be seen on dark and on light
                    add(pattern, "path", d="M-1 1l2 -2M0 7L7 0M6 8l2 -2", class_=class_)
        add(self.svg, "path", class_=kind, d=path(quad), fill=f"url(#{id_})")

    def _window(self) -> None:
        """Draw the window at the first place, moved to where it is: in the browser only the move changes."""
        top, left = self.rows.origin(self.at[0]), self.columns.origin(self.at[1])
        s = self.scale
        group = add(self.svg, "g", data_slide="both", transform=f"translate({left * s:.2f} {top * s:.2f})")
        if self.rows.dilation > 1 or self.columns.dilation > 1:
            rows = range(0, self.rows.reach, self.rows.dilation)
            columns = range(0, self.columns.reach, self.columns.dilation)
            taps = [self.plane.quad((r, r + 1), (c, c + 1)) for r in rows for c in columns]
            add(group, "path", class_="q halo", d="".join(map(path, taps)))
            add(group, "path", class_="q window thin", d="".join(map(path, taps)))
        outline(group, self.plane.span(Span((0, self.rows.reach), (0, self.columns.reach))), "window")

    def _ruler(self, axis: int, along: Length, at: int) -> None:
        """Count the places along an axis: a cell each, in the middle of its window."""
        s, name = self.scale, ("rows", "columns")[axis]
        step = along.stride * s
        group = add(self.svg, "g", class_=f"ruler {name}")
        (_, bottom), (left, _) = self.rows.bounds, self.columns.bounds
        x, y = self.plane.at(left, bottom)
        start = self.plane.origin[1 - axis] + (along.origin(0) + (along.reach - along.stride) / 2) * s
        end = start + along.places * step
        side = y + 6 if axis else x - 6 - STRIP

        def box(first: float, last: float) -> list[tuple[float, float]]:
            if axis:
                return [(first, side), (last, side), (last, side + STRIP), (first, side + STRIP)]
            return [(side, first), (side + STRIP, first), (side + STRIP, last), (side, last)]

        add(group, "path", class_="strip", d=path(box(start, end)))
        add(group, "path", class_="done", d=path(box(start, start + (at + 1) * step)))
        if step >= LEAST_TICK:
            ticks = (start + step * k for k in range(1, along.places))
            add(group, "path", class_="ticks", d="".join(path(box(t, t)[axis : axis + 2], close=False) for t in ticks))
        for number in _labels(along.places, step, at):
            self._number(group, axis, start + (number + 0.5) * step, side, number + 1)
        moving = add(group, "g", data_slide=name, transform=_shift(axis, at * step), data_px=step)
        outline(moving, box(start, start + step), "result")
        self._number(moving, axis, start + step / 2, side, at + 1, class_="present", data_count="")

    def _number(self, group: Element, axis: int, along: float, side: float, number: int, **more: str) -> None:
        x, y, anchor = (along, side + STRIP + 20, "middle") if axis else (side - 5, along + 6, "end")
        label(group, x, y, f"{number}", text_anchor=anchor, **more)


def _shift(axis: int, px: float) -> str:
    return f"translate({px:.2f} 0)" if axis else f"translate(0 {px:.2f})"


def _labels(places: int, step: float, at: int) -> Iterator[int]:
    """Give the places that are numbered, from 0: first, last, round ones; none too near another or the present one."""
    every = next((n for n in NICE if n * step >= LABEL), places)
    room = LABEL * 0.8 / step
    wanted = [0, places - 1, *range(every - 1, places - 1, every)]
    kept: list[int] = [at]
    for number in wanted:
        if all(abs(number - other) > room for other in kept):
            kept.append(number)
            yield number
