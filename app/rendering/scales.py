"""The scale that maps are coloured by: what is asked for in an address, and what a legend says of it."""

import math
from dataclasses import dataclass

from app.rendering.palette import KINDS, Kind

LARGEST = 1e30
MOST = 3.4e38  # that float32 holds


@dataclass(frozen=True)
class Colours:
    """A kind of scale and its range: one for the layer (""), each map's "own", or ± a number, beyond which it clips."""

    kind: Kind = "signed"
    range: str = ""
    stretched: bool = False  # the input picture, over the range of its own values

    @property
    def extent(self) -> float | None:
        """The end of a range that was set by hand."""
        return float(self.range) if self.range not in ("", "own") else None

    @property
    def own(self) -> bool:
        return self.range == "own"

    @property
    def options(self) -> dict[str, str | None]:
        """What the address of a picture says of it; nothing of what is usual."""
        return {
            "colours": self.kind if self.kind != "signed" else None,
            "scale": "own" if self.own else None,
            "extent": self.range if self.extent is not None else None,
        }


USUAL = Colours()


def read_colours(kind: str, range_: str) -> Colours:
    """Return what `colours` and `range` of an address ask for; what cannot be read asks for what is usual."""
    chosen: Kind = next((one for one in KINDS if one == kind), "signed")
    return Colours(chosen, "own" if range_ == "own" else range_text(range_))


def range_text(text: str) -> str:
    """Return the range that a person wrote as an address holds it: a number above 0, else nothing."""
    try:
        extent = float(text.strip().lstrip("±").replace(",", "."))
    except ValueError:
        return ""
    return f"{extent:.6g}" if math.isfinite(extent) and 1e-30 < extent < LARGEST else ""


def read_extent(text: str) -> float | None:
    """Return how far a scale reaches, as the address of a picture says; None for what no scale does."""
    try:
        extent = float(text[:24])
    except ValueError:
        return None
    return extent if 0 <= extent <= MOST else None


@dataclass(frozen=True)
class Scale:
    """A scale at work on some numbers."""

    colours: Colours
    extent: float
    minimum: float  # of the numbers
    maximum: float
    clipped: int = 0  # how many of them lie beyond it
    numbers: int = 0  # of how many; none where that is not counted
    href: str = ""  # of its picture
    from_zero: bool = False  # whether it begins there: those of one colour do where nothing is negative
    several: bool = False  # it stands for scales of the same colours with ends of their own
    marks: bool = True  # whether minimum and maximum are marked on it

    @property
    def low(self) -> float:
        """The number at its beginning."""
        return 0.0 if self.from_zero else -self.extent

    def at(self, value: float) -> float:
        """Return where a number lies on it, from 0 to 1."""
        if not self.extent:
            return 0.0 if self.from_zero else 0.5
        return max(0.0, min(1.0, (value - self.low) / (self.extent - self.low)))
