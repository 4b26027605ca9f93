"""One place of the window, looked at closely: exactly the cells that it reads."""

import numpy as np
from numpy.typing import NDArray

from app.numerics import Floats
from app.numerics.padding import sources
from app.numerics.window import Window


def patch(
    x: Floats, window: Window, row: int, column: int, padding_mode: str = "zeros"
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return what the window reads at the place (row, column), gaps of dilation left out.

    Parameters
    ----------
    x
        Input, shape (C, H, W).
    window
        Geometry, size (kh, kw).
    row, column
        The place, 0-based, on the map that the window makes.
    padding_mode
        As in `correlate`.

    Returns
    -------
    values
        Float32, shape (C, kh, kw); 0 in padding cells under `zeros`, the real cell that stands there under other modes.
    is_padding
        Shape (kh, kw): True where the cell lies outside the input, whatever the mode.
    """
    origin, shape = window.origin(row, column), (x.shape[1], x.shape[2])
    down, across = (origin[a] + np.arange(window.size[a]) * window.dilation[a] for a in (0, 1))
    rows, columns = sources(down, shape[0], padding_mode), sources(across, shape[1], padding_mode)
    values = np.asarray(x[:, rows[:, None], columns], np.float32)
    values[:, (rows < 0)[:, None] | (columns < 0)] = 0
    outside = [(cells < 0) | (cells >= length) for cells, length in zip((down, across), shape, strict=True)]
    return values, outside[0][:, None] | outside[1]
