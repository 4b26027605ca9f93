"""Where the cells of a sheet lie in a drawing: a parallel projection, so that equal cells stay equal.

The point (column, row) of a sheet is drawn at  origin + column · across + row · down.  One plane serves the figure (a
stack seen from the side) and the flat view; whatever moves over a sheet knows only its plane.
"""

from dataclasses import dataclass

from app.numerics.window import Span

Point = tuple[float, float]
ACROSS, DOWN, DEPTH = (0.829, 0.107), (0.0, 0.982), (0.559, -0.158)  # one cell along each axis of a volume


@dataclass(frozen=True)
class Plane:
    """An affine map from cells (column, row) to the drawing's px."""

    origin: Point
    across: Point
    down: Point

    def at(self, column: float, row: float) -> Point:
        """Return the drawing's point of (column, row)."""
        return (
            self.origin[0] + column * self.across[0] + row * self.down[0],
            self.origin[1] + column * self.across[1] + row * self.down[1],
        )

    def quad(self, rows: tuple[float, float], columns: tuple[float, float]) -> list[Point]:
        """Return the corners of a rectangle of cells, from the top left clockwise."""
        (top, bottom), (left, right) = rows, columns
        return [self.at(left, top), self.at(right, top), self.at(right, bottom), self.at(left, bottom)]

    def span(self, span: Span) -> list[Point]:
        """Return the corners of a span of cells."""
        return self.quad(span.rows, span.columns)

    @property
    def matrix(self) -> str:
        """The plane as the six numbers of an SVG matrix."""
        return " ".join(f"{v:.4g}" if abs(v) < 10 else f"{v:.2f}" for v in (*self.across, *self.down, *self.origin))

    def moved(self, x: float, y: float) -> "Plane":
        """Return this plane moved by (x, y) px."""
        return Plane((self.origin[0] + x, self.origin[1] + y), self.across, self.down)


@dataclass(frozen=True)
class Volume:
    """A stack of sheets in oblique projection: where its first cell is, px a cell, and px across between sheets."""

    origin: Point
    scale: float
    gap: float = 0.0

    def sheet(self, index: float = 0) -> Plane:
        """Return the plane of the front of sheet `index`, counted from the front."""
        back = index * self.gap
        s = self.scale
        return Plane(
            (self.origin[0] + back, self.origin[1] + back * DEPTH[1] / DEPTH[0]),
            (s * ACROSS[0], s * ACROSS[1]),
            (s * DOWN[0], s * DOWN[1]),
        )


def height_of(rows: float, columns: float) -> float:
    """Return the height of an oblique sheet at one px a cell."""
    return rows * DOWN[1] + columns * ACROSS[1]


def width_of(columns: float) -> float:
    """Return the width of an oblique sheet at one px a cell."""
    return columns * ACROSS[0]


def rise_of(gap: float, sheets: int) -> float:
    """Return how much higher than the front the last of `sheets` begins, px."""
    return max(0, sheets - 1) * gap * -DEPTH[1] / DEPTH[0]
