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
from fractions import Fraction
from xml.etree.ElementTree import Element

import numpy as np

from app.numerics.axis import Axis, Pair
from app.numerics.field import Number
from app.numerics.field import number as plain
from app.numerics.window import Span
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
    """The arithmetic of one axis: how many places there are along so many cells."""

    axis: Axis
    ceil: bool = False  # a last place may reach past the end

    @property
    def cells(self) -> int:
        return self.axis.cells

    @property
    def places(self) -> int:
        return self.axis.places

    @property
    def size(self) -> int:
        return self.axis.size

    @property
    def gap(self) -> int:
        return self.axis.gap

    @property
    def reach(self) -> int:
        return self.axis.reach

    @property
    def before(self) -> int:
        return self.axis.border[0]

    @property
    def after(self) -> int:
        return self.axis.border[1]

    @property
    def step(self) -> Number:
        """How far the window goes from place to place; a fraction where there are more places than cells."""
        return plain(self.axis.step)

    @property
    def free(self) -> int:
        """How far the window can move, in cells."""
        return self.cells + self.before + self.after - self.reach

    @property
    def spare(self) -> int:
        """Cells left over after the last place; below zero where that reaches past the end."""
        affine = self.axis.affine
        return self.free - (self.places - 1) * affine.step if affine else 0

    @property
    def bounds(self) -> Pair:
        """The half-open range of cells from the first that is padded to the last that is read."""
        return -self.before, self.cells + max(self.after, self.after - self.spare)

    def origin(self, place: int) -> Number:
        """Return where the window of a place begins, were it as wide as any."""
        return plain(self.axis.middle - Fraction(self.reach, 2) + place * self.axis.step)


def lengths(stage: Stage) -> tuple[Length, Length]:
    """Return the arithmetic of the rows and of the columns."""
    ceil = getattr(stage.layer, "ceil_mode", False)
    return Length(stage.geometry.rows, ceil), Length(stage.geometry.columns, ceil)


def adjustable(stage: Stage) -> bool:
    """Tell whether settings of a layer say how large its maps are."""
    return bool(stage.layer.sized_by)


def unread(stage: Stage, axis: int) -> list[Pair]:
    """Return the half-open runs of cells along `axis`, padding among them, that no place reads."""
    length = lengths(stage)[axis]
    along = length.axis
    first, last = length.bounds
    read = np.zeros(last - first, bool)
    for place in range(along.places):
        cells = along.read(place)
        if cells:
            read[cells[0] - first : cells[-1] - first + 1 : along.gap] = True
    read[length.before : length.before + along.cells] |= along.reads(np.ones(along.places, bool))
    read[length.before + along.cells + length.after :] = True  # past the padding there is nothing to read
    edges = np.flatnonzero(np.diff(np.concatenate(([True], read, [True])).astype(np.int8)))
    return [(int(a) + first, int(b) + first) for a, b in edges.reshape(-1, 2)]


def hold_on(stage: Stage, at: Pair) -> dict[str, str]:
    """Return what the browser needs to drag the window: where it begins, how far it goes, how many places there are."""

    def both(*numbers: Number) -> str:
        return " ".join(f"{float(value):g}" for value in numbers)

    rows, columns = lengths(stage)
    return {
        "data_step": both(rows.step, columns.step),
        "data_before": both(-rows.origin(0), -columns.origin(0)),
        "data_reach": both(rows.reach, columns.reach),
        "data_places": both(rows.places, columns.places),
        "data_at": both(*at),
    }


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
            **hold_on(self.stage, self.at),
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
        top, left = float(self.rows.origin(self.at[0])), float(self.columns.origin(self.at[1]))
        s, axes = self.scale, self.stage.geometry.axes
        group = add(self.svg, "g", data_slide="both", transform=f"translate({left * s:.2f} {top * s:.2f})")
        cells = [along.read(place) for along, place in zip(axes, self.at, strict=True)]
        if not all(cells):
            return  # no cell is read here
        here = Plane(self.plane.at(-left, -top), self.plane.across, self.plane.down)
        if self.rows.gap > 1 or self.columns.gap > 1:
            taps = [here.quad((r, r + 1), (c, c + 1)) for r in cells[0] for c in cells[1]]
            add(group, "path", class_="q halo", d="".join(map(path, taps)))
            add(group, "path", class_="q window thin", d="".join(map(path, taps)))
        rows, columns = ((run[0], run[-1] + 1) for run in cells)
        outline(group, here.span(Span(rows, columns)), "window")

    def _ruler(self, axis: int, along: Length, at: int) -> None:
        """Count the places along an axis: a cell each, in the middle of its window."""
        s, name = self.scale, ("rows", "columns")[axis]
        step = float(along.step) * s
        group = add(self.svg, "g", class_=f"ruler {name}")
        (_, bottom), (left, _) = self.rows.bounds, self.columns.bounds
        x, y = self.plane.at(left, bottom)
        start = self.plane.origin[1 - axis] + float(along.origin(0) + Fraction(along.reach - along.step) / 2) * s
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
