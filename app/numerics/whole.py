"""The second geometry: a window as large as its input, which therefore has one place and reads everything at once."""

from dataclasses import dataclass

import numpy as np

from app.numerics.window import Mask, Window


@dataclass(frozen=True, slots=True)
class Whole(Window):
    """The window over an input of `size`; it neither slides nor is padded."""

    def reads(self, axis: int, places: Mask, length: int, padding_mode: str = "zeros") -> Mask:
        """Return all cells, if the one place is asked about."""
        return np.full(length, bool(places.any()))

    def read_by(self, axis: int, cells: Mask, padding_mode: str = "zeros") -> Mask:
        """Return the one place, if any cell is asked about."""
        return np.array([bool(cells.any())])
