"""A layer as a stack of sheets that can be turned, fanned out and laid flat: what a browser needs to draw one.

A volume is a picture of all its sheets and where each lies in it; a browser lays every tile where the projection has
it. The projection of `plane` is a turn of 34° about the upright axis, seen from 11° above; other turns keep the height.
"""

import re
from typing import Any, NamedTuple

TURN, FARTHEST = 34, 70  # degrees, to either side
FORMS = ("stack", "fan", "grid")
HELD = re.compile(r"t\.(-?\d{1,2})\.(stack|fan|grid)", re.ASCII)


class Sheets(NamedTuple):
    """Sheets of `rows` × `columns` pixels: in one picture, `across` a row and `gap` pixels apart, or a picture each."""

    hrefs: tuple[str, ...]
    number: int
    rows: int
    columns: int
    across: int
    gap: int
    alone: bool = False  # of filters: the picture holds only those of the filter that its address names

    def corner(self, index: int) -> tuple[int, int]:
        """Return (x, y), the first pixel of a sheet."""
        if len(self.hrefs) > 1:
            return 0, 0
        row, column = divmod(index, self.across)
        return column * (self.columns + self.gap), row * (self.rows + self.gap)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture of all sheets."""
        return (
            self.across * (self.columns + self.gap) - self.gap,
            -(-self.number // self.across) * (self.rows + self.gap) - self.gap,
        )

    def facts(self) -> dict[str, Any]:
        """Return where the sheets lie, for JSON; the addresses stand in the page's images."""
        facts = {name: value for name, value in self._asdict().items() if name not in ("hrefs", "number")}
        return {"count": self.number, **facts}


class Pose(NamedTuple):
    """How a stack is held: turned by `turn` degrees, as a stack, a fan or a grid."""

    turn: int = TURN
    form: str = FORMS[0]

    @property
    def pin(self) -> str:
        """The pose as an address holds it."""
        return "" if self == Pose() else f"t.{self.turn}.{self.form}"

    def turned(self, by: int) -> "Pose":
        """Return the pose turned further, as far as it goes."""
        return self._replace(turn=max(-FARTHEST, min(FARTHEST, self.turn + by)))


def pose_of(pin: str) -> Pose:
    """Read a pose: t.34.fan; the usual one where it is none."""
    found = HELD.fullmatch(pin)
    return Pose(int(found[1]), found[2]).turned(0) if found else Pose()
