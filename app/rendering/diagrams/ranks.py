"""Where numbers beside rings stand: close to their ring, on no other number, and on no ring if that is possible."""

from collections.abc import Iterator, Sequence
from math import cos, pi, sin
from typing import NamedTuple

WIDTH, HEIGHT = 0.8, 0.95  # of a digit with its halo, in its size
DIRECTIONS = 16
STEP = 0.4  # from one distance to the next, in sizes
FARTHEST = 14  # steps


class Area(NamedTuple):
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Area") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, other: "Area") -> bool:
        across = self.left <= other.left and other.right <= self.right
        return across and self.top <= other.top and other.bottom <= self.bottom


class Rank(NamedTuple):
    """Where a number stands, by its middle, and the line to its ring where that is further off."""

    x: float
    y: float
    line: tuple[float, float, float, float] | None

    def area(self, size: float) -> Area:
        across, down = size * WIDTH / 2, size * HEIGHT / 2
        return Area(self.x - across, self.y - down, self.x + across, self.y + down)


def ranks(rings: Sequence[Area], size: float, within: Area) -> list[Rank]:
    """Return where the number of each ring stands, `size` high, for all of them to be read."""
    found: list[Rank] = []
    for ring in rings:
        others = [other for other in rings if other is not ring]
        free = [
            each
            for each in _around(ring, size)
            if within.holds(each.area(size)) and not any(each.area(size).meets(rank.area(size)) for rank in found)
        ]
        clear = (each for each in free if not any(each.area(size).meets(other) for other in others))
        found.append(next(clear, free[0] if free else next(_around(ring, size))))
    return found


def _around(ring: Area, size: float) -> Iterator[Rank]:
    """Yield the places of a number, the best first: in its ring if it fits, then further and further out."""
    x, y = (ring.left + ring.right) / 2, (ring.top + ring.bottom) / 2
    across, down = (ring.right - ring.left) / 2, (ring.bottom - ring.top) / 2
    if min(across, down) >= size * 0.6:
        yield Rank(x, y, None)
    for step in range(FARTHEST):
        for turn in range(DIRECTIONS):
            angle = pi * (2 * ((turn + 1) // 2) * (-1) ** turn / DIRECTIONS - 0.5)  # upwards first, then to either side
            right, low = cos(angle), sin(angle)
            off = step * STEP * size
            far = across + size * WIDTH / 2 + off, down + size * HEIGHT / 2 + off
            there = x + right * far[0], y + low * far[1]
            line = (x + right * across, y + low * down, there[0] - right * size * 0.4, there[1] - low * size * 0.45)
            yield Rank(*there, line if step else None)
